"""Offices as words for people. The day is 12 February 2022 unless a case says another."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Said = Callable[..., list[str]]

OFFICES = {
    "nationality and office": ("The French president rang.", ["French president = Emmanuel Macron"]),
    "possessive country and office": ("Ukraine's leader rang.", ["Ukraine's leader = Volodymyr Zelensky"]),
    "office of a country": (
        "The president of the Republic of Belarus rang.",
        ["president of the Republic of Belarus = Alexander Lukashenko"],
    ),
    "an abbreviated country": ("The U.S. president rang.", ["U.S. president = Joe Biden"]),
    "a prime minister is not the president": (
        "The Italian prime minister rang.",
        ["Italian prime minister = Mario Draghi"],
    ),
    "PM": ("Israeli PM rang.", ["Israeli PM = Naftali Bennett"]),
    "a seat's chief": ("The Kremlin chief rang.", ["Kremlin chief = Vladimir Putin"]),
    "a body's chief": (
        "The NATO chief and the UN chief rang.",
        ["NATO chief = Jens Stoltenberg", "UN chief = António Guterres"],
    ),
    "a monarch": ("The Jordanian king rang.", ["Jordanian king = King Abdullah II"]),
    "words between nationality and office": (
        "The newly elected Chilean president rang.",
        ["Chilean president = Sebastián Piñera"],
    ),
    "two nationalities share an office": (
        "The French and Russian leaders met.",
        ["French and Russian leaders = Emmanuel Macron + Vladimir Putin"],
    ),
    "three nationalities": (
        "The French, German and Russian leaders met.",
        ["French, German and Russian leaders = Emmanuel Macron + Olaf Scholz + Vladimir Putin"],
    ),
    "presidents of several countries": (
        "The presidents of Poland and Lithuania met.",
        ["presidents of Poland and Lithuania = Andrzej Duda + Gitanas Nausėda"],
    ),
    "abbreviated nationalities": ("US and Chinese leaders met.", ["US and Chinese leaders = Joe Biden + Xi Jinping"]),
}
NONE = {
    "a foreign minister": ("The French foreign minister rang.", ["French foreign minister = -"]),
    "an ambassador": ("The Russian ambassador rang.", ["Russian ambassador = -"]),
    "ministers of two countries": ("The French and Russian foreign ministers met.", []),
    "the leader of a country's opposition": (
        "Macron met the leader of India's opposition.",
        ["Macron = Emmanuel Macron", "leader = -"],
    ),
    "a club's president": ("The president of the American Bar Association spoke.", ["president = -"]),
    "a people that is no state's": ("A Native American leader spoke.", []),
    "an office of nobody": ("A president must decide.", []),
    "us is no country": ("They told us leaders come and go.", []),
    "a former president is nobody in office": ("The former French president rang.", ["French president = -"]),
}


@pytest.mark.parametrize(("text", "expected"), OFFICES.values(), ids=OFFICES.keys())
def test_an_office_means_its_holder_on_the_day(said_of: Said, text: str, expected: list[str]) -> None:
    assert said_of(text) == expected


@pytest.mark.parametrize(("text", "expected"), NONE.values(), ids=NONE.keys())
def test_other_offices_name_no_leader(said_of: Said, text: str, expected: list[str]) -> None:
    assert said_of(text) == expected


def test_an_office_changes_hands(said_of: Said) -> None:
    assert said_of("The British prime minister rang.", on="2022-08-01") == ["British prime minister = Boris Johnson"]
    assert said_of("The British prime minister rang.", on="2022-10-01") == ["British prime minister = Liz Truss"]
    assert said_of("The British prime minister rang.", on="2022-12-01") == ["British prime minister = Rishi Sunak"]
