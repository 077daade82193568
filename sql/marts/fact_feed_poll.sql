CREATE OR REPLACE VIEW mart.fact_feed_poll AS
SELECT
    poll.poll_id,
    poll.feed_id,
    feed.outlet_id,
    (poll.polled_at AT TIME ZONE 'UTC')::date AS polled_on,
    poll.polled_at,
    poll.seconds,
    poll.status,
    poll.reason::text AS reason,
    poll.not_modified,
    poll.entries,
    poll.new_items
FROM staging.feed_poll AS poll
JOIN staging.feed USING (feed_id);

COMMENT ON VIEW mart.fact_feed_poll IS 'Fact: one poll of one feed.';
COMMENT ON COLUMN mart.fact_feed_poll.poll_id IS 'Key.';
COMMENT ON COLUMN mart.fact_feed_poll.feed_id IS 'The feed (mart.feed_health).';
COMMENT ON COLUMN mart.fact_feed_poll.outlet_id IS 'Whose (mart.dim_outlet).';
COMMENT ON COLUMN mart.fact_feed_poll.polled_on IS 'Day (mart.dim_date), in UTC.';
COMMENT ON COLUMN mart.fact_feed_poll.polled_at IS 'When, by the installation''s clock.';
COMMENT ON COLUMN mart.fact_feed_poll.seconds IS 'How long it took, in seconds.';
COMMENT ON COLUMN mart.fact_feed_poll.status IS 'HTTP status, if there was an answer.';
COMMENT ON COLUMN mart.fact_feed_poll.reason IS 'Why it failed; null: it did not.';
COMMENT ON COLUMN mart.fact_feed_poll.not_modified IS 'The server said that nothing changed.';
COMMENT ON COLUMN mart.fact_feed_poll.entries IS 'Entries that the feed held.';
COMMENT ON COLUMN mart.fact_feed_poll.new_items IS 'Entries that no feed had told before.';
