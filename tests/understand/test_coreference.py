"""What pronouns, bare offices, counterparts and plurals mean. The day is 12 February 2022."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Said = Callable[..., list[str]]

# text -> the mention that is asked for
CASES = {
    "he is the subject of the sentence before": ("Macron met Putin. He then left.", "He = Emmanuel Macron"),
    "she is the woman": ("Putin met Ursula von der Leyen. She then left.", "She = Ursula von der Leyen"),
    "his belongs to the one who speaks": (
        "After a meeting with Putin in Sochi, Macron said little before his dinner.",
        "his = Emmanuel Macron",
    ),
    "his belongs to the subject": ("Macron told Putin of his fears.", "his = Emmanuel Macron"),
    "he outside a quote is not one named in it": (
        'Macron landed. "I spoke to President Putin," he said.',
        "he = Emmanuel Macron",
    ),
    "whom a preposition governs is not the subject": (
        "Macron landed. With Putin, he spoke of gas.",
        "he = Emmanuel Macron",
    ),
    "a source named in passing is not meant": (
        "Macron landed. With Putin, an aide said, he spoke of gas.",
        "he = Emmanuel Macron",
    ),
    "an object is not the subject beside it": (
        "Macron landed. In Kyiv Zelensky gave him dinner.",
        "him = Emmanuel Macron",
    ),
    "he is nobody after somebody unknown": ("Spokesman Dmitry Peskov came. He spoke of Putin.", None),
    "his counterpart has the same rank": (
        "Macron met his Russian counterpart.",
        "Russian counterpart = Vladimir Putin",
    ),
    "a minister's counterpart is a minister": (
        "Foreign Minister Sergey Lavrov met his French counterpart.",
        "French counterpart = -",
    ),
    "a prime minister's counterpart is a prime minister": (
        "Polish Prime Minister Mateusz Morawiecki met his Romanian counterpart.",
        "Romanian counterpart = Nicolae Ciucă",
    ),
    "a president's counterpart is a president": (
        "Polish President Andrzej Duda met his Romanian counterpart.",
        "Romanian counterpart = Klaus Iohannis",
    ),
    "a counterpart where the country has no such office": (
        "Polish Prime Minister Mateusz Morawiecki met his US counterpart.",
        "US counterpart = Joe Biden",
    ),
    "a counterpart who is named": ("Macron met his counterpart Vladimir Putin.", "Vladimir Putin = Vladimir Putin"),
    "a counterpart named with his country": (
        "Macron met his Russian counterpart Vladimir Putin.",
        "Russian counterpart Vladimir Putin = Vladimir Putin",
    ),
    "the president is the one spoken of": ("Macron landed. The president smiled.", "president = Emmanuel Macron"),
    "the chancellor is not the president": ("Scholz met Macron. The chancellor smiled.", "chancellor = Olaf Scholz"),
    "the president of whom his palace speaks": (
        "The Élysée was full. The president smiled.",
        "president = Emmanuel Macron",
    ),
    "the two presidents": (
        "Macron met Putin. The two presidents ate.",
        "The two presidents = Emmanuel Macron + Vladimir Putin",
    ),
    "both leaders": ("Macron met Putin. Both leaders ate.", "Both leaders = Emmanuel Macron + Vladimir Putin"),
    "the two men": ("Macron met Putin. The two men ate.", "The two men = Emmanuel Macron + Vladimir Putin"),
    "the two": ("Macron met Putin. The two agreed on little.", "The two = Emmanuel Macron + Vladimir Putin"),
    "the pair": ("Macron met Putin. The pair dined.", "The pair = Emmanuel Macron + Vladimir Putin"),
    "the leaders": ("Macron met Putin. The leaders dined.", "leaders = Emmanuel Macron + Vladimir Putin"),
    "they": ("Macron met Putin. They will speak again.", "They = Emmanuel Macron + Vladimir Putin"),
    "the three leaders": (
        "Macron, Scholz and Putin met. The three leaders dined.",
        "The three leaders = Emmanuel Macron + Olaf Scholz + Vladimir Putin",
    ),
    "both are the others when one of three acts": (
        "Macron met Putin. Erdogan offered to host both leaders.",
        "both leaders = Emmanuel Macron + Vladimir Putin",
    ),
    "the two countries are no people": ("Macron met Putin. The two countries trade.", None),
    "the leaders of somebody else": ("Macron met Putin. The leaders of the rebels left.", None),
    "both sides are no people": ("Macron met Putin. Both sides trade.", None),
    "their neighbours' things are not theirs": ("Macron met Putin. Farmers sold their wheat.", None),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_what_is_meant(said_of: Said, text: str, expected: str | None) -> None:
    said = said_of(text)
    if expected is None:
        words = {m.partition(" = ")[0].lower() for m in said}
        assert not words & {"he", "leaders", "the two countries", "the two", "both sides", "both", "their"}
    else:
        assert expected in said


def test_a_headline_may_speak_of_the_two_leaders_before_the_text_names_them(said_of: Said) -> None:
    said = said_of("Macron and Putin spoke on Saturday.", title="The two leaders talk at last")
    assert said[0] == "The two leaders = Emmanuel Macron + Vladimir Putin" or said[0] == (
        "The two leaders = Vladimir Putin + Emmanuel Macron"
    )


def test_a_pronoun_without_anybody_before_it_stays_open(said_of: Said) -> None:
    assert said_of("He said nothing.") == []


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("Olaf Scholz received his counterpart at noon. Mario Draghi had come by train.", "Mario Draghi"),
        ("Mario Draghi flew to Berlin. There Olaf Scholz met his counterpart.", "Mario Draghi"),
        ("Mario Draghi and Emmanuel Macron were near. Olaf Scholz met his counterpart.", "-"),
        ("Olaf Scholz met his counterpart.", "-"),
    ],
)
def test_a_counterpart_without_a_nation_is_the_only_other_leader(
    said_of: Callable[..., list[str]], text: str, means: str
) -> None:
    assert [s for s in said_of(text) if s.startswith("counterpart")] == [f"counterpart = {means}"]
