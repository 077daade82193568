-- Contacts about one topic. Change the topic id; ids stand in config/topics.yaml.
SELECT occurred_on, participants, mode, status, duration_minutes, topics
FROM mart.contacts
WHERE 'deescalation_talks' = ANY (topics)
ORDER BY occurred_on DESC NULLS LAST, participants;
