"""The warehouse as a whole, for backups: one moment of it, and what is in it."""

from __future__ import annotations

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from pipeline.warehouse.migrate import MIGRATIONS

# All that migrations make.
SCHEMAS = ("mart", "core", "staging", "meta")
# Rows of these mean that work was done here; the others hold what migrations themselves put in.
OF_WORK = ("staging.feed", "staging.item", "core.article", "core.contact", "core.outbox")


def exported_snapshot(conn: Connection) -> str:
    """Begin to see one moment, and name it for other sessions, until this transaction ends."""
    conn.rollback()
    with conn.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        return str((cursor.fetchone() or ("",))[0])


def row_counts(conn: Connection) -> dict[str, int]:
    """Rows of every table of ours, by its full name."""
    counts = {}
    with conn.cursor() as cursor:
        cursor.execute(
            "SELECT relnamespace::regnamespace::text, relname FROM pg_class "
            "WHERE relkind IN ('r', 'p') AND NOT relispartition "
            "AND relnamespace::regnamespace::text = ANY(%s) ORDER BY 1, 2",
            (list(SCHEMAS),),
        )
        for schema, table in cursor.fetchall():
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table)))
            counts[f"{schema}.{table}"] = int((cursor.fetchone() or (0,))[0])
    return counts


def differing(told: dict[str, int], found: dict[str, int]) -> list[str]:
    """Tables whose counts differ, with both."""
    names = sorted(told.keys() | found.keys())
    return [f"{n} ({told.get(n, 0)}, found {found.get(n, 0)})" for n in names if told.get(n, 0) != found.get(n, 0)]


def applied_migrations(conn: Connection) -> tuple[str, ...]:
    """Names of the migrations that this warehouse has had, in order."""
    with conn.cursor() as cursor:
        cursor.execute("SELECT name FROM meta.migration ORDER BY number")
        return tuple(row[0] for row in cursor.fetchall())


def known_migrations() -> set[str]:
    """Names of the migrations that this version of Hotline knows."""
    return {path.stem for path in MIGRATIONS.glob("*.sql")}


def holds_data(conn: Connection) -> bool:
    """Whether work was done in this warehouse; a freshly migrated one, or a bare database, holds none."""
    with conn.cursor() as cursor:
        for table in OF_WORK:
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", (table,))
            if not (cursor.fetchone() or (False,))[0]:
                continue
            cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(*table.split("."))))
            if (cursor.fetchone() or (False,))[0]:
                return True
    return False


def extensions(conn: Connection) -> list[str]:
    """Extensions that live in our schemas: dumps by schema leave them out unless they are named."""
    with conn.cursor() as cursor:
        cursor.execute(
            "SELECT extname FROM pg_extension WHERE extnamespace::regnamespace::text = ANY(%s) ORDER BY 1",
            (list(SCHEMAS),),
        )
        return [row[0] for row in cursor.fetchall()]
