-- The very sentences on which a contact rests, by outlet, in order of publication: of the latest quarter's most told one.
WITH newest AS (
    SELECT occurred_on AS day FROM mart.contacts
    WHERE status = 'occurred' AND occurred_on IS NOT NULL ORDER BY occurred_on DESC LIMIT 1
)
SELECT reports.published_on, reports.outlet, reports.evidence, reports.url
FROM mart.contact_reports AS reports
WHERE reports.contact_id = (
    SELECT contact_id FROM mart.contacts
    WHERE occurred_on BETWEEN (SELECT day - 90 FROM newest) AND (SELECT day FROM newest)
    ORDER BY reports DESC, first_reported_at
    LIMIT 1
)
ORDER BY reports.published_at NULLS LAST, reports.report_id;
