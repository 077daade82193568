"""Feeds and calendars, read back by those who read them in life."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import feedparser
import icalendar
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from pipeline.domain import DatePrecision, Mode, Status
from pipeline.exports import feeds, words
from pipeline.exports.calendar import ics
from pipeline.ingest.feedfile import parse_feed
from pipeline.warehouse.extracts import Source, ToldContact
from tests.exports.conftest import TOLD, A, B

Told = Callable[..., ToldContact]
TITLE = "Emmanuel Macron (FRA) and Vladimir Putin (RUS): phone call"


@pytest.mark.parametrize(
    ("make", "content_type", "format"),
    [
        (feeds.rss, "application/rss+xml", "rss20"),
        (feeds.atom, "application/atom+xml", "atom10"),
        (feeds.json_feed, "application/feed+json", "json11"),
    ],
)
def test_each_format_is_read_back_as_it_was_meant(
    told: Told, make: Callable[..., bytes], content_type: str, format: str
) -> None:
    denied = told(contact_id=B, status=Status.DENIED, participants=told().participants[:1])
    body = make([told(), denied], "http://localhost:8080/leader-contacts")
    read = parse_feed(body, "http://localhost/contacts", content_type)
    assert (read.format, read.reason, read.problems) == (format, None, ())
    first, second = read.entries
    assert (first.entry_id, first.title) == (f"urn:uuid:{A}", TITLE)
    assert first.link == "http://news.test/1?a=1&b=2"
    assert first.published == told().first_reported_at
    assert second.title == "Denied: Emmanuel Macron (FRA): phone call"
    assert make([told(), denied], "http://localhost:8080/leader-contacts") == body, "no clock is read"


@pytest.mark.parametrize("make", [feeds.rss, feeds.atom])
def test_hostile_words_stay_words(told: Told, make: Callable[..., bytes]) -> None:
    read = feedparser.parse(make([told()]), sanitize_html=False)
    assert not read.bozo
    entry = read.entries[0]
    content = entry.content[0].value if "content" in entry else entry.summary
    assert "&lt;script&gt;alert(1)&lt;/script&gt; ]]&gt; &amp; evil" in content
    assert "<script" not in content
    assert "javascript:" not in content, "Run me is told without its address"
    assert "Run me (Herald)" in content
    assert "<blockquote>Macron spoke &amp; Putin &lt;listened&gt;</blockquote>" in content


def test_json_feed_has_the_facts_as_data_and_both_kinds_of_text(told: Told) -> None:
    feed = json.loads(feeds.json_feed([told()]))
    (item,) = feed["items"]
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert item["_hotline"]["participants"][0]["wikidata_id"] == "Q3052772"
    assert (item["_hotline"]["occurred_on"], item["_hotline"]["duration_minutes"]) == ("2022-02-12", 100)
    assert item["tags"] == ["deescalation_talks"]
    assert "<script" not in item["content_html"]
    assert "How long: 100 minutes" in item["content_text"]


@pytest.mark.parametrize("make", [feeds.rss, feeds.atom, feeds.json_feed])
def test_no_contacts_are_a_feed_too(make: Callable[..., bytes]) -> None:
    assert parse_feed(make([]), "http://localhost/", None).reason is None


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "http://a b", "//x", "http://[", None, ""])
def test_only_web_addresses_are_linked(told: Told, url: str | None) -> None:
    contact = told(sources=(Source(url or "", "T", "O", None, ""),))
    assert words.main_link(contact) is None
    assert "href" not in words.as_html(contact)


@given(st.text(max_size=60))
@example("a\rBEGIN:VEVENT\r\nUID:x\u2028\x85\x00")
@settings(max_examples=60, deadline=None)
def test_any_text_whatever_keeps_feeds_and_calendars_readable(text: str) -> None:
    contact = replace(TOLD, location=text, mode=Mode.VISIT, sources=(Source("http://n.test/", text, text, None, text),))
    for make in (feeds.rss, feeds.atom):
        etree.fromstring(make([contact]))
    body = ics([contact])
    assert b"\r" not in body.replace(b"\r\n", b""), "a bare carriage return ends a line for some"
    calendar = icalendar.Calendar.from_ical(body)
    (event,) = calendar.walk("VEVENT")
    assert str(event["uid"]) == f"{A}@hotline"
    assert not event.errors


# calendars


def events(*contacts: ToldContact) -> list[icalendar.Event]:
    calendar = icalendar.Calendar.from_ical(ics(list(contacts)))
    assert calendar["version"] == "2.0"
    assert not any(component.errors for component in calendar.walk())
    return list(calendar.walk("VEVENT"))


def test_a_contact_is_an_event_of_its_day_that_takes_nobodys_time(told: Told) -> None:
    (event,) = events(told(location="Élysée; Paris, \\ 1"))
    assert (event["uid"], event["sequence"], event["status"], event["transp"]) == (
        f"{A}@hotline", 0, "CONFIRMED", "TRANSPARENT",
    )  # fmt: skip
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2022, 2, 12), date(2022, 2, 13))
    assert (event["summary"], event["location"]) == (TITLE, "Élysée; Paris, \\ 1")
    assert event["url"] == "http://news.test/1?a=1&b=2"
    assert "evil" in event["description"]
    assert "\x0b" not in event["description"]


@pytest.mark.parametrize(
    ("status", "gone", "expected"),
    [
        (Status.OCCURRED, False, "CONFIRMED"),
        (Status.ONGOING, False, "CONFIRMED"),
        (Status.PLANNED, False, "TENTATIVE"),
        (Status.PROPOSED, False, "TENTATIVE"),
        (Status.CANCELLED, False, "CANCELLED"),
        (Status.DENIED, False, "CANCELLED"),
        (Status.OCCURRED, True, "CANCELLED"),
    ],
)
def test_status_is_told_to_the_calendar(told: Told, status: Status, gone: bool, expected: str) -> None:
    (event,) = events(told(status=status, gone=gone))
    assert event["status"] == expected


def test_a_change_keeps_the_event_and_raises_its_sequence(told: Told) -> None:
    before = told(status=Status.PLANNED)
    after = replace(before, status=Status.OCCURRED, changes=1, updated_at=before.updated_at + timedelta(days=1))
    (old,), (new,) = events(before), events(after)
    assert old["uid"] == new["uid"]
    assert (old["sequence"], new["sequence"]) == (0, 1)
    assert old["dtstamp"].dt < new["dtstamp"].dt


@pytest.mark.parametrize(
    ("precision", "day", "last"),
    [
        (DatePrecision.WEEK, date(2022, 2, 7), date(2022, 2, 14)),
        (DatePrecision.MONTH, date(2022, 2, 1), date(2022, 3, 1)),
        (DatePrecision.MONTH, date(2024, 12, 1), date(2025, 1, 1)),
    ],
)
def test_a_week_or_month_lasts_that_long(told: Told, precision: DatePrecision, day: date, last: date) -> None:
    (event,) = events(told(occurred_on=day, date_precision=precision, mode=Mode.VISIT))
    assert event["dtend"].dt == last


def test_a_contact_without_a_day_has_no_place_in_a_calendar(told: Told) -> None:
    assert events(told(occurred_on=None, date_precision=None)) == []
