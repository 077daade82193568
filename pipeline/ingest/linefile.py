"""Lines of files that others wrote, plain or gzip: no line too long for memory, no file that unpacks without end."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

LONGEST_LINE = 10_000_000
# News packs to a third or a tenth of its size. What unpacks to so many times its own size was made to.
MOST_UNPACKED = 100
_UNSUSPECTED = 64 * 1024 * 1024


class UnpackFault(OSError):
    """A compressed file is damaged, or unpacks to far more than news does."""


@dataclass(frozen=True, slots=True)
class Line:
    """Line `number` (from 1) begins at byte `start` of the unpacked file; `text` is None where it is too long."""

    number: int
    start: int
    text: bytes | None


def read_lines(path: Path, start: int = 0, first: int = 1) -> Iterator[Line]:
    """The lines from byte `start` on, which is the begin of line `first`; blank ones are counted and passed over.

    Raises UnpackFault, OSError.
    """
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        if packed:
            yield from _unpacked(path, file)
        else:
            file.seek(start)
            yield from _lines(file, start, first)


def _unpacked(path: Path, file: BinaryIO) -> Iterator[Line]:
    most = max(_UNSUSPECTED, MOST_UNPACKED * path.stat().st_size)

    def watch(unpacked: int) -> None:
        if unpacked > most:
            raise UnpackFault(
                f"{path}: unpacks to more than {MOST_UNPACKED} times its size, as no news does. "
                "Unpack it yourself if you trust it."
            )

    try:
        with gzip.GzipFile(fileobj=file, mode="rb") as inner:
            yield from _lines(inner, 0, 1, watch)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UnpackFault(f"{path}: the gzip file is damaged ({error}). Fetch it again.") from error


def _lines(
    file: BinaryIO | gzip.GzipFile, start: int, number: int, watch: Callable[[int], None] = lambda _: None
) -> Iterator[Line]:
    while text := file.readline(LONGEST_LINE):
        begin, start, piece = start, start + len(text), text
        while len(piece) == LONGEST_LINE and not piece.endswith(b"\n"):
            watch(start)
            piece = file.readline(LONGEST_LINE)
            start += len(piece)
        watch(start)
        if piece is not text:
            yield Line(number, begin, None)
        elif text.strip():
            yield Line(number, begin, text)
        number += 1
