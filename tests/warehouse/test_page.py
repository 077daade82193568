"""What the page and the report show, read from a warehouse filled by the real loads."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from psycopg2.extensions import connection as Connection

from pipeline.warehouse.page import contact_row, contact_rows, mails_since, overview, reading, topic_counts


def test_an_empty_warehouse_has_an_overview(warehouse: Connection) -> None:
    state = overview(warehouse)
    assert (state.contacts, state.articles, state.feeds, state.waiting, state.mails_sent, state.sick_feeds) == (
        0, 0, 0, 0, 0, (),
    )  # fmt: skip
    assert contact_rows(warehouse) == []
    assert topic_counts(warehouse) == {}
    assert mails_since(warehouse, datetime(2022, 1, 1, tzinfo=UTC)) == []
    assert contact_row(warehouse, "00000000-0000-0000-0000-000000000000") is None


@pytest.mark.parametrize("hostile", ["'; DROP TABLE core.contact; --", "\x00", "%", "_", "\ud800"])
def test_a_hostile_filter_finds_nothing_and_breaks_nothing(warehouse: Connection, hostile: str) -> None:
    assert contact_rows(warehouse, leader=hostile, status=hostile, mode=hostile, since=date(2022, 1, 1)) == []


def test_a_reading_connection_cannot_write(warehouse_dsn: str) -> None:
    refused = pytest.raises(Exception, match="read-only transaction")
    with reading(warehouse_dsn) as connection, connection.cursor() as cursor, refused:
        cursor.execute("DELETE FROM core.contact")
