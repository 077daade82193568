"""The queue of contacts that a person should look at: written where contacts are settled, read by who reviews."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg2.extensions import connection as Connection
from psycopg2.extras import execute_values

from pipeline.warehouse.text import storable


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A row of mart.review_queue."""

    contact_id: str
    participants: str
    mode: str
    status: str
    occurred_on: date | None
    confidence: float
    families: int
    doubt: float
    kinds: tuple[str, ...]
    why: str
    hanging_reports: tuple[int, ...]


def queue(conn: Connection, limit: int = 50, kind: str | None = None) -> list[Doubtful]:
    """What to look at, worst first; `kind` narrows to one kind of doubt."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT contact_id::text, participants, mode, status, occurred_on, confidence, families, doubt, kinds, why,
                   hanging_reports
            FROM mart.review_queue WHERE %(kind)s IS NULL OR %(kind)s = ANY(kinds)
            ORDER BY doubt DESC, updated_at DESC, contact_id LIMIT %(limit)s
            """,
            {"kind": kind, "limit": limit},
        )
        return [Doubtful(*frozen(row)) for row in cursor.fetchall()]


def waiting_for_review(conn: Connection) -> int:
    """How many contacts are in the queue."""
    with conn.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM mart.review_queue")
        return int((cursor.fetchone() or (0,))[0])


def save_doubts(
    conn: Connection,
    contact_ids: Collection[str],
    doubts: Mapping[str, tuple[float, Sequence[str], str, Sequence[int]]],
) -> None:
    """Replace what is doubtful about these contacts: id -> (score, kinds, why, hanging reports). Does not commit."""
    with conn.cursor() as cursor:
        stale = sorted(set(contact_ids) - set(doubts))
        cursor.execute("DELETE FROM core.contact_doubt WHERE contact_id = ANY(%s::uuid[])", (stale,))
        execute_values(
            cursor,
            """
            INSERT INTO core.contact_doubt AS known (contact_id, doubt, kinds, why, hanging) VALUES %s
            ON CONFLICT (contact_id) DO UPDATE
            SET doubt = excluded.doubt, kinds = excluded.kinds, why = excluded.why, hanging = excluded.hanging
            WHERE (known.doubt, known.kinds, known.why, known.hanging)
                IS DISTINCT FROM (excluded.doubt, excluded.kinds, excluded.why, excluded.hanging)
            """,
            [(key, score, list(kinds), storable(why), list(h)) for key, (score, kinds, why, h) in doubts.items()],
            template="(%s::uuid, %s, %s, %s, %s::bigint[])",
        )


def frozen(row: Sequence[Any]) -> list[Any]:
    """A row as frozen dataclasses hold it: arrays as tuples."""
    return [tuple(value) if isinstance(value, list) else value for value in row]
