"""A stage's surroundings, all real: the newswire on loopback, its feeds file, and a warehouse of the test's own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from pipeline.domain import (
    Analysis,
    ContactReport,
    DatePrecision,
    Evidence,
    FeedEntry,
    FeedSource,
    Mode,
    Participant,
    Stage,
    Status,
)
from pipeline.newswire import Newswire
from pipeline.newswire.catalogue import NOW
from pipeline.newswire.server import feeds_yaml
from pipeline.settings import Settings
from pipeline.stages.context import StageContext
from pipeline.warehouse.analyses import save_analysis
from pipeline.warehouse.articles import ArticleRecord, load_article, save_article
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.feeds import add_entries, sync_feeds
from pipeline.warehouse.queue import advance


@pytest.fixture
def wire() -> Iterator[Newswire]:
    with Newswire() as press:
        yield press


@pytest.fixture
def context(wire: Newswire, warehouse_dsn: str, tmp_path: Path) -> StageContext:
    """The pipeline's clock stands at the newswire's last moment."""
    feeds = tmp_path / "feeds.yaml"
    feeds.write_text(feeds_yaml(wire.base_url), encoding="utf-8")
    settings = Settings(
        _env_file=None,
        home=tmp_path,
        as_of=NOW,
        warehouse_dsn=warehouse_dsn,
        feeds_file=feeds,
        allow_loopback_port=wire.port,
    )
    return StageContext.open(settings)


MACRON = Participant("Emmanuel Macron", "FRA", "Q3052772", "President")
PUTIN = Participant("Vladimir Putin", "RUS", "Q7747", "President")
SATURDAY = datetime(2022, 2, 12, 20, tzinfo=UTC)


@pytest.fixture(scope="session")
def call() -> Callable[..., ContactReport]:
    """`call(**changes)`: the call of 12 February 2022, as one article tells it, with some fields changed."""
    return _call


def _call(**changes: Any) -> ContactReport:
    sentence = "The two spoke for 100 minutes."
    told = ContactReport(
        participants=(MACRON, PUTIN),
        mode=Mode.PHONE,
        status=Status.OCCURRED,
        date=date(2022, 2, 12),
        date_precision=DatePrecision.DAY,
        duration_minutes=100,
        attribution=("Elysee Palace",),
        topics=("deescalation_talks",),
        confidence=0.95,
        evidence=(Evidence(sentence, 8, 8 + len(sentence)),),
    )
    return replace(told, **changes)


@dataclass
class Newsroom:
    """A warehouse with two outlets, filled without the web: what stages after `extract` find."""

    context: StageContext
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def prints(self, feed: str = "courier", published: datetime = SATURDAY, title: str | None = None) -> int:
        """One more article, waiting to be understood; returns its item."""
        number = next(self.numbers)
        url = f"https://{feed}.test/{number}"
        title = title or f"Talks {number:02}"
        with self.context.connection() as connection:
            add_entries(connection, feed, [(url, FeedEntry(url, url, title, published=published))], published)
            item_id = int(self._one(connection, "SELECT max(item_id) FROM staging.item"))
            text = f"The two spoke for 100 minutes. Number {number}."
            record = ArticleRecord(title, text, published, "en", url, url, None, "feed")
            assert save_article(connection, item_id, record) is not None
            advance(connection, item_id, Stage.EXTRACTED)
        return item_id

    def tells(
        self, *reports: ContactReport, feed: str = "courier", published: datetime = SATURDAY, title: str | None = None
    ) -> int:
        """One more article with these contact reports, waiting to be settled; returns its item."""
        item_id = self.prints(feed, published, title)
        self.reads_again(item_id, *reports, version="1")
        return item_id

    def misses_its_article(self) -> None:
        """An item put before `reconcile` whose article is gone: a state that no code of ours leaves behind."""
        item_id = self.prints()
        with self.context.connection() as connection:
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM core.article WHERE item_id = %s", (item_id,))
            advance(connection, item_id, Stage.UNDERSTOOD)

    def reads_again(self, item_id: int, *reports: ContactReport, version: str = "2") -> None:
        """An article read (anew), and put before `reconcile`."""
        with self.context.connection() as connection:
            article_id, _ = load_article(connection, item_id)
            save_analysis(connection, article_id, Analysis((), reports, version))
            advance(connection, item_id, Stage.UNDERSTOOD)

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self.context.connection() as connection, connection.cursor() as cursor:
            cursor.execute(sql, values or None)
            return list(cursor.fetchall())

    def start(self, stage: str, limit: int | None = None, **settings: object) -> subprocess.Popen[bytes]:
        """The stage in a process of its own, with these settings besides the room's own."""
        known = self.context.settings
        values = {"home": known.home, "warehouse_dsn": self.context.dsn, "alerts_file": known.alerts_file, **settings}
        values["as_of"] = known.as_of.isoformat() if known.as_of else ""
        code = (
            "from pipeline.settings import get_settings; from pipeline.stages.context import StageContext; "
            f"from pipeline.stages import {stage} as stage; stage.run(StageContext.open(get_settings()), {limit!r})"
        )
        environment = {**os.environ, **{f"HOTLINE_{name.upper()}": str(value) for name, value in values.items()}}
        return subprocess.Popen([sys.executable, "-c", code], env=environment, cwd=Path(__file__).parents[2])

    @staticmethod
    def _one(connection: Connection, sql: str) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return (cursor.fetchone() or (None,))[0]


@pytest.fixture
def newsroom(warehouse_dsn: str, tmp_path: Path) -> Newsroom:
    """Two outlets of two families; the clock stands at the newswire's last moment; one rule that mails everything."""
    rules = tmp_path / "alerts.yaml"
    rules.write_text("rules:\n- {name: leader-contacts, recipients: [alerts@localhost]}\n")
    settings = Settings(
        _env_file=None, home=tmp_path, as_of=NOW, warehouse_dsn=warehouse_dsn, alerts_file=rules, alert_patience=0
    )
    context = StageContext.open(settings)
    sources = [
        FeedSource("courier", "https://courier.test/rss", "Courier", "courier"),
        FeedSource("herald", "https://herald.test/rss", "Herald", "herald"),
    ]
    with context.connection() as connection:
        sync_feeds(connection, sources, NOW)
    return Newsroom(context)
