"""OPML in and out, and rows added to a feeds.yaml that a person keeps."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest

from pipeline.ingest.feedsconfig import FeedRow, FeedsError, load_rows
from pipeline.ingest.feedsfile import append_rows
from pipeline.ingest.opml import OpmlError, new_id, read_opml, write_opml
from pipeline.settings import ROOT

NOW = datetime(2022, 2, 12, tzinfo=UTC)
FOREIGN = """<?xml version="1.0" encoding="UTF-8"?><opml version="1.0"><head><title>My feeds</title></head><body>
<outline text="News"><outline text="Deep">
<outline title="The Wïre &amp; Co" xmlurl="https://a.example/feed" type="rss"/></outline>
<outline text="The Wire & Co" xmlUrl="https://b.example/feed"/></outline>
<outline text="A folder"/><outline text="Local" xmlUrl="file:///etc/passwd"/>
<outline text="Twice" xmlUrl="https://a.example/feed"/><outline text="Known" xmlUrl="https://known.example/"/></body></opml>"""
KNOWN = FeedRow(id="known", url="https://known.example/", outlet="Known")


def test_all_bundled_feeds_survive_export_and_import() -> None:
    rows = load_rows(ROOT / "config" / "feeds.yaml")
    assert {row.id for row in read_opml(write_opml(rows, NOW)).rows} == {row.id for row in rows}
    back = {row.id: row for row in read_opml(write_opml(rows, NOW)).rows}
    assert [back[row.id] for row in rows] == rows


def test_another_readers_list_brings_what_it_knows_and_says_what_it_leaves_out() -> None:
    found = read_opml(FOREIGN.encode(), [KNOWN])
    assert [(row.id, row.outlet, row.url) for row in found.rows] == [
        ("the-wire-co", "The Wïre & Co", "https://a.example/feed"),
        ("the-wire-co-2", "The Wire & Co", "https://b.example/feed"),
    ]
    assert [line.partition(": ")[0] for line in found.left_out] == [
        "file:///etc/passwd",
        "https://a.example/feed",
        "https://known.example/",
    ]


def test_what_is_exported_is_opml_to_others() -> None:
    told = feedparser.parse(write_opml([KNOWN], NOW))
    assert not told.bozo and b'xmlUrl="https://known.example/"' in write_opml([KNOWN], NOW)


@pytest.mark.parametrize("body", [b"", b"feeds: []", b"<rss/>", b"\x00\xff", b'<!DOCTYPE x [<!ENTITY a "b">]><html/>'])
def test_what_is_no_opml_is_said(body: bytes) -> None:
    with pytest.raises(OpmlError, match="not"):
        read_opml(body)


def test_ids_are_made_of_names_and_never_taken_twice() -> None:
    assert new_id("Élysée – Actualités", "https://x.example/", []) == "elysee-actualites"
    assert new_id("", "https://www.x.example/feed", ["www-x-example"]) == "www-x-example-2"
    assert new_id("人民日报", "https://x.example/", []) == "feed"


def test_rows_are_added_below_and_comments_stay(tmp_path: Path) -> None:
    file = tmp_path / "feeds.yaml"
    file.write_text("# mine\nfeeds:\n- {id: a, url: 'https://a.example/', outlet: A}  # careful", encoding="utf-8")
    append_rows(file, [KNOWN.model_copy(update={"enabled": False, "country": "GBR"})], "From x.opml")
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# mine\nfeeds:\n- {id: a, url: 'https://a.example/', outlet: A}  # careful\n")
    assert "# From x.opml\n- {id: known, url: 'https://known.example/', outlet: Known, country: GBR" in text
    assert [(row.id, row.enabled) for row in load_rows(file)] == [("a", True), ("known", False)]


def test_a_file_that_would_not_be_valid_is_not_written(tmp_path: Path) -> None:
    file = tmp_path / "feeds.yaml"
    append_rows(file, [KNOWN], "x")
    before = file.read_bytes()
    with pytest.raises(FeedsError, match="is taken"):
        append_rows(file, [KNOWN.model_copy(update={"url": "https://other.example/"})], "x")
    assert file.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["feeds.yaml"]
