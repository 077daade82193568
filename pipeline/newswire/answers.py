"""Which answer belongs to which path, at a given moment: pages, feeds, redirects, robots.txt, and the faults."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from pipeline.newswire.catalogue import Catalogue
from pipeline.newswire.model import Fault, Feed, Outlet, Story
from pipeline.newswire.render import render_feed, render_index, render_page

HUGE_BYTES = 30 * 1024 * 1024
_PIECE = 64 * 1024


@dataclass(slots=True)
class Answer:
    """One HTTP answer; a body that is an iterator is sent in chunks and never held whole."""

    status: int
    body: bytes | Iterator[bytes]
    headers: dict[str, str] = field(default_factory=dict)
    gzip: bool = False


class Site:
    """All outlets as they stand at `now`."""

    def __init__(self, catalogue: Catalogue, base_url: str, now: datetime) -> None:
        self._catalogue = catalogue
        self._base_url = base_url
        self._now = now

    def answer(self, target: str, count: int = 1) -> Answer:
        """The answer to GET `target`, asked for the `count`-th time."""
        path = clean(target)
        if path == "/robots.txt":
            return Answer(200, self._robots().encode(), {"Content-Type": "text/plain; charset=utf-8"})
        for outlet in self._catalogue.outlets:
            if path == f"/{outlet.outlet_id}/robots.txt":
                return Answer(200, robots_of(outlet).encode(), {"Content-Type": "text/plain; charset=utf-8"})
            for feed in outlet.feeds:
                if path == feed.path:
                    return self._feed(outlet, feed, count)
        for story in self._catalogue.stories:
            if story.published > self._now:
                continue
            if path == story.moved_from:
                return Answer(301, b"", {"Location": story.path})
            if path in (story.path, story.path + "-back"):
                return self._page(story, path)
        if path == "/":
            return Answer(
                200,
                render_index(self._catalogue, self._base_url, self._now).encode(),
                {"Content-Type": "text/html; charset=utf-8"},
            )
        return _html(404, "<!doctype html><title>404 Not Found</title><h1>Not Found</h1>")

    def _robots(self) -> str:
        rules = [f"Disallow: {prefix}" for outlet in self._catalogue.outlets for prefix in outlet.disallow]
        return "\n".join(
            [
                "# One port stands for many hosts here: these are all outlets' rules together.",
                "User-agent: *",
                *rules,
                "",
            ]
        )

    def _feed(self, outlet: Outlet, feed: Feed, count: int) -> Answer:
        if feed.answer == "not_found":
            return _html(404, "<!doctype html><title>Page not found</title><h1>We could not find that page</h1>")
        if feed.answer == "html":
            return _html(200, "<!doctype html><title>Our feeds have moved</title><p>See our new page of feeds.</p>")
        stories = self._catalogue.in_feed(outlet, feed, self._now)
        body = render_feed(outlet, feed, stories, self._base_url, self._now, count)
        kinds = {"rss": "application/rss+xml", "atom": "application/atom+xml", "rdf": "application/rdf+xml"}
        headers = {"Content-Type": feed.content_type or kinds[feed.format]}
        if "etag" in feed.validators:
            headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if "last_modified" in feed.validators and stories:
            headers["Last-Modified"] = format_datetime(stories[0].published, usegmt=True)
        return Answer(200, body, headers, gzip=outlet.gzip)

    def _page(self, story: Story, path: str) -> Answer:
        match story.fault:
            case Fault.REDIRECT_LOOP:
                there = story.path if path.endswith("-back") else story.path + "-back"
                return Answer(302, b"", {"Location": there})
            case _ if path != story.path:
                return _html(404, "<!doctype html><title>404</title>")
            case Fault.NOT_FOUND:
                return _html(404, "<!doctype html><title>Page not found</title><h1>Page not found</h1>")
            case Fault.GONE:
                return _html(410, "<!doctype html><title>Gone</title><h1>This story has been withdrawn</h1>")
            case Fault.PDF:
                return Answer(200, b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n" + b"0" * 2000, {"Content-Type": "application/pdf"})
            case Fault.HUGE:
                return Answer(200, huge(story), {"Content-Type": "text/html; charset=utf-8"})
        outlet = story.outlet
        related = [s for s in self._catalogue.of(outlet, story.published) if s is not story and not s.amp_of][:5]
        text = render_page(story, related, self._base_url, self._now, self._catalogue)
        kind = "text/html" + (f"; charset={outlet.header_charset}" if outlet.header_charset else "")
        body = text.encode(outlet.encode, errors="xmlcharrefreplace")
        return Answer(200, body, {"Content-Type": kind}, gzip=outlet.gzip)


def clean(target: str) -> str:
    """Path and query as stories are known by: without the feeds' tracking parameters."""
    parts = urlsplit(target)
    query = urlencode([(key, value) for key, value in parse_qsl(parts.query) if not key.startswith("utm_")])
    return f"{parts.path}?{query}" if query else parts.path


def robots_of(outlet: Outlet) -> str:
    """One outlet's robots.txt as it would stand on a host of its own."""
    return "\n".join(["User-agent: *", *(f"Disallow: {prefix}" for prefix in outlet.disallow), ""])


def huge(story: Story) -> Iterator[bytes]:
    """A page of HUGE_BYTES, made piece by piece: an archive dump under an ordinary headline."""
    head = f"<!doctype html><html><head><title>{story.title}</title></head><body><h1>{story.title}</h1><pre>\n"
    yield head.encode()
    row = b"2022-02-12T00:00:00Z position report 47.9021N 37.8010E no change\n"
    piece = (row * (_PIECE // len(row) + 1))[:_PIECE]
    for _ in range(HUGE_BYTES // _PIECE):
        yield piece
    yield b"</pre></body></html>\n"


def _html(status: int, text: str) -> Answer:
    return Answer(status, text.encode(), {"Content-Type": "text/html; charset=utf-8"})
