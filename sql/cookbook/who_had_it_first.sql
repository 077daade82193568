-- Which outlet told of each contact first, and how long the others took.
SELECT
    contacts.participants,
    contacts.occurred_on,
    (array_agg(reports.outlet ORDER BY reports.published_at))[1] AS first_outlet,
    min(reports.published_at) AS first_report,
    max(reports.published_at) - min(reports.published_at) AS last_after,
    count(DISTINCT reports.outlet) AS outlets
FROM mart.contacts
JOIN mart.contact_reports AS reports USING (contact_id)
WHERE reports.published_at IS NOT NULL
GROUP BY contacts.contact_id, contacts.participants, contacts.occurred_on
ORDER BY first_report DESC;
