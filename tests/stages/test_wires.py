"""Copies of one agency's text, carried by several outlets, count as one voice."""

from __future__ import annotations

import itertools
import json
import random
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.domain import (
    Analysis,
    Article,
    ContactReport,
    DatePrecision,
    Evidence,
    FeedSource,
    Mode,
    Participant,
    Status,
)
from pipeline.settings import Settings
from pipeline.stages import backfill, reconcile, understand
from pipeline.stages.context import StageContext
from pipeline.warehouse.feeds import sync_feeds

NOW = datetime(2023, 3, 1, 12, tzinfo=UTC)
WORDS = [f"word{n}" for n in range(3000)]


def prose(seed: int, sentences: int = 15) -> str:
    chance = random.Random(seed)
    return "\n".join(" ".join(chance.choices(WORDS, k=14)).capitalize() + "." for _ in range(sentences))


AGENCY = prose(1)
ARTICLES = {
    # The agency is discovered last and its text is longest; two papers cut it, one has a report of its own.
    "courier": f"The call took place on Wednesday, officials said here.\n{AGENCY[: len(AGENCY) * 2 // 3]}",
    "herald": f"{AGENCY[: len(AGENCY) // 2]}\nOur own correspondent adds nothing to that at all today.",
    "agency": AGENCY,
    "post": prose(2),
}


def analyse(article: Article) -> Analysis:
    first = article.text.split("\n")[0]
    start = article.whole.index(first)
    people = (
        Participant("Emmanuel Macron", "FRA", "Q3052772", "President"),
        Participant("Vladimir Putin", "RUS", "Q7747", "President"),
    )
    report = ContactReport(
        people, Mode.PHONE, Status.OCCURRED, date(2023, 3, 1), DatePrecision.DAY, confidence=0.95,
        evidence=(Evidence(first, start, start + len(first)),),
    )  # fmt: skip
    return Analysis((), (report,), "1")


@pytest.fixture
def context(warehouse_dsn: str, tmp_path: Path) -> StageContext:
    rules = tmp_path / "alerts.yaml"
    rules.write_text("rules: []\n")
    settings = Settings(_env_file=None, home=tmp_path, as_of=NOW, warehouse_dsn=warehouse_dsn, alerts_file=rules)
    context = StageContext.open(settings)
    with context.connection() as connection:
        sources = [
            FeedSource(n, f"https://{n}.test/rss", n, n, kind="agency" if n == "agency" else "paper") for n in ARTICLES
        ]
        sync_feeds(connection, sources, NOW)
    return context


def publish(context: StageContext, *outlets: str) -> None:
    path = context.settings.home / "lines.jsonl"
    lines = [
        {
            "url": f"https://{n}.test/1",
            "title": f"Title of {n}",
            "text": ARTICLES[n],
            "published": "2023-03-01T10:00:00Z",
        }
        for n in outlets
    ]
    path.write_text("\n".join(json.dumps(line) for line in lines))
    counts, bad = backfill.import_jsonl(context, path)
    assert counts == {"queued": len(outlets)} and not bad


def rows(context: StageContext, sql: str) -> list[tuple[Any, ...]]:
    with context.connection() as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


FAMILIES = (
    "SELECT array_agg(outlet ORDER BY outlet) FROM mart.articles WHERE wire_family IS NOT NULL GROUP BY wire_family"
)


@pytest.mark.parametrize("order", list(itertools.permutations(ARTICLES))[::5])
def test_copies_make_a_family_in_whatever_order_they_come(context: StageContext, order: tuple[str, ...]) -> None:
    for outlet in order:
        publish(context, outlet)
    assert rows(context, FAMILIES) == [(["agency", "courier", "herald"],)]
    [(number, least)] = rows(
        context, "SELECT min(wire_family), min(article_id) FROM core.article WHERE wire_family > 0"
    )
    assert number == least


def test_a_contact_told_by_copies_has_the_agencys_family_and_the_reporters(context: StageContext) -> None:
    publish(context, *ARTICLES)
    understand.run_with(analyse, context)
    reconcile.run(context)
    assert rows(context, "SELECT reports, outlets, families FROM mart.contacts") == [(4, 4, 2)]
    assert rows(context, "SELECT families FROM core.contact") == [(["agency", "post"],)]


def test_without_the_agency_the_earliest_print_speaks(context: StageContext) -> None:
    publish(context, "courier", "herald")
    understand.run_with(analyse, context)
    reconcile.run(context)
    assert rows(context, "SELECT families FROM core.contact") == [(["courier"],)]


def test_the_same_text_weeks_later_is_no_copy(context: StageContext) -> None:
    publish(context, "courier")
    rows(context, "UPDATE core.article_print SET day = day - 30 RETURNING 1")
    publish(context, "herald")
    assert rows(context, FAMILIES) == []
