"""CAMEO codes and PLOVER words: the rules of the table in docs/analysts.md."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.domain import Mode, Status
from pipeline.exports.cameo import GOLDSTEIN, NAMES, actor, dyads, place_of
from pipeline.settings import ROOT
from pipeline.understand.registry import BODY_CODES
from pipeline.warehouse.extracts import ToldContact
from tests.exports.conftest import person

Told = Callable[..., ToldContact]
PLACES = {"moscow": "RUS", "russia": "RUS", "ankara": "TUR", "new delhi": "IND", "brussels": "BEL", "kyiv": "UKR"}
FRANCE, RUSSIA, TURKEY, UKRAINE = (person(n, c) for n, c in (("F", "FRA"), ("R", "RUS"), ("T", "TUR"), ("U", "UKR")))
UNION = person("E", "EU")


def codes(contact: ToldContact) -> dict[str, str]:
    """ "F>R" -> "041 CONSULT phone"."""
    found = {}
    for dyad in dyads(contact, PLACES):
        names = [a.person.name if a.person else a.code for a in (dyad.source, dyad.target)]
        found[">".join(names)] = " ".join(filter(None, (dyad.code, dyad.plover, dyad.plover_mode)))
    return found


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"mode": Mode.PHONE}, {"F>R": "041 CONSULT phone", "R>F": "041 CONSULT phone"}),
        ({"mode": Mode.VIDEO}, {"F>R": "040 CONSULT phone", "R>F": "040 CONSULT phone"}),
        ({"mode": Mode.LETTER}, {"F>R": "040 CONSULT", "R>F": "040 CONSULT"}),
        # Who travels visits, and who is at home hosts, be it called visit or talks.
        ({"mode": Mode.VISIT, "location": "Moscow"}, {"F>R": "042 CONSULT visit", "R>F": "043 CONSULT visit"}),
        (
            {"mode": Mode.IN_PERSON, "location": "the Kremlin, Moscow"},
            {"F>R": "042 CONSULT visit", "R>F": "043 CONSULT visit"},
        ),
        (
            {"mode": Mode.IN_PERSON, "location": "New Delhi"},
            {"F>R": "044 CONSULT third-party", "R>F": "044 CONSULT third-party"},
        ),
        # A place that we cannot put anywhere proves nothing.
        ({"mode": Mode.IN_PERSON, "location": "a hotel", "topics": ()}, {"F>R": "040 CONSULT", "R>F": "040 CONSULT"}),
        ({"mode": Mode.IN_PERSON}, {"F>R": "046 CONSULT", "R>F": "046 CONSULT"}),
        ({"mode": Mode.UNSPECIFIED, "topics": ("energy",)}, {"F>R": "040 CONSULT", "R>F": "040 CONSULT"}),
        ({"mode": Mode.VISIT, "location": None}, {"F>R": "040 CONSULT visit", "R>F": "040 CONSULT visit"}),
        # What is to come is an intention, whatever it will be.
        ({"status": Status.PLANNED}, {"F>R": "036 AGREE", "R>F": "036 AGREE"}),
        ({"status": Status.CANCELLED}, {}),
        ({"status": Status.DENIED}, {}),
    ],
)
def test_a_pair_by_mode_place_and_status(told: Told, facts: dict[str, object], expected: dict[str, str]) -> None:
    assert codes(told(participants=(FRANCE, RUSSIA), **facts)) == expected


def test_a_host_who_seats_two_others_at_peace_talks_mediates(told: Told) -> None:
    three = told(
        participants=(RUSSIA, TURKEY, UKRAINE),
        mode=Mode.MULTILATERAL,
        location="Ankara",
        topics=("ceasefire_or_peace_negotiation",),
    )
    found = codes(three)
    assert {pair: words[:3] for pair, words in found.items()} == {
        "T>R": "045", "T>U": "045", "R>T": "046", "U>T": "046", "R>U": "044", "U>R": "044",
    }  # fmt: skip
    assert {words.split()[-1] for words in found.values()} == {"multilateral"}


def test_a_leader_who_travels_alone_visits_the_country(told: Told) -> None:
    assert codes(told(participants=(FRANCE,), mode=Mode.VISIT, location="Kyiv")) == {
        "F>UKRGOV": "042 CONSULT visit",
        "UKRGOV>F": "043 CONSULT visit",
    }
    assert codes(told(participants=(FRANCE,), mode=Mode.VISIT, location="nowhere known")) == {}


def test_a_body_is_at_home_at_its_seat_and_has_no_country(told: Told) -> None:
    found = codes(told(participants=(FRANCE, UNION), mode=Mode.IN_PERSON, location="Brussels"))
    assert {pair: words[:3] for pair, words in found.items()} == {"F>E": "042", "E>F": "043"}
    assert [(a.code, a.country, a.kind) for a in (actor("EU"), actor("NATO"), actor("AU"), actor("FRA"))] == [
        ("IGOEEC", "", "IGO"),
        ("IGOWSTNAT", "", "IGO"),
        ("IGO", "", "IGO"),
        ("FRAGOV", "FRA", "GOV"),
    ]


def test_no_body_of_the_registry_is_taken_for_a_country() -> None:
    assert {actor(code).kind for code in BODY_CODES} == {"IGO"}


def test_places_are_looked_up_by_their_parts() -> None:
    assert [place_of(p, PLACES) for p in ("Moscow", "The Kremlin, Russia", "Nice", None)] == ["RUS", "RUS", None, None]


def test_the_docs_name_every_code_as_the_manual_does() -> None:
    docs = (ROOT / "docs" / "analysts.md").read_text(encoding="utf-8")
    assert set(NAMES) == set(GOLDSTEIN)
    assert [code for code, name in NAMES.items() if f"{code} *{name}*" not in docs] == []
