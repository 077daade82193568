"""Fetching the newswire's pages into a real warehouse: each page or its reason, nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.domain import FeedEntry, FeedSource, Page, Stage
from pipeline.ingest.client import Client
from pipeline.newswire import Newswire
from pipeline.newswire.truth import load_truth
from pipeline.stages import fetch, poll
from pipeline.stages.context import StageContext
from pipeline.warehouse.feeds import add_entries, sync_feeds
from pipeline.warehouse.pages import load_page
from pipeline.warehouse.queue import claim, waiting

WIRE_REASONS = {
    "http_gone", "http_not_found", "too_large", "too_many_redirects", "robots_disallowed", "unsupported_content_type",
}  # fmt: skip


def rows(context: StageContext, sql: str) -> list[tuple[Any, ...]]:
    with context.connection() as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def put(context: StageContext, *urls: str) -> None:
    """Items to fetch at these addresses."""
    with context.connection() as connection:
        sync_feeds(connection, [FeedSource("f", "http://f.example/", "F", "f")], context.now())
        entries = [(url, FeedEntry(url, url, "Title")) for url in urls]
        add_entries(connection, "f", entries, context.now())


def test_every_page_ends_as_its_truth_says(context: StageContext) -> None:
    poll.run(context)
    result = fetch.run(context)
    fates = {s.path: s for s in load_truth().stories.values()}
    expected = Counter(s.fate for s in fates.values() if s.fate in WIRE_REASONS and s.feeds)
    assert result.refused == dict(expected) and set(expected) == WIRE_REASONS
    assert result.done == result.taken - sum(expected.values())
    assert result.left == 0
    kept = rows(context, "SELECT stage, count(*) FROM staging.item GROUP BY 1")
    assert dict(kept) == {"fetched": result.done, "refused": sum(expected.values())}


def test_a_second_run_finds_nothing_to_do(context: StageContext, wire: Newswire) -> None:
    poll.run(context)
    fetch.run(context)
    wire.hits.clear()
    assert fetch.run(context).taken == 0
    assert not wire.hits


def test_the_body_is_kept_byte_for_byte(context: StageContext, wire: Newswire) -> None:
    story = next(s for s in wire.catalogue.stories if load_truth().stories[s.story_id].is_article)
    url = wire.base_url + story.path
    put(context, url)
    fetch.run(context)
    item_id = rows(context, "SELECT item_id FROM staging.item")[0][0]
    with context.connection() as connection:
        page = load_page(connection, item_id)

    async def again() -> Page:
        async with Client(context.settings) as client:
            return await client.fetch(url)

    assert page.body == asyncio.run(again()).body != b""


def test_a_limit_leaves_the_rest_waiting(context: StageContext) -> None:
    poll.run(context)
    result = fetch.run(context, limit=7)
    assert result.taken == 7
    with context.connection() as connection:
        assert result.left == waiting(connection, Stage.DISCOVERED) > 0


def test_a_server_that_is_down_is_tried_in_later_runs_and_then_given_up(context: StageContext) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    context.settings.allow_loopback_port = port
    put(context, f"http://127.0.0.1:{port}/a")
    for attempt in (1, 2):
        result = fetch.run(context)
        assert (result.taken, result.done, result.refused, result.left) == (1, 0, {}, 1)
        assert rows(context, "SELECT attempts, losses FROM staging.item") == [(attempt, 0)]
    result = fetch.run(context)
    assert result.refused == {"connect_failed": 1} and result.left == 0
    [(reason, detail)] = rows(context, "SELECT reason, detail FROM staging.item")
    assert reason == "connect_failed" and detail


def test_a_page_that_is_gone_is_not_tried_again(context: StageContext, wire: Newswire) -> None:
    put(context, wire.base_url + "/nowhere")
    assert fetch.run(context).refused == {"http_not_found": 1}


def test_an_item_that_cannot_be_saved_fails_alone(
    context: StageContext, wire: Newswire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one place where a fault is put in by hand: nothing real makes the warehouse refuse a page."""
    good, bad = (wire.base_url + s.path for s in wire.catalogue.stories[:2])
    put(context, good, bad)
    save = fetch.save_page

    def fragile(connection: Any, item_id: int, page: Page) -> None:
        save(connection, item_id, page)
        if page.url == bad:
            raise ValueError("this page cannot be saved")

    monkeypatch.setattr(fetch, "save_page", fragile)
    result = fetch.run(context)
    assert (result.taken, result.done, result.left) == (2, 1, 1)
    assert rows(context, "SELECT attempts, detail FROM staging.item WHERE stage = 'discovered'") == [
        (1, "ValueError: this page cannot be saved")
    ]
    fetch.run(context)
    assert fetch.run(context).refused == {"retries_exhausted": 1}
    assert len(rows(context, "SELECT 1 FROM staging.page")) == 1


def test_what_another_worker_holds_is_not_fetched_twice(context: StageContext, wire: Newswire) -> None:
    urls = [wire.base_url + s.path for s in wire.catalogue.stories[:4]]
    put(context, *urls)
    with context.connection() as other:
        held = claim(other, Stage.DISCOVERED, 2, 900)
        assert fetch.run(context).taken == 2
        assert sum(wire.hits[u.removeprefix(wire.base_url)] for u in urls) == 2
    assert len(held) == 2
    assert fetch.run(context).taken == 2  # their worker is gone


def test_the_page_is_dated_by_the_installations_clock(context: StageContext, wire: Newswire) -> None:
    put(context, wire.base_url + wire.catalogue.stories[0].path)
    fetch.run(context)
    assert rows(context, "SELECT fetched_at FROM staging.page") == [(datetime(2022, 2, 16, 6, 0, tzinfo=UTC),)]
