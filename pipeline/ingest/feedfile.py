"""Feeds as they are: RSS 0.9x to 2.0, RDF, Atom, JSON Feed, sitemaps; also broken, wrongly encoded, or none at all."""

from __future__ import annotations

import calendar
import hashlib
import io
import re
import time
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import feedparser

from pipeline.domain import FeedEntry, Reason
from pipeline.ingest.charset import decode
from pipeline.ingest.feedpage import is_page, page_instead
from pipeline.ingest.feedxml import begins, mended, tidy
from pipeline.ingest.jsonfeed import parse_json
from pipeline.ingest.parsedfeed import (
    MOST_BYTES,
    MOST_ENTRIES,
    MOST_PROBLEMS,
    SUMMARY_LENGTH,
    TITLE_LENGTH,
    ParsedFeed,
    no_feed,
)
from pipeline.ingest.sitemap import ROOTS, parse_sitemap
from pipeline.ingest.text import one_line, plain
from pipeline.ingest.urls import join

__all__ = ["MOST_BYTES", "MOST_ENTRIES", "ParsedFeed", "parse_feed"]

_PERIODS = {"hourly": 3600.0, "daily": 86400.0, "weekly": 604800.0, "monthly": 2592000.0, "yearly": 31536000.0}
# News before this is a date gone wrong (epoch 0, year 1, year 0202).
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def parse_feed(body: bytes, url: str | None = None, content_type: str | None = None) -> ParsedFeed:
    """Reads a feed out of any bytes; never raises.

    `url` is what relative links are joined to; `content_type` is the Content-Type header, with its charset if any.
    """
    try:
        return _parse(body, url, content_type)
    except RecursionError:
        return ParsedFeed("", "", (), ("nested too deeply to be read",), Reason.BROKEN_FEED)
    except Exception as error:  # feedparser raises whatever its regular expressions and codecs trip over
        said = f"feedparser failed: {type(error).__name__}: {error}"[:300]
        return ParsedFeed("", "", (), (said,), Reason.BROKEN_FEED)


def _parse(body: bytes, url: str | None, content_type: str | None) -> ParsedFeed:
    problems: list[str] = []
    if body[:2] == b"\x1f\x8b":
        problems.append("compressed with gzip, which its headers should say")
        body = _unzipped(body)
    if len(body) > MOST_BYTES:
        problems.append(f"more than {MOST_BYTES} bytes, of which the first {MOST_BYTES} are read")
        body = body[:MOST_BYTES]
    decoded = decode(body, _charset(content_type))
    start = decoded.text[:4000].lstrip("\ufeff \t\r\n\0")
    if not start and not decoded.text.strip(" \t\r\n\0"):
        return no_feed(*problems, "the document is empty")
    if start.startswith(("{", "[")):
        return _with(problems, parse_json(decoded.text.strip("\ufeff \t\r\n\0"), url))
    # Some servers write their warnings before the feed.
    if not begins(start) and not start.startswith("<"):
        return no_feed(*problems, "not XML: it does not begin with '<'")
    if is_page(start):
        return _with(problems, page_instead(decoded.text, url))
    feed = tidy(decoded)
    if feed.root.rpartition(":")[2] in ROOTS:
        return _with(problems, parse_sitemap(feed.text, feed.root.rpartition(":")[2], url, feed.problems))
    raw = _feedparser(feed.text if feed.sound else mended(feed), url)
    return _read(raw, url, [*problems, *feed.problems], feed.root, sound=feed.sound)


def _unzipped(body: bytes) -> bytes:
    """What of a gzip file can be unpacked, no more than is read at all: a bomb does not go off."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        return unpacker.decompress(body, MOST_BYTES + 1)
    except zlib.error:
        return b""


def _with(problems: list[str], feed: ParsedFeed) -> ParsedFeed:
    said = (*problems, *feed.problems)[:MOST_PROBLEMS]
    return ParsedFeed(feed.format, feed.title, feed.entries, said, feed.reason, feed.asked, feed.parts)


def _read(raw: dict[str, Any], url: str | None, problems: list[str], root: str, *, sound: bool) -> ParsedFeed:
    """feedparser's reading as ours."""
    head: dict[str, Any] = raw.get("feed", {})
    entries = _entries(raw.get("entries", []), url or _absolute(head), problems)
    version = str(raw.get("version") or "")
    reason = None
    if not entries and not version:
        problems.append(f"no RSS, RDF or Atom feed: the document's root is <{root}>")
        reason = Reason.NOT_A_FEED
    elif not entries and not sound:
        reason = Reason.BROKEN_FEED
    elif not entries:
        problems.append("the feed has no entries")
    title = plain(str(dict.get(head, "title") or ""), TITLE_LENGTH)
    return ParsedFeed(version, title, tuple(entries), tuple(problems[:MOST_PROBLEMS]), reason, _asked(head))


def _asked(head: dict[str, Any]) -> tuple[tuple[str, float], ...]:
    """How long the feed wants to be left alone, where it says so in a form that can be read."""
    found = []
    ttl = str(dict.get(head, "ttl") or "").strip()
    if ttl.isascii() and ttl.isdigit():
        found.append(("its ttl", float(ttl[:9]) * 60))
    period = _PERIODS.get(str(dict.get(head, "sy_updateperiod") or "").strip().lower())
    often = str(dict.get(head, "sy_updatefrequency") or "1").strip()
    if period and often.isascii() and often.isdigit() and int(often[:9]):
        found.append(("its sy:updatePeriod", period / int(often[:9])))
    return tuple(found)


def _feedparser(text: str, url: str | None) -> dict[str, Any]:
    headers = {"content-type": "application/xml; charset=utf-8", **({"content-location": url} if url else {})}
    # BytesIO, since feedparser would take bare bytes for a file name first; the text is UTF-8 now, whatever it was.
    parsed: dict[str, Any] = feedparser.parse(
        io.BytesIO(text.encode("utf-8")), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )
    return parsed


def _entries(raw: list[Any], base: str | None, problems: list[str]) -> list[FeedEntry]:
    entries: list[FeedEntry] = []
    bad_links = undated = 0
    for item in raw[:MOST_ENTRIES]:
        entry, bad_link = _entry(item, base)
        if entry is None:
            continue
        entries.append(entry)
        bad_links += bad_link
        undated += entry.published is None and bool(dict.get(item, "published"))
    if bad_links:
        problems.append(f"{bad_links} entries with a link that is no web address")
    without = sum(entry.link is None for entry in entries) - bad_links
    if without:
        problems.append(f"{without} entries without a link")
    if undated:
        problems.append(f"{undated} entries with a date that cannot be read")
    return entries


def _entry(item: Any, base: str | None) -> tuple[FeedEntry | None, bool]:
    """One entry, None if it says nothing at all, and whether its link had to be dropped."""

    def text(key: str) -> str:
        # dict.get, since feedparser's own mapping answers `published` with `updated` and warns.
        value = dict.get(item, key)
        return value if isinstance(value, str) else ""

    given = (text("feedburner_origlink") or text("link")).strip()
    link = join(base, given) if given else None
    title = plain(text("title"), TITLE_LENGTH)
    summary = plain(text("summary") or _content(item), SUMMARY_LENGTH)
    published = _time(dict.get(item, "published_parsed"))
    updated = _time(dict.get(item, "updated_parsed"))
    entry_id = one_line(text("id"), 1000) or link or ""
    if not (entry_id or title or summary):
        return None, False
    if not entry_id:
        entry_id = hashlib.sha256(f"{title}\n{summary}\n{published}".encode()).hexdigest()[:32]
    author = plain(text("author"), 200) or None
    return FeedEntry(entry_id, link, title, summary, published, updated, author), bool(given) and link is None


def _content(item: Any) -> str:
    content = dict.get(item, "content")
    if isinstance(content, list) and content and isinstance(content[0], Mapping):
        return str(content[0].get("value") or "")
    return ""


def _time(parsed: object) -> datetime | None:
    if not isinstance(parsed, time.struct_time):
        return None
    try:
        moment = datetime.fromtimestamp(calendar.timegm(parsed), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if _EARLIEST <= moment < _LATEST else None


def _absolute(head: dict[str, Any]) -> str | None:
    """The feed's own address by its own word, where the caller knows none."""
    links = dict.get(head, "links") or []
    own = [str(link.get("href", "")) for link in links if isinstance(link, Mapping) and link.get("rel") == "self"]
    for candidate in [*own, str(dict.get(head, "link") or "")]:
        if candidate and join(None, candidate):
            return candidate
    return None


def _charset(content_type: str | None) -> str | None:
    found = re.search(r"""charset\s*=\s*["']?([^\s"';]+)""", content_type or "", re.IGNORECASE)
    return found[1] if found else None
