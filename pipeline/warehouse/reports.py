"""Contact reports read back, and the block of them that must be settled together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from psycopg2.extensions import connection as Connection

from pipeline.domain import (
    ContactReport,
    DatePrecision,
    Evidence,
    Mode,
    Ordinal,
    Participant,
    Status,
    StoredReport,
)

# Reports of one event may be dated weeks apart: planned long before, or told long after.
WINDOW_DAYS = 40
# Any number will do, as long as every reconciliation takes the same one.
SETTLING_LOCK = 4_673_912_846
# From row to row by index: the planner takes blocks for larger than they are, and would read whole tables, which grow
# with history.
BY_INDEX = "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_seqscan = off"
BY_ANY_PLAN = (
    "SET LOCAL enable_hashjoin TO DEFAULT; SET LOCAL enable_mergejoin TO DEFAULT; SET LOCAL enable_seqscan TO DEFAULT"
)


def block_reports(conn: Connection, article_ids: Collection[int]) -> list[StoredReport]:
    """All current reports to settle together with those of these articles, by report id.

    These are the reports that share a participant with them and lie within WINDOW_DAYS days, and the other reports of
    every contact so touched, so that no contact is settled from a part of its reports.
    Settling is one at a time: this waits for, and holds until the end of the transaction, the settling lock.
    """
    with conn.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (SETTLING_LOCK,))
        cursor.execute(BY_INDEX)
        cursor.execute(
            """
            WITH seed AS (
                SELECT report_id, reference_on FROM core.contact_report
                WHERE is_current AND article_id = ANY(%(articles)s)
                UNION
                -- Contacts that an older reading of these articles spoke of, and this one perhaps does not.
                SELECT mate.report_id, mate.reference_on
                FROM core.contact_report AS old
                JOIN core.contact_member AS own ON own.report_id = old.report_id
                JOIN core.contact_member AS other ON other.contact_id = own.contact_id
                JOIN core.contact_report AS mate ON mate.report_id = other.report_id AND mate.is_current
                WHERE old.article_id = ANY(%(articles)s) AND NOT old.is_current
            ), near AS (
                SELECT report_id FROM seed
                UNION
                SELECT participant.report_id
                FROM seed
                JOIN core.report_participant AS own ON own.report_id = seed.report_id
                JOIN core.report_participant AS participant
                    ON participant.person_key = own.person_key
                    AND participant.reference_on
                        BETWEEN seed.reference_on - %(days)s AND seed.reference_on + %(days)s
            ), block AS (
                SELECT report_id FROM near
                UNION
                SELECT other.report_id
                FROM near
                JOIN core.contact_member AS own ON own.report_id = near.report_id
                JOIN core.contact_member AS other ON other.contact_id = own.contact_id
            )
            SELECT report_id FROM block JOIN core.contact_report USING (report_id) WHERE is_current
            """,
            {"articles": list(article_ids), "days": WINDOW_DAYS},
        )
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute(BY_ANY_PLAN)
    return load_reports(conn, ids)


def known_contacts(conn: Connection, report_ids: Collection[int]) -> dict[int, str]:
    """To which contact reports belong so far: by themselves, or by the report of an older reading that they replace."""
    with conn.cursor() as cursor:
        cursor.execute(
            "SELECT report_id, contact_id::text FROM core.contact_member WHERE report_id = ANY(%s)", (list(report_ids),)
        )
        known: dict[int, str] = dict(cursor.fetchall())
        rest = [report_id for report_id in report_ids if report_id not in known]
        if not rest:
            return known
        cursor.execute(BY_INDEX)
        cursor.execute(
            """
            WITH RECURSIVE line AS (
                SELECT report_id AS heir, report_id, predecessor_id, 0 AS generations
                FROM core.contact_report WHERE report_id = ANY(%s)
                UNION ALL
                SELECT line.heir, report.report_id, report.predecessor_id, line.generations + 1
                FROM line JOIN core.contact_report AS report ON report.report_id = line.predecessor_id
            )
            SELECT DISTINCT ON (heir) heir, contact_id::text
            FROM line JOIN core.contact_member USING (report_id)
            ORDER BY heir, generations
            """,
            (rest,),
        )
        known.update(cursor.fetchall())
        cursor.execute(BY_ANY_PLAN)
        return known


def load_reports(conn: Connection, report_ids: Collection[int]) -> list[StoredReport]:
    """These reports whole, by report id."""
    ids = list(report_ids)
    people: dict[int, list[Participant]] = defaultdict(list)
    evidence: dict[int, list[Evidence]] = defaultdict(list)
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT report_id, name, country, wikidata_id, office FROM core.report_participant
            WHERE report_id = ANY(%s) ORDER BY report_id, position
            """,
            (ids,),
        )
        for report_id, *person in cursor.fetchall():
            people[report_id].append(Participant(*person))
        cursor.execute(
            """
            SELECT report_id, text, start_offset, end_offset FROM core.report_evidence
            WHERE report_id = ANY(%s) ORDER BY report_id, position
            """,
            (ids,),
        )
        for report_id, *span in cursor.fetchall():
            evidence[report_id].append(Evidence(*span))
        cursor.execute(
            """
            SELECT report_id, article_id, outlet.name, core.voice_of(article_id), article.published_at,
                   article.published_on, report.mode, report.status, report.occurred_on, report.date_precision,
                   report.duration_minutes, report.location, report.initiator, report.ordinal_count,
                   report.ordinal_window, report.attribution, report.topics, report.historical, report.confidence
            FROM core.contact_report AS report
            JOIN core.article USING (article_id)
            JOIN core.outlet USING (outlet_id)
            WHERE report_id = ANY(%s) ORDER BY report_id
            """,
            (ids,),
        )
        return [_stored(row, people[row[0]], evidence[row[0]]) for row in cursor.fetchall()]


def ordinal_of(count: int | None, window: str | None) -> Ordinal | None:
    """An ordinal from its two columns."""
    return None if count is None else Ordinal(count, window)


def _stored(row: tuple[Any, ...], people: Iterable[Participant], evidence: Iterable[Evidence]) -> StoredReport:
    (
        report_id, article_id, outlet, family, published_at, published_on,
        mode, status, day, precision, minutes, location, initiator, count, window, attribution, topics, historical,
        confidence,
    ) = row  # fmt: skip
    report = ContactReport(
        participants=tuple(people),
        mode=Mode(mode),
        status=Status(status),
        date=day,
        date_precision=None if precision is None else DatePrecision(precision),
        duration_minutes=minutes,
        location=location,
        initiator=initiator,
        ordinal=ordinal_of(count, window),
        attribution=tuple(attribution),
        topics=tuple(topics),
        historical=historical,
        confidence=confidence,
        evidence=tuple(evidence),
    )
    published = published_at or _midnight(published_on)
    return StoredReport(report_id, article_id, outlet, family, published, report)


def _midnight(day: date | None) -> datetime | None:
    """An article of which only the day is known counts from that day's first moment, in UTC."""
    return None if day is None else datetime.combine(day, time(), UTC)
