"""How the installation does: what became of the items of late, what waits and for how long, runs, feeds, mail, size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg2.extensions import connection as Connection

# In the order in which an item passes them; `understood` waits for reconciliation.
STAGES = ("discovered", "fetched", "extracted", "understood", "reconciled")


@dataclass(frozen=True, slots=True)
class Funnel:
    """Of the items that moved since a moment: how many passed each step, and why the others were refused."""

    items: int
    waiting: dict[str, int]
    refused: dict[str, int]
    read: int
    with_contact: int
    contacts: int
    mails: int


@dataclass(frozen=True, slots=True)
class Lag:
    """A queue of the pipeline: items in it, and the age of the oldest in hours."""

    stage: str
    items: int
    hours: float


@dataclass(frozen=True, slots=True)
class StageRun:
    """One run of a stage."""

    stage: str
    started_at: datetime
    seconds: float
    taken: int
    done: int
    refused: int
    waiting: int
    failure: str | None


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of the warehouse on disk, in bytes: all, and the largest tables with their estimated rows."""

    total: int
    tables: list[tuple[str, int, int]]


def funnel(conn: Connection, hours: int) -> Funnel:
    """Items that moved in the last `hours` by the database's clock, and what has become of them."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT stage::text, reason::text, count(*)::integer FROM staging.item
            WHERE stage_at > now() - make_interval(hours => %s) GROUP BY 1, 2
            """,
            (hours,),
        )
        rows = cursor.fetchall()
        cursor.execute(
            """
            SELECT count(DISTINCT a.article_id)::integer
            FROM staging.item AS i JOIN core.article AS a USING (item_id)
            JOIN core.contact_report AS r ON r.article_id = a.article_id AND r.is_current
            WHERE i.stage_at > now() - make_interval(hours => %(hours)s)
            """,
            {"hours": hours},
        )
        ((with_contact,),) = cursor.fetchall()
        cursor.execute(
            """
            SELECT (SELECT count(DISTINCT contact_id)::integer FROM core.contact_history
                    WHERE kind = 'new' AND recorded_at > now() - make_interval(hours => %(hours)s)),
                   (SELECT count(*)::integer FROM core.outbox
                    WHERE sent_at > now() - make_interval(hours => %(hours)s))
            """,
            {"hours": hours},
        )
        ((contacts, mails),) = cursor.fetchall()
    refused = {reason or "unknown": n for stage, reason, n in rows if stage == "refused"}
    held = {stage: n for stage, _, n in rows if stage != "refused"}
    return Funnel(
        items=sum(n for *_, n in rows),
        waiting={stage: held[stage] for stage in STAGES[:-1] if stage in held},
        refused=dict(sorted(refused.items(), key=lambda one: (-one[1], one[0]))),
        read=held.get("reconciled", 0),
        with_contact=with_contact,
        contacts=contacts,
        mails=mails,
    )


def lags(conn: Connection) -> list[Lag]:
    """Every queue that is not empty, in the order of the pipeline."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT stage::text, count(*)::integer, (extract(epoch FROM now() - min(stage_at)) / 3600)::float8
            FROM staging.item WHERE stage NOT IN ('reconciled', 'refused') GROUP BY 1
            """
        )
        found = {stage: Lag(stage, items, max(0.0, hours)) for stage, items, hours in cursor.fetchall()}
    return [found[stage] for stage in STAGES if stage in found]


def runs(conn: Connection, limit: int = 24) -> list[StageRun]:
    """The latest runs of stages, newest first."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT stage, started_at, extract(epoch FROM ended_at - started_at)::float8, taken, done, refused, waiting,
                   failure
            FROM core.stage_run ORDER BY ended_at DESC, stage_run_id DESC LIMIT %s
            """,
            (limit,),
        )
        return [StageRun(*row) for row in cursor.fetchall()]


def feed_states(conn: Connection) -> dict[str, int]:
    """Feeds by health, as mart.feed_health has it."""
    with conn.cursor() as cursor:
        cursor.execute("SELECT health, count(*)::integer FROM mart.feed_health GROUP BY 1 ORDER BY 2 DESC, 1")
        return dict(cursor.fetchall())


def mail_states(conn: Connection) -> dict[str, int]:
    """Messages of the outbox by state."""
    with conn.cursor() as cursor:
        cursor.execute("SELECT state, count(*)::integer FROM core.outbox GROUP BY 1 ORDER BY 1")
        return dict(cursor.fetchall())


def versions(conn: Connection) -> list[tuple[str, int]]:
    """(version of models and rules, articles whose current reading is by it), the latest used first."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT version, count(*)::integer FROM core.analysis WHERE is_current
            GROUP BY version ORDER BY max(analysed_at) DESC
            """
        )
        return list(cursor.fetchall())


def sizes(conn: Connection, most: int = 8) -> Sizes:
    """How much room the warehouse takes."""
    with conn.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        ((total,),) = cursor.fetchall()
        cursor.execute(
            """
            SELECT n.nspname || '.' || c.relname, pg_total_relation_size(c.oid), greatest(0, c.reltuples)::bigint
            FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND n.nspname IN ('core', 'staging', 'mart', 'meta')
            ORDER BY 2 DESC, 1 LIMIT %s
            """,
            (most,),
        )
        return Sizes(int(total), list(cursor.fetchall()))
