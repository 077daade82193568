"""The server's process, found by the pid file in its data directory."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A live PostgreSQL over one data directory; `ready` tells whether it takes connections yet."""

    pid: int
    port: int
    ready: bool

    @classmethod
    def find(cls, data: Path) -> Postmaster | None:
        """The process that serves `data`, or None. A pid file that outlived its process does not mislead us."""
        try:
            lines = (data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
            pid = int(lines[0])
        except (FileNotFoundError, NotADirectoryError, IndexError, ValueError):
            return None
        if not _serves(pid, data):
            return None
        port = int(lines[3]) if len(lines) > 3 and lines[3].strip().isdigit() else 0
        return cls(pid, port, ready=len(lines) > 7 and lines[7].strip() == "ready")

    @classmethod
    def forget_stale(cls, data: Path) -> None:
        """Remove a pid file whose number is now another program's: PostgreSQL itself would refuse to start."""
        if cls.find(data) is None:
            (data / "postmaster.pid").unlink(missing_ok=True)

    def end(self, seconds: float) -> bool:
        """Stop it, cutting off its sessions; harder when it does not obey. False: it lives on."""
        try:
            process = psutil.Process(self.pid)
            family = [process, *process.children(recursive=True)]
        except psutil.NoSuchProcess:
            return True
        for number, patience in ((signal.SIGINT, seconds), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            if number == signal.SIGKILL:
                for child in family[1:]:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        child.kill()
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)
            deadline = time.monotonic() + patience
            while time.monotonic() < deadline:
                if all(_gone(process) for process in family):
                    return True
                time.sleep(0.02)
        return False


def _gone(process: psutil.Process) -> bool:
    """Whether a process has ended. One that its parent, another Hotline command, has not yet buried counts as gone."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _serves(pid: int, data: Path) -> bool:
    """Whether process `pid` is a live PostgreSQL over `data`."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and str(data) in process.cmdline()
    except psutil.Error:
        return False
