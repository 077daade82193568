-- Contacts of the latest month of which outlets differ in duration, day or medium: what to look at by hand.
WITH newest AS (
    SELECT occurred_on AS day FROM mart.contacts
    WHERE status = 'occurred' AND occurred_on IS NOT NULL ORDER BY occurred_on DESC LIMIT 1
)
SELECT
    contacts.participants,
    contacts.occurred_on,
    differing.durations,
    differing.days,
    differing.modes
FROM mart.contacts
JOIN LATERAL (
    SELECT
        array_agg(DISTINCT duration_minutes) FILTER (WHERE duration_minutes IS NOT NULL) AS durations,
        array_agg(DISTINCT occurred_on) FILTER (WHERE occurred_on IS NOT NULL) AS days,
        array_agg(DISTINCT mode) AS modes
    FROM mart.fact_contact_report AS report
    WHERE report.contact_id = contacts.contact_id
) AS differing ON cardinality(durations) > 1 OR cardinality(days) > 1 OR cardinality(modes) > 1
WHERE contacts.occurred_on BETWEEN (SELECT day - 30 FROM newest) AND (SELECT day FROM newest)
ORDER BY contacts.occurred_on DESC, contacts.participants;
