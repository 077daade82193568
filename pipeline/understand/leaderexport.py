"""Wikidata exports of offices: which position of the export is which office here, and the terms that a file tells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.understand.leaderfiles import TermRow, read_rows, slug
from pipeline.understand.registry import LEADER, RegistryError, parse_date

FOREIGN_MINISTER = "foreign_minister"
WIKIDATA = "wikidata"
# The two forms of an export, by the columns that a file must have.
TERM_COLUMNS = ("country", "role", "position", "person", "wikidata_id", "start", "end", "open_as_of")
SINCE_COLUMNS = ("country", "position", "person", "wikidata_id", "start_year")

# Positions of the extract -> office as printed, office class. Other positions of `leader` rows lead no country.
OFFICES = {
    "President": ("President", "president"),
    "President of Venezuela": ("President", "president"),
    "President of Montenegro": ("President", "president"),
    "Acting President": ("President", "president"),
    "Co-President": ("Co-President", "co_president"),
    "Prime Minister": ("Prime Minister", "prime_minister"),
    "Prime Minister of Montenegro": ("Prime Minister", "prime_minister"),
    "Premier": ("Premier", "prime_minister"),
    "Taoiseach": ("Taoiseach", "prime_minister"),
    "Chair of the Council of Ministers": ("Prime Minister", "prime_minister"),
    "Chairman of the Council of Ministers": ("Prime Minister", "prime_minister"),
    "President of the Council of Ministers": ("Prime Minister", "prime_minister"),
    "Federal Chancellor": ("Chancellor", "chancellor"),
    "Chancellor": ("Chancellor", "chancellor"),
    "Chairman of the Presidency": ("Chairman of the Presidency", "chair"),
    "Chairman of the Sovereignty Council": ("Chairman of the Sovereignty Council", "chair"),
    "Chairman of the State Administration Council": ("Chairman of the State Administration Council", "chair"),
    "Member of the Transitional Presidential Council": ("Member of the Presidential Council", "council_member"),
    "Captain Regent": ("Captain Regent", "captain_regent"),
    "Episcopal Co-Prince": ("Co-Prince", "co_prince"),
    "King": ("King", "monarch"),
    "Monarch": ("King", "monarch"),
    "Druk Gyalpo (King)": ("King", "monarch"),
    "Emperor": ("Emperor", "monarch"),
    "Emir": ("Emir", "monarch"),
    "Sultan": ("Sultan", "monarch"),
    "Prince": ("Prince", "monarch"),
    "Grand Duke": ("Grand Duke", "monarch"),
    "Pope": ("Pope", "pope"),
    "Supreme Leader": ("Supreme Leader", "supreme_leader"),
    "General Secretary": ("General Secretary", "general_secretary"),
    "General Secretary of the Chinese Communist Party": ("General Secretary", "general_secretary"),
    "President of the Council": ("President of the Council", "council_president"),
    "President of the European Commission": ("President of the European Commission", "commission_president"),
    "President of the European Council": ("President of the European Council", "council_president"),
    "High Representative of the Union for Foreign Affairs and Security Policy": ("High Representative", ""),
}
# Positions that exist elsewhere too but are no leader's in this country.
NO_LEADERS = {("CHE", "Chancellor"), ("UZB", "Chair of the Council of Ministers")}
# Positions that are another office in this country than elsewhere.
ELSEWHERE = {("TGO", "President of the Council of Ministers"): "President of the Council"}
CLASS_OF_REPAIR = {
    "Secretary General": "secretary_general",
    "Secretary-General": "secretary_general",
    "Chairperson": "chair",
    "Chairman": "chair",
    "Commission Chairperson": "commission_chair",
    "State Counsellor": "state_counsellor",
    "Minister of State": "minister_of_state",
    "Queen": "monarch",
    "Head of State": "head_of_state",
    "Chief Adviser": "prime_minister",
}
NAMES_ELSEWHERE = {
    "Cabo Verde": "CPV", "Federated States of Micronesia": "FSM", "UAE": "ARE", "Timor-Leste": "TLS",
    "Congo-Brazzaville": "COG", "Congo-Kinshasa": "COD",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Exported:
    """A term that an export tells; `row` is its line, `person` the name as Wikidata prints it."""

    row: int
    person: str
    term: TermRow


def read_export(path: Path, codes: Mapping[str, str]) -> tuple[list[Exported], list[str]]:
    """The terms of a file of either form, and lines about rows that lead no country or whose office is unknown.

    `codes` gives the code of a country's name.

    Raises:
        RegistryError: the file is of neither form, or a row has an unknown country or a date that is none.
    """
    rows = read_rows(path)
    columns = set(rows[0]) if rows else set()
    if not (columns.issuperset(TERM_COLUMNS) or columns.issuperset(SINCE_COLUMNS)):
        mend = f"export the columns {','.join(TERM_COLUMNS)} (or {','.join(SINCE_COLUMNS)})"
        raise RegistryError(path, 1, "this is no export of office terms", mend)
    found, notes = [], []
    for number, row in enumerate(rows, start=2):
        if not row["person"]:
            continue
        country = NAMES_ELSEWHERE.get(row["country"]) or codes.get(row["country"])
        if not country:
            mend = "add the name to other_names in countries.csv"
            raise RegistryError(path, number, f"country '{row['country']}' is unknown", mend)
        role = row.get("role", LEADER)
        office = _office(country, role, row["position"])
        if office is None:
            notes.append(f"{path.name}:{number}: '{row['position']}' of {row['country']} is no office of a leader here")
            continue
        start, end = row.get("start", row.get("start_year", "")), row.get("end", "")
        if not _in_order(path, number, start, end):
            notes.append(f"{path.name}:{number}: start {start} is after end {end}; correct the row and update again")
            continue
        person_id = row["wikidata_id"]
        if not re.fullmatch(r"Q[1-9]\d*", person_id):  # an export prints the name where Wikidata has no item
            person_id = f"local:{country}:{slug(row['person'])}"
        role = LEADER if role == LEADER and office[1] != FOREIGN_MINISTER else FOREIGN_MINISTER
        found.append(Exported(number, row["person"], TermRow(person_id, country, role, *office, start, end, WIKIDATA)))
    return found, notes


def _office(country: str, role: str, position: str) -> tuple[str, str] | None:
    """Office as printed and its class; None for what leads no country."""
    if role != LEADER:
        return "Foreign Minister", FOREIGN_MINISTER
    office = OFFICES.get(ELSEWHERE.get((country, position), position))
    return office if office and office[1] and (country, position) not in NO_LEADERS else None


def _in_order(path: Path, number: int, start: str, end: str) -> bool:
    try:
        first = parse_date(start) if start else None
        last = parse_date(end, last=True) if end else None
    except ValueError as error:
        raise RegistryError(path, number, str(error), "write YYYY-MM-DD, YYYY-MM or YYYY") from error
    return not (first and last and first > last)
