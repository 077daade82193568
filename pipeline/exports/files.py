"""Files that are there whole or not at all: written beside their place, then moved into it."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write to; at the end it becomes `path`, or is deleted if anything failed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield temporary
        _settle(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def staging(directory: Path) -> Iterator[Path]:
    """A folder to write to; at the end all its files move into `directory`, each in place of its former self."""
    directory.mkdir(parents=True, exist_ok=True)
    # Inside the target, so that moving is renaming.
    temporary = Path(tempfile.mkdtemp(prefix=".part-", dir=directory))
    try:
        yield temporary
        for file in sorted(temporary.iterdir()):
            _settle(file)
        for file in sorted(temporary.iterdir()):
            file.replace(directory / file.name)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def sha256(path: Path) -> str:
    """The checksum of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _settle(path: Path) -> None:
    """On the disk before it takes its name: after a power cut a name must not stand for an empty file."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
