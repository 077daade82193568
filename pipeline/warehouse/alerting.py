"""What alerts read of the warehouse: the articles behind a contact, what was mailed of it, and how deliveries went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from psycopg2.extensions import connection as Connection

from pipeline.domain import Mode
from pipeline.warehouse.text import storable

# How the reply of an attempt begins when nobody knows whether the relay took the message.
UNKNOWN = "fate unknown: "


@dataclass(frozen=True, slots=True)
class ReportedBy:
    """One article that reports a contact, with the sentences it rests on, in their order."""

    outlet: str
    family: str
    url: str
    title: str
    published: datetime | None
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutboxLine:
    """One message of the outbox and its last attempt, for people."""

    outbox_id: int
    contact_id: str | None
    rule: str
    recipient: str
    subject: str
    state: str
    attempts: int
    enqueued_at: datetime
    next_attempt_at: datetime
    sent_at: datetime | None
    last_reply: str | None


def reported_by(conn: Connection, report_ids: Collection[int]) -> list[ReportedBy]:
    """The articles of these reports, earliest first."""
    quotes: dict[int, list[str]] = defaultdict(list)
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT article_id, evidence.text
            FROM core.report_evidence AS evidence JOIN core.contact_report USING (report_id)
            WHERE report_id = ANY(%s) ORDER BY article_id, start_offset, end_offset
            """,
            (list(report_ids),),
        )
        for article_id, text in cursor.fetchall():
            if text not in quotes[article_id]:
                quotes[article_id].append(text)
        cursor.execute(
            """
            SELECT article_id, outlet.name, outlet.family, article.url, article.title, article.published_at
            FROM core.article JOIN core.outlet USING (outlet_id)
            WHERE article_id IN (SELECT article_id FROM core.contact_report WHERE report_id = ANY(%s))
            ORDER BY article.published_at NULLS LAST, article_id
            """,
            (list(report_ids),),
        )
        return [
            ReportedBy(outlet, family, url, title, published, tuple(quotes[article_id]))
            for article_id, outlet, family, url, title, published in cursor.fetchall()
        ]


@dataclass(frozen=True, slots=True)
class SharedContact:
    """An earlier contact in which the same leaders took part."""

    day: date
    mode: Mode
    location: str | None
    participants: int


def shared_contacts(conn: Connection, contact_id: str, day: date, since: date) -> list[SharedContact]:
    """Contacts that happened from `since` to `day` in which all leaders of this one took part, itself left out.

    One without a day of its own counts on that of its first report.
    """
    with conn.cursor() as cursor:
        cursor.execute(
            """
            WITH me AS (SELECT person_key FROM core.contact_participant WHERE contact_id = %(contact)s::uuid),
            ours AS (
                SELECT contact_id
                FROM core.contact_participant JOIN me USING (person_key)
                GROUP BY contact_id HAVING count(*) = (SELECT count(*) FROM me)
            ),
            told AS (
                SELECT contact_id, coalesce(occurred_on, first_reported_at::date) AS day, mode::text, location
                FROM core.contact JOIN ours USING (contact_id)
                WHERE state = 'active' AND status IN ('occurred', 'ongoing') AND contact_id <> %(contact)s::uuid
            )
            SELECT day, mode, location,
                   (SELECT count(*) FROM core.contact_participant AS p WHERE p.contact_id = told.contact_id)
            FROM told WHERE day BETWEEN %(since)s AND %(day)s ORDER BY day, contact_id
            """,
            {"contact": contact_id, "day": day, "since": since},
        )
        return [SharedContact(day, Mode(mode), place, count) for day, mode, place, count in cursor.fetchall()]


def mailed(conn: Connection, contact_id: str) -> set[tuple[str, str]]:
    """Rule and recipient of all that is not to be told of a contact any more.

    That is: every message about it or about contacts that were merged into it, what digests told or will tell of them,
    and what was known before the rule was.
    """
    with conn.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE line AS (
                SELECT contact_id FROM core.contact WHERE contact_id = %s::uuid
                UNION
                SELECT merged.contact_id
                FROM line JOIN core.contact AS merged ON merged.merged_into = line.contact_id
            )
            SELECT rule, recipient FROM core.outbox JOIN line USING (contact_id)
            UNION
            SELECT rule, recipient FROM core.alert_note JOIN line USING (contact_id)
            """,
            (contact_id,),
        )
        return {(rule, recipient) for rule, recipient in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class Signs:
    """How the installation does: counts, `minutes` since the last article, and the feeds in trouble with the reason."""

    contacts: int
    articles: int
    minutes: float | None
    feeds: int
    healthy: int
    trouble: tuple[tuple[str, str], ...]
    waiting_mails: int
    failed_mails: int


def signs(conn: Connection, since: datetime) -> Signs:
    """The signs of life since a moment of the installation's clock (articles: the last 24 hours of the database's)."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT (SELECT count(*) FROM core.contact WHERE state = 'active' AND created_at >= %s),
                   (SELECT count(*) FROM core.article WHERE extracted_at >= now() - interval '1 day'),
                   (SELECT (extract(epoch FROM now() - max(extracted_at)) / 60)::float8 FROM core.article),
                   (SELECT count(*) FROM core.outbox WHERE state = 'waiting'),
                   (SELECT count(*) FROM core.outbox WHERE state = 'failed')
            """,
            (since,),
        )
        contacts, articles, minutes, waiting, failed = cursor.fetchone() or (0, 0, None, 0, 0)
        cursor.execute(
            """
            SELECT feed_id, health, coalesce(last_reason, health) FROM mart.feed_health
            WHERE health <> 'inactive' ORDER BY failures DESC, feed_id
            """
        )
        feeds = cursor.fetchall()
    trouble = tuple((feed, why) for feed, health, why in feeds if health not in ("healthy", "new"))
    return Signs(contacts, articles, minutes, len(feeds), len(feeds) - len(trouble), trouble, waiting, failed)


@dataclass(frozen=True, slots=True)
class Letter:
    """What one recipient was mailed of a contact by one rule: the first mail, and the facts told last.

    `updates` is the number of follow-ups so far.
    """

    rule: str
    recipient: str
    subject: str
    message_id: str
    told: Mapping[str, Any]
    updates: int


def letters(conn: Connection, contact_id: str) -> list[Letter]:
    """What was mailed of a contact, by rule and recipient; mails that failed for good reached nobody."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT first.rule, first.recipient, first.subject, first.message_id, last.told, last.updates
            FROM core.outbox AS first
            CROSS JOIN LATERAL (
                SELECT (array_agg(told ORDER BY outbox_id DESC))[1] AS told, count(*) - 1 AS updates
                FROM core.outbox AS any_of
                WHERE any_of.contact_id = first.contact_id AND any_of.rule = first.rule
                  AND any_of.recipient = first.recipient AND any_of.told IS NOT NULL
            ) AS last
            WHERE first.contact_id = %s::uuid AND first.kind = 'contact' AND first.told IS NOT NULL
              AND first.state <> 'failed'
            ORDER BY first.outbox_id
            """,
            (contact_id,),
        )
        return [Letter(*row) for row in cursor.fetchall()]


def note_unknown(conn: Connection, outbox_id: int, why: str) -> None:
    """Record a delivery of which nobody knows the outcome. The claim stays. Does not commit."""
    with conn.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core.outbox_attempt (outbox_id, outcome, reply) VALUES (%s, 'failed', %s)",
            (outbox_id, storable(UNKNOWN + why)),
        )


def unknown_fates(conn: Connection, outbox_id: int) -> int:
    """How many deliveries of a message, since it was last requeued, ended without anybody knowing their outcome."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM core.outbox_attempt AS attempt
            WHERE outbox_id = %(outbox_id)s AND starts_with(reply, %(unknown)s) AND NOT EXISTS (
                SELECT FROM core.outbox_attempt AS later
                WHERE later.outbox_id = %(outbox_id)s AND later.outcome = 'requeued'
                  AND later.attempt_id > attempt.attempt_id)
            """,
            {"outbox_id": outbox_id, "unknown": UNKNOWN},
        )
        return int((cursor.fetchone() or (0,))[0])


def seconds_until_due(conn: Connection, by: Literal["mail", "channel"] | None = None) -> float | None:
    """How long until the next message may be tried, 0 if one may be now; None if none waits that nobody holds.

    With `by`, of those that go that way.
    """
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT extract(epoch FROM min(next_attempt_at) - clock_timestamp())::float8
            FROM core.outbox
            WHERE state = 'waiting' AND staging.is_free(lease_pid, lease_backend_start, lease_until)
              AND (%(by)s IS NULL OR (strpos(recipient, '://') > 0) = (%(by)s = 'channel'))
            """,
            {"by": by},
        )
        row = cursor.fetchone()
    conn.commit()
    return None if row is None or row[0] is None else max(float(row[0]), 0.0)


def outbox_lines(conn: Connection, state: str | None = None, limit: int = 50) -> list[OutboxLine]:
    """The latest messages, of one state ('waiting', 'sent', 'failed') or all."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT outbox_id, contact_id::text, rule, recipient, subject, state, attempts, enqueued_at,
                   next_attempt_at, sent_at, last.reply
            FROM core.outbox
            LEFT JOIN LATERAL (
                SELECT reply FROM core.outbox_attempt AS attempt
                WHERE attempt.outbox_id = outbox.outbox_id ORDER BY attempt_id DESC LIMIT 1
            ) AS last ON true
            WHERE %(state)s IS NULL OR state = %(state)s
            ORDER BY outbox_id DESC LIMIT %(limit)s
            """,
            {"state": state, "limit": limit},
        )
        return [OutboxLine(*row) for row in cursor.fetchall()]
