"""Real child processes: started, restarted after a crash, stopped with all they started."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from pipeline.runtime.child import start, stop_tree
from pipeline.runtime.supervisor import Program, Supervisor

SLEEP = "import time; time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
)
WITH_CHILD = (
    "import subprocess, sys, time; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "print(child.pid, flush=True); time.sleep(60)"
)


def program(name: str, code: str, folder: Path) -> Program:
    return Program(name, (sys.executable, "-c", code), folder / f"{name}.log")


def wait_for(path: Path, text: str = "\n") -> str:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if path.exists() and text in (found := path.read_text()):
            return found
        time.sleep(0.05)
    raise AssertionError(f"{path} never held {text!r}")


def gone(pid: int) -> bool:
    end = time.monotonic() + 5
    while time.monotonic() < end:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def said() -> Iterator[list[str]]:
    yield []


def test_programs_run_and_stop(tmp_path: Path, said: list[str]) -> None:
    supervisor = Supervisor([program("a", SLEEP, tmp_path), program("b", SLEEP, tmp_path)], os.environ, said.append)
    supervisor.start()
    pids = supervisor.pids
    assert set(pids) == {"a", "b"}
    assert supervisor.stop() == []
    assert all(gone(pid) for pid in pids.values())


def test_a_crash_is_told_and_mended(tmp_path: Path, said: list[str]) -> None:
    supervisor = Supervisor([program("a", SLEEP, tmp_path)], os.environ, said.append, first_pause=0.1)
    supervisor.start()
    first = supervisor.pids["a"]
    psutil.Process(first).kill()
    end = time.monotonic() + 10
    while supervisor.pids.get("a") in (None, first) and time.monotonic() < end:
        supervisor.tend()
        time.sleep(0.05)
    assert supervisor.pids["a"] != first
    assert supervisor.crashes == {"a": 1}
    assert "signal 9" in said[0] and "a.log" in said[0]
    supervisor.stop()


def test_the_pause_grows_with_each_crash(tmp_path: Path, said: list[str]) -> None:
    clock = [0.0]
    supervisor = Supervisor(
        [program("a", "raise SystemExit(3)", tmp_path)], os.environ, said.append, lambda: clock[0], first_pause=1.0
    )
    supervisor.start()
    for pause in (1, 2, 4):
        end = time.monotonic() + 10
        while supervisor.pids and time.monotonic() < end:
            time.sleep(0.05)
        supervisor.tend()
        assert said[-1].startswith(f"a ended with status 3; starting it again in {pause} s")
        clock[0] += pause
        supervisor.tend()
    supervisor.stop()


def test_a_deaf_program_is_killed_and_named(tmp_path: Path, said: list[str]) -> None:
    supervisor = Supervisor([program("a", STUBBORN, tmp_path)], os.environ, said.append)
    supervisor.start()
    wait_for(tmp_path / "a.log", "deaf")
    pid = supervisor.pids["a"]
    assert any(str(pid) in name for name in supervisor.stop(grace=0.5))
    assert gone(pid)


def test_grandchildren_go_too(tmp_path: Path) -> None:
    child = start([sys.executable, "-c", WITH_CHILD], os.environ, tmp_path / "log")
    grandchild = int(wait_for(tmp_path / "log"))
    stop_tree([child], grace=2.0)
    assert gone(child.pid) and gone(grandchild)
