"""Contacts: kept in step with what `reconcile` derives, with identities and a history that outlive each derivation."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, Literal

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from pipeline.domain import Contact, DatePrecision, Mode, Ordinal, Participant, Status, Told
from pipeline.warehouse.people import participant_row
from pipeline.warehouse.reports import block_reports, known_contacts, load_reports, ordinal_of
from pipeline.warehouse.text import storable, storable_or_none

__all__ = [
    "Change",
    "block_reports",
    "find_contacts",
    "known_contacts",
    "load_contacts",
    "load_reports",
    "save_contacts",
]

Kind = Literal["new", "changed", "unchanged", "merged", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Change:
    """What saving did to one contact.

    `previous` is what it was before. When `merged`, `contact` is the one that took its reports; when `withdrawn`, it is
    what it was, without reports.
    """

    contact_id: str
    kind: Kind
    contact: Contact
    previous: Contact | None


def save_contacts(
    conn: Connection, contacts: Sequence[Contact], now: datetime, articles: Collection[int] = ()
) -> list[Change]:
    """Write what was derived from a block of reports; the same again changes nothing. Does not commit.

    Contacts that lose all their reports to another become `merged`, those of which no report speaks any more become
    `withdrawn`; neither is deleted. Each change leaves a row in the history. `articles` are those being settled, which
    matters for those whose newer reading speaks of no contact any more. Raises ValueError if two contacts claim one
    report.
    """
    report_ids = [report_id for contact in contacts for report_id in contact.report_ids]
    if len(set(report_ids)) != len(report_ids):
        twice = sorted(report_id for report_id, count in Counter(report_ids).items() if count > 1)
        raise ValueError(f"reports {twice} belong to more than one of the contacts to save")
    with conn.cursor() as cursor:
        members = _members_before(cursor, [c.contact_id for c in contacts], report_ids, articles)
        before = load_contacts(conn, members)
        states = _states(cursor, members)
        changes = []
        for contact in (_ordered(contact) for contact in contacts):
            previous, state = before.get(contact.contact_id), states.get(contact.contact_id)
            changed = _difference(previous, contact)
            if state not in (None, "active"):
                changed["state"] = [state, "active"]
            kind: Kind = "new" if previous is None else "changed" if changed else "unchanged"
            if kind != "unchanged":
                _write(cursor, contact, now)
                _note(cursor, contact.contact_id, kind, changed, now)
            changes.append(Change(contact.contact_id, kind, contact, previous))
        execute_values(
            cursor,
            """
            INSERT INTO core.contact_member AS member (contact_id, report_id) VALUES %s
            ON CONFLICT (report_id) DO UPDATE SET contact_id = excluded.contact_id
            WHERE member.contact_id <> excluded.contact_id
            """,
            [(contact.contact_id, report_id) for contact in contacts for report_id in contact.report_ids],
            template="(%s::uuid, %s)",
        )
        saved = {contact.contact_id: contact for contact in contacts}
        for contact_id in sorted(set(before) - set(saved)):
            if states[contact_id] == "active":
                change = _retire(conn, cursor, before[contact_id], members[contact_id], now)
                changes += [change] if change else []
        cursor.execute(
            "UPDATE core.contact SET unsettled = false WHERE unsettled AND contact_id = ANY(%s::uuid[])",
            (sorted({*before, *saved}),),
        )
    return changes


def load_contacts(conn: Connection, contact_ids: Collection[str]) -> dict[str, Contact]:
    """These contacts by id, whatever became of them; `report_ids` are those of current readings."""
    ids = list(contact_ids)
    people: dict[str, list[Participant]] = defaultdict(list)
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT contact_id::text, name, country, wikidata_id, office FROM core.contact_participant
            WHERE contact_id = ANY(%s::uuid[]) ORDER BY contact_id, position
            """,
            (ids,),
        )
        for contact_id, *person in cursor.fetchall():
            people[contact_id].append(Participant(*person))
        cursor.execute(
            """
            SELECT contact_id::text, mode, status, occurred_on, date_precision, duration_minutes, location, initiator,
                   ordinal_count, ordinal_window, historical, topics, attribution, confidence, first_reported_at,
                   last_reported_at, outlets, families, reason, part_of::text, spread, confidence_reason, ordinal_since,
                   ARRAY(SELECT report_id FROM core.contact_member JOIN core.contact_report USING (report_id)
                         WHERE contact_member.contact_id = contact.contact_id AND is_current ORDER BY report_id)
            FROM core.contact WHERE contact_id = ANY(%s::uuid[])
            """,
            (ids,),
        )
        return {row[0]: _contact(row, people[row[0]]) for row in cursor.fetchall()}


def find_contacts(
    conn: Connection,
    since: date | None = None,
    until: date | None = None,
    leader: str | None = None,
    limit: int = 100,
) -> list[Contact]:
    """Active contacts, the latest first. `since` and `until` (inclusive) compare with the day of the contact, or of its
    first report where it has none; `leader` is part of a name, a country code or a Wikidata id."""
    pattern = (
        None if leader is None else "%" + leader.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    )
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT contact_id::text
            FROM core.contact
            CROSS JOIN LATERAL (SELECT coalesce(occurred_on, first_reported_at::date) AS day) AS known
            WHERE state = 'active'
              AND (%(since)s::date IS NULL OR day >= %(since)s)
              AND (%(until)s::date IS NULL OR day <= %(until)s)
              AND (%(leader)s IS NULL OR EXISTS (
                  SELECT FROM core.contact_participant AS p
                  WHERE p.contact_id = contact.contact_id
                    AND (p.name ILIKE %(pattern)s OR p.country = upper(%(leader)s) OR p.wikidata_id = %(leader)s)))
            ORDER BY day DESC NULLS LAST, first_reported_at DESC NULLS LAST, contact_id
            LIMIT %(limit)s
            """,
            {"since": since, "until": until, "leader": leader, "pattern": pattern, "limit": limit},
        )
        ids = [row[0] for row in cursor.fetchall()]
    found = load_contacts(conn, ids)
    return [found[contact_id] for contact_id in ids]


def _members_before(
    cursor: Cursor, contact_ids: list[str], report_ids: list[int], articles: Collection[int]
) -> dict[str, list[int]]:
    """The contacts that saving may touch, with all their reports, superseded ones too.

    These are the contacts to save, those whose reports they take, and those that lost a report to a newer reading;
    among the last, contacts whose new readings still wait to be reconciled are left for then.
    """
    cursor.execute(
        """
        WITH touched AS (
            SELECT contact_id FROM core.contact WHERE contact_id = ANY(%(contacts)s::uuid[])
            UNION
            SELECT contact_id FROM core.contact_member WHERE report_id = ANY(%(reports)s)
            UNION
            SELECT contact_id FROM core.contact
            WHERE unsettled AND NOT EXISTS (
                SELECT FROM core.contact_member AS member
                JOIN core.contact_report AS report USING (report_id)
                JOIN core.article USING (article_id)
                JOIN staging.item USING (item_id)
                WHERE member.contact_id = contact.contact_id
                  AND item.stage IN ('extracted', 'understood')
                  AND NOT article.article_id = ANY(%(articles)s)
                  AND article.article_id NOT IN (
                      SELECT article_id FROM core.contact_report WHERE report_id = ANY(%(reports)s)))
        )
        SELECT touched.contact_id::text, array_agg(report_id ORDER BY report_id) FILTER (WHERE report_id IS NOT NULL)
        FROM touched LEFT JOIN core.contact_member USING (contact_id)
        GROUP BY touched.contact_id
        """,
        {"contacts": contact_ids, "reports": report_ids, "articles": list(articles)},
    )
    return {contact_id: list(members or ()) for contact_id, members in cursor.fetchall()}


def _states(cursor: Cursor, contact_ids: Iterable[str]) -> dict[str, str]:
    cursor.execute(
        "SELECT contact_id::text, state FROM core.contact WHERE contact_id = ANY(%s::uuid[]) FOR UPDATE",
        (sorted(contact_ids),),
    )
    return dict(cursor.fetchall())


def _retire(
    conn: Connection, cursor: Cursor, previous: Contact, members: Sequence[int], now: datetime
) -> Change | None:
    """What becomes of an active contact that is no longer derived; None if current reports still belong to it."""
    contact_id = previous.contact_id
    cursor.execute(
        """
        SELECT count(*) FILTER (WHERE member.contact_id = %(id)s::uuid),
               mode() WITHIN GROUP (ORDER BY member.contact_id) FILTER (WHERE member.contact_id <> %(id)s::uuid)
        FROM core.contact_report AS report JOIN core.contact_member AS member USING (report_id)
        WHERE report.is_current AND (report_id = ANY(%(members)s) OR predecessor_id = ANY(%(members)s))
        """,
        {"id": contact_id, "members": list(members)},
    )
    remaining, heir = cursor.fetchone() or (0, None)
    if remaining:
        return None
    state = "withdrawn" if heir is None else "merged"
    cursor.execute(
        "UPDATE core.contact SET state = %s, merged_into = %s, updated_at = %s WHERE contact_id = %s",
        (state, heir, now, contact_id),
    )
    # What was part of it, and was not settled anew, goes along.
    cursor.execute(
        "UPDATE core.contact SET part_of = nullif(%(heir)s::uuid, contact_id) WHERE part_of = %(id)s::uuid",
        {"heir": heir, "id": contact_id},
    )
    if heir is None:
        _note(cursor, contact_id, "withdrawn", {"state": ["active", "withdrawn"]}, now)
        return Change(contact_id, "withdrawn", replace(previous, report_ids=()), previous)
    # Superseded reports go along, so that whatever they lead to leads to the living contact.
    cursor.execute("UPDATE core.contact_member SET contact_id = %s WHERE contact_id = %s", (heir, contact_id))
    changes = {"state": ["active", "merged"], "merged_into": [None, str(heir)]}
    _note(cursor, contact_id, "merged", changes, now)
    return Change(contact_id, "merged", load_contacts(conn, [str(heir)])[str(heir)], previous)


def _write(cursor: Cursor, contact: Contact, now: datetime) -> None:
    ordinal = contact.ordinal
    columns: dict[str, Any] = {
        "contact_id": contact.contact_id,
        "mode": contact.mode,
        "status": contact.status,
        "occurred_on": contact.occurred_on,
        "date_precision": contact.date_precision,
        "duration_minutes": contact.duration_minutes,
        "location": storable_or_none(contact.location),
        "initiator": storable_or_none(contact.initiator),
        "ordinal_count": ordinal.count if ordinal else None,
        "ordinal_window": storable_or_none(ordinal.window) if ordinal else None,
        "historical": contact.historical,
        "topics": [storable(topic) for topic in contact.topics],
        "attribution": [storable(name) for name in contact.attribution],
        "confidence": contact.confidence,
        "first_reported_at": contact.first_reported_at,
        "last_reported_at": contact.last_reported_at,
        "outlets": [storable(name) for name in contact.outlets],
        "families": [storable(name) for name in contact.families],
        "reason": storable(contact.reason),
        "part_of": contact.part_of,
        "spread": json.dumps(_spread(contact.spread)),
        "confidence_reason": storable(contact.confidence_reason),
        "ordinal_since": contact.ordinal_since,
        "created_at": now,
        "updated_at": now,
    }
    # Column names are ours, from above.
    names = ", ".join(columns)
    values = ", ".join(f"%({name})s" for name in columns)
    renewed = ", ".join(f"{n} = excluded.{n}" for n in columns if n not in ("contact_id", "created_at"))
    cursor.execute(
        f"INSERT INTO core.contact ({names}) VALUES ({values}) "
        f"ON CONFLICT (contact_id) DO UPDATE SET {renewed}, state = 'active', merged_into = NULL",
        columns,
    )
    cursor.execute("DELETE FROM core.contact_participant WHERE contact_id = %s", (contact.contact_id,))
    execute_values(
        cursor,
        """
        INSERT INTO core.contact_participant (contact_id, position, person_key, name, country, wikidata_id, office)
        VALUES %s
        """,
        [(contact.contact_id, n, *participant_row(p)) for n, p in enumerate(contact.participants)],
    )


def _note(cursor: Cursor, contact_id: str, kind: str, changes: Mapping[str, Any], now: datetime) -> None:
    cursor.execute(
        "INSERT INTO core.contact_history (contact_id, kind, changes, changed_at) VALUES (%s, %s, %s, %s)",
        (contact_id, kind, json.dumps(changes), now),
    )


def _difference(previous: Contact | None, contact: Contact) -> dict[str, list[Any]]:
    """Field -> [before, after], as plain JSON values; a new contact differs in all it has."""
    found = {}
    for field in fields(Contact):
        name = field.name
        after = getattr(contact, name)
        before = None if previous is None else getattr(previous, name)
        if before != after and name != "contact_id":
            found[name] = [_plain(before), _plain(after)]
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Participant):
        return f"{value.name} ({value.country})"
    if isinstance(value, Told):
        return {"field": value.field, "value": storable(value.value), "families": _plain(value.families)}
    if isinstance(value, Ordinal):
        return {"count": value.count, "window": value.window}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, date):
        return value.isoformat()
    return storable(value) if isinstance(value, str) else value


def _spread(told: Sequence[Told]) -> dict[str, dict[str, list[str]]]:
    """Field -> value -> families, as it is stored."""
    found: dict[str, dict[str, list[str]]] = {}
    for one in told:
        found.setdefault(one.field, {})[storable(one.value)] = [storable(name) for name in one.families]
    return found


def _told(spread: Mapping[str, Mapping[str, list[str]]]) -> tuple[Told, ...]:
    """The same read back, in the order in which contacts are settled: JSON in the database has an order of its own."""
    found = [Told(field, value, tuple(names)) for field, values in spread.items() for value, names in values.items()]
    return tuple(sorted(found, key=lambda t: (t.field, -len(t.families), t.value)))


def _ordered(contact: Contact) -> Contact:
    return replace(contact, report_ids=tuple(sorted(contact.report_ids)))


def _contact(row: tuple[Any, ...], people: Sequence[Participant]) -> Contact:
    (
        contact_id, mode, status, occurred_on, precision, minutes, location, initiator, count, window, historical,
        topics, attribution, confidence, first, last, outlets, families, reason, part_of, spread, confidence_reason,
        ordinal_since, report_ids,
    ) = row  # fmt: skip
    return Contact(
        contact_id=contact_id,
        participants=tuple(people),
        mode=Mode(mode),
        status=Status(status),
        occurred_on=occurred_on,
        date_precision=None if precision is None else DatePrecision(precision),
        duration_minutes=minutes,
        location=location,
        initiator=initiator,
        ordinal=ordinal_of(count, window),
        historical=historical,
        topics=tuple(topics),
        attribution=tuple(attribution),
        confidence=confidence,
        first_reported_at=first,
        last_reported_at=last,
        report_ids=tuple(report_ids),
        outlets=tuple(outlets),
        families=tuple(families),
        reason=reason,
        part_of=part_of,
        spread=_told(spread),
        confidence_reason=confidence_reason,
        ordinal_since=ordinal_since,
    )
