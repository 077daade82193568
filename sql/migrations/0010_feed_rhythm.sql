-- Feeds are asked at their own rhythm; their failures in a row, their silence and their moves are kept, and ops is told.

ALTER TABLE staging.feed
    ADD COLUMN failed_in_row integer NOT NULL DEFAULT 0 CHECK (failed_in_row >= 0),
    ADD COLUMN failing_since timestamptz,
    ADD COLUMN wait_seconds double precision CHECK (wait_seconds >= 0),
    ADD COLUMN wait_why text,
    ADD COLUMN news_at timestamptz,
    ADD COLUMN usual_gap_seconds double precision CHECK (usual_gap_seconds > 0),
    ADD COLUMN moved_to text,
    ADD COLUMN paused_until timestamptz,
    ADD COLUMN paused_why text;
COMMENT ON COLUMN staging.feed.failed_in_row IS 'Failed polls since the last good one.';
COMMENT ON COLUMN staging.feed.failing_since IS 'The first of them.';
COMMENT ON COLUMN staging.feed.wait_seconds IS 'How long it is left alone after a good poll, in seconds.';
COMMENT ON COLUMN staging.feed.wait_why IS 'What that interval follows from, in words.';
COMMENT ON COLUMN staging.feed.news_at IS 'When it last told of something it had not told before; another feed may have.';
COMMENT ON COLUMN staging.feed.usual_gap_seconds IS 'Nine of ten pauses between its entries are not longer, in seconds.';
COMMENT ON COLUMN staging.feed.moved_to IS 'Where it redirects to for good (301, 308): the address to configure.';
COMMENT ON COLUMN staging.feed.paused_until IS 'Ops left it alone until then.';
COMMENT ON COLUMN staging.feed.paused_why IS 'And why.';

-- A feed's pauses are measured over its latest entries.
CREATE INDEX sighting_by_feed ON staging.sighting (feed_id, sighting_id DESC);

CREATE TABLE core.ops_event (
    event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('feed_failing', 'feed_recovered', 'feed_silent', 'feed_speaking')),
    feed text NOT NULL REFERENCES staging.feed (feed_id),
    since timestamptz NOT NULL,
    detail text NOT NULL,
    noted_at timestamptz NOT NULL,
    ended_at timestamptz,
    notified_at timestamptz
);
-- One trouble is one event however long it lasts: what keeps ops from being told twice.
CREATE UNIQUE INDEX ops_event_open ON core.ops_event (feed, kind)
    WHERE ended_at IS NULL AND kind IN ('feed_failing', 'feed_silent');
CREATE INDEX ops_event_to_tell ON core.ops_event (event_id) WHERE notified_at IS NULL;
COMMENT ON TABLE core.ops_event IS 'What ops is told of, once each: a feed in trouble, and the end of that.';
COMMENT ON COLUMN core.ops_event.event_id IS 'Key.';
COMMENT ON COLUMN core.ops_event.kind IS 'feed_failing and its end feed_recovered; feed_silent and its end feed_speaking.';
COMMENT ON COLUMN core.ops_event.feed IS 'The feed.';
COMMENT ON COLUMN core.ops_event.since IS 'When the trouble began, by the installation''s clock.';
COMMENT ON COLUMN core.ops_event.detail IS 'What it is, in words.';
COMMENT ON COLUMN core.ops_event.noted_at IS 'When it was noticed, by the installation''s clock.';
COMMENT ON COLUMN core.ops_event.ended_at IS 'When a trouble ended; null: it lasts.';
COMMENT ON COLUMN core.ops_event.notified_at IS 'When ops was mailed, by the database''s clock; null: not yet, or there is no recipient.';
