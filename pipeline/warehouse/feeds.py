"""Feeds, their polls, and the items they tell of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg2.extensions import connection as Connection
from psycopg2.extras import execute_values

from pipeline.domain import FeedEntry, FeedSource, Reason
from pipeline.warehouse.text import digest, storable, storable_or_none

# How much one failed poll weighs: a feed that is gone counts in full, one that is busy hardly. A success clears it.
HARD = frozenset(
    {
        Reason.HTTP_NOT_FOUND,
        Reason.HTTP_GONE,
        Reason.NOT_A_FEED,
        Reason.BROKEN_FEED,
        Reason.BAD_URL,
        Reason.UNSUPPORTED_SCHEME,
        Reason.FORBIDDEN_ADDRESS,
        Reason.ROBOTS_DISALLOWED,
    }
)
TEMPORARY = frozenset({Reason.HTTP_TOO_MANY_REQUESTS, Reason.TIMEOUT, Reason.ROBOTS_UNREACHABLE})
# Pause after a failure: 15 min, doubled for each whole failure, one day at most. So a dead feed is still asked daily:
# feeds do come back to life.
FIRST_PAUSE = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(days=1)
DISCOVERY_LOCK = 4_673_912_847


@dataclass(frozen=True, slots=True)
class FeedState:
    """What polling has taught us of a feed. `next_poll_at` is None when it is due at once."""

    feed_id: str
    etag: str | None
    last_modified: str | None
    failures: float
    next_poll_at: datetime | None
    last_polled_at: datetime | None = None
    wait: timedelta | None = None
    paused_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What became of the entries of one poll: `entries` with a link tell of `items`, of which `new_items` are new to
    us and `new_here` new to this feed (another may have told of them)."""

    entries: int = 0
    items: int = 0
    new_items: int = 0
    new_here: int = 0


@dataclass(frozen=True, slots=True)
class PollRecord:
    """One poll. `reason` is None when it went well; `etag` and `last_modified` are those to send next time.

    `wait` is how long to leave the feed alone now (after a failure: at least), and `wait_why` why; None: until the next
    run. `moved_to` is where it redirects for good. `news`: it told of something that it had not told before.
    """

    feed_id: str
    polled_at: datetime
    seconds: float
    status: int | None
    reason: Reason | None
    detail: str | None
    not_modified: bool
    entries: int
    new_items: int
    etag: str | None
    last_modified: str | None
    problems: tuple[str, ...] = ()
    wait: timedelta | None = None
    wait_why: str | None = None
    moved_to: str | None = None
    news: bool = False


def weight(reason: Reason) -> float:
    """How much one failed poll counts: 1 hard, 0.5 soft, 0.25 temporary."""
    return 1.0 if reason in HARD else 0.25 if reason in TEMPORARY else 0.5


def pause(failures: float) -> timedelta:
    """How long to leave a feed alone after `failures`."""
    # The exponent is capped before the power is taken: failures grow without end.
    return min(FIRST_PAUSE * float(2.0 ** min(failures, 16.0)), LONGEST_PAUSE)


def sync_feeds(conn: Connection, sources: Sequence[FeedSource], now: datetime) -> None:
    """Bring outlets and feeds in line with the configuration; feeds that it no longer names become inactive.

    A feed whose address changed starts afresh: its ETag and failures belonged to the old one. Does not commit.
    """
    outlets = {source.outlet: source for source in sources}
    with conn.cursor() as cursor:
        # In one order always, so that two of us cannot wait for each other.
        for name, source in sorted(outlets.items()):
            cursor.execute(
                """
                INSERT INTO core.outlet AS outlet (name, family, kind, country, language, timezone, updated_at)
                VALUES (%s, %s, %s, %s, %s, %s, %s)
                ON CONFLICT (name) DO UPDATE
                SET family = excluded.family, kind = excluded.kind, country = excluded.country,
                    language = excluded.language, timezone = excluded.timezone, updated_at = excluded.updated_at
                WHERE (outlet.family, outlet.kind, outlet.country, outlet.language, outlet.timezone)
                    IS DISTINCT FROM
                    (excluded.family, excluded.kind, excluded.country, excluded.language, excluded.timezone)
                """,
                (name, source.family, source.kind, source.country, source.language, source.timezone, now),
            )
        for source in sorted(sources, key=lambda s: s.feed_id):
            cursor.execute(
                """
                INSERT INTO staging.feed AS feed (feed_id, outlet_id, url, added_at, updated_at)
                SELECT %(feed_id)s, outlet_id, %(url)s, %(now)s, %(now)s FROM core.outlet WHERE name = %(outlet)s
                ON CONFLICT (feed_id) DO UPDATE
                SET outlet_id = excluded.outlet_id, url = excluded.url, active = true, updated_at = excluded.updated_at,
                    etag = CASE WHEN feed.url = excluded.url THEN feed.etag END,
                    last_modified = CASE WHEN feed.url = excluded.url THEN feed.last_modified END,
                    failures = CASE WHEN feed.url = excluded.url THEN feed.failures ELSE 0 END,
                    moved_to = CASE WHEN feed.url = excluded.url THEN feed.moved_to END,
                    next_poll_at = CASE WHEN feed.url = excluded.url THEN feed.next_poll_at END
                WHERE (feed.outlet_id, feed.url, feed.active) IS DISTINCT FROM (excluded.outlet_id, excluded.url, true)
                """,
                {"feed_id": source.feed_id, "url": source.url, "outlet": source.outlet, "now": now},
            )
        cursor.execute(
            "UPDATE staging.feed SET active = false, updated_at = %s WHERE active AND NOT feed_id = ANY(%s)",
            (now, [source.feed_id for source in sources]),
        )


def feed_states(conn: Connection) -> dict[str, FeedState]:
    """The state of every active feed."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT feed_id, etag, last_modified, failures, next_poll_at, last_polled_at,
                   make_interval(secs => wait_seconds), paused_until
            FROM staging.feed WHERE active ORDER BY 1
            """
        )
        return {row[0]: FeedState(*row) for row in cursor.fetchall()}


def record_poll(conn: Connection, poll: PollRecord) -> None:
    """Note a poll, and what it means for the next one. Does not commit. Raises LookupError for an unknown feed."""
    with conn.cursor() as cursor:
        cursor.execute("SELECT failures FROM staging.feed WHERE feed_id = %s FOR UPDATE", (poll.feed_id,))
        row = cursor.fetchone()
        if row is None:
            raise LookupError(f"there is no feed {poll.feed_id!r}")
        cursor.execute(
            """
            INSERT INTO staging.feed_poll (feed_id, polled_at, seconds, status, reason, detail, not_modified, entries,
                                           new_items, problems)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            """,
            (
                poll.feed_id,
                poll.polled_at,
                poll.seconds,
                poll.status,
                poll.reason,
                storable_or_none(poll.detail),
                poll.not_modified,
                poll.entries,
                poll.new_items,
                [storable(problem) for problem in poll.problems],
            ),
        )
        if poll.reason is None:
            cursor.execute(
                """
                UPDATE staging.feed
                SET failures = 0, failed_in_row = 0, failing_since = NULL, next_poll_at = %(next)s,
                    last_polled_at = %(at)s, last_success_at = %(at)s, etag = %(etag)s,
                    last_modified = %(last_modified)s, wait_seconds = %(wait)s, wait_why = %(why)s,
                    moved_to = %(moved_to)s, news_at = CASE WHEN %(news)s THEN %(at)s ELSE coalesce(news_at, %(at)s) END
                WHERE feed_id = %(feed_id)s
                """,
                {
                    "feed_id": poll.feed_id,
                    "at": poll.polled_at,
                    "next": poll.polled_at + poll.wait if poll.wait else None,
                    "etag": storable_or_none(poll.etag),
                    "last_modified": storable_or_none(poll.last_modified),
                    "wait": poll.wait.total_seconds() if poll.wait else None,
                    "why": storable_or_none(poll.wait_why),
                    "moved_to": storable_or_none(poll.moved_to),
                    "news": poll.news,
                },
            )
        else:
            failures = float(row[0]) + weight(poll.reason)
            # The validators stay: the next good answer may well be "not modified since".
            cursor.execute(
                """
                UPDATE staging.feed
                SET failures = %s, failed_in_row = failed_in_row + 1, failing_since = coalesce(failing_since, %s),
                    next_poll_at = %s, last_polled_at = %s
                WHERE feed_id = %s
                """,
                (
                    failures,
                    poll.polled_at,
                    poll.polled_at + max(pause(failures), poll.wait or timedelta(0)),
                    poll.polled_at,
                    poll.feed_id,
                ),
            )


def add_entries(conn: Connection, feed_id: str, entries: Sequence[tuple[str, FeedEntry]], now: datetime) -> int:
    """Note what a feed told: (url_key, entry) pairs. Returns how many are new items. Does not commit.

    An address that we know, from this or another feed, is no new item; a changed id or title is kept as a sighting.
    Entries without a link are passed over: they have no article.
    """
    return tell(conn, feed_id, entries, now).new_items


def tell(conn: Connection, feed_id: str, entries: Sequence[tuple[str, FeedEntry]], now: datetime) -> Told:
    """As `add_entries`, with all that became of the entries."""
    told = [(digest(key), key, entry) for key, entry in entries if entry.link]
    if not told:
        return Told()
    # In the feed's own order, so that what is read first, and so is the original of two copies, is no matter of chance.
    first = {hash_: (key, entry) for hash_, key, entry in reversed(told)}
    with conn.cursor() as cursor:
        # Two feeds with the same entries in another order must not wait for each other.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (DISCOVERY_LOCK,))
        new = execute_values(
            cursor,
            """
            INSERT INTO staging.item (url_hash, url_key, url, feed_id, title, summary, author, published, discovered_at)
            VALUES %s ON CONFLICT (url_hash) DO NOTHING RETURNING item_id
            """,
            [
                (
                    hash_,
                    storable(key),
                    storable(entry.link or ""),
                    feed_id,
                    storable(entry.title),
                    storable(entry.summary),
                    storable_or_none(entry.author),
                    entry.published,
                    now,
                )
                for hash_, (key, entry) in reversed(first.items())
            ],
            fetch=True,
        )
        cursor.execute(
            """
            SELECT count(*) FROM staging.item
            WHERE url_hash = ANY(%s) AND NOT EXISTS (
                SELECT FROM staging.sighting WHERE sighting.item_id = item.item_id AND sighting.feed_id = %s
            )
            """,
            (list(first), feed_id),
        )
        new_here = int((cursor.fetchone() or (0,))[0])
        execute_values(
            cursor,
            """
            INSERT INTO staging.sighting (item_id, feed_id, wording_hash, entry_id, title, published, updated, seen_at)
            SELECT item.item_id, told.feed_id, told.wording_hash, told.entry_id, told.title, told.published,
                   told.updated, told.seen_at
            FROM (VALUES %s) AS told
                (url_hash, feed_id, wording_hash, entry_id, title, published, updated, seen_at)
            JOIN staging.item USING (url_hash)
            ON CONFLICT (item_id, feed_id, wording_hash) DO NOTHING
            """,
            list(_sightings(told, feed_id, now)),
            template="(%s::bytea, %s, %s::bytea, %s, %s, %s::timestamptz, %s::timestamptz, %s::timestamptz)",
        )
    return Told(len(told), len(first), len(new), new_here)


def _sightings(
    told: Iterable[tuple[bytes, str, FeedEntry]], feed_id: str, now: datetime
) -> Iterable[tuple[bytes, str, bytes, str, str, datetime | None, datetime | None, datetime]]:
    for hash_, _, entry in sorted(told, key=lambda one: (one[0], one[2].entry_id, one[2].title)):
        wording = digest(entry.entry_id, entry.title)
        entry_id, title = storable(entry.entry_id), storable(entry.title)
        yield hash_, feed_id, wording, entry_id, title, entry.published, entry.updated, now
