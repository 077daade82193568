"""Asking feeds once, to see whether they are what a person believes they are."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

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
