"""Who uses the embedded server: locks that the kernel drops with the process that holds them, even after `kill -9`."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pipeline.warehouse.errors import ServerFault

# A user of the server is the process, not the object that asked: an object that is forgotten must not let go.
_HOLDS: set[IO[str]] = set()


class Uses:
    """The locks in one installation's `directory`, seen from one of its users."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._held: IO[str] | None = None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One process at a time starts or stops the server. Raises ServerFault in another user's installation."""
        self._directory.mkdir(parents=True, exist_ok=True)
        with self._open("start.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def hold(self) -> None:
        """Count as a user, until `let_go` or the end of this process."""
        if self._held is None:
            self._held = self._open("users.lock")
            _HOLDS.add(self._held)
            fcntl.flock(self._held, fcntl.LOCK_SH)

    def let_go(self) -> None:
        """Count as a user no longer."""
        if self._held is not None:
            _HOLDS.discard(self._held)
            self._held.close()
            self._held = None

    def any(self) -> bool:
        """Whether somebody uses the server: this object, another one of this process, or another process."""
        with self._open("users.lock") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def share(self, path: Path) -> None:
        """What root makes in an ordinary user's installation stays usable for that user."""
        if os.geteuid() == 0:
            owner = self._directory.stat()
            os.chown(path, owner.st_uid, owner.st_gid)

    def _open(self, name: str) -> IO[str]:
        path = self._directory / name
        try:
            file = path.open("a+", encoding="utf-8")
        except PermissionError as error:
            raise ServerFault(
                f"{path} may not be opened: this installation was made by another user.",
                f"Run as that user, or delete {self._directory} as that user to begin afresh.",
            ) from error
        self.share(path)
        return file
