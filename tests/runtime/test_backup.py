"""Backup and restore, with real data and PostgreSQL's own programs: all of it comes back, or nothing changes."""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from psycopg2 import sql

from pipeline.domain import (
    Analysis,
    ContactReport,
    DatePrecision,
    Evidence,
    FeedEntry,
    FeedSource,
    Mode,
    Page,
    Participant,
    Stage,
    Status,
    Topic,
)
from pipeline.runtime.backup import BackupFault, backup, restore
from pipeline.runtime.pgtools import ToolFault, find_tool
from pipeline.settings import Settings
from pipeline.warehouse.analyses import save_analysis
from pipeline.warehouse.articles import ArticleRecord, save_article
from pipeline.warehouse.connect import connect
from pipeline.warehouse.embedded import EmbeddedPostgres
from pipeline.warehouse.feeds import add_entries, sync_feeds
from pipeline.warehouse.outbox import Message, enqueue
from pipeline.warehouse.pages import save_page
from pipeline.warehouse.queue import advance
from pipeline.warehouse.snapshot import SCHEMAS

NOW = datetime(2022, 2, 13, 9, tzinfo=UTC)
SECRET = "relay-password-9f3a"
SAID = "Mr. Macron rang Mr. Putin; \\ 'quoted', ünïcode, \t tabs."


@pytest.fixture
def settings(postgres: EmbeddedPostgres, tmp_path: Path) -> Settings:
    config = tmp_path / "config"
    (config / "leaders").mkdir(parents=True)
    for name in ("feeds.yaml", "topics.yaml", "alerts.yaml", "groups.yaml", "leaders/people.csv"):
        (config / name).write_text(f"# {name}\n")
    home = tmp_path / "home"
    home.mkdir()
    # The programs of the running server are this home's.
    (home / "pg").symlink_to(postgres.directory, target_is_directory=True)
    return Settings(
        _env_file=None,
        home=home,
        smtp_password=SECRET,
        feeds_file=config / "feeds.yaml",
        topics_file=config / "topics.yaml",
        alerts_file=config / "alerts.yaml",
        leaders_dir=config / "leaders",
    )


@pytest.fixture
def full(warehouse_dsn: str) -> str:
    """A warehouse with a feed, a page, an article, a report, and a mail."""
    people = tuple(
        Participant(n, c, None, "President") for n, c in (("Emmanuel Macron", "FRA"), ("Vladimir Putin", "RUS"))
    )
    report = ContactReport(
        participants=people, mode=Mode.PHONE, status=Status.OCCURRED, date=NOW.date(), date_precision=DatePrecision.DAY,
        duration_minutes=100, location=None, initiator=None, ordinal=None, attribution=("Elysee",), topics=(),
        historical=False, confidence=0.9, evidence=(Evidence("Macron", 0, 6),),
    )  # fmt: skip
    with closing(connect(warehouse_dsn)) as conn, conn:
        sync_feeds(conn, [FeedSource("a", "http://a.test/rss", "A", "a")], NOW)
        add_entries(conn, "a", [("a.test/1", FeedEntry("1", "http://a.test/1", "Title"))], NOW)
        with conn.cursor() as cursor:
            cursor.execute("SELECT item_id FROM staging.item")
            ((item_id,),) = cursor.fetchall()
        save_page(conn, item_id, Page("http://a.test/1", "http://a.test/1", 200, bytes(range(256)), NOW))
        article = save_article(
            conn, item_id, ArticleRecord("Macron", SAID, NOW, "en", "http://a.test/1", "a.test/1", None, "feed")
        )
        assert article is not None
        save_analysis(conn, article, Analysis((Topic("t", 0.5),), (report,), "1"))
        advance(conn, item_id, Stage.EXTRACTED)
        enqueue(conn, Message(None, "r", "x@test", "S", "words", "<p>", "m@id", NOW, kind="ops", about="x"))
    return warehouse_dsn


def content(dsn: str) -> dict[str, Any]:
    """Every row of every table of ours, as text."""
    found = {}
    with closing(connect(dsn)) as conn, conn.cursor() as cursor:
        cursor.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY(%s) ORDER BY 1, 2", (list(SCHEMAS),)
        )
        for schema, table in cursor.fetchall():
            name = sql.Identifier(schema, table)
            cursor.execute(sql.SQL("SELECT t::text FROM {} AS t ORDER BY 1").format(name))
            found[f"{schema}.{table}"] = [row[0] for row in cursor.fetchall()]
    return found


def quiet(_: str) -> None:
    pass


def test_what_was_backed_up_comes_back_row_by_row_and_works(
    full: str, new_database: Callable[..., str], analyst_dsn: str, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "backups" / "sunday.hotline"
    before = content(full)
    manifest = backup(settings, full, file, quiet)
    assert manifest.rows["core.contact_report"] == 1
    assert file.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in file.parent.iterdir()] == [file.name], "nothing half-made is left"

    empty = new_database(empty=True)
    restore(settings, empty, file, quiet, config=tmp_path / "laid-out")
    assert content(empty) == before
    assert (tmp_path / "laid-out" / "leaders" / "people.csv").read_text() == "# leaders/people.csv\n"
    # The sequences go on where they were, and analysts may read again.
    with closing(connect(empty)) as conn, conn:
        assert add_entries(conn, "a", [("a.test/2", FeedEntry("2", "http://a.test/2", "Second"))], NOW) == 1
    with (
        closing(connect(analyst_dsn.rpartition("/")[0] + "/" + empty.rpartition("/")[2])) as conn,
        conn.cursor() as cursor,
    ):
        cursor.execute("SELECT title FROM mart.articles ORDER BY 1")
        assert len(cursor.fetchall()) >= 1


def test_no_secret_is_in_a_backup(full: str, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "b.hotline"
    backup(settings, full, file, quiet)
    with tarfile.open(file) as tar:
        names = tar.getnames()
    assert set(names) == {"manifest.json", "warehouse.dump"} | {
        f"config/{n}" for n in ("alerts.yaml", "feeds.yaml", "groups.yaml", "leaders/people.csv", "topics.yaml")
    }
    whole = file.read_bytes()
    password = full.partition("//")[2].partition(":")[2].partition("@")[0]
    for secret in (SECRET, password):
        assert len(secret) > 8 and secret.encode() not in whole


def test_a_full_warehouse_is_kept_unless_forced_and_one_that_fails_is_put_back(
    full: str, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "b.hotline"
    manifest = backup(settings, full, file, quiet)
    before = content(full)
    with closing(connect(full)) as conn, conn, conn.cursor() as cursor:
        cursor.execute("DELETE FROM core.outbox")
    changed = content(full)
    with pytest.raises(BackupFault, match="not empty"):
        restore(settings, full, file, quiet)
    # A dump that breaks off, with a checksum that fits: the end is missed in the middle of the work.
    with tarfile.open(file) as tar:
        data = tar.extractfile("warehouse.dump")
        assert data is not None
        short = tmp_path / "warehouse.dump"
        whole = data.read()
        short.write_bytes(whole[: len(whole) - 2000])
    digest = hashlib.sha256(short.read_bytes()).hexdigest()
    torn = changed_backup(file, short, files={**manifest.files, "warehouse.dump": digest})
    with pytest.raises(ToolFault, match="restore failed"):
        restore(settings, full, torn, quiet, force=True)
    assert content(full) == changed
    restore(settings, full, file, quiet, force=True)
    assert content(full) == before


def changed_backup(file: Path, dump: Path | None = None, **changes: Any) -> Path:
    """A copy of a backup whose manifest says something else, and perhaps with another dump."""
    copy = file.with_suffix(".damaged")
    with tarfile.open(file) as old, tarfile.open(copy, "w") as new:
        for member in old.getmembers():
            data = old.extractfile(member)
            assert data is not None
            if member.name == "manifest.json":
                told = {**json.loads(data.read()), **changes}
                path = file.with_suffix(".json")
                path.write_text(json.dumps(told))
                new.add(path, "manifest.json")
            elif dump is not None and member.name == "warehouse.dump":
                new.add(dump, "warehouse.dump")
            else:
                new.addfile(member, data)
    return copy


def test_damaged_newer_and_foreign_files_are_told_apart_and_change_nothing(
    full: str, new_database: Callable[..., str], settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "b.hotline"
    manifest = backup(settings, full, file, quiet)
    bare = new_database(empty=True)
    foreign = tmp_path / "foreign"
    foreign.write_bytes(b"no tar")
    wrong = {
        foreign: "no backup of Hotline",
        changed_backup(file, files={**manifest.files, "warehouse.dump": "0" * 64}): "warehouse.dump is not what",
    }
    for path, words in wrong.items():
        with pytest.raises(BackupFault, match=words):
            restore(settings, bare, path, quiet)
    newer = changed_backup(file, migrations=[*manifest.migrations, "9999_of_tomorrow"])
    with pytest.raises(BackupFault, match="newer Hotline"):
        restore(settings, bare, newer, quiet)
    assert content(bare) == {}


def test_a_tool_older_than_the_server_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "bin" / "pg_dump"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 13.4'\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{old.parent}:/bin")
    lonely = Settings(_env_file=None, home=tmp_path / "home")
    with pytest.raises(ToolFault, match=r"pg_dump of PostgreSQL 17 or newer .* 13\.4") as fault:
        find_tool(lonely, "pg_dump", 170004)
    assert "postgresql-client-17" in fault.value.mend
    assert find_tool(lonely, "pg_dump", 130000)[0] == old
