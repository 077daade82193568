"""people.csv and terms.csv as rows of text, to change and put back: each file whole, and only if they can be read."""

from __future__ import annotations

import csv
import os
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from pipeline.understand.registry import LEADER, Registry, RegistryError, parse_date

PEOPLE = ("wikidata_id", "name", "gender", "other_names", "press_names", "common_press_names")
TERMS = ("wikidata_id", "country", "role", "office", "office_class", "start", "end", "source")
OWN = "own"


@dataclass(frozen=True, slots=True)
class TermRow:
    """One row of terms.csv, dates as text."""

    person_id: str
    country: str
    role: str
    office: str
    office_class: str
    start: str
    end: str
    source: str

    @property
    def key(self) -> tuple[str, str, str]:
        """Person, country and office class."""
        return self.person_id, self.country, self.office_class

    @property
    def first(self) -> date:
        """The first day; `date.min` if it is open."""
        return parse_date(self.start) if self.start else date.min

    @property
    def last(self) -> date:
        """The last day; `date.max` if it is open."""
        return parse_date(self.end, last=True) if self.end else date.max

    def meets(self, other: TermRow, days: int = 0) -> bool:
        """Whether both share more than `days` days."""
        return (min(self.last, other.last) - max(self.first, other.first)).days > days

    def __str__(self) -> str:
        return f"{self.country} {self.office} {self.start or '...'} to {self.end or 'today'}"


@dataclass(slots=True)
class LeaderFiles:
    """The rows of both files; `names` says what a person is called."""

    directory: Path
    people: dict[str, dict[str, str]] = field(default_factory=dict)
    terms: list[TermRow] = field(default_factory=list)

    @classmethod
    def read(cls, directory: Path) -> LeaderFiles:
        """Read both files.

        Raises:
            RegistryError: the registry of `directory` cannot be read as it stands.
        """
        Registry.load(directory)  # names file, row and mend of whatever is wrong
        files = cls(directory)
        for row in read_rows(directory / "people.csv"):
            files.people[row["wikidata_id"]] = row
        files.terms = [TermRow(*(row[c] for c in TERMS)) for row in read_rows(directory / "terms.csv")]
        return files

    def name(self, person_id: str) -> str:
        """What the person is called; the id of somebody unknown."""
        return self.people[person_id]["name"] if person_id in self.people else person_id

    def find(self, name: str) -> list[str]:
        """Ids of the people of that name, whatever its accents and case."""
        wanted = slug(name)
        return [
            p
            for p, row in self.people.items()
            if wanted in {slug(n) for n in (row["name"], *row["other_names"].split("|")) if n}
        ]

    def rename(self, old: str, new: str) -> None:
        """Give a person another id in both files."""
        self.people[new] = {**self.people.pop(old), "wikidata_id": new}
        self.terms = [replace(t, person_id=new) if t.person_id == old else t for t in self.terms]

    def write(self) -> None:
        """Put both files back, each whole or not at all, after a trial that they can be read.

        Raises:
            RegistryError: the rows make no sound registry; nothing was changed.
        """
        with tempfile.TemporaryDirectory(prefix=".leaders-", dir=self.directory) as name:
            trial = Path(name)
            self.lay(trial)
            Registry.load(trial)
            for file in ("terms.csv", "people.csv"):
                (trial / file).chmod(0o644)
                (trial / file).replace(self.directory / file)

    def lay(self, folder: Path) -> None:
        """Write the registry as it would be into `folder`: these rows, and copies of the other files."""
        for other in self.directory.iterdir():
            if other.is_file() and other.suffix in (".csv", ".txt") and other.name not in ("people.csv", "terms.csv"):
                shutil.copy(other, folder)
        people = sorted(self.people.values(), key=lambda r: _order_of_id(r["wikidata_id"]))
        terms = sorted(self.terms, key=lambda t: (t.role != LEADER, t.country, t.office_class, t.first, t.person_id))
        _write(folder / "people.csv", PEOPLE, [[r[c] for c in PEOPLE] for r in people])
        _write(folder / "terms.csv", TERMS, [_cells(t) for t in terms])


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file by column, stripped.

    Raises:
        RegistryError: the file is missing, no UTF-8, or a row has too few or too many cells.
    """
    rows = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            for row in reader:
                if None in row or None in row.values():
                    fault = f"the row has not {len(reader.fieldnames or ())} cells as the first row has"
                    raise RegistryError(path, reader.line_num, fault, 'put a cell that has commas in "quotes"')
                rows.append({k: v.strip() for k, v in row.items()})
    except FileNotFoundError as error:
        raise RegistryError(path, None, "there is no such file", "check the path") from error
    except UnicodeDecodeError as error:
        raise RegistryError(path, None, "it is not UTF-8", "save it as UTF-8") from error
    return rows


def slug(name: str) -> str:
    """ "Trần Đại Quang" -> "tran-dai-quang": a name without accents, case and signs."""
    for letter, latin in (("ø", "o"), ("ł", "l"), ("đ", "d"), ("Đ", "d"), ("ı", "i")):
        name = name.replace(letter, latin)
    plain = unicodedata.normalize("NFKD", name)
    return "-".join(re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)).lower()))


def _order_of_id(person_id: str) -> tuple[bool, int, str]:
    return person_id.startswith("local:"), len(person_id), person_id


def _cells(t: TermRow) -> list[str]:
    return [t.person_id, t.country, t.role, t.office, t.office_class, t.start, t.end, t.source]


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
        file.flush()
        os.fsync(file.fileno())
