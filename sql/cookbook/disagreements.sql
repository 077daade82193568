-- Contacts of which outlets differ in duration, day or medium: what to look at by hand.
SELECT
    contacts.participants,
    contacts.occurred_on,
    array_agg(DISTINCT reports.duration_minutes) FILTER (WHERE reports.duration_minutes IS NOT NULL) AS durations,
    array_agg(DISTINCT reports.occurred_on) FILTER (WHERE reports.occurred_on IS NOT NULL) AS days,
    array_agg(DISTINCT reports.mode) AS modes
FROM mart.contacts
JOIN mart.contact_reports AS reports USING (contact_id)
GROUP BY contacts.contact_id, contacts.participants, contacts.occurred_on
HAVING count(DISTINCT reports.duration_minutes) > 1
    OR count(DISTINCT reports.occurred_on) > 1
    OR count(DISTINCT reports.mode) > 1
ORDER BY contacts.occurred_on DESC NULLS LAST, contacts.participants;
