"""Labels are not voices."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.domain import StoredReport
from pipeline.reconcile.settle import settle
from pipeline.reconcile.voices import source_key, voices

Report = Callable[..., StoredReport]

WORDS = "The two presidents spoke by telephone for an hour and 40 minutes on Saturday, the Elysee said."


def test_who_prints_an_agency_s_sentence_speaks_with_its_voice(report: Report) -> None:
    reports = [
        report(1, outlet="Agency", text="PARIS, Feb 12 (Agency) - " + WORDS, told="2022-02-12T17:00"),
        report(2, outlet="Paper", text=WORDS, told="2022-02-12T19:00"),
        report(3, outlet="Other", text="Macron called Putin on Saturday, and they spoke for 100 minutes in all."),
    ]
    assert voices(reports) == voices(reports[::-1]) == {1: "agency", 2: "agency", 3: "other"}
    contact = settle("c", reports)
    assert contact.families == ("agency", "other")
    assert contact.outlets == ("Agency", "Other", "Paper")


def test_a_short_sentence_may_be_written_twice(report: Report) -> None:
    assert voices([report(1, text="They spoke by phone."), report(2, text="They spoke by phone.")]) == {
        1: "outlet 1",
        2: "outlet 2",
    }


def test_copies_lend_no_confidence_and_no_vote(report: Report) -> None:
    copies = [report(i, text=WORDS, minutes=30, confidence=0.7) for i in range(1, 5)]
    own = [report(i, minutes=100, confidence=0.7) for i in (8, 9)]
    assert settle("c", copies).confidence == 0.7
    assert settle("c", [*copies, *own]).duration_minutes == 100


@pytest.mark.parametrize("name", ["Elysee", "Elysee Palace", "the Élysée", "Élysée Palace", " elysee "])
def test_one_source_under_several_spellings(name: str) -> None:
    assert source_key(name) == "elysee"


def test_spellings_of_one_source_are_told_once(report: Report) -> None:
    reports = [
        report(1, attribution=("Elysee Palace", "AFP")),
        report(2, attribution=("Élysée",)),
        report(3, attribution=("Elysee Palace",)),
    ]
    assert settle("c", reports).attribution == ("Elysee Palace", "AFP")
