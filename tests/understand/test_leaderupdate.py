"""A newer export is merged: what is new, ended or changed; what stands against it is told, and no row is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.understand.leaderexport import read_export
from pipeline.understand.leaderfiles import LeaderFiles, TermRow
from pipeline.understand.leaderupdate import apply, plan
from pipeline.understand.registry import Registry, RegistryError

HEAD = "country,role,position,person,wikidata_id,start,end,open_as_of\n"
CODES = {"Atlantis": "ATL", "Lemuria": "LEM"}
COUNTRIES = """\
iso3,name,other_names,adjectives,capitals,seats,timezone,offices,earlier_offices
ATL,Atlantis,,Atlantean,,,Europe/Paris,president|prime_minister,
LEM,Lemuria,,Lemurian,,,Europe/Paris,president,
"""
PEOPLE = """\
wikidata_id,name,gender,other_names,press_names,common_press_names
Q1,Ada Alpha,f,,Alpha,
Q2,Bob Beta,m,,Beta,
Q3,Cid Gamma,m,,Gamma,
local:LEM:dan-delta,Dan Delta,m,,Delta,
"""
TERMS = """\
wikidata_id,country,role,office,office_class,start,end,source
Q1,ATL,leader,President,president,2010-05-01,2018-05-01,wikidata
Q2,ATL,leader,President,president,2018-05-01,,wikidata
Q3,ATL,leader,Prime Minister,prime_minister,2020-01-01,,own
local:LEM:dan-delta,LEM,leader,President,president,2019-03-01,,repair
"""


@pytest.fixture
def leaders(tmp_path: Path) -> Path:
    for name, text in (("countries", COUNTRIES), ("people", PEOPLE), ("terms", TERMS)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    (tmp_path / "office_words.csv").write_text("word,office_classes\npresident,president\n", encoding="utf-8")
    return tmp_path


def steps(leaders: Path, *rows: str, repairs: tuple[dict[str, str], ...] = ()) -> list[str]:
    """Carry out an export of these rows; what was found, as "kind person: says"."""
    path = leaders / "export.csv"
    path.write_text(HEAD + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    files = LeaderFiles.read(leaders)
    found = plan(files, read_export(path, CODES)[0], repairs)
    before = len(files.terms)
    apply(files, found)
    assert len(files.terms) >= before
    files.write()
    return [f"{s.kind} {s.person}: {s.says}" for s in found]


def terms(leaders: Path, country: str) -> list[str]:
    rows = LeaderFiles.read(leaders).terms
    return [f"{t.person_id} {t.start} {t.end} {t.source}" for t in rows if t.country == country]


def test_a_successor_ends_the_term_before(leaders: Path) -> None:
    assert steps(leaders, "Atlantis,leader,President,Eve Epsilon,Q5,2026-05-01,,2026-10-01") == [
        "new Eve Epsilon: ATL President 2026-05-01 to today",
        "ended Bob Beta: ATL President 2018-05-01 to today ends as Eve Epsilon follows",
    ]
    assert terms(leaders, "ATL")[1:3] == ["Q2 2018-05-01 2026-05-01 wikidata", "Q5 2026-05-01  wikidata"]
    person = Registry.load(leaders).people["Q5"]
    assert (person.name, person.gender, [n.text for n in person.press_names]) == ("Eve Epsilon", "", ["Epsilon"])


def test_an_end_is_filled_in(leaders: Path) -> None:
    said = steps(leaders, "Atlantis,leader,President,Bob Beta,Q2,2018-05-01,2026-03-01,")
    assert said == ["ended Bob Beta: ATL President 2018-05-01 to today becomes 2018-05-01 to 2026-03-01"]
    assert terms(leaders, "ATL")[1] == "Q2 2018-05-01 2026-03-01 wikidata"


def test_a_date_that_is_another_one_now_is_changed(leaders: Path) -> None:
    said = steps(leaders, "Atlantis,leader,President,Ada Alpha,Q1,2009-05-01,2018-05-01,")
    assert said == ["changed Ada Alpha: ATL President 2010-05-01 to 2018-05-01 becomes 2009-05-01 to 2018-05-01"]


def test_a_year_alone_does_not_blur_a_day(leaders: Path) -> None:
    assert steps(leaders, "Atlantis,leader,President,Ada Alpha,Q1,2010,2018,") == []


def test_two_terms_in_a_row_are_the_one_that_stands_here(leaders: Path) -> None:
    rows = ("2010-05-01,2014-05-01", "2014-05-01,2018-05-01")
    assert steps(leaders, *(f"Atlantis,leader,President,Ada Alpha,Q1,{r}," for r in rows)) == []


def test_own_rows_are_kept_and_the_conflict_is_told(leaders: Path) -> None:
    said = steps(
        leaders,
        "Atlantis,leader,Prime Minister,Cid Gamma,Q3,2020-01-01,2021-01-01,",
        "Atlantis,leader,Prime Minister,Fay Zeta,Q6,2021-01-01,,2026-10-01",
    )
    assert [s.split(":")[0] for s in said] == ["conflict Cid Gamma", "conflict Fay Zeta"]
    assert "kept; change terms.csv by hand" in said[0] and "held by Cid Gamma (own)" in said[1]
    assert terms(leaders, "ATL")[2:] == ["Q3 2020-01-01  own"]


def test_a_repaired_row_keeps_its_start_and_may_end(leaders: Path) -> None:
    said = steps(leaders, "Lemuria,leader,President,Dan Delta,,2018-01-01,,2026-10-01")
    assert said[0].startswith("conflict Dan Delta: here (repair) LEM President 2019-03-01 to today")
    said = steps(leaders, "Lemuria,leader,President,Dan Delta,,2019-03-01,2026-02-01,")
    assert said == ["ended Dan Delta: LEM President 2019-03-01 to today becomes 2019-03-01 to 2026-02-01"]


def test_a_local_id_is_replaced_by_the_export_s(leaders: Path) -> None:
    assert steps(leaders, "Lemuria,leader,President,Dan Delta,Q4,2019-03-01,,2026-10-01") == [
        "identified Dan Delta: local:LEM:dan-delta is Q4"
    ]
    assert terms(leaders, "LEM") == ["Q4 2019-03-01  repair"]


def test_what_the_repairs_dropped_stays_out(leaders: Path) -> None:
    drop = dict.fromkeys(("wikidata_id", "office", "was_start", "start", "end", "source"), "")
    drop |= {"action": "drop", "person": "Eve Epsilon", "country": "ATL"}
    row = "Atlantis,leader,President,Eve Epsilon,Q5,2026-05-01,,2026-10-01"
    assert steps(leaders, row, repairs=(drop,)) == []


def test_the_same_export_twice_changes_nothing_more(leaders: Path) -> None:
    row = "Atlantis,leader,President,Eve Epsilon,Q5,2026-05-01,,2026-10-01"
    assert steps(leaders, row) and steps(leaders, row) == []


def test_the_short_form_of_an_export_gives_years(leaders: Path) -> None:
    path = leaders / "since.csv"
    path.write_text(
        "country,position,person,wikidata_id,start_year\nLemuria,President,Gus Eta,Q7,2026\n", encoding="utf-8"
    )
    (found,), notes = read_export(path, CODES)
    assert found.term == TermRow("Q7", "LEM", "leader", "President", "president", "2026", "", "wikidata")
    assert not notes


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("Mu,leader,President,Eve,Q5,2026,,", "export.csv:2: country 'Mu' is unknown; add the name to other_names"),
        ("Atlantis,leader,President,Eve,Q5,1.5.2026,,", "export.csv:2: no date: '1.5.2026'; write YYYY-MM-DD"),
        ("Atlantis,leader,President,Eve", "export.csv:2: the row has not 8 cells"),
    ],
)
def test_a_wrong_row_of_an_export_is_named(leaders: Path, row: str, says: str) -> None:
    with pytest.raises(RegistryError) as error:
        steps(leaders, row)
    assert says in str(error.value)
    assert terms(leaders, "ATL")[1] == "Q2 2018-05-01  wikidata"


def test_rows_that_lead_nothing_or_run_backwards_are_noted(leaders: Path) -> None:
    path = leaders / "export.csv"
    rows = ["Atlantis,leader,Grand Wizard,Eve,Q5,2026,,", "Atlantis,leader,President,Eve,Q5,2026,2025,"]
    path.write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    found, notes = read_export(path, CODES)
    assert not found and "no office of a leader" in notes[0] and "is after end" in notes[1]


def test_files_that_would_not_load_are_not_written(leaders: Path) -> None:
    files = LeaderFiles.read(leaders)
    before = (leaders / "terms.csv").read_bytes()
    files.terms.append(TermRow("Q99", "ATL", "leader", "President", "president", "2030", "", "own"))
    with pytest.raises(RegistryError, match="nobody has the id Q99"):
        files.write()
    assert (leaders / "terms.csv").read_bytes() == before
    assert not list(leaders.glob(".leaders-*"))
