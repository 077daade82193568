"""Brings the warehouse's schema up to date: numbered migrations, then the analysts' views, then the roles' rights."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from pipeline.settings import ROOT
from pipeline.warehouse.connect import connect
from pipeline.warehouse.errors import MigrationFault
from pipeline.warehouse.roles import grant_rights
from pipeline.warehouse.search import ensure_trigrams

MIGRATIONS = ROOT / "sql" / "migrations"
MARTS = ROOT / "sql" / "marts"
NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
OLDEST = 140000
# Any number will do, as long as all of us take the same one.
LOCK = 4_673_912_845

LEDGER = """
CREATE SCHEMA IF NOT EXISTS meta;
COMMENT ON SCHEMA meta IS 'What has been done to this schema, and when.';
CREATE TABLE IF NOT EXISTS meta.migration (
    number integer PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    seconds double precision NOT NULL
);
COMMENT ON TABLE meta.migration IS 'Migrations applied; a file that was applied must not change.';
COMMENT ON COLUMN meta.migration.number IS 'Key, and the order.';
COMMENT ON COLUMN meta.migration.name IS 'Name of its file.';
COMMENT ON COLUMN meta.migration.checksum IS 'SHA-256 of its file.';
COMMENT ON COLUMN meta.migration.applied_at IS 'When.';
COMMENT ON COLUMN meta.migration.seconds IS 'How long it took.';
CREATE TABLE IF NOT EXISTS meta.mart (
    view_name text PRIMARY KEY,
    checksum text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE meta.mart IS 'Views of the schema mart as last created from sql/marts.';
COMMENT ON COLUMN meta.mart.view_name IS 'Key.';
COMMENT ON COLUMN meta.mart.checksum IS 'SHA-256 of its file.';
COMMENT ON COLUMN meta.mart.created_at IS 'When it was created or replaced.';
"""


@dataclass(frozen=True, slots=True)
class Script:
    """One SQL file."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def number(self) -> int:
        return int(self.name[:4])

    @property
    def checksum(self) -> str:
        # Line ends may differ between checkouts.
        return hashlib.sha256(self.text.replace("\r\n", "\n").encode()).hexdigest()


def migrate(dsn: str, migrations: Path = MIGRATIONS, marts: Path = MARTS) -> list[str]:
    """Apply what is missing; returns the names of migrations applied and views created, in order.

    Each migration is a transaction of its own, so a failure leaves those before it applied and itself without a trace.
    Raises MigrationFault, which names the file and what the database said.
    """
    applied = []
    with closing(connect(dsn)) as connection, _one_at_a_time(connection):
        _check_server(connection)
        with connection, connection.cursor() as cursor:
            cursor.execute(LEDGER)
        for script in _missing(connection, _numbered(migrations)):
            _apply(connection, script)
            applied.append(script.name)
        applied += _create_marts(connection, marts)
        with connection:
            grant_rights(connection)
            ensure_trigrams(connection)
    return applied


def pending(dsn: str, migrations: Path = MIGRATIONS, marts: Path = MARTS) -> list[str]:
    """What `migrate` would apply, without doing it. Raises MigrationFault if an applied file was changed."""
    with closing(connect(dsn)) as connection:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('meta.migration') IS NULL")
            row = cursor.fetchone()
        scripts = _numbered(migrations)
        if row is None or row[0]:
            return [script.name for script in scripts] + [f"mart.{s.name}" for s in _views(marts)]
        missing = [script.name for script in _missing(connection, scripts)]
        return missing + [f"mart.{s.name}" for s in _stale_marts(connection, _views(marts))]


@contextmanager
def _one_at_a_time(connection: Connection) -> Iterator[None]:
    """Two migrations at once would be two halves. The lock belongs to the session: it outlives our transactions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        connection.commit()
        yield
        # On a fault the connection closes, and the lock with it.
        connection.rollback()
        cursor.execute("SELECT pg_advisory_unlock(%s)", (LOCK,))
        connection.commit()


def _check_server(connection: Connection) -> None:
    if connection.server_version < OLDEST:
        raise MigrationFault(
            f"The warehouse is PostgreSQL {connection.server_version // 10000}; 14 or newer is needed.",
            "Point HOTLINE_WAREHOUSE_DSN to a newer server, or unset it to use the embedded one.",
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), current_user, has_database_privilege(current_database(), 'CREATE')")
        database, user, may_create = cursor.fetchone() or ("?", "?", False)
        cursor.execute("SHOW server_encoding")
        encoding = (cursor.fetchone() or ("?",))[0]
    if not may_create:
        raise MigrationFault(
            f"Role {user} may not create schemas in database {database}.",
            f"As its owner: GRANT CREATE ON DATABASE {database} TO {user};",
        )
    if encoding != "UTF8":
        raise MigrationFault(
            f"Database {database} is encoded in {encoding}, and news is written in every script.",
            "Create it anew: CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0;",
        )


def _numbered(directory: Path) -> list[Script]:
    """The migrations on disk, checked: one number each. Some may be left out: work side by side takes blocks."""
    scripts = []
    for path in sorted(directory.glob("*.sql")):
        if not NAME.fullmatch(path.name):
            raise MigrationFault(f"{path} is not named like 0001_what_it_does.sql.", "Rename it.")
        scripts.append(Script(path, path.read_text(encoding="utf-8")))
    numbers = [script.number for script in scripts]
    if len(set(numbers)) != len(numbers) or (numbers and numbers[0] != 1):
        raise MigrationFault(
            f"The migrations in {directory} do not begin with 1, or two of them have one number: {numbers}.",
            "Renumber the newest.",
        )
    return scripts


def _missing(connection: Connection, scripts: list[Script]) -> list[Script]:
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT number, name, checksum FROM meta.migration ORDER BY number")
        applied = {row[0]: (row[1], row[2]) for row in cursor.fetchall()}
    known = {script.number: script for script in scripts}
    for number, (name, checksum) in applied.items():
        script = known.get(number)
        if script is None:
            raise MigrationFault(
                f"The warehouse has migration {name}, which this version of Hotline does not know.",
                "It was migrated by a newer version: update this installation.",
            )
        if script.checksum != checksum:
            raise MigrationFault(
                f"{script.path} was changed after it was applied as {name}.",
                "Migrations are forward-only: put the file back and write a new one.",
            )
    return [script for script in scripts if script.number not in applied]


def _apply(connection: Connection, script: Script) -> None:
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            began = (cursor.fetchone() or (None,))[0]
            cursor.execute(script.text)
            cursor.execute(
                """
                INSERT INTO meta.migration (number, name, checksum, seconds)
                VALUES (%s, %s, %s, extract(epoch FROM clock_timestamp() - %s))
                """,
                (script.number, script.name, script.checksum, began),
            )
    except psycopg2.Error as error:
        raise _fault(script, error) from error


def _views(directory: Path) -> list[Script]:
    return [Script(path, path.read_text(encoding="utf-8")) for path in sorted(directory.glob("*.sql"))]


def _stale_marts(connection: Connection, views: list[Script]) -> list[Script]:
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT view_name, checksum FROM meta.mart WHERE to_regclass('mart.' || quote_ident(view_name)) IS NOT NULL"
        )
        present = {row[0]: row[1] for row in cursor.fetchall()}
    return [view for view in views if present.get(view.name) != view.checksum]


def _create_marts(connection: Connection, directory: Path) -> list[str]:
    """Create views that are new or changed, each from the file of its name, all in one transaction; drop those gone."""
    views = _views(directory)
    stale = _stale_marts(connection, views)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT view_name FROM meta.mart")
        for name in sorted({row[0] for row in cursor.fetchall()} - {view.name for view in views}):
            _drop_view(cursor, name)
            cursor.execute("DELETE FROM meta.mart WHERE view_name = %s", (name,))
        for view in stale:
            _create_view(cursor, view)
            cursor.execute(
                """
                INSERT INTO meta.mart (view_name, checksum) VALUES (%s, %s)
                ON CONFLICT (view_name) DO UPDATE SET checksum = excluded.checksum, created_at = now()
                """,
                (view.name, view.checksum),
            )
    return [f"mart.{view.name}" for view in stale]


def _create_view(cursor: psycopg2.extensions.cursor, view: Script) -> None:
    """Replace the view in place, which keeps views that others built on it; drop it first if its columns changed."""
    cursor.execute("SAVEPOINT replacing")
    try:
        cursor.execute(view.text)
    except psycopg2.errors.InvalidTableDefinition:
        cursor.execute("ROLLBACK TO SAVEPOINT replacing")
        _drop_view(cursor, view.name)
        try:
            cursor.execute(view.text)
        except psycopg2.Error as error:
            raise _fault(view, error) from error
    except psycopg2.Error as error:
        raise _fault(view, error) from error
    cursor.execute("RELEASE SAVEPOINT replacing")


def _drop_view(cursor: psycopg2.extensions.cursor, name: str) -> None:
    try:
        cursor.execute(sql.SQL("DROP VIEW IF EXISTS {}").format(sql.Identifier("mart", name)))
    except psycopg2.errors.DependentObjectsStillExist as error:
        raise MigrationFault(
            f"mart.{name} has new columns, and others depend on it: {error.diag.message_detail}",
            "Drop those, run `hotline db migrate`, and create them again.",
        ) from error


def _fault(script: Script, error: psycopg2.Error) -> MigrationFault:
    """The database's words, with the line of the file they are about."""
    where = str(script.path)
    position = error.diag.statement_position
    if position is not None:
        where += f", line {script.text.count(chr(10), 0, int(position)) + 1}"
    said = " ".join(filter(None, (error.diag.message_primary or str(error), error.diag.message_detail)))
    return MigrationFault(f"{where}: {said.strip()}", "Nothing of this file was applied; those before it were.")
