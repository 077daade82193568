"""Feeds as they come: each format, each kind of damage, and never a crash."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.domain import FeedEntry, Reason
from pipeline.ingest.feedfile import MOST_ENTRIES, ParsedFeed, parse_feed

ITEM = """<item><title>Leaders talk</title><link>https://news.example/a</link><guid>a-1</guid>
<description>They &lt;b&gt;spoke&lt;/b&gt; by phone.</description><author>desk@news.example (Ann Lee)</author>
<pubDate>Sat, 12 Feb 2022 18:40:00 +0300</pubDate></item>"""

FRENCH = ITEM.replace("Leaders", "Élysée")


def rss(items: str = ITEM, head: str = '<?xml version="1.0"?>') -> bytes:
    return f'{head}<rss version="2.0"><channel><title>The Wire</title>{items}</channel></rss>'.encode()


def only(feed: ParsedFeed) -> FeedEntry:
    [entry] = feed.entries
    return entry


def test_an_rss_entry_has_all_its_fields() -> None:
    feed = parse_feed(rss(), "https://news.example/feed")
    assert (feed.format, feed.title, feed.problems, feed.reason) == ("rss20", "The Wire", (), None)
    assert only(feed) == FeedEntry(
        entry_id="https://news.example/a-1",  # a guid is an address unless it says otherwise
        link="https://news.example/a",
        title="Leaders talk",
        summary="They spoke by phone.",
        published=datetime(2022, 2, 12, 15, 40, tzinfo=UTC),
        updated=None,
        author="desk@news.example (Ann Lee)",
    )


def test_an_atom_entry_keeps_published_and_updated_apart() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>W</title><entry><id>tag:x,1</id><title>T</title>
    <link href="https://news.example/a"/><link rel="self" href="https://news.example/api/a"/>
    <updated>2022-02-13T08:00:00Z</updated><author><name>Ann Lee</name></author></entry></feed>"""
    entry = only(parse_feed(body))
    assert (entry.link, entry.published, entry.author) == ("https://news.example/a", None, "Ann Lee")
    assert entry.updated == datetime(2022, 2, 13, 8, 0, tzinfo=UTC)


def test_rdf_with_dublin_core_dates_is_read() -> None:
    body = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>W</title></channel>
    <item rdf:about="https://news.example/a"><title>T</title><link>https://news.example/a</link>
    <dc:date>2022-02-12T18:40:00+02:00</dc:date></item></rdf:RDF>"""
    feed = parse_feed(body)
    # dc:date is the entry's only date; feedparser files it under `updated`.
    assert feed.format == "rss10"
    assert only(feed).updated == datetime(2022, 2, 12, 16, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (rss(FRENCH), None),
        (rss(FRENCH).decode().encode("cp1252"), None),
        (rss(FRENCH, '<?xml version="1.0" encoding="utf-8"?>').decode().encode("cp1252"), None),
        (rss(FRENCH, '<?xml version="1.0" encoding="iso-8859-1"?>'), None),
        (rss(FRENCH).decode().encode("iso-8859-1"), "text/xml; charset=iso-8859-1"),
        (rss(FRENCH), "text/xml; charset=us-ascii"),
        (rss(FRENCH).decode().encode("utf-16"), None),
        (b"\xef\xbb\xbf" + rss(FRENCH), "application/xml; charset=latin-1"),
    ],
    ids=["utf-8 undeclared", "cp1252 undeclared", "cp1252 as utf-8", "utf-8 as latin-1", "by the header",
         "text/xml's ascii", "utf-16", "a byte order mark against the header"],
)  # fmt: skip
def test_the_encoding_is_found_whatever_is_declared(body: bytes, content_type: str | None) -> None:
    assert only(parse_feed(body, None, content_type)).title == "Élysée talk"


def test_a_wrong_declaration_is_a_problem_in_words() -> None:
    body = rss(FRENCH, '<?xml version="1.0" encoding="utf-8"?>').decode().encode("cp1252")
    assert parse_feed(body).problems == ("declared as utf-8, read as cp1252",)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (rss().replace(b"by phone", b"by phone & video &mdash; R&D"), "broken XML: line"),
        (rss().removesuffix(b"</channel></rss>"), "broken XML: line"),
        (rss().replace(b"spoke", b"sp\x0boke"), "control characters dropped"),
        (rss().replace(b"</title><link>", b"</titel><link>"), "broken XML: line"),
    ],
    ids=["bare ampersands", "cut off", "a control character", "a misspelt end tag"],
)
def test_broken_xml_is_read_and_said(body: bytes, problem: str) -> None:
    feed = parse_feed(body)
    assert len(feed.entries) == 1 and feed.reason is None
    assert any(problem in text for text in feed.problems)


def test_what_feedparser_loses_of_broken_xml_is_found_another_way() -> None:
    body = rss(ITEM.replace("Leaders talk</title>", "Leaders &amp; ministers talk &mdash; R&D</titel>") + ITEM)
    assert [entry.title for entry in parse_feed(body).entries] == ["Leaders & ministers talk — R&D", "Leaders talk"]


@pytest.mark.parametrize(
    ("link", "base", "expected"),
    [
        ("/a?x=1#top", "https://news.example/feeds/all", "https://news.example/a?x=1"),
        ("a", "https://news.example/feeds/all", "https://news.example/feeds/a"),
        ("//cdn.example/a", "https://news.example/feed", "https://cdn.example/a"),
        ("https://news.example/a b", None, "https://news.example/a%20b"),
        ("\n  https://news.example/a\n", None, "https://news.example/a"),
        ("javascript:alert(1)", "https://news.example/", None),
        ("data:text/html,x", "https://news.example/", None),
        ("mailto:x@news.example", None, None),
        ("file:///etc/passwd", "https://news.example/", None),
        ("/a", None, None),
    ],
)
def test_a_link_is_made_absolute_or_dropped(link: str, base: str | None, expected: str | None) -> None:
    feed = parse_feed(rss(ITEM.replace("https://news.example/a", link)), base)
    assert only(feed).link == expected
    assert any("no web address" in problem for problem in feed.problems) is (expected is None)


def test_without_an_address_of_its_own_a_feed_is_based_on_its_channel_link() -> None:
    items = "<link>https://news.example/world/</link>" + ITEM.replace("https://news.example/a", "/a")
    assert only(parse_feed(rss(items))).link == "https://news.example/a"


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("Tom &amp;amp; Ann &amp;lt;b&amp;gt;talk&amp;lt;/b&amp;gt;", "Tom & Ann talk"),
        ("<![CDATA[<p>One</p><p>Two <script>x()</script></p>]]>", "One Two"),
        ("<![CDATA[a < b and c > d]]>", "a < b and c > d"),
        ("  spread \n over\t lines ", "spread over lines"),
        ("right\u202eleft\u200b zero", "rightleft zero"),
    ],
)
def test_titles_are_plain_text(markup: str, expected: str) -> None:
    assert only(parse_feed(rss(ITEM.replace("Leaders talk", markup)))).title == expected


def test_a_huge_title_is_cut_at_a_word() -> None:
    title = only(parse_feed(rss(ITEM.replace("Leaders talk", "word " * 50_000)))).title
    assert len(title) <= 500 and title.endswith("word…")


@pytest.mark.parametrize("date", ["", "soon", "0001-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT", "9999-99-99"])
def test_a_nonsense_date_is_none(date: str) -> None:
    feed = parse_feed(rss(ITEM.replace("Sat, 12 Feb 2022 18:40:00 +0300", date)))
    assert only(feed).published is None
    assert bool(date) is any("date" in problem for problem in feed.problems)


def test_entries_without_link_or_id_keep_an_id_that_does_not_change() -> None:
    item = "<item><title>Only a title</title></item>"
    first, second = only(parse_feed(rss(item))), only(parse_feed(rss(item)))
    assert first.entry_id == second.entry_id != ""
    assert parse_feed(rss(item)).problems == ("1 entries without a link",)


def test_an_html_page_is_said_to_be_one_and_its_feeds_are_suggested() -> None:
    page = b"""<!doctype html><html><head><link rel="alternate" type="application/rss+xml" href="/rss.xml">
    <link rel="alternate" hreflang="fr" href="/fr"></head><body>Our feeds have moved</body></html>"""
    feed = parse_feed(page, "https://news.example/feed", "text/html")
    assert feed.reason is Reason.NOT_A_FEED
    assert feed.problems == ("an HTML page, not a feed; it offers https://news.example/rss.xml",)


@pytest.mark.parametrize(
    ("body", "reason", "problem"),
    [
        (b"", Reason.NOT_A_FEED, "empty"),
        (b" \n\0\0", Reason.NOT_A_FEED, "empty"),
        (b"Service unavailable", Reason.NOT_A_FEED, "not XML"),
        (b'{"version": "https://jsonfeed.org/version/1.1"}', Reason.NOT_A_FEED, "no list of items"),
        (b'{"status": 403, "items": []}', Reason.NOT_A_FEED, "not a JSON Feed"),
        (b"<?xml version='1.0'?><opml><body/></opml>", Reason.NOT_A_FEED, "root is <opml>"),
        (b"<rss version='2.0'><channel><title>x &", Reason.BROKEN_FEED, "broken XML"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), Reason.NOT_A_FEED, "not XML"),
    ],
)
def test_what_is_no_feed_has_a_reason(body: bytes, reason: Reason, problem: str) -> None:
    feed = parse_feed(body)
    assert feed.reason is reason and feed.entries == ()
    assert any(problem in text for text in feed.problems)


def test_an_empty_feed_is_still_a_feed() -> None:
    feed = parse_feed(rss(""))
    assert feed.reason is None and feed.problems == ("the feed has no entries",)


def test_an_entity_bomb_does_not_go_off() -> None:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bomb = (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{entities}]>'
        + rss(ITEM.replace("Leaders talk", "&a11;"), "").decode()
    )
    feed = parse_feed(bomb.encode())
    assert len(only(feed).title) < 100 and "entity declarations dropped" in feed.problems


def test_an_external_entity_is_not_read() -> None:
    body = (
        '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>'
        + rss(ITEM.replace("Leaders talk", "&f;"), "").decode()
    )
    assert "hostname" not in repr(parse_feed(body.encode())).replace("&f;", "")
    assert only(parse_feed(body.encode())).title in ("", "&f;", "f")


def test_bytes_that_are_a_file_name_are_not_opened() -> None:
    assert parse_feed(b"/etc/passwd").reason is Reason.NOT_A_FEED


@pytest.mark.parametrize(
    "body",
    [
        rss(ITEM * 20_000),
        rss("<a>" * 30_000),
        b"<!DOCTYPE " * 50_000,
        rss("<![CDATA[" * 50_000),
        b"<rss version='2.0'><channel>" + b"&" * 500_000,
    ],
    ids=["20,000 entries", "nested", "doctypes", "cdata", "ampersands"],
)
def test_an_enormous_feed_does_not_hang(body: bytes) -> None:
    began = time.process_time()
    assert len(parse_feed(body).entries) <= MOST_ENTRIES
    assert time.process_time() - began < 12


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600))
def test_no_bytes_crash_it(body: bytes) -> None:
    feed = parse_feed(body, "https://news.example/feed")
    assert feed.entries or feed.problems


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_damage_to_a_feed_crashes_it(data: st.DataObject) -> None:
    body = bytearray(rss(ITEM * 2))
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(body) - 1))
        body[place : place + data.draw(st.integers(0, 12))] = data.draw(st.binary(max_size=6))
    feed = parse_feed(bytes(body), "https://news.example/feed")
    for entry in feed.entries:
        assert entry.link is None or entry.link.startswith(("http://", "https://"))
        assert entry.published is None or entry.published.tzinfo is not None
        (entry.title + entry.summary + entry.entry_id).encode("utf-8")
