-- The latest contacts about one topic. Change the topic id; mart.dim_topic lists them.
SELECT occurred_on, participants, mode, status, duration_minutes, topics
FROM mart.contacts
WHERE 'deescalation_talks' = ANY (topics)
ORDER BY occurred_on DESC NULLS LAST, contact_id
LIMIT 200;
