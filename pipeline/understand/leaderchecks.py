"""Is the leader registry sound? Overlaps, gaps, ids, genders and names, against the excused cases of exceptions.csv."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

from pipeline.understand.registry import (
    BODY_CODES,
    LEADER,
    SHARED_CLASSES,
    Person,
    Registry,
    RegistryError,
    Term,
    parse_date,
)

EXCEPTIONS = "exceptions.csv"
COLUMNS = ("kind", "country", "office_class", "start", "end", "reason")
KINDS = ("overlap", "gap", "shared", "namesake")
HANDOVER = timedelta(days=22)  # two people in one office for longer than that are no handover
GAP = timedelta(days=31)
WATCHED = (date(2000, 1, 1), date(2026, 12, 31))  # gaps are looked for in these years
_SLACK = timedelta(days=31)  # an excuse may be this much off the dates of what it excuses

# ISO 3166-1 alpha-3 codes, blank-separated.
ISO_CODES = "iso3166.txt"
KOSOVO = "XKX"  # no ISO code, and yet everybody's

Holding = tuple[Person, Term]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in the registry: `kind` is "overlap", "gap", "code", "gender", "name", "stale" or "shared"."""

    kind: str
    says: str
    mend: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.says}; {self.mend}"


@dataclass(frozen=True, slots=True)
class Excuse:
    """A row of exceptions.csv: why an overlap, a gap, or an office of several people is right as it stands."""

    row: int
    kind: str
    country: str
    office_class: str
    start: date
    end: date
    reason: str

    def covers(self, kind: str, office: tuple[str, str], start: date, end: date) -> bool:
        """Whether this excuses a finding of that kind, office and time."""
        same = (self.kind, self.country, self.office_class) == (kind, *office)
        return same and self.start - _SLACK <= start and end <= self.end + _SLACK


def check(leaders_dir: Path) -> list[Finding]:
    """All that is wrong with the registry of `leaders_dir`; empty if it is sound.

    Raises:
        RegistryError: a file is missing, or a cell of it cannot be read.
    """
    registry = Registry.load(leaders_dir)
    excuses = load_exceptions(leaders_dir)
    by_office = offices(registry)
    used: set[int] = set()
    found = [*_codes(registry, leaders_dir), *_shared(by_office, excuses, used), *_people(registry, excuses, used)]
    for office, held in sorted(by_office.items()):
        if office[1] in SHARED_CLASSES:
            continue
        for kind, start, end, says in (*_overlaps(held), *_gaps(held)):
            excuse = next((e for e in excuses if e.covers(kind, office, start, end)), None)
            if excuse:
                used.add(excuse.row)
            else:
                where = f"{office[0]} {office[1]}: {says}"
                mend = f"correct the terms in terms.csv, or give the reason in {EXCEPTIONS}"
                found.append(Finding(kind, where, mend))
    for e in excuses:
        if e.row not in used:
            says = f"{EXCEPTIONS}:{e.row}: nothing is left of the {e.kind} of {e.country} {e.office_class} {e.start}"
            found.append(Finding("stale", says, "delete the row"))
    return found


def load_exceptions(leaders_dir: Path) -> list[Excuse]:
    """Read exceptions.csv; no such file means no exceptions.

    Raises:
        RegistryError: a column or cell is missing or wrong.
    """
    path = leaders_dir / EXCEPTIONS
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise RegistryError(path, 1, "the columns are wrong", f"the first row is {','.join(COLUMNS)}")
        return [_excuse(path, number, row) for number, row in enumerate(reader, start=2)]


def _excuse(path: Path, number: int, row: dict[str, str]) -> Excuse:
    if row["kind"] not in KINDS:
        raise RegistryError(path, number, f"kind is '{row['kind']}'", f"use one of {', '.join(KINDS)}")
    if not row["reason"]:
        raise RegistryError(path, number, "the reason is empty", "say why this is right as it stands")
    try:
        start = parse_date(row["start"]) if row["start"] else date.min + _SLACK
        end = parse_date(row["end"], last=True) if row["end"] else date.max - _SLACK
    except ValueError as error:
        raise RegistryError(path, number, str(error), "write YYYY-MM-DD, YYYY-MM or YYYY") from error
    return Excuse(number, row["kind"], row["country"], row["office_class"], start, end, row["reason"])


def offices(registry: Registry) -> dict[tuple[str, str], list[Holding]]:
    """Who held each (country, office class), earliest first."""
    held: dict[tuple[str, str], list[Holding]] = defaultdict(list)
    for person in registry.people.values():
        for term in person.terms:
            if term.role == LEADER:
                held[term.country, term.office_class].append((person, term))
    for terms in held.values():
        terms.sort(key=lambda h: (_start(h[1]), _end(h[1])))
    return held


def overlaps(held: Sequence[Holding]) -> Iterator[tuple[Holding, Holding]]:
    """Pairs of different people in one office at once for longer than a handover."""
    for a, b in combinations(held, 2):
        until = min(_end(a[1]), _end(b[1]))
        # a handover of which only the year is known ends on 31 December
        year_only = a[1].end is not None and (a[1].end.month, a[1].end.day) == (12, 31)
        year_only = year_only and _start(b[1]) == date(_end(a[1]).year, 1, 1)
        if a[0] != b[0] and not year_only and _start(b[1]) + HANDOVER < until:
            yield a, b


def _overlaps(held: Sequence[Holding]) -> Iterator[tuple[str, date, date, str]]:
    for (p, a), (q, b) in overlaps(held):
        start, end = max(_start(a), _start(b)), min(_end(a), _end(b))
        yield "overlap", start, min(end, WATCHED[1]), f"{p.name} and {q.name} both from {start} to {end}"


def _gaps(held: Sequence[Holding]) -> Iterator[tuple[str, date, date, str]]:
    reach, last = _end(held[0][1]), held[0][0]
    for person, term in held[1:]:
        start = _start(term)
        if start - max(reach, WATCHED[0]) > GAP and start <= WATCHED[1]:
            yield "gap", reach, start, f"nobody from {reach} ({last.name}) to {start} ({person.name})"
        if _end(term) > reach:
            reach, last = _end(term), person


def _codes(registry: Registry, leaders_dir: Path) -> Iterator[Finding]:
    try:
        known = {*(leaders_dir / ISO_CODES).read_text(encoding="utf-8").split(), *BODY_CODES, KOSOVO}
    except FileNotFoundError as error:
        mend = "restore it from the repository"
        raise RegistryError(leaders_dir / ISO_CODES, None, "there is no such file", mend) from error
    for code in registry.countries:
        if code not in known:
            yield Finding("code", f"countries.csv: {code} is no ISO 3166-1 alpha-3 code", "correct it")


def _shared(
    by_office: dict[tuple[str, str], list[Holding]], excuses: Iterable[Excuse], used: set[int]
) -> Iterator[Finding]:
    """Offices of several people at once are named one by one, with the reason."""
    allowed = {(e.country, e.office_class): e.row for e in excuses if e.kind == "shared"}
    for office in sorted(by_office):
        if office[1] in SHARED_CLASSES:
            if office in allowed:
                used.add(allowed[office])
            else:
                says = f"{office[0]} {office[1]}: an office of several people"
                yield Finding("shared", says, f"give the reason in {EXCEPTIONS}, kind 'shared'")


def _people(registry: Registry, excuses: Iterable[Excuse], used: set[int]) -> Iterator[Finding]:
    names: dict[tuple[str, str], list[str]] = defaultdict(list)
    for person in registry.people.values():
        countries = {t.country for t in person.terms if t.role == LEADER}
        if countries and not person.gender:
            mend = "write m or f in people.csv, so that 'he' and 'she' are understood"
            yield Finding("gender", f"{person.name} ({person.wikidata_id}) has no gender", mend)
        if countries and not person.press_names:
            mend = "write what news calls the person alone into press_names or common_press_names of people.csv"
            yield Finding("name", f"{person.name} ({person.wikidata_id}) has no press name", mend)
        for country in countries - BODY_CODES:
            names[country, person.name].append(person.wikidata_id)
    for (country, name), ids in names.items():
        namesakes = next((e for e in excuses if e.kind == "namesake" and e.country == country), None)
        if len(ids) > 1 and namesakes:
            used.add(namesakes.row)
        elif len(ids) > 1:
            yield Finding("name", f"{country}: {' and '.join(ids)} are both {name}", "join them, or tell them apart")


def _start(term: Term) -> date:
    return term.start or date.min


def _end(term: Term) -> date:
    return term.end or date.max
