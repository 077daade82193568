"""The stage queues: claim a batch, work, and commit results and state in one transaction.

A claim is bound to the connection that took it: it ends with `advance`, `refuse` or `retry`, when `lease_seconds` are
over, or when that connection is gone from the server. So keep the claiming connection open while working; the items of
a killed worker are free for the next claim at once. (Behind a connection pooler use session pooling.)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg2.extensions import connection as Connection

from pipeline.domain import Reason, Stage
from pipeline.warehouse.text import storable_or_none

# Of items that lost this many workers, one is handed out at a time: the one that kills is found out, its neighbours in
# the batch are not blamed for it.
SUSPECT_AFTER = 2
REFUSE_AFTER = 5

QUEUES = (Stage.DISCOVERED, Stage.FETCHED, Stage.EXTRACTED, Stage.UNDERSTOOD)


@dataclass(frozen=True, slots=True)
class QueueItem:
    """An item with what a stage needs of its feed and outlet. `attempts` are the failed tries in this stage so far."""

    item_id: int
    url: str
    url_key: str
    feed_id: str
    outlet: str
    family: str
    kind: str
    timezone: str
    language: str
    title: str
    summary: str
    published: datetime | None
    attempts: int


CLAIM = """
WITH due AS (
    SELECT item_id
    FROM staging.item
    WHERE stage = %(stage)s AND {suspects}
      AND staging.is_free(lease_pid, lease_backend_start, lease_until)
    ORDER BY {order}
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE staging.item AS item
    SET losses = losses + (lease_pid IS NOT NULL)::integer,
        lease_pid = me.pid,
        lease_backend_start = me.backend_start,
        lease_until = now() + make_interval(secs => %(lease_seconds)s)
    FROM due, pg_stat_activity AS me
    WHERE item.item_id = due.item_id AND me.pid = pg_backend_pid()
    RETURNING item.*
)
SELECT claimed.item_id, claimed.url, claimed.url_key, claimed.feed_id, outlet.name, outlet.family, outlet.kind,
       outlet.timezone, outlet.language, claimed.title, claimed.summary, claimed.published, claimed.attempts,
       claimed.losses
FROM claimed
JOIN staging.feed USING (feed_id)
JOIN core.outlet USING (outlet_id)
ORDER BY claimed.item_id
"""
HEALTHY, SUSPECT = f"losses < {SUSPECT_AFTER}", f"losses >= {SUSPECT_AFTER}"
# A feed's items have neighbouring ids and one host. Mixed, a batch of pages to fetch waits for many hosts at once,
# not for one that is asked once a second.
ORDER = {Stage.DISCOVERED: "hashint8(item_id), item_id"}


def claim(conn: Connection, stage: Stage, limit: int, lease_seconds: int) -> list[QueueItem]:
    """Take up to `limit` items that wait behind `stage`, and commit the claim: oldest first, discovered ones mixed.

    Items that others hold are passed over without waiting. One that has cost REFUSE_AFTER workers their life is
    refused instead of handed out.
    """
    with conn.cursor() as cursor:
        # A transaction that began long ago would see an old list of live workers.
        conn.commit()
        values = {"stage": stage, "limit": limit, "lease_seconds": lease_seconds}
        order = ORDER.get(stage, "item_id")
        cursor.execute(CLAIM.format(suspects=HEALTHY, order=order), values)
        rows = cursor.fetchall()
        while not rows:
            cursor.execute(CLAIM.format(suspects=SUSPECT, order=order), {**values, "limit": 1})
            rows = cursor.fetchall()
            if rows and rows[0][-1] >= REFUSE_AFTER:
                detail = f"{rows[0][-1]} workers vanished while they held it in stage {stage}"
                refuse(conn, rows[0][0], Reason.RETRIES_EXHAUSTED, detail)
                rows = []
                continue
            break
    conn.commit()
    return [QueueItem(*row[:-1]) for row in rows]


def advance(conn: Connection, item_id: int, to: Stage) -> None:
    """Pass the item on to the queue behind `to`. Does not commit."""
    _move(conn, item_id, to, None, None)


def refuse(conn: Connection, item_id: int, reason: Reason, detail: str | None) -> None:
    """Take the item out of the queues, and say why. Does not commit."""
    _move(conn, item_id, Stage.REFUSED, reason, detail)


def retry(conn: Connection, item_id: int, detail: str, max_attempts: int) -> bool:
    """Count a failed try: back to its queue, or refused as `retries_exhausted` at `max_attempts`. Does not commit.

    False: it was refused.
    """
    with conn.cursor() as cursor:
        cursor.execute(
            """
            UPDATE staging.item
            SET attempts = attempts + 1, detail = %(detail)s,
                lease_pid = NULL, lease_backend_start = NULL, lease_until = NULL,
                stage = CASE WHEN attempts + 1 >= %(most)s THEN 'refused' ELSE stage END,
                stage_at = CASE WHEN attempts + 1 >= %(most)s THEN now() ELSE stage_at END,
                reason = CASE WHEN attempts + 1 >= %(most)s THEN %(reason)s ELSE reason END
            WHERE item_id = %(item_id)s
            RETURNING stage
            """,
            {
                "item_id": item_id,
                "detail": storable_or_none(detail),
                "most": max_attempts,
                "reason": Reason.RETRIES_EXHAUSTED,
            },
        )
        row = cursor.fetchone()
    if row is None:
        raise LookupError(f"there is no item {item_id}")
    return bool(row[0] != Stage.REFUSED)


def waiting(conn: Connection, stage: Stage) -> int:
    """How many items wait behind `stage`, claimed ones included."""
    with conn.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM staging.item WHERE stage = %s AND stage NOT IN ('reconciled', 'refused')", (stage,)
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _move(conn: Connection, item_id: int, to: Stage, reason: Reason | None, detail: str | None) -> None:
    with conn.cursor() as cursor:
        cursor.execute(
            """
            UPDATE staging.item
            SET stage = %s, reason = %s, detail = %s, attempts = 0, losses = 0, stage_at = now(),
                lease_pid = NULL, lease_backend_start = NULL, lease_until = NULL
            WHERE item_id = %s
            """,
            (to, reason, storable_or_none(detail), item_id),
        )
        if cursor.rowcount != 1:
            raise LookupError(f"there is no item {item_id}")
