"""News from files: the archive read again without the network, WARC files of others, JSON Lines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.domain import FeedEntry, FeedSource, Page, Reason, Stage
from pipeline.ingest.archive import Archive
from pipeline.ingest.identity import url_key
from pipeline.ingest.warc import WarcFault
from pipeline.settings import ROOT, Settings
from pipeline.stages import backfill, extract
from pipeline.stages.context import StageContext
from pipeline.warehouse.feeds import add_entries, sync_feeds
from pipeline.warehouse.pages import save_page
from pipeline.warehouse.queue import advance, refuse

NOW = datetime(2023, 3, 1, 12, 0, 0, 125_000, tzinfo=UTC)
DAY = date(2023, 3, 1)
TEXT = (
    "The two presidents spoke by telephone for ninety minutes on Wednesday about the grain corridor, the office of the "
    "first said in a statement that was published in the evening, and agreed to speak again within the week."
)


def html(title: str = "Presidents speak", text: str = TEXT) -> bytes:
    more = "Nobody at the office of the second wanted to say more about the call that day."
    head = f"<html lang=en><head><title>{title}</title></head>"
    return f"{head}<body><article><h1>{title}</h1><p>{text}</p><p>{more}</p></article>".encode()


def page(url: str, body: bytes, at: datetime = NOW) -> Page:
    return Page(url, url, 200, body, at, "text/html", "utf-8", headers=(("Content-Type", "text/html"),))


@pytest.fixture
def context(warehouse_dsn: str, tmp_path: Path) -> StageContext:
    context = StageContext.open(Settings(_env_file=None, home=tmp_path, as_of=NOW, warehouse_dsn=warehouse_dsn))
    with context.connection() as connection:
        sources = [FeedSource("courier", "https://rss.courier.test/all", "Courier", "courier", timezone="Europe/Paris")]
        sync_feeds(connection, sources, NOW)
    return context


def rows(context: StageContext, sql: str) -> list[tuple[Any, ...]]:
    with context.connection() as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def archived(context: StageContext, *pages: Page, kind: str = "page") -> Path:
    kept = Archive(context.settings.home / "archive", "Bot", 30, context.now)
    kept.write([(one, kind) for one in pages])
    kept.close()
    return next((context.settings.home / "archive").glob("hotline-*.warc.gz"))


def fetched(context: StageContext, url: str, body: bytes, at: datetime = NOW) -> int:
    """An item whose page was fetched and archived, and waits to be extracted."""
    one = page(url, body, at)
    archived(context, one)
    with context.connection() as connection:
        add_entries(connection, "courier", [(url_key(url), FeedEntry(url, url, "Told", published=at))], at)
        with connection.cursor() as cursor:
            cursor.execute("SELECT item_id FROM staging.item WHERE url = %s", (url,))
            item_id = int((cursor.fetchone() or (0,))[0])
        save_page(connection, item_id, Page(**{f: getattr(one, f) for f in Page.__slots__} | {"archived": "x:1"}))
        advance(connection, item_id, Stage.FETCHED)
    return item_id


def settle(context: StageContext) -> None:
    """As if all that was extracted had been understood and reconciled."""
    with context.connection() as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core.analysis (article_id, version) SELECT article_id, '1' FROM core.article "
            "ON CONFLICT DO NOTHING"
        )
        cursor.execute("UPDATE staging.item SET stage = 'reconciled' WHERE stage = 'extracted'")


def test_an_archived_day_is_extracted_again_and_what_is_the_same_stays(context: StageContext) -> None:
    fetched(context, "https://courier.test/1", html())
    extract.run(context)
    settle(context)
    assert rows(context, "SELECT length(body) FROM staging.page") == [(0,)]
    assert backfill.reextract(context, DAY, DAY) == {"queued": 1}
    assert extract.run(context).done == 1
    assert rows(context, "SELECT stage FROM staging.item") == [("reconciled",)]
    assert rows(context, "SELECT revision FROM core.article") == [(1,)]


def test_what_an_older_extraction_got_wrong_becomes_a_revision(context: StageContext) -> None:
    fetched(context, "https://courier.test/1", html())
    extract.run(context)
    settle(context)
    rows(context, "UPDATE core.article SET text = 'Half of it.', published_on = '2020-01-01' RETURNING 1")
    backfill.reextract(context, DAY, DAY)
    extract.run(context)
    [(revision, text, stage)] = rows(
        context, "SELECT revision, text, stage FROM core.article JOIN staging.item USING (item_id)"
    )
    assert (revision, stage) == (2, "extracted") and "ninety minutes" in text


def test_a_page_once_refused_has_another_chance(context: StageContext) -> None:
    item_id = fetched(context, "https://courier.test/1", html())
    with context.connection() as connection:
        refuse(connection, item_id, Reason.NO_TEXT, "an older version saw no text")
    backfill.reextract(context, DAY, DAY)
    assert extract.run(context).done == 1
    assert rows(context, "SELECT stage, reason FROM staging.item") == [("extracted", None)]


def test_a_page_fetched_again_since_and_a_page_on_its_way_are_left_alone(context: StageContext) -> None:
    fetched(context, "https://courier.test/1", html())
    assert backfill.reextract(context, DAY, DAY) == {"busy": 1}
    extract.run(context)
    settle(context)
    rows(context, "UPDATE staging.page SET fetched_at = fetched_at + interval '1 hour' RETURNING 1")
    assert backfill.reextract(context, DAY, DAY) == {"older": 1}
    assert backfill.reextract(context, date(2023, 3, 2), date(2023, 3, 9)) == {}


def test_a_warc_file_is_imported_under_the_outlets_that_its_sites_belong_to(context: StageContext) -> None:
    path = archived(
        context,
        page("https://www.courier.test/old/1", html("One", TEXT)),
        page("https://elsewhere.test/1", html("Two", TEXT.replace("ninety", "eighty"))),
    )
    assert backfill.import_warc(context, path) == {"queued": 1, "other_site": 1}
    assert backfill.import_warc(context, path, any_site=True) == {"known": 1, "queued": 1}
    assert backfill.import_warc(context, path, any_site=True) == {"known": 2}
    assert extract.run(context).done == 2
    assert rows(context, "SELECT outlet, title FROM mart.articles ORDER BY 2") == [
        ("Courier", "One"), ("elsewhere.test", "Two"),
    ]  # fmt: skip
    assert rows(context, "SELECT 1 FROM staging.revisit") == [], "old pages do not change any more"
    settle(context)
    assert backfill.import_warc(context, path, any_site=True, again=True) == {"queued": 2}
    assert extract.run(context).done == 2


def test_feeds_and_other_files_in_a_warc_are_no_pages(context: StageContext) -> None:
    path = archived(context, page("https://courier.test/rss", b"<rss/>"), kind="feed")
    assert backfill.import_warc(context, path, any_site=True) == {"not_a_page": 1}


def test_a_broken_warc_is_named(context: StageContext, tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    path.write_bytes(b"no archive")
    with pytest.raises(WarcFault, match=r"x\.warc\.gz"):
        backfill.import_warc(context, path)


GOOD = {"url": "https://courier.test/9", "title": "Presidents speak", "text": TEXT, "published": "2022-02-12T18:40:00Z"}


def test_json_lines_become_articles_and_bad_lines_are_told(context: StageContext, tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    lines = [
        GOOD,
        {**GOOD, "url": "https://new.test/1", "outlet": "The New", "published": "2022-02-12", "byline": "Reuters"},
        {"url": "https://courier.test/10", "html": html("Ten", TEXT.replace("ninety", "ten")).decode()},
        {**GOOD, "url": "https://courier.test/11"},
        {**GOOD, "url": "ftp://courier.test/9"},
        {**GOOD, "published": "yesterday"},
        {"url": "https://courier.test/12", "title": "No text"},
        ["not", "an", "object"],
    ]
    path.write_text("\n".join(json.dumps(line) for line in lines) + "\n{broken\n\n", encoding="utf-8")
    counts, bad = backfill.import_jsonl(context, path)
    assert counts == {"queued": 3, "duplicate": 1}
    assert [line.number for line in bad] == [5, 6, 7, 8, 9]
    assert "ftp://" in bad[0].fault and "yesterday" in bad[1].fault and "text is missing" in bad[2].fault
    extract.run(context)
    assert rows(context, "SELECT outlet, stage, published_on, wire FROM mart.articles ORDER BY url") == [
        ("Courier", "extracted", None, None),
        ("Courier", "refused", None, None),
        ("Courier", "extracted", date(2022, 2, 12), None),
        ("The New", "extracted", date(2022, 2, 12), "Reuters"),
    ]
    assert backfill.import_jsonl(context, path)[0] == {"known": 4}


def test_the_commands_tell_what_they_did(context: StageContext, tmp_path: Path) -> None:
    def hotline(*words: str) -> tuple[int, str]:
        env = {**os.environ, "HOTLINE_HOME": str(tmp_path), "HOTLINE_WAREHOUSE_DSN": context.dsn}
        done = subprocess.run(
            [sys.executable, "-m", "pipeline.cli", *words],
            env=env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    warc = archived(context, page("https://www.courier.test/old/1", html()))
    code, said = hotline("import", "warc", str(warc))
    assert code == 0 and "1 queued" in said and "1 articles" in said
    code, said = hotline("reextract", "--from", "2023-03-01", "--to", "2023-03-02")
    assert code == 0 and "1 busy" in said
    lines = tmp_path / "a.jsonl"
    lines.write_text(json.dumps(GOOD) + "\n[]\n")
    code, said = hotline("import", "jsonl", str(lines))
    assert code == 1 and "1 queued" in said and "line 2: an object was expected" in said
    code, said = hotline("import", "warc", str(lines))
    assert code == 1 and "no WARC file" in said and "Traceback" not in said
