"""Fetched pages, kept until they are read, compressed."""

from __future__ import annotations

import zlib

import psycopg2
from psycopg2.extensions import connection as Connection

from pipeline.domain import Page
from pipeline.warehouse.text import storable, storable_or_none


def save_page(conn: Connection, item_id: int, page: Page) -> None:
    """Keep the page of an item; a second fetch replaces the first. Does not commit."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO staging.page (item_id, url, final_url, status, content_type, charset, etag, last_modified, body,
                                      body_bytes, fetched_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT (item_id) DO UPDATE
            SET url = excluded.url, final_url = excluded.final_url, status = excluded.status,
                content_type = excluded.content_type, charset = excluded.charset, etag = excluded.etag,
                last_modified = excluded.last_modified, body = excluded.body, body_bytes = excluded.body_bytes,
                fetched_at = excluded.fetched_at
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
            ),
        )


def load_page(conn: Connection, item_id: int) -> Page:
    """The page of an item. Raises LookupError if it was never fetched."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT url, final_url, status, body, fetched_at, content_type, charset, etag, last_modified
            FROM staging.page WHERE item_id = %s
            """,
            (item_id,),
        )
        row = cursor.fetchone()
    if row is None:
        raise LookupError(f"item {item_id} has no page")
    url, final_url, status, body, *rest = row
    return Page(url, final_url, status, zlib.decompress(bytes(body)), *rest)
