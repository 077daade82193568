"""Who may do what: the pipeline owns, operators see all, analysts read the marts."""

from __future__ import annotations

import logging

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from pipeline.warehouse.bootstrap import STATEMENT_TIMEOUT

log = logging.getLogger("hotline.warehouse")

ANALYST = "hotline_analyst"
OPS = "hotline_ops"

MAKE = (
    "CREATE ROLE hotline_analyst NOLOGIN",
    f"ALTER ROLE hotline_analyst SET statement_timeout TO '{STATEMENT_TIMEOUT}'",
    "ALTER ROLE hotline_analyst SET default_transaction_read_only TO on",
    "ALTER ROLE hotline_analyst SET search_path TO mart",
    "CREATE ROLE hotline_ops NOLOGIN",
)
RIGHTS = {
    ANALYST: ("GRANT USAGE ON SCHEMA mart TO {role}", "GRANT SELECT ON ALL TABLES IN SCHEMA mart TO {role}"),
    OPS: (
        "GRANT USAGE ON SCHEMA mart, core, staging, meta TO {role}",
        "GRANT SELECT ON ALL TABLES IN SCHEMA mart, core, staging, meta TO {role}",
        "GRANT UPDATE (active, next_poll_at) ON staging.feed TO {role}",
        "GRANT UPDATE (stage, reason, detail, attempts, losses) ON staging.item TO {role}",
        "GRANT UPDATE (state, next_attempt_at) ON core.outbox TO {role}",
    ),
}


def grant_rights(conn: Connection) -> list[str]:
    """Make the roles where they are missing, and give them their rights. Idempotent; does not commit.

    On a server of your own we may not be allowed to make roles. Then nothing fails: returns, and logs, what to run.
    """
    advice = []
    with conn.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname IN (%s, %s)", (ANALYST, OPS))
        present = {row[0] for row in cursor.fetchall()}
        missing = [words for words in MAKE if words.split()[2] not in present]
        if missing and not _try(conn, missing):
            advice.append(
                "The roles of analysts and operators are missing, and this one may not create them. As superuser: "
                + "; ".join(missing)
                + "; then `hotline db migrate` again."
            )
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname IN (%s, %s)", (ANALYST, OPS))
        for (role,) in cursor.fetchall():
            for right in RIGHTS[role]:
                cursor.execute(sql.SQL(right).format(role=sql.Identifier(role)))
        # Without this, anyone who may connect could make tables in `public` on PostgreSQL 14.
        cursor.execute("SELECT has_schema_privilege('public', 'public', 'CREATE')")
        if (cursor.fetchone() or (False,))[0] and not _try(conn, ["REVOKE CREATE ON SCHEMA public FROM PUBLIC"]):
            advice.append(
                "Everyone may create tables in schema public. As its owner: REVOKE CREATE ON SCHEMA public FROM PUBLIC;"
            )
    for line in advice:
        log.warning("%s", line)
    return advice


def _try(conn: Connection, statements: list[str]) -> bool:
    """Run all of `statements` or none; False: we lack the privilege."""
    with conn.cursor() as cursor:
        cursor.execute("SAVEPOINT trying")
        try:
            for statement in statements:
                cursor.execute(statement)
        except psycopg2.errors.InsufficientPrivilege:
            cursor.execute("ROLLBACK TO SAVEPOINT trying")
            return False
        except psycopg2.errors.DuplicateObject:
            # Another database of this server was migrated at the same moment.
            cursor.execute("ROLLBACK TO SAVEPOINT trying")
            return True
        cursor.execute("RELEASE SAVEPOINT trying")
    return True
