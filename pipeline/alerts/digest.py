"""Digests: what a rule has to tell, in one mail for each of its recipients and periods, each contact once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pipeline.alerts import updates
from pipeline.alerts.desk import Desk
from pipeline.alerts.digestmail import Entry, render_digest
from pipeline.alerts.mail import Mail, message_id
from pipeline.alerts.rules import Delivery, Rule, why_not
from pipeline.alerts.story import Story
from pipeline.warehouse import ledger
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.contacts import load_contacts
from pipeline.warehouse.outbox import Message, enqueue


@dataclass(slots=True)
class Contents:
    """What one digest tells: `new` contacts, and `changed` ones with what has become otherwise.

    `told` are contact, facts and the time it was noted; `dropped` fit the rule no longer, or were told with another
    contact that they have become part of; `settled` have changed in nothing that is worth a word.
    """

    new: list[Entry] = field(default_factory=list)
    changed: list[Entry] = field(default_factory=list)
    told: list[tuple[str, dict[str, Any], datetime]] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)


def write_digests(connection: Connection, desk: Desk, now: datetime) -> int:
    """Put the digests that are due into the outbox; returns how many. Does not commit.

    A period has one digest, made by the first run after its end; what was missed while nothing ran goes into the next.
    The period in which a reader was first seen begins there.
    """
    known = ledger.readers(connection)
    written = 0
    for rule in desk.rules:
        for to in rule.recipients:
            reader = known.get((rule.name, to))
            period = period_due(rule, reader, now) if reader else None
            if period is not None:
                written += _write(connection, desk, rule, to, period, now)
    return written


def period_due(rule: Rule, reader: ledger.Reader, now: datetime) -> date | None:
    """The period that ended and has no digest yet; None where none is due."""
    end = rule.digest_end(now)
    period = end.date()
    if rule.delivery is Delivery.IMMEDIATE:
        # What waited when the rule ceased to make digests goes out in a last one.
        if not reader.waiting:
            return None
        period = now.astimezone(end.tzinfo).date()
    elif end <= reader.as_of:
        return None
    return period if reader.last is None or reader.last < period else None


def _write(connection: Connection, desk: Desk, rule: Rule, to: str, period: date, now: datetime) -> int:
    digest_id = ledger.open_digest(connection, rule.name, to, period, now)
    if digest_id is None:
        return 0
    found = contents(connection, desk, rule, to)
    ledger.forget(connection, found.dropped, rule.name, to)
    ledger.settle_unchanged(connection, found.settled, rule.name, to)
    ledger.mark_told(connection, digest_id, rule.name, to, found.told)
    identity = None
    if found.new or found.changed or (rule.empty_digest == "line" and rule.delivery is not Delivery.IMMEDIATE):
        identity = message_id(f"digest-{period.isoformat()}", rule.name, to, desk.domain)
        mail = digest_mail(desk, rule, to, period, found)
        enqueue(
            connection,
            Message(
                contact_id=None,
                rule=rule.name,
                recipient=to,
                subject=mail.subject,
                text=mail.text,
                html=mail.html,
                message_id=identity,
                as_of=now,
                kind="digest",
                about=f"digest/{period.isoformat()}",
                told={"new": [e.contact_id for e in found.new], "changed": [e.contact_id for e in found.changed]},
                wait_seconds=rule.hold_seconds(now),
            ),
        )
    ledger.close_digest(connection, digest_id, len(found.new), len(found.changed), identity)
    return int(identity is not None)


def digest_mail(desk: Desk, rule: Rule, to: str, period: date, found: Contents) -> Mail:
    """The mail of these contents."""
    return render_digest(rule.name, to, period, found.new, found.changed, desk.dress(rule), every=rule.delivery.value)


def contents(connection: Connection, desk: Desk, rule: Rule, to: str) -> Contents:
    """What the next digest of a reader tells, by what the warehouse knows now. Locks it; changes nothing."""
    owed = ledger.owed(connection, rule.name, to)
    contacts = load_contacts(connection, {one.living for one in owed})
    days = desk.max_age_days if rule.max_age_days is None else rule.max_age_days
    found = Contents()
    seen: set[str] = set()
    for one in owed:
        contact = contacts[one.living]
        if one.told is not None:
            facts = updates.facts(contact, withdrawn=_gone(one))
            if changes := _changes(rule, one, facts):
                found.changed.append(Entry.of(Story.of(connection, contact, drawn=False), desk.dress(rule), changes))
                found.told.append((one.contact_id, facts, one.as_of))
            else:
                found.settled.append(one.contact_id)
            continue
        elsewhere = one.living != one.contact_id and ledger.was_told(connection, one.living, rule.name, to)
        fits = not _gone(one) and why_not(rule, contact, one.as_of, days) is None
        if one.living != one.contact_id or not fits:
            found.dropped.append(one.contact_id)
        if fits and not elsewhere and one.living not in seen:
            seen.add(one.living)
            found.new.append(Entry.of(Story.of(connection, contact, drawn=False), desk.dress(rule)))
            found.told.append((one.living, updates.facts(contact), one.as_of))
    return found


def _changes(rule: Rule, one: ledger.Owed, facts: dict[str, Any]) -> list[str]:
    """What to say of a contact told before; of what became part of another, that one tells."""
    if not rule.updates or one.told is None or one.living != one.contact_id:
        return []
    return updates.differences(one.told, facts, rule.formats)


def _gone(one: ledger.Owed) -> bool:
    return one.state == "withdrawn"
