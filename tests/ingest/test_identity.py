"""When two addresses are one article, and when they are not."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.ingest.identity import article_url, site_of, url_key


@pytest.mark.parametrize(
    "other",
    [
        "http://news.example/world/2022/02/a-story",
        "https://www.news.example/world/2022/02/a-story",
        "HTTPS://News.Example:443/world/2022/02/a-story/",
        "https://m.news.example/world/2022/02/a-story",
        "https://amp.news.example/world/2022/02/a-story",
        "https://news.example/world/2022/02/a-story/amp",
        "https://news.example/world/2022/02/a-story?amp=1",
        "https://news.example/world/2022/02/a-story?outputType=amp",
        "https://news.example/world/2022/02/a-story?utm_source=rss&utm_medium=feed",
        "https://news.example/world/2022/02/a-story?at_medium=RSS&at_campaign=KARANGA",
        "https://news.example/world/2022/02/a-story?fbclid=abc&ref=home&CMP=share_btn_tw",
        "https://news.example/world/2022/02/a-story#comments",
        "https://news.example//world/./2022/01/../02/a-story",
        "https://news.example/world/2022/02/%61-story",
        "https://news.example/world/2022/02/a-story;jsessionid=1A2B",
        "https://news.example/world/2022/02/a-story/index.html",
        "https://news-example.cdn.ampproject.org/c/s/news.example/world/2022/02/a-story",
        "news.example/world/2022/02/a-story",
    ],
)
def test_one_article_under_many_addresses_has_one_key(other: str) -> None:
    assert url_key(other) == "news.example/world/2022/02/a-story"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("https://news.example/story?id=1", "https://news.example/story?id=2"),
        ("https://news.example/story.php?source=12", "https://news.example/story.php?source=13"),
        ("https://news.example/a", "https://news.example/A"),
        ("https://news.example/a", "https://other.example/a"),
        ("https://edition.news.example/a", "https://sport.news.example/a"),
        ("https://news.example/2022/02/12/", "https://news.example/2022/02/13/"),
        ("http://127.0.0.1:8000/a", "http://127.0.0.1:8001/a"),
        ("https://news.example/amplify", "https://news.example/lify"),
        ("https://news.example/caf%C3%A9", "https://news.example/cafe"),
        ("https://m.co/a", "https://co/a"),
    ],
)
def test_two_articles_have_two_keys(one: str, two: str) -> None:
    assert url_key(one) != url_key(two)


def test_the_order_of_parameters_does_not_count() -> None:
    assert url_key("https://x.example/s?b=2&a=1") == url_key("https://x.example/s?a=1&b=2")


@given(st.text(max_size=60) | st.from_regex(r"https?://[a-z.]{1,20}(:\d+)?(/[ -~]{0,30})?", fullmatch=True))
@example("0 ?")
@example("a. ?utm_source=b")
def test_any_string_has_a_key_and_a_keys_key_is_itself(url: str) -> None:
    key = url_key(url)
    assert url_key(key) == key


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.bbc.co.uk/news/a", "bbc.co.uk"),
        ("https://edition.cnn.com/a", "cnn.com"),
        ("https://en.kremlin.ru/a", "kremlin.ru"),
        ("http://127.0.0.1:8000/a", "127.0.0.1:8000"),
        ("http://[2606:4700::1]/a", "[2606:4700::1]"),
        ("https://go.com/a", "go.com"),
    ],
)
def test_the_site_of_an_address(url: str, site: str) -> None:
    assert site_of(url) == site


@pytest.mark.parametrize(
    ("url", "canonical", "expected"),
    [
        ("https://n.example/amp/a", "https://n.example/a", "https://n.example/a"),
        ("https://m.n.example/a?x=1", "https://www.n.example/a", "https://www.n.example/a"),
        ("https://n.example/a/2", "https://n.example/a", "https://n.example/a"),
        ("https://n.example/a", None, "https://n.example/a"),
        ("https://n.example/world/a", "https://n.example/", "https://n.example/world/a"),
        ("https://n.example/world/a", "https://n.example/world", "https://n.example/world/a"),
        ("https://n.example/a", "https://rival.example/a", "https://n.example/a"),
        ("https://n.co.uk/a", "https://rival.co.uk/a", "https://n.co.uk/a"),
    ],
    ids=["amp", "mobile", "second page", "none", "front page", "section page", "another site", "another site in co.uk"],
)
def test_a_canonical_address_is_believed_within_reason(url: str, canonical: str | None, expected: str) -> None:
    assert article_url(url, canonical) == expected
