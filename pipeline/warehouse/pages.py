"""Fetched pages: their bytes are kept, compressed, until they are read; after that the archive has them."""

from __future__ import annotations

import zlib
from dataclasses import replace

import psycopg2
from psycopg2.extensions import connection as Connection

from pipeline.domain import Page, Stage
from pipeline.warehouse.queue import advance
from pipeline.warehouse.text import digest, storable, storable_or_none


def save_page(conn: Connection, item_id: int, page: Page, replayed: bool = False) -> None:
    """Keep the page of an item; a second fetch replaces the first. `replayed`: it comes from the archive.

    Does not commit.
    """
    with conn.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO staging.page (item_id, url, final_url, status, content_type, charset, etag, last_modified, body,
                                      body_bytes, fetched_at, archived, replayed)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT (item_id) DO UPDATE
            SET url = excluded.url, final_url = excluded.final_url, status = excluded.status,
                content_type = excluded.content_type, charset = excluded.charset, etag = excluded.etag,
                last_modified = excluded.last_modified, body = excluded.body, body_bytes = excluded.body_bytes,
                fetched_at = excluded.fetched_at,
                archived = CASE WHEN excluded.replayed THEN page.archived ELSE excluded.archived END,
                replayed = excluded.replayed
            """,
            (
                item_id,
                storable(page.url),
                storable(page.final_url),
                page.status,
                storable_or_none(page.content_type),
                storable_or_none(page.charset),
                storable_or_none(page.etag),
                storable_or_none(page.last_modified),
                psycopg2.Binary(zlib.compress(page.body)),
                len(page.body),
                page.fetched_at,
                storable_or_none(page.archived),
                replayed,
            ),
        )


def load_page(conn: Connection, item_id: int) -> Page:
    """The page of an item. Raises LookupError if it was never fetched, or if the archive alone has its bytes."""
    return load_page_and_origin(conn, item_id)[0]


def load_page_and_origin(conn: Connection, item_id: int) -> tuple[Page, bool]:
    """As `load_page`, and whether the page was put there from the archive."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT url, final_url, status, body, fetched_at, content_type, charset, etag, last_modified, archived,
                   replayed
            FROM staging.page WHERE item_id = %s
            """,
            (item_id,),
        )
        row = cursor.fetchone()
    if row is None:
        raise LookupError(f"item {item_id} has no page")
    url, final_url, status, body, *rest, archived, replayed = row
    if not bytes(body):
        raise LookupError(f"the page of item {item_id} stands in the archive alone, at {archived}")
    page = Page(url, final_url, status, zlib.decompress(bytes(body)), *rest)
    return replace(page, archived=archived), bool(replayed)


def drop_body(conn: Connection, item_id: int) -> None:
    """Let go of the bytes of a page that was read, if the archive has them. Does not commit."""
    with conn.cursor() as cursor:
        cursor.execute(
            "UPDATE staging.page SET body = '' WHERE item_id = %s AND archived IS NOT NULL AND body <> ''", (item_id,)
        )


def put_back(conn: Connection, url_key: str, page: Page) -> str:
    """Queue a page out of the archive to be extracted again. Does not commit.

    Returns what came of it: `queued`; `unknown` (no item of this address was fetched); `older` (the item was fetched
    again since); `busy` (the item is on its way already).
    """
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT item_id, stage IN ('reconciled', 'refused') AND staging.is_free(lease_pid, lease_backend_start,
                   lease_until), fetched_at
            FROM staging.item JOIN staging.page USING (item_id) WHERE url_hash = %s FOR UPDATE OF item
            """,
            (digest(url_key),),
        )
        row = cursor.fetchone()
    if row is None:
        return "unknown"
    item_id, at_rest, fetched_at = row
    if fetched_at != page.fetched_at:
        return "older"
    if not at_rest:
        return "busy"
    save_page(conn, item_id, page, replayed=True)
    advance(conn, item_id, Stage.FETCHED)
    return "queued"
