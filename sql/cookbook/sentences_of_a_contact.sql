-- The very sentences on which the contact with the most reports rests, by outlet, in order of publication.
SELECT reports.published_on, reports.outlet, reports.evidence, reports.url
FROM mart.contact_reports AS reports
WHERE reports.contact_id = (SELECT contact_id FROM mart.contacts ORDER BY reports DESC, first_reported_at LIMIT 1)
ORDER BY reports.published_at NULLS LAST, reports.report_id;
