"""Migrations: forward only, whole or not at all, and clear about what is wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from pipeline.warehouse.connect import connect
from pipeline.warehouse.errors import MigrationFault
from pipeline.warehouse.migrate import MARTS, MIGRATIONS, migrate, pending


def run(dsn: str, sql: str) -> list[tuple[object, ...]]:
    with closing(connect(dsn)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall()) if cursor.description else []


@pytest.fixture
def empty(new_database: Callable[..., str]) -> str:
    """A database without any schema of ours."""
    return new_database(empty=True)


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """Two migrations of a schema of their own."""
    for name in ("migrations", "marts"):
        (tmp_path / name).mkdir()
    (tmp_path / "migrations" / "0001_first.sql").write_text("CREATE SCHEMA mart; CREATE TABLE one (n int);")
    (tmp_path / "migrations" / "0002_second.sql").write_text("CREATE TABLE two (n int);")
    return tmp_path


def apply(dsn: str, scripts: Path) -> list[str]:
    """Without the roles' rights, which speak of the real schemas."""
    from pipeline.warehouse import migrate as module

    original = module.grant_rights
    module.grant_rights = lambda conn: []  # type: ignore[assignment]
    try:
        return migrate(dsn, scripts / "migrations", scripts / "marts")
    finally:
        module.grant_rights = original


def test_an_empty_database_becomes_a_warehouse_and_a_second_time_nothing_is_to_do(empty: str) -> None:
    expected = [path.stem for path in sorted(MIGRATIONS.glob("*.sql"))]
    expected += [f"mart.{path.stem}" for path in sorted(MARTS.glob("*.sql"))]
    assert pending(empty) == expected
    assert migrate(empty) == expected
    assert pending(empty) == []
    assert migrate(empty) == []


def test_two_at_once_are_one_after_the_other(empty: str) -> None:
    applied: list[list[str]] = []
    threads = [threading.Thread(target=lambda: applied.append(migrate(empty))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(bool(names) for names in applied) == [False, False, True]


def test_a_failing_migration_leaves_no_trace_and_names_its_line(empty: str, scripts: Path) -> None:
    (scripts / "migrations" / "0003_third.sql").write_text("CREATE TABLE three (n int);\n\nCREATE TABLE one (n int);\n")
    with pytest.raises(MigrationFault, match=r'0003_third.sql.*relation "one" already exists'):
        apply(empty, scripts)
    (scripts / "migrations" / "0003_third.sql").write_text("CREATE TABLE three (n int);\nSELECT nothing;\n")
    with pytest.raises(MigrationFault, match=r"0003_third.sql, line 2: column .nothing. does not exist"):
        apply(empty, scripts)
    assert run(empty, "SELECT to_regclass('two') IS NOT NULL, to_regclass('three') IS NULL") == [(True, True)]
    assert pending(empty, scripts / "migrations", scripts / "marts") == ["0003_third"]


def test_a_changed_migration_is_refused(empty: str, scripts: Path) -> None:
    apply(empty, scripts)
    (scripts / "migrations" / "0001_first.sql").write_text("CREATE SCHEMA mart; CREATE TABLE one (n bigint);")
    with pytest.raises(MigrationFault, match=r"0001_first.sql was changed after it was applied") as caught:
        apply(empty, scripts)
    assert "forward-only" in caught.value.mend


def test_other_line_ends_are_no_change(empty: str, scripts: Path) -> None:
    first = scripts / "migrations" / "0001_first.sql"
    first.write_text("CREATE SCHEMA mart;\nCREATE TABLE one (n int);\n")
    apply(empty, scripts)
    first.write_bytes(first.read_bytes().replace(b"\n", b"\r\n"))
    assert apply(empty, scripts) == []


def test_a_warehouse_of_a_newer_version_is_left_alone(empty: str, scripts: Path) -> None:
    apply(empty, scripts)
    (scripts / "migrations" / "0002_second.sql").unlink()
    with pytest.raises(MigrationFault, match="0002_second, which this version of Hotline does not know"):
        apply(empty, scripts)


@pytest.mark.parametrize("name", ["0002_double.sql", "0000_before_the_first.sql", "third.sql"])
def test_numbers_are_unique_and_begin_with_one(empty: str, scripts: Path, name: str) -> None:
    (scripts / "migrations" / name).write_text("SELECT 1")
    with pytest.raises(MigrationFault):
        apply(empty, scripts)


def test_a_gap_may_be_filled_later(empty: str, scripts: Path) -> None:
    (scripts / "migrations" / "0020_later.sql").write_text("CREATE TABLE later (n integer)")
    assert "0020_later" in apply(empty, scripts)
    (scripts / "migrations" / "0010_between.sql").write_text("CREATE TABLE between_them (n integer)")
    assert apply(empty, scripts) == ["0010_between"]


def test_a_changed_view_is_replaced_in_place_and_views_on_it_live_on(empty: str, scripts: Path) -> None:
    view = scripts / "marts" / "ones.sql"
    view.write_text("CREATE OR REPLACE VIEW mart.ones AS SELECT n FROM one")
    assert "mart.ones" in apply(empty, scripts)
    run(empty, "CREATE VIEW theirs AS SELECT n FROM mart.ones")
    view.write_text("CREATE OR REPLACE VIEW mart.ones AS SELECT n, n + 1 AS more FROM one")
    assert apply(empty, scripts) == ["mart.ones"]
    assert run(empty, "SELECT * FROM theirs") == []


def test_a_view_whose_columns_changed_is_made_anew(empty: str, scripts: Path) -> None:
    view = scripts / "marts" / "ones.sql"
    view.write_text("CREATE OR REPLACE VIEW mart.ones AS SELECT n FROM one")
    apply(empty, scripts)
    view.write_text("CREATE OR REPLACE VIEW mart.ones AS SELECT n::text AS n FROM one")
    assert apply(empty, scripts) == ["mart.ones"]
    run(empty, "CREATE VIEW theirs AS SELECT n FROM mart.ones")
    view.write_text("CREATE OR REPLACE VIEW mart.ones AS SELECT n FROM one")
    with pytest.raises(MigrationFault, match="theirs"):
        apply(empty, scripts)


def test_a_view_whose_file_is_gone_is_dropped_and_one_that_was_dropped_comes_back(empty: str, scripts: Path) -> None:
    view = scripts / "marts" / "ones.sql"
    view.write_text("CREATE OR REPLACE VIEW mart.ones AS SELECT n FROM one")
    apply(empty, scripts)
    run(empty, "DROP VIEW mart.ones")
    assert apply(empty, scripts) == ["mart.ones"]
    view.unlink()
    apply(empty, scripts)
    assert run(empty, "SELECT to_regclass('mart.ones')") == [(None,)]


def test_a_role_that_may_not_create_schemas_is_told_what_to_grant(empty: str, postgres: object) -> None:
    analyst = postgres.analyst_dsn.rpartition("/")[0] + "/" + empty.rpartition("/")[2]  # type: ignore[attr-defined]
    with pytest.raises(MigrationFault, match="hotline_analyst may not create schemas") as caught:
        migrate(analyst)
    assert "GRANT CREATE ON DATABASE" in caught.value.mend


def test_a_server_that_is_not_there_is_an_error_of_the_driver(empty: str) -> None:
    with pytest.raises(psycopg2.OperationalError):
        migrate("postgresql://nobody@127.0.0.1:1/none")
