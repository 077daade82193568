"""Asking feeds once, to see whether they are what a person believes they are."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pipeline.domain import Reason
from pipeline.ingest.client import Client
from pipeline.ingest.feedfile import parse_feed
from pipeline.ingest.parsedfeed import ParsedFeed
from pipeline.settings import Settings

# What says that this machine has no network rather than that a feed is wrong.
OFFLINE = frozenset({Reason.DNS_FAILED, Reason.CONNECT_FAILED})


@dataclass(frozen=True, slots=True)
class Look:
    """What a feed answered: `feed` is set where it could be read, `reason` and `detail` where it could not."""

    url: str
    feed: ParsedFeed | None
    reason: Reason | None
    detail: str
    moved_to: str | None = None

    @property
    def good(self) -> bool:
        return self.reason is None


def look_at(settings: Settings, urls: Sequence[str]) -> list[Look]:
    """Fetch and read each, politely, in order. Nothing is kept, also not in the archive."""
    return asyncio.run(_look_at(settings.model_copy(update={"archive_days": 0}), urls))


async def _look_at(settings: Settings, urls: Sequence[str]) -> list[Look]:
    async with Client(settings) as client:
        return list(await asyncio.gather(*(_look(client, url) for url in urls)))


async def _look(client: Client, url: str) -> Look:
    page = await client.fetch(url, kind="feed")
    if page.reason is not None:
        return Look(url, None, page.reason, page.detail or "", page.moved_to)
    header = f"{page.content_type}; charset={page.charset}" if page.charset else page.content_type
    feed = await asyncio.to_thread(parse_feed, page.body, page.final_url, header)
    if feed.parts:
        first = await client.fetch(feed.parts[0], kind="feed")
        part = parse_feed(first.body, first.final_url, first.content_type) if first.reason is None else None
        if part is None or part.reason is not None:
            return Look(url, None, first.reason or Reason.NOT_A_FEED, f"its part {feed.parts[0]}", page.moved_to)
        feed = replace(feed, entries=part.entries)
    if feed.reason is not None:
        return Look(url, None, feed.reason, "; ".join(feed.problems), page.moved_to)
    return Look(url, feed, None, "; ".join(feed.problems), page.moved_to)


def in_short(feed: ParsedFeed) -> str:
    """A feed in two lines, for a person who is to judge it: its form, its newest entry, and what is wrong with it."""
    dated = [entry for entry in feed.entries if entry.published]
    newest = max(dated, key=lambda entry: entry.published or _NEVER, default=None)
    if newest is not None and newest.published is not None:
        last = f"the newest of {newest.published.astimezone(UTC):%Y-%m-%d %H:%M} UTC, {newest.title[:80]!r}"
    else:
        last = "none of them dated" if feed.entries else "so there is nothing to judge it by"
    faults = f"\nRead around its faults: {'; '.join(feed.problems)}" if feed.problems and feed.entries else ""
    return f"{feed.format} {feed.title[:80]!r}, {len(feed.entries)} entries, {last}.{faults}"


def what_to_do(look: Look) -> str:
    """The next step of a person whose feed could not be read."""
    if "it offers" in look.detail:
        return "add the address that the page offers."
    return _MENDS.get(look.reason or Reason.NOT_A_FEED, "try again later; --unchecked adds it all the same.")


_NEVER = datetime.min.replace(tzinfo=UTC)
_PAGE = "look on the outlet's site for its feed (often /feed, /rss or /rss.xml), and add that address."
_MENDS = {
    Reason.NOT_A_FEED: _PAGE,
    Reason.BROKEN_FEED: _PAGE,
    Reason.HTTP_NOT_FOUND: _PAGE,
    Reason.HTTP_GONE: _PAGE,
    Reason.BAD_URL: "write the whole address, such as https://news.example/rss.xml.",
    Reason.UNSUPPORTED_SCHEME: "write an address that begins with https:// or http://.",
    Reason.FORBIDDEN_ADDRESS: "nothing: private addresses are never asked, so that no feed can reach into the network.",
    Reason.DNS_FAILED: "check the spelling of the host. Where there is no network, --unchecked adds it all the same.",
    Reason.TLS_FAILED: "its certificate cannot be trusted, so neither can its news: tell the outlet, or wait until it"
    " is renewed. For a certificate of your own house, SSL_CERT_FILE names its issuer.",
    Reason.HTTP_FORBIDDEN: "it turns programs away: name yourself in HOTLINE_USER_AGENT, or ask the outlet.",
}
