CREATE OR REPLACE VIEW mart.fact_article_topic AS
SELECT
    analysis.article_id,
    article.outlet_id,
    article.published_on,
    topic.topic,
    topic.score
FROM core.article_topic AS topic
JOIN core.analysis USING (analysis_id)
JOIN core.article USING (article_id)
WHERE analysis.is_current;

COMMENT ON VIEW mart.fact_article_topic IS 'Fact: one topic of one article.';
COMMENT ON COLUMN mart.fact_article_topic.article_id IS 'The article (mart.articles).';
COMMENT ON COLUMN mart.fact_article_topic.outlet_id IS 'Who published it (mart.dim_outlet).';
COMMENT ON COLUMN mart.fact_article_topic.published_on IS 'Day of publication (mart.dim_date).';
COMMENT ON COLUMN mart.fact_article_topic.topic IS 'The topic (mart.dim_topic).';
COMMENT ON COLUMN mart.fact_article_topic.score IS 'Probability of the topic, 0 to 1.';
