"""Words for calls, and words that only look like them."""

import pytest

from pipeline.understand.cues import (
    BY_CALL,
    MEET,
    PHONE,
    SEPARATE,
    TRAVEL,
    VIDEO,
    Way,
    cue_places,
    has_cue,
    without_press_lines,
)


@pytest.mark.parametrize(
    "text",
    [
        "in a call on Friday", "a 90-minute phone call", "spoke by telephone", "he phoned her", "he rang her at noon",
        "he called Putin", "the calls lasted an hour", "the leaders' hotline", "took a call from Paris",
    ],
)  # fmt: skip
def test_calls(text: str) -> None:
    assert PHONE.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "calls for peace", "he called for talks", "he calls it madness", "so-called talks", "a video call",
        "he called off the visit", "a call to arms", "calls the plan mad", "they recalled envoys",
    ],
)  # fmt: skip
def test_no_calls(text: str) -> None:
    assert not PHONE.search(text)


def test_video() -> None:
    assert all(VIDEO.search(t) for t in ("a video call", "via videoconference", "a virtual summit", "by video link"))
    assert not VIDEO.search("a phone call, a visit")


def test_separate_contacts() -> None:
    assert SEPARATE.search("held telephone conversations with A and B")
    assert SEPARATE.search("spoke separately with A and B")
    assert not SEPARATE.search("held a telephone conversation with A and B")


def test_weak_words_tell_a_call_only_where_there_are_no_others() -> None:
    text = "asked about it, he said they spoke by phone"
    assert [text[a:b] for a, b in cue_places(text, Way.REMOTE)] == ["phone"]
    assert cue_places("they spoke at length", Way.REMOTE)
    assert cue_places("it rained", Way.REMOTE) == []
    assert not has_cue("it rained")


@pytest.mark.parametrize(
    "text",
    ["he told AFP by phone that they met", "in a telephone interview she spoke of it", "told reporters over the phone",
     "she told the Coast Herald by phone"],
)  # fmt: skip
def test_a_line_to_the_press_is_no_call(text: str) -> None:
    assert not PHONE.search(without_press_lines(text))
    assert len(without_press_lines(text)) == len(text)


def test_a_line_to_a_leader_is_one() -> None:
    assert PHONE.search(without_press_lines("he told Putin by phone that he would come"))


@pytest.mark.parametrize(
    "text",
    ["A to call Ruritania's B after his visit", "A called B", "A will speak by phone with B on his trip", "A rings B"],
)
def test_one_rings_the_other(text: str) -> None:
    assert BY_CALL.search(text.replace("A", "[unused1]", 1).replace("B", "[unused2]"))


@pytest.mark.parametrize(
    "text", ["A called B a liar", "A called B's offer mad", "A calls for B to go", "A called on B"]
)
def test_nobody_is_rung(text: str) -> None:
    assert not BY_CALL.search(text.replace("A", "[unused1]", 1).replace("B", "[unused2]"))


@pytest.mark.parametrize(
    "text",
    [
        "he took her aside",
        "had coffee with Modi",
        "sat beside the king",
        "ran into the arms of Kim",
        "lunched there",
        "also saw Modi",
    ],
)
def test_company_is_a_meeting(text: str) -> None:
    assert MEET.search(text)


def test_whom_one_welcomes_is_a_guest_and_what_one_welcomes_is_none() -> None:
    assert TRAVEL.search("welcomed the Polish president") and TRAVEL.search("received Modi at the gate")
    assert not any(
        TRAVEL.search(t)
        for t in ("welcomed progress on trade", "welcomed the new ceasefire", "Paris welcomes Kenya's decision")
    )
    assert not TRAVEL.search("received a phone call")
    assert not has_cue("he saw the chance of a lifetime")
