"""The archive: every page and feed that was fetched, in WARC files under HOTLINE_HOME/archive, one a day and worker.

A worker holds its file by a lock that ends with its process, so two never write into one. Records are appended as whole
gzip members and forced to disk before the warehouse hears of them. What a crash tears off at the end was never promised
to anybody: the next worker to open the file cuts it away.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import re
import socket
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from pipeline.domain import Page
from pipeline.ingest.warc import info_record, members, page_record
from pipeline.settings import Settings

log = logging.getLogger("hotline.archive")

NAME = re.compile(r"hotline-(\d{8})-[A-Za-z0-9_]+-\d{3}\.warc\.gz")
MOST_WORKERS = 1000


class Archive:
    """Appends pages to this worker's file of the day. Not for several threads at once."""

    def __init__(self, folder: Path, agent: str, keep_days: int, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._agent = agent
        self._keep_days = keep_days
        self._now = now
        self._day: date | None = None
        self._file: BinaryIO | None = None
        self._mark: BinaryIO | None = None
        self._name = ""

    def write(self, pages: Sequence[tuple[Page, str]]) -> list[str]:
        """Append pages with their kinds; returns where each stands ("file:offset"), once all are on disk.

        Raises OSError where the disk takes no more; the file then ends as it did before.
        """
        places = []
        for page, kind in pages:
            file = self._file_of(page.fetched_at.date())
            start = file.seek(0, os.SEEK_END)
            try:
                file.write(page_record(page, kind))
                file.flush()
            except OSError:
                file.truncate(start)
                raise
            places.append(f"{self._name}:{start}")
        self._force()
        return places

    def close(self) -> None:
        """Let go of the file."""
        for file in (self._file, self._mark):
            if file is not None:
                file.close()
        self._file = self._mark = self._day = None

    def _file_of(self, day: date) -> BinaryIO:
        if self._file is None or day != self._day:
            self._force()
            self.close()
            self._folder.mkdir(parents=True, exist_ok=True)
            self._retire()
            self._file, self._name = self._take(day)
            self._mark = _mark(self._folder / self._name).open("wb", buffering=0)
            self._day = day
            if self._file.tell() == 0:
                self._file.write(info_record(self._name, self._now(), self._agent))
        return self._file

    def _take(self, day: date) -> tuple[BinaryIO, str]:
        """The first file of the day that no living worker holds, cut to its whole records."""
        host = re.sub(r"[^A-Za-z0-9]+", "_", socket.gethostname())[:40] or "host"
        for number in range(MOST_WORKERS):
            name = f"hotline-{day:%Y%m%d}-{host}-{number:03}.warc.gz"
            file = (self._folder / name).open("a+b", buffering=0)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                file.close()
                continue
            return _mended(file, _mark(self._folder / name)), name
        raise OSError(f"{self._folder}: {MOST_WORKERS} workers hold files of {day}")

    def _force(self) -> None:
        """Everything written is on disk; the mark beside the file spares the next opening to read it from the start."""
        if self._file is None or self._mark is None:
            return
        os.fdatasync(self._file.fileno())
        # Of one width, so that it is overwritten whole.
        os.pwrite(self._mark.fileno(), b"%020d" % self._file.seek(0, os.SEEK_END), 0)

    def _retire(self) -> None:
        """Delete files older than the archive keeps."""
        oldest = self._now().date() - timedelta(days=self._keep_days)
        for path, day in files(self._folder):
            if day < oldest:
                path.unlink(missing_ok=True)
                _mark(path).unlink(missing_ok=True)
                log.info("archive: %s is older than %d days and was deleted", path.name, self._keep_days)


class Keeper:
    """The archive for the tasks of an event loop: what they hand in meanwhile is written and forced to disk together.

    An archive that fails stops no news: it is logged once, and pages go on without a place in it.
    """

    def __init__(self, settings: Settings) -> None:
        folder = settings.home / "archive"
        self._archive = Archive(folder, settings.user_agent, settings.archive_days, settings.now)
        self._off = settings.archive_days == 0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="archive")
        self._waiting: list[tuple[Page, str, asyncio.Future[str | None]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._failed = False

    async def keep(self, page: Page, kind: str) -> Page:
        """The page with its place in the archive, when it is there for good; as it was where there is no archive."""
        if self._off:
            return page
        done: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._waiting.append((page, kind, done))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        place = await done
        return replace(page, archived=place) if place else page

    async def close(self) -> None:
        """Write what still waits, and close the file."""
        if self._writing is not None:
            await self._writing
        await asyncio.get_running_loop().run_in_executor(self._thread, self._archive.close)
        self._thread.shutdown()

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = self._waiting, []
            places: Sequence[str | None]
            try:
                pages = [(page, kind) for page, kind, _ in batch]
                places = await loop.run_in_executor(self._thread, self._archive.write, pages)
            except Exception as error:
                places = [None] * len(batch)
                if not self._failed:
                    log.exception("the archive takes no pages: %s; free space, or set HOTLINE_ARCHIVE_DAYS=0", error)
                self._failed = True
            for (_, _, done), place in zip(batch, places, strict=True):
                if not done.done():  # its task may have been cancelled
                    done.set_result(place)
        self._writing = None


def files(folder: Path, first: date | None = None, last: date | None = None) -> Iterator[tuple[Path, date]]:
    """The archive's files with their days, oldest first, from `first` to `last` inclusive."""
    for path in sorted(folder.glob("hotline-*.warc.gz")):
        found = NAME.fullmatch(path.name)
        if not found:
            continue
        day = datetime.strptime(found[1], "%Y%m%d").date()  # noqa: DTZ007 - a day, without a time
        if (first is None or day >= first) and (last is None or day <= last):
            yield path, day


def _mark(path: Path) -> Path:
    """Beside an archive file: up to where it was last forced to disk."""
    return path.with_name(f".{path.name}.end")


def _mended(file: BinaryIO, mark: Path) -> BinaryIO:
    """`file` at its end, after what a crash left there of a record was cut off."""
    size = file.seek(0, os.SEEK_END)
    try:
        known = int(mark.read_text(encoding="ascii"))
    except (OSError, ValueError):
        known = 0
    start = known if known <= size else 0
    end = start
    for offset, length in members(file, start):
        end = offset + length
    if end < size:
        log.warning("archive: %d bytes of a torn record cut off %s", size - end, file.name)
        file.truncate(end)
    file.seek(0, os.SEEK_END)
    return file
