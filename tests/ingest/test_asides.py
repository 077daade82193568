"""What a newsroom's page puts between and behind an article's paragraphs is not the article."""

from __future__ import annotations

import pytest

from pipeline.ingest.asides import without_asides

BODY = [
    f"The two presidents spoke for {n} minutes on Saturday, the office of the first one said." for n in range(40, 60)
]


@pytest.mark.parametrize(
    "aside",
    [
        "MINISTER RESIGNS AFTER NIGHT OF TALKS",
        "CLICK HERE TO GET THE COURIER APP",
        "Sign up for our morning newsletter and never miss a story",
        "Subscribe to the Courier's podcast",
        "Our Standards: the Courier's principles.",
        "Advertisement",
        "Article continues below",
        "Follow us on social media",
        "Read more...",
        "Video: leaders arrive at the summit",
    ],
)
def test_an_aside_between_paragraphs_is_left_out(aside: str) -> None:
    assert without_asides([*BODY[:5], aside, *BODY[5:]]) == BODY


@pytest.mark.parametrize(
    "heading", ["More from The Courier", "Related stories", "Most read", "You may also like", "Read next"]
)
def test_a_list_of_other_stories_ends_the_article(heading: str) -> None:
    assert without_asides([*BODY, heading, "Talks in Geneva", "A minister resigns"]) == BODY


@pytest.mark.parametrize(
    "line",
    [
        "MOSCOW - NATO",
        "\u201cTHIS IS NOT THE END OF THE TALKS,\u201d HE WROTE.",
        "He asked readers to subscribe to the idea that talks help, and said so twice in the evening on television.",
        "More than 20 people were at the table.",
        "Related to this, the president spoke of grain.",
        "5 10 15 20 25 30",
    ],
)
def test_a_line_of_the_articles_own_stays(line: str) -> None:
    lines = [*BODY[:10], line, *BODY[10:]]
    assert without_asides(lines) == lines


def test_a_heading_in_the_middle_of_the_text_is_the_articles_own() -> None:
    lines = [*BODY[:3], "Related news", *BODY[3:]]
    assert without_asides(lines) == lines


def test_an_article_set_in_capitals_is_kept_whole() -> None:
    lines = [line.upper().rstrip(".") for line in BODY]
    assert without_asides(lines) == lines


def test_nothing_comes_of_nothing() -> None:
    assert without_asides([]) == []
