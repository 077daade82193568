"""The embedded server: started, found again, killed, stopped. Real processes throughout."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import psycopg2
import pytest

from pipeline.settings import ROOT
from pipeline.warehouse.connect import connect
from pipeline.warehouse.embedded import EmbeddedPostgres
from pipeline.warehouse.errors import NotRunning
from pipeline.warehouse.postmaster import Postmaster

if TYPE_CHECKING:
    from _pytest.tmpdir import TempPathFactory


def ask(dsn: str, sql: str) -> object:
    with closing(connect(dsn)) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone()
        connection.commit()
        return row[0] if row else None


def processes(server: EmbeddedPostgres) -> list[psutil.Process]:
    """The server's processes: its postmaster and whatever has that as its parent."""
    postmaster = Postmaster.find(server.data)
    if postmaster is None:
        return []
    process = psutil.Process(postmaster.pid)
    return [process, *process.children(recursive=True)]


@pytest.fixture(scope="module")
def programs(postgres: EmbeddedPostgres, tmp_path_factory: TempPathFactory) -> Path:
    """PostgreSQL's programs, unpacked once."""
    return postgres.server / "programs" / "bin"


@pytest.fixture
def home(postgres: EmbeddedPostgres) -> Iterator[Path]:
    """A home that every user may enter, beside the session's own server."""
    home = postgres.directory.parent / f"home-{time.monotonic_ns()}"
    home.mkdir(mode=0o755)
    yield home
    EmbeddedPostgres(home).remove()
    shutil.rmtree(home)


@pytest.fixture
def server(home: Path, programs: Path) -> EmbeddedPostgres:
    """A server that is not started."""
    return EmbeddedPostgres(home, durable=False, programs=programs)


def test_start_gives_a_warehouse_and_airflow_a_database_each_with_its_role(server: EmbeddedPostgres) -> None:
    assert ask(server.start(), "SELECT current_user || '@' || current_database()") == "hotline_etl@hotline"
    assert ask(server.airflow_dsn, "SELECT current_user || '@' || current_database()") == "airflow@airflow"
    assert ask(server.analyst_dsn, "SELECT current_user || '@' || current_database()") == "hotline_analyst@hotline"
    assert ask(server.ops_dsn, "SELECT current_user || '@' || current_database()") == "hotline_ops@hotline"
    assert ask(server.dsn, "SHOW server_encoding") == "UTF8"


def test_no_role_enters_without_its_password_and_none_the_others_database(server: EmbeddedPostgres) -> None:
    dsn = server.start()
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        connect(dsn.replace(dsn.split(":")[2].split("@")[0], "guess"))
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        connect(server.airflow_dsn.rpartition("/")[0] + "/hotline")
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        connect(server.analyst_dsn.rpartition("/")[0] + "/airflow")


def test_only_loopback_and_private_files(server: EmbeddedPostgres) -> None:
    server.start()
    assert ask(server.dsn, "SHOW listen_addresses") == "127.0.0.1"
    assert (server.directory / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert server.data.stat().st_mode & 0o077 == 0
    assert processes(server)[0].uids().real != 0


def test_a_second_start_finds_the_running_server(server: EmbeddedPostgres, home: Path, programs: Path) -> None:
    dsn = server.start()
    pid = processes(server)[0].pid
    assert EmbeddedPostgres(home, programs=programs).start() == dsn
    assert processes(server)[0].pid == pid


def test_stop_leaves_no_process_and_start_brings_the_rows_back(server: EmbeddedPostgres) -> None:
    ask(server.start(), "CREATE TABLE kept AS SELECT 42 AS n; SELECT 1")
    family = processes(server)
    assert len(family) > 2
    server.stop()
    assert not [process for process in family if process.is_running()]
    assert not server.running()
    assert ask(server.start(), "SELECT n FROM kept") == 42


def test_stopping_twice_or_before_any_start_is_no_fault(server: EmbeddedPostgres) -> None:
    server.stop()
    server.start()
    server.stop()
    server.stop()


def test_start_after_kill_9_recovers_with_the_rows(server: EmbeddedPostgres) -> None:
    """The postmaster dies with a session open, so old processes hold its memory while the new one starts."""
    ask(server.start(), "CREATE TABLE kept AS SELECT 42 AS n; SELECT 1")
    with closing(connect(server.dsn)):
        os.kill(processes(server)[0].pid, signal.SIGKILL)
        assert ask(server.start(), "SELECT n FROM kept") == 42


def test_a_stale_pid_file_whose_number_is_another_programs_does_not_mislead(server: EmbeddedPostgres) -> None:
    """After a reboot the number in the file may be anyone's; PostgreSQL itself refuses to start over it."""
    server.start()
    pid_file = server.data / "postmaster.pid"
    text = pid_file.read_text()
    server.stop()
    pid_file.write_text(text.replace(text.splitlines()[0], str(os.getpid()), 1))
    assert not server.running()
    assert ask(server.start(), "SELECT 1") == 1
    assert psutil.pid_exists(os.getpid())


def test_a_taken_port_is_left_alone(server: EmbeddedPostgres, home: Path, programs: Path) -> None:
    import socket

    server.start()
    port = int((server.directory / "port").read_text())
    server.stop()
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Where another program was quicker, the port is taken all the same.
        with contextlib.suppress(OSError):
            taken.bind(("127.0.0.1", port))
            taken.listen()
        server.start()
        assert int((server.directory / "port").read_text()) != port


def test_lost_passwords_are_made_anew(server: EmbeddedPostgres) -> None:
    ask(server.start(), "CREATE TABLE kept AS SELECT 42 AS n; SELECT 1")
    server.stop()
    (server.directory / "secrets.json").unlink()
    assert ask(server.start(), "SELECT n FROM kept") == 42
    assert ask(server.analyst_dsn, "SELECT 1") == 1


def test_an_initdb_that_was_killed_leaves_nothing_that_looks_like_a_warehouse(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    (server.data / "PG_VERSION").unlink()
    (server.server / "data.part").mkdir()
    assert ask(server.start(), "SELECT 1") == 1


def test_the_last_user_out_stops_the_server(server: EmbeddedPostgres, home: Path, programs: Path) -> None:
    with EmbeddedPostgres(home, durable=False, programs=programs).using():
        with server.using():
            pass
        assert server.running()
    assert not server.running()


def test_a_killed_users_hold_on_the_server_dies_with_it(server: EmbeddedPostgres, home: Path) -> None:
    code = "import sys, time; from pathlib import Path; from pipeline.warehouse.embedded import EmbeddedPostgres\n"
    code += "EmbeddedPostgres(Path(sys.argv[1])).start(); print('up', flush=True); time.sleep(600)"
    server.start()
    server.release()
    assert not server.running()
    server.start()
    user = subprocess.Popen([sys.executable, "-c", code, str(home)], stdout=subprocess.PIPE, cwd=ROOT, text=True)
    assert user.stdout is not None
    assert user.stdout.readline() == "up\n"
    server.release()
    assert server.running()
    user.kill()
    user.wait()
    user.stdout.close()
    server.start()
    server.release()
    assert not server.running()


def test_a_kept_server_outlives_its_users(server: EmbeddedPostgres) -> None:
    with server.using():
        server.keep()
    assert server.running()
    server.stop()
    with server.using():
        pass
    assert not server.running()


def test_keeping_ends_with_the_server_that_was_kept(server: EmbeddedPostgres) -> None:
    """After a reboot the next command must not leave a server behind."""
    with server.using():
        server.keep()
    os.kill(processes(server)[0].pid, signal.SIGKILL)
    with server.using():
        pass
    assert not server.running()


def test_a_stopped_server_has_no_address(server: EmbeddedPostgres, home: Path) -> None:
    with pytest.raises(NotRunning, match=str(home)) as caught:
        _ = server.dsn
    assert "hotline db start" in caught.value.mend


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user, and may lack a way for it")
def test_under_a_closed_directory_the_files_lie_elsewhere_and_deleting_the_home_resets(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    server = EmbeddedPostgres(closed / "home", durable=False)
    try:
        ask(server.start(), "CREATE TABLE kept AS SELECT 42 AS n; SELECT 1")
        elsewhere = server.elsewhere
        assert elsewhere is not None
        assert elsewhere.stat().st_mode & 0o077 == 0
        server.stop()
        shutil.rmtree(closed / "home")
        assert ask(server.start(), "SELECT count(*) FROM pg_tables WHERE tablename = 'kept'") == 0
    finally:
        server.remove()
    assert not elsewhere.exists()
