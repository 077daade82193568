"""Feeds over real HTTP, as feedparser reads them: the sound ones are sound, the faulty ones faulty as meant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import feedparser
import httpx
import pytest
import yaml
from lxml import etree

from pipeline.newswire import Newswire, load_catalogue, load_truth
from pipeline.newswire.server import feeds_yaml

FEEDS = {feed.feed_id: feed for outlet in load_catalogue().outlets for feed in outlet.feeds}


def read(web: httpx.Client, feed_id: str) -> Any:
    answer = web.get(FEEDS[feed_id].path)
    return feedparser.parse(answer.content, response_headers={k.lower(): v for k, v in answer.headers.items()})


@pytest.mark.parametrize(
    ("feed_id", "version"),
    [
        ("meridian-wire", "rss20"),
        ("harbour-news", "atom10"),
        ("harbour-sport", "rss20"),
        ("capital-front", "rss20"),
        ("atlantica-top", "rss20"),
        ("orbita-all", "rss20"),
        ("readouts-all", "rss20"),
        ("flash-news", "rss20"),
        ("liveline-live", "atom10"),
        ("gazette-all", "rss20"),
        ("dnipro-en", "rss10"),
        ("steppe-main", "rss20"),
    ],
)
def test_a_feed_has_its_format_and_lists_all_its_stories(web: httpx.Client, feed_id: str, version: str) -> None:
    parsed = read(web, feed_id)
    assert parsed.version == version
    titles = {entry.title for entry in parsed.entries}
    stories = {s.story_id: s for s in load_catalogue().stories}
    now = datetime(2022, 2, 16, tzinfo=UTC)
    expected = {stories[i].title_at(now, feed_id) for i in load_truth().feeds[feed_id].stories}
    assert titles == expected
    assert len(parsed.entries) == len(load_truth().feeds[feed_id].stories) > 1


@pytest.mark.parametrize("feed_id", ["meridian-wire", "harbour-news", "capital-front", "liveline-live", "dnipro-en"])
def test_a_sound_feed_is_well_formed(web: httpx.Client, feed_id: str) -> None:
    etree.fromstring(web.get(FEEDS[feed_id].path).content)
    assert not read(web, feed_id).bozo


def test_the_tabloids_feed_is_no_xml_but_a_lenient_reader_gets_every_entry(web: httpx.Client) -> None:
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(web.get(FEEDS["flash-news"].path).content)
    parsed = read(web, "flash-news")
    assert parsed.bozo
    assert all(entry.link.startswith("http") and entry.title for entry in parsed.entries)


def test_the_gazettes_feed_claims_utf8_but_is_windows_1252(web: httpx.Client) -> None:
    answer = web.get(FEEDS["gazette-all"].path)
    assert b'encoding="utf-8"' in answer.content
    with pytest.raises(UnicodeDecodeError):
        answer.content.decode("utf-8")
    assert any("Fernández" in entry.title for entry in read(web, "gazette-all").entries)


def test_the_courier_writes_windows_1251_and_says_so(web: httpx.Client) -> None:
    body = web.get(FEEDS["dnipro-en"].path).content
    assert b'encoding="windows-1251"' in body
    assert read(web, "dnipro-en").encoding == "windows-1251"


def test_one_feed_is_served_as_plain_text(web: httpx.Client) -> None:
    assert web.get(FEEDS["readouts-all"].path).headers["content-type"].startswith("text/plain")
    assert read(web, "readouts-all").bozo


def test_an_abandoned_feed_answers_404_and_another_an_html_page(web: httpx.Client) -> None:
    assert web.get(FEEDS["steppe-archive"].path).status_code == 404
    moved = web.get(FEEDS["capital-old"].path)
    assert moved.status_code == 200
    assert moved.headers["content-type"].startswith("text/html")
    assert not read(web, "capital-old").entries


def test_links_are_relative_in_one_feed_and_name_the_same_pages_as_in_the_other(web: httpx.Client) -> None:
    top = {entry.link for entry in read(web, "atlantica-top").entries}
    world = {entry.link for entry in read(web, "atlantica-world").entries}
    assert all(link.startswith("/") for link in top)
    assert {httpx.URL(link).raw_path.decode() for link in world} & top


def test_guids_change_with_each_poll_but_links_do_not(web: httpx.Client) -> None:
    first, second = read(web, "capital-front"), read(web, "capital-front")
    assert not {e.id for e in first.entries} & {e.id for e in second.entries}
    assert [e.link for e in first.entries] == [e.link for e in second.entries]


def test_tracking_parameters_hang_on_links_and_do_not_change_the_page(web: httpx.Client) -> None:
    for feed_id in ("capital-front", "liveline-live"):
        assert all("utm_source" in e.link for e in read(web, feed_id).entries)
    link = next(e.link for e in read(web, "liveline-live").entries if "Commons" in e.title or "questions" in e.title)
    assert "?page=" in link
    assert web.get(link).content == web.get(link.split("&utm")[0]).content


def test_an_entry_without_link_and_one_without_date(web: httpx.Client) -> None:
    pensions = next(e for e in read(web, "dnipro-en").entries if e.title.startswith("Pensions"))
    assert not pensions.get("link")
    hunger = next(e for e in read(web, "atlantica-world").entries if "hunger" in e.title)
    assert hunger.get("published") is None


def test_dates_bear_the_outlets_own_offset_and_mean_the_same_moment(web: httpx.Client) -> None:
    entry = next(e for e in read(web, "orbita-all").entries if e.title.startswith("Macron, Putin hold"))
    assert entry.published.endswith("+0300")
    assert tuple(entry.published_parsed[:5]) == (2022, 2, 12, 18, 40)


@pytest.mark.parametrize(
    "feed_id", [f for f, feed in FEEDS.items() if "etag" in feed.validators and feed.answer == "feed"]
)
def test_an_unchanged_feed_answers_304_to_its_etag(web: httpx.Client, feed_id: str) -> None:
    first = web.get(FEEDS[feed_id].path)
    again = web.get(FEEDS[feed_id].path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = web.get(FEEDS[feed_id].path, headers={"If-None-Match": '"something-else"'})
    assert (other.status_code, other.content) == (200, first.content)


def test_a_feed_with_last_modified_alone_answers_304_to_it(web: httpx.Client) -> None:
    first = web.get(FEEDS["dnipro-en"].path)
    assert "etag" not in first.headers
    again = web.get(FEEDS["dnipro-en"].path, headers={"If-Modified-Since": first.headers["last-modified"]})
    assert again.status_code == 304


def test_a_feed_without_validators_is_always_sent_whole(web: httpx.Client) -> None:
    first = web.get(FEEDS["flash-news"].path)
    assert "etag" not in first.headers
    assert "last-modified" not in first.headers


def test_the_broadcaster_compresses_on_request_only(web: httpx.Client) -> None:
    assert web.get(FEEDS["atlantica-top"].path).headers.get("content-encoding") == "gzip"
    plain = web.get(FEEDS["atlantica-top"].path, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content.startswith(b"<?xml")


class TestTheClock:
    """What `until` hides, and what changes when it moves on."""

    @pytest.fixture
    def early(self) -> Iterator[Newswire]:
        with Newswire(until=datetime(2022, 2, 12, 16, 30, tzinfo=UTC)) as running:
            yield running

    def entries(self, wire: Newswire, feed_id: str) -> list[Any]:
        return list(feedparser.parse(httpx.get(wire.base_url + FEEDS[feed_id].path).content).entries)

    def test_later_stories_are_in_no_feed_and_their_pages_are_not_there(self, early: Newswire) -> None:
        late = early.catalogue.by_path()
        path = next(p for p, s in late.items() if s.story_id == "meridian/scholz-in-moscow")
        assert httpx.get(early.base_url + path).status_code == 404
        assert not any("Scholz" in e.title and "Moscow" in e.title for e in self.entries(early, "meridian-wire"))
        early.until = datetime(2022, 2, 16, tzinfo=UTC)
        assert httpx.get(early.base_url + path).status_code == 200

    def test_an_edited_title_keeps_its_entry(self, early: Newswire) -> None:
        before = next(e for e in self.entries(early, "atlantica-world") if "Macron on the phone" in e.title)
        etag = httpx.get(early.base_url + FEEDS["atlantica-world"].path).headers["etag"]
        early.until = datetime(2022, 2, 12, 18, 30, tzinfo=UTC)
        after = next(e for e in self.entries(early, "atlantica-world") if e.id == before.id)
        assert after.title == "Macron and Putin spoke for an hour and 40 minutes, Elysee says"
        assert after.link == before.link
        answer = httpx.get(early.base_url + FEEDS["atlantica-world"].path, headers={"If-None-Match": etag})
        assert answer.status_code == 200

    def test_the_page_of_an_edited_story_has_the_new_title(self, early: Newswire) -> None:
        path = next(p for p, s in early.catalogue.by_path().items() if s.story_id == "atlantica/macron-putin-call")
        assert "Macron on the phone" in httpx.get(early.base_url + path).text
        early.until = datetime(2022, 2, 13, tzinfo=UTC)
        assert "<h1" in (page := httpx.get(early.base_url + path).text)
        assert "spoke for an hour and 40 minutes, Elysee says</h1>" in page


def test_feeds_yaml_names_every_feed_with_its_owner() -> None:
    rows = yaml.safe_load(feeds_yaml("http://127.0.0.1:1"))["feeds"]
    assert {row["id"] for row in rows} == set(FEEDS)
    by_id = {row["id"]: row for row in rows}
    assert by_id["harbour-news"]["family"] == by_id["capital-front"]["family"] == "northgate"
    assert all(row["url"].startswith("http://127.0.0.1:1/") for row in rows)
