"""Runs of stages: noted when they end, asked for the last one that worked, and what the installation did of late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg2.extensions import connection as Connection

from pipeline.domain import StageResult
from pipeline.warehouse.text import storable

# Runs are for the last weeks' operation; what they did is in the data.
KEPT_DAYS = 90


def note_run(conn: Connection, stage: str, seconds: float, outcome: StageResult | str) -> None:
    """Note a run of `seconds` that just ended: its counts, or, as a string, what stopped it. Does not commit."""
    failure = storable(outcome)[:2000] if isinstance(outcome, str) else None
    result = outcome if isinstance(outcome, StageResult) else StageResult(stage)
    with conn.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO core.stage_run (stage, started_at, ended_at, failure, taken, done, refused, waiting)
            VALUES (%s, clock_timestamp() - make_interval(secs => %s), clock_timestamp(), %s, %s, %s, %s, %s)
            """,
            (stage, seconds, failure, result.taken, result.done, sum(result.refused.values()), result.left),
        )
        cursor.execute("DELETE FROM core.stage_run WHERE ended_at < now() - make_interval(days => %s)", (KEPT_DAYS,))


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last run of a stage that worked, and what stopped the last one that did not, if that was later."""

    worked_at: datetime | None
    hours_ago: float | None
    failure: str | None
    failed_at: datetime | None


def last_run(conn: Connection, stage: str) -> LastRun:
    """When `stage` last worked, by the database's clock."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT max(ended_at) FILTER (WHERE failure IS NULL),
                   (extract(epoch FROM now() - max(ended_at) FILTER (WHERE failure IS NULL)) / 3600)::float8
            FROM core.stage_run WHERE stage = %s
            """,
            (stage,),
        )
        worked_at, hours = cursor.fetchone() or (None, None)
        cursor.execute(
            """
            SELECT stage || ': ' || failure, ended_at FROM core.stage_run
            WHERE failure IS NOT NULL AND ended_at > coalesce(%s::timestamptz, '-infinity')
            ORDER BY ended_at DESC LIMIT 1
            """,
            (worked_at,),
        )
        failure, failed_at = cursor.fetchone() or (None, None)
        return LastRun(worked_at, hours, failure, failed_at)
