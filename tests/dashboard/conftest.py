"""A dashboard over a real warehouse with a few contacts in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from psycopg2.extensions import connection as Connection

from pipeline.dashboard.app import build_app
from pipeline.domain import (
    Analysis,
    Contact,
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
)
from pipeline.settings import get_settings
from pipeline.warehouse.analyses import save_analysis
from pipeline.warehouse.articles import ArticleRecord, save_article
from pipeline.warehouse.contacts import save_contacts
from pipeline.warehouse.feeds import add_entries, sync_feeds
from pipeline.warehouse.pages import save_page
from pipeline.warehouse.queue import advance

NOW = datetime(2022, 2, 13, 9, 0, tzinfo=UTC)
MACRON = Participant("Emmanuel Macron", "FRA", "Q3052772", "President")
PUTIN = Participant("Vladimir Putin", "RUS", "Q7747", "President")
SCHOLZ = Participant("Olaf Scholz", "DEU", "Q61053", "Chancellor")
HOSTILE = "<script>alert('title')</script>"
ROWS = [
    # id, who, mode, status, day, place, title, text, evidence
    (1, (MACRON, PUTIN), Mode.PHONE, Status.OCCURRED, date(2022, 2, 12), None, HOSTILE,
     'Rain fell.\nMacron <b>rang</b> Putin. They spoke of grain.', "Macron <b>rang</b> Putin."),
    (2, (MACRON, PUTIN), Mode.IN_PERSON, Status.OCCURRED, date(2022, 2, 7), "=Moscow", "Talks in Moscow",
     "They met.", "They met."),
    (3, (PUTIN, SCHOLZ), Mode.VISIT, Status.PLANNED, date(2022, 2, 15), "Moscow", "Scholz to go to Moscow",
     "He will go.", "He will go."),
    (4, (MACRON, SCHOLZ), Mode.VIDEO, Status.OCCURRED, date(2022, 2, 1), None, "A video call",
     "They talked by video.", "They talked by video."),
]  # fmt: skip


def contact_id(number: int) -> str:
    return f"00000000-0000-0000-0000-{number:012d}"


@pytest.fixture
def filled(warehouse: Connection) -> Connection:
    """Four contacts with a report each; the first has hostile texts."""
    source = FeedSource("courier", "http://courier.test/rss", "The Courier", "courier", "GBR", timezone="Europe/London")
    sync_feeds(warehouse, [source], NOW)
    contacts = []
    for number, who, mode, status, day, place, title, text, evidence in ROWS:
        url = f"http://news.test/{number}" if number > 1 else "javascript:alert(1)"
        add_entries(
            warehouse, "courier", [(f"news.test/{number}", FeedEntry(str(number), url, title, published=NOW))], NOW
        )
        with warehouse.cursor() as cursor:
            cursor.execute("SELECT max(item_id) FROM staging.item")
            ((item,),) = cursor.fetchall()
        save_page(warehouse, item, Page(url, url, 200, b"<p>", NOW))
        article = save_article(warehouse, item, ArticleRecord(title, text, NOW, "en", url, url, None, "feed"))
        advance(warehouse, item, Stage.EXTRACTED)
        start = len(title) + 1 + text.index(evidence)
        report = ContactReport(
            participants=who, mode=mode, status=status, date=day, date_precision=DatePrecision.DAY,
            duration_minutes=100 if number == 1 else None, location=place, initiator=None, ordinal=None,
            attribution=("Elysee Palace",), topics=("deescalation_talks",) if number < 3 else (), historical=False,
            confidence=0.9, evidence=(Evidence(evidence, start, start + len(evidence)),),
        )  # fmt: skip
        assert article is not None
        save_analysis(warehouse, article, Analysis((), (report,), "rules-test"))
        with warehouse.cursor() as cursor:
            cursor.execute("SELECT max(report_id) FROM core.contact_report")
            ((report_id,),) = cursor.fetchall()
        contacts.append(
            Contact(
                contact_id=contact_id(number), participants=who, mode=mode, status=status, occurred_on=day,
                date_precision=DatePrecision.DAY, duration_minutes=report.duration_minutes, location=place,
                initiator=None, ordinal=None, historical=False, topics=report.topics, attribution=report.attribution,
                confidence=0.9, first_reported_at=NOW - timedelta(hours=1), last_reported_at=NOW,
                report_ids=(report_id,), outlets=("The Courier",), families=("courier",), reason="one report",
            )
        )  # fmt: skip
    save_contacts(warehouse, contacts, NOW)
    warehouse.commit()
    return warehouse


@pytest.fixture
def client(warehouse_dsn: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("HOTLINE_WAREHOUSE_DSN", warehouse_dsn)
    get_settings.cache_clear()
    yield TestClient(build_app(dependencies=[]))
    get_settings.cache_clear()
