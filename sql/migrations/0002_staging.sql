-- Outlets and feeds, and the queue that every item passes.

CREATE TABLE core.outlet (
    outlet_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (name <> ''),
    family text NOT NULL CHECK (family <> ''),
    kind text NOT NULL,
    country text,
    language text NOT NULL,
    timezone text NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE core.outlet IS 'Who publishes. Independent voices are counted by family, not by outlet.';
COMMENT ON COLUMN core.outlet.outlet_id IS 'Key.';
COMMENT ON COLUMN core.outlet.name IS 'The outlet''s name, as in config/feeds.yaml.';
COMMENT ON COLUMN core.outlet.family IS 'Owner or source group: outlets of one family do not corroborate each other.';
COMMENT ON COLUMN core.outlet.kind IS 'Kind of outlet: paper, agency, broadcaster, government and the like.';
COMMENT ON COLUMN core.outlet.country IS 'Seat, ISO 3166-1 alpha-3, if known.';
COMMENT ON COLUMN core.outlet.language IS 'Language that it usually writes, ISO 639-1.';
COMMENT ON COLUMN core.outlet.timezone IS 'IANA time zone in which its articles mean "on Saturday".';
COMMENT ON COLUMN core.outlet.updated_at IS 'When the configuration last changed this row.';

CREATE TABLE staging.feed (
    feed_id text PRIMARY KEY CHECK (feed_id <> ''),
    outlet_id integer NOT NULL REFERENCES core.outlet,
    url text NOT NULL,
    active boolean NOT NULL DEFAULT true,
    etag text,
    last_modified text,
    failures double precision NOT NULL DEFAULT 0 CHECK (failures >= 0),
    next_poll_at timestamptz,
    last_polled_at timestamptz,
    last_success_at timestamptz,
    added_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
COMMENT ON TABLE staging.feed IS 'The feeds of config/feeds.yaml with what polling them has taught us.';
COMMENT ON COLUMN staging.feed.feed_id IS 'Id of the feed, as in config/feeds.yaml.';
COMMENT ON COLUMN staging.feed.outlet_id IS 'Whose feed it is.';
COMMENT ON COLUMN staging.feed.url IS 'Address of the feed.';
COMMENT ON COLUMN staging.feed.active IS 'False when the configuration no longer names it; its history stays.';
COMMENT ON COLUMN staging.feed.etag IS 'ETag of the last answer, sent back as If-None-Match.';
COMMENT ON COLUMN staging.feed.last_modified IS 'Last-Modified of the last answer, sent back as If-Modified-Since.';
COMMENT ON COLUMN staging.feed.failures IS 'Weight of failures since the last success: hard 1, soft 0.5, temporary 0.25 each.';
COMMENT ON COLUMN staging.feed.next_poll_at IS 'Not to be polled before; null: at once.';
COMMENT ON COLUMN staging.feed.last_polled_at IS 'When it was last polled.';
COMMENT ON COLUMN staging.feed.last_success_at IS 'When it last answered with a readable feed or "not modified".';
COMMENT ON COLUMN staging.feed.added_at IS 'When it first stood in the configuration.';
COMMENT ON COLUMN staging.feed.updated_at IS 'When the configuration last changed this row.';

CREATE TABLE staging.feed_poll (
    poll_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    feed_id text NOT NULL REFERENCES staging.feed,
    polled_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    seconds double precision NOT NULL CHECK (seconds >= 0),
    status integer,
    reason core.reason,
    detail text,
    not_modified boolean NOT NULL,
    entries integer NOT NULL CHECK (entries >= 0),
    new_items integer NOT NULL CHECK (new_items >= 0),
    problems text[] NOT NULL DEFAULT '{}'
);
CREATE INDEX feed_poll_by_feed ON staging.feed_poll (feed_id, poll_id DESC);
CREATE INDEX feed_poll_by_time ON staging.feed_poll (recorded_at);
COMMENT ON TABLE staging.feed_poll IS 'Every poll of every feed.';
COMMENT ON COLUMN staging.feed_poll.poll_id IS 'Key.';
COMMENT ON COLUMN staging.feed_poll.feed_id IS 'The feed polled.';
COMMENT ON COLUMN staging.feed_poll.polled_at IS 'When, by the installation''s clock (fixed in a replay).';
COMMENT ON COLUMN staging.feed_poll.recorded_at IS 'When, by the database''s clock.';
COMMENT ON COLUMN staging.feed_poll.seconds IS 'How long it took, in seconds.';
COMMENT ON COLUMN staging.feed_poll.status IS 'HTTP status, if there was an answer.';
COMMENT ON COLUMN staging.feed_poll.reason IS 'Why it failed; null: it did not.';
COMMENT ON COLUMN staging.feed_poll.detail IS 'The failure in words.';
COMMENT ON COLUMN staging.feed_poll.not_modified IS 'The server said that nothing changed (304).';
COMMENT ON COLUMN staging.feed_poll.entries IS 'Entries that the feed held.';
COMMENT ON COLUMN staging.feed_poll.new_items IS 'Entries that we had not seen in any feed.';
COMMENT ON COLUMN staging.feed_poll.problems IS 'Faults of the feed that could be read around.';

CREATE TABLE staging.item (
    item_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    url_key text NOT NULL,
    url_hash bytea NOT NULL UNIQUE CHECK (length(url_hash) = 32),
    url text NOT NULL,
    feed_id text NOT NULL REFERENCES staging.feed,
    title text NOT NULL,
    summary text NOT NULL,
    author text,
    published timestamptz,
    stage core.stage NOT NULL DEFAULT 'discovered',
    reason core.reason,
    detail text,
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    losses integer NOT NULL DEFAULT 0 CHECK (losses >= 0),
    discovered_at timestamptz NOT NULL,
    stage_at timestamptz NOT NULL DEFAULT now(),
    lease_pid integer,
    lease_backend_start timestamptz,
    lease_until timestamptz,
    CONSTRAINT item_refused_for_a_reason CHECK ((stage = 'refused') = (reason IS NOT NULL)),
    CONSTRAINT item_lease_is_whole CHECK (num_nulls(lease_pid, lease_backend_start, lease_until) IN (0, 3))
);
-- Items that wait are few beside those that are through, so the queues' index stays small.
CREATE INDEX item_waiting ON staging.item (stage, item_id) WHERE stage NOT IN ('reconciled', 'refused');
CREATE INDEX item_by_feed ON staging.item (feed_id);
CREATE INDEX item_refused ON staging.item (reason, stage_at) WHERE stage = 'refused';
COMMENT ON TABLE staging.item IS 'One address that some feed told of, with its place in the queues.';
COMMENT ON COLUMN staging.item.item_id IS 'Key.';
COMMENT ON COLUMN staging.item.url_key IS 'Normalised address: one item however it is linked.';
COMMENT ON COLUMN staging.item.url_hash IS 'SHA-256 of url_key; addresses can be longer than an index allows.';
COMMENT ON COLUMN staging.item.url IS 'The address as first linked.';
COMMENT ON COLUMN staging.item.feed_id IS 'The feed that told of it first.';
COMMENT ON COLUMN staging.item.title IS 'Title in the feed.';
COMMENT ON COLUMN staging.item.summary IS 'Summary in the feed.';
COMMENT ON COLUMN staging.item.author IS 'Author in the feed.';
COMMENT ON COLUMN staging.item.published IS 'Time of publication in the feed, if it gave one.';
COMMENT ON COLUMN staging.item.stage IS 'The last stage passed, or refused.';
COMMENT ON COLUMN staging.item.reason IS 'Why it was refused.';
COMMENT ON COLUMN staging.item.detail IS 'The refusal or the last failure in words.';
COMMENT ON COLUMN staging.item.attempts IS 'Failed tries in the present stage.';
COMMENT ON COLUMN staging.item.losses IS 'Times a worker vanished while it held this item in the present stage.';
COMMENT ON COLUMN staging.item.discovered_at IS 'When a feed first told of it, by the installation''s clock.';
COMMENT ON COLUMN staging.item.stage_at IS 'When it came to its present stage, by the database''s clock.';
COMMENT ON COLUMN staging.item.lease_pid IS 'Backend process of the worker that holds it.';
COMMENT ON COLUMN staging.item.lease_backend_start IS 'Start of that backend; process ids are used again.';
COMMENT ON COLUMN staging.item.lease_until IS 'When the lease ends in any case.';

CREATE TABLE staging.sighting (
    sighting_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    item_id bigint NOT NULL REFERENCES staging.item ON DELETE CASCADE,
    feed_id text NOT NULL REFERENCES staging.feed,
    wording_hash bytea NOT NULL CHECK (length(wording_hash) = 32),
    entry_id text NOT NULL,
    title text NOT NULL,
    published timestamptz,
    updated timestamptz,
    seen_at timestamptz NOT NULL,
    UNIQUE (item_id, feed_id, wording_hash)
);
COMMENT ON TABLE staging.sighting IS 'Each form in which a feed told of an item: a changed id or an edited title is a row, not a new item.';
COMMENT ON COLUMN staging.sighting.sighting_id IS 'Key.';
COMMENT ON COLUMN staging.sighting.item_id IS 'The item.';
COMMENT ON COLUMN staging.sighting.feed_id IS 'The feed.';
COMMENT ON COLUMN staging.sighting.wording_hash IS 'SHA-256 of entry id and title.';
COMMENT ON COLUMN staging.sighting.entry_id IS 'The feed''s own id of the entry.';
COMMENT ON COLUMN staging.sighting.title IS 'The title in this form.';
COMMENT ON COLUMN staging.sighting.published IS 'Publication time in this form.';
COMMENT ON COLUMN staging.sighting.updated IS 'Update time in this form.';
COMMENT ON COLUMN staging.sighting.seen_at IS 'When this form was first seen, by the installation''s clock.';

CREATE TABLE staging.page (
    item_id bigint PRIMARY KEY REFERENCES staging.item ON DELETE CASCADE,
    url text NOT NULL,
    final_url text NOT NULL,
    status integer,
    content_type text,
    charset text,
    etag text,
    last_modified text,
    body bytea NOT NULL,
    body_bytes bigint NOT NULL CHECK (body_bytes >= 0),
    fetched_at timestamptz NOT NULL
);
-- Compressed by us already: a second compression would only cost time.
ALTER TABLE staging.page ALTER COLUMN body SET STORAGE EXTERNAL;
COMMENT ON TABLE staging.page IS 'What the fetch of an item brought.';
COMMENT ON COLUMN staging.page.item_id IS 'The item.';
COMMENT ON COLUMN staging.page.url IS 'The address asked for.';
COMMENT ON COLUMN staging.page.final_url IS 'The address that answered, after redirects.';
COMMENT ON COLUMN staging.page.status IS 'HTTP status.';
COMMENT ON COLUMN staging.page.content_type IS 'Content type of the answer.';
COMMENT ON COLUMN staging.page.charset IS 'Character set named by the answer.';
COMMENT ON COLUMN staging.page.etag IS 'ETag of the answer.';
COMMENT ON COLUMN staging.page.last_modified IS 'Last-Modified of the answer.';
COMMENT ON COLUMN staging.page.body IS 'The bytes received, compressed with zlib.';
COMMENT ON COLUMN staging.page.body_bytes IS 'Size of the bytes received, before our compression.';
COMMENT ON COLUMN staging.page.fetched_at IS 'When it was fetched.';
