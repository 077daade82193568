-- What the press wrote about in the latest eight weeks, and how each topic changed against the week before.
WITH newest AS (
    SELECT published_on AS day FROM mart.articles WHERE published_on IS NOT NULL ORDER BY published_on DESC LIMIT 1
), weekly AS (
    SELECT date_trunc('week', day)::date AS week, topic, sum(articles) AS articles
    FROM mart.topics_daily
    WHERE day BETWEEN (SELECT date_trunc('week', day)::date - 56 FROM newest) AND (SELECT day FROM newest)
    GROUP BY week, topic
)
SELECT week, topic, articles, articles - lag(articles) OVER (PARTITION BY topic ORDER BY week) AS change
FROM weekly
ORDER BY week DESC, articles DESC, topic;
