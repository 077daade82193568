"""The home's lock, kept ports and kept secrets."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.runtime.errors import AlreadyRunning, PortTaken
from pipeline.runtime.lock import home_lock
from pipeline.runtime.ports import free_port, is_free, remembered_port
from pipeline.runtime.private import kept_tokens, write_private


def test_a_second_command_in_one_home_is_told_who_is_at_work(tmp_path: Path) -> None:
    with home_lock(tmp_path, "run"), pytest.raises(AlreadyRunning, match="hotline run"), home_lock(tmp_path, "up"):
        pass
    with home_lock(tmp_path, "up"):
        pass


def test_the_lock_goes_with_a_killed_process(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from pipeline.runtime.lock import home_lock\n"
        "with home_lock(Path(sys.argv[1]), 'run'): print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunning), home_lock(tmp_path, "up"):
            pass
    finally:
        holder.kill()
        holder.wait()
    with home_lock(tmp_path, "up"):
        pass


def test_a_port_is_remembered(tmp_path: Path) -> None:
    port = remembered_port(tmp_path / "port")
    assert remembered_port(tmp_path / "port") == port


def test_a_remembered_port_that_is_taken_names_the_mend(tmp_path: Path) -> None:
    port = remembered_port(tmp_path / "port")
    with socket.create_server(("127.0.0.1", port)):
        assert not is_free(port)
        with pytest.raises(PortTaken) as fault:
            remembered_port(tmp_path / "port")
    assert str(tmp_path) in fault.value.mend


def test_a_spoiled_port_file_names_the_mend(tmp_path: Path) -> None:
    (tmp_path / "port").write_text("abc")
    with pytest.raises(PortTaken, match="holds no port"):
        remembered_port(tmp_path / "port")


def test_a_free_port_is_free() -> None:
    assert is_free(free_port())


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "kept" / "secrets.json"
    first = kept_tokens(path, ("a", "b"))
    assert first["a"] != first["b"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert kept_tokens(path, ("a", "b", "c")) | first == kept_tokens(path, ("a", "b", "c"))


def test_a_loose_mode_is_tightened(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    kept_tokens(path, ("a",))
    path.chmod(0o644)
    kept_tokens(path, ("a",))
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_private_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_private(path, "one")
    before = time.time_ns()
    write_private(path, "two")
    assert path.read_text() == "two"
    assert path.stat().st_mtime_ns >= before - 10_000_000_000
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
