"""News of given days out of files: only those days, whatever lies beside them, and again without doubles."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.domain import FeedSource, Page
from pipeline.ingest.warc import page_record
from pipeline.settings import Settings
from pipeline.stages import backfill
from pipeline.stages.context import StageContext
from pipeline.warehouse.feeds import sync_feeds

FIRST, SECOND = date(2023, 3, 1), date(2023, 3, 2)


@pytest.fixture
def context(warehouse_dsn: str, tmp_path: Path) -> StageContext:
    (tmp_path / "import" / "deep").mkdir(parents=True)
    now = datetime(2023, 4, 1, tzinfo=UTC)
    context = StageContext.open(Settings(_env_file=None, home=tmp_path, as_of=now, warehouse_dsn=warehouse_dsn))
    with context.connection() as connection:
        sync_feeds(connection, [FeedSource("courier", "https://rss.courier.test/all", "Courier", "courier")], now)
    return context


def put(context: StageContext, name: str, *lines: dict[str, Any]) -> None:
    path = context.settings.home / "import" / name
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def line(number: int, published: str | None) -> dict[str, Any]:
    return {
        "url": f"https://courier.test/{number}",
        "title": f"Title {number}",
        "text": f"Text of number {number}.",
        "published": published,
    }


def queued(context: StageContext) -> list[str]:
    with context.connection() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT url FROM staging.item ORDER BY url")
        return [row[0] for row in cursor.fetchall()]


def test_a_day_takes_its_own_articles_and_repeats_without_doubles(context: StageContext) -> None:
    put(context, "all.jsonl", line(1, "2023-03-01"), line(2, "2023-03-02T00:30:00Z"), line(3, None))
    assert backfill.bring_in(context, "all.jsonl", (FIRST, FIRST)) == {
        "files": 1, "queued": 1, "other_day": 1, "undated": 1,
    }  # fmt: skip
    assert backfill.bring_in(context, ".", (FIRST, SECOND)) == {"files": 1, "known": 1, "queued": 1, "undated": 1}
    assert queued(context) == ["https://courier.test/1", "https://courier.test/2"]


def test_files_named_for_other_days_are_not_opened(context: StageContext) -> None:
    put(context, "news-20230301.jsonl", line(1, "2023-03-02"))
    put(context, "deep/2023-03-09.jsonl", line(2, "2023-03-02"))
    # 1920 and 1080 are no day, and neither is 20239999: such names say nothing.
    put(context, "video-19201080-20239999.jsonl", line(3, "2023-03-02"))
    assert backfill.bring_in(context, ".", (SECOND, SECOND)) == {"files": 2, "queued": 2}


def test_a_warc_of_two_days_gives_each_day_its_own(context: StageContext) -> None:
    path = context.settings.home / "import" / "captures.warc.gz"
    with path.open("wb") as file:
        for number, day in ((1, FIRST), (2, SECOND)):
            at = datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC)
            url = f"https://courier.test/{number}"
            file.write(
                page_record(
                    Page(url, url, 200, b"<p>page", at, "text/html", headers=(("Content-Type", "text/html"),)), "page"
                )
            )
    assert backfill.bring_in(context, "captures.warc.gz", (SECOND, SECOND)) == {"files": 1, "other_day": 1, "queued": 1}
    assert queued(context) == ["https://courier.test/2"]


@pytest.mark.parametrize("source", ["../../etc/hosts", "/etc", "nowhere", "deep"])
def test_a_source_that_is_elsewhere_or_empty_is_refused_by_name(context: StageContext, source: str) -> None:
    with pytest.raises(ValueError, match=r"lies outside|holds no file"):
        backfill.bring_in(context, source, (FIRST, FIRST))
