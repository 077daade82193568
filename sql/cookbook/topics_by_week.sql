-- What the press wrote about in the latest four weeks, and how each topic changed against the week before.
WITH newest AS (
    SELECT published_on AS day FROM mart.articles WHERE published_on IS NOT NULL ORDER BY published_on DESC LIMIT 1
), weekly AS (
    SELECT date_trunc('week', published_on)::date AS week, topic, count(*) AS articles
    FROM mart.fact_article_topic
    WHERE published_on BETWEEN (SELECT date_trunc('week', day)::date - 28 FROM newest) AND (SELECT day FROM newest)
    GROUP BY week, topic
)
SELECT week, topic, articles, articles - lag(articles) OVER (PARTITION BY topic ORDER BY week) AS change
FROM weekly
ORDER BY week DESC, articles DESC, topic;
