"""Items that no feed told of: pages and articles brought in from files, with the outlets they belong to."""

from __future__ import annotations

from datetime import datetime

from psycopg2.extensions import connection as Connection

from pipeline.domain import FeedEntry, Page, Reason, Stage
from pipeline.warehouse.articles import ArticleRecord, duplicate_of, save_article
from pipeline.warehouse.feeds import add_entries
from pipeline.warehouse.pages import save_page
from pipeline.warehouse.queue import advance, refuse
from pipeline.warehouse.text import digest, storable


def feed_urls(conn: Connection) -> dict[str, str]:
    """Address of every feed by its id: those of the configuration first, each group in the order of ids."""
    with conn.cursor() as cursor:
        cursor.execute("SELECT feed_id, url FROM staging.feed ORDER BY NOT active, feed_id")
        return dict(cursor.fetchall())


def feeds_of_outlets(conn: Connection) -> dict[str, str]:
    """A feed's id for each outlet's name."""
    with conn.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (name) name, feed_id FROM core.outlet JOIN staging.feed USING (outlet_id) "
            "ORDER BY name, NOT active, feed_id"
        )
        return dict(cursor.fetchall())


def add_source(conn: Connection, site: str, outlet: str, now: datetime) -> str:
    """A source that is never polled, for what is imported of a site that no feed belongs to. Does not commit.

    Returns its feed id. The site is its own family. A name that an outlet has already joins that outlet.
    """
    feed_id = f"import-{site}"
    with conn.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO core.outlet (name, family, kind, language, timezone, updated_at)
            VALUES (%s, %s, 'import', 'en', 'UTC', %s) ON CONFLICT (name) DO NOTHING
            """,
            (storable(outlet), storable(site), now),
        )
        cursor.execute(
            """
            INSERT INTO staging.feed (feed_id, outlet_id, url, active, added_at, updated_at)
            SELECT %s, outlet_id, %s, false, %s, %s FROM core.outlet WHERE name = %s
            ON CONFLICT (feed_id) DO NOTHING
            """,
            (storable(feed_id), f"https://{storable(site)}/", now, now, storable(outlet)),
        )
    return feed_id


def add_page(conn: Connection, feed_id: str, key: str, page: Page, now: datetime, again: bool = False) -> bool:
    """Queue an imported page to be extracted. False: its address was fetched before, not `again`. Does not commit."""
    item_id = _item(conn, feed_id, key, FeedEntry(page.url, page.url, ""), now, again)
    if item_id is None:
        return False
    save_page(conn, item_id, page, replayed=True)
    with conn.cursor() as cursor:
        cursor.execute("UPDATE staging.page SET archived = %s WHERE item_id = %s", (page.archived, item_id))
    advance(conn, item_id, Stage.FETCHED)
    return True


def add_article(
    conn: Connection, feed_id: str, entry: FeedEntry, record: ArticleRecord, now: datetime, told: bool = True
) -> int | str:
    """Queue an imported article to be understood. Does not commit. Returns its id, or `known` or `duplicate`.

    `told` False: the feed did not tell of it, as of a live blog's post, so this says nothing of the feed.
    """
    if not told:
        _discover(conn, feed_id, record.canonical_key, entry, now)
    item_id = _item(conn, feed_id, record.canonical_key, entry if told else None, now, again=False)
    if item_id is None:
        return "known"
    article_id = save_article(conn, item_id, record)
    if article_id is None:
        refuse(conn, item_id, Reason.DUPLICATE, duplicate_of(conn, item_id, record))
        return "duplicate"
    advance(conn, item_id, Stage.EXTRACTED)
    return article_id


def _discover(conn: Connection, feed_id: str, key: str, entry: FeedEntry, now: datetime) -> None:
    """Make an item that no feed told of, if there is none of its address."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO staging.item (url_hash, url_key, url, feed_id, title, summary, published, discovered_at)
            VALUES (%s, %s, %s, %s, %s, '', %s, %s) ON CONFLICT (url_hash) DO NOTHING
            """,
            (
                digest(key),
                storable(key),
                storable(entry.link or ""),
                feed_id,
                storable(entry.title),
                entry.published,
                now,
            ),
        )


def _item(conn: Connection, feed_id: str, key: str, entry: FeedEntry | None, now: datetime, again: bool) -> int | None:
    """The item of an address, made of an `entry` if need be; None where it is past the fetch, and not at rest to be
    done again."""
    if entry is not None:
        add_entries(conn, feed_id, [(key, entry)], now)
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT item_id FROM staging.item
            WHERE url_hash = %s AND (stage = 'discovered' OR (%s AND stage IN ('reconciled', 'refused')))
              AND staging.is_free(lease_pid, lease_backend_start, lease_until)
            FOR UPDATE
            """,
            (digest(key), again),
        )
        row = cursor.fetchone()
    return int(row[0]) if row else None
