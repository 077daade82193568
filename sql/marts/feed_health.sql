CREATE OR REPLACE VIEW mart.feed_health AS
SELECT
    feed.feed_id,
    outlet.name AS outlet,
    feed.url,
    CASE
        WHEN NOT feed.active THEN 'inactive'
        -- The clock of a paused feed is the installation's: no poll of it is later than its pause.
        WHEN feed.paused_until > coalesce(newest.polled_at, feed.updated_at) THEN 'paused'
        WHEN feed.last_polled_at IS NULL THEN 'new'
        WHEN feed.failures >= 3 THEN 'dead'
        WHEN feed.failures > 0 THEN 'failing'
        WHEN feed.last_success_at - feed.news_at
            > greatest(make_interval(secs => 3 * coalesce(feed.usual_gap_seconds, 201600)), interval '1 day')
            THEN 'silent'
        WHEN cardinality(coalesce(latest.problems, '{}')) = 0 THEN 'healthy'
        ELSE 'faulty'
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
    items.last_new_at,
    feed.failed_in_row,
    feed.failing_since,
    feed.news_at,
    make_interval(secs => feed.usual_gap_seconds) AS usual_gap,
    make_interval(secs => feed.wait_seconds) AS wait,
    feed.wait_why,
    feed.moved_to,
    feed.paused_until,
    feed.paused_why
FROM staging.feed
JOIN core.outlet USING (outlet_id)
CROSS JOIN (SELECT max(last_polled_at) AS polled_at FROM staging.feed) AS newest
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
COMMENT ON COLUMN mart.feed_health.health IS 'healthy; faulty: read around its problems; silent: fetched fine, but nothing new for 3 usual gaps and a day; failing: failures below 3; dead: 3 or more, still asked daily; new: not polled yet; paused: ops left it alone until paused_until; inactive: no longer configured.';
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
COMMENT ON COLUMN mart.feed_health.last_new_at IS 'When it last told of something that no feed had told before.';
COMMENT ON COLUMN mart.feed_health.failed_in_row IS 'Failed polls since the last good one.';
COMMENT ON COLUMN mart.feed_health.failing_since IS 'The first of them.';
COMMENT ON COLUMN mart.feed_health.news_at IS 'When it last told of something that it had not told before.';
COMMENT ON COLUMN mart.feed_health.usual_gap IS 'Nine of ten pauses between its entries are not longer.';
COMMENT ON COLUMN mart.feed_health.wait IS 'How long it is left alone after a good poll.';
COMMENT ON COLUMN mart.feed_health.wait_why IS 'What that follows from.';
COMMENT ON COLUMN mart.feed_health.moved_to IS 'Where it redirects to for good: the address to configure.';
COMMENT ON COLUMN mart.feed_health.paused_until IS 'Ops left it alone until then.';
COMMENT ON COLUMN mart.feed_health.paused_why IS 'And why.';
