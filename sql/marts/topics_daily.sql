CREATE OR REPLACE VIEW mart.topics_daily AS
SELECT
    article.published_on AS day,
    topic.topic,
    count(*)::integer AS articles,
    count(DISTINCT outlet.outlet_id)::integer AS outlets,
    count(DISTINCT outlet.family)::integer AS families,
    avg(topic.score) AS mean_score
FROM core.article_topic AS topic
JOIN core.analysis ON analysis.analysis_id = topic.analysis_id AND analysis.is_current
JOIN core.article USING (article_id)
JOIN core.outlet USING (outlet_id)
WHERE article.published_on IS NOT NULL
GROUP BY article.published_on, topic.topic;

COMMENT ON VIEW mart.topics_daily IS 'How much each topic was written about, by day of publication. Undated articles are left out.';
COMMENT ON COLUMN mart.topics_daily.day IS 'Day of publication, in the outlet''s time zone.';
COMMENT ON COLUMN mart.topics_daily.topic IS 'Topic id, as in config/topics.yaml.';
COMMENT ON COLUMN mart.topics_daily.articles IS 'Articles of that day with the topic; one article can have several.';
COMMENT ON COLUMN mart.topics_daily.outlets IS 'Outlets that had such an article.';
COMMENT ON COLUMN mart.topics_daily.families IS 'Independent families of outlets.';
COMMENT ON COLUMN mart.topics_daily.mean_score IS 'Mean probability of the topic in these articles.';
