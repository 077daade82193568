"""A PostgreSQL of the user's own, with a role that owns its database and nothing more. On an older server, if one is
installed here; else on the bundled one."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from pydantic import SecretStr

from pipeline.domain import Stage
from pipeline.settings import Settings
from pipeline.stages.context import StageContext
from pipeline.warehouse.connect import connect
from pipeline.warehouse.embedded import EmbeddedPostgres
from pipeline.warehouse.migrate import migrate, pending
from pipeline.warehouse.queue import claim
from pipeline.warehouse.reads import QueryFault, analyst_connection, query


def older_programs() -> list[Path]:
    """PostgreSQL 14 to 17 as distributions install them, the oldest first."""
    return [p for v in range(14, 18) for p in Path("/usr/lib/postgresql").glob(f"{v}/bin") if (p / "initdb").exists()]


@pytest.fixture(scope="module")
def server(postgres: EmbeddedPostgres) -> Iterator[EmbeddedPostgres]:
    """A bare server: none of our roles, databases or settings."""
    programs = [*older_programs(), postgres.server / "programs" / "bin"][0]
    home = Path(tempfile.mkdtemp(dir=postgres.directory.parent))
    home.chmod(0o755)
    server = EmbeddedPostgres(home, durable=False, programs=programs)
    try:
        server.start()
        yield server
    finally:
        server.remove()
        shutil.rmtree(home)


@pytest.fixture
def own(server: EmbeddedPostgres) -> str:
    """The DSN of an empty database, as the role that owns it and may nothing else."""
    with closing(psycopg2.connect(server.admin_dsn)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("DROP DATABASE IF EXISTS hotline WITH (FORCE)")
            cursor.execute("DROP DATABASE IF EXISTS news WITH (FORCE)")
            cursor.execute("DROP ROLE IF EXISTS hotline_analyst, hotline_ops, newsroom")
            cursor.execute("CREATE ROLE newsroom LOGIN PASSWORD 'secret'")
            cursor.execute("CREATE DATABASE news OWNER newsroom")
    port = server.admin_dsn.rpartition(":")[2].partition("/")[0]
    return f"postgresql://newsroom:secret@127.0.0.1:{port}/news"


@pytest.fixture
def settings(own: str, tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, warehouse_dsn=SecretStr(own))


def test_an_owner_without_further_rights_can_migrate_and_is_told_what_to_ask_for(
    own: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "hotline.warehouse"):
        assert migrate(own)
    assert pending(own) == []
    assert "CREATE ROLE hotline_analyst NOLOGIN" in caplog.text
    with closing(connect(own)) as connection:
        assert claim(connection, Stage.DISCOVERED, 1, 60) == []


def test_once_the_roles_are_there_the_next_migration_gives_them_their_rights(
    own: str, server: EmbeddedPostgres, caplog: pytest.LogCaptureFixture
) -> None:
    migrate(own)
    advice = caplog.text.split("As superuser: ")[1].split("; then")[0]
    with closing(psycopg2.connect(server.admin_dsn)) as admin, admin, admin.cursor() as cursor:
        cursor.execute(advice)
    caplog.clear()
    migrate(own)
    assert "hotline_analyst" not in caplog.text
    with closing(connect(own)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('hotline_analyst', 'mart.contacts', 'SELECT')")
        assert cursor.fetchone() == (True,)


def test_an_owner_that_may_create_roles_needs_nobody(
    own: str, server: EmbeddedPostgres, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(psycopg2.connect(server.admin_dsn)) as admin, admin, admin.cursor() as cursor:
        cursor.execute("ALTER ROLE newsroom CREATEROLE")
    migrate(own)
    assert "hotline_analyst" not in caplog.text
    with closing(connect(own)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT rolconfig FROM pg_roles WHERE rolname = 'hotline_analyst'")
        assert "statement_timeout=60s" in (cursor.fetchone() or ([],))[0]


def test_stages_and_queries_use_it_and_queries_cannot_write(settings: Settings, own: str) -> None:
    migrate(own)
    with StageContext.open(settings).connection() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("newsroom",)
    with analyst_connection(settings) as connection:
        assert query(connection, "SELECT count(*) FROM contacts").rows == [(0,)]
        with pytest.raises(QueryFault, match="read-only"):
            query(connection, "DELETE FROM core.contact")


def test_the_context_commits_at_the_end_and_rolls_back_on_a_fault(settings: Settings, own: str) -> None:
    context = StageContext.open(settings)
    with context.connection() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept (n int)")
    with pytest.raises(ZeroDivisionError), context.connection() as connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO kept VALUES (1)")
        raise ZeroDivisionError
    assert connection.closed
    with context.connection() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kept")
        assert cursor.fetchone() == (0,)


def test_a_fault_is_told_though_the_server_is_gone(settings: Settings, own: str) -> None:
    """The stage's own error matters, not the failing rollback after it."""
    with pytest.raises(ZeroDivisionError), StageContext.open(settings).connection() as connection:
        connection.close()
        raise ZeroDivisionError
