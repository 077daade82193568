"""News sitemaps (<news:news>), plain sitemaps with dates, and sitemap indexes (sitemaps.org)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

from lxml import etree

from pipeline.domain import FeedEntry, Reason
from pipeline.ingest.jsonfeed import rfc3339
from pipeline.ingest.parsedfeed import MOST_ENTRIES, TITLE_LENGTH, ParsedFeed
from pipeline.ingest.text import plain
from pipeline.ingest.urls import join

ROOTS = frozenset({"urlset", "sitemapindex"})
# Of an index: the newest parts, those first that are named for news.
MOST_PARTS = 5
INDEX = "sitemapindex"


def parse_sitemap(text: str, root: str, url: str | None, problems: list[str]) -> ParsedFeed:
    """A sitemap as a feed: its pages are entries. An index has no entries but `parts` to read."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    tree = etree.fromstring(text.encode("utf-8"), parser)
    if tree is None:
        return ParsedFeed(root, "", (), (*problems, "nothing in it can be read"), Reason.BROKEN_FEED)
    if root == INDEX:
        return _index(tree, url, problems)
    entries: list[FeedEntry] = []
    news = False
    for place in _children(tree, "url"):
        if len(entries) == MOST_ENTRIES:
            problems.append(f"more than {MOST_ENTRIES} pages, of which the first {MOST_ENTRIES} are read")
            break
        link = join(url, _said(place, "loc"))
        told = next(_children(place, "news"), None)
        news = news or told is not None
        if link is None:
            continue
        title = plain(_said(told, "title"), TITLE_LENGTH) if told is not None else ""
        published = _moment(_said(told, "publication_date")) if told is not None else None
        entries.append(FeedEntry(link, link, title, "", published, _moment(_said(place, "lastmod")), None))
    if not entries:
        problems.append("the sitemap has no pages")
    elif not news:
        problems.append("a plain sitemap, not a news sitemap: its pages have no titles")
    return ParsedFeed("newssitemap" if news else "sitemap", _publication(tree), tuple(entries), tuple(problems))


def _index(tree: etree._Element, url: str | None, problems: list[str]) -> ParsedFeed:
    found: list[tuple[bool, str, int, str]] = []
    for place in _children(tree, "sitemap"):
        link = join(url, _said(place, "loc"))
        if link is not None:
            changed = _said(place, "lastmod")
            found.append(("news" in urlsplit(link).path.lower(), changed, -len(found), link))
    if not found:
        return ParsedFeed(INDEX, "", (), (*problems, "the index names no sitemaps"), Reason.BROKEN_FEED)
    if len(found) > MOST_PARTS:
        problems.append(f"an index of {len(found)} sitemaps, of which {MOST_PARTS} are read, news and the newest first")
    parts = tuple(link for *_, link in sorted(found, reverse=True)[:MOST_PARTS])
    return ParsedFeed(INDEX, "", (), tuple(problems), parts=parts)


def _publication(tree: etree._Element) -> str:
    name = next((e for e in tree.iter() if isinstance(e.tag, str) and e.tag.rpartition("}")[2] == "name"), None)
    return plain((name.text if name is not None else None) or "", TITLE_LENGTH)


def _children(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    for child in parent:
        # Namespaces vary and are forgotten; comments have no tag.
        if isinstance(child.tag, str) and child.tag.rpartition("}")[2].rpartition(":")[2] == name:
            yield child


def _said(parent: etree._Element, name: str) -> str:
    child = next(_children(parent, name), None)
    return (child.text or "").strip() if child is not None else ""


def _moment(text: str) -> datetime | None:
    """W3C's dates: a whole RFC 3339 time, or one that stops at the day or the minute."""
    return rfc3339(text) if len(text) >= 10 else None
