"""What alerts keep besides the outbox: readers and since when, contacts known before them, and digests."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg2.extensions import connection as Connection
from psycopg2.extras import Json, execute_values


@dataclass(frozen=True, slots=True)
class Reader:
    """A recipient of a rule. `as_of` is the installation's time when a run first saw it, `last` its latest digest."""

    rule: str
    recipient: str
    as_of: datetime
    primed: int
    last: date | None
    waiting: int


@dataclass(frozen=True, slots=True)
class Owed:
    """A contact that a digest has to tell: as new, or, where it was `told` before, as changed.

    `living` is the contact that it is part of by now, `state` what became of that. `as_of` is when it was noted.
    """

    contact_id: str
    living: str
    state: str
    as_of: datetime
    told: Mapping[str, Any] | None


def readers(conn: Connection) -> dict[tuple[str, str], Reader]:
    """All that were ever seen, by rule and recipient."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT rule, recipient, as_of, primed,
                   (SELECT max(period) FROM core.digest
                    WHERE digest.rule = reader.rule AND digest.recipient = reader.recipient),
                   (SELECT count(*) FROM core.alert_note AS note
                    WHERE note.rule = reader.rule AND note.recipient = reader.recipient
                      AND kind = 'digest' AND (digest_id IS NULL OR changed))
            FROM core.alert_reader AS reader ORDER BY rule, recipient
            """
        )
        return {row[:2]: Reader(*row) for row in cursor.fetchall()}


def add_reader(conn: Connection, rule: str, recipient: str, now: datetime) -> bool:
    """Note a recipient of a rule. Does not commit. False: it was known, or another run notes it right now."""
    with conn.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core.alert_reader (rule, recipient, as_of) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            (rule, recipient, now),
        )
        return cursor.rowcount == 1


def prime(conn: Connection, rule: str, recipient: str, now: datetime) -> int:
    """Note all contacts that happened and that the rule has not mailed or noted: they will not be. Does not commit.

    What is planned, proposed, denied or called off stays open: when it happens, that is news. Returns how many.
    """
    with conn.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO core.alert_note (contact_id, rule, recipient, kind, as_of)
            SELECT contact_id, %(rule)s, %(recipient)s, 'primed', %(now)s
            FROM core.contact
            WHERE status IN ('occurred', 'ongoing') AND state <> 'merged' AND NOT EXISTS (
                SELECT FROM core.outbox
                WHERE outbox.contact_id = contact.contact_id AND rule = %(rule)s AND recipient = %(recipient)s)
            ON CONFLICT DO NOTHING
            """,
            {"rule": rule, "recipient": recipient, "now": now},
        )
        primed = cursor.rowcount
        cursor.execute(
            "UPDATE core.alert_reader SET primed = %s WHERE rule = %s AND recipient = %s", (primed, rule, recipient)
        )
    return primed


def count_to_prime(conn: Connection) -> int:
    """How many contacts a reader that comes now would not be sent."""
    with conn.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM core.contact WHERE status IN ('occurred', 'ongoing') AND state <> 'merged'"
        )
        return int((cursor.fetchone() or (0,))[0])


def primed_since(conn: Connection, moment: datetime) -> list[tuple[str, str, int]]:
    """Rule, recipient and number of primed contacts of the readers first seen since then (the database's clock)."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT rule, recipient, primed FROM core.alert_reader
            WHERE first_seen_at >= %s AND primed > 0 ORDER BY rule, recipient
            """,
            (moment,),
        )
        return list(cursor.fetchall())


def note_for_digest(conn: Connection, contact_id: str, rule: str, recipient: str, now: datetime) -> bool:
    """Leave a contact for the next digest. Does not commit. False: it was noted for this reader before."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO core.alert_note (contact_id, rule, recipient, kind, as_of)
            VALUES (%s::uuid, %s, %s, 'digest', %s) ON CONFLICT DO NOTHING
            """,
            (contact_id, rule, recipient, now),
        )
        return cursor.rowcount == 1


def notes_wait(conn: Connection) -> bool:
    """Whether anything waits for a digest."""
    with conn.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM core.alert_note WHERE kind = 'digest' AND (digest_id IS NULL OR changed))"
        )
        return bool((cursor.fetchone() or (False,))[0])


def mark_changed(conn: Connection, contact_id: str, rules: Collection[str]) -> None:
    """A contact has changed: digests of these rules that told it look at it again. Does not commit."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            UPDATE core.alert_note SET changed = true
            WHERE contact_id = %s::uuid AND rule = ANY(%s) AND told IS NOT NULL AND NOT changed
            """,
            (contact_id, sorted(rules)),
        )


def open_digest(conn: Connection, rule: str, recipient: str, period: date, now: datetime) -> int | None:
    """Begin the digest of a period; None if it was made before. Does not commit: others wait for the end of this."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO core.digest (rule, recipient, period, as_of) VALUES (%s, %s, %s, %s)
            ON CONFLICT DO NOTHING RETURNING digest_id
            """,
            (rule, recipient, period, now),
        )
        row = cursor.fetchone()
        return None if row is None else int(row[0])


def owed(conn: Connection, rule: str, recipient: str) -> list[Owed]:
    """What the next digest has to tell, and locks it until the transaction ends."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT contact_id FROM core.alert_note
            WHERE rule = %s AND recipient = %s AND kind = 'digest' AND (digest_id IS NULL OR changed)
            ORDER BY contact_id FOR UPDATE
            """,
            (rule, recipient),
        )
        ids = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            """
            WITH RECURSIVE line AS (
                SELECT contact_id AS start, contact_id, state, merged_into
                FROM core.contact WHERE contact_id = ANY(%(ids)s::uuid[])
                UNION
                SELECT line.start, heir.contact_id, heir.state, heir.merged_into
                FROM line JOIN core.contact AS heir ON heir.contact_id = line.merged_into
            )
            SELECT note.contact_id::text, line.contact_id::text, line.state, as_of, told
            FROM line JOIN core.alert_note AS note ON note.contact_id = line.start
            WHERE line.merged_into IS NULL AND rule = %(rule)s AND recipient = %(recipient)s
            ORDER BY noted_at, note.contact_id
            """,
            {"ids": ids, "rule": rule, "recipient": recipient},
        )
        return [Owed(*row) for row in cursor.fetchall()]


def was_told(conn: Connection, contact_id: str, rule: str, recipient: str) -> bool:
    """Whether a contact, or one that was merged into it, was mailed, told in a digest, or primed."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE line AS (
                SELECT contact_id FROM core.contact WHERE contact_id = %(contact)s::uuid
                UNION
                SELECT merged.contact_id
                FROM line JOIN core.contact AS merged ON merged.merged_into = line.contact_id
            )
            SELECT EXISTS (
                SELECT FROM core.outbox JOIN line USING (contact_id)
                WHERE rule = %(rule)s AND recipient = %(recipient)s
            ) OR EXISTS (
                SELECT FROM core.alert_note JOIN line USING (contact_id)
                WHERE rule = %(rule)s AND recipient = %(recipient)s AND (kind = 'primed' OR told IS NOT NULL)
            )
            """,
            {"contact": contact_id, "rule": rule, "recipient": recipient},
        )
        return bool((cursor.fetchone() or (False,))[0])


def forget(conn: Connection, contact_ids: Collection[str], rule: str, recipient: str) -> None:
    """Drop notes for a digest that were told by none. Does not commit."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM core.alert_note
            WHERE contact_id = ANY(%s::uuid[]) AND rule = %s AND recipient = %s AND kind = 'digest' AND told IS NULL
            """,
            (sorted(contact_ids), rule, recipient),
        )


def mark_told(
    conn: Connection, digest_id: int, rule: str, recipient: str, told: Sequence[tuple[str, Mapping[str, Any], datetime]]
) -> None:
    """Note what a digest told: contact, facts, and when the contact was noted. Does not commit."""
    with conn.cursor() as cursor:
        execute_values(
            cursor,
            """
            INSERT INTO core.alert_note AS note (contact_id, rule, recipient, kind, as_of, digest_id, told) VALUES %s
            ON CONFLICT (contact_id, rule, recipient)
            DO UPDATE SET digest_id = excluded.digest_id, told = excluded.told, changed = false
            """,
            [(contact, rule, recipient, "digest", as_of, digest_id, Json(facts)) for contact, facts, as_of in told],
            template="(%s::uuid, %s, %s, %s, %s, %s, %s)",
        )


def settle_unchanged(conn: Connection, contact_ids: Collection[str], rule: str, recipient: str) -> None:
    """What has changed of these, told before, is worth no word. Does not commit."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            UPDATE core.alert_note SET changed = false
            WHERE contact_id = ANY(%s::uuid[]) AND rule = %s AND recipient = %s
            """,
            (sorted(contact_ids), rule, recipient),
        )


def close_digest(conn: Connection, digest_id: int, contacts: int, updates: int, message_id: str | None) -> None:
    """Note what a digest holds, and its mail if there is one. Does not commit."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            UPDATE core.digest SET contacts = %s, updates = %s,
                   outbox_id = (SELECT outbox_id FROM core.outbox WHERE message_id = %s)
            WHERE digest_id = %s
            """,
            (contacts, updates, message_id, digest_id),
        )


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One digest made, for people. `state` is that of its mail; None where it had nothing to tell."""

    rule: str
    recipient: str
    period: date
    contacts: int
    updates: int
    state: str | None


def digest_lines(conn: Connection, rule: str, limit: int = 20) -> list[DigestLine]:
    """The digests made of a rule, the latest first."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT digest.rule, digest.recipient, period, contacts, updates, state
            FROM core.digest LEFT JOIN core.outbox USING (outbox_id)
            WHERE digest.rule = %s ORDER BY period DESC, digest_id DESC LIMIT %s
            """,
            (rule, limit),
        )
        return [DigestLine(*row) for row in cursor.fetchall()]
