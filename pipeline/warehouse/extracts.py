"""Whole views and whole contacts, read in batches by a cursor on the server: what leaves the warehouse in bulk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from pipeline.domain import DatePrecision, Mode, Participant, Status

# Rows held in memory at a time.
BATCH = 5_000
# The days that a view's rows are about or were told on, the nearest first; the first that a row has decides.
DAYS = (
    *("occurred_on", "published_on", "day", "week", "month", "at", "changed_at", "replaced_at", "checked_at"),
    *("first_reported_at", "enqueued_at", "latest_at", "discovered_at", "last_on"),
)
# Views that say how things are; they have no history to cut.
TIMELESS = ("dim_", "feed_health", "data_quality")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a view. `kind` is PostgreSQL's name of its type, as "text", "date", "text[]"."""

    name: str
    kind: str
    comment: str


@dataclass(frozen=True, slots=True)
class MartView:
    """A view for analysts; `days` are the columns by which `since` cuts it, none: it is always whole."""

    name: str
    comment: str
    columns: tuple[Column, ...]
    days: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """One article that tells of a contact."""

    url: str
    title: str
    outlet: str
    published: datetime | None
    evidence: str


@dataclass(frozen=True, slots=True)
class ToldContact:
    """A contact with its articles, the earliest first. `changes` counts what was changed in it since it was found.

    `gone`: it was withdrawn, or merged into another.
    """

    contact_id: str
    gone: bool
    participants: tuple[Participant, ...]
    mode: Mode
    status: Status
    occurred_on: date | None
    date_precision: DatePrecision | None
    duration_minutes: int | None
    location: str | None
    initiator: str | None
    historical: bool
    topics: tuple[str, ...]
    attribution: tuple[str, ...]
    confidence: float
    first_reported_at: datetime | None
    last_reported_at: datetime | None
    outlets: int
    families: int
    created_at: datetime
    updated_at: datetime
    changes: int
    sources: tuple[Source, ...]


@contextmanager
def snapshot(conn: Connection) -> Iterator[Connection]:
    """All that is read meanwhile is of one moment; nothing can be written. Enter it between transactions."""
    conn.set_session(isolation_level="REPEATABLE READ", readonly=True)
    try:
        yield conn
    finally:
        conn.rollback()
        conn.set_session(isolation_level="DEFAULT", readonly="DEFAULT")  # type: ignore[arg-type]


def mart_views(conn: Connection) -> list[MartView]:
    """The views of the schema mart, by name."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT class.relname, coalesce(obj_description(class.oid, 'pg_class'), ''), attribute.attname,
                   format_type(attribute.atttypid, NULL), coalesce(col_description(class.oid, attribute.attnum), '')
            FROM pg_class AS class JOIN pg_attribute AS attribute ON attrelid = class.oid AND attnum > 0
            WHERE relnamespace = 'mart'::regnamespace AND relkind = 'v' AND NOT attisdropped
            ORDER BY class.relname, attribute.attnum
            """
        )
        found: dict[str, tuple[str, list[Column]]] = {}
        for view, comment, *column in cursor.fetchall():
            found.setdefault(view, (comment, []))[1].append(Column(*column))
    views = []
    for name, (comment, columns) in found.items():
        kinds = {column.name: column.kind for column in columns}
        timed = [day for day in DAYS if kinds.get(day) in ("date", "timestamp with time zone")]
        views.append(MartView(name, comment, tuple(columns), () if name.startswith(TIMELESS) else tuple(timed)))
    return views


def mart_rows(
    conn: Connection, view: MartView, as_text: Sequence[str] = (), since: date | None = None
) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a view in batches; columns in `as_text` as the database prints them. `since` is a day in UTC."""
    columns = sql.SQL(", ").join(
        sql.SQL("{}::text").format(sql.Identifier(column.name))
        if column.name in as_text
        else sql.Identifier(column.name)
        for column in view.columns
    )
    query = sql.SQL("SELECT {} FROM {}").format(columns, sql.Identifier("mart", view.name))
    if since is not None and view.days:
        # A date becomes the midnight of the session's time zone, which is UTC.
        moment = sql.SQL(", ").join(sql.SQL("{}::timestamptz").format(sql.Identifier(day)) for day in view.days)
        query += sql.SQL(" WHERE coalesce({}) >= {}").format(moment, sql.Literal(since))
    with conn.cursor(name="hotline_export") as cursor:
        cursor.itersize = BATCH
        cursor.execute(query)
        while rows := cursor.fetchmany(BATCH):
            yield rows


def places(conn: Connection) -> dict[str, str]:
    """Lower-case names of countries and of their capitals -> country, where only one country has that name."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT lower(place), min(country) FROM core.country CROSS JOIN LATERAL unnest(capitals || name) AS place
            WHERE kind = 'country' GROUP BY 1 HAVING count(DISTINCT country) = 1
            """
        )
        return dict(cursor.fetchall())


def told_contacts(
    conn: Connection,
    *,
    since: date | None = None,
    statuses: Sequence[Status] = tuple(Status),
    min_confidence: float = 0.0,
    gone: bool = False,
    historical: bool = False,
    limit: int | None = None,
) -> Iterator[ToldContact]:
    """Contacts with their articles, the latest changed first; with `gone` those too that were withdrawn or merged."""
    with conn.cursor(name="hotline_contacts") as cursor:
        cursor.itersize = 500
        cursor.execute(
            """
            SELECT contact.contact_id::text, contact.state <> 'active', people.people, contact.mode, contact.status,
                contact.occurred_on, contact.date_precision, contact.duration_minutes, contact.location,
                contact.initiator, contact.historical, contact.topics, contact.attribution, contact.confidence,
                contact.first_reported_at, contact.last_reported_at, cardinality(contact.outlets),
                cardinality(contact.families), contact.created_at, contact.updated_at,
                (SELECT count(*) FROM core.contact_history AS history
                 WHERE history.contact_id = contact.contact_id AND history.kind <> 'new'),
                told.sources
            FROM core.contact
            CROSS JOIN LATERAL (
                SELECT json_agg(json_build_array(name, country, wikidata_id, office) ORDER BY position) AS people
                FROM core.contact_participant AS person WHERE person.contact_id = contact.contact_id
            ) AS people
            CROSS JOIN LATERAL (
                SELECT json_agg(json_build_array(article.url, article.title, outlet.name, article.published_at, (
                        SELECT string_agg(text, ' … ' ORDER BY position)
                        FROM core.report_evidence AS evidence WHERE evidence.report_id = report.report_id))
                    ORDER BY article.published_at NULLS LAST, report.report_id) AS sources
                FROM core.contact_member AS member
                JOIN core.contact_report AS report USING (report_id)
                JOIN core.article ON article.article_id = report.article_id
                JOIN core.outlet USING (outlet_id)
                WHERE member.contact_id = contact.contact_id AND report.is_current
            ) AS told
            WHERE (contact.state = 'active' OR %(gone)s)
              AND (NOT contact.historical OR %(historical)s)
              AND contact.status = ANY(%(statuses)s)
              AND contact.confidence >= %(confidence)s
              AND (%(since)s::date IS NULL
                   OR coalesce(contact.occurred_on::timestamptz, contact.first_reported_at) >= %(since)s::date)
            ORDER BY contact.updated_at DESC, contact.contact_id
            LIMIT %(limit)s
            """,
            {
                "gone": gone,
                "historical": historical,
                "statuses": [str(status) for status in statuses],
                "confidence": min_confidence,
                "since": since,
                "limit": limit,
            },
        )
        for row in cursor:
            yield _told(row)


def _told(row: tuple[Any, ...]) -> ToldContact:
    (
        contact_id, gone, people, mode, status, occurred_on, precision, minutes, location, initiator, historical,
        topics, attribution, confidence, first, last, outlets, families, created, updated, changes, sources,
    ) = row  # fmt: skip
    return ToldContact(
        contact_id,
        gone,
        tuple(Participant(*person) for person in people or ()),
        Mode(mode),
        Status(status),
        occurred_on,
        None if precision is None else DatePrecision(precision),
        minutes,
        location,
        initiator,
        historical,
        tuple(topics),
        tuple(attribution),
        confidence,
        first,
        last,
        outlets,
        families,
        created,
        updated,
        changes,
        tuple(
            Source(url, title, outlet, None if at is None else datetime.fromisoformat(at), evidence or "")
            for url, title, outlet, at, evidence in sources or ()
        ),
    )
