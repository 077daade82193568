"""Watching over feeds: those that fail in a row and those that fell silent are noted once, and the end of that once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg2.extensions import connection as Connection

from pipeline.warehouse.text import storable

# "Fetched fine, and nothing new for three times its usual gap."
SILENCES = 3
# For a feed whose gaps are not known: silent after a week.
UNKNOWN_GAP = timedelta(days=7) / SILENCES
# Of the latest so many entries.
GAP_ENTRIES = 200


@dataclass(frozen=True, slots=True)
class OpsEvent:
    """Something that ops is told once: `kind` is feed_failing, feed_recovered, feed_silent or feed_speaking."""

    event_id: int
    kind: str
    feed_id: str
    url: str
    since: datetime
    detail: str


@dataclass(frozen=True, slots=True)
class _Standing:
    failed_in_row: int
    failing_since: datetime | None
    news_at: datetime | None
    gap: timedelta | None
    reason: str | None
    detail: str | None


def watch_feed(conn: Connection, feed_id: str, now: datetime, alert_after: int, silence: timedelta) -> None:
    """After a poll was recorded: note what ops should know. Does not commit.

    `alert_after` failures in a row are a trouble, and so is a good poll without news for three usual gaps, but not
    before `silence`.
    """
    _measure_gap(conn, feed_id)
    feed = _standing(conn, feed_id)
    if feed.failed_in_row >= alert_after:
        why = ": ".join(filter(None, (feed.reason, feed.detail)))
        _open(
            conn, "feed_failing", feed_id, feed.failing_since or now, f"{feed.failed_in_row} polls failed: {why}", now
        )
    if feed.failed_in_row:
        return
    _close(conn, "feed_failing", "feed_recovered", feed_id, "it answers again", now)
    if feed.news_at is None:
        return
    if now - feed.news_at > max(SILENCES * (feed.gap or UNKNOWN_GAP), silence):
        usual = f"its usual gap is {_hours(feed.gap)}" if feed.gap else "its usual gap is not known"
        detail = f"it answers, and has told of nothing new for {_hours(now - feed.news_at)}; {usual}"
        _open(conn, "feed_silent", feed_id, feed.news_at, detail, now)
    else:
        _close(conn, "feed_silent", "feed_speaking", feed_id, "it tells news again", now)


def untold_events(conn: Connection) -> list[OpsEvent]:
    """What ops has not been told yet, oldest first; locked until the transaction ends."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT event_id, kind, feed_id, url, since, detail
            FROM core.ops_event JOIN staging.feed ON feed_id = feed
            WHERE notified_at IS NULL ORDER BY event_id FOR UPDATE OF ops_event SKIP LOCKED
            """
        )
        return [OpsEvent(*row) for row in cursor.fetchall()]


def mark_told(conn: Connection, events: list[OpsEvent]) -> None:
    """Ops is told of these in this transaction. Does not commit."""
    with conn.cursor() as cursor:
        cursor.execute(
            "UPDATE core.ops_event SET notified_at = now() WHERE event_id = ANY(%s)", ([e.event_id for e in events],)
        )


def _measure_gap(conn: Connection, feed_id: str) -> None:
    """How long the pauses between a feed's entries usually are: nine of ten are not longer.

    Not the median: that of a busy feed is minutes, and every night would be a fault.
    """
    with conn.cursor() as cursor:
        cursor.execute(
            """
            UPDATE staging.feed SET usual_gap_seconds = coalesce(measured.gap, usual_gap_seconds)
            FROM (
                SELECT percentile_cont(0.9) WITHIN GROUP (ORDER BY gap) AS gap
                FROM (
                    SELECT extract(epoch FROM at - lag(at) OVER (ORDER BY at))::float8 AS gap
                    FROM (
                        SELECT DISTINCT coalesce(published, seen_at) AS at
                        FROM (
                            SELECT published, seen_at FROM staging.sighting
                            WHERE feed_id = %(feed)s ORDER BY sighting_id DESC LIMIT %(most)s
                        ) AS latest
                    ) AS moments
                ) AS gaps
                WHERE gap > 0
            ) AS measured
            WHERE feed_id = %(feed)s AND news_at = last_polled_at
            """,
            {"feed": feed_id, "most": GAP_ENTRIES},
        )


def _standing(conn: Connection, feed_id: str) -> _Standing:
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT failed_in_row, failing_since, news_at, make_interval(secs => usual_gap_seconds),
                   latest.reason::text, latest.detail
            FROM staging.feed LEFT JOIN LATERAL (
                SELECT reason, detail FROM staging.feed_poll
                WHERE feed_poll.feed_id = feed.feed_id ORDER BY poll_id DESC LIMIT 1
            ) AS latest ON true
            WHERE feed_id = %s
            """,
            (feed_id,),
        )
        row = cursor.fetchone()
    if row is None:
        raise LookupError(f"there is no feed {feed_id!r}")
    return _Standing(*row)


def _open(conn: Connection, kind: str, feed_id: str, since: datetime, detail: str, now: datetime) -> None:
    with conn.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO core.ops_event (kind, feed, since, detail, noted_at) VALUES (%s, %s, %s, %s, %s)
            ON CONFLICT (feed, kind) WHERE ended_at IS NULL AND kind IN ('feed_failing', 'feed_silent') DO NOTHING
            """,
            (kind, feed_id, since, storable(detail[:1000]), now),
        )


def _close(conn: Connection, kind: str, end: str, feed_id: str, detail: str, now: datetime) -> None:
    with conn.cursor() as cursor:
        cursor.execute(
            """
            WITH ended AS (
                UPDATE core.ops_event SET ended_at = %(now)s
                WHERE feed = %(feed)s AND kind = %(kind)s AND ended_at IS NULL RETURNING since
            )
            INSERT INTO core.ops_event (kind, feed, since, detail, noted_at)
            SELECT %(end)s, %(feed)s, since, %(detail)s, %(now)s FROM ended
            """,
            {"now": now, "feed": feed_id, "kind": kind, "end": end, "detail": detail},
        )


def _hours(time: timedelta) -> str:
    hours = time.total_seconds() / 3600
    return f"{hours / 24:.1f} days" if hours >= 48 else f"{hours:.1f} hours" if hours >= 1 else f"{hours * 60:.0f} min"
