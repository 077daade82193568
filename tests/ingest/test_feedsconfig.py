"""config/feeds.yaml: what it holds, and what it says to a mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.domain import FeedSource
from pipeline.ingest.feedsconfig import FeedsError, load_feeds, load_rows
from pipeline.settings import ROOT

GOOD = "{id: a, url: 'https://a.example/feed', outlet: A}"


def write(path: Path, *rows: str) -> Path:
    file = path / "feeds.yaml"
    file.write_text("feeds:\n" + "".join(f"  - {row}\n" for row in rows), encoding="utf-8")
    return file


def test_the_bundled_feeds_are_valid_many_and_of_many_families() -> None:
    feeds = load_feeds(ROOT / "config" / "feeds.yaml")
    assert len(feeds) >= 120
    assert len({feed.family for feed in feeds}) >= 100
    assert len({feed.country for feed in feeds}) >= 50
    assert {feed.language for feed in feeds} == {"en"}
    assert {"agency", "broadcaster", "government", "organisation", "paper", "state"} <= {feed.kind for feed in feeds}
    assert all(feed.country and feed.timezone != "UTC" for feed in feeds)


def test_a_feed_that_is_not_enabled_stays_in_the_file_and_is_not_polled(tmp_path: Path) -> None:
    file = write(tmp_path, GOOD, "{id: b, url: 'https://b.example/', outlet: B, enabled: false}")
    assert [feed.feed_id for feed in load_feeds(file)] == ["a"]
    assert [(row.id, row.enabled) for row in load_rows(file)] == [("a", True), ("b", False)]
    with pytest.raises(FeedsError, match="enable at least one"):
        load_feeds(write(tmp_path, "{id: b, url: 'https://b.example/', outlet: B, enabled: false}"))


def test_one_outlet_is_described_alike_in_all_its_feeds() -> None:
    facts: dict[str, set[tuple[str, str | None, str, str]]] = {}
    for feed in load_feeds(ROOT / "config" / "feeds.yaml"):
        facts.setdefault(feed.outlet, set()).add((feed.family, feed.country, feed.timezone, feed.kind))
    assert {outlet for outlet, said in facts.items() if len(said) > 1} == set()


def test_a_row_may_be_as_short_as_id_url_and_outlet(tmp_path: Path) -> None:
    [feed] = load_feeds(write(tmp_path, GOOD))
    assert feed == FeedSource(
        "a", "https://a.example/feed", "A", family="a", language="en", timezone="UTC", kind="paper"
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("{url: 'https://a.example/', outlet: A}", "feed 2: id: field required; add it"),
        ("{id: b, outlet: B}", "feed 2 (b): url: field required; add it"),
        ("{id: B 1, url: 'https://b.example/', outlet: B}", "feed 2 (B 1): id: 'B 1' is not valid; use lower-case"),
        ("{id: b, url: b.example, outlet: B}", "only http and https are fetched; write an absolute"),
        ("{id: b, url: 'file:///etc/passwd', outlet: B}", "feed 2 (b): url: 'file:///etc/passwd'"),
        (
            "{id: b, url: 'https://b.example/', outlet: B, country: Britain}",
            "country: 'Britain' is not valid; write an ISO",
        ),
        (
            "{id: b, url: 'https://b.example/', outlet: B, timezone: London}",
            "'London' is no IANA time zone; write one such",
        ),
        (
            "{id: b, url: 'https://b.example/', outlet: B, langauge: en}",
            "langauge: extra inputs are not permitted; no such",
        ),
        ("{id: b, url: 'https://b.example/', outlet: 7}", "outlet: input should be a valid string; write text"),
        ("{id: a, url: 'https://b.example/', outlet: B}", "feed 2 (a): the id is taken by feed 1; give it another"),
        ("{id: b, url: 'https://a.example/feed', outlet: B}", "feed 2 (b): same url as a; remove one of them"),
        ("just text", "feed 2: expected keys and values"),
    ],
)
def test_a_mistake_is_told_with_file_row_and_mend(tmp_path: Path, row: str, said: str) -> None:
    file = write(tmp_path, GOOD, row)
    with pytest.raises(FeedsError) as error:
        load_feeds(file)
    assert str(error.value).startswith(f"{file}: feed 2")
    assert said in str(error.value)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(FeedsError) as error:
        load_feeds(write(tmp_path, "{id: b}", GOOD, "{id: c, url: 'ftp://c.example', outlet: C}"))
    assert len(str(error.value).splitlines()) == 3


@pytest.mark.parametrize("text", ["", "feeds: []", "feeds: 7", "- a", "feeds: [", "\x00"])
def test_a_file_that_is_no_feeds_file_is_told(tmp_path: Path, text: str) -> None:
    file = tmp_path / "feeds.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(FeedsError, match=r"feeds\.yaml"):
        load_feeds(file)


def test_a_missing_file_names_itself_and_the_setting(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="HOTLINE_FEEDS_FILE"):
        load_feeds(tmp_path / "none.yaml")
