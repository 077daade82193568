"""Which pairs the model is asked about, and the marked text it reads. The day is 12 February 2022."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.understand.candidates import MAX_LEADERS, WINDOW, Candidate
from pipeline.understand.clauses import FIRST, OTHER, SECOND
from pipeline.understand.gazetteer import Gazetteer
from pipeline.understand.reading import Reading

Read = Callable[..., Reading]


def shown(c: Candidate) -> str:
    """The target with short markers."""
    return c.target.replace(FIRST, "<1>").replace(SECOND, "<2>").replace(OTHER, "<3>")


MARKED = {
    "two names": ("Macron called Putin.", ["<1> called <2>."]),
    "whatever they are called": ("The French president called his Russian counterpart.", ["<1> called <1>'s <2>."]),
    "a possessive": ("Macron's call with Putin’s team", ["<1>'s call with <2>’s team"]),
    "where they stand in a photograph": ("Macron, left, and Putin (R) ate.", ["<1> and <2> ate."]),
    "one who is not in the picture": ("Macron meets Putin, not pictured, at noon.", ["<1> meets <2> at noon."]),
    "a third one": (
        "Macron called Putin and Biden.",
        ["<1> called <2> and <3>.", "<1> called <3> and <2>.", "<3> called <1> and <2>."],
    ),
    "an honorific goes with the name": ("Mr. Macron called Mr Putin.", ["<1> called <2>."]),
    "somebody named twice in a row": (
        "Macron called the Russian president, Mr Putin, twice.",
        ["<1> called <2> twice."],
    ),
    "a plural": ("The French and Russian leaders met.", ["<1> and <2> met."]),
    "somebody out of office": ("Former President Obama met Putin.", ["former <1> met <2>."]),
    "a minister stays as written": ("Macron and Putin sent Sergey Lavrov.", ["<1> and <2> sent Sergey Lavrov."]),
    "the seat of one of the two": ("The Kremlin said Putin called Macron.", ["<1>'s office said <1> called <2>."]),
}


@pytest.mark.parametrize(("text", "targets"), MARKED.values(), ids=MARKED.keys())
def test_the_two_leaders_stand_as_markers(read_text: Read, text: str, targets: list[str]) -> None:
    found = [shown(c).replace("former Former", "former") for c in read_text(text).candidates]
    assert [t[0].lower() + t[1:] for t in found] == [t[0].lower() + t[1:] for t in targets]


def test_the_neighbours_and_the_title_are_context(read_text: Read) -> None:
    reading = read_text("It rained. Macron called Putin. They will meet.", title="Macron rings Putin")
    call = next(c for c in reading.candidates if "called" in c.target)
    assert call.context.split(" | ") == [
        f"{FIRST} rings {SECOND}",
        "It rained.",
        f"{FIRST} and {SECOND} will meet.",
    ]


# text -> pairs (first, second, direct) of the last sentence that has candidates
PAIRS = {
    "the other one of the sentence before": (
        "Putin was at home. Macron called at noon.",
        [("Macron", "Putin", False), ("Macron", None, True)],
    ),
    "the host is found by the place": (
        "Zelensky is ill. Biden smiled. It rained. It snowed. It thawed. Macron flies to Kyiv.",
        [("Macron", "Zelensky", False), ("Macron", None, True)],
    ),
    "the other one is found by his palace": (
        "The Kremlin said the call with Macron went well.",
        [("Macron", "Putin", False), ("Macron", None, True)],
    ),
    "a call without names goes on about the pair before": (
        "Macron and Putin are at odds. The call lasted an hour.",
        [("Macron", "Putin", False)],
    ),
    "a lone leader without a word of contact": ("Macron likes cheese.", []),
    "two leaders of one country": ("Putin met Mikhail Mishustin.", []),
    "ministers": ("Foreign Minister Sergey Lavrov met Antony Blinken.", []),
}


@pytest.mark.parametrize(("text", "expected"), PAIRS.values(), ids=PAIRS.keys())
def test_who_may_be_in_contact(
    gazetteer: Gazetteer, read_text: Read, text: str, expected: list[tuple[str, str | None, bool]]
) -> None:
    found = read_text(text).candidates
    last = max((c.sentence for c in found), default=0)
    people = gazetteer.registry.people

    def surname(person_id: str | None) -> str | None:
        return people[person_id].name.split()[-1] if person_id else None

    assert [(surname(c.first), surname(c.second), c.direct) for c in found if c.sentence == last] == expected


def test_of_a_long_list_only_pairs_with_the_first_are_drawn(read_text: Read) -> None:
    names = ["Macron", "Biden", "Scholz", "Putin", "Erdogan", "Trudeau", "Modi", "Kishida"]
    assert len(names) > MAX_LEADERS
    found = read_text(", ".join(names) + " met.").candidates
    assert len(found) == len(names) - 1 and len({c.first for c in found}) == 1


def test_a_very_long_sentence_is_cut_around_the_two(read_text: Read) -> None:
    text = "rain and " * 200 + "Macron called Putin" + " and rain" * 200 + "."
    target = read_text(text).candidates[0].target
    assert len(target) <= WINDOW and f"{FIRST} called {SECOND}" in target
