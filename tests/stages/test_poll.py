"""Polling the newswire's feeds, good and bad, into a real warehouse."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipeline.domain import FeedEntry, Stage
from pipeline.ingest.feedsconfig import FeedsError
from pipeline.newswire import Newswire
from pipeline.newswire.catalogue import NOW
from pipeline.newswire.truth import load_truth
from pipeline.stages import poll
from pipeline.stages.context import StageContext
from pipeline.warehouse.queue import waiting


def rows(context: StageContext, sql: str) -> list[tuple[Any, ...]]:
    with context.connection() as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def at(context: StageContext, now: datetime) -> StageContext:
    return replace(context, settings=context.settings.model_copy(update={"as_of": now}))


def test_every_feed_ends_as_its_truth_says(context: StageContext) -> None:
    result = poll.run(context)
    truth = load_truth().feeds
    polls = {
        r[0]: r[1:] for r in rows(context, "SELECT feed_id, reason, status, entries, problems FROM staging.feed_poll")
    }
    assert set(polls) == set(truth)
    for feed_id, feed in truth.items():
        reason, _, entries, problems = polls[feed_id]
        assert (feed_id, reason) == (feed_id, feed.reason)
        if feed.reason is None:
            assert (feed_id, entries) == (feed_id, len(feed.stories))
        if "XML" in " ".join(feed.problems) or "windows-1252" in " ".join(feed.problems):
            assert problems, feed_id
    bad = [feed for feed in truth.values() if feed.reason]
    assert (result.taken, result.done) == (len(truth), len(truth) - len(bad))
    assert sum(result.refused.values()) == len(bad) >= 2


def test_each_linked_story_becomes_one_item_whatever_feeds_list_it(context: StageContext) -> None:
    poll.run(context)
    told = {s for feed in load_truth().feeds.values() for s in feed.stories}
    linked = [s for s in told if load_truth().stories[s].fate != "no_link"]
    with context.connection() as connection:
        assert waiting(connection, Stage.DISCOVERED) == len(linked)


def test_asking_again_brings_nothing_new_and_costs_little(context: StageContext, wire: Newswire) -> None:
    poll.run(context)
    before = rows(context, "SELECT count(*) FROM staging.item")
    wire.hits.clear()
    again = poll.run(context)
    assert rows(context, "SELECT count(*) FROM staging.item") == before
    second = rows(
        context,
        "SELECT not_modified, new_items, reason FROM staging.feed_poll ORDER BY poll_id DESC LIMIT " + str(again.taken),
    )
    assert any(not_modified for not_modified, _, _ in second)
    assert all(new == 0 and reason is None for _, new, reason in second)


def test_a_feed_that_failed_is_left_alone_for_a_while_and_then_asked_again(context: StageContext) -> None:
    first = poll.run(context)
    bad = sum(first.refused.values())
    assert poll.run(context).taken == first.taken - bad
    # The newswire's good feeds tell little a day: they are asked again later.
    assert poll.run(at(context, NOW + timedelta(hours=2))).taken == bad
    assert poll.run(at(context, NOW + timedelta(hours=9))).taken == first.taken


def test_news_that_comes_later_is_new_later(context: StageContext, wire: Newswire) -> None:
    wire.until = datetime(2022, 2, 10, 6, 0, tzinfo=UTC)
    poll.run(context)
    early = rows(context, "SELECT count(*) FROM staging.item")[0][0]
    wire.until = None
    poll.run(context)
    late = rows(context, "SELECT count(*) FROM staging.item")[0][0]
    assert 0 < early < late


def test_an_edited_title_and_a_changed_guid_are_sightings_not_items(context: StageContext, wire: Newswire) -> None:
    poll.run(context)
    items = rows(context, "SELECT count(*) FROM staging.item")
    sightings = rows(context, "SELECT count(*) FROM staging.sighting")[0][0]
    poll.run(context)  # one outlet makes new GUIDs at every request
    assert rows(context, "SELECT count(*) FROM staging.item") == items
    assert rows(context, "SELECT count(*) FROM staging.sighting")[0][0] > sightings


def test_a_limit_is_kept(context: StageContext) -> None:
    assert poll.run(context, limit=3).taken == 3


def test_a_mistake_in_the_feeds_file_stops_the_stage_with_its_place(context: StageContext) -> None:
    context.settings.feeds_file.write_text(
        "feeds:\n  - {id: a, url: 'ftp://x.example/', outlet: A}\n", encoding="utf-8"
    )
    with pytest.raises(FeedsError, match=r"feeds.yaml: feed 1 \(a\): url: .*http"):
        poll.run(context)


def test_a_server_that_is_down_fails_its_feeds_alone(context: StageContext, wire: Newswire) -> None:
    text = context.settings.feeds_file.read_text(encoding="utf-8")
    extra = "\n- {id: gone, url: 'http://127.0.0.1:9/feed', outlet: Gone, family: gone}\n"
    context.settings.feeds_file.write_text(text.rstrip() + extra, encoding="utf-8")
    result = poll.run(context)
    assert result.refused["forbidden_address"] == 1
    assert result.done > 5


def test_an_entry_dated_in_the_future_or_only_updated_gets_a_date_that_can_be() -> None:
    now = datetime(2022, 2, 12, 12, 0, tzinfo=UTC)
    updated = FeedEntry("a", "http://x.example/a", "A", updated=now)
    later = FeedEntry("b", "http://x.example/b", "B", published=now + timedelta(days=30))
    unlinked = FeedEntry("c", None, "C", published=now)
    entries = dict(poll.keyed((updated, later, unlinked), now))
    assert {key: entry.published for key, entry in entries.items()} == {"x.example/a": now, "x.example/b": None}
