"""Rebuild config/leaders/people.csv and terms.csv from a Wikidata extract and the hand-kept repairs beside them.

    .venv/bin/python tools/build_leaders.py SRC_DIR [LEADERS_DIR]

SRC_DIR holds `office_terms.csv` (country,role,position,person,wikidata_id,start,end,open_as_of) and
`leaders_since_2025.csv` (country,position,person,wikidata_id,start_year). Rows of terms.csv whose source is neither
`wikidata` nor `repair...` are users' own: they and their people are kept as they stand.
"""

from __future__ import annotations

import csv
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

# ruff: noqa: E402  # the line above finds these
from pipeline.understand.leaderexport import CLASS_OF_REPAIR, FOREIGN_MINISTER, NAMES_ELSEWHERE, NO_LEADERS, OFFICES
from pipeline.understand.leadernames import Names, names_of
from pipeline.understand.registry import LEADER, SHARED_CLASSES, parse_date

PEOPLE = ("wikidata_id", "name", "gender", "other_names", "press_names", "common_press_names")
TERMS = ("wikidata_id", "country", "role", "office", "office_class", "start", "end", "source")


@dataclass(frozen=True)
class Row:
    """One term as it will stand in terms.csv, dates as text."""

    person_id: str
    country: str
    role: str
    office: str
    office_class: str
    start: str
    end: str
    source: str
    seen_open: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.person_id, self.country, self.office_class

    @property
    def first(self) -> date:
        return parse_date(self.start) if self.start else date.min

    @property
    def last(self) -> date:
        return parse_date(self.end, last=True) if self.end else date.max


def main(argv: Sequence[str]) -> int:
    if len(argv) not in (2, 3):
        print(__doc__, file=sys.stderr)
        return 2
    src, out = Path(argv[1]), Path(argv[2]) if len(argv) == 3 else ROOT / "config" / "leaders"
    codes = _codes(out / "countries.csv")
    people: dict[str, str] = {}
    rows = [*_terms(src / "office_terms.csv", codes, people), *_since(src / "leaders_since_2025.csv", codes, people)]
    repairs = list(_read(out / "repairs.csv"))
    rows = _repair(rows, [r for r in repairs if r["action"] != "id"], people)
    rows = _identify(rows, [r for r in repairs if r["action"] == "id"], people)
    rows = _close(_merge([_mend(r) for r in rows]))
    own, own_people = _own(out)
    rows = [r for r in rows if r.key not in {o.key for o in own}] + own
    for line in _overlaps(rows):
        print("overlap:", line)
    _write(out / "terms.csv", TERMS, (_cells(r) for r in sorted(rows, key=_order)))
    held = {r.person_id for r in rows}
    leads = {r.person_id for r in rows if r.role == LEADER}
    countries = defaultdict(set)
    for r in rows:
        countries[r.person_id].add(r.country)
    hand = {r["wikidata_id"] or _find(people, r["person"]): r for r in _read(out / "names.csv")}
    for unknown in hand.keys() - held:
        print(f"names.csv: nobody has the id {unknown or '(empty)'}: {hand[unknown]['person']}")
    described = names_of({p: n for p, n in people.items() if p in held}, countries, leads, hand)
    keep = {p: c for p, c in own_people.items() if p not in described}
    cells = [*(_person(p, n) for p, n in described.items()), *keep.values()]
    _write(out / "people.csv", PEOPLE, sorted(cells, key=lambda c: (c[0].startswith("local:"), len(c[0]), c[0])))
    print(f"{len(cells)} people, {len(rows)} terms, {len(leads)} leaders")
    return 0


def _codes(path: Path) -> dict[str, str]:
    codes = dict(NAMES_ELSEWHERE)
    for row in _read(path):
        for name in (row["name"], *row["other_names"].split("|")):
            if name:
                codes.setdefault(name, row["iso3"])
    return codes


def _terms(path: Path, codes: dict[str, str], people: dict[str, str]) -> Iterator[Row]:
    for r in _read(path):
        country = codes[r["country"]]
        person_id = r["wikidata_id"]
        if not re.fullmatch(r"Q\d+", person_id):  # the extract prints the name where Wikidata has no item
            person_id = f"local:{country}:{_slug(r['person'])}"
        people.setdefault(person_id, r["person"])
        office = OFFICES.get(r["position"]) if r["role"] == LEADER else (r["position"], "")
        if office is None or (country, r["position"]) in NO_LEADERS:
            continue
        role = LEADER if office[1] else FOREIGN_MINISTER
        name, kind = office if role == LEADER else ("Foreign Minister", FOREIGN_MINISTER)
        yield Row(
            person_id, country, role, name, kind, r["start"], r["end"], "wikidata",
            r["open_as_of"] if r["open_as_of"] != "2025-01-31" else "",
        )  # fmt: skip


def _since(path: Path, codes: dict[str, str], people: dict[str, str]) -> Iterator[Row]:
    for r in _read(path):
        if not r["person"]:
            continue
        people.setdefault(r["wikidata_id"], r["person"])
        if (r["country"], r["position"]) == ("Togo", "President of the Council of Ministers"):
            r = r | {"position": "President of the Council"}
        office, kind = OFFICES[r["position"]]
        yield Row(r["wikidata_id"], codes[r["country"]], LEADER, office, kind, r["start_year"], "", "wikidata")


def _repair(rows: list[Row], repairs: Iterable[dict[str, str]], people: dict[str, str]) -> list[Row]:
    """Apply repairs.csv. `add` adds a term, `drop` deletes those that match, `set` gives one new dates."""
    for number, r in enumerate(repairs, start=2):
        person_id = r["wikidata_id"] or _find(people, r["person"])
        kind = _class(r["office"])
        if r["wikidata_id"] and people.get(person_id) and _slug(people[person_id]) != _slug(r["person"]):
            print(f"repairs.csv:{number}: {person_id} is {people[person_id]}, not {r['person']}")
        if r["action"] == "add":
            person_id = person_id or f"local:{r['country']}:{_slug(r['person'])}"
            people.setdefault(person_id, r["person"])
            role = LEADER if kind else "other"
            new = Row(
                person_id, r["country"], role, _printed(r["office"]), kind or "other", r["start"], r["end"], "repair"
            )
            rows = [o for o in rows if not (o.key == new.key and _same_term(o, new))] + [new]
            continue
        hit = [
            o
            for o in rows
            if o.person_id == person_id
            and o.country == r["country"]
            and (not r["office"] or o.office_class == kind)
            and (not r["was_start"] or o.start.startswith(r["was_start"]))
        ]
        if not hit:
            print(f"repairs.csv:{number}: nothing to {r['action']}: {r['person']} {r['country']} {r['office']}")
        rows = [o for o in rows if o not in hit]
        if r["action"] == "set":
            changed = [
                replace(o, start=r["start"] or o.start, end=r["end"] or o.end, source="repair") for o in hit[-1:]
            ]
            rows += [replace(o, seen_open="", end="" if r["end"] == "open" else o.end) for o in changed]
    return rows


def _identify(rows: list[Row], found: Iterable[dict[str, str]], people: dict[str, str]) -> list[Row]:
    """`id` rows of repairs.csv give the Wikidata id of somebody who stood under a local one."""
    ids = {f"local:{r['country']}:{r['person']}": r["wikidata_id"] for r in found}
    for unknown in ids.keys() - people.keys():
        print(f"repairs.csv: nobody has the id {unknown}")
    for local, wikidata_id in ids.items():
        if local in people:
            people.setdefault(wikidata_id, people[local])
            del people[local]
    return [replace(r, person_id=ids.get(r.person_id, r.person_id)) for r in rows]


def _same_term(old: Row, new: Row) -> bool:
    """An added term replaces what Wikidata's rows say of the same time in the same office."""
    return old.first < new.last and new.first < old.last


def _mend(row: Row) -> Row:
    """A term that ends before it starts has lost its end in the extract; the successor's start will close it."""
    if row.first <= row.last:
        return row
    print(f"reversed: {row}")
    return replace(row, end="", seen_open=row.start)


def _merge(rows: list[Row]) -> list[Row]:
    """Join rows of one person in one office that touch: re-elections, and rows that stand twice."""
    by_key: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for r in rows:
        by_key[r.key].append(r)
    out: list[Row] = []
    for held in by_key.values():
        held.sort(key=lambda r: (r.first, r.last))
        joined = [held[0]]
        for r in held[1:]:
            before = joined[-1]
            reach = parse_date(before.seen_open) if before.seen_open and not before.end else before.last
            if r.office == before.office and (reach == date.max or r.first <= reach + timedelta(days=2)):
                ends = [r, before] if not r.seen_open or r.end else [before, r]
                longest = ends[0] if ends[0].last >= before.last or before.seen_open else before
                start = (
                    r.start if len(before.start) < len(r.start) and r.start.startswith(before.start) else before.start
                )
                joined[-1] = replace(before, start=start, end=longest.end, seen_open=longest.seen_open)
            else:
                joined.append(r)
        out += joined
    return out


def _close(rows: list[Row]) -> list[Row]:
    """End open terms at the successor's start; a term last seen open long ago and without successor ends then."""
    out = []
    for r in rows:
        if not r.end and r.office_class not in SHARED_CLASSES:
            later = [
                o
                for o in rows
                if o.country == r.country and o.office_class == r.office_class and o.person_id != r.person_id
                and o.first > r.first
            ]  # fmt: skip
            following = min(later, key=lambda o: o.first, default=None)
            if following is not None:
                r = replace(r, end=following.start)
        if not r.end and r.seen_open:
            r = replace(r, end=r.seen_open)
        out.append(r)
    return out


def _overlaps(rows: Sequence[Row], days: int = 21) -> Iterator[str]:
    """Pairs of leaders in one office at once for longer than a handover."""
    by_office: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for r in rows:
        if r.role == LEADER and r.office_class not in SHARED_CLASSES:
            by_office[r.country, r.office_class].append(r)
    for held in by_office.values():
        held.sort(key=lambda r: r.first)
        for k, a in enumerate(held):
            for b in held[k + 1 :]:
                if len(a.end) != 4 and b.first + timedelta(days=days) < min(a.last, b.last):
                    pair = f"{a.person_id} {a.start}-{a.end}, {b.person_id} {b.start}-{b.end}"
                    yield f"{a.country} {a.office_class}: {pair}"


def _own(out: Path) -> tuple[list[Row], dict[str, tuple[str, ...]]]:
    if not (out / "terms.csv").exists():
        return [], {}
    rows = [
        Row(**{("person_id" if c == "wikidata_id" else c): r[c] for c in TERMS})
        for r in _read(out / "terms.csv")
        if r["source"] != "wikidata" and not r["source"].startswith("repair")
    ]
    ids = {r.person_id for r in rows}
    return rows, {
        r["wikidata_id"]: tuple(r[c] for c in PEOPLE) for r in _read(out / "people.csv") if r["wikidata_id"] in ids
    }


def _class(office: str) -> str:
    return (
        CLASS_OF_REPAIR.get(office)
        or OFFICES.get(office, ("", ""))[1]
        or (FOREIGN_MINISTER if office == "Foreign Minister" else "")
    )


def _printed(office: str) -> str:
    return OFFICES[office][0] if office in OFFICES and office not in ("Acting President",) else office


def _find(people: dict[str, str], name: str) -> str:
    return next((p for p, n in people.items() if _slug(n) == _slug(name)), "")


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("ø", "o").replace("ł", "l").replace("đ", "d").replace("ı", "i"))
    return "-".join(re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)).lower()))


def _order(r: Row) -> tuple[object, ...]:
    return r.role != LEADER, r.country, r.office_class, r.first, r.person_id


def _cells(r: Row) -> tuple[str, ...]:
    return r.person_id, r.country, r.role, r.office, r.office_class, r.start, r.end, r.source


def _person(person_id: str, n: Names) -> tuple[str, ...]:
    return person_id, n.name, n.gender, "|".join(n.other_names), "|".join(n.press_names), "|".join(n.common_press_names)


def _read(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from ({k: (v or "").strip() for k, v in row.items()} for row in csv.DictReader(file))


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv))
