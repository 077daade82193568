-- What the press wrote about, week by week, and how each topic changed against the week before.
SELECT
    week,
    topic,
    articles,
    articles - lag(articles) OVER (PARTITION BY topic ORDER BY week) AS change
FROM (
    SELECT date_trunc('week', day)::date AS week, topic, sum(articles) AS articles
    FROM mart.topics_daily
    GROUP BY week, topic
) AS weekly
ORDER BY week DESC, articles DESC, topic;
