"""What becomes of an article when its page says something else: revisions, and copies that turn out to be originals."""

from __future__ import annotations

import difflib
from dataclasses import replace
from datetime import datetime

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from pipeline.domain import Reason, Stage
from pipeline.warehouse.articles import ArticleRecord, columns_of
from pipeline.warehouse.queue import advance, refuse
from pipeline.warehouse.text import digest

# A page rewritten from end to end has a difference as long as itself twice over; longer ones are cut.
MOST_DIFFERENCE = 200_000


def article_of(conn: Connection, item_id: int) -> int | None:
    """The article that was read from an item, if there is one."""
    with conn.cursor() as cursor:
        cursor.execute("SELECT article_id FROM core.article WHERE item_id = %s", (item_id,))
        row = cursor.fetchone()
    return int(row[0]) if row else None


def resting_article(conn: Connection, url_key: str) -> tuple[int, int] | None:
    """Item and article of an address, locked; None where there is no article, or its item is on its way."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT item_id, article_id FROM staging.item JOIN core.article USING (item_id)
            WHERE url_hash = %s AND stage IN ('extracted', 'reconciled')
              AND staging.is_free(lease_pid, lease_backend_start, lease_until)
            FOR NO KEY UPDATE OF item SKIP LOCKED
            """,
            (digest(url_key),),
        )
        row = cursor.fetchone()
    return (int(row[0]), int(row[1])) if row else None


def wording_of(conn: Connection, article_id: int) -> tuple[str, str]:
    """An article's present title and text. Raises LookupError for an unknown article."""
    with conn.cursor() as cursor:
        cursor.execute("SELECT title, text FROM core.article WHERE article_id = %s", (article_id,))
        row = cursor.fetchone()
    if row is None:
        raise LookupError(f"there is no article {article_id}")
    return str(row[0]), str(row[1])


def has_reading(conn: Connection, article_id: int) -> bool:
    """Whether the article's present wording was read by any version."""
    with conn.cursor() as cursor:
        cursor.execute(
            "SELECT FROM core.article JOIN core.analysis USING (article_id, revision) WHERE article_id = %s LIMIT 1",
            (article_id,),
        )
        return cursor.fetchone() is not None


def revise_article(
    conn: Connection, article_id: int, record: ArticleRecord, fetched_at: datetime, redate: bool = False
) -> bool:
    """Give an article a new wording, and keep the old one with the difference. Does not commit.

    False: it says the same, or says what another article of the outlet says, and nothing was done. The time of
    publication stays what it was first told to be, since outlets date changed pages anew; `redate` takes the new one.
    A wording that nobody read is replaced without a trace. Raises LookupError for an unknown article.
    """
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT title, text, published_at, published_on, published_source, revision, url, canonical_key,
                   outlet.timezone,
                   EXISTS (SELECT FROM core.analysis WHERE analysis.article_id = article.article_id),
                   EXISTS (SELECT FROM core.article AS other
                           WHERE other.outlet_id = article.outlet_id AND other.content_hash = %(content)s
                             AND other.article_id <> article.article_id)
            FROM core.article JOIN core.outlet USING (outlet_id) WHERE article_id = %(article)s
            FOR NO KEY UPDATE OF article
            """,
            {"article": article_id, "content": digest(record.title, record.text)},
        )
        row = cursor.fetchone()
        if row is None:
            raise LookupError(f"there is no article {article_id}")
        title, text, published_at, published_on, source, revision, url, key, timezone, was_read, taken = row
        known = published_at or published_on
        if known is not None and not redate:
            record = replace(record, published=known, published_source=source)
        # The address is the article's name; take_over alone changes it.
        values = columns_of(replace(record, url=url, canonical_key=key), timezone)
        same_date = (values["published_at"], values["published_on"]) == (published_at, published_on)
        if taken or ((values["title"], values["text"]) == (title, text) and same_date):
            return False
        if was_read:
            cursor.execute(
                """
                INSERT INTO core.article_revision (article_id, revision, title, text, published_at, published_on,
                                                   replaced_at, new_title, difference)
                VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
                """,
                (
                    article_id,
                    revision,
                    title,
                    text,
                    published_at,
                    published_on,
                    fetched_at,
                    values["title"] if values["title"] != title else None,
                    difference(text, str(values["text"])),
                ),
            )
            values |= {"revision": revision + 1, "revised_at": fetched_at}
        _rewrite(cursor, article_id, values)
    return True


def take_over(conn: Connection, item_id: int, record: ArticleRecord, fetched_at: datetime) -> int | None:
    """Make this item the article's source where it is a better one than the item that came first. Does not commit.

    Of copies at one address, the page that stands at the canonical address is the original, else the item discovered
    first: so which copy was fetched sooner, or survived a crash, makes no difference. The other item is refused as the
    duplicate, and this one takes its place in the queues. None: the rival is the better one, or somebody works on it.
    """
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT article.article_id, holder.item_id, holder.stage, holder.url_key = article.canonical_key,
                   mine.url_key = %(key)s
            FROM staging.item AS mine
            JOIN staging.feed ON feed.feed_id = mine.feed_id
            JOIN core.article ON article.outlet_id = feed.outlet_id
            JOIN staging.item AS holder ON holder.item_id = article.item_id
            WHERE mine.item_id = %(item)s AND holder.item_id <> mine.item_id
              AND (article.canonical_hash = %(canonical)s OR article.content_hash = %(content)s)
              AND holder.stage IN ('extracted', 'understood', 'reconciled')
              AND staging.is_free(holder.lease_pid, holder.lease_backend_start, holder.lease_until)
            FOR UPDATE OF article, holder
            """,
            {
                "item": item_id,
                "key": record.canonical_key,
                "canonical": digest(record.canonical_key),
                "content": digest(record.title, record.text),
            },
        )
        rivals = cursor.fetchall()
        if len(rivals) != 1:
            return None
        article_id, holder, stage, holder_is_canonical, is_canonical = rivals[0]
        if (not is_canonical, item_id) > (not holder_is_canonical, holder):
            return None
        cursor.execute("SELECT FROM core.article WHERE canonical_hash = %s AND article_id <> %s",
                       (digest(record.canonical_key), article_id))  # fmt: skip
        if cursor.fetchone() is not None:
            return None
        revised = revise_article(conn, article_id, record, fetched_at, redate=True)
        cursor.execute(
            """
            UPDATE core.article SET item_id = %s, url = %s, canonical_key = %s, canonical_hash = %s
            WHERE article_id = %s
            """,
            (item_id, record.url, record.canonical_key, digest(record.canonical_key), article_id),
        )
        refuse(conn, holder, Reason.DUPLICATE, f"same article as {article_id}, {record.url}, which is the original")
        advance(conn, item_id, Stage.EXTRACTED if revised else Stage(stage))
    return int(article_id)


def difference(old: str, new: str) -> str:
    """From one text to the other, paragraph by paragraph, as a unified diff without context."""
    lines = difflib.unified_diff(old.split("\n"), new.split("\n"), n=0, lineterm="")
    return "\n".join(list(lines)[2:])[:MOST_DIFFERENCE]


def _rewrite(cursor: Cursor, article_id: int, values: dict[str, object]) -> None:
    settings = ", ".join(f"{name} = %s" for name in values)
    cursor.execute(f"UPDATE core.article SET {settings} WHERE article_id = %s", (*values.values(), article_id))
