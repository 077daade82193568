"""`hotline db`, `hotline sql` and `hotline contacts`, as a person types them."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.settings import ROOT
from pipeline.warehouse.contacts import save_contacts
from pipeline.warehouse.embedded import EmbeddedPostgres

House = Any
A = "0f0e0d0c-0000-4000-8000-00000000000a"
Hotline = Callable[..., "subprocess.CompletedProcess[str]"]


def hotline(*words: str, env: dict[str, str], stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command with no settings but `env`."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    return subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *words],
        env={**clean, "PYTHONIOENCODING": "utf-8", **env},
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        timeout=120,
        check=False,
    )


@pytest.fixture
def filled(house: House, analyst_dsn: str) -> dict[str, str]:
    """The environment of an installation with its own server, which knows of one call."""
    (report_id,) = house.report_ids(house.understood(house.call()))
    save_contacts(house.conn, [house.contact(A, report_id)], house.now)
    house.conn.commit()
    return {"HOTLINE_WAREHOUSE_DSN": house.dsn, "HOTLINE_ANALYST_DSN": analyst_dsn}


@pytest.fixture
def embedded(postgres: EmbeddedPostgres) -> Iterator[tuple[dict[str, str], EmbeddedPostgres]]:
    """The environment of a fresh installation with the embedded server, and that server."""
    home = postgres.directory.parent / f"cli-{time.monotonic_ns()}"
    home.mkdir(mode=0o755)
    server = EmbeddedPostgres(home)
    yield {"HOTLINE_HOME": str(home)}, server
    server.remove()
    shutil.rmtree(home)


def test_sql_as_csv_is_csv(filled: dict[str, str]) -> None:
    done = hotline("sql", "--csv", "SELECT participants, topics, location FROM contacts", env=filled)
    assert list(csv.reader(io.StringIO(done.stdout))) == [
        ["participants", "topics", "location"],
        ["Emmanuel Macron (FRA), Vladimir Putin (RUS)", '["deescalation_talks"]', ""],
    ]


def test_sql_as_json_is_json_lines(filled: dict[str, str]) -> None:
    done = hotline("sql", "--json", "-", env=filled, stdin="SELECT occurred_on, confidence, ordinal FROM contacts;")
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"occurred_on": "2022-02-12", "confidence": 0.98, "ordinal": 4}
    ]


def test_sql_takes_a_file_and_the_name_of_an_example(filled: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "mine.sql"
    file.write_text("SELECT 6 * 7 AS answer")
    assert "42" in hotline("sql", str(file), env=filled).stdout
    assert "Emmanuel Macron (FRA), Vladimir Putin (RUS)" in hotline("sql", "latest_contacts", env=filled).stdout


def test_sql_without_a_query_lists_views_and_examples(filled: dict[str, str]) -> None:
    done = hotline("sql", env=filled)
    assert "mart.contacts" in done.stdout
    assert "dyads_by_week" in done.stdout


def test_a_fault_in_sql_is_shown_without_a_traceback(filled: dict[str, str]) -> None:
    done = hotline("sql", "SELECT nothing FROM contacts", env=filled)
    assert done.returncode == 1
    assert done.stderr.startswith('column "nothing" does not exist\nline 1: SELECT nothing FROM contacts\n')
    assert "Traceback" not in done.stderr


def test_square_brackets_in_news_are_no_markup(filled: dict[str, str]) -> None:
    assert "[/red] [bold]x" in hotline("sql", "SELECT '[/red] [bold]x' AS words", env=filled).stdout


def test_contacts_as_a_table_and_as_json(filled: dict[str, str]) -> None:
    table = hotline("contacts", env=filled).stdout
    assert "1 h 40 min" in table
    assert "Emmanuel Macron (FRA), Vladimir Putin (RUS)" in table
    (line,) = hotline(
        "contacts", "--json", "--leader", "putin", "--since", "2022-02-12", env=filled
    ).stdout.splitlines()
    assert json.loads(line)["contact_id"] == A
    assert hotline("contacts", "--until", "2022-02-11", env=filled).stdout == "No contacts.\n"


def test_a_day_that_is_none_is_told(filled: dict[str, str]) -> None:
    done = hotline("contacts", "--since", "yesterday", env=filled)
    assert (done.returncode, "--since 'yesterday' is no day" in done.stderr) == (1, True)


def test_a_server_that_does_not_answer_is_told(filled: dict[str, str]) -> None:
    done = hotline("contacts", env={"HOTLINE_WAREHOUSE_DSN": "postgresql://x@127.0.0.1:1/x"})
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "hotline doctor" in done.stderr


def test_a_schema_that_is_missing_is_told(new_database: Callable[..., str]) -> None:
    done = hotline("contacts", env={"HOTLINE_WAREHOUSE_DSN": new_database(empty=True)})
    assert (done.returncode, "hotline db migrate" in done.stderr) == (1, True)


def test_the_embedded_server_is_started_for_a_command_and_stopped_again(
    embedded: tuple[dict[str, str], EmbeddedPostgres],
) -> None:
    env, server = embedded
    nothing = hotline("sql", "SELECT 1", env=env)
    assert (nothing.returncode, "There is no warehouse yet" in nothing.stderr) == (1, True)
    assert not server.data.exists()
    assert "applied 0001_vocabulary" in hotline("db", "migrate", env=env).stdout
    assert hotline("db", "migrate", env=env).stdout == "The schema is up to date.\n"
    assert "stopped; it is started when needed" in hotline("db", "status", env=env).stdout
    assert hotline("sql", "--csv", "SELECT count(*) FROM contacts", env=env).stdout == "count\n0\n"
    assert not server.running()


def test_a_server_started_by_hand_stays_until_it_is_stopped(embedded: tuple[dict[str, str], EmbeddedPostgres]) -> None:
    env, server = embedded
    assert hotline("db", "start", env=env).returncode == 0
    assert server.running()
    assert hotline("db", "dsn", env=env).stdout.strip() == server.analyst_dsn
    hotline("db", "migrate", env=env)
    assert server.running()
    assert hotline("db", "stop", env=env).stdout == "PostgreSQL is stopped.\n"
    assert not server.running()
    assert hotline("db", "stop", env=env).stdout == "PostgreSQL does not run.\n"


def test_stop_spares_a_server_in_use_unless_forced(embedded: tuple[dict[str, str], EmbeddedPostgres]) -> None:
    env, server = embedded
    server.start()
    refused = hotline("db", "stop", env=env)
    assert (refused.returncode, "--force" in refused.stderr, server.running()) == (1, True, True)
    assert hotline("db", "stop", "--force", env=env).returncode == 0
    assert not server.running()
