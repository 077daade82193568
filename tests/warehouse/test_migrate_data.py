"""Migrations over a warehouse with data in it: from the first release through every version to today's."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from psycopg2.extensions import connection as Connection

from pipeline.warehouse.connect import connect
from pipeline.warehouse.migrate import MIGRATIONS, migrate
from pipeline.warehouse.schema_docs import read_relations

FIRST_RELEASE = 5
SEED = Path(__file__).with_name("first_release.sql").read_text(encoding="utf-8")
# What later versions write, put in once their migration is there: the next ones must get over it.
LATER = {
    10: "INSERT INTO core.ops_event (kind, feed, since, detail, noted_at) "
    "VALUES ('feed_failing', 'herald', now(), 'd', now())",
    20: "INSERT INTO core.article_revision (article_id, revision, title, text, replaced_at, difference) "
    "VALUES (1, 1, 'Old', 'Old text.', now(), '-Old'); UPDATE core.article SET revision = 2 WHERE article_id = 1;"
    "INSERT INTO staging.revisit (item_id, due_at, fetched_at) VALUES (1, now(), now())",
    21: "INSERT INTO core.article_print VALUES (1, '2022-02-12', '{1,2}'); UPDATE core.article SET wire_family = 1",
    31: "INSERT INTO core.outbox (kind, about, rule, recipient, subject, text, html, message_id, as_of) "
    "VALUES ('heartbeat', '2022-02-12', 'ops', 'a@example.org', 's', 't', 'h', '<3@h>', now())",
    32: "INSERT INTO core.stage_run (stage, started_at, ended_at) VALUES ('poll', now(), now())",
    41: "INSERT INTO core.outbox (kind, about, rule, recipient, subject, text, html, message_id, as_of) "
    "VALUES ('ops', '1', 'ops', 'a@example.org', 's', 't', 'h', '<4@h>', now())",
}


def rows(conn: Connection, sql: str) -> list[tuple[object, ...]]:
    with conn, conn.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall()) if cursor.description else []


def counts(conn: Connection) -> dict[str, object]:
    """Rows of every table."""
    tables = [relation.name for relation in read_relations(conn) if not relation.is_view]
    return {name: rows(conn, f"SELECT count(*) FROM {name}")[0][0] for name in tables if not name.startswith("meta.")}


def test_every_version_brings_the_data_of_the_one_before_along(
    new_database: Callable[..., str], warehouse: Connection, tmp_path: Path
) -> None:
    dsn = new_database(empty=True)
    scripts, marts = tmp_path / "migrations", tmp_path / "marts"
    scripts.mkdir()
    marts.mkdir()
    waiting = sorted(MIGRATIONS.glob("*.sql"))
    while waiting and int(waiting[0].name[:4]) <= FIRST_RELEASE:
        shutil.copy(waiting.pop(0), scripts)
    migrate(dsn, scripts, marts)
    with closing(connect(dsn)) as conn:
        rows(conn, SEED)
        for path in waiting:
            before = counts(conn)
            assert before and 0 not in [n for name, n in before.items() if int(path.name[:4]) <= 10], before
            shutil.copy(path, scripts)
            assert migrate(dsn, scripts, marts) == [path.stem]
            after = counts(conn)
            # A migration may note more than it found; it must lose nothing.
            assert {name: n for name, n in before.items() if after.get(name, -1) < n} == {}, path.name
            if sql := LATER.get(int(path.name[:4])):
                rows(conn, sql)
        migrate(dsn)
        assert read_relations(conn) == read_relations(warehouse)
        assert rows(conn, "SELECT participants, reports, status FROM mart.contacts") == [
            ("Emmanuel Macron (FRA), Vladimir Putin (RUS)", 2, "occurred")
        ]
        found = rows(conn, "SELECT article_id, found_in FROM mart.search('elysee', leader => 'Q7747')")
        assert sorted(found) == [(1, "title"), (2, "title")]
        assert rows(conn, "SELECT count(*) FROM mart.search('spoke')") == [(2,)]
