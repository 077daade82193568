"""Stage extract: reads the article out of each fetched page, or says why the page holds none."""

from __future__ import annotations

from pipeline.domain import Page, Reason, Stage, StageResult
from pipeline.ingest.extract import Extracted, Hint, extract
from pipeline.ingest.identity import article_url, url_key
from pipeline.stages.context import StageContext
from pipeline.stages.drain import drain
from pipeline.warehouse.articles import ArticleRecord, duplicate_of, save_article
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.pages import load_page
from pipeline.warehouse.queue import QueueItem, advance, refuse


def run(context: StageContext, limit: int | None = None) -> StageResult:
    """Extract waiting pages until none is left, or `limit` were taken."""
    return drain(context, "extract", Stage.FETCHED, limit, settle)


def settle(connection: Connection, item: QueueItem) -> Reason | None:
    """Write the article and the item's next stage, or its refusal; the caller commits."""
    page = load_page(connection, item.item_id)
    found = read(page, item)
    if found.reason is not None:
        refuse(connection, item.item_id, found.reason, found.detail)
        return found.reason
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
        return Reason.DUPLICATE
    advance(connection, item.item_id, Stage.EXTRACTED)
    return None


def read(page: Page, item: QueueItem) -> Extracted:
    """The article of `page`, helped by what its feed entry said."""
    header = f"{page.content_type or 'text/html'}; charset={page.charset}" if page.charset else page.content_type
    hint = Hint(item.title, item.published, item.timezone, page.fetched_at)
    return extract(page.body, page.final_url, header, hint)
