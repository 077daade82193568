"""One real PostgreSQL for the whole session; every test that asks gets a freshly migrated database of its own."""

from __future__ import annotations

import itertools
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg2
import pytest

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

    from pipeline.warehouse.embedded import EmbeddedPostgres

TEMPLATE = "hotline_template"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A running embedded server in a directory of its own, with the migrated database `hotline_template`."""
    from pipeline.warehouse.embedded import EmbeddedPostgres
    from pipeline.warehouse.migrate import migrate

    with tempfile.TemporaryDirectory(prefix="hotline-tests-", dir=_quick_place()) as directory:
        # Under root the server runs as another user, who must be able to enter.
        Path(directory).chmod(0o755)
        server = EmbeddedPostgres(Path(directory), durable=False)
        try:
            server.start()
            with _admin(server) as cursor:
                cursor.execute(f"CREATE DATABASE {TEMPLATE} OWNER hotline_etl")
            migrate(in_database(server.dsn, TEMPLATE))
            yield server
        finally:
            server.remove()


@pytest.fixture
def new_database(postgres: EmbeddedPostgres) -> Iterator[Callable[..., str]]:
    """Makes databases: `new_database()` migrated, `new_database(empty=True)` bare. Returns the DSN as hotline_etl."""
    made = []

    def make(empty: bool = False) -> str:
        name = f"hotline_test_{next(_numbers)}"
        template = "template0" if empty else TEMPLATE
        with _admin(postgres) as cursor:
            # Copying files is quicker than writing them through the log for a small template.
            cursor.execute(f"CREATE DATABASE {name} OWNER hotline_etl TEMPLATE {template} STRATEGY file_copy")
        made.append(name)
        return in_database(postgres.dsn, name)

    yield make
    with _admin(postgres) as cursor:
        for name in made:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def warehouse_dsn(new_database: Callable[..., str]) -> str:
    """A freshly migrated warehouse, as the pipeline's role hotline_etl."""
    return new_database()


@pytest.fixture
def analyst_dsn(postgres: EmbeddedPostgres, warehouse_dsn: str) -> str:
    """The same warehouse as `warehouse_dsn`, as the role hotline_analyst."""
    return in_database(postgres.analyst_dsn, warehouse_dsn.rpartition("/")[2])


@pytest.fixture
def warehouse(warehouse_dsn: str) -> Iterator[Connection]:
    """An open connection to `warehouse_dsn`."""
    from pipeline.warehouse.connect import connect

    with closing(connect(warehouse_dsn)) as connection:
        yield connection


def in_database(dsn: str, name: str) -> str:
    """`dsn` with another database."""
    return re.sub(r"/[^/]*$", f"/{name}", dsn)


def _quick_place() -> str | None:
    """Memory instead of disk, where there is enough and programs may run from it: tests make hundreds of databases."""
    memory = Path("/dev/shm")
    try:
        stat = os.statvfs(memory)
    except OSError:
        return None
    roomy = stat.f_bavail * stat.f_frsize > 2_000_000_000
    return str(memory) if roomy and os.access(memory, os.W_OK) and not stat.f_flag & os.ST_NOEXEC else None


@contextmanager
def _admin(server: EmbeddedPostgres) -> Iterator[psycopg2.extensions.cursor]:
    with closing(psycopg2.connect(server.admin_dsn)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor
