"""Where secrets of an installation might leak to: what it made for itself, its logs, and Airflow's tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing

import psycopg2
from psycopg2 import sql

from pipeline.warehouse.embedded import EmbeddedPostgres
from tests.end_to_end.home import Home


def secrets_of(home: Home) -> set[str]:
    """All that the installation made for itself and keeps in files of mode 0600."""
    files = [home.path / "pg" / "secrets.json", *(home.path / "airflow").glob("*.json")]
    found: set[str] = set()
    for path in files:
        assert path.stat().st_mode & 0o077 == 0, f"{path} can be read by others"
        found |= {value for value in json.loads(path.read_text()).values() if isinstance(value, str)}
    return {value for value in found if len(value) >= 12}


def airflow_rows(home: Home) -> Iterator[tuple[str, str]]:
    """Every row of every table of Airflow's metadata, as text."""
    server = EmbeddedPostgres(home.path)
    with server.using(), closing(psycopg2.connect(server.airflow_dsn)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(sql.SQL("SELECT t::text FROM {} AS t").format(sql.Identifier(table)))
            for (row,) in cursor.fetchall():
                yield table, row
