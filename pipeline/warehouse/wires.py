"""Wire families: articles of several outlets that print one text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from psycopg2.extensions import connection as Connection

# An agency's report is printed within days; the same words a month later are a boilerplate paragraph.
COPIED_WITHIN = timedelta(days=3)
MOST_CANDIDATES = 50
# Any number will do, as long as all of us take the same one.
FAMILY_LOCK = 4_673_912_849


@dataclass(frozen=True, slots=True)
class Print:
    """An article that may hold the same text."""

    article_id: int
    text: str


def save_print(conn: Connection, article_id: int, bands: Sequence[int]) -> list[Print]:
    """Note what an article's text is recognised by; returns the articles of around the same day to compare it with.

    Those that share most bands come first. Families form one article at a time: this waits for, and holds until the
    end of the transaction, a lock. An empty print (too short a text) is noted as none. Does not commit.
    """
    with conn.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (FAMILY_LOCK,))
        cursor.execute("UPDATE core.article SET wire_family = NULL WHERE article_id = %s", (article_id,))
        if not bands:
            cursor.execute("DELETE FROM core.article_print WHERE article_id = %s", (article_id,))
            return []
        cursor.execute(
            """
            INSERT INTO core.article_print (article_id, day, bands)
            SELECT article_id, coalesce(published_on, extracted_at::date), %s::bigint[] FROM core.article
            WHERE article_id = %s
            ON CONFLICT (article_id) DO UPDATE SET day = excluded.day, bands = excluded.bands
            RETURNING day
            """,
            (list(bands), article_id),
        )
        row = cursor.fetchone()
        if row is None:
            raise LookupError(f"there is no article {article_id}")
        cursor.execute(
            """
            SELECT article_id, text
            FROM core.article_print JOIN core.article USING (article_id)
            WHERE bands && %(bands)s::bigint[] AND day BETWEEN %(first)s AND %(last)s AND article_id <> %(article)s
            ORDER BY cardinality(ARRAY(SELECT unnest(bands) INTERSECT SELECT unnest(%(bands)s::bigint[]))) DESC,
                     article_id
            LIMIT %(most)s
            """,
            {
                "bands": list(bands),
                "first": row[0] - COPIED_WITHIN,
                "last": row[0] + COPIED_WITHIN,
                "article": article_id,
                "most": MOST_CANDIDATES,
            },
        )
        return [Print(*found) for found in cursor.fetchall()]


def join_family(conn: Connection, article_id: int, copies: Sequence[int]) -> int:
    """Make an article and its copies, with the families they belong to, one family; returns its number.

    The lowest article id is the number, so the order in which copies came makes no difference. Does not commit.
    """
    with conn.cursor() as cursor:
        cursor.execute(
            """
            WITH member AS (
                SELECT article_id, wire_family FROM core.article WHERE article_id = ANY(%s)
            ), family AS (
                SELECT article_id FROM member
                UNION
                SELECT article.article_id FROM core.article JOIN member USING (wire_family)
            )
            UPDATE core.article SET wire_family = (SELECT min(article_id) FROM family)
            WHERE article_id IN (SELECT article_id FROM family)
            RETURNING wire_family
            """,
            ([article_id, *copies],),
        )
        return int((cursor.fetchone() or (article_id,))[0])
