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
from pipeline.ingest.freshness import fresh_for, retry_after
from pipeline.ingest.identity import url_key
from pipeline.ingest.rhythm import UNKNOWN, Wait, next_wait, usual_gap, words
from pipeline.settings import Settings
from pipeline.stages.context import StageContext
from pipeline.stages.tally import Tally
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.feeds import FeedState, PollRecord, Told, feed_states, record_poll, sync_feeds, tell
from pipeline.warehouse.feedwatch import watch_feed

log = logging.getLogger("hotline.poll")

# A clock may be a little ahead, a newspaper in Auckland a day; what claims to be from later has a wrong date.
_FUTURE = timedelta(days=1)
# A server that says "come back in a year" is asked again all the same.
_LONGEST_RETRY = timedelta(days=7)


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
    """Poll the feeds of the configuration that are due, `limit` of them at most, those that waited longest first.

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
        frozen = context.settings.as_of is not None
        due = [s for s in sources if is_due(states[s.feed_id], context.now(), frozen)]
        if limit is not None and limit < len(due):
            # Else a limit would starve the feeds at the end of the file.
            due = sorted(due, key=lambda s: _moment(states[s.feed_id].last_polled_at))[:limit]
        tally.taken = len(due)
        asyncio.run(_poll(context, connection, due, states, tally))
    return tally.result(left=0)


def is_due(state: FeedState, now: datetime, frozen: bool = False) -> bool:
    """Whether the feed has been left alone long enough. Under a `frozen` clock no time passes between two runs, so a
    feed that answered well at this very moment is due again."""
    if state.paused_until is not None and state.paused_until > now:
        return False
    if state.next_poll_at is None or state.next_poll_at <= now:
        return True
    return frozen and state.last_polled_at == now and state.failures == 0


def _moment(when: datetime | None) -> float:
    return when.timestamp() if when else 0.0


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
    parsed = await _read(page)
    if parsed is not None and parsed.parts:
        parsed = await _read_parts(client, parsed)
        # The index may stay as it is while its parts change: next time it is asked for as a whole.
        page = replace(page, etag=None, last_modified=None)
    return Answer(source, page, parsed, time.monotonic() - began)


async def _read(page: Page) -> ParsedFeed | None:
    if page.reason is not None or page.not_modified:
        return None
    header = f"{page.content_type}; charset={page.charset}" if page.charset else page.content_type
    # In a thread, so that a long feed does not hold up the deadlines of the others.
    return await asyncio.to_thread(parse_feed, page.body, page.final_url, header)


async def _read_parts(client: Client, index: ParsedFeed) -> ParsedFeed:
    """The entries of a sitemap index's parts, one level deep. Without any readable part it has their reason."""
    entries: list[FeedEntry] = []
    problems = list(index.problems)
    reasons: list[Reason] = []
    for url in index.parts:
        page = await client.fetch(url, kind="feed")
        part = await _read(page)
        reason = page.reason or (part.reason if part else None)
        if part is not None and part.parts:
            problems.append(f"{url}: an index within an index, which is not followed")
        elif reason is None and part is not None:
            entries += part.entries
        else:
            reasons.append(reason or Reason.NOT_A_FEED)
            problems.append(f"{url}: {reason}: {page.detail or '; '.join(part.problems if part else ())}"[:300])
    reason = reasons[0] if reasons and len(reasons) == len(index.parts) else None
    return replace(index, entries=tuple(entries), problems=tuple(problems), reason=reason)


def _note(
    context: StageContext, connection: Connection, answer: Answer, states: dict[str, FeedState], tally: Tally
) -> None:
    """One transaction: the feed's new items, and how the poll went."""
    now = context.now()
    page, parsed, state = answer.page, answer.parsed, states[answer.source.feed_id]
    reason = answer.reason
    told = Told()
    problems = list(parsed.problems) if parsed else []
    entries = parsed.entries if parsed else ()
    detail = page.detail or ("; ".join(problems)[:500] if reason else None)
    try:
        if reason is None and entries:
            told = tell(connection, answer.source.feed_id, list(keyed(entries, now)), now)
    except Exception as error:
        if connection.closed:
            raise
        connection.rollback()
        reason, detail = Reason.INTERNAL_ERROR, f"{type(error).__name__}: {error}"[:500]
    wait = wait_after(answer, state, now, context.settings) if reason is None else _asked_for(page, now)
    kept = page.not_modified
    record_poll(
        connection,
        PollRecord(
            feed_id=answer.source.feed_id,
            polled_at=now,
            seconds=round(answer.seconds, 3),
            status=page.status,
            reason=reason,
            detail=detail,
            not_modified=page.not_modified,
            entries=len(entries),
            new_items=told.new_items,
            etag=page.etag or (state.etag if kept else None),
            last_modified=page.last_modified or (state.last_modified if kept else None),
            problems=tuple(problems),
            wait=wait.time,
            wait_why=wait.why,
            moved_to=page.moved_to,
            news=told.new_here > 0,
        ),
    )
    settings = context.settings
    silence = timedelta(seconds=settings.feed_silence)
    watch_feed(connection, answer.source.feed_id, now, settings.feed_alert_after, silence)
    connection.commit()
    if reason is None:
        tally.done += 1
    else:
        tally.refuse(reason)
        log.warning("feed %s: %s: %s (%s)", answer.source.feed_id, reason, detail, answer.source.url)
    if page.moved_to and reason is None:
        log.info("feed %s has moved for good: write %s into its row", answer.source.feed_id, page.moved_to)


def wait_after(answer: Answer, state: FeedState, now: datetime, settings: Settings) -> Wait:
    """How long to leave a feed alone that answered well."""
    least, most = timedelta(seconds=settings.poll_min_wait), timedelta(seconds=settings.poll_max_wait)
    told = fresh_for(answer.page.headers)
    if answer.parsed is None:
        # "Not modified" shows no entries: its wait stays, unless the cache is good for longer.
        before = state.wait or UNKNOWN
        longer = min(timedelta(seconds=told or 0.0), most)
        if longer <= before:
            return Wait(before, "as before: nothing has changed")
        return Wait(longer, f"its Cache-Control says {words(longer)}")
    moments = [moment for entry in answer.parsed.entries if (moment := entry.published or entry.updated)]
    asked = [("its Cache-Control", told), *answer.parsed.asked]
    return next_wait(answer.source.feed_id, usual_gap(moments, now), asked, least, most)


def _asked_for(page: Page, now: datetime) -> Wait:
    """How long the server of a failed poll wants to be left alone; the pause after failures may be longer."""
    seconds = min(retry_after(page.headers, now) or 0.0, _LONGEST_RETRY.total_seconds())
    return Wait(timedelta(seconds=seconds), "Retry-After")


def keyed(entries: tuple[FeedEntry, ...], now: datetime) -> Iterator[tuple[str, FeedEntry]]:
    """Entries with a link and their identity. An undated one has its update's date; a date yet to come is none."""
    for entry in entries:
        if entry.link is None:
            continue
        published = entry.published or entry.updated
        if published is not None and published > now + _FUTURE:
            published = None
        yield url_key(entry.link), replace(entry, published=published)
