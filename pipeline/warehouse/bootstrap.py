"""Roles and databases of the embedded server, made once by its superuser."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing

import psycopg2
from psycopg2 import sql

# role -> database it owns, if any
ROLES: dict[str, str | None] = {
    "hotline_etl": "hotline",
    "hotline_analyst": None,
    "hotline_ops": None,
    "airflow": "airflow",
}
READERS = ("hotline_analyst", "hotline_ops")
STATEMENT_TIMEOUT = "60s"


def settle(admin_dsn: str, passwords: Mapping[str, str]) -> None:
    """Make sure of the roles with these passwords, the databases, and who may connect to which. Idempotent."""
    with closing(psycopg2.connect(admin_dsn, application_name="hotline", connect_timeout=10)) as connection:
        # CREATE DATABASE refuses to run in a transaction.
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolname FROM pg_roles")
            roles = {row[0] for row in cursor.fetchall()}
            cursor.execute("SELECT datname FROM pg_database")
            databases = {row[0] for row in cursor.fetchall()}
            for role, database in ROLES.items():
                name, password = sql.Identifier(role), sql.Literal(passwords[role])
                if role not in roles:
                    cursor.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(name, password))
                elif not _can_log_in(admin_dsn, role, passwords[role]):
                    cursor.execute(sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(name, password))
                if database is not None and database not in databases:
                    place = sql.Identifier(database)
                    cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(place, name))
                    cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(place))
            for role in READERS:
                cursor.execute(sql.SQL("GRANT CONNECT ON DATABASE hotline TO {}").format(sql.Identifier(role)))
            cursor.execute(
                sql.SQL("ALTER ROLE hotline_analyst SET statement_timeout TO {}").format(sql.Literal(STATEMENT_TIMEOUT))
            )
            cursor.execute("ALTER ROLE hotline_analyst SET default_transaction_read_only TO on")
            cursor.execute("ALTER ROLE hotline_analyst SET search_path TO mart")


def _can_log_in(admin_dsn: str, role: str, password: str) -> bool:
    try:
        psycopg2.connect(admin_dsn, user=role, password=password, connect_timeout=10).close()
    except psycopg2.OperationalError as error:
        # Barred from the database `postgres`, or let in: either way the password was right.
        return "password authentication failed" not in str(error)
    return True
