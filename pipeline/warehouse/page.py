"""What the web page and the run's report show: contacts, their sentences, and the state of things."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from psycopg2.extensions import connection as Connection

from pipeline.warehouse.connect import connect
from pipeline.warehouse.text import storable


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A row of mart.contacts; `outlets`, `families` and `reports` are counts, lists are joined by commas."""

    contact_id: str
    participants: str
    mode: str
    status: str
    occurred_on: date | None
    date_precision: str | None
    duration_minutes: int | None
    location: str | None
    ordinal: str | None
    historical: bool
    topics: str
    attribution: str
    reports: int
    outlets: int
    families: int
    confidence: float
    first_derived: datetime


@dataclass(frozen=True, slots=True)
class ReportRow:
    """What one article says of a contact, with the exact sentences."""

    outlet: str
    title: str
    url: str
    published: date | None
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SickFeed:
    """A feed whose last poll failed."""

    feed_id: str
    outlet: str
    reason: str | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts over the whole warehouse; `feeds` are the active ones, healthy are those whose last poll succeeded."""

    contacts: int
    articles: int
    feeds: int
    feeds_healthy: int
    waiting: int
    mails_sent: int
    mails_failed: int
    sick_feeds: tuple[SickFeed, ...]


@contextmanager
def reading(dsn: str) -> Iterator[Connection]:
    """A connection that cannot write, for pages and reports."""
    with closing(connect(dsn, "hotline-page")) as connection:
        connection.set_session(readonly=True)
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout TO '20s'")
        yield connection


CONTACTS = """
SELECT contact_id::text, participants, mode, status, occurred_on, date_precision, duration_minutes, location,
       ordinal || coalesce(' in ' || ordinal_window, ''), historical, array_to_string(topics, ', '),
       array_to_string(attribution, ', '), reports, outlets, families, confidence,
       (SELECT min(recorded_at) FROM core.contact_history AS h WHERE h.contact_id = c.contact_id)
FROM mart.contacts AS c
"""


def contact_rows(
    conn: Connection, *, leader: str = "", status: str = "", mode: str = "", since: date | None = None, limit: int = 200
) -> list[ContactRow]:
    """Contacts, the newest first. `leader` is a part of a name, or a country code in capitals; "" filters nothing."""
    with conn.cursor() as cursor:
        cursor.execute(
            CONTACTS
            + """
            WHERE (%(leader)s = '' OR EXISTS (
                    SELECT FROM core.contact_participant AS p
                    WHERE p.contact_id = c.contact_id
                      AND (strpos(lower(p.name), lower(%(leader)s)) > 0 OR p.country = %(leader)s)))
              AND (%(status)s = '' OR c.status = %(status)s)
              AND (%(mode)s = '' OR c.mode = %(mode)s)
              AND (%(since)s::date IS NULL OR c.occurred_on >= %(since)s::date)
            ORDER BY c.historical, c.occurred_on DESC NULLS LAST, c.participants, c.contact_id
            LIMIT %(limit)s
            """,
            {
                "leader": storable(leader),
                "status": storable(status),
                "mode": storable(mode),
                "since": since,
                "limit": limit,
            },
        )
        return [ContactRow(*row) for row in cursor.fetchall()]


def contact_row(conn: Connection, contact_id: str) -> ContactRow | None:
    """One contact by its UUID; None if there is none, or it was merged into another or withdrawn."""
    with conn.cursor() as cursor:
        cursor.execute(CONTACTS + "WHERE contact_id = %s", (contact_id,))
        row = cursor.fetchone()
    return ContactRow(*row) if row else None


def contact_reports(conn: Connection, contact_id: str) -> list[ReportRow]:
    """The articles that tell of a contact, the oldest first."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT outlet.name, article.title, article.url, article.published_on,
                   (SELECT array_agg(e.text ORDER BY e.position) FROM core.report_evidence AS e
                    WHERE e.report_id = report.report_id)
            FROM core.contact_member AS member
            JOIN core.contact_report AS report USING (report_id)
            JOIN core.article AS article USING (article_id)
            JOIN core.outlet AS outlet USING (outlet_id)
            WHERE member.contact_id = %s AND report.is_current
            ORDER BY article.published_at NULLS LAST, article.article_id, report.position
            """,
            (contact_id,),
        )
        return [
            ReportRow(outlet, title, url, published, tuple(evidence or ()))
            for outlet, title, url, published, evidence in cursor.fetchall()
        ]


def topic_counts(conn: Connection) -> dict[str, int]:
    """Articles by topic, the most frequent first; current readings only."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT topic, count(*)::integer FROM core.article_topic JOIN core.analysis USING (analysis_id)
            WHERE is_current GROUP BY topic ORDER BY 2 DESC, 1
            """
        )
        return dict(cursor.fetchall())


def mails_since(conn: Connection, since: datetime) -> list[tuple[str, str, str]]:
    """(recipient, subject, state) of the messages enqueued or sent at or after `since` (the database's clock)."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT recipient, subject, state FROM core.outbox
            WHERE enqueued_at >= %(since)s OR sent_at >= %(since)s ORDER BY outbox_id
            """,
            {"since": since},
        )
        return list(cursor.fetchall())


def overview(conn: Connection) -> Overview:
    """The state of the whole installation."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT (SELECT count(*) FROM core.contact WHERE state = 'active'),
                   (SELECT count(*) FROM core.article),
                   (SELECT count(*) FROM staging.item WHERE stage NOT IN ('reconciled', 'refused')),
                   (SELECT count(*) FROM core.outbox WHERE state = 'sent'),
                   (SELECT count(*) FROM core.outbox WHERE state = 'failed'),
                   (SELECT count(*) FROM staging.feed WHERE active)
            """
        )
        contacts, articles, waiting, sent, failed, feeds = cursor.fetchone() or (0,) * 6
        cursor.execute(
            """
            SELECT feed_id, outlet.name, poll.reason, poll.detail
            FROM staging.feed
            JOIN core.outlet AS outlet USING (outlet_id)
            CROSS JOIN LATERAL (
                SELECT reason, detail FROM staging.feed_poll AS p
                WHERE p.feed_id = feed.feed_id ORDER BY poll_id DESC LIMIT 1
            ) AS poll
            WHERE active AND poll.reason IS NOT NULL
            ORDER BY feed_id
            """
        )
        sick = tuple(SickFeed(*row) for row in cursor.fetchall())
    return Overview(contacts, articles, feeds, feeds - len(sick), waiting, sent, failed, sick)
