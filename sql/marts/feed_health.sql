CREATE OR REPLACE VIEW mart.feed_health AS
SELECT
    feed.feed_id,
    outlet.name AS outlet,
    feed.url,
    CASE
        WHEN NOT feed.active THEN 'inactive'
        WHEN feed.last_polled_at IS NULL THEN 'new'
        WHEN feed.failures = 0 AND cardinality(coalesce(latest.problems, '{}')) = 0 THEN 'healthy'
        WHEN feed.failures = 0 THEN 'faulty'
        WHEN feed.failures < 3 THEN 'failing'
        ELSE 'dead'
    END AS health,
    feed.failures,
    feed.last_polled_at,
    feed.last_success_at,
    feed.next_poll_at,
    latest.status AS last_status,
    latest.reason::text AS last_reason,
    latest.detail AS last_detail,
    latest.problems AS last_problems,
    latest.seconds AS last_seconds,
    coalesce(polls.polls, 0)::integer AS polls,
    coalesce(polls.failed_polls, 0)::integer AS failed_polls,
    coalesce(items.items, 0)::integer AS items,
    coalesce(items.refused_items, 0)::integer AS refused_items,
    items.last_new_at
FROM staging.feed
JOIN core.outlet USING (outlet_id)
LEFT JOIN LATERAL (
    SELECT status, reason, detail, problems, seconds
    FROM staging.feed_poll
    WHERE feed_poll.feed_id = feed.feed_id
    ORDER BY poll_id DESC
    LIMIT 1
) AS latest ON true
LEFT JOIN (
    SELECT feed_id, count(*) AS polls, count(reason) AS failed_polls
    FROM staging.feed_poll GROUP BY feed_id
) AS polls USING (feed_id)
LEFT JOIN (
    SELECT feed_id, count(*) AS items, count(reason) AS refused_items, max(discovered_at) AS last_new_at
    FROM staging.item GROUP BY feed_id
) AS items USING (feed_id);

COMMENT ON VIEW mart.feed_health IS 'How each feed does, and how much it brings.';
COMMENT ON COLUMN mart.feed_health.feed_id IS 'Id, as in config/feeds.yaml.';
COMMENT ON COLUMN mart.feed_health.outlet IS 'Whose feed.';
COMMENT ON COLUMN mart.feed_health.url IS 'Address.';
COMMENT ON COLUMN mart.feed_health.health IS 'healthy; faulty: read around its problems; failing: failures below 3; dead: 3 or more, still asked daily; new: not polled yet; inactive: no longer configured.';
COMMENT ON COLUMN mart.feed_health.failures IS 'Weight of failures since the last success: hard 1, soft 0.5, temporary 0.25 each.';
COMMENT ON COLUMN mart.feed_health.last_polled_at IS 'When it was last polled.';
COMMENT ON COLUMN mart.feed_health.last_success_at IS 'When it last answered well.';
COMMENT ON COLUMN mart.feed_health.next_poll_at IS 'Not polled before; null: at the next run.';
COMMENT ON COLUMN mart.feed_health.last_status IS 'HTTP status of the last answer.';
COMMENT ON COLUMN mart.feed_health.last_reason IS 'Why the last poll failed; null: it did not.';
COMMENT ON COLUMN mart.feed_health.last_detail IS 'That failure in words.';
COMMENT ON COLUMN mart.feed_health.last_problems IS 'Faults that the last poll could read around.';
COMMENT ON COLUMN mart.feed_health.last_seconds IS 'How long the last poll took, in seconds.';
COMMENT ON COLUMN mart.feed_health.polls IS 'Polls so far.';
COMMENT ON COLUMN mart.feed_health.failed_polls IS 'Failed ones among them.';
COMMENT ON COLUMN mart.feed_health.items IS 'Items that it told of first.';
COMMENT ON COLUMN mart.feed_health.refused_items IS 'Refused ones among them.';
COMMENT ON COLUMN mart.feed_health.last_new_at IS 'When it last told of something new.';
