"""Who stands in a sentence of a contact without taking part."""

import pytest

from pipeline.understand.bystanders import weigh_contact
from pipeline.understand.clauses import FIRST, OTHER, SECOND


def marked(sentence: str) -> str:
    return sentence.replace("A", FIRST).replace("B", SECOND).replace("C", OTHER)


@pytest.mark.parametrize(
    "sentence", ["A welcomed B's offer.", "A met B's envoy.", "A's aide and B spoke.", "A spoke to an adviser to B."]
)
def test_whoever_only_owns_something_met_nobody(sentence: str) -> None:
    marked = sentence.replace("A", FIRST, 1).replace("B", SECOND)
    assert weigh_contact(0.7, marked) < 0.35


@pytest.mark.parametrize(
    "sentence",
    [
        "A met C -- a close ally of B -- on Monday.",
        "A received B ally C.",
        "A spoke with C, the rival and successor of B.",
    ],
)
def test_whoever_only_tells_who_another_is_was_not_there(sentence: str) -> None:
    assert weigh_contact(0.95, marked(sentence)) < 0.35


@pytest.mark.parametrize(
    "sentence", ["A met B, an ally of C.", "B, a friend of A, received A.", "A met his old rival B."]
)
def test_whoever_is_met_may_be_a_friend(sentence: str) -> None:
    assert weigh_contact(0.95, marked(sentence)) == pytest.approx(0.95)


@pytest.mark.parametrize(
    "sentence", ["A met B.", "A met B at B's palace.", "A's call with B was short.", "A came to B's residence."]
)
def test_owners_who_are_met_all_the_same(sentence: str) -> None:
    assert weigh_contact(0.7, sentence.replace("A", FIRST, 1).replace("B", SECOND)) == 0.7


@pytest.mark.parametrize(
    "sentence",
    ["A hailed the phone call between B and C.", "A said the talks in Oslo between C and B had gone well."],
)
def test_whoever_speaks_of_the_talks_of_others_was_not_there(sentence: str) -> None:
    assert weigh_contact(0.6, marked(sentence)) < 0.2


@pytest.mark.parametrize("sentence", ["C hailed the call between A and B.", "The dinner between A, B and C ran late."])
def test_talks_between_two_are_theirs(sentence: str) -> None:
    assert weigh_contact(0.5, marked(sentence)) == pytest.approx(0.75)


@pytest.mark.parametrize(
    "sentence",
    ["A hosted talks between B and C.", "A met B after talks between B and C.", "Ties between A and B are cool."],
)
def test_hosts_and_other_contacts_stay_as_they_are(sentence: str) -> None:
    assert weigh_contact(0.5, marked(sentence)) == 0.5


@pytest.mark.parametrize(
    "sentence",
    ["A called B a butcher.", "In a speech A called B's plan the worst of all.", "A, in Lima, branded B “a coward”."],
)
def test_words_about_somebody_are_no_contact(sentence: str) -> None:
    assert weigh_contact(0.8, marked(sentence)) < 0.35


def test_words_about_somebody_met_change_nothing() -> None:
    assert weigh_contact(0.8, marked("A met B and called B a friend.")) == 0.8


@pytest.mark.parametrize(
    "sentence",
    ["In a later call B urged A to wait.", "A had earlier rung B.", "A told B so in a 20-minute phone call."],
)
def test_the_line_between_the_only_two_is_theirs(sentence: str) -> None:
    assert weigh_contact(0.5, marked(sentence)) == pytest.approx(0.8)


def test_a_call_with_somebody_else_beside_them_says_nothing_of_the_two() -> None:
    assert weigh_contact(0.5, marked("In a phone call with C, A asked after B.")) == 0.5
