"""What is served in a feed's place: an HTML page, which is said to be one, with the feeds that it offers."""

from __future__ import annotations

import re

from lxml import etree

from pipeline.ingest.feedxml import PROLOG
from pipeline.ingest.parsedfeed import ParsedFeed, no_feed
from pipeline.ingest.urls import join

FEED_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/json",
        "text/xml",
        "application/xml",
    }
)
_HTML = re.compile(r"<(!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_COMMENTS = re.compile(r"^(?:\s*<!--.*?-->)+", re.DOTALL)


def is_page(text: str) -> bool:
    """Whether the text begins as an HTML page does."""
    start = PROLOG.sub("", text[:4000], count=1).lstrip()
    return _HTML.match(_COMMENTS.sub("", start).lstrip()) is not None


def page_instead(text: str, url: str | None) -> ParsedFeed:
    """The page as no feed, with the feeds of its `<link rel="alternate">` suggested."""
    found = [join(url, href) or href for href in alternates(text)]
    advice = f"; it offers {', '.join(dict.fromkeys(found[:5]))}" if found else ""
    return no_feed(f"an HTML page, not a feed{advice}")


def alternates(text: str) -> list[str]:
    """The addresses of the feeds that a page offers, as it writes them."""
    try:
        tree = etree.fromstring(text[:300_000], etree.HTMLParser(recover=True, no_network=True))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return []
    if tree is None:
        return []
    return [
        link.get("href", "").strip()
        for link in tree.iter("link")
        if link.get("href", "").strip()
        and "alternate" in (link.get("rel") or "").lower().split()
        and (link.get("type") or "").lower().partition(";")[0].strip() in FEED_TYPES
        and not link.get("hreflang")
    ]
