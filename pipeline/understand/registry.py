"""Who leads what, and when: the people, terms and country words of `config/leaders/`, read once and asked by date.

The files are plain CSV that users edit (docs/leaders.md); every error names the file, its row and the mend.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

LEADER = "leader"
# Bodies that are no country but whose heads count as leaders.
BODY_CODES = frozenset({"EU", "UN", "NATO", "AU", "ASEAN", "LAS", "OAS", "CW", "OIC", "GCC"})
# Offices that several people hold at once, so that terms may overlap.
SHARED_CLASSES = frozenset({"captain_regent", "co_prince", "co_president", "council_member"})
_PERSON_ID = re.compile(r"Q[1-9]\d*|local:[A-Z]{2,5}:[a-z0-9-]+")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
UNRANKED = 99

_COLUMNS = {
    "countries.csv": (
        *("iso3", "name", "other_names", "adjectives", "capitals", "seats"),
        *("timezone", "offices", "earlier_offices"),
    ),
    "people.csv": ("wikidata_id", "name", "gender", "other_names", "press_names", "common_press_names"),
    "terms.csv": ("wikidata_id", "country", "role", "office", "office_class", "start", "end", "source"),
    "office_words.csv": ("word", "office_classes"),
}


class RegistryError(ValueError):
    """A file of the leader registry cannot be used; the message names file, row, fault and mend."""

    def __init__(self, path: Path, row: int | None, fault: str, mend: str) -> None:
        where = f"{path}:{row}" if row else f"{path}"
        super().__init__(f"{where}: {fault}; {mend}")


@dataclass(frozen=True, slots=True)
class PressName:
    """What news calls a person by alone. `common`: an everyday word or name too, so it needs support from the text."""

    text: str
    common: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """One time in one office, both days inclusive; `start` None is long ago, `end` None still in office.

    `country` is ISO 3166-1 alpha-3 or a body ("EU", "UN", ...); `rank` 0 is the country's executive leader.
    """

    country: str
    role: str
    office: str
    office_class: str
    start: date | None
    end: date | None
    rank: int

    def covers(self, on: date) -> bool:
        """Whether `on` lies within the term."""
        return (self.start is None or self.start <= on) and (self.end is None or on <= self.end)


@dataclass(frozen=True, slots=True)
class Person:
    """A leader, or somebody known to be none (a foreign minister). `gender` is "m", "f", or "" where unknown.

    `wikidata_id` is "Q..." or, where Wikidata's id is not known, "local:<country>:<name>".
    """

    wikidata_id: str
    name: str
    gender: str
    terms: tuple[Term, ...]
    press_names: tuple[PressName, ...]


@dataclass(frozen=True, slots=True)
class CountryInfo:
    """The words for a country; `timezone` is the IANA name of its capital's."""

    name: str
    adjectives: tuple[str, ...]
    capitals: tuple[str, ...]
    seats: tuple[str, ...]
    timezone: str


@dataclass(slots=True)
class Registry:
    """All leaders and country words. Index keys are plain text as printed in the files; the user folds them."""

    people: dict[str, Person] = field(default_factory=dict)
    countries: dict[str, CountryInfo] = field(default_factory=dict)
    name_index: dict[str, list[Person]] = field(default_factory=dict)
    surname_index: dict[str, list[Person]] = field(default_factory=dict)
    country_by_name: dict[str, list[str]] = field(default_factory=dict)
    country_by_adjective: dict[str, list[str]] = field(default_factory=dict)
    country_by_capital: dict[str, list[str]] = field(default_factory=dict)
    country_by_seat: dict[str, list[str]] = field(default_factory=dict)
    office_words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _by_country: dict[str, list[tuple[Person, Term]]] = field(default_factory=dict)

    @classmethod
    def load(cls, leaders_dir: Path) -> Registry:
        """Read the four CSV files of `leaders_dir`.

        Raises:
            RegistryError: a file, column or cell is missing or wrong.
        """
        return _Loader(Path(leaders_dir)).load()

    def holders(self, country: str, on: date, office_class: str | None) -> list[tuple[Person, Term]]:
        """Who led `country` on that day, most senior first; None asks for every office, the executive leader first.

        Of two holders of one office (a handover whose day is not known) the newer one comes first.
        """
        found = [
            (p, t)
            for p, t in self._by_country.get(country, ())
            if (office_class is None or t.office_class == office_class) and t.covers(on)
        ]
        return sorted(found, key=lambda h: (h[1].rank, -(h[1].start or date.min).toordinal()))

    def leader_terms_on(self, person_id: str, on: date | None) -> tuple[Term, ...]:
        """The terms as a leader that the person serves on that day, most senior first; None: all terms ever.

        A country comes before a body: the year's chair of the African Union is first of all a president at home.
        """
        person = self.people.get(person_id)
        if person is None:
            return ()
        found = [t for t in person.terms if t.role == LEADER and (on is None or t.covers(on))]
        return tuple(sorted(found, key=lambda t: (t.country in BODY_CODES, t.rank, -(t.start or date.min).toordinal())))

    def is_leader_on(self, person_id: str, on: date | None) -> bool:
        """Whether the person leads a country or body on that day; None: whether ever."""
        return bool(self.leader_terms_on(person_id, on))


class _Loader:
    """Reads the files in turn: country words, people, terms."""

    def __init__(self, leaders_dir: Path) -> None:
        self.dir = leaders_dir
        self.registry = Registry()
        self.orders: dict[str, list[tuple[date, tuple[str, ...]]]] = {}

    def load(self) -> Registry:
        self._countries()
        self._office_words()
        people = self._people()
        terms = self._terms(people)
        for person_id, (row, cells) in people.items():
            held = terms.get(person_id)
            if not held:
                raise self._error("people.csv", row, f"{cells['name']} has no term", "add one to terms.csv")
            self._add(person_id, cells, tuple(sorted(held, key=lambda t: t.start or date.min)))
        return self.registry

    def _add(self, person_id: str, cells: dict[str, str], terms: tuple[Term, ...]) -> None:
        press = tuple(PressName(n, False) for n in _split(cells["press_names"])) + tuple(
            PressName(n, True) for n in _split(cells["common_press_names"])
        )
        person = Person(person_id, cells["name"], cells["gender"], terms, press)
        registry = self.registry
        registry.people[person_id] = person
        for name in dict.fromkeys((person.name, *_split(cells["other_names"]))):
            registry.name_index.setdefault(name, []).append(person)
        for name in dict.fromkeys(n.text for n in press):
            registry.surname_index.setdefault(name, []).append(person)
        for term in terms:
            if term.role == LEADER:
                registry._by_country.setdefault(term.country, []).append((person, term))

    def _countries(self) -> None:
        registry = self.registry
        for row, cells in self._rows("countries.csv"):
            code = cells["iso3"]
            if not (code in BODY_CODES or re.fullmatch(r"[A-Z]{3}", code)):
                mend = f"use ISO 3166-1 alpha-3 or one of {', '.join(sorted(BODY_CODES))}"
                raise self._error("countries.csv", row, f"iso3 is '{code}'", mend)
            if code in registry.countries:
                raise self._error("countries.csv", row, f"{code} stands twice", "delete one row")
            try:
                ZoneInfo(cells["timezone"])
            except (KeyError, ValueError, OSError) as error:  # ZoneInfoNotFoundError is a KeyError
                zone = cells["timezone"]
                fault, mend = f"timezone '{zone}' is unknown", "use an IANA name as 'Europe/Paris'"
                raise self._error("countries.csv", row, fault, mend) from error
            words = {c: _split(cells[c]) for c in ("adjectives", "capitals", "seats")}
            registry.countries[code] = CountryInfo(
                cells["name"], words["adjectives"], words["capitals"], words["seats"], cells["timezone"]
            )
            for table, names in (
                (registry.country_by_name, (cells["name"], *_split(cells["other_names"]))),
                (registry.country_by_adjective, words["adjectives"]),
                (registry.country_by_capital, words["capitals"]),
                (registry.country_by_seat, words["seats"]),
            ):
                for name in names:
                    codes = table.setdefault(name, [])
                    if code not in codes:
                        codes.append(code)
            self.orders[code] = self._orders(row, cells)

    def _orders(self, row: int, cells: dict[str, str]) -> list[tuple[date, tuple[str, ...]]]:
        """Offices by seniority, each order with the day until which terms that begin follow it, earliest first."""
        orders = [(date.max, _split(cells["offices"]))]
        for part in filter(None, cells["earlier_offices"].split(";")):
            until, _, classes = part.partition("=")
            try:
                orders.append((date.fromisoformat(until.strip()), _split(classes)))
            except ValueError as error:
                mend = "write '2014-08-28=prime_minister|president', parted by semicolons"
                raise self._error("countries.csv", row, f"earlier_offices has '{part}'", mend) from error
        return sorted(orders)

    def _rank(self, country: str, office_class: str, start: date | None) -> int:
        order = next(o for until, o in self.orders[country] if (start or date.min) < until)
        return order.index(office_class) if office_class in order else UNRANKED

    def _office_words(self) -> None:
        for row, cells in self._rows("office_words.csv"):
            classes = _split(cells["office_classes"])
            if not cells["word"] or not classes:
                raise self._error("office_words.csv", row, "an empty cell", "name a word and its office classes")
            self.registry.office_words[cells["word"]] = classes

    def _people(self) -> dict[str, tuple[int, dict[str, str]]]:
        people: dict[str, tuple[int, dict[str, str]]] = {}
        for row, cells in self._rows("people.csv"):
            person_id = cells["wikidata_id"]
            if not _PERSON_ID.fullmatch(person_id):
                mend = "use the Wikidata id as 'Q3052772', or 'local:FRA:jane-doe' where there is none"
                raise self._error("people.csv", row, f"wikidata_id is '{person_id}'", mend)
            if person_id in people:
                raise self._error("people.csv", row, f"{person_id} stands twice", f"see row {people[person_id][0]}")
            if not cells["name"]:
                raise self._error("people.csv", row, "the name is empty", "write the name as news prints it")
            if cells["gender"] not in ("m", "f", ""):
                raise self._error("people.csv", row, f"gender is '{cells['gender']}'", "use m, f, or leave it empty")
            people[person_id] = row, cells
        return people

    def _terms(self, people: dict[str, tuple[int, dict[str, str]]]) -> dict[str, list[Term]]:
        terms: dict[str, list[Term]] = defaultdict(list)
        for row, cells in self._rows("terms.csv"):
            person_id, country = cells["wikidata_id"], cells["country"]
            if person_id not in people:
                raise self._error("terms.csv", row, f"nobody has the id {person_id}", "add the person to people.csv")
            if country not in self.registry.countries:
                raise self._error("terms.csv", row, f"country '{country}' is unknown", "add it to countries.csv")
            for column in ("role", "office", "office_class"):
                if not cells[column]:
                    raise self._error("terms.csv", row, f"{column} is empty", "fill it in as in the rows around it")
            start = self._date(row, "start", cells["start"], last=False)
            end = self._date(row, "end", cells["end"], last=True)
            if start and end and start > end:
                raise self._error("terms.csv", row, f"start {start} is after end {end}", "correct one of them")
            rank = self._rank(country, cells["office_class"], start)
            terms[person_id].append(
                Term(country, cells["role"], cells["office"], cells["office_class"], start, end, rank)
            )
        return terms

    def _date(self, row: int, column: str, text: str, *, last: bool) -> date | None:
        """A day; of a month or year alone the first day, or the last one for an end."""
        if not text:
            return None
        try:
            return parse_date(text, last=last)
        except ValueError as error:
            mend = "write YYYY-MM-DD, YYYY-MM or YYYY, or leave it empty"
            raise self._error("terms.csv", row, f"{column} is '{text}'", mend) from error

    def _rows(self, name: str) -> Iterator[tuple[int, dict[str, str]]]:
        """Line number and cells of each row, stripped."""
        path, columns = self.dir / name, _COLUMNS[name]
        try:
            with path.open(encoding="utf-8", newline="") as file:
                reader = csv.reader(file)
                header = next(reader, [])
                missing = [c for c in columns if c not in header]
                if missing:
                    mend = f"the first row names the columns {','.join(columns)}"
                    raise RegistryError(path, 1, f"column {', '.join(missing)} is missing", mend)
                for cells in reader:
                    if not cells:
                        continue
                    if len(cells) != len(header):
                        fault = f"{len(cells)} cells where the first row has {len(header)}"
                        raise RegistryError(path, reader.line_num, fault, 'put a cell that has commas in "quotes"')
                    yield reader.line_num, {c: v.strip() for c, v in zip(header, cells, strict=True)}
        except FileNotFoundError as error:
            mend = "restore it from the repository, or set HOTLINE_LEADERS_DIR to the folder that has it"
            raise RegistryError(path, None, "there is no such file", mend) from error
        except UnicodeDecodeError as error:
            raise RegistryError(path, None, "it is not UTF-8", "save it as UTF-8") from error
        except csv.Error as error:
            raise RegistryError(path, None, f"it is no CSV ({error})", "check its quotes") from error

    def _error(self, name: str, row: int, fault: str, mend: str) -> RegistryError:
        return RegistryError(self.dir / name, row, fault, mend)


def parse_date(text: str, *, last: bool = False) -> date:
    """ "2022-02-12", "2022-02" or "2022"; of a month or year its first day, or its `last`.

    Raises:
        ValueError: the text is no such date.
    """
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(f"no date: {text!r}")
    year, month, day = (int(n) if n else None for n in found.groups())
    assert year is not None
    if month is None:
        return date(year, 12, 31) if last else date(year, 1, 1)
    if day is None and last:
        return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return date(year, month, day or 1)


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())
