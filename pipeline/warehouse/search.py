"""Search over articles and the sentences that contacts rest on: by words, and by likeness where words are misspelt."""

from __future__ import annotations

import logging
from datetime import date

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from pipeline.warehouse.reads import Answer
from pipeline.warehouse.text import storable

log = logging.getLogger("hotline.warehouse")

NO_TRIGRAMS = (
    "The extension pg_trgm is not there and could not be made ({why}): search does not forgive misspelt words. "
    "As a superuser of the database: CREATE EXTENSION pg_trgm; then `hotline db migrate` again."
)
INDEXED = (("core", "article", "article_title_trigrams", "core.folded(title)"),)


def ensure_trigrams(conn: Connection) -> list[str]:
    """Make pg_trgm and the indexes that need it, where they are missing. Idempotent; does not commit.

    On a server of your own we may not be allowed to. Then nothing fails: returns, and logs, what to run.
    """
    with conn.cursor() as cursor:
        cursor.execute("SELECT to_regprocedure('mart.search(text,date,date,text,integer)') IS NOT NULL")
        if not (cursor.fetchone() or (False,))[0]:
            return []
        schema = _schema(conn)
        if schema is None:
            cursor.execute("SAVEPOINT trying")
            try:
                cursor.execute("CREATE EXTENSION pg_trgm SCHEMA core")
            except psycopg2.Error as error:
                cursor.execute("ROLLBACK TO SAVEPOINT trying")
                advice = NO_TRIGRAMS.format(why=(error.diag.message_primary or str(error)).strip())
                log.warning("%s", advice)
                return [advice]
            cursor.execute("RELEASE SAVEPOINT trying")
            schema = "core"
        for place, table, index, expression in INDEXED:
            cursor.execute(
                sql.SQL("CREATE INDEX IF NOT EXISTS {} ON {} USING gin (({}) {})").format(
                    sql.Identifier(index),
                    sql.Identifier(place, table),
                    sql.SQL(expression),
                    sql.Identifier(schema, "gin_trgm_ops"),
                )
            )
    return []


def search(
    conn: Connection, words: str, since: date | None, until: date | None, leader: str | None, limit: int
) -> Answer:
    """Articles with all of `words`, the best first; with similar titles if there are none. See mart.search.

    `words` may hold "exact words", `or`, and `-not`; `leader` is part of a name, a country code, or a Wikidata id.
    """
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT published_on, outlet, title, found_in, snippet, participants, contact_id, url
            FROM mart.search(%s, %s, %s, %s, %s)
            """,
            (storable(words), since, until, storable(leader or ""), limit),
        )
        columns = tuple(column.name for column in cursor.description or ())
        return Answer(columns, cursor.fetchall(), cursor.statusmessage or "")


def _schema(conn: Connection) -> str | None:
    """Where pg_trgm lives; None: nowhere."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT nspname FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
            WHERE extname = 'pg_trgm'
            """
        )
        row = cursor.fetchone()
    return None if row is None else str(row[0])
