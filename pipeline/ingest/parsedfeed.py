"""A feed as read, in whatever format it came."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.domain import FeedEntry, Reason

# What one reading takes of a feed. All bound the time as well: a thousand entries take about half a second.
MOST_BYTES = 5_000_000
MOST_ENTRIES = 1_000
TITLE_LENGTH = 500
SUMMARY_LENGTH = 5_000
MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed as read. `format` is feedparser's name ("rss20", "atom10", "rss10"), "json1", "json11", "newssitemap",
    "sitemap" or "sitemapindex", or "" for no feed.

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


def no_feed(*problems: str) -> ParsedFeed:
    """What is no feed at all, in words."""
    return ParsedFeed("", "", (), problems, Reason.NOT_A_FEED)
