"""Stage extract: reads the article out of each fetched page, or says why the page holds none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from pipeline.domain import Page, Reason, Stage, StageResult
from pipeline.ingest.extract import Extracted, Hint, extract
from pipeline.ingest.identity import article_url, url_key
from pipeline.ingest.revision import no_revision
from pipeline.stages.context import StageContext
from pipeline.stages.drain import drain
from pipeline.stages.families import recognise
from pipeline.stages.liveposts import head_of, settle_posts
from pipeline.warehouse.articles import ArticleRecord, duplicate_of, printed_before, save_article
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.pages import drop_body, load_page_and_origin, settle_again
from pipeline.warehouse.queue import QueueItem, advance, refuse
from pipeline.warehouse.revisions import article_of, has_reading, revise_article, take_over, wording_of
from pipeline.warehouse.revisits import plan_revisits, start_anew

# Older news does not change any more; its pages are not looked at again.
STILL_NEWS = timedelta(days=3)


def run(context: StageContext, limit: int | None = None) -> StageResult:
    """Extract waiting pages until none is left, or `limit` were taken."""
    after = context.settings.revisit_after
    return drain(context, "extract", Stage.FETCHED, limit, lambda connection, item: settle(connection, item, after))


def settle(connection: Connection, item: QueueItem, revisit_after: Sequence[float] = ()) -> Reason | None:
    """Write the article and the item's next stage, or its refusal; the caller commits.

    An item that has an article already was fetched, or taken from the archive, once more: a changed wording is a
    revision and goes on to be understood; whatever else the page has become, the article stays. The posts of a live
    blog become articles of their own, and its page is looked at anew as long as it grows.
    """
    page, replayed = load_page_and_origin(connection, item.item_id)
    found = read(page, item)
    known = article_of(connection, item.item_id)
    # A live blog's head may say something else every hour.
    if known is not None and not replayed and not found.posts:
        found = as_revision(connection, known, found)
    if known is not None:
        settle_again(connection, item.item_id, found.reason, found.detail)
    drop_body(connection, item.item_id)
    # Not yet where this is a copy of another page, whose posts they are.
    posts, found = found, head_of(found)
    if known is not None:
        revised = found.reason is None and revise_article(
            connection, known, record_of(found, page, item), page.fetched_at, redate=replayed
        )
        if found.reason is None and settle_posts(connection, item, page, posts) and not replayed:
            start_anew(connection, item.item_id, page.fetched_at, revisit_after)
        settled = not revised and has_reading(connection, known)
        if revised:
            recognise(connection, known, found.text)
        advance(connection, item.item_id, Stage.RECONCILED if settled else Stage.EXTRACTED)
        return None
    if found.reason is not None:
        refuse(connection, item.item_id, found.reason, found.detail)
        return found.reason
    record = record_of(found, page, item)
    repeated = printed_before(connection, item.item_id, record)
    if repeated is not None:
        refuse(connection, item.item_id, Reason.DUPLICATE, repeated)
        return Reason.DUPLICATE
    article_id = save_article(connection, item.item_id, record)
    if article_id is None:
        # Either way one of the two items is the duplicate.
        article_id = take_over(connection, item.item_id, record, page.fetched_at)
        if article_id is not None:
            recognise(connection, article_id, record.text)
        else:
            refuse(connection, item.item_id, Reason.DUPLICATE, duplicate_of(connection, item.item_id, record))
        return Reason.DUPLICATE
    recognise(connection, article_id, record.text)
    settle_posts(connection, item, page, posts)
    advance(connection, item.item_id, Stage.EXTRACTED)
    if not replayed and (item.published is None or item.published >= page.fetched_at - STILL_NEWS):
        plan_revisits(connection, item.item_id, page.fetched_at, revisit_after)
    return None


def as_revision(connection: Connection, article_id: int, found: Extracted) -> Extracted:
    """What was found at a later visit, with the reason set where it is not the article any more."""
    if found.reason is not None:
        return found
    title, text = wording_of(connection, article_id)
    against = no_revision(title, text, found.title, found.text)
    return replace(found, reason=against[0], detail=against[1]) if against else found


def record_of(found: Extracted, page: Page, item: QueueItem) -> ArticleRecord:
    """What was found, as the warehouse keeps it."""
    address = article_url(page.final_url, found.canonical_url)
    return ArticleRecord(
        title=found.title or item.title,
        text=found.text,
        published=found.published,
        language=found.language,
        url=address,
        canonical_key=url_key(address),
        byline=found.byline,
        published_source=found.published_source or "none",
        section=found.section,
        updated=found.updated,
        image=found.image,
        dateline=found.dateline,
        wire=found.wire,
    )


def read(page: Page, item: QueueItem) -> Extracted:
    """The article of `page`, helped by what its feed entry said."""
    header = f"{page.content_type or 'text/html'}; charset={page.charset}" if page.charset else page.content_type
    hint = Hint(item.title, item.published, item.timezone, page.fetched_at)
    return extract(page.body, page.final_url, header, hint)
