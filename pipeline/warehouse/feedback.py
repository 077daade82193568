"""What readers of mails say of contacts: kept one voice each, listed, and given out for training."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2.extensions import connection as Connection

from pipeline.warehouse.payloads import contact_payload
from pipeline.warehouse.text import storable

LONGEST_COMMENT = 1000


@dataclass(frozen=True, slots=True)
class Voice:
    """A row of mart.feedback, with the leaders of the contact in words."""

    feedback_id: int
    contact_id: str
    told_of: str
    verdict: str
    comment: str
    rule: str
    given_at: datetime
    changed_at: datetime
    participants: str


def record_feedback(
    conn: Connection, *, contact_id: str, rule: str, reader: str, verdict: str, comment: str = ""
) -> bool:
    """Keep what a reader says; a second word of the same reader replaces the first. Does not commit.

    False: there is no such contact. A comment that comes empty leaves an earlier one as it is.
    """
    with conn.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO core.feedback AS known (contact_id, rule, reader, verdict, comment)
            SELECT contact_id, %(rule)s, %(reader)s, %(verdict)s, %(comment)s
            FROM core.contact WHERE contact_id = %(contact_id)s::uuid
            ON CONFLICT ON CONSTRAINT feedback_one_voice DO UPDATE
            SET verdict = excluded.verdict, changed_at = now(),
                comment = CASE WHEN excluded.comment = '' THEN known.comment ELSE excluded.comment END
            """,
            {
                "contact_id": contact_id,
                "rule": storable(rule),
                "reader": reader,
                "verdict": verdict,
                "comment": storable(comment.strip())[:LONGEST_COMMENT],
            },
        )
        return cursor.rowcount == 1


def voices(conn: Connection, verdict: str | None = None, limit: int | None = None) -> list[Voice]:
    """What was said, the latest first; `verdict` narrows to right, wrong or duplicate."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT feedback_id, contact_id::text, told_of::text, verdict, comment, rule, given_at, changed_at,
                   coalesce((SELECT string_agg(name || ' (' || country || ')', ', ' ORDER BY position)
                             FROM core.contact_participant AS p WHERE p.contact_id = told_of), '')
            FROM mart.feedback
            WHERE %(verdict)s IS NULL OR verdict = %(verdict)s
            ORDER BY changed_at DESC, feedback_id DESC LIMIT %(limit)s
            """,
            {"verdict": verdict, "limit": limit},
        )
        return [Voice(*row) for row in cursor.fetchall()]


def training_rows(conn: Connection, verdict: str | None = None) -> Iterator[dict[str, Any]]:
    """One row a voice, fit for JSON: what was said, the contact that was told of, and the sentences it rests on."""
    for voice in voices(conn, verdict):
        yield {
            "feedback_id": voice.feedback_id,
            "verdict": voice.verdict,
            "comment": voice.comment,
            "rule": voice.rule,
            "said_at": voice.changed_at.isoformat(),
            "contact": contact_payload(conn, voice.told_of),
            "contact_now": voice.contact_id,
            "reports": _reports(conn, voice.contact_id),
        }


def _reports(conn: Connection, contact_id: str) -> list[dict[str, Any]]:
    """The current reports of a contact, with their sentences and offsets into title + newline + text."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT jsonb_build_object(
                'report_id', report_id, 'article_id', article_id, 'url', article.url, 'title', article.title,
                'language', article.language, 'mode', report.mode, 'status', report.status,
                'occurred_on', report.occurred_on, 'confidence', report.confidence,
                'participants', (
                    SELECT jsonb_agg(jsonb_build_object('name', name, 'country', country) ORDER BY position)
                    FROM core.report_participant AS p WHERE p.report_id = report.report_id),
                'evidence', coalesce((
                    SELECT jsonb_agg(jsonb_build_object('text', e.text, 'start', start_offset, 'end', end_offset)
                                     ORDER BY position)
                    FROM core.report_evidence AS e WHERE e.report_id = report.report_id), '[]'))
            FROM core.contact_member JOIN core.contact_report AS report USING (report_id)
            JOIN core.article USING (article_id)
            WHERE contact_id = %s::uuid AND is_current ORDER BY report_id
            """,
            (contact_id,),
        )
        return [row for (row,) in cursor.fetchall()]
