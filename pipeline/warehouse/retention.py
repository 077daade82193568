"""What the warehouse lets go of, and how it is kept quick. All ages are by the database's clock; 0 days keep all."""

from __future__ import annotations

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

# Rows in one transaction: locks are short, and a run that is killed has lost nothing.
BATCH = 5000
# Tables that changed by this share since the last time are vacuumed and analysed; autovacuum waits for a fifth.
CHANGED = 0.05
SCHEMAS = ("staging", "core", "meta")


def empty_pages(conn: Connection, days: int) -> int:
    """Empty the bytes of pages whose items were settled or refused `days` ago; returns how many. Commits in batches."""
    return _in_batches(
        conn,
        days,
        """
        UPDATE staging.page SET body = '' WHERE item_id IN (
            SELECT item_id FROM staging.page JOIN staging.item USING (item_id)
            WHERE item.stage IN ('reconciled', 'refused') AND item.stage_at < now() - make_interval(days => %(days)s)
              AND length(page.body) > 0
            LIMIT %(batch)s)
        """,
    )


def delete_polls(conn: Connection, days: int) -> int:
    """Delete polls older than `days`, but never a feed's latest; returns how many. Commits in batches."""
    return _in_batches(
        conn,
        days,
        """
        DELETE FROM staging.feed_poll WHERE poll_id IN (
            SELECT poll_id FROM staging.feed_poll AS old
            WHERE recorded_at < now() - make_interval(days => %(days)s)
              AND EXISTS (SELECT FROM staging.feed_poll AS new
                          WHERE new.feed_id = old.feed_id AND new.poll_id > old.poll_id)
            LIMIT %(batch)s)
        """,
    )


def empty_mails(conn: Connection, days: int) -> int:
    """Empty the words and pictures of mails settled `days` ago; returns how many. Commits in batches.

    The row stays, with whom was told of what: it is what keeps a mail from going out again.
    """
    return _in_batches(
        conn,
        days,
        """
        UPDATE core.outbox SET text = '', html = '', picture = NULL WHERE outbox_id IN (
            SELECT outbox_id FROM core.outbox
            WHERE state <> 'waiting' AND enqueued_at < now() - make_interval(days => %(days)s)
              AND (text <> '' OR html <> '' OR picture IS NOT NULL)
            LIMIT %(batch)s)
        """,
    )


def drop_stale_revisits(conn: Connection) -> int:
    """Drop plans to look again at pages that were refused: they are never due. Does not commit."""
    with conn.cursor() as cursor:
        cursor.execute(
            "DELETE FROM staging.revisit USING staging.item "
            "WHERE item.item_id = revisit.item_id AND item.stage = 'refused'"
        )
        return int(cursor.rowcount)


def overdue_revisits(conn: Connection, hours: float) -> int:
    """Plans that should have been carried out `hours` ago or more: the fetch cannot keep up, or does not run."""
    with conn.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM staging.revisit WHERE due_at < now() - make_interval(secs => %s)", (hours * 3600,)
        )
        return int((cursor.fetchone() or (0,))[0])


def vacuum(conn: Connection) -> list[str]:
    """Vacuum and analyse our tables that changed by a twentieth; returns their names. Ends any open transaction."""
    conn.commit()
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT schemaname, s.relname FROM pg_stat_user_tables AS s JOIN pg_class AS c ON c.oid = s.relid
            WHERE schemaname = ANY(%s) AND pg_has_role(c.relowner, 'USAGE')
              AND greatest(n_dead_tup, n_mod_since_analyze) > %s * greatest(n_live_tup, 20)
            ORDER BY 1, 2
            """,
            (list(SCHEMAS), CHANGED),
        )
        tables = list(cursor.fetchall())
    conn.commit()
    # VACUUM refuses to run in a transaction.
    conn.autocommit = True
    try:
        with conn.cursor() as cursor:
            for schema, table in tables:
                cursor.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(schema, table)))
    finally:
        conn.autocommit = False
    return [f"{schema}.{table}" for schema, table in tables]


def _in_batches(conn: Connection, days: int, statement: str) -> int:
    total = 0
    while days > 0:
        with conn.cursor() as cursor:
            cursor.execute(statement, {"days": days, "batch": BATCH})
            done = cursor.rowcount
        conn.commit()
        total += done
        if done < BATCH:
            break
    return total
