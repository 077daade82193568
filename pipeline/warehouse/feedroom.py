"""Feeds as ops sees and handles them: how each does, and which are to be left alone for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor

from pipeline.warehouse.text import storable


@dataclass(frozen=True, slots=True)
class FeedStanding:
    """One row of mart.feed_health, the columns that a person looks at."""

    feed_id: str
    outlet: str
    url: str
    health: str
    failures: float
    failed_in_row: int
    failing_since: datetime | None
    last_polled_at: datetime | None
    last_success_at: datetime | None
    next_poll_at: datetime | None
    news_at: datetime | None
    usual_gap: timedelta | None
    wait: timedelta | None
    wait_why: str | None
    last_reason: str | None
    last_detail: str | None
    last_problems: list[str] | None
    items: int
    moved_to: str | None
    paused_until: datetime | None
    paused_why: str | None


def standings(conn: Connection) -> list[FeedStanding]:
    """Every active feed, those that need a hand first."""
    columns = ", ".join(FeedStanding.__slots__)
    with conn.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(
            f"""
            SELECT {columns} FROM mart.feed_health WHERE health <> 'inactive'
            ORDER BY array_position(ARRAY['dead', 'failing', 'silent', 'faulty', 'paused', 'new', 'healthy'], health),
                     failures DESC, feed_id
            """
        )
        rows: list[dict[str, Any]] = list(cursor.fetchall())
    return [FeedStanding(**row) for row in rows]


def pause_feed(conn: Connection, feed_id: str, until: datetime, why: str) -> None:
    """Leave a feed alone until then. Does not commit. Raises LookupError for a feed that is not known."""
    _mark(conn, feed_id, until, why)


def resume_feed(conn: Connection, feed_id: str) -> None:
    """End a pause, and what is left of the pause after failures: it is asked at the next run. Does not commit.

    Raises LookupError for a feed that is not known.
    """
    _mark(conn, feed_id, None, None)


def _mark(conn: Connection, feed_id: str, until: datetime | None, why: str | None) -> None:
    with conn.cursor() as cursor:
        cursor.execute(
            """
            UPDATE staging.feed
            SET paused_until = %(until)s, paused_why = %(why)s,
                next_poll_at = CASE WHEN %(until)s::timestamptz IS NULL THEN NULL ELSE next_poll_at END
            WHERE feed_id = %(feed)s AND active
            """,
            {"until": until, "why": storable(why) if why else None, "feed": feed_id},
        )
        if cursor.rowcount != 1:
            raise LookupError(f"there is no feed {feed_id!r}; `hotline feeds list` names them")
