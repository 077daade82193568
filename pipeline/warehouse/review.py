"""Review: what people decide of contacts (mart.review_queue has the doubtful ones), and taking that back.

Each decision is written down and takes effect in the same transaction: `settle` is handed in by the caller and settles
the reports of some articles anew (pipeline.stages.rebuild.resettle). Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from pipeline.runtime.errors import RuntimeFault
from pipeline.warehouse.doubts import frozen
from pipeline.warehouse.reports import SETTLING_LOCK
from pipeline.warehouse.rulings import keys_of
from pipeline.warehouse.text import storable

Settle = Callable[[Connection, Collection[int], datetime], object]

HELD = "held back: the contact was rejected in review"


class ReviewFault(RuntimeFault):
    """A decision that cannot be taken; `mend` says what to do."""


@dataclass(frozen=True, slots=True)
class Action:
    """A decision as it was written down; `undone_by` is the action that took it back."""

    action_id: int
    kind: str
    contact_id: str
    other_id: str | None
    undoes: int | None
    undone_by: int | None
    done_by: str
    done_at: datetime
    note: str
    reports: tuple[int, ...]


def log(conn: Connection, limit: int = 50, contact_id: str | None = None) -> list[Action]:
    """The latest decisions, newest first; `contact_id` narrows to those about one contact."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT action.action_id, action.kind, action.contact_id::text, action.other_id::text, action.undoes,
                   undo.action_id, action.done_by, action.done_at, action.note,
                   ARRAY(SELECT report_id FROM core.review_subject AS subject JOIN core.review_key USING (key_id)
                         WHERE subject.action_id = action.action_id AND subject.side <> 'stays' ORDER BY 1)
            FROM core.review_action AS action
            LEFT JOIN core.review_action AS undo ON undo.undoes = action.action_id
            WHERE %(contact)s IS NULL OR %(contact)s::uuid IN (action.contact_id, action.other_id)
            ORDER BY action.action_id DESC LIMIT %(limit)s
            """,
            {"contact": contact_id, "limit": limit},
        )
        return [Action(*frozen(row)) for row in cursor.fetchall()]


def find_contact(conn: Connection, text: str) -> str:
    """The id that begins with `text` (4 characters or more). Raises ReviewFault for none, or for several."""
    bare = text.strip().lower()
    with conn.cursor() as cursor:
        cursor.execute(
            "SELECT contact_id::text FROM core.contact WHERE starts_with(contact_id::text, %s) ORDER BY 1 LIMIT 2",
            (bare,),
        )
        found = [row[0] for row in cursor.fetchall()] if len(bare) >= 4 else []
    if not found:
        raise ReviewFault(f"There is no contact {text}.", "`hotline review list` and `hotline contacts` name them.")
    if len(found) > 1:
        raise ReviewFault(f"Several contacts begin with {text}.", "Give more of the id.")
    return str(found[0])


def living_contact(conn: Connection, contact_id: str) -> str:
    """The contact that this one is now, after mergers."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE line AS (
                SELECT contact_id, merged_into FROM core.contact WHERE contact_id = %s::uuid
                UNION
                SELECT heir.contact_id, heir.merged_into
                FROM line JOIN core.contact AS heir ON heir.contact_id = line.merged_into
            )
            SELECT contact_id::text FROM line WHERE merged_into IS NULL
            """,
            (contact_id,),
        )
        row = cursor.fetchone()
    return str(row[0]) if row else contact_id


def confirm(conn: Connection, contact_id: str, *, by: str, now: datetime, settle: Settle, note: str = "") -> int:
    """It is one contact, and right: it leaves the queue, and its reports stay together. Returns the action."""
    reports = _reports_of(conn, contact_id)
    return _act(conn, "confirm", contact_id, dict.fromkeys(reports, "all"), by, now, note, settle)


def reject(conn: Connection, contact_id: str, *, by: str, now: datetime, settle: Settle, note: str = "") -> int:
    """It is no contact: it is withdrawn, and mails of it that wait are held back. Returns the action."""
    reports = _reports_of(conn, contact_id)
    return _act(conn, "reject", contact_id, dict.fromkeys(reports, "all"), by, now, note, settle)


def merge(
    conn: Connection, contact_id: str, other_id: str, *, by: str, now: datetime, settle: Settle, note: str = ""
) -> int:
    """Both are one contact, which goes on under the id with more reports. Returns the action."""
    if contact_id == other_id:
        raise ReviewFault("These are one contact already.", "Name two.")
    reports = [*_reports_of(conn, contact_id), *_reports_of(conn, other_id)]
    return _act(conn, "merge", contact_id, dict.fromkeys(reports, "all"), by, now, note, settle, other_id)


def split(
    conn: Connection,
    contact_id: str,
    report_ids: Collection[int],
    *,
    by: str,
    now: datetime,
    settle: Settle,
    note: str = "",
) -> int:
    """These of its reports are a contact of their own. Returns the action."""
    reports = set(_reports_of(conn, contact_id))
    if foreign := sorted(set(report_ids) - reports):
        raise ReviewFault(
            f"Contact {contact_id} has no report {', '.join(map(str, foreign))}.",
            f"Its reports are {', '.join(map(str, sorted(reports)))}.",
        )
    if not report_ids or reports == set(report_ids):
        raise ReviewFault("A split takes some reports, and leaves some.", "Name a part of its reports.")
    sides = {r: "moved" if r in report_ids else "stays" for r in reports}
    return _act(conn, "split", contact_id, sides, by, now, note, settle)


def undo(conn: Connection, action_id: int, *, by: str, now: datetime, settle: Settle, note: str = "") -> int:
    """Take an action back: contacts become what they would be without it. Returns the action that says so."""
    with conn.cursor() as cursor:
        _lock(cursor)
        cursor.execute(
            """
            SELECT kind, contact_id::text, status, (SELECT action_id FROM core.review_action WHERE undoes = %(id)s)
            FROM core.review_action WHERE action_id = %(id)s
            """,
            {"id": action_id},
        )
        row = cursor.fetchone()
        if row is None:
            raise ReviewFault(f"There is no action {action_id}.", "`hotline review log` lists them.")
        kind, contact_id, status, undone = row
        if undone is not None:
            raise ReviewFault(f"Action {action_id} was undone by {undone}.", "Decide anew.")
        if kind == "undo":
            raise ReviewFault(f"Action {action_id} is an undo itself.", "Decide anew.")
        mine = _write(cursor, "undo", contact_id, None, action_id, status, by, now, note)
        cursor.execute(
            "SELECT DISTINCT article_id FROM core.review_subject JOIN core.review_key USING (key_id) "
            "WHERE action_id = %s",
            (action_id,),
        )
        articles = [r[0] for r in cursor.fetchall()]
        settle(conn, articles, now)
        if kind == "reject":
            _release_mails(cursor, contact_id)
    return mine


def withdraw_rejected(conn: Connection, report_ids: Collection[int], kept: Collection[str], now: datetime) -> list[str]:
    """Withdraw the active contacts of rejected reports, but for those that were derived all the same (`kept`).

    Their reports stay theirs, so that an undo brings back the same contact. Returns their ids.
    """
    if not report_ids:
        return []
    with conn.cursor() as cursor:
        cursor.execute(
            """
            WITH gone AS (
                UPDATE core.contact SET state = 'withdrawn', updated_at = %(now)s
                WHERE state = 'active' AND NOT contact_id = ANY(%(kept)s::uuid[])
                  AND contact_id IN (SELECT contact_id FROM core.contact_member WHERE report_id = ANY(%(reports)s))
                RETURNING contact_id
            ), noted AS (
                INSERT INTO core.contact_history (contact_id, kind, changes, changed_at)
                SELECT contact_id, 'withdrawn', '{"state": ["active", "withdrawn"], "rejected": [false, true]}', %(now)s
                FROM gone
            )
            SELECT contact_id::text FROM gone ORDER BY 1
            """,
            {"now": now, "kept": list(kept), "reports": list(report_ids)},
        )
        gone = [row[0] for row in cursor.fetchall()]
        cursor.execute("UPDATE core.contact SET unsettled = false WHERE contact_id = ANY(%s::uuid[])", (gone,))
        _hold_mails(cursor, gone)
    return gone


def _act(
    conn: Connection,
    kind: str,
    contact_id: str,
    sides: Mapping[int, str],
    by: str,
    now: datetime,
    note: str,
    settle: Settle,
    other_id: str | None = None,
) -> int:
    with conn.cursor() as cursor:
        cursor.execute("SELECT status FROM core.contact WHERE contact_id = %s::uuid", (contact_id,))
        status = (cursor.fetchone() or ("",))[0]
        keys = keys_of(cursor, sides)
        action_id = _write(cursor, kind, contact_id, other_id, None, status, by, now, note)
        execute_values(
            cursor,
            "INSERT INTO core.review_subject (action_id, key_id, side) VALUES %s",
            [(action_id, key, sides[report]) for report, key in sorted(keys.items())],
        )
        cursor.execute("SELECT DISTINCT article_id FROM core.contact_report WHERE report_id = ANY(%s)", (list(sides),))
        articles = [row[0] for row in cursor.fetchall()]
        settle(conn, articles, now)
        # A merger may give it another status; it was confirmed with that one.
        cursor.execute(
            """
            UPDATE core.review_action AS action SET status = contact.status
            FROM core.contact_member JOIN core.contact USING (contact_id)
            WHERE action_id = %s AND action.kind = 'merge' AND report_id = %s
            """,
            (action_id, min(sides)),
        )
    return action_id


def _write(
    cursor: Cursor,
    kind: str,
    contact_id: str,
    other_id: str | None,
    undoes: int | None,
    status: str,
    by: str,
    now: datetime,
    note: str,
) -> int:
    if not by.strip():
        raise ReviewFault("A decision needs somebody who took it.", "Say who, with --by.")
    cursor.execute(
        """
        INSERT INTO core.review_action (kind, contact_id, other_id, undoes, status, done_by, done_at, note)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING action_id
        """,
        (kind, contact_id, other_id, undoes, status, storable(by.strip()), now, storable(note.strip())),
    )
    return int((cursor.fetchone() or (0,))[0])


def _reports_of(conn: Connection, contact_id: str) -> list[int]:
    """The current reports of an active contact. Raises ReviewFault for one that is not."""
    with conn.cursor() as cursor:
        _lock(cursor)
        cursor.execute(
            "SELECT state, merged_into::text FROM core.contact WHERE contact_id::text = %s FOR UPDATE", (contact_id,)
        )
        row = cursor.fetchone()
        if row is None:
            raise ReviewFault(f"There is no contact {contact_id}.", "`hotline contacts --json` names them.")
        if row[0] == "merged":
            raise ReviewFault(f"Contact {contact_id} was merged into {row[1]}.", "Name that one.")
        if row[0] == "withdrawn":
            raise ReviewFault(f"Contact {contact_id} is withdrawn.", "If a rejection did that, undo it.")
        cursor.execute(
            "SELECT report_id FROM core.contact_member JOIN core.contact_report USING (report_id) "
            "WHERE contact_id = %s::uuid AND is_current ORDER BY 1",
            (contact_id,),
        )
        found = [row[0] for row in cursor.fetchall()]
    if not found:
        raise ReviewFault(f"The reports of contact {contact_id} are being read anew.", "Try again in a minute.")
    return found


def _lock(cursor: Cursor) -> None:
    """Nobody settles while somebody decides."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", (SETTLING_LOCK,))


def _hold_mails(cursor: Cursor, contact_ids: Iterable[str]) -> None:
    cursor.execute(
        """
        WITH held AS (
            UPDATE core.outbox SET state = 'failed'
            WHERE contact_id = ANY(%s::uuid[]) AND kind = 'contact' AND state = 'waiting'
              AND staging.is_free(lease_pid, lease_backend_start, lease_until)
            RETURNING outbox_id
        )
        INSERT INTO core.outbox_attempt (outbox_id, outcome, reply) SELECT outbox_id, 'refused', %s FROM held
        """,
        (list(contact_ids), HELD),
    )


def _release_mails(cursor: Cursor, contact_id: str) -> None:
    """Mails that were held back go out after all, unless the contact is still withdrawn for another reason."""
    cursor.execute(
        """
        UPDATE core.outbox SET state = 'waiting'
        WHERE contact_id = %s::uuid AND state = 'failed'
          AND (SELECT state FROM core.contact WHERE contact_id = outbox.contact_id) = 'active'
          AND (SELECT reply FROM core.outbox_attempt AS attempt WHERE attempt.outbox_id = outbox.outbox_id
               ORDER BY attempt_id DESC LIMIT 1) = %s
        """,
        (contact_id, HELD),
    )
