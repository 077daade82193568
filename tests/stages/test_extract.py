"""From the newswire's pages to articles in a real warehouse, held to the truth that stands beside each page."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from pipeline.domain import Stage
from pipeline.newswire import Newswire
from pipeline.newswire.truth import load_truth
from pipeline.stages import extract, fetch, poll
from pipeline.stages.context import StageContext
from pipeline.warehouse.queue import claim


def rows(context: StageContext, sql: str) -> list[tuple[Any, ...]]:
    with context.connection() as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


@pytest.fixture
def fetched(context: StageContext) -> StageContext:
    poll.run(context)
    fetch.run(context)
    return context


def test_every_story_ends_as_its_truth_says(fetched: StageContext, wire: Newswire) -> None:
    extract.run(fetched)
    truth = load_truth()
    paths = {s.link: s.story_id for s in wire.catalogue.stories}
    found = rows(fetched, "SELECT url, stage, reason FROM staging.item")
    fates: dict[str, str] = {}
    for url, stage, reason in found:
        path = url.removeprefix(wire.base_url)
        story = paths.get(path) or paths[path.partition("?utm")[0].partition("&utm")[0]]
        fates[story] = "article" if stage == "extracted" else reason
    wrong = {s: (fate, truth.stories[s].fates) for s, fate in fates.items() if fate not in truth.stories[s].fates}
    assert not wrong
    missing = [s.story_id for s in truth.stories.values() if s.feeds and s.story_id not in fates]
    assert {truth.stories[s].fate for s in missing} <= {"no_link"}
    for story in truth.stories.values():
        if story.same_as:
            assert sorted([fates[story.story_id], fates[story.same_as]]) == ["article", "duplicate"]


def test_each_article_has_its_title_its_date_and_its_outlets_name(fetched: StageContext, wire: Newswire) -> None:
    extract.run(fetched)
    stories = {wire.base_url + s.path: s for s in wire.catalogue.stories}
    articles = rows(fetched, "SELECT url, title, published_at, language FROM core.article")
    assert len(articles) > 60
    for url, title, published, language in articles:
        story = stories[url]
        assert title == story.title_at(wire.catalogue.stories[-1].published)
        assert language == "en"
        if story.page_date or story.feed_date:
            # An AMP copy goes by the address of its original, and whichever comes first gives the article its time.
            copies = [s.published for s in wire.catalogue.stories if s.amp_of == story.story_id]
            assert published in (story.published, *copies), story.story_id
        else:
            assert published is None


def test_a_second_run_finds_nothing_to_do(fetched: StageContext) -> None:
    first = extract.run(fetched)
    assert first.taken == first.done + sum(first.refused.values()) and first.left == 0
    assert extract.run(fetched).taken == 0


def test_a_duplicate_says_of_which_article(fetched: StageContext) -> None:
    assert extract.run(fetched).refused["duplicate"] >= 1
    details = rows(fetched, "SELECT detail FROM staging.item WHERE reason = 'duplicate'")
    assert all("same" in detail and "http" in detail for (detail,) in details)


def test_items_of_a_worker_that_died_are_taken_up_by_the_next(fetched: StageContext) -> None:
    total = rows(fetched, "SELECT count(*) FROM staging.item WHERE stage = 'fetched'")[0][0]
    with fetched.connection() as dying:
        claim(dying, Stage.FETCHED, 10, 900)
    assert extract.run(fetched).taken == total


def test_one_item_is_extracted_the_same_whatever_the_batch(fetched: StageContext) -> None:
    fetched.settings.batch_size = 7
    result = extract.run(fetched, limit=20)
    assert result.taken == 20
    counted = Counter(stage for (stage,) in rows(fetched, "SELECT stage FROM staging.item"))
    assert counted["fetched"] == result.left
