"""What `understand` said of an article: topics and contact reports. Written once; a newer version's reading supersedes
the older, which is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from pipeline.domain import Analysis, ContactReport
from pipeline.warehouse.people import participant_row, person_key
from pipeline.warehouse.text import storable, storable_or_none


@dataclass(frozen=True, slots=True)
class Former:
    """A report of the reading that is superseded: what its heir is recognised by."""

    report_id: int
    people: frozenset[str]
    mode: str
    occurred_on: date | None


def save_analysis(conn: Connection, article_id: int, analysis: Analysis) -> bool:
    """Keep a reading of an article as it reads now, and make it the current one. Does not commit.

    False: this version's reading of this wording is there already, and nothing was done. Raises LookupError for an
    unknown article.
    """
    with conn.cursor() as cursor:
        # One reader of an article at a time.
        cursor.execute(
            """
            SELECT coalesce(article.published_on, item.discovered_at::date), article.revision
            FROM core.article JOIN staging.item USING (item_id)
            WHERE article_id = %s
            FOR NO KEY UPDATE OF article
            """,
            (article_id,),
        )
        row = cursor.fetchone()
        if row is None:
            raise LookupError(f"there is no article {article_id}")
        known_on: date = row[0]
        revision: int = row[1]
        cursor.execute(
            "SELECT FROM core.analysis WHERE article_id = %s AND revision = %s AND version = %s",
            (article_id, revision, analysis.version),
        )
        if cursor.fetchone() is not None:
            return False
        former = _supersede(cursor, article_id)
        cursor.execute(
            "INSERT INTO core.analysis (article_id, revision, version) VALUES (%s, %s, %s) RETURNING analysis_id",
            (article_id, revision, storable(analysis.version)),
        )
        analysis_id = int((cursor.fetchone() or (0,))[0])
        execute_values(
            cursor,
            "INSERT INTO core.article_topic (analysis_id, topic, score) VALUES %s",
            [(analysis_id, storable(topic.topic), topic.score) for topic in analysis.topics],
        )
        heirs = predecessors(former, analysis.contacts)
        for position, report in enumerate(analysis.contacts):
            _save_report(cursor, analysis_id, article_id, position, report, heirs[position], known_on)
    return True


def predecessors(former: Sequence[Former], reports: Sequence[ContactReport]) -> list[int | None]:
    """For each new report the former one that said the same, so that its contact's identity goes on. One heir each.

    The same people, or some of them with the same mode or day; the closest pairs first.
    """
    pairs = []
    for position, report in enumerate(reports):
        people = frozenset(person_key(p) for p in report.participants)
        for old in former:
            shared = len(people & old.people)
            same_mode, same_day = old.mode == report.mode, old.occurred_on == report.date
            if people == old.people or (shared and (same_mode or (same_day and report.date is not None))):
                alike = (people == old.people, shared, same_day, same_mode)
                pairs.append((tuple(-int(a) for a in alike), position, old.report_id))
    heirs: list[int | None] = [None] * len(reports)
    for _, position, report_id in sorted(pairs):
        if heirs[position] is None and report_id not in heirs:
            heirs[position] = report_id
    return heirs


def _supersede(cursor: Cursor, article_id: int) -> list[Former]:
    """Retire the current reading; its contacts are to be looked at again. Returns its reports."""
    cursor.execute(
        """
        SELECT report_id, mode, occurred_on, array_agg(person_key ORDER BY person_key)
        FROM core.contact_report JOIN core.report_participant USING (report_id)
        WHERE article_id = %s AND is_current
        GROUP BY report_id ORDER BY report_id
        """,
        (article_id,),
    )
    former = [Former(report_id, frozenset(people), mode, day) for report_id, mode, day, people in cursor.fetchall()]
    cursor.execute("UPDATE core.analysis SET is_current = false WHERE article_id = %s AND is_current", (article_id,))
    cursor.execute(
        "UPDATE core.contact_report SET is_current = false WHERE article_id = %s AND is_current", (article_id,)
    )
    cursor.execute(
        """
        UPDATE core.contact SET unsettled = true
        WHERE contact_id IN (SELECT contact_id FROM core.contact_member WHERE report_id = ANY(%s))
        """,
        ([old.report_id for old in former],),
    )
    return former


def _save_report(
    cursor: Cursor,
    analysis_id: int,
    article_id: int,
    position: int,
    report: ContactReport,
    predecessor: int | None,
    known_on: date,
) -> None:
    reference_on = report.date or known_on
    ordinal = report.ordinal
    cursor.execute(
        """
        INSERT INTO core.contact_report (analysis_id, article_id, position, predecessor_id, mode, status, occurred_on,
            date_precision, reference_on, duration_minutes, location, initiator, ordinal_count, ordinal_window,
            attribution, topics, historical, confidence)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        RETURNING report_id
        """,
        (
            analysis_id,
            article_id,
            position,
            predecessor,
            report.mode,
            report.status,
            report.date,
            report.date_precision,
            reference_on,
            report.duration_minutes,
            storable_or_none(report.location),
            storable_or_none(report.initiator),
            ordinal.count if ordinal else None,
            storable_or_none(ordinal.window) if ordinal else None,
            [storable(name) for name in report.attribution],
            [storable(topic) for topic in report.topics],
            report.historical,
            report.confidence,
        ),
    )
    report_id = int((cursor.fetchone() or (0,))[0])
    execute_values(
        cursor,
        """
        INSERT INTO core.report_participant
            (report_id, position, reference_on, person_key, name, country, wikidata_id, office) VALUES %s
        """,
        [(report_id, n, reference_on, *participant_row(p)) for n, p in enumerate(report.participants)],
    )
    execute_values(
        cursor,
        "INSERT INTO core.report_evidence (report_id, position, text, start_offset, end_offset) VALUES %s",
        [(report_id, n, storable(e.text), e.start, e.end) for n, e in enumerate(report.evidence)],
    )
