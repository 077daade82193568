"""Start a child process that cannot outlive us, and stop it with all that it started."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
# Loaded before any fork: a child between fork and exec must not import or load a library.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _die_with_parent() -> None:
    """In the child: ask the kernel for SIGTERM when our process goes, even by `kill -9`."""
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def adopt_orphans() -> None:
    """Let grandchildren whose parent died become our children, so that `stop_tree` still finds them (Linux)."""
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1)


def start(
    command: Sequence[str], env: Mapping[str, str], log: Path, cwd: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own (a terminal's Ctrl-C reaches us alone), its output appended to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            list(command),
            env=dict(env),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )


def stop_tree(children: Sequence[subprocess.Popen[bytes]], grace: float) -> list[str]:
    """SIGTERM to each child, SIGKILL after `grace` seconds to it and to whatever it left. Names those killed hard."""
    family = _descendants(children)
    for child in children:
        if child.poll() is None:
            child.terminate()
    _, alive = psutil.wait_procs([psutil.Process(c.pid) for c in children if _exists(c)], timeout=grace)
    for child in children:
        child.poll()
    killed = []
    for process in {*alive, *family, *_descendants(children)}:
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                killed.append(f"{process.name()} ({process.pid})")
                process.kill()
    psutil.wait_procs(family, timeout=2)
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=2)
    return killed


def _exists(child: subprocess.Popen[bytes]) -> bool:
    return child.poll() is None and psutil.pid_exists(child.pid)


def _descendants(children: Sequence[subprocess.Popen[bytes]]) -> set[psutil.Process]:
    """All processes below `children`, and orphans in their sessions that were handed to us."""
    sessions = {child.pid for child in children}
    found: set[psutil.Process] = set()
    for child in children:
        with contextlib.suppress(psutil.NoSuchProcess):
            found.update(psutil.Process(child.pid).children(recursive=True))
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError, PermissionError):
            if os.getsid(process.pid) in sessions and process.pid not in sessions:
                found.add(process)
    return found
