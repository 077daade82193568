"""The registry is rebuilt from an extract and hand-kept repairs, and a user's own rows outlive it."""

from __future__ import annotations

import csv
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from pipeline.understand.registry import Registry

ROOT = Path(__file__).resolve().parents[2]

EXTRACT = """\
country,role,position,person,wikidata_id,start,end,open_as_of
France,leader,President,Anne Un,Q11,2012-05-15,2017-05-14,
France,leader,President,Anne Un,Q11,2017-05-14,,2025-01-31
France,leader,Prime Minister,Bob Deux,Q12,2020-01-01,,2022-03-05
France,foreign_minister,Minister of Foreign Affairs,Cid Trois,Q13,2020-01-01,,2025-01-31
France,leader,Chancellor of the Legion of Honour,Dan Quatre,Q14,2020-01-01,,2025-01-31
UAE,leader,President,Eve Cinq,Q15,2022-05-14,,2022-11-15
United Arab Emirates,leader,President,Eve Cinq,Q15,2022-05-14,,2025-01-31
"""
SINCE = """\
country,position,person,wikidata_id,start_year
France,President,Fay Six,Q16,2025
"""
REPAIRS = """\
action,wikidata_id,person,country,office,was_start,start,end,source
add,,Gus Sept,FRA,Prime Minister,,2024-01-09,,appointment
"""
NAMES = """\
wikidata_id,person,name,gender,other_names,press_names,common_press_names
,Anne Un,,f,,,
"""
OWN_PERSON = ("Q77", "Hal Huit", "m", "", "Huit", "")
OWN_TERM = ("Q77", "FRA", "leader", "Prime Minister", "prime_minister", "2026-01-01", "", "own")


@pytest.fixture
def built(tmp_path: Path) -> Path:
    source, leaders = tmp_path / "source", tmp_path / "leaders"
    source.mkdir()
    leaders.mkdir()
    (source / "office_terms.csv").write_text(EXTRACT, encoding="utf-8")
    (source / "leaders_since_2025.csv").write_text(SINCE, encoding="utf-8")
    (leaders / "repairs.csv").write_text(REPAIRS, encoding="utf-8")
    (leaders / "names.csv").write_text(NAMES, encoding="utf-8")
    for name in ("countries.csv", "office_words.csv"):
        (leaders / name).write_bytes((ROOT / "config" / "leaders" / name).read_bytes())
    build(source, leaders)
    return leaders


def build(source: Path, leaders: Path) -> None:
    subprocess.run(
        [sys.executable, ROOT / "tools" / "build_leaders.py", source, leaders], check=True, capture_output=True
    )


def append(path: Path, cells: tuple[str, ...]) -> None:
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow(cells)


def names(leaders: Path, country: str, day: date, office: str | None = None) -> list[str]:
    return [p.name for p, _ in Registry.load(leaders).holders(country, day, office)]


def test_terms_that_touch_and_countries_of_two_names_become_one(built: Path) -> None:
    registry = Registry.load(built)
    assert [(t.start, t.end) for t in registry.people["Q11"].terms] == [(date(2012, 5, 15), date(2025, 12, 31))]
    assert [(t.country, t.end) for t in registry.people["Q15"].terms] == [("ARE", None)]


def test_a_successor_of_whom_only_the_year_is_known_shares_that_year(built: Path) -> None:
    assert names(built, "FRA", date(2025, 6, 1), "president") == ["Fay Six", "Anne Un"]
    assert names(built, "FRA", date(2026, 1, 1), "president") == ["Fay Six"]


def test_a_repair_closes_the_term_before_it(built: Path) -> None:
    assert names(built, "FRA", date(2023, 1, 1), "prime_minister") == ["Bob Deux"]
    assert names(built, "FRA", date(2024, 2, 1), "prime_minister") == ["Gus Sept"]


def test_positions_that_lead_nothing_are_left_out_and_ministers_are_no_leaders(built: Path) -> None:
    registry = Registry.load(built)
    assert "Q14" not in registry.people
    assert not registry.is_leader_on("Q13", None)


def test_own_rows_outlive_a_rebuild(built: Path) -> None:
    append(built / "people.csv", OWN_PERSON)
    append(built / "terms.csv", OWN_TERM)
    build(built.parent / "source", built)
    assert names(built, "FRA", date(2026, 6, 1), "prime_minister")[0] == "Hal Huit"
