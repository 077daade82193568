"""`kill -9` of the running task in the middle of each stage: the runs after it end in the same warehouse and mails."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg2
import pytest

from pipeline.warehouse.embedded import EmbeddedPostgres
from pipeline.warehouse.errors import NotRunning
from tests.end_to_end.home import ARTICLES, CONTACTS, Home, Run, new_home

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

# What shows that a stage is in the middle of its work. To settle is one transaction: its lock is all that shows.
IN_THE_MIDDLE = {
    "poll": "SELECT count(*) >= 3 FROM staging.feed_poll",
    "fetch": "SELECT count(*) >= 10 FROM staging.item WHERE stage = 'fetched'",
    "extract": "SELECT count(*) >= 10 FROM staging.item WHERE stage = 'extracted'",
    "understand": "SELECT count(*) >= 10 FROM staging.item WHERE stage = 'understood'",
    "reconcile": """
        SELECT (SELECT count(*) FROM staging.item WHERE stage = 'understood') >= 100 AND EXISTS (
            SELECT FROM pg_locks JOIN pg_database ON oid = database
            WHERE locktype = 'advisory' AND datname = 'hotline')""",
    "alert": "SELECT count(*) >= 2 FROM core.outbox WHERE state = 'sent'",
}


def warehouse_dsn(home: Home) -> str | None:
    try:
        return EmbeddedPostgres(home.path).admin_dsn.rpartition("/")[0] + "/hotline"
    except NotRunning:
        return None


def wait_until(true: Callable[[], bool], what: str, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise AssertionError(f"never: {what}")
        time.sleep(0.01)


def kill_in_the_middle_of(home: Home, stage: str) -> str:
    """Start a run, kill its task's processes when `stage` is at work; returns what the run said."""
    run = home.start("run")
    connection: psycopg2.extensions.connection | None = None

    def at_work() -> bool:
        nonlocal connection
        assert run.poll() is None, f"the run ended before {stage} could be killed:\n{run.communicate()[0]}"
        try:
            if connection is None:
                dsn = warehouse_dsn(home)
                connection = psycopg2.connect(dsn) if dsn else None
            if connection is None:
                return False
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(IN_THE_MIDDLE[stage])
                return bool((cursor.fetchone() or [False])[0])
        except psycopg2.Error:
            # Not migrated yet, or the server is still starting.
            if connection is not None and connection.closed:
                connection = None
            return False

    try:
        wait_until(at_work, f"{stage} at work")
        tasks = [
            p for p in psutil.Process(run.pid).children(recursive=True) if "pipeline.runtime.dagrun" in p.cmdline()
        ]
        assert tasks
        for process in tasks:
            process.kill()
        output, _ = run.communicate(timeout=60)
    finally:
        if connection is not None:
            connection.close()
        if run.poll() is None:
            run.kill()
    assert run.returncode == 1, output
    return output


def test_killed_in_every_stage_it_ends_in_the_same_warehouse_and_mails(first_run: Run) -> None:
    with new_home() as directory:
        home = Home(Path(directory) / "home")
        for stage in IN_THE_MIDDLE:
            assert "killed by signal 9" in kill_in_the_middle_of(home, stage)
        done = home.run("run")
        assert done.returncode == 0, done.stdout
        assert fates(home.read(ARTICLES)) == fates(first_run.articles)
        assert contacts(home.read(CONTACTS)) == contacts(first_run.contacts)
        assert Counter(str(m["Subject"]) for m in home.mails()) == Counter(
            str(m["Subject"]) for m in first_run.home.mails()
        )


def contacts(rows: list[dict[str, object]]) -> Counter[str]:
    """Contacts without their keys, which follow the order in which reports were stored."""
    return Counter(repr({key: value for key, value in row.items() if key != "contact_id"}) for row in rows)


def fates(rows: list[dict[str, object]]) -> Counter[str]:
    """Articles without their addresses: the port is each home's own, and of an AMP copy and its page either may be
    the article and the other the duplicate."""
    return Counter(repr({key: value for key, value in row.items() if key != "url"}) for row in rows)


def is_postgres(process: psutil.Process) -> bool:
    try:
        return "postgres" in process.name()
    except psutil.NoSuchProcess:  # it ended while we looked
        return False


def test_a_leftover_server_of_a_killed_run_is_stopped(first_run: Run) -> None:
    """`kill -9` of `hotline run` itself: the next command finds the server and stops it at its end."""
    run = first_run.home.start("run")
    wait_until(lambda: warehouse_dsn(first_run.home) is not None, "the server up")
    children = psutil.Process(run.pid).children(recursive=True)
    run.kill()
    run.communicate()
    _, alive = psutil.wait_procs([child for child in children if not is_postgres(child)], timeout=15)
    assert not alive
    done = first_run.home.run("run")
    assert done.returncode == 0, done.stdout
    assert warehouse_dsn(first_run.home) is None
