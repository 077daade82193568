"""Contacts derived anew from all their reports, and what is otherwise then. Nobody is mailed of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from datetime import date, datetime
from typing import Any, Literal

from pipeline.domain import Contact, Participant
from pipeline.reconcile.cluster import reconcile
from pipeline.stages.reconcile import derive, note_doubts, rulings_for
from pipeline.stages.understand import Analyse
from pipeline.warehouse.analyses import save_analysis
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.contacts import (
    Change,
    block_reports,
    known_contacts,
    load_contacts,
    load_reports,
    save_contacts,
)
from pipeline.warehouse.rebuild import (
    Scope,
    Window,
    articles_in,
    begin,
    hush,
    mark_scope,
    mend_links,
    place_heirs,
    refresh_plans,
    retire_abandoned,
    window_reports,
)
from pipeline.warehouse.review import withdraw_rejected
from pipeline.warehouse.rulings import bound_articles

Kind = Literal["new", "split", "merged", "changed", "restated", "withdrawn"]
# On what it rests, and why in words; a contact that differs in nothing else is the same to those who read it.
GROUNDS = frozenset(
    {"report_ids", "reason", "outlets", "families", "attribution", "last_reported_at", "spread", "confidence_reason"}
)
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Difference:
    """One contact that is not what it was: `fields` are name -> (before, after) as plain values.

    `other_id` is for a split the contact that it was a part of, for a merger the one that it is part of now.
    """

    kind: Kind
    contact_id: str
    contact: Contact
    fields: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    other_id: str | None = None


@dataclass(slots=True)
class Outcome:
    """What a rebuild did: how many reports it settled into how many contacts, and what is otherwise."""

    reports: int = 0
    contacts: int = 0
    articles: int = 0
    reread: int = 0
    differences: dict[str, Difference] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """By kind, in the order in which they are told."""
        found = Counter(d.kind for d in self.differences.values())
        kinds: tuple[Kind, ...] = ("new", "split", "merged", "changed", "restated", "withdrawn")
        return {kind: found[kind] for kind in kinds}


def rebuild(
    connection: Connection,
    scope: Scope,
    now: datetime,
    analyse: Analyse | None = None,
    progress: Progress = lambda _: None,
) -> Outcome:
    """Derive the contacts in scope anew, in this transaction; whoever called commits it, or rolls it back.

    With `analyse` articles are read anew first; a reading by the same version is kept as it is. Reports that wait to be
    settled are left for that. Windows of days bound the memory; what is otherwise is held until the end.
    """
    outcome = Outcome()
    begin(connection)
    reread = _read_anew(connection, scope, analyse, outcome, progress) if analyse else []
    place_heirs(connection, reread)
    windows = mark_scope(connection, scope, reread)
    total = sum(w.reports for w in windows)
    for number, window in enumerate(windows, 1):
        _settle(connection, window, scope, now, outcome)
        # After the first window, the second, the fourth and so on: as often as the tables may have doubled.
        if number & (number - 1) == 0:
            refresh_plans(connection)
        outcome.reports += window.reports
        progress(f"{outcome.reports:,} of {total:,} reports settled, to {window.last}")
    _note(outcome, retire_abandoned(connection, reread, now), {}, {})
    mend_links(connection)
    return outcome


def resettle(connection: Connection, articles: Collection[int], now: datetime) -> None:
    """Settle the reports of some articles anew, after a decision in review, without a word to anybody."""
    changes = derive(connection, articles, now)
    hush(connection, [c.contact_id for c in changes], now)


def _read_anew(
    connection: Connection, scope: Scope, analyse: Analyse, outcome: Outcome, progress: Progress
) -> list[int]:
    """Read articles anew; returns those whose reading is another."""
    reread = []
    for article_id, article in articles_in(connection, scope):
        outcome.articles += 1
        if save_analysis(connection, article_id, analyse(article)):
            reread.append(article_id)
        if outcome.articles % 100 == 0:
            progress(f"{outcome.articles:,} articles read, {len(reread):,} of them anew")
    outcome.reread = len(reread)
    return reread


def _settle(connection: Connection, window: Window, scope: Scope, now: datetime, outcome: Outcome) -> None:
    placed = {p.report_id: p for p in window_reports(connection, window, scope)}
    core = {p.article_id for p in placed.values() if p.fresh and window.first <= p.reference_on <= window.last}
    reports = {r.report_id: r for r in load_reports(connection, list(placed))}
    if bound := bound_articles(connection, core) - core:
        # Reports that people tied to these may lie far away: with all that is around them.
        reports |= {r.report_id: r for r in block_reports(connection, bound)}
    known = known_contacts(connection, list(reports))
    ruled = rulings_for(connection, list(reports.values()))
    derived = reconcile(list(reports.values()), known, ruled)
    mine = []
    for contact in derived:
        days = [(p.reference_on, r) for r in contact.report_ids if (p := placed.get(r)) is not None and p.fresh]
        # A contact of several windows is saved in that of its first report.
        if days and window.first <= min(days)[0] <= window.last:
            mine.append(contact)
    changes = save_contacts(connection, mine, now)
    rejected = [r for r in ruled.rejected if r in reports and reports[r].article_id in core]
    gone = withdraw_rejected(connection, rejected, [c.contact_id for c in derived], now)
    note_doubts(connection, mine, reports, ruled)
    hush(connection, [c.contact_id for c in changes if c.kind in ("new", "changed")], now)
    outcome.contacts += len(mine)
    _note(outcome, changes, known, load_contacts(connection, gone))


def _note(outcome: Outcome, changes: Iterable[Change], known: Mapping[int, str], gone: Mapping[str, Contact]) -> None:
    """Take changes into the outcome; what happens to one contact in several windows is told once, as a whole."""
    for change in changes:
        if change.kind == "unchanged":
            continue
        earlier = outcome.differences.pop(change.contact_id, None)
        if (told := _difference(change, earlier, known)) is not None:
            outcome.differences[change.contact_id] = told
    for contact_id, contact in gone.items():
        outcome.differences[contact_id] = Difference("withdrawn", contact_id, contact)


def _difference(change: Change, earlier: Difference | None, known: Mapping[int, str]) -> Difference | None:
    contact_id, contact = change.contact_id, change.contact
    if change.kind == "merged":
        # Come and gone within one rebuild: nobody ever saw it.
        if earlier is not None and earlier.kind in ("new", "split"):
            return None
        return Difference("merged", contact_id, change.previous or contact, other_id=contact.contact_id)
    if change.kind == "withdrawn":
        return Difference("withdrawn", contact_id, contact)
    if change.previous is None or (earlier is not None and earlier.kind in ("new", "split")):
        origin = Counter(known[r] for r in contact.report_ids if r in known and known[r] != contact_id)
        former = origin.most_common(1)[0][0] if origin else (earlier.other_id if earlier else None)
        return Difference("split" if former else "new", contact_id, contact, other_id=former)
    told = dict(earlier.fields) if earlier is not None else {}
    for name, (before, after) in compare_fields(change.previous, contact).items():
        told[name] = (told[name][0] if name in told else before, after)
    told = {name: pair for name, pair in told.items() if pair[0] != pair[1]}
    return Difference("changed" if set(told) - GROUNDS else "restated", contact_id, contact, told)


def compare_fields(before: Contact, after: Contact) -> dict[str, tuple[Any, Any]]:
    """Name -> (before, after) of the fields that differ, as plain JSON values."""
    names = (f.name for f in fields(Contact) if f.name != "contact_id")
    pairs = {name: (plain(getattr(before, name)), plain(getattr(after, name))) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def plain(value: Any) -> Any:
    """A contact's field as JSON has it."""
    if isinstance(value, Participant):
        return f"{value.name} ({value.country})"
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(part) for name, part in asdict(value).items()}
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, str) else value


def as_json(difference: Difference) -> str:
    """One difference as a line of JSON."""
    contact = difference.contact
    row = {
        "kind": difference.kind,
        "contact_id": difference.contact_id,
        "other_id": difference.other_id,
        "participants": plain(contact.participants),
        "mode": contact.mode,
        "status": contact.status,
        "occurred_on": plain(contact.occurred_on),
        "fields": difference.fields,
    }
    return json.dumps(row, ensure_ascii=False, default=str)
