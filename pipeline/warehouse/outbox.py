"""The outbox: messages are enqueued in the transaction that found their contact, and delivered afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from psycopg2.extensions import connection as Connection
from psycopg2.extras import Json

from pipeline.warehouse.alerting import UNKNOWN
from pipeline.warehouse.payloads import contact_payload
from pipeline.warehouse.text import storable

# Pause before another try of a message that could not be delivered: doubled each time, an hour at most.
FIRST_PAUSE_SECONDS = 30
LONGEST_PAUSE_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Message:
    """A message to one recipient, about one contact unless it is a heartbeat.

    `recipient` is a mail address or a channel's name, which has `://` in it and no secret.
    `as_of` is the installation's time when it was written, `picture` a PNG that its HTML part shows. `about` is what it
    tells of, the contact unless given: there is one message for each kind, matter, rule and recipient. `told` are the
    facts that it told, `wait_seconds` how long it is to be held back.
    """

    contact_id: str | None
    rule: str
    recipient: str
    subject: str
    text: str
    html: str
    message_id: str
    as_of: datetime
    picture: bytes | None = None
    kind: Literal["contact", "update", "digest", "heartbeat", "ops"] = "contact"
    about: str | None = None
    in_reply_to: str | None = None
    told: Mapping[str, Any] | None = None
    wait_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A message claimed for delivery. `attempts` are the tries answered so far.

    `abandoned`: another sender held it before, and went without a word; nobody noted whether the relay took it.
    `payload` is its contact as data, where it goes to a channel.
    """

    outbox_id: int
    contact_id: str | None
    rule: str
    recipient: str
    subject: str
    text: str
    html: str
    message_id: str
    as_of: datetime
    attempts: int
    abandoned: bool = False
    in_reply_to: str | None = None
    picture: bytes | None = None
    kind: str = "contact"
    payload: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that is not tried any more. `fate` is "unknown" if it may have arrived, "refused" if it has not."""

    outbox_id: int
    contact_id: str | None
    kind: str
    rule: str
    recipient: str
    subject: str
    fate: Literal["refused", "unknown"]
    attempts: int
    enqueued_at: datetime
    last_attempt_at: datetime | None
    last_reply: str


def enqueue(conn: Connection, message: Message) -> bool:
    """Put a message into the outbox. Does not commit. False: this matter, kind, rule and recipient had one already."""
    payload = contact_payload(conn, message.contact_id) if message.contact_id and "://" in message.recipient else None
    with conn.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO core.outbox (contact_id, rule, recipient, subject, text, html, message_id, as_of, picture,
                                     kind, about, in_reply_to, told, payload, next_attempt_at)
            VALUES (%(contact_id)s, %(rule)s, %(recipient)s, %(subject)s, %(text)s, %(html)s, %(message_id)s,
                    %(as_of)s, %(picture)s, %(kind)s, %(about)s, %(in_reply_to)s, %(told)s, %(payload)s,
                    now() + make_interval(secs => %(wait)s))
            ON CONFLICT (about, rule, recipient, kind) DO NOTHING
            """,
            {
                "contact_id": message.contact_id,
                "rule": message.rule,
                "recipient": message.recipient,
                "subject": storable(message.subject),
                "text": storable(message.text),
                "html": storable(message.html),
                "message_id": message.message_id,
                "as_of": message.as_of,
                "picture": message.picture,
                "kind": message.kind,
                "about": message.about or message.contact_id,
                "in_reply_to": message.in_reply_to,
                "told": Json(message.told) if message.told is not None else None,
                "payload": Json(payload) if payload is not None else None,
                "wait": message.wait_seconds,
            },
        )
        return cursor.rowcount == 1


def claim_messages(
    conn: Connection, limit: int, lease_seconds: int, by: Literal["mail", "channel"] | None = None
) -> list[OutboxMessage]:
    """Take up to `limit` messages that are due, oldest first, and commit the claim; with `by`, those that go that way.

    As with items, a claim ends with its connection. A sender that dies between the relay's "yes" and `mark_sent` leaves
    the message due again, `abandoned`, with the same Message-ID. Claim one at a time, so that one at most is.
    """
    conn.commit()
    with conn.cursor() as cursor:
        cursor.execute(
            """
            WITH due AS (
                SELECT outbox_id, lease_pid IS NOT NULL AS abandoned
                FROM core.outbox
                WHERE state = 'waiting' AND next_attempt_at <= now()
                  AND staging.is_free(lease_pid, lease_backend_start, lease_until)
                  AND (%(by)s IS NULL OR (strpos(recipient, '://') > 0) = (%(by)s = 'channel'))
                ORDER BY outbox_id
                LIMIT %(limit)s
                FOR UPDATE SKIP LOCKED
            ), claimed AS (
                UPDATE core.outbox AS message
                SET lease_pid = me.pid, lease_backend_start = me.backend_start,
                    lease_until = now() + make_interval(secs => %(lease_seconds)s)
                FROM due, pg_stat_activity AS me
                WHERE message.outbox_id = due.outbox_id AND me.pid = pg_backend_pid()
                RETURNING message.*, due.abandoned
            )
            SELECT outbox_id, contact_id::text, rule, recipient, subject, text, html, message_id, as_of, attempts,
                   abandoned, in_reply_to, picture, kind, payload
            FROM claimed ORDER BY outbox_id
            """,
            {"limit": limit, "lease_seconds": lease_seconds, "by": by},
        )
        rows = cursor.fetchall()
    conn.commit()
    # psycopg2 hands bytea out as a memoryview.
    return [replace(OutboxMessage(*row), picture=row[12] and bytes(row[12])) for row in rows]


def mark_sent(conn: Connection, outbox_id: int, reply: str) -> None:
    """It was taken. Does not commit."""
    _close(conn, outbox_id, "sent", reply)


def mark_failed(conn: Connection, outbox_id: int, reply: str, permanent: bool, wait_seconds: float = 0.0) -> None:
    """It was not delivered: due again after a pause, or, if `permanent`, failed for good. Does not commit.

    The pause grows with each try; `wait_seconds` is what the other side asked for, and the least.
    """
    _close(conn, outbox_id, "refused" if permanent else "failed", reply, wait_seconds)


def undelivered(conn: Connection, by: Literal["mail", "channel"] | None = None) -> int:
    """How many messages wait, those in a pause included; with `by`, of those that go that way."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM core.outbox
            WHERE state = 'waiting' AND (%(by)s IS NULL OR (strpos(recipient, '://') > 0) = (%(by)s = 'channel'))
            """,
            {"by": by},
        )
        return int((cursor.fetchone() or (0,))[0])


def dead_letters(conn: Connection, limit: int = 100) -> list[DeadLetter]:
    """The messages that failed for good, the latest first: refused ones, and those whose fate is unknown."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT outbox_id, contact_id::text, kind, rule, recipient, subject,
                   CASE WHEN starts_with(last.reply, %(unknown)s) THEN 'unknown' ELSE 'refused' END,
                   attempts, enqueued_at, last.attempted_at, coalesce(last.reply, '')
            FROM core.outbox
            LEFT JOIN LATERAL (
                SELECT reply, attempted_at FROM core.outbox_attempt AS attempt
                WHERE attempt.outbox_id = outbox.outbox_id ORDER BY attempt_id DESC LIMIT 1
            ) AS last ON true
            WHERE state = 'failed' ORDER BY outbox_id DESC LIMIT %(limit)s
            """,
            {"unknown": UNKNOWN, "limit": limit},
        )
        return [DeadLetter(*row) for row in cursor.fetchall()]


def resend(conn: Connection, outbox_id: int, who: str = "") -> None:
    """Put a dead letter back into the queue, as if it were new; `who` asked for it. Does not commit.

    Raises LookupError, which says why, for anything but a dead letter: what is sent is never sent again.
    """
    with conn.cursor() as cursor:
        cursor.execute(
            """
            UPDATE core.outbox SET state = 'waiting', attempts = 0, next_attempt_at = now()
            WHERE outbox_id = %s AND state = 'failed'
            """,
            (outbox_id,),
        )
        if cursor.rowcount != 1:
            cursor.execute("SELECT state FROM core.outbox WHERE outbox_id = %s", (outbox_id,))
            row = cursor.fetchone()
            state = "there is no such message" if row is None else f"it is {row[0]}, not failed"
            raise LookupError(f"message {outbox_id} cannot be sent again: {state}")
        cursor.execute(
            "INSERT INTO core.outbox_attempt (outbox_id, outcome, reply) VALUES (%s, 'requeued', %s)",
            (outbox_id, storable(f"to be sent again, asked for by {who or 'a person'}")),
        )


def _close(conn: Connection, outbox_id: int, outcome: str, reply: str, wait_seconds: float = 0.0) -> None:
    state = {"sent": "sent", "refused": "failed", "failed": "waiting"}[outcome]
    with conn.cursor() as cursor:
        cursor.execute(
            """
            UPDATE core.outbox
            SET state = %(state)s, attempts = attempts + 1,
                sent_at = CASE WHEN %(state)s = 'sent' THEN now() END,
                next_attempt_at = now() + make_interval(
                    secs => greatest(least(%(first)s * 2.0 ^ least(attempts, 16), %(most)s), %(wait)s)),
                lease_pid = NULL, lease_backend_start = NULL, lease_until = NULL
            WHERE outbox_id = %(outbox_id)s AND state <> 'sent'
            """,
            {
                "state": state,
                "outbox_id": outbox_id,
                "first": FIRST_PAUSE_SECONDS,
                "most": LONGEST_PAUSE_SECONDS,
                "wait": wait_seconds,
            },
        )
        if cursor.rowcount != 1:
            raise LookupError(f"there is no message {outbox_id} to close, or it was sent before")
        cursor.execute(
            "INSERT INTO core.outbox_attempt (outbox_id, outcome, reply) VALUES (%s, %s, %s)",
            (outbox_id, outcome, storable(reply)),
        )
