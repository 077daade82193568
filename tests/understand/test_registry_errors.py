"""What a user gets wrong in config/leaders is named: file, row, fault and mend."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.understand.registry import Registry, RegistryError, parse_date

LEADERS = Path(__file__).resolve().parents[2] / "config" / "leaders"
FILES = ("countries.csv", "office_words.csv", "people.csv", "terms.csv")


@pytest.fixture
def leaders(tmp_path: Path) -> Path:
    for name in FILES:
        shutil.copy(LEADERS / name, tmp_path)
    return tmp_path


def append(path: Path, line: str) -> int:
    """Add a line; returns its number."""
    text = path.read_text(encoding="utf-8") + line + "\n"
    path.write_text(text, encoding="utf-8")
    return text.count("\n")


PERSON = "local:FRA:jane-doe,Jane Doe,f,,Doe,"


def test_a_leader_added_as_the_docs_say_is_found(leaders: Path) -> None:
    append(leaders / "people.csv", PERSON)
    append(leaders / "terms.csv", "local:FRA:jane-doe,FRA,leader,President,president,2027-05-14,,own")
    registry = Registry.load(leaders)
    assert registry.name_index["Jane Doe"] == registry.surname_index["Doe"]
    assert registry.name_index["Jane Doe"][0].terms[0].rank == 0


@pytest.mark.parametrize(
    ("file", "line", "says"),
    [
        ("people.csv", "Zelensky,Volodymyr Zelensky,m,,Zelensky,", "wikidata_id is 'Zelensky'; use the Wikidata id"),
        ("people.csv", "Q3874799,Somebody,m,,,", "Q3874799 stands twice"),
        ("people.csv", "local:FRA:x,,m,,,", "the name is empty"),
        ("people.csv", "local:FRA:x,X,male,,,", "gender is 'male'; use m, f"),
        ("people.csv", "local:FRA:x,X", "2 cells where the first row has 6"),
        ("people.csv", PERSON, "Jane Doe has no term; add one to terms.csv"),
        ("terms.csv", "Q999999999,FRA,leader,President,president,,,own", "nobody has the id Q999999999"),
        ("terms.csv", "Q3874799,FRN,leader,President,president,,,own", "country 'FRN' is unknown"),
        ("terms.csv", "Q3874799,FRA,leader,President,,,,own", "office_class is empty"),
        (
            "terms.csv",
            "Q3874799,FRA,leader,President,president,14.5.2027,,own",
            "start is '14.5.2027'; write YYYY-MM-DD",
        ),
        ("terms.csv", "Q3874799,FRA,leader,President,president,2027-02-30,,own", "start is '2027-02-30'"),
        ("terms.csv", "Q3874799,FRA,leader,President,president,2027,2026,own", "is after end 2026-12-31"),
        ("countries.csv", "FR,Frankia,,Frankish,,,Europe/Paris,president,", "iso3 is 'FR'; use ISO 3166-1 alpha-3"),
        ("countries.csv", "FRA,Frankia,,Frankish,,,Europe/Paris,president,", "FRA stands twice"),
        ("countries.csv", "ABC,Abc,,Abc,,,Europe/Atlantis,president,", "timezone 'Europe/Atlantis' is unknown"),
        ("countries.csv", "ABC,Abc,,Abc,,,Europe/Paris,president,2014=x", "earlier_offices has '2014=x'"),
        ("office_words.csv", "boss,", "an empty cell; name a word"),
    ],
)
def test_a_wrong_row_is_named_with_its_mend(leaders: Path, file: str, line: str, says: str) -> None:
    number = append(leaders / file, line)
    with pytest.raises(RegistryError) as error:
        Registry.load(leaders)
    assert f"{file}:{number}: " in str(error.value)
    assert says in str(error.value)


def test_a_missing_file_is_named(leaders: Path) -> None:
    (leaders / "terms.csv").unlink()
    with pytest.raises(RegistryError, match=r"terms.csv: there is no such file; restore it"):
        Registry.load(leaders)


def test_a_missing_column_is_named(leaders: Path) -> None:
    path = leaders / "people.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("gender", "sex", 1), encoding="utf-8")
    with pytest.raises(RegistryError, match=r"people.csv:1: column gender is missing"):
        Registry.load(leaders)


def test_a_file_in_another_encoding_is_named(leaders: Path) -> None:
    (leaders / "people.csv").write_bytes("Gerhard Schröder".encode("latin-1"))
    with pytest.raises(RegistryError, match=r"people.csv: it is not UTF-8; save it as UTF-8"):
        Registry.load(leaders)


def test_dates_may_be_a_month_or_a_year() -> None:
    assert [str(parse_date(t)) for t in ("2022-02-12", "2022-02", "2022")] == ["2022-02-12", "2022-02-01", "2022-01-01"]
    assert [str(parse_date(t, last=True)) for t in ("2022-02", "2022-12", "2022")] == [
        "2022-02-28",
        "2022-12-31",
        "2022-12-31",
    ]
