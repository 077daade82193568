"""`hotline leaders` as a person at a terminal uses it, on a copy of the registry."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli import build_app
from pipeline.settings import get_settings
from pipeline.understand.registry import Registry

LEADERS = Path(__file__).resolve().parents[2] / "config" / "leaders"
JANE = ("add", "Jane Doe", "--country", "France", "--office", "President", "--start", "2027-05-14", "--gender", "f")


@pytest.fixture
def leaders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = Path(shutil.copytree(LEADERS, tmp_path / "leaders"))
    monkeypatch.setenv("HOTLINE_LEADERS_DIR", str(copy))
    monkeypatch.setenv("HOTLINE_AS_OF", "2022-02-12T12:00:00Z")
    monkeypatch.setenv("COLUMNS", "200")
    get_settings.cache_clear() if hasattr(get_settings, "cache_clear") else None
    return copy


def hotline(*args: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(build_app(), ["leaders", *args], input=answer)


def test_list_tells_who_leads_a_country_on_a_day(leaders: Path) -> None:
    shown = hotline("list", "--country", "germany", "--on", "2020-01-01").output
    assert "Angela Merkel" in shown and "Olaf Scholz" not in shown


def test_list_takes_the_business_day_unless_one_is_given(leaders: Path) -> None:
    assert "Olaf Scholz" in hotline("list", "--country", "DEU").output


def test_list_finds_a_person_by_a_part_of_the_name(leaders: Path) -> None:
    shown = hotline("list", "lavrov").output
    assert "Sergey Lavrov" in shown and "no leader" in shown


def test_list_says_how_to_ask_when_nobody_is_found(leaders: Path) -> None:
    result = hotline("list", "Nemo Nobody")
    assert result.exit_code == 1 and "shows how to ask" in result.output
    result = hotline("list", "--country", "FRN")
    assert result.exit_code == 2 and "country 'FRN' is unknown" in result.output
    assert "--on is 'monday'" in hotline("list", "--on", "monday").output


def test_check_ends_well_on_the_registry_and_badly_on_a_fault(leaders: Path) -> None:
    result = hotline("check")
    assert result.exit_code == 0 and ": sound (" in result.output
    path = leaders / "people.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Emmanuel Macron,m,", "Emmanuel Macron,,"), "utf-8")
    result = hotline("check")
    assert result.exit_code == 1 and "Emmanuel Macron (Q3052772) has no gender" in result.output


def test_add_puts_a_leader_in_and_ends_the_predecessor(leaders: Path) -> None:
    result = hotline(*JANE, "--short", "Doe", "--other", "Jane R. Doe", answer="y\n")
    assert result.exit_code == 0, result.output
    assert "Ends: Emmanuel Macron" in result.output
    registry = Registry.load(leaders)
    (jane,) = registry.name_index["Jane R. Doe"]
    assert jane.wikidata_id == "local:FRA:jane-doe" and jane in registry.surname_index["Doe"]
    assert str(registry.people["Q3052772"].terms[-1].end) == "2027-05-14"


def test_add_changes_nothing_when_the_answer_is_no(leaders: Path) -> None:
    before = (leaders / "terms.csv").read_bytes()
    assert hotline(*JANE, answer="n\n").exit_code == 2
    assert (leaders / "terms.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("--gender", ""), "give m or f"),
        (("--start", "14.5.2027"), "--start is '14.5.2027'"),
        (("--office", "Boss"), "office 'Boss' is unknown"),
        (("--start", "2010-05-14", "--end", "2011-05-14"), "overlap: FRA president"),
        (("--id", "Emmanuel"), "wikidata_id is 'Emmanuel'"),
    ],
)
def test_add_refuses_what_is_wrong_and_changes_nothing(leaders: Path, change: tuple[str, ...], says: str) -> None:
    before = (leaders / "terms.csv").read_bytes()
    result = hotline(*JANE, *change, "--yes")
    assert result.exit_code == 2 and says in result.output
    assert (leaders / "terms.csv").read_bytes() == before


def test_add_of_a_minister_makes_no_leader(leaders: Path) -> None:
    result = hotline(
        "add", "Jo Roe", "--country", "FRA", "--office", "Envoy", "--start", "2026", "--no-leader", "--yes"
    )
    assert result.exit_code == 0, result.output
    (jo,) = Registry.load(leaders).name_index["Jo Roe"]
    assert [t.role for t in jo.terms] == ["other"]


def test_update_shows_asks_and_writes(leaders: Path, tmp_path: Path) -> None:
    export = tmp_path / "new.csv"
    export.write_text(
        "country,role,position,person,wikidata_id,start,end,open_as_of\n"
        "France,leader,President,Jane Doe,Q999999901,2027-05-14,,2027-06-01\n",
        encoding="utf-8",
    )
    assert "Nothing was changed (--dry-run)" in hotline("update", str(export), "--dry-run").output
    assert hotline("update", str(export), answer="n\n").exit_code == 2
    assert "Q999999901" not in Registry.load(leaders).people
    result = hotline("update", str(export), "--yes")
    assert result.exit_code == 0 and "new: 1" in result.output and "ended: 1" in result.output
    assert "Jane Doe (Q999999901) has no gender" in result.output  # what is left to the user
    assert Registry.load(leaders).people["Q999999901"].terms[0].rank == 0
    assert "Nothing to change" in hotline("update", str(export), "--yes").output


def test_update_names_a_file_that_is_no_export(leaders: Path) -> None:
    result = hotline("update", str(leaders / "names.csv"))
    assert result.exit_code == 2 and "names.csv:1: this is no export of office terms" in result.output
