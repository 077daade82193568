"""What counts as a correction worth a follow-up, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from pipeline.alerts.formats import Formats
from pipeline.alerts.updates import differences, facts
from pipeline.domain import Contact, DatePrecision, Mode, Status

Build = Callable[..., Contact]

CORRECTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "denied": ({"status": Status.DENIED}, "status: occurred, now denied"),
    "another day": ({"occurred_on": date(2022, 2, 11)}, "day: 12 Feb 2022, now 11 Feb 2022"),
    "another way": ({"mode": Mode.VISIT}, "how: phone call, now visit"),
    "another length": ({"duration_minutes": 62}, "length: 1 h 40 min, now 1 h 2 min"),
}


@pytest.mark.parametrize(("changes", "told"), CORRECTIONS.values(), ids=CORRECTIONS)
def test_a_correction_is_told(changes: dict[str, Any], told: str, contact: Build) -> None:
    assert differences(facts(contact()), facts(contact(**changes))) == [told]


NO_CORRECTIONS: dict[str, dict[str, Any]] = {
    "the same": {},
    "over by now": {"status": Status.ONGOING},
    "rounded otherwise": {"duration_minutes": 105},
    "a length less": {"duration_minutes": None},
    "a day less": {"occurred_on": None, "date_precision": None},
    "by video rather than phone": {"mode": Mode.VIDEO},
    "medium not stated": {"mode": Mode.UNSPECIFIED},
    "surer": {"confidence": 0.99},
    "one more outlet": {"outlets": ("A", "B", "C", "D")},
}


@pytest.mark.parametrize("changes", NO_CORRECTIONS.values(), ids=NO_CORRECTIONS)
def test_what_corrects_nothing_is_not_told(changes: dict[str, Any], contact: Build) -> None:
    assert differences(facts(contact()), facts(contact(**changes))) == []
    assert differences(facts(contact(**changes)), facts(contact())) == []


def test_what_was_unknown_before_is_no_correction(contact: Build) -> None:
    vague = contact(duration_minutes=None, occurred_on=None, date_precision=None, mode=Mode.UNSPECIFIED)
    assert differences(facts(vague), facts(contact())) == []


def test_other_leaders(contact: Build) -> None:
    alone = contact(participants=contact().participants[:1])
    assert differences(facts(contact()), facts(alone)) == ["leaders: Macron-Putin, now Macron"]


def test_withdrawn_and_back(contact: Build) -> None:
    gone = facts(contact(), withdrawn=True)
    assert differences(facts(contact()), gone) == ["withdrawn: no report stands by it any more"]
    assert differences(gone, gone) == []
    assert differences(gone, facts(contact())) == ["reported anew"]


def test_facts_survive_json(contact: Build) -> None:
    import json

    told = facts(contact(date_precision=DatePrecision.DAY))
    assert json.loads(json.dumps(told)) == told


def test_days_and_lengths_are_told_in_the_readers_language(contact: Build) -> None:
    other = facts(contact(occurred_on=date(2022, 2, 11), duration_minutes=60))
    assert differences(facts(contact()), other, Formats("de")) == [
        "day: 12. Feb. 2022, now 11. Feb. 2022",
        "length: 1 Std. 40 Min., now 1 Std.",
    ]
