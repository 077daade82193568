"""One `hotline run` or `hotline up` at a time in one home."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.runtime.errors import AlreadyRunning


@contextmanager
def home_lock(home: Path, what: str) -> Iterator[None]:
    """Hold `home` for this process. The kernel drops the lock with the process, even after `kill -9`."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / "running.lock"
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "another command"
            raise AlreadyRunning(
                f"{holder} is at work in {home}.",
                "Wait for it or stop it (Ctrl-C). While `hotline up` runs, start a run with the play button of "
                "news_monitor in the UI.",
            ) from None
        file.truncate(0)
        file.write(f"`hotline {what}` (process {os.getpid()})")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)
