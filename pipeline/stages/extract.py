"""Stage extract: reads the article out of each fetched page, or says why the page holds none."""

from __future__ import annotations

import logging

from pipeline.domain import Page, Reason, Stage, StageResult
from pipeline.ingest.extract import Extracted, Hint, extract
from pipeline.ingest.identity import article_url, url_key
from pipeline.stages.context import StageContext
from pipeline.stages.tally import Tally
from pipeline.warehouse.articles import ArticleRecord, duplicate_of, save_article
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.pages import load_page
from pipeline.warehouse.queue import QueueItem, advance, claim, refuse, retry, waiting

log = logging.getLogger("hotline.extract")


def run(context: StageContext, limit: int | None = None) -> StageResult:
    """Extract waiting pages batch by batch until none is left, or `limit` were taken."""
    settings = context.settings
    tally = Tally("extract")
    failed: dict[int, str] = {}
    with context.connection() as connection:
        try:
            while limit is None or tally.taken < limit:
                size = settings.batch_size if limit is None else min(settings.batch_size, limit - tally.taken)
                items = claim(connection, Stage.FETCHED, size, settings.lease_seconds)
                if not items:
                    break
                for item in items:
                    tally.taken += 1
                    try:
                        _settle(connection, item, tally)
                        connection.commit()
                    except Exception as error:
                        if connection.closed:
                            raise
                        connection.rollback()
                        log.exception("item %d (%s) could not be settled", item.item_id, item.url)
                        failed[item.item_id] = f"{type(error).__name__}: {error}"[:500]
        finally:
            # Only now, so that they are not claimed again by this very run.
            if not connection.closed:
                _give_back(connection, failed, settings.max_attempts, tally)
        return tally.result(left=waiting(connection, Stage.FETCHED))


def _settle(connection: Connection, item: QueueItem, tally: Tally) -> None:
    """The article and the item's next stage, or its refusal; the caller commits."""
    page = load_page(connection, item.item_id)
    found = read(page, item)
    if found.reason is not None:
        refuse(connection, item.item_id, found.reason, found.detail)
        tally.refuse(found.reason)
        return
    address = article_url(page.final_url, found.canonical_url)
    record = ArticleRecord(
        title=found.title or item.title,
        text=found.text,
        published=found.published,
        language=found.language,
        url=address,
        canonical_key=url_key(address),
        byline=found.byline,
        published_source=found.published_source or "none",
    )
    if save_article(connection, item.item_id, record) is None:
        refuse(connection, item.item_id, Reason.DUPLICATE, duplicate_of(connection, item.item_id, record))
        tally.refuse(Reason.DUPLICATE)
        return
    advance(connection, item.item_id, Stage.EXTRACTED)
    tally.done += 1


def read(page: Page, item: QueueItem) -> Extracted:
    """The article of `page`, helped by what its feed entry said."""
    header = f"{page.content_type or 'text/html'}; charset={page.charset}" if page.charset else page.content_type
    hint = Hint(item.title, item.published, item.timezone, page.fetched_at)
    return extract(page.body, page.final_url, header, hint)


def _give_back(connection: Connection, failed: dict[int, str], most: int, tally: Tally) -> None:
    connection.rollback()
    for item_id, detail in sorted(failed.items()):
        if not retry(connection, item_id, detail, most):
            tally.refuse(Reason.RETRIES_EXHAUSTED)
        connection.commit()
