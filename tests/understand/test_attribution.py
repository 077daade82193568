"""Who an article quotes for its news."""

import pytest

from pipeline.understand.attribution import AttributionFinder, fold_sources


@pytest.fixture(scope="module")
def finder() -> AttributionFinder:
    return AttributionFinder(["Kremlin", "the Kremlin", "White House", "Elysee", "Elysee Palace", "Downing Street"])


@pytest.mark.parametrize(
    ("sentence", "sources"),
    [
        ("The call was friendly, the Elysee Palace said in a statement.", ["Elysee Palace"]),
        ("This was reported in the Elysee Palace.", ["Elysee Palace"]),
        ("According to an Agence France-Presse (AFP) source, they spoke.", ["AFP"]),
        ("The Kremlin on Friday confirmed the call.", ["Kremlin"]),
        ("Two officials told Reuters about it.", ["Two officials", "Reuters"]),
        ("They spoke, according to a readout from the White House.", ["White House"]),
        ("They had spoken, his office confirmed.", ["his office"]),
        ("Petrov's office confirmed the visit.", ["Petrov's office"]),
        ("The German foreign ministry said so.", ["German foreign ministry"]),
        ("Russian state media reported the visit.", ["Russian state media"]),
        ("Kremlin spokesman Ivan Petrov told reporters of it.", ["Kremlin spokesman"]),
        ("A White House statement named the date.", ["White House"]),
        ("The Prime Minister's Office announced the trip.", ["Prime Minister's Office"]),
    ],
)
def test_sources(finder: AttributionFinder, sentence: str, sources: list[str]) -> None:
    assert finder.find(sentence) == sources


@pytest.mark.parametrize(
    "sentence",
    [
        "The two leaders spoke about the Kremlin.",
        "He will visit the White House.",
        "They spoke on the phone on Friday.",
    ],
)
def test_no_source(finder: AttributionFinder, sentence: str) -> None:
    assert finder.find(sentence) == []


@pytest.mark.parametrize(
    ("named", "kept"),
    [
        (["Elysee Palace", "Élysée", "Elysee"], ("Elysee Palace",)),
        (["Kremlin", "Kremlin press service", "TASS"], ("Kremlin", "TASS")),
        (["White House", "White House officials"], ("White House", "White House officials")),
        (["his office", "her office"], ("his office", "her office")),
        (["press office"], ("press office",)),
        ([], ()),
    ],
)
def test_one_house_is_one_source(named: list[str], kept: tuple[str, ...]) -> None:
    assert fold_sources(named) == kept
