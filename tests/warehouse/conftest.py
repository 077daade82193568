"""Facts to put into a warehouse, each named for what it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import ClassVar

import pytest
from psycopg2.extensions import connection as Connection

from pipeline.domain import (
    Analysis,
    Contact,
    ContactReport,
    DatePrecision,
    Evidence,
    FeedEntry,
    FeedSource,
    Mode,
    Ordinal,
    Page,
    Participant,
    Stage,
    Status,
    Topic,
)
from pipeline.warehouse.analyses import save_analysis
from pipeline.warehouse.articles import ArticleRecord, save_article
from pipeline.warehouse.connect import connect
from pipeline.warehouse.feeds import add_entries, sync_feeds
from pipeline.warehouse.pages import save_page
from pipeline.warehouse.queue import advance

NOW = datetime(2022, 2, 13, 9, 0, tzinfo=UTC)

MACRON = Participant("Emmanuel Macron", "FRA", "Q3052772", "President")
PUTIN = Participant("Vladimir Putin", "RUS", "Q7747", "President")
SCHOLZ = Participant("Olaf Scholz", "DEU", "Q61053", "Chancellor")
BIDEN = Participant("Joe Biden", "USA", "Q6279", "President")


def call(
    *people: Participant,
    on: date | None = date(2022, 2, 12),
    mode: Mode = Mode.PHONE,
    status: Status = Status.OCCURRED,
    minutes: int | None = 100,
) -> ContactReport:
    """What an article says of a contact; by default the call of 12 February 2022."""
    return ContactReport(
        participants=people or (MACRON, PUTIN),
        mode=mode,
        status=status,
        date=on,
        date_precision=DatePrecision.DAY if on else None,
        duration_minutes=minutes,
        location=None,
        initiator="Emmanuel Macron",
        ordinal=Ordinal(4, "recent weeks"),
        attribution=("Elysee Palace",),
        topics=("deescalation_talks",),
        historical=False,
        confidence=0.98,
        evidence=(Evidence("Macron spoke", 8, 20),),
    )


def contact(contact_id: str, *report_ids: int, status: Status = Status.OCCURRED, minutes: int | None = 100) -> Contact:
    """The contact that these reports tell of."""
    return Contact(
        contact_id=contact_id,
        participants=(MACRON, PUTIN),
        mode=Mode.PHONE,
        status=status,
        occurred_on=date(2022, 2, 12),
        date_precision=DatePrecision.DAY,
        duration_minutes=minutes,
        location=None,
        initiator="Emmanuel Macron",
        ordinal=Ordinal(4, "recent weeks"),
        historical=False,
        topics=("deescalation_talks",),
        attribution=("Elysee Palace",),
        confidence=0.98,
        first_reported_at=NOW - timedelta(hours=1),
        last_reported_at=NOW,
        report_ids=report_ids,
        outlets=("Herald", "The Courier"),
        families=("courier", "herald"),
        reason="same pair, same day",
    )


@dataclass
class House:
    """A warehouse with two outlets, and short ways to fill it."""

    conn: Connection
    dsn: str
    now: ClassVar[datetime] = NOW
    call = staticmethod(call)
    contact = staticmethod(contact)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def item(self, feed: str = "courier") -> int:
        """One more new item; returns its id."""
        number = next(self.numbers)
        entry = FeedEntry(f"id-{number}", f"http://news.test/{number}", f"Title {number}", published=NOW)
        assert add_entries(self.conn, feed, [(f"news.test/{number}", entry)], NOW) == 1
        with self.conn.cursor() as cursor:
            cursor.execute("SELECT max(item_id) FROM staging.item")
            row = cursor.fetchone()
        assert row
        self.conn.commit()
        return int(row[0])

    def article(self, feed: str = "courier", published: datetime | date | None = NOW) -> int:
        """One more item with page and article, waiting to be understood; returns the article's id."""
        item_id = self.item(feed)
        save_page(self.conn, item_id, Page("http://news.test/", "http://news.test/", 200, b"<p>", NOW))
        text = f"Macron spoke with Putin. It lasted 100 minutes. Number {item_id}."
        url = f"http://news.test/{item_id}"
        record = ArticleRecord(f"Title {item_id}", text, published, "en", url, url, None, "feed")
        article_id = save_article(self.conn, item_id, record)
        assert article_id is not None
        advance(self.conn, item_id, Stage.EXTRACTED)
        self.conn.commit()
        return article_id

    def understood(self, *reports: ContactReport, feed: str = "courier", version: str = "1") -> int:
        """One more article, read: with these contact reports; returns the article's id."""
        article_id = self.article(feed)
        self.read_again(article_id, *reports, version=version)
        return article_id

    def read_again(self, article_id: int, *reports: ContactReport, version: str) -> None:
        """A reading of an article by this version of models and rules."""
        analysis = Analysis((Topic("deescalation_talks", 0.9),), tuple(reports), version)
        assert save_analysis(self.conn, article_id, analysis)
        self.conn.commit()

    def report_ids(self, article_id: int) -> list[int]:
        """The current reports of an article."""
        rows = self.rows(
            "SELECT report_id FROM core.contact_report WHERE article_id = %s AND is_current ORDER BY 1", article_id
        )
        return [int(row[0]) for row in rows]

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """What a query says, in a transaction of its own."""
        with self.conn, self.conn.cursor() as cursor:
            cursor.execute(sql, values or None)
            return list(cursor.fetchall())

    def one(self, sql: str, *values: object) -> object:
        """The one value that a query says."""
        ((value,),) = self.rows(sql, *values)
        return value


@pytest.fixture
def house(warehouse: Connection, warehouse_dsn: str) -> House:
    """A migrated warehouse with two outlets of two families."""
    sources = [
        FeedSource("courier", "http://courier.test/rss", "The Courier", "courier", "GBR", timezone="Europe/London"),
        FeedSource("herald", "http://herald.test/rss", "Herald", "herald", "NZL", timezone="Pacific/Auckland"),
    ]
    sync_feeds(warehouse, sources, NOW)
    warehouse.commit()
    return House(warehouse, warehouse_dsn)


@pytest.fixture
def another(warehouse_dsn: str) -> Iterator[Callable[[], Connection]]:
    """Opens further connections to the same warehouse, closed at the end."""
    opened: list[Connection] = []

    def make() -> Connection:
        opened.append(connect(warehouse_dsn))
        return opened[-1]

    yield make
    for connection in opened:
        connection.close()
