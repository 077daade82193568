"""Merge a newer Wikidata export into the registry: what is new, ended, changed, or at odds with what stands here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pipeline.understand.leaderexport import Exported
from pipeline.understand.leaderfiles import OWN, LeaderFiles, TermRow, slug
from pipeline.understand.leadernames import names_of
from pipeline.understand.registry import LEADER, SHARED_CLASSES, parse_date

KINDS = ("new", "ended", "changed", "identified", "conflict")
_TOUCH = timedelta(days=2)  # terms of one person this near are one
_NEAR = 31  # days: dates that differ by no more are the same handover


@dataclass(frozen=True, slots=True)
class Step:
    """One difference. `after` takes the place of `before` (None: nothing stands here yet); a conflict changes nothing.

    `row` is the export's line; for "identified", `before` and `after` differ in the person's id.
    """

    kind: str
    row: int
    person: str
    says: str
    before: TermRow | None = None
    after: TermRow | None = None


def plan(files: LeaderFiles, exports: Sequence[Exported], repairs: Iterable[dict[str, str]] = ()) -> list[Step]:
    """All differences between an export and the registry, in the order of `KINDS`; the files stay as they are.

    `repairs` are rows of repairs.csv: what they drop is not brought back. Rows whose source is a user's own are never
    changed, and of repaired rows an open end alone.
    """
    work = LeaderFiles(files.directory, dict(files.people), list(files.terms))
    drops = [r for r in repairs if r["action"] == "drop"]
    steps: list[Step] = []
    kept = [e for e in exports if not _dropped(e, drops)]
    for e in _identify(work, kept, steps):
        _compare(work, e, steps)
    return sorted(steps, key=lambda s: KINDS.index(s.kind))


def apply(files: LeaderFiles, steps: Iterable[Step]) -> list[str]:
    """Carry out the steps but the conflicts, on the rows in memory; ids of the people who are new."""
    newcomers: dict[str, str] = {}
    for step in sorted(steps, key=lambda s: s.kind != "identified"):
        if step.kind == "conflict" or step.after is None:
            continue
        if step.kind == "identified" and step.before is not None:
            files.rename(step.before.person_id, step.after.person_id)
            continue
        files.terms = [t for t in files.terms if t != step.before] + [step.after]
        if step.after.person_id not in files.people:
            newcomers[step.after.person_id] = step.person
            files.people[step.after.person_id] = person_row(step.after, step.person)
    return list(newcomers)


def person_row(term: TermRow, name: str, gender: str = "") -> dict[str, str]:
    """A row of people.csv for a newcomer, with the spellings and short names that the customs of the country give."""
    leaders = {term.person_id} if term.role == LEADER else set()
    hand = {term.person_id: {"gender": gender or "-"}}
    names = names_of({term.person_id: name}, {term.person_id: {term.country}}, leaders, hand)[term.person_id]
    return {
        "wikidata_id": term.person_id,
        "name": names.name,
        "gender": gender,
        "other_names": "|".join(names.other_names),
        "press_names": "|".join(names.press_names),
        "common_press_names": "|".join(names.common_press_names),
    }


def predecessors(files: LeaderFiles, new: TermRow) -> list[TermRow]:
    """Other people's terms in the office of `new`, if one person at a time holds it, that run into it."""
    if new.role != LEADER or new.office_class in SHARED_CLASSES:
        return []
    begins = parse_date(new.start, last=True) if new.start else date.min
    settled = replace(new, start=begins.isoformat()) if new.start else new
    return [
        t
        for t in files.terms
        if (t.country, t.office_class, t.role) == (new.country, new.office_class, LEADER)
        and t.person_id != new.person_id
        and t.meets(settled, _NEAR)
    ]


def _dropped(e: Exported, drops: Iterable[dict[str, str]]) -> bool:
    t = e.term
    return any(
        (d["wikidata_id"] == t.person_id or (not d["wikidata_id"] and slug(d["person"]) == slug(e.person)))
        and d["country"] == t.country
        and (not d["office"] or slug(d["office"]) == slug(t.office))
        and t.start.startswith(d["was_start"])
        for d in drops
    )


def _identify(work: LeaderFiles, exports: Sequence[Exported], steps: list[Step]) -> list[Exported]:
    """Join the terms of the export that touch, after those who stand here under a local id are recognised."""
    by_key: dict[tuple[str, str, str], list[Exported]] = defaultdict(list)
    for e in exports:
        person_id = e.term.person_id
        if person_id not in work.people:
            local = [p for p in work.find(e.person) if p.startswith("local:") and _served(work, p, e.term.country)]
            if len(local) == 1 and not person_id.startswith("local:"):
                old = next(t for t in work.terms if t.person_id == local[0])
                says = f"{local[0]} is {person_id}"
                steps.append(Step("identified", e.row, e.person, says, old, replace(old, person_id=person_id)))
                work.rename(local[0], person_id)
        by_key[e.term.key].append(e)
    joined: list[Exported] = []
    for held in by_key.values():
        held.sort(key=lambda e: (e.term.first, e.term.last))
        run = [held[0]]
        for e in held[1:]:
            last = run[-1].term
            if last.last == date.max or e.term.first <= last.last + _TOUCH:
                end = last.end if last.last > e.term.last else e.term.end
                run[-1] = replace(run[-1], term=replace(last, end=end))
            else:
                run.append(e)
        joined += run
    return joined


def _served(work: LeaderFiles, person_id: str, country: str) -> bool:
    return any(t.person_id == person_id and t.country == country for t in work.terms)


def _compare(work: LeaderFiles, e: Exported, steps: list[Step]) -> None:
    new = e.term
    mine = [t for t in work.terms if t.key == new.key and _touch(t, new)]
    if not mine:
        _add(work, e, steps)
    elif len(mine) == 1 and mine[0] != new:
        old = mine[0]
        start, end = _finer(old.start, new.start, last=False), _finer(old.end, new.end, last=True)
        after = replace(old, start=start, end=end)
        if after == old:
            return
        only_ends = not old.end and end and start == old.start
        if old.source == OWN or (old.source != "wikidata" and not only_ends):
            says = f"here ({old.source}) {old}, in the export {new}"
            steps.append(Step("conflict", e.row, e.person, f"{says}: kept; change terms.csv by hand if it is wrong"))
            return
        kind = "ended" if only_ends else "changed"
        steps.append(Step(kind, e.row, e.person, f"{old} becomes {after.start} to {after.end}", old, after))
        work.terms = [t for t in work.terms if t != old] + [after]


def _add(work: LeaderFiles, e: Exported, steps: list[Step]) -> None:
    new = e.term
    if not new.end and new.office_class not in SHARED_CLASSES and new.role == LEADER:
        later = [t for t in work.terms if _same_office(t, new) and t.first > new.first]
        if later:  # an open term that somebody followed has ended
            new = replace(new, end=min(later, key=lambda t: t.first).start)
    closing = predecessors(work, new)
    stuck = [t for t in closing if t.end or t.source == OWN or t.first >= new.first]
    if stuck:
        held = ", ".join(f"{work.name(t.person_id)} ({t.source}) {t.start} to {t.end or 'today'}" for t in stuck)
        mend = "not added; correct terms.csv or the export"
        steps.append(Step("conflict", e.row, e.person, f"{new}, yet the office was held by {held}: {mend}"))
        return
    for old in closing:
        after = replace(old, end=new.start)
        says = f"{old} ends as {e.person} follows"
        steps.append(Step("ended", e.row, work.name(old.person_id), says, old, after))
        work.terms = [t for t in work.terms if t != old] + [after]
    steps.append(Step("new", e.row, e.person, str(new), None, new))
    work.terms.append(new)


def _same_office(t: TermRow, new: TermRow) -> bool:
    office = (t.country, t.office_class, t.role) == (new.country, new.office_class, new.role)
    return office and t.person_id != new.person_id


def _touch(old: TermRow, new: TermRow) -> bool:
    return old.first <= _plus(new.last, _TOUCH) and new.first <= _plus(old.last, _TOUCH)


def _plus(day: date, by: timedelta) -> date:
    return day if day == date.max else day + by


def _finer(old: str, new: str, *, last: bool) -> str:
    """Which of two dates to keep: the export's where it says more or something else, what stands here otherwise."""
    if not new or old == new or old.startswith(new):
        return old
    if not old or new.startswith(old):
        return new if last or old else old
    near = abs((parse_date(old, last=last) - parse_date(new, last=last)).days) <= _NEAR
    return old if near else new
