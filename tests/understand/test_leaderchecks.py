"""The registry as it ships is sound, and a copy with a fault is told from it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipeline.understand.leaderchecks import check, load_exceptions, offices
from pipeline.understand.registry import Registry, RegistryError

LEADERS = Path(__file__).resolve().parents[2] / "config" / "leaders"
Fault = Callable[[str, str, str], list[str]]


@pytest.fixture
def leaders(tmp_path: Path) -> Path:
    return Path(shutil.copytree(LEADERS, tmp_path / "leaders"))


@pytest.fixture
def after(leaders: Path) -> Fault:
    """`after(file, old, new)`: what the check says once `old` is `new` in a file ("" appends)."""

    def edit(file: str, old: str, new: str) -> list[str]:
        text = (leaders / file).read_text(encoding="utf-8")
        assert old in text
        (leaders / file).write_text(text.replace(old, new, 1) if old else text + new, encoding="utf-8")
        return [str(f) for f in check(leaders)]

    return edit


def test_the_registry_is_sound() -> None:
    assert [str(f) for f in check(LEADERS)] == []


def test_every_exception_has_its_reason() -> None:
    assert all(len(e.reason) >= 10 for e in load_exceptions(LEADERS))


def test_a_president_too_many_is_an_overlap(after: Fault) -> None:
    row = "Q3052772,FRA,leader,President,president,2009-01-01,2010-01-01,own\n"
    assert after("terms.csv", "", row) == [
        "overlap: FRA president: Nicolas Sarkozy and Emmanuel Macron both from 2009-01-01 to 2010-01-01; "
        "correct the terms in terms.csv, or give the reason in exceptions.csv"
    ]


def test_a_term_that_is_gone_leaves_a_gap(after: Fault) -> None:
    (says,) = after(
        "terms.csv",
        "Q566257,DEU,leader,Chancellor,chancellor,2025-05-06",
        "Q566257,DEU,leader,Chancellor,chancellor,2025-09-06",
    )
    assert says.startswith("gap: DEU chancellor: nobody from 2025-05-06 (Olaf Scholz) to 2025-09-06 (Friedrich Merz)")


def test_a_handover_is_neither(after: Fault) -> None:
    assert after("terms.csv", "2025-05-06,,", "2025-05-20,,") == []


def test_an_exception_with_nothing_left_to_excuse_is_stale(after: Fault) -> None:
    (says,) = after("exceptions.csv", "", "gap,FRA,president,2003-01-01,2003-05-01,nobody wanted to\n")
    assert says.startswith("stale: exceptions.csv:")


def test_an_office_of_several_people_needs_its_reason(after: Fault) -> None:
    says = after("exceptions.csv", "shared,SMR,captain_regent,,,two", "shared,ITA,captain_regent,,,two")
    assert any(s.startswith("shared: SMR captain_regent: an office of several people") for s in says)


def test_a_leader_needs_a_gender(after: Fault) -> None:
    (says,) = after("people.csv", "Emmanuel Macron,m,", "Emmanuel Macron,,")
    assert says.startswith("gender: Emmanuel Macron (Q3052772) has no gender; write m or f")


def test_a_code_that_iso_does_not_know_is_told(after: Fault) -> None:
    row = "FRN,Frankia,,Frankish,,,Europe/Paris,president,\n"
    assert after("countries.csv", "", row) == ["code: countries.csv: FRN is no ISO 3166-1 alpha-3 code; correct it"]


def test_one_leader_under_two_ids_is_told(after: Fault, leaders: Path) -> None:
    with (leaders / "people.csv").open("a", encoding="utf-8") as file:
        file.write("local:FRA:emmanuel-macron,Emmanuel Macron,m,,Macron,\n")
    row = "local:FRA:emmanuel-macron,FRA,leader,Prime Minister,prime_minister,2025-09-09,2025-09-10,own\n"
    (says,) = after("terms.csv", "", row)
    assert (
        says
        == "name: FRA: Q3052772 and local:FRA:emmanuel-macron are both Emmanuel Macron; join them, or tell them apart"
    )


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("hole,FRA,president,,,x", "kind is 'hole'; use one of overlap, gap"),
        ("gap,FRA,president,2001,2002,", "the reason is empty; say why"),
        ("gap,FRA,president,someday,2002,x", "no date: 'someday'; write YYYY-MM-DD"),
    ],
)
def test_a_wrong_exception_is_named_with_its_mend(leaders: Path, row: str, says: str) -> None:
    with (leaders / "exceptions.csv").open("a", encoding="utf-8") as file:
        file.write(row + "\n")
    with pytest.raises(RegistryError, match=r"exceptions.csv:\d+: ") as error:
        check(leaders)
    assert says in str(error.value)


def test_somebody_leads_every_country_and_body_all_the_time_since_2007() -> None:
    registry = Registry.load(LEADERS)
    young = {"SSD": 2012, "XKX": 2008}
    for year in range(2007, 2027):
        day = date(year, 6, 30)
        assert {
            c for c in registry.countries if not registry.holders(c, day, None) and young.get(c, 0) <= year
        } == set()


def test_two_handfuls_of_offices_began_after_2000() -> None:
    """An office whose first term here is later was either made later, or its earlier holders are missing."""
    late = {
        office
        for office, held in offices(Registry.load(LEADERS)).items()
        if held[0][1].start and held[0][1].start > date(2003, 12, 31)
    }
    assert late == {
        ("BDI", "prime_minister"), ("BEN", "prime_minister"), ("BRB", "president"), ("COD", "prime_minister"),
        ("COG", "prime_minister"), ("CUB", "prime_minister"), ("EGY", "chair"), ("EU", "council_president"),
        ("HTI", "council_member"), ("KEN", "prime_minister"), ("MMR", "president"), ("MMR", "state_counsellor"),
        ("NIC", "co_president"), ("NPL", "president"), ("SDN", "chair"), ("SDN", "prime_minister"),
        ("SSD", "president"), ("SYR", "head_of_state"), ("TGO", "council_president"), ("YEM", "chair"),
        ("ZWE", "prime_minister"), ("AFG", "prime_minister"), ("AFG", "supreme_leader"),
    }  # fmt: skip
