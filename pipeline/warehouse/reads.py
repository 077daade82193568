"""Reads for people: what a run did, how the feeds do, and any query an analyst types."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection

from pipeline.settings import ROOT, Settings
from pipeline.warehouse.bootstrap import STATEMENT_TIMEOUT
from pipeline.warehouse.connect import connect
from pipeline.warehouse.embedded import EmbeddedPostgres
from pipeline.warehouse.errors import WarehouseFault

COOKBOOK = ROOT / "sql" / "cookbook"


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What happened since a moment of the database's clock, and how the warehouse stands. Counts, by name where mapped.

    `contacts` counts changes by kind (new, changed, merged, withdrawn), `topics` articles by topic.
    """

    feeds_polled: int
    feeds_failed: int
    new_items: int
    articles: int
    refused: dict[str, int]
    topics: dict[str, int]
    contacts: dict[str, int]
    mails_sent: int
    mails_waiting: int
    left: dict[str, int]


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """One feed of mart.feed_health."""

    feed_id: str
    outlet: str
    health: str
    failures: float
    last_reason: str | None
    last_detail: str | None
    problems: tuple[str, ...]
    items: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of a query; no columns if it was a command without rows."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    status: str


class QueryFault(WarehouseFault):
    """The database refused a query; the message points at the place."""


def clock(conn: Connection) -> datetime:
    """The database's own clock: take it before a run, and hand it to `run_summary` afterwards."""
    with conn.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = (cursor.fetchone() or (None,))[0]
    return now


def run_summary(conn: Connection, since: datetime) -> RunSummary:
    """What happened at or after `since` (the database's clock, see `clock`)."""
    return RunSummary(
        feeds_polled=_count(
            conn, "SELECT count(DISTINCT feed_id) FROM staging.feed_poll WHERE recorded_at >= %s", since
        ),
        feeds_failed=_count(
            conn,
            """
            SELECT count(*) FROM (
                SELECT DISTINCT ON (feed_id) reason FROM staging.feed_poll
                WHERE recorded_at >= %s ORDER BY feed_id, poll_id DESC
            ) AS latest WHERE reason IS NOT NULL
            """,
            since,
        ),
        new_items=_count(
            conn, "SELECT coalesce(sum(new_items), 0) FROM staging.feed_poll WHERE recorded_at >= %s", since
        ),
        articles=_count(conn, "SELECT count(*) FROM core.article WHERE extracted_at >= %s", since),
        refused=_counts(
            conn,
            """
            SELECT reason, count(*) FROM staging.item WHERE stage = 'refused' AND stage_at >= %s
            GROUP BY 1 ORDER BY 2 DESC, 1
            """,
            since,
        ),
        topics=_counts(
            conn,
            """
            SELECT topic, count(*) FROM core.article_topic JOIN core.analysis USING (analysis_id)
            WHERE is_current AND analysed_at >= %s GROUP BY 1 ORDER BY 2 DESC, 1
            """,
            since,
        ),
        contacts=_counts(
            conn,
            "SELECT kind, count(DISTINCT contact_id) FROM core.contact_history WHERE recorded_at >= %s GROUP BY 1",
            since,
        ),
        mails_sent=_count(conn, "SELECT count(*) FROM core.outbox WHERE state = 'sent' AND sent_at >= %s", since),
        mails_waiting=_count(conn, "SELECT count(*) FROM core.outbox WHERE state = 'waiting'"),
        left=queue_counts(conn),
    )


def queue_counts(conn: Connection) -> dict[str, int]:
    """How many items wait, by the stage they passed last; queues that are empty are left out."""
    return _counts(
        conn,
        """
        SELECT stage, count(*) FROM staging.item WHERE stage NOT IN ('reconciled', 'refused') GROUP BY 1 ORDER BY 1
        """,
    )


def feed_health(conn: Connection) -> list[FeedHealth]:
    """Every active feed, the sick ones first."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT feed_id, outlet, health, failures, last_reason, last_detail, last_problems, items
            FROM mart.feed_health WHERE health <> 'inactive' ORDER BY failures DESC, feed_id
            """
        )
        rows = cursor.fetchall()
    return [
        FeedHealth(feed_id, outlet, health, failures, reason, detail, tuple(problems or ()), items)
        for feed_id, outlet, health, failures, reason, detail, problems, items in rows
    ]


def table_counts(conn: Connection) -> dict[str, int]:
    """Rows of the main tables."""
    names = ("staging.feed", "staging.item", "core.article", "core.contact_report", "core.contact", "core.outbox")
    return {name: _count(conn, f"SELECT count(*) FROM {name}") for name in names}


def views(conn: Connection) -> list[tuple[str, str]]:
    """The views for analysts and what they hold, by name."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT 'mart.' || relname, coalesce(obj_description(oid, 'pg_class'), '')
            FROM pg_class WHERE relnamespace = 'mart'::regnamespace AND relkind = 'v' ORDER BY relname
            """
        )
        return list(cursor.fetchall())


def cookbook() -> list[tuple[str, str]]:
    """Name and first comment of each example query."""
    found = []
    for path in sorted(COOKBOOK.glob("*.sql")):
        first = path.read_text(encoding="utf-8").partition("\n")[0]
        found.append((path.stem, first.removeprefix("--").strip()))
    return found


def read_query(text: str) -> str:
    """The SQL meant by `text`: a file, the name of an example in the cookbook, or SQL itself."""
    if "\n" not in text and len(text) < 1000:
        for path in (Path(text), COOKBOOK / f"{text}.sql"):
            if path.is_file():
                return path.read_text(encoding="utf-8")
        if text.endswith(".sql"):
            raise QueryFault(f"There is no file {text}.", "`hotline sql` without a query lists the examples.")
    return text


def query(conn: Connection, sql: str) -> Answer:
    """Run what an analyst typed. Raises QueryFault with the database's own words and the line they are about."""
    try:
        with conn.cursor() as cursor:
            # No parameters are given, so a % in the query stays what it is.
            cursor.execute(sql)
            if cursor.description is None:
                return Answer((), [], cursor.statusmessage or "")
            columns = tuple(column.name for column in cursor.description)
            return Answer(columns, cursor.fetchall(), cursor.statusmessage or "")
    except (psycopg2.Error, ValueError) as error:
        raise _explained(sql, error) from error


@contextmanager
def analyst_connection(settings: Settings) -> Iterator[Connection]:
    """A connection that reads the marts: as hotline_analyst where we can, else as the pipeline's role, read-only.

    Raises NotRunning if the embedded server does not run.
    """
    if settings.analyst_dsn is not None:
        dsn, own = settings.analyst_dsn.get_secret_value(), True
    elif settings.warehouse_dsn is not None:
        dsn, own = settings.warehouse_dsn.get_secret_value(), False
    else:
        dsn, own = EmbeddedPostgres(settings.home).analyst_dsn, True
    with closing(connect(dsn, "hotline-analyst")) as connection:
        if not own:
            connection.set_session(readonly=True)
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, false)", (STATEMENT_TIMEOUT,))
                cursor.execute("SET search_path TO mart")
            connection.commit()
        yield connection


def _explained(sql: str, error: Exception) -> QueryFault:
    if not isinstance(error, psycopg2.Error) or error.diag.message_primary is None:
        return QueryFault(str(error).strip(), "See docs/warehouse.md.")
    words = [error.diag.message_primary]
    if error.diag.statement_position is not None:
        before = sql[: int(error.diag.statement_position) - 1]
        line = sql.splitlines()[before.count("\n")]
        column = len(before) - (before.rfind("\n") + 1)
        words += [
            f"line {before.count(chr(10)) + 1}: {line}",
            " " * (len(f"line {before.count(chr(10)) + 1}: ") + column) + "^",
        ]
    if error.diag.message_detail:
        words.append(error.diag.message_detail)
    mend = error.diag.message_hint or "Views and columns are in docs/warehouse.md; `hotline sql` lists the views."
    if isinstance(error, psycopg2.errors.InsufficientPrivilege):
        mend = "Analysts read the views of schema mart only."
    if isinstance(error, psycopg2.errors.QueryCanceled):
        mend = f"Analysts' queries may take {STATEMENT_TIMEOUT}: narrow it down."
    return QueryFault("\n".join(words), mend)


def _count(conn: Connection, sql: str, *values: object) -> int:
    with conn.cursor() as cursor:
        cursor.execute(sql, values or None)
        return int((cursor.fetchone() or (0,))[0])


def _counts(conn: Connection, sql: str, *values: object) -> dict[str, int]:
    with conn.cursor() as cursor:
        cursor.execute(sql, values or None)
        return {str(name): int(count) for name, count in cursor.fetchall()}
