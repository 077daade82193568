"""The ordinal audit, as a pure function and as the view that analysts read: both by the same rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from psycopg2.extensions import connection as Connection

from pipeline.domain import Contact, StoredReport
from pipeline.reconcile.audit import audit
from pipeline.reconcile.cluster import reconcile
from pipeline.warehouse.contacts import load_contacts, save_contacts

Report = Callable[..., StoredReport]

# (who, mode, day, what else); the first is said to be the fourth in recent weeks.
HELD = [
    ("macron putin", "phone", "2022-02-12", {"nth": 4}),
    ("macron putin", "phone", "2022-02-03", {}),
    ("macron putin", "in_person", "2022-02-07", {"place": "Moscow"}),
    ("macron putin", "phone", "2021-11-01", {}),
    ("macron scholz", "phone", "2022-02-08", {}),
    ("macron putin scholz biden duda", "video", "2022-02-01", {}),
    ("macron putin", "phone", "2022-02-09", {"status": "cancelled"}),
    # Two of two, and no more.
    ("scholz zelensky", "in_person", "2022-02-14", {"nth": 2, "place": "Kyiv"}),
    ("scholz zelensky duda", "in_person", "2022-01-20", {"place": "Warsaw"}),
    # One of the two earlier journeys is held; that to another place is none of them.
    ("biden", "visit", "2022-02-20", {"nth": 3, "place": "Warsaw"}),
    ("biden", "visit", "2022-01-10", {"place": "the Warsaw"}),
    ("biden", "visit", "2022-01-15", {"place": "Kyiv"}),
    # Called off: nothing is counted.
    ("duda putin", "phone", "2022-02-15", {"nth": 6, "status": "denied"}),
]


@pytest.fixture
def contacts(report: Report) -> list[Contact]:
    return reconcile(
        [report(i, who, mode, day, told=f"{day}T20:00", **more) for i, (who, mode, day, more) in enumerate(HELD, 1)], {}
    )


def test_what_is_claimed_held_and_missing(contacts: list[Contact]) -> None:
    assert len(contacts) == len(HELD)
    gaps = {c.report_ids[0]: gap for gap in audit(contacts) for c in contacts if c.contact_id == gap.contact_id}
    assert {n: (g.claimed, g.held, g.missing, g.held_on) for n, g in gaps.items()} == {
        1: (4, 2, 2, (date(2022, 2, 3),)),
        10: (3, 2, 1, (date(2022, 1, 10),)),
    }
    assert gaps[1].reason == (
        'reports count 4 contacts from 2021-12-14 to 2022-02-12 ("recent weeks"), 2 are held: 2 missing'
    )


def test_what_lies_before_our_first_article_is_said(contacts: list[Contact]) -> None:
    assert audit(contacts, date(2022, 2, 1))[0].reason.endswith("; our first article is of 2022-02-01")
    assert "first article" not in audit(contacts, date(2021, 12, 1))[0].reason


def test_the_view_counts_as_the_function_does(contacts: list[Contact], warehouse: Connection) -> None:
    save_contacts(warehouse, [_without_reports(c) for c in contacts], datetime(2022, 3, 1, tzinfo=UTC))
    with warehouse.cursor() as cursor:
        cursor.execute("SELECT contact_id::text, claimed, held, missing, held_on, reason FROM mart.coverage_gaps")
        found = {row[0]: (*row[1:4], tuple(row[4]), row[5]) for row in cursor.fetchall()}
    assert found == {g.contact_id: (g.claimed, g.held, g.missing, g.held_on, g.reason) for g in audit(contacts)}
    assert found


def test_links_spread_and_words_are_read_back_as_saved(report: Report, warehouse: Connection) -> None:
    summit = {"who": "macron putin scholz", "mode": "multilateral", "place": "Geneva"}
    contacts = [
        _without_reports(c)
        for c in reconcile(
            [report(1, **summit, minutes=100), report(2, **summit, minutes=105), report(3, mode="in_person", nth=2)], {}
        )
    ]
    now = datetime(2022, 3, 1, tzinfo=UTC)
    save_contacts(warehouse, contacts, now)
    warehouse.commit()
    assert [c for c in load_contacts(warehouse, [c.contact_id for c in contacts]).values() if c.part_of]
    assert {c.kind for c in save_contacts(warehouse, contacts, now)} == {"unchanged"}
    with warehouse.cursor() as cursor:
        cursor.execute("SELECT spread -> 'duration_minutes', part_of FROM mart.contacts ORDER BY part_of NULLS FIRST")
        assert cursor.fetchall()[0] == ({"100": ["outlet 1"], "105": ["outlet 2"]}, None)


def _without_reports(contact: Contact) -> Contact:
    return replace(contact, report_ids=())
