"""Which pages are to be looked at again, and when: a page that changes does so soon, or hardly ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg2.extensions import connection as Connection

from pipeline.domain import Page, Stage
from pipeline.warehouse.pages import note_fault, save_page
from pipeline.warehouse.queue import advance


@dataclass(frozen=True, slots=True)
class Revisit:
    """A page that is due, with what makes the request conditional."""

    item_id: int
    url: str
    etag: str | None
    last_modified: str | None


def plan_revisits(conn: Connection, item_id: int, fetched_at: datetime, after: Sequence[float]) -> None:
    """Look at an item's page again, `after` so many seconds from its first fetch. Known plans stay. Does not commit."""
    if not after:
        return
    with conn.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO staging.revisit (item_id, due_at, fetched_at) VALUES (%s, %s, %s)
            ON CONFLICT (item_id) DO NOTHING
            """,
            (item_id, fetched_at + timedelta(seconds=after[0]), fetched_at),
        )


def start_anew(conn: Connection, item_id: int, fetched_at: datetime, after: Sequence[float]) -> None:
    """Begin an item's visits anew from `fetched_at`: its page is still growing. Does not commit."""
    if not after:
        return
    with conn.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO staging.revisit (item_id, due_at, fetched_at) VALUES (%s, %s, %s)
            ON CONFLICT (item_id) DO UPDATE
            SET due_at = excluded.due_at, fetched_at = excluded.fetched_at, visits = 0
            """,
            (item_id, fetched_at + timedelta(seconds=after[0]), fetched_at),
        )


def claim_revisits(conn: Connection, now: datetime, limit: int, lease_seconds: int) -> list[Revisit]:
    """Pages of settled articles that are due, oldest first; they are ours for `lease_seconds`. Commits the claim.

    A worker that dies with them only puts them off: they are due again when the lease is over.
    """
    with conn.cursor() as cursor:
        cursor.execute(
            """
            WITH due AS (
                SELECT item_id FROM staging.revisit JOIN staging.item USING (item_id)
                WHERE due_at <= %(now)s AND item.stage = 'reconciled'
                ORDER BY due_at, item_id LIMIT %(limit)s
                FOR UPDATE OF revisit SKIP LOCKED
            ), claimed AS (
                UPDATE staging.revisit SET due_at = %(lease)s FROM due WHERE revisit.item_id = due.item_id
                RETURNING revisit.item_id
            )
            SELECT item_id, url, page.etag, page.last_modified
            FROM claimed JOIN staging.page USING (item_id) ORDER BY item_id
            """,
            {"now": now, "limit": limit, "lease": now + timedelta(seconds=lease_seconds)},
        )
        rows = cursor.fetchall()
    conn.commit()
    return [Revisit(*row) for row in rows]


def note_revisit(conn: Connection, item_id: int, page: Page, after: Sequence[float]) -> bool:
    """A visit was made: plan the next one, and queue a page that was had for extraction. Does not commit.

    False: there is nothing to read (not modified; or not to be had, which is noted), or the item is on its way for
    another reason.
    """
    with conn.cursor() as cursor:
        cursor.execute("UPDATE staging.revisit SET visits = visits + 1 WHERE item_id = %s RETURNING visits, fetched_at",
                       (item_id,))  # fmt: skip
        row = cursor.fetchone()
        if row is None:
            return False
        visits, first = row
        if visits < len(after):
            due_at = first + timedelta(seconds=after[visits])
            cursor.execute("UPDATE staging.revisit SET due_at = %s WHERE item_id = %s", (due_at, item_id))
        else:
            cursor.execute("DELETE FROM staging.revisit WHERE item_id = %s", (item_id,))
    if page.reason is not None:
        note_fault(conn, item_id, page.reason, page.detail, page.fetched_at)
    if page.reason is not None or page.not_modified:
        return False
    with conn.cursor() as cursor:
        cursor.execute("SELECT FROM staging.item WHERE item_id = %s AND stage = 'reconciled' FOR UPDATE", (item_id,))
        if cursor.fetchone() is None:
            return False
    save_page(conn, item_id, page, again=True)
    advance(conn, item_id, Stage.FETCHED)
    return True
