"""Backup and restore of an installation: one file with the warehouse, the configuration, and what is in it.

    manifest.json     version of Hotline and PostgreSQL, migrations, rows of every table, checksums
    warehouse.dump    pg_dump's custom format, of one moment
    config/           feeds, topics, alert rules, groups, leaders; topics/ with the heads of topics trained here

Secrets are not in it: no password, key or DSN of this installation. A new one makes its own, or is given them.
The file is mode 0600 all the same: alert rules name people, and articles are others' property.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pipeline.runtime.errors import RuntimeFault
from pipeline.runtime.pgtools import dump, load
from pipeline.settings import Settings
from pipeline.warehouse.connect import connect
from pipeline.warehouse.migrate import migrate, pending
from pipeline.warehouse.snapshot import (
    applied_migrations,
    differing,
    exported_snapshot,
    holds_data,
    known_migrations,
    row_counts,
)

FORMAT = 1
DUMP = "warehouse.dump"
MANIFEST = "manifest.json"


class BackupFault(RuntimeFault):
    """A backup could not be made, read or restored."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself; `rows` by table, `files` are SHA-256 by name."""

    made_at: str
    hotline: str
    postgres: int
    migrations: tuple[str, ...]
    rows: dict[str, int]
    files: dict[str, str]

    @property
    def told(self) -> str:
        rows, articles = sum(self.rows.values()), self.rows.get("core.article", 0)
        return f"{articles:,} articles, {self.rows.get('core.contact', 0):,} contacts, {rows:,} rows in all"


def backup(settings: Settings, dsn: str, target: Path, say: Callable[[str], None]) -> Manifest:
    """Write the warehouse at `dsn` and the configuration to `target`; work may go on meanwhile.

    Takes the room of the dump twice while it works. Raises BackupFault; an old file at `target` is replaced only by a
    whole new one.
    """
    if missing := pending(dsn):
        raise BackupFault(
            f"The warehouse's schema is not this version's: {len(missing)} migrations to apply.",
            "Run `hotline db migrate`, or make the backup with the version that the warehouse belongs to.",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with _scratch(target.parent) as scratch:
        with closing(connect(dsn, "hotline-backup")) as connection:
            # Counts and dump see the same moment, so that a restore can be checked by them.
            snapshot = exported_snapshot(connection)
            rows = row_counts(connection)
            say("Dumping the warehouse ...")
            dump(settings, connection, snapshot, scratch / DUMP)
            migrations, server = applied_migrations(connection), connection.server_version
        _copy_config(settings, scratch)
        files = {str(path.relative_to(scratch)): _digest(path) for path in _files_below(scratch)}
        manifest = Manifest(
            datetime.now(UTC).isoformat(timespec="seconds"), version("hotline"), server, migrations, rows, files
        )
        told = {"format": FORMAT, **{name: getattr(manifest, name) for name in Manifest.__dataclass_fields__}}
        (scratch / MANIFEST).write_text(json.dumps(told, indent=1), encoding="utf-8")
        part = scratch / "whole.tar"
        with part.open("xb") as raw, tarfile.open(fileobj=raw, mode="w") as tar:
            part.chmod(0o600)
            for name in (MANIFEST, *files):
                tar.add(scratch / name, name)
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(target)
    return manifest


def restore(
    settings: Settings,
    dsn: str,
    source: Path,
    say: Callable[[str], None],
    force: bool = False,
    config: Path | None = None,
) -> Manifest:
    """Put a backup into the warehouse at `dsn`, which must be empty unless `force`, and bring its schema up to date.

    All of the dump comes in, or the warehouse stays what it was. With `config`, its configuration is laid out in that
    folder (which must not exist); files in use are never written over. Raises BackupFault, ToolFault.
    """
    manifest = read_manifest(source)
    if unknown := [name for name in manifest.migrations if name not in known_migrations()]:
        raise BackupFault(
            f"The backup was made by a newer Hotline ({manifest.hotline}): this one does not know {unknown[0]}.",
            "Update this installation, then restore.",
        )
    if config is not None and config.exists():
        raise BackupFault(f"{config} exists already.", "Name a folder that does not: its files are not written over.")
    with closing(connect(dsn, "hotline-restore")) as connection:
        if holds_data(connection) and not force:
            raise BackupFault(
                "The warehouse is not empty.",
                "Restore into an empty one (HOTLINE_HOME=/new/home, or a new database), or replace all that is in "
                "this one: --force. Make a backup of it first.",
            )
        with _scratch(settings.home if settings.home.exists() else None) as scratch:
            _unpack(source, manifest, scratch)
            say("Restoring the warehouse ...")
            connection.rollback()
            load(settings, connection, scratch / DUMP)
            if config is not None:
                shutil.copytree(scratch / "config", config)
        found = row_counts(connection)
        connection.commit()
        applied = migrate(dsn)
        if wrong := differing(manifest.rows, found):
            raise BackupFault(
                f"Restored, but these tables do not hold what the backup says: {', '.join(wrong)}.",
                "Do not use this warehouse. Restore again; if that fails as well, take an older backup.",
            )
    for name in applied:
        say(f"applied {name}")
    return manifest


def read_manifest(source: Path) -> Manifest:
    """What a backup says of itself. Raises BackupFault for a file that is none."""
    try:
        with tarfile.open(source, "r:") as tar:
            file = tar.extractfile(MANIFEST)
            told: dict[str, Any] = json.loads(file.read()) if file else {}
        made = told.pop("format", None)
        if made != FORMAT:
            raise BackupFault(
                f"{source} is a backup of format {made}, and {FORMAT} is known.", "Use the version that made it."
            )
        return Manifest(**{**told, "migrations": tuple(told["migrations"])})
    except (OSError, tarfile.TarError, KeyError, TypeError, ValueError) as fault:
        raise BackupFault(
            f"{source} is no backup of Hotline, or is damaged: {fault}",
            "Name another; `hotline backup FILE` makes one.",
        ) from fault


def _unpack(source: Path, manifest: Manifest, scratch: Path) -> None:
    """Lay the files out, and compare each with the manifest's checksum."""
    try:
        with tarfile.open(source, "r:") as tar:
            # The filter refuses paths that lead out, links and devices.
            tar.extractall(scratch, filter="data")
    except (OSError, tarfile.TarError) as fault:
        raise BackupFault(f"{source} is damaged: {fault}", "Take another backup.") from fault
    for name, digest in manifest.files.items():
        path = scratch / name
        if not path.is_file() or _digest(path) != digest:
            raise BackupFault(f"{source} is damaged: {name} is not what was backed up.", "Take another backup.")


def _copy_config(settings: Settings, scratch: Path) -> None:
    folder = scratch / "config"
    folder.mkdir()
    groups = settings.alerts_file.with_name("groups.yaml")
    for path in (settings.feeds_file, settings.topics_file, settings.alerts_file, groups):
        if path.is_file():
            shutil.copyfile(path, folder / path.name)
    if settings.leaders_dir.is_dir():
        shutil.copytree(settings.leaders_dir, folder / "leaders")
    if settings.own_topics_dir.is_dir():
        shutil.copytree(settings.own_topics_dir, folder / "topics")


def _files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _scratch(beside: Path | None) -> Iterator[Path]:
    """A private folder, on the disk of the result so that it can be moved there at once."""
    with tempfile.TemporaryDirectory(prefix=".hotline-backup-", dir=beside) as folder:
        yield Path(folder)
