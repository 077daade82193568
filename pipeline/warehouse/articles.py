"""Articles as they read now. Evidence points into their text: a changed wording is a revision (revisions.py)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from psycopg2.extensions import connection as Connection

from pipeline.domain import Article
from pipeline.warehouse.text import digest, storable, storable_or_none


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """What extraction found. `published` is an aware datetime, a date where only the day is known, or None.

    `updated` is the outlet's word for its last change; `wire` the agency that the article names as its origin.
    """

    title: str
    text: str
    published: datetime | date | None
    language: str | None
    url: str
    canonical_key: str
    byline: str | None
    published_source: str
    section: str | None = None
    updated: datetime | None = None
    image: str | None = None
    dateline: str | None = None
    wire: str | None = None


def save_article(conn: Connection, item_id: int, record: ArticleRecord) -> int | None:
    """Keep the article of an item; returns its id. Does not commit. Raises LookupError for an unknown item.

    None: another item's article holds this canonical address already, or the outlet printed this very text before;
    `duplicate_of` says which one. The item's own article, saved again, keeps its id and its text.
    """
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT outlet.outlet_id, outlet.timezone, article.article_id
            FROM staging.item JOIN staging.feed USING (feed_id) JOIN core.outlet USING (outlet_id)
            LEFT JOIN core.article USING (item_id)
            WHERE item.item_id = %s
            """,
            (item_id,),
        )
        row = cursor.fetchone()
        if row is None:
            raise LookupError(f"there is no item {item_id}")
        outlet_id, timezone, present = row
        if present is not None:
            return int(present)
        values = columns_of(record, timezone)
        # Waits for whoever is just now saving a rival, then tells the truth.
        cursor.execute(
            f"""
            INSERT INTO core.article (item_id, outlet_id, {", ".join(values)})
            VALUES (%s, %s, {", ".join(["%s"] * len(values))})
            ON CONFLICT DO NOTHING
            RETURNING article_id
            """,
            (item_id, outlet_id, *values.values()),
        )
        row = cursor.fetchone()
    return int(row[0]) if row else None


def columns_of(record: ArticleRecord, timezone: str) -> dict[str, object]:
    """The columns of core.article that extraction fills, by name."""
    published_at, published_on = when(record.published, timezone)
    return {
        "url": storable(record.url),
        "canonical_key": storable(record.canonical_key),
        "canonical_hash": digest(record.canonical_key),
        "content_hash": digest(record.title, record.text),
        "title": storable(record.title),
        "text": storable(record.text),
        "byline": storable_or_none(record.byline),
        "language": storable_or_none(record.language),
        "published_at": published_at,
        "published_on": published_on,
        "published_source": storable(record.published_source),
        "words": len(record.text.split()),
        "section": storable_or_none(record.section),
        "updated_at": record.updated,
        "image": storable_or_none(record.image),
        "dateline": storable_or_none(record.dateline),
        "wire": storable_or_none(record.wire),
    }


def duplicate_of(conn: Connection, item_id: int, record: ArticleRecord) -> str | None:
    """Which article keeps `save_article` from taking this one, in words for the refusal's detail; None: none does."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT article.article_id, article.url, article.canonical_hash = %(canonical)s
            FROM core.article
            WHERE article.item_id <> %(item_id)s
              AND (article.canonical_hash = %(canonical)s
                   OR (article.content_hash = %(content)s AND article.outlet_id = (
                       SELECT feed.outlet_id FROM staging.item JOIN staging.feed USING (feed_id)
                       WHERE item.item_id = %(item_id)s)))
            ORDER BY 3 DESC, 1
            LIMIT 1
            """,
            {
                "item_id": item_id,
                "canonical": digest(record.canonical_key),
                "content": digest(record.title, record.text),
            },
        )
        row = cursor.fetchone()
    if row is None:
        return None
    same = "address" if row[2] else "text"
    return f"same {same} as article {row[0]}, {row[1]}"


def printed_before(conn: Connection, item_id: int, record: ArticleRecord) -> str | None:
    """Which article of the outlet has this very text under another title and address, in words; None: none has.

    What an outlet prints again and again is no article: a notice to subscribe, a page's frame that was taken for text.
    """
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT article.article_id, article.url
            FROM staging.item JOIN staging.feed USING (feed_id)
            JOIN core.article ON article.outlet_id = feed.outlet_id AND md5(article.text) = md5(%(text)s)
            WHERE item.item_id = %(item_id)s AND article.item_id <> %(item_id)s AND article.text = %(text)s
              AND article.canonical_hash <> %(canonical)s AND article.content_hash <> %(content)s
            ORDER BY 1 LIMIT 1
            """,
            {
                "item_id": item_id,
                "text": storable(record.text),
                "canonical": digest(record.canonical_key),
                "content": digest(record.title, record.text),
            },
        )
        row = cursor.fetchone()
    return f"same text as article {row[0]}, {row[1]}, under another title" if row else None


def load_article(conn: Connection, item_id: int) -> tuple[int, Article]:
    """The article of an item, as `understand` reads it, and its id. Raises LookupError if there is none."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT article.article_id, article.title, article.text, article.published_at, article.published_on,
                   article.language, article.url, outlet.timezone, outlet.name
            FROM core.article JOIN core.outlet USING (outlet_id)
            WHERE article.item_id = %s
            """,
            (item_id,),
        )
        row = cursor.fetchone()
    if row is None:
        raise LookupError(f"item {item_id} has no article")
    article_id, title, text, published_at, published_on, *rest = row
    return int(article_id), Article(str(article_id), title, text, published_at or published_on, *rest)


def when(published: datetime | date | None, timezone: str) -> tuple[datetime | None, date | None]:
    """The time of publication, and the day it was where the outlet is. The time zone is read here, not by the server:
    not every server has time zone files."""
    if isinstance(published, datetime):
        return published, published.astimezone(ZoneInfo(timezone)).date()
    return None, published
