-- The newest contacts that took place, with how they were held and by how many independent sources they are known.
SELECT occurred_on, participants, mode, duration_minutes, location, families, round(confidence::numeric, 2) AS confidence
FROM mart.contacts
WHERE status IN ('occurred', 'ongoing') AND NOT historical
ORDER BY occurred_on DESC NULLS LAST, contact_id
LIMIT 50;
