"""Fetched pages: their bytes are kept, compressed, until they are read; after that the archive has them."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import datetime

import psycopg2
from psycopg2.extensions import connection as Connection

from pipeline.domain import Page, Reason, Stage
from pipeline.warehouse.queue import advance
from pipeline.warehouse.text import digest, storable, storable_or_none

# Most bodies are here for a minute: half the time for a tenth more bytes.
_LEVEL = 2
_COLUMNS = (
    "url, final_url, status, content_type, charset, etag, last_modified, body, body_bytes, fetched_at, archived, "
    "replayed"
)


def save_page(conn: Connection, item_id: int, page: Page, replayed: bool = False, again: bool = False) -> None:
    """Keep the page of an item; a second fetch replaces the first. `replayed`: it comes from the archive.

    `again`: the item has an article; the page waits beside the former one until `settle_again` says that it is good.
    Does not commit.
    """
    table = "page_again" if again else "page"
    with conn.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO staging.{table} AS page (item_id, {_COLUMNS})
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
                psycopg2.Binary(zlib.compress(page.body, _LEVEL)),
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
    """The page of an item that is to be read, the latest one, and whether it was put there from the archive."""
    with conn.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT url, final_url, status, body, fetched_at, content_type, charset, etag, last_modified, archived,
                   replayed
            FROM (SELECT 1 AS rank, item_id, {_COLUMNS} FROM staging.page_again
                  UNION ALL SELECT 2, item_id, {_COLUMNS} FROM staging.page) AS page
            WHERE item_id = %s ORDER BY rank LIMIT 1
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


def settle_again(conn: Connection, item_id: int, fault: Reason | None, detail: str | None) -> None:
    """A page that waited was read: it takes the former one's place, or with a `fault` it goes, and the fault is noted.

    Does nothing where none waited. Does not commit.
    """
    with conn.cursor() as cursor:
        if fault is None:
            settings = ", ".join(f"{name.strip()} = again.{name.strip()}" for name in _COLUMNS.split(","))
            cursor.execute(
                f"""
                UPDATE staging.page SET {settings}, fault = NULL, fault_detail = NULL, fault_at = NULL
                FROM staging.page_again AS again WHERE page.item_id = again.item_id AND page.item_id = %s
                """,
                (item_id,),
            )
        cursor.execute("DELETE FROM staging.page_again WHERE item_id = %s RETURNING fetched_at", (item_id,))
        gone = cursor.fetchone()
    if fault is not None and gone is not None:
        note_fault(conn, item_id, fault, detail, gone[0])


def note_fault(conn: Connection, item_id: int, fault: Reason, detail: str | None, at: datetime) -> None:
    """A later visit to an item's page brought no article. Does not commit."""
    with conn.cursor() as cursor:
        cursor.execute(
            "UPDATE staging.page SET fault = %s, fault_detail = %s, fault_at = %s WHERE item_id = %s",
            (fault, storable_or_none(detail), at, item_id),
        )


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
