"""Articles that were read elsewhere, with what was found in them: the warehouse takes both at once, or says why not."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from psycopg2.extensions import connection as Connection

from pipeline.domain import Analysis, FeedEntry, Reason, Stage
from pipeline.warehouse.analyses import save_analysis
from pipeline.warehouse.articles import ArticleRecord, duplicate_of, save_article
from pipeline.warehouse.feeds import add_entries
from pipeline.warehouse.queue import advance, refuse
from pipeline.warehouse.text import digest, storable


class Taken(StrEnum):
    """What became of a reading."""

    LOADED = "loaded"
    KNOWN = "known"
    DUPLICATE = "duplicate"
    BUSY = "busy"
    REFUSED_BEFORE = "refused_before"
    OTHER_WORDING = "other_wording"
    OTHER_VERSION = "other_version"
    REPLACED = "replaced"
    READ_HERE = "read_here"


def timezone_of(conn: Connection, feed_id: str, told: str) -> str:
    """The time zone in which an outlet's times become days: `told`, where the outlet was only just made by an import.

    Raises LookupError for an unknown feed.
    """
    with conn.cursor() as cursor:
        cursor.execute(
            "SELECT outlet_id, timezone, outlet.kind FROM staging.feed JOIN core.outlet USING (outlet_id) "
            "WHERE feed_id = %s",
            (feed_id,),
        )
        row = cursor.fetchone()
        if row is None:
            raise LookupError(f"there is no feed {feed_id}")
        outlet_id, zone, kind = row
        if zone == told or kind != "import":
            return str(zone)
        cursor.execute(
            """
            UPDATE core.outlet SET timezone = %(zone)s
            WHERE outlet_id = %(outlet)s AND NOT EXISTS (SELECT FROM core.article WHERE outlet_id = %(outlet)s)
            RETURNING timezone
            """,
            {"zone": storable(told), "outlet": outlet_id},
        )
        row = cursor.fetchone()
    return str(row[0] if row else zone)


def take_reading(
    conn: Connection,
    feed_id: str,
    key: str,
    entry: FeedEntry,
    record: ArticleRecord,
    analysis: Analysis | None,
    now: datetime,
    replace: bool = False,
) -> tuple[Taken, int | None]:
    """Keep an article and its reading, and put it before `reconcile`. Does not commit. The id is of a new article.

    `analysis` None: the article is queued to be understood here. `replace`: a reading by another version gives way. An
    article that we have in other words, or that is just being worked on, is left alone.
    """
    add_entries(conn, feed_id, [(key, entry)], now)
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT item.item_id, item.stage, item.reason,
                   staging.is_free(lease_pid, lease_backend_start, lease_until),
                   article.article_id, article.content_hash, article.revision
            FROM staging.item LEFT JOIN core.article USING (item_id)
            WHERE url_hash = %s
            FOR UPDATE OF item
            """,
            (digest(key),),
        )
        row = cursor.fetchone()
    assert row is not None  # just put there
    item_id, stage, reason, free, article_id, wording, revision = row
    if stage == Stage.REFUSED and article_id is None:
        return (Taken.DUPLICATE if reason == Reason.DUPLICATE else Taken.REFUSED_BEFORE), None
    if not free or stage == Stage.FETCHED:
        return Taken.BUSY, None
    if article_id is None:
        return _new(conn, item_id, record, analysis)
    if bytes(wording) != digest(record.title, record.text):
        return Taken.OTHER_WORDING, None
    if analysis is None:
        return Taken.READ_HERE, None
    return _known(conn, item_id, article_id, revision, stage, analysis, replace), None


def _new(conn: Connection, item_id: int, record: ArticleRecord, analysis: Analysis | None) -> tuple[Taken, int | None]:
    article_id = save_article(conn, item_id, record)
    if article_id is None:
        refuse(conn, item_id, Reason.DUPLICATE, duplicate_of(conn, item_id, record))
        return Taken.DUPLICATE, None
    if analysis is None:
        advance(conn, item_id, Stage.EXTRACTED)
        return Taken.READ_HERE, article_id
    save_analysis(conn, article_id, analysis)
    advance(conn, item_id, Stage.UNDERSTOOD)
    return Taken.LOADED, article_id


def _known(
    conn: Connection, item_id: int, article_id: int, revision: int, stage: str, analysis: Analysis, replace: bool
) -> Taken:
    with conn.cursor() as cursor:
        cursor.execute(
            "SELECT bool_or(version = %s), count(*) FROM core.analysis WHERE article_id = %s AND revision = %s",
            (analysis.version, article_id, revision),
        )
        same, others = cursor.fetchone() or (None, 0)
    if same and stage != Stage.EXTRACTED:
        return Taken.KNOWN
    if others and not same and not replace:
        return Taken.OTHER_VERSION
    save_analysis(conn, article_id, analysis)
    advance(conn, item_id, Stage.UNDERSTOOD)
    return Taken.REPLACED if others else Taken.LOADED
