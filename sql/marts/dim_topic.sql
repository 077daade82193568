CREATE OR REPLACE VIEW mart.dim_topic AS
SELECT topic, label, description, threshold, listed
FROM core.topic;

COMMENT ON VIEW mart.dim_topic IS 'Dimension: topics, as config/topics.yaml has them.';
COMMENT ON COLUMN mart.dim_topic.topic IS 'Key: topic id.';
COMMENT ON COLUMN mart.dim_topic.label IS 'What readers see.';
COMMENT ON COLUMN mart.dim_topic.description IS 'What belongs to the topic.';
COMMENT ON COLUMN mart.dim_topic.threshold IS 'The least score, 0 to 1, that counts.';
COMMENT ON COLUMN mart.dim_topic.listed IS 'False when config/topics.yaml no longer names it.';
