"""JSON Feed, sitemaps, compressed feeds, and damage that feedparser alone does not get over."""

from __future__ import annotations

import gzip
import importlib.util
import json
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest

from pipeline.domain import FeedEntry, Reason
from pipeline.ingest.feedfile import MOST_ENTRIES, parse_feed
from pipeline.settings import ROOT

URL = "https://news.example/feeds/all"
AT = datetime(2022, 2, 12, 18, 40, tzinfo=UTC)
ITEM = "<item><title>Talks {n}</title><link>https://news.example/{n}</link></item>"


def rss(inside: str, root: str = '<rss version="2.0">') -> bytes:
    return f"{root}<channel><title>W</title>{inside}</channel></rss>".encode()


def titles(body: bytes) -> list[str]:
    return [entry.title for entry in parse_feed(body, URL).entries]


def json_feed(*items: Any, version: str = "https://jsonfeed.org/version/1.1") -> bytes:
    return json.dumps({"version": version, "title": "The Wire", "items": items}).encode()


def test_a_json_feed_entry_has_all_its_fields() -> None:
    item = {
        "id": "a-1",
        "url": "/a",
        "title": "Leaders <b>talk</b>",
        "content_html": "<p>They spoke.</p>",
        "date_published": "2022-02-12T20:40:00+02:00",
        "date_modified": "2022-02-12T18:40:00Z",
        "authors": [{"name": "Ann Lee"}, {"name": "Bo Chen"}],
    }
    feed = parse_feed(json_feed(item), URL)
    assert (feed.format, feed.title, feed.reason, feed.problems) == ("json11", "The Wire", None, ())
    assert feed.entries == (
        FeedEntry("a-1", "https://news.example/a", "Leaders talk", "They spoke.", AT, AT, "Ann Lee, Bo Chen"),
    )


def test_a_json_feed_of_version_1_has_one_author_and_may_have_numbers_for_ids() -> None:
    feed = parse_feed(
        json_feed({"id": 7, "title": "T", "author": {"name": "Ann Lee"}}, version="https://jsonfeed.org/version/1")
    )
    assert feed.format == "json1"
    assert (feed.entries[0].entry_id, feed.entries[0].author, feed.entries[0].link) == ("7", "Ann Lee", None)


@pytest.mark.parametrize("date", ["soon", "", 5, None, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-10:00", "1" * 99])
def test_nonsense_in_a_json_feed_is_none(date: object) -> None:
    entry = {"id": ["x"], "url": {"a": 1}, "title": "T", "authors": "me", "date_published": date}
    [found] = parse_feed(json_feed(entry, "text", None, 5), URL).entries
    assert (found.title, found.link, found.published, found.author) == ("T", None, None, None)


SITEMAP = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://news.example/a</loc><lastmod>2022-02-13</lastmod><news:news>
<news:publication><news:name>The Wire</news:name><news:language>en</news:language></news:publication>
<news:publication_date>2022-02-12T18:40:00Z</news:publication_date><news:title>Leaders &amp; talks</news:title>
</news:news></url><url><loc>javascript:x</loc></url></urlset>"""


def test_a_news_sitemap_is_a_feed() -> None:
    feed = parse_feed(SITEMAP.encode(), URL)
    assert (feed.format, feed.title, feed.reason) == ("newssitemap", "The Wire", None)
    link = "https://news.example/a"
    day = datetime(2022, 2, 13, tzinfo=UTC)
    assert feed.entries == (FeedEntry(link, link, "Leaders & talks", "", AT, day, None),)


@pytest.mark.parametrize(
    "damage",
    [lambda s: s[:-60], lambda s: s.replace(' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"', "")],
)
def test_a_broken_news_sitemap_is_read(damage: Callable[[str], str]) -> None:
    assert titles(damage(SITEMAP).encode()) == ["Leaders & talks"]


def test_an_index_names_its_parts_news_and_the_newest_first() -> None:
    parts = [
        ("archive-1", "2022-02-13"),
        ("news-1", "2022-02-11"),
        ("news-2", "2022-02-12"),
        *[(f"old-{n}", "2020-01-01") for n in range(9)],
    ]
    body = "".join(f"<sitemap><loc>/{name}.xml</loc><lastmod>{day}</lastmod></sitemap>" for name, day in parts)
    feed = parse_feed(
        f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{body}</sitemapindex>'.encode(), URL
    )
    assert [part.rpartition("/")[2] for part in feed.parts[:3]] == ["news-2.xml", "news-1.xml", "archive-1.xml"]
    assert len(feed.parts) == 5 and feed.reason is None and "12 sitemaps" in feed.problems[0]


def test_gzip_bytes_are_unpacked_and_a_bomb_is_not() -> None:
    assert titles(gzip.compress(rss(ITEM.format(n=1)))) == ["Talks 1"]
    assert parse_feed(gzip.compress(b"\0" * 50_000_000)).reason is Reason.NOT_A_FEED
    assert parse_feed(b"\x1f\x8bnonsense").reason is Reason.NOT_A_FEED


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<item><title>A & B</titel><link>https://n.test/1</link></item>" + ITEM.format(n=2), ["A & B", "Talks 2"]),
        ("<item><title>A</b></title><link>https://n.test/1</link></item>" + ITEM.format(n=2), ["A", "Talks 2"]),
        ("<item><title>A</title>" + ITEM.format(n=2), ["A", "Talks 2"]),
        ("<item<title>A</title></item>" + ITEM.format(n=2), ["A", "Talks 2"]),
        ("<item><title>A &nbsp; &mdash; B &bogus;</title></item>", ["A — B &bogus;"]),
        ("<item><title>5 < 6</title></item>" + ITEM.format(n=2), ["5 < 6", "Talks 2"]),
        ("<item><title><![CDATA[A</title></item>" + ITEM.format(n=2), ["A", "Talks 2"]),
        ("<item><title>A&#146;s</title><dc:date>x</dc:date></item>", ["A’s"]),
        ("<item><title>A</title><description><![CDATA[x & <item> y]]></description></item>&", ["A"]),
        ("<item><title>A</title><link>https://n.test/1</li", ["A"]),
        ("</b>" + ITEM.format(n=1) + "</channel>" + ITEM.format(n=2), ["Talks 1", "Talks 2"]),
    ],
    ids=["misspelt end", "stray end", "no end", "no bracket", "entities", "a bare angle", "open cdata",
         "a cp1252 reference", "an entry's name in text", "cut off", "ends too early"],
)  # fmt: skip
def test_damage_to_one_entry_spoils_no_other(inside: str, expected: list[str]) -> None:
    assert titles(rss(inside)) == expected


@pytest.mark.parametrize(
    "junk", [b"<br />\n<b>Warning</b>: x in /srv/y.php\n", b"\xef\xbb\xbf\xef\xbb\xbf", b"\n\n \t", b"oops "]
)
def test_what_stands_before_a_feed_is_dropped(junk: bytes) -> None:
    assert titles(junk + rss(ITEM.format(n=1), '<?xml version="1.0"?><rss version="2.0">')) == ["Talks 1"]


def test_undeclared_namespaces_mean_what_they_usually_do() -> None:
    [entry] = parse_feed(rss("<item><title>A</title><dc:creator>Ann Lee</dc:creator><x:y>1</x:y></item>"), URL).entries
    assert (entry.title, entry.author) == ("A", "Ann Lee")


@pytest.mark.parametrize("opening", ['<rss version="2.0">', '<rss version="2.0"><!-- & -->'], ids=["sound", "broken"])
def test_of_a_long_feed_the_first_entries_are_read(opening: str) -> None:
    found = titles(rss("".join(ITEM.format(n=n) for n in range(MOST_ENTRIES + 50)), opening))
    assert (len(found), found[0], found[-1]) == (MOST_ENTRIES, "Talks 0", f"Talks {MOST_ENTRIES - 1}")


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_feeds", ROOT / "bench" / "feeds.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_feeds"] = module
    spec.loader.exec_module(module)
    return module


def test_sound_feeds_of_every_format_are_read_as_feedparser_does(bench: ModuleType) -> None:
    for name, text in bench.SOUND.items():
        ours = [(e.title, e.link or "") for e in parse_feed(text.encode(), bench.URL).entries]
        assert (name, ours) == (name, bench.told(bench.alone(text.encode())))


def test_hundreds_of_damaged_feeds_are_read_without_a_crash_and_nearly_whole(bench: ModuleType) -> None:
    chance = random.Random(7)
    ours = theirs = 0
    for _ in range(150):
        body = chance.choice(list(bench.SOUND.values())).encode()
        for _ in range(chance.randrange(1, 4)):
            body = chance.choice(list(bench.DAMAGES.values()))(body, chance)
        feed = parse_feed(body, URL)
        assert feed.reason is not Reason.BROKEN_FEED or not any("feedparser failed" in p for p in feed.problems)
        ours += len(feed.entries)
        theirs += len(bench.told(bench.alone(body)))
    assert ours > theirs


def test_documents_that_mean_harm_end_within_two_seconds(bench: ModuleType) -> None:
    for name, make in bench.hostile().items():
        if "50 MB" in name:
            continue
        body = make()
        began = time.process_time()
        feed = parse_feed(body, URL)
        assert (name, time.process_time() - began < 2) == (name, True)
        assert feed.entries or feed.problems, name
