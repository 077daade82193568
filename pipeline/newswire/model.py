"""The newswire's own nouns: outlets, their feeds, and the stories they print."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo


class Fault(StrEnum):
    """What a URL answers instead of an honest article page."""

    CONSENT = "consent"
    CAPTCHA = "captcha"
    HUGE = "huge"
    PAYWALL = "paywall"
    REDIRECT_LOOP = "redirect_loop"
    NOT_FOUND = "not_found"
    GONE = "gone"
    SOFT_NOT_FOUND = "soft_not_found"
    NO_TEXT = "no_text"
    SCRIPT = "script"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed of an outlet. `encode` is the codec of the bytes, `declare` what the XML prolog claims."""

    feed_id: str
    path: str
    format: str = "rss"
    sections: tuple[str, ...] = ()
    declare: str = "utf-8"
    encode: str = "utf-8"
    validators: tuple[str, ...] = ("etag", "last_modified")
    volatile_guids: bool = False
    relative_links: bool = False
    tracking: str = ""
    broken: bool = False
    answer: str = "feed"
    content_type: str | None = None
    problems: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Outlet:
    """One fictional newsroom: who owns it, how its pages look, which feeds it has."""

    outlet_id: str
    name: str
    family: str
    country: str
    timezone: str
    kind: str
    template: str
    path: str
    sections: tuple[str, ...]
    feeds: tuple[Feed, ...]
    language: str = "en"
    strapline: str = ""
    meta_charset: str | None = "utf-8"
    header_charset: str | None = "utf-8"
    encode: str = "utf-8"
    gzip: bool = False
    disallow: tuple[str, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a body: `p`, `h2`, `quote`, `figure` (a caption) or `post` (time | heading of live news)."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """A later title of a story, in the feed and on the page, from `at` on."""

    at: datetime
    title: str


@dataclass(frozen=True, slots=True)
class Story:
    """One URL of an outlet with everything that page and feed say. `truth` is the author's own reading of it."""

    story_id: str
    outlet: Outlet
    slug: str
    number: int
    path: str
    title: str
    summary: str
    published: datetime
    section: str
    blocks: tuple[Block, ...]
    byline: str | None = None
    language: str = "en"
    fault: Fault | None = None
    edits: tuple[Edit, ...] = ()
    feed_titles: dict[str, str] = field(default_factory=dict)
    feeds: tuple[str, ...] = ()
    moved_from: str | None = None
    amp_of: str | None = None
    page_date: bool = True
    feed_date: bool = True
    linked: bool = True
    truth: dict[str, Any] = field(default_factory=dict)

    @property
    def link(self) -> str:
        """The path that feeds point to: the old address where the page has moved."""
        return self.moved_from or self.path

    def title_at(self, now: datetime, feed_id: str | None = None) -> str:
        """The title as printed at `now`, in the given feed or on the page."""
        if feed_id in self.feed_titles:
            return self.feed_titles[feed_id]
        title = self.title
        for edit in self.edits:
            if edit.at <= now:
                title = edit.title
        return title
