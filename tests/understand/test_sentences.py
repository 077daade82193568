"""Sentence splitting on the shapes that news text comes in."""

from __future__ import annotations

import time

import pytest

from pipeline.understand.sentences import split

CASES = {
    "two plain sentences": ["Macron called Putin.", "They spoke for an hour."],
    "U.S. before a title is no end": ["The U.S. President met Mr. Putin in Geneva.", "They smiled."],
    "ranks and initials stay with their names": ["Gen. Mark A. Milley briefed Joseph R. Biden.", "He listened."],
    "U.S. before a new sentence is an end": ["He flew back to the U.S.", "The talks go on."],
    "a short month keeps its day": ["They met on Feb. 12 in Paris.", "A second round is set for Mar. 3."],
    "a month may end a sentence": ["The summit is due in Sept.", "Leaders will fly in."],
    "a quote closes after its stop": ['"We will talk."', "Then he left."],
    "a quoted question goes on to its speaker": ['"Will they meet?" Putin asked.', "Nobody knew."],
    "curly quotes": ["“It was useful,” Macron said.", "“We go on.”", "He then rang Berlin."],
    "an ellipsis before lower case is no end": ["He waited ... and then he called.", "It rang."],
    "an ellipsis ends an RSS summary": ["The French president spoke with his Russian counterpart...", "Read more"],
    "a figure is no end": ["It lasted 1.5 hours.", "Some 3.2m watched."],
    "an exclamation": ["Enough!", "The call was over."],
    "a dateline": ["MOSCOW, Feb. 12 (AFP) - Putin called Macron on Saturday.", "They spoke at length."],
    "bracketed remark": ["They met (as planned.)", "It was short."],
    "a numbered item keeps its number": ["1. The leaders met.", "2. They dined."],
    "brackets around the medium": ["(Reuters) - Xi met Biden.", "No date was given."],
    "a firm's shortened form": ["Gazprom Inc. was named.", "The two agreed."],
    "time of day": ["They spoke at 5 p.m. Moscow time.", "It was brief."],
}


@pytest.mark.parametrize("expected", CASES.values(), ids=CASES.keys())
def test_text_is_cut_where_a_reader_would(expected: list[str]) -> None:
    whole = "A headline\n" + " ".join(expected)
    assert [s.text for s in split(whole, len("A headline"))] == ["A headline", *expected]


def test_offsets_give_the_sentence_back_exactly() -> None:
    whole = "Macron calls Putin. Again\n  First line.  \n\n• One thing • Another\r\nLast “line.” End"
    sentences = split(whole, whole.index("\n"))
    assert [s.text for s in sentences] == [
        "Macron calls Putin. Again", "First line.", "• One thing", "• Another", "Last “line.”", "End",
    ]  # fmt: skip
    assert all(whole[s.start : s.end] == s.text for s in sentences)
    assert [s.title for s in sentences] == [True, False, False, False, False, False]


def test_a_missing_space_is_still_an_end_but_a_domain_is_none() -> None:
    assert [s.text for s in split("T\nThe leaders agreed.The Kremlin confirmed it on Kremlin.ru.", 1)][1:] == [
        "The leaders agreed.",
        "The Kremlin confirmed it on Kremlin.ru.",
    ]


def test_no_title_gives_no_empty_sentence() -> None:
    assert [(s.text, s.title) for s in split("\nOne. Two.", 0)] == [("One.", False), ("Two.", False)]


def test_a_line_that_goes_on_in_lower_case_is_one_sentence() -> None:
    assert [s.text for s in split("T\nThe French president\nspoke on Monday.", 1)][1:] == [
        "The French president\nspoke on Monday."
    ]


def test_lines_without_stops_are_sentences_of_their_own() -> None:
    assert [s.text for s in split("T\nBiden meets Xi in Bali\nPutin stays at home", 1)][1:] == [
        "Biden meets Xi in Bali",
        "Putin stays at home",
    ]


def test_a_hard_wrapped_mail_is_joined_again() -> None:
    body = (
        "The prime minister of the northern country met the French\n"
        "President Emmanuel Macron on the sidelines of a meeting at\n"
        "Geneva on Monday, and the two agreed to go on with their\n"
        "Talks in the week that follows the feast."
    )
    assert len(split("T\n" + body, 1)) == 2


def test_a_thousand_articles_are_split_within_seconds() -> None:
    whole = "Title\n" + "President Biden spoke with Mr. Xi on Feb. 12, the U.S. side said. They agreed to meet. " * 40
    began = time.perf_counter()
    for _ in range(100):
        split(whole, 5)
    assert time.perf_counter() - began < 2.0
