"""One warehouse that all tests of exports read, and contacts as they come out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

from pipeline.domain import Contact, DatePrecision, FeedSource, Mode, Participant, Status
from pipeline.warehouse.connect import connect
from pipeline.warehouse.contacts import save_contacts
from pipeline.warehouse.dimensions import CountryRow, Dimensions, load
from pipeline.warehouse.extracts import Source, ToldContact
from pipeline.warehouse.feeds import sync_feeds
from tests.warehouse.conftest import MACRON, NOW, PUTIN, SCHOLZ, House, call, contact

A, B, C, D, E = (f"0f0e0d0c-0000-4000-8000-00000000000{n}" for n in "abcde")
HOSTILE = '=cmd|"/c calc"!A0 <script>alert(1)</script> ]]> & \u202eevil\x0b "quoted", comma'


@pytest.fixture(scope="session")
def exports_dsn(postgres: Any) -> Iterator[str]:
    """A call told twice, a visit planned and cancelled, one withdrawn, one planned without a day, one long ago."""
    with closing(psycopg2.connect(postgres.admin_dsn)) as admin:
        admin.autocommit = True
        with admin.cursor() as cursor:
            cursor.execute(
                "CREATE DATABASE hotline_exports OWNER hotline_etl TEMPLATE hotline_template STRATEGY file_copy"
            )
            dsn = postgres.dsn.rpartition("/")[0] + "/hotline_exports"
            with closing(connect(dsn)) as connection:
                _fill(House(connection, dsn))
            yield dsn
            cursor.execute("DROP DATABASE hotline_exports WITH (FORCE)")


def _fill(house: House) -> None:
    conn = house.conn
    sync_feeds(
        conn,
        [
            FeedSource("courier", "http://courier.test/rss", "The Courier", "courier", "GBR"),
            FeedSource("herald", "http://herald.test/rss", "Herald", "herald", "NZL"),
        ],
        NOW,
    )
    countries = [
        CountryRow("FRA", "France", "country", (), ("Paris",)),
        CountryRow("RUS", "Russia", "country", (), ("Moscow",)),
        CountryRow("EU", "European Union", "body"),
    ]
    load(conn, Dimensions(countries), "one")
    articles = [house.understood(call(MACRON, PUTIN)), house.understood(call(MACRON, PUTIN), feed="herald")]
    told = contact(A, *(house.report_ids(article)[0] for article in articles))
    visit = replace(
        _bare(B), participants=(PUTIN, SCHOLZ), mode=Mode.VISIT, status=Status.PLANNED, location="Moscow",
        occurred_on=date(2022, 2, 15),
    )  # fmt: skip
    gone = _bare(C)
    undated = replace(_bare(D), occurred_on=None, date_precision=None, status=Status.PLANNED)
    old = replace(_bare(E), occurred_on=date(2022, 1, 1), date_precision=DatePrecision.MONTH)
    save_contacts(conn, [told, visit, gone, undated, old], NOW)
    save_contacts(conn, [replace(visit, status=Status.CANCELLED)], NOW + timedelta(days=1))
    with conn.cursor() as cursor:
        cursor.execute("UPDATE core.article SET title = %s WHERE article_id = %s", (HOSTILE, articles[0]))
        cursor.execute("UPDATE core.contact SET state = 'withdrawn' WHERE contact_id = %s", (C,))
        cursor.execute("INSERT INTO core.contact_history (contact_id, kind, changes, changed_at) "
                       "VALUES (%s, 'withdrawn', '{}', now())", (C,))  # fmt: skip
    conn.commit()


def _bare(contact_id: str) -> Contact:
    return contact(contact_id)


@pytest.fixture
def exports(exports_dsn: str) -> Iterator[Connection]:
    """An open connection to that warehouse."""
    with closing(connect(exports_dsn)) as connection:
        yield connection


def person(name: str, country: str) -> Participant:
    return Participant(name, country, f"Q-{name}", "President")


TOLD = ToldContact(
    contact_id=A,
    gone=False,
    participants=(MACRON, PUTIN),
    mode=Mode.PHONE,
    status=Status.OCCURRED,
    occurred_on=date(2022, 2, 12),
    date_precision=DatePrecision.DAY,
    duration_minutes=100,
    location=None,
    initiator="Emmanuel Macron",
    historical=False,
    topics=("deescalation_talks",),
    attribution=("Elysee Palace",),
    confidence=0.98,
    first_reported_at=datetime(2022, 2, 12, 18, 40, tzinfo=UTC),
    last_reported_at=NOW,
    outlets=2,
    families=2,
    created_at=NOW,
    updated_at=NOW + timedelta(hours=1),
    changes=0,
    sources=(
        Source("http://news.test/1?a=1&b=2", HOSTILE, "The <b>Courier</b>", NOW, "Macron spoke & Putin <listened>"),
        Source("javascript:alert(1)", "Run me", "Herald", None, ""),
    ),
)


@pytest.fixture
def told() -> Callable[..., ToldContact]:
    """The call of 12 February 2022 as it is told, with what a test changes in it."""
    return lambda **changes: replace(TOLD, **changes)
