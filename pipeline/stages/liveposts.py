"""The posts of a live blog as articles of their own: its page is seen again and again, each post is taken once."""

from __future__ import annotations

from dataclasses import replace

from pipeline.domain import FeedEntry, Page, Stage
from pipeline.ingest.dateline import read_dateline
from pipeline.ingest.extract import LEAST_WORDS, Extracted
from pipeline.ingest.liveblog import Post
from pipeline.stages.families import recognise
from pipeline.warehouse.articles import ArticleRecord
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.imports import add_article
from pipeline.warehouse.queue import QueueItem, advance
from pipeline.warehouse.revisions import resting_article, revise_article


def head_of(found: Extracted) -> Extracted:
    """What is left for the page itself when its posts stand for themselves: the words beside them."""
    return replace(found, text=found.head) if found.posts else found


def settle_posts(connection: Connection, item: QueueItem, page: Page, found: Extracted) -> int:
    """Queue the posts that are new, and those that were changed as revisions. Returns how many are new.

    Each is an item of the feed that told of the page, with its own address, time and title; contacts that it tells of
    have its time. Posts that the page no longer shows stay: live blogs drop old posts. Does not commit.
    """
    new = 0
    for post in found.posts:
        if len(post.text.split()) < LEAST_WORDS:
            continue
        record = _record(post, found)
        entry = FeedEntry(post.url, post.url, post.title, published=post.published)
        came = add_article(connection, item.feed_id, entry, record, page.fetched_at, told=False)
        if isinstance(came, int):
            new += 1
            recognise(connection, came, post.text)
        elif came == "known" and (known := resting_article(connection, post.key)) is not None:
            item_id, article_id = known
            if revise_article(connection, article_id, record, page.fetched_at):
                recognise(connection, article_id, post.text)
                advance(connection, item_id, Stage.EXTRACTED)
    return new


def _record(post: Post, found: Extracted) -> ArticleRecord:
    opening = read_dateline(post.text)
    return ArticleRecord(
        title=post.title,
        text=post.text,
        published=post.published,
        language=found.language,
        url=post.url,
        canonical_key=post.key,
        byline=None,
        published_source="post",
        section=found.section,
        dateline=opening.place,
        wire=opening.wire,
    )
