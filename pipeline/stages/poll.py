"""Stage poll: asks each feed that is due for its entries, and notes the new ones as items to fetch."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipeline.domain import FeedEntry, FeedSource, Page, Reason, StageResult
from pipeline.ingest.client import Client
from pipeline.ingest.feedfile import ParsedFeed, parse_feed
from pipeline.ingest.feedsconfig import load_feeds
from pipeline.ingest.identity import url_key
from pipeline.stages.context import StageContext
from pipeline.stages.tally import Tally
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.feeds import FeedState, PollRecord, add_entries, feed_states, record_poll, sync_feeds

log = logging.getLogger("hotline.poll")

# A clock may be a little ahead, a newspaper in Auckland a day; what claims to be from later has a wrong date.
_FUTURE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one feed answered, read; `parsed` is None where there was nothing to read."""

    source: FeedSource
    page: Page
    parsed: ParsedFeed | None
    seconds: float

    @property
    def reason(self) -> Reason | None:
        return self.page.reason or (self.parsed.reason if self.parsed else None)


def run(context: StageContext, limit: int | None = None) -> StageResult:
    """Poll the feeds of the configuration that are due, `limit` of them at most.

    A feed that fails is noted with its reason and left alone for a while; it never fails the stage. Raises FeedsError
    where the configuration itself is wrong.
    """
    sources = load_feeds(context.settings.feeds_file)
    tally = Tally("poll")
    with context.connection() as connection:
        sync_feeds(connection, sources, context.now())
        connection.commit()
        states = feed_states(connection)
        connection.commit()
        due = [s for s in sources if is_due(states[s.feed_id], context.now())][:limit]
        tally.taken = len(due)
        asyncio.run(_poll(context, connection, due, states, tally))
    return tally.result(left=0)


def is_due(state: FeedState, now: datetime) -> bool:
    """Whether the pause after earlier failures is over."""
    return state.next_poll_at is None or state.next_poll_at <= now


async def _poll(
    context: StageContext,
    connection: Connection,
    due: list[FeedSource],
    states: dict[str, FeedState],
    tally: Tally,
) -> None:
    async with Client(context.settings) as client:
        asked = [asyncio.create_task(_ask(client, source, states[source.feed_id])) for source in due]
        try:
            # In the order of the file, not of the answers: which feed an item is first seen in must not be a race.
            for answered in asked:
                _note(context, connection, await answered, states, tally)
        finally:
            for task in asked:
                task.cancel()


async def _ask(client: Client, source: FeedSource, state: FeedState) -> Answer:
    began = time.monotonic()
    page = await client.fetch(source.url, etag=state.etag, last_modified=state.last_modified, kind="feed")
    parsed = None
    if page.reason is None and not page.not_modified:
        header = f"{page.content_type}; charset={page.charset}" if page.charset else page.content_type
        # In a thread, so that a long feed does not hold up the deadlines of the others.
        parsed = await asyncio.to_thread(parse_feed, page.body, page.final_url, header)
    return Answer(source, page, parsed, time.monotonic() - began)


def _note(
    context: StageContext, connection: Connection, answer: Answer, states: dict[str, FeedState], tally: Tally
) -> None:
    """One transaction: the feed's new items, and how the poll went."""
    now = context.now()
    reason = answer.reason
    new_items = 0
    problems = list(answer.parsed.problems) if answer.parsed else []
    entries = answer.parsed.entries if answer.parsed else ()
    detail = answer.page.detail or ("; ".join(problems)[:500] if reason else None)
    try:
        if reason is None and entries:
            new_items = add_entries(connection, answer.source.feed_id, list(keyed(entries, now)), now)
    except Exception as error:
        if connection.closed:
            raise
        connection.rollback()
        reason, detail = Reason.INTERNAL_ERROR, f"{type(error).__name__}: {error}"[:500]
    state = states[answer.source.feed_id]
    kept = answer.page.not_modified
    record_poll(
        connection,
        PollRecord(
            feed_id=answer.source.feed_id,
            polled_at=now,
            seconds=round(answer.seconds, 3),
            status=answer.page.status,
            reason=reason,
            detail=detail,
            not_modified=answer.page.not_modified,
            entries=len(entries),
            new_items=new_items,
            etag=answer.page.etag or (state.etag if kept else None),
            last_modified=answer.page.last_modified or (state.last_modified if kept else None),
            problems=tuple(problems),
        ),
    )
    connection.commit()
    if reason is None:
        tally.done += 1
    else:
        tally.refuse(reason)
        log.warning("feed %s: %s: %s (%s)", answer.source.feed_id, reason, detail, answer.source.url)


def keyed(entries: tuple[FeedEntry, ...], now: datetime) -> Iterator[tuple[str, FeedEntry]]:
    """Entries with a link and their identity. An undated one has its update's date; a date yet to come is none."""
    for entry in entries:
        if entry.link is None:
            continue
        published = entry.published or entry.updated
        if published is not None and published > now + _FUTURE:
            published = None
        yield url_key(entry.link), replace(entry, published=published)
