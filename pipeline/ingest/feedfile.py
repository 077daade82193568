"""Feeds as they are: RSS 0.9x to 2.0, RDF and Atom, also broken, wrongly encoded, or not feeds at all."""

from __future__ import annotations

import calendar
import hashlib
import html
import io
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import feedparser
from bs4 import BeautifulSoup
from lxml import etree

from pipeline.domain import FeedEntry, Reason
from pipeline.ingest.charset import Decoded, decode
from pipeline.ingest.text import one_line, plain, xml_safe
from pipeline.ingest.urls import join

# Both bound the time as well: the parser for broken XML takes about a second for 2,000 entries.
MOST_BYTES = 5_000_000
MOST_ENTRIES = 2_000
TITLE_LENGTH = 500
SUMMARY_LENGTH = 5_000
MOST_PROBLEMS = 20

_PROLOG = re.compile(r"^\s*<\?xml[^>]*\?>")
_DTD = re.compile(r"<!(?=(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST)\b)", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]{0,300}(\[[^\]]*\]\s*)?>", re.IGNORECASE)
_ENTRY = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]")
_HTML = re.compile(r"<(!doctype html|html|head|body)\b", re.IGNORECASE)
_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_BARE_AMPERSAND = re.compile(r"&(?!#?\w{1,10};)")
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z]\w{1,9};")
_PERIODS = {"hourly": 3600.0, "daily": 86400.0, "weekly": 604800.0, "monthly": 2592000.0, "yearly": 31536000.0}
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml")
# News before this is a date gone wrong (epoch 0, year 1, year 0202).
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed as read. `format` is feedparser's name ("rss20", "atom10", "rss10") or "" for no feed.

    `problems` are in words, for the person who looks after the feed; `reason` is set only where nothing could be read.
    `asked` is how long it wants to be left alone: (where it says so, seconds). `parts` are the sitemaps of an index.
    """

    format: str
    title: str
    entries: tuple[FeedEntry, ...]
    problems: tuple[str, ...] = ()
    reason: Reason | None = None
    asked: tuple[tuple[str, float], ...] = ()
    parts: tuple[str, ...] = ()


def parse_feed(body: bytes, url: str | None = None, content_type: str | None = None) -> ParsedFeed:
    """Reads a feed out of any bytes; never raises.

    `url` is what relative links are joined to; `content_type` is the Content-Type header, with its charset if any.
    """
    try:
        return _parse(body, url, content_type)
    except RecursionError:
        return ParsedFeed("", "", (), ("nested too deeply to be read",), Reason.BROKEN_FEED)
    except Exception as error:  # feedparser raises whatever its regular expressions and codecs trip over
        return ParsedFeed(
            "", "", (), (f"feedparser failed: {type(error).__name__}: {error}"[:300],), Reason.BROKEN_FEED
        )


def _parse(body: bytes, url: str | None, content_type: str | None) -> ParsedFeed:
    problems: list[str] = []
    if len(body) > MOST_BYTES:
        problems.append(f"{len(body)} bytes, of which the first {MOST_BYTES} are read")
        body = body[:MOST_BYTES]
    decoded = decode(body, _charset(content_type))
    if not decoded.text.strip(" \t\r\n\0"):
        return ParsedFeed("", "", (), ("the document is empty",), Reason.NOT_A_FEED)
    text = _tidy(decoded, problems)
    no_feed = _not_a_feed(text, url)
    if no_feed:
        return ParsedFeed("", "", (), (*problems, no_feed), Reason.NOT_A_FEED)
    raw = _feedparser(text, url)
    if raw.get("bozo") and _told(raw) < len(_ENTRY.findall(text)):
        # feedparser's parser for broken XML lost some; libxml2's way of mending tags may find more.
        mended = _feedparser(_mended(text), url)
        if _told(mended) > _told(raw):
            raw = {**mended, "bozo": True, "bozo_exception": raw.get("bozo_exception")}
    if raw.get("bozo") and raw.get("bozo_exception") is not None:
        problems.append(f"broken XML: {_words(raw['bozo_exception'])}")
    head: dict[str, Any] = raw.get("feed", {})
    base = url or _absolute(head)
    entries = _entries(raw.get("entries", []), base, problems)
    version = str(raw.get("version") or "")
    reason = None
    if not entries and not version:
        root = _ROOT.search(_PROLOG.sub("", text))
        problems.append(f"no RSS, RDF or Atom feed: the document's root is <{root[1] if root else '?'}>")
        reason = Reason.NOT_A_FEED
    elif not entries and raw.get("bozo"):
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


def _mended(text: str) -> str:
    text = _NAMED.sub(lambda named: html.unescape(named[0]), _BARE_AMPERSAND.sub("&amp;", text))
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    tree = etree.fromstring(text.encode("utf-8"), parser)
    return etree.tostring(tree, encoding="unicode") if tree is not None else ""


def _told(raw: dict[str, Any]) -> int:
    """Entries that say something."""
    return sum(bool(dict.get(e, "title") or dict.get(e, "link")) for e in raw.get("entries", []))


def _tidy(decoded: Decoded, problems: list[str]) -> str:
    """The text with a prolog that tells the truth, without forbidden characters and without a DTD (entity bombs)."""
    if decoded.declared and not _compatible(decoded):
        problems.append(f"declared as {decoded.declared}, read as {decoded.charset}")
    replaced = decoded.text.count("\ufffd")
    if replaced:
        problems.append(f"{replaced} characters could not be decoded")
    text, dropped = xml_safe(decoded.text)
    if dropped:
        problems.append(f"{dropped} control characters dropped, which XML forbids")
    text = _PROLOG.sub("", text, count=1).lstrip()
    if _DTD.search(text):
        if "<!ENTITY" in text:
            problems.append("entity declarations dropped")
        # feedparser's own search for a DOCTYPE is quadratic in their number, so none is left.
        text = text if _HTML.match(text) else _DTD.sub("", _DOCTYPE.sub("", text[:65536], count=1) + text[65536:])
    return _first_entries(text, problems)


def _first_entries(text: str, problems: list[str]) -> str:
    for number, found in enumerate(_ENTRY.finditer(text)):
        if number == MOST_ENTRIES:
            problems.append(f"more than {MOST_ENTRIES} entries, of which the first {MOST_ENTRIES} are read")
            return text[: found.start()]
    return text


def _compatible(decoded: Decoded) -> bool:
    if decoded.declared == decoded.charset or decoded.text.isascii():
        return True
    return decoded.charset == "cp1252" and decoded.declared == "iso8859-1"


def _not_a_feed(text: str, url: str | None) -> str | None:
    """In words why this is no feed at all, where its first bytes show that; an HTML page's own feeds are suggested."""
    start = _PROLOG.sub("", text[:2000], count=1).lstrip()
    if start.startswith("{"):
        return "a JSON document, not an RSS, RDF or Atom feed"
    if not start.startswith("<"):
        return "not XML: it does not begin with '<'"
    start = re.sub(r"^(\s*<!--.*?-->)+", "", start, flags=re.DOTALL).lstrip()
    if not _HTML.match(start):
        return None
    found = [join(url, str(link.get("href", ""))) or str(link.get("href", "")) for link in _alternates(text)]
    advice = f"; it offers {', '.join(dict.fromkeys(found[:5]))}" if found else ""
    return f"an HTML page, not a feed{advice}"


def _alternates(text: str) -> list[Any]:
    soup = BeautifulSoup(text[:500_000], "lxml")
    return [
        link
        for link in soup.find_all("link", href=True)
        if "alternate" in (link.get("rel") or []) and str(link.get("type", "")).lower() in _FEED_TYPES
    ]


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


def _words(error: object) -> str:
    if hasattr(error, "getMessage") and hasattr(error, "getLineNumber"):
        return f"line {error.getLineNumber()}: {error.getMessage()}"
    return str(error)[:200]
