"""The analysts' views and example queries, over a small warehouse in which something of everything happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection

from pipeline.domain import FeedEntry, Mode, Participant, Reason, Status
from pipeline.settings import ROOT
from pipeline.warehouse.connect import connect
from pipeline.warehouse.contacts import save_contacts
from pipeline.warehouse.feeds import PollRecord, add_entries, record_poll
from pipeline.warehouse.outbox import Message, claim_messages, enqueue, mark_sent
from pipeline.warehouse.queue import refuse
from pipeline.warehouse.reads import (
    QueryFault,
    clock,
    feed_health,
    query,
    queue_counts,
    read_query,
    run_summary,
    table_counts,
    views,
)

House = Any
A, B = (f"0f0e0d0c-0000-4000-8000-00000000000{n}" for n in "ab")
COOKBOOK = sorted((ROOT / "sql" / "cookbook").glob("*.sql"))
PUTIN = Participant("Vladimir Putin", "RUS", "Q7747", "President")
SCHOLZ = Participant("Olaf Scholz", "DEU", "Q61053", "Chancellor")


@pytest.fixture
def told(house: House) -> House:
    """A call told by two outlets with other durations, a meeting first planned, then cancelled; a feed that is gone."""
    calls = [house.understood(house.call(minutes=100)), house.understood(house.call(minutes=105), feed="herald")]
    call = house.contact(A, *(house.report_ids(a)[0] for a in calls))
    meeting = house.understood(
        house.call(SCHOLZ, PUTIN, mode=Mode.IN_PERSON, on=date(2022, 2, 15), status=Status.PLANNED)
    )
    planned = replace(
        house.contact(B, *house.report_ids(meeting)),
        participants=(PUTIN, SCHOLZ),
        mode=Mode.IN_PERSON,
        occurred_on=date(2022, 2, 15),
        status=Status.PLANNED,
        ordinal=None,
    )
    save_contacts(house.conn, [call, planned], house.now)
    save_contacts(house.conn, [replace(planned, status=Status.CANCELLED)], house.now + timedelta(days=1))
    enqueue(house.conn, Message(A, "any", "desk@example.org", "Subject", "text", "html", "<1@hotline>", house.now))
    (message,) = claim_messages(house.conn, 1, 60)
    mark_sent(house.conn, message.outbox_id, "250 OK")
    refuse(house.conn, house.item("herald"), Reason.PAYWALL_TEASER, "12 words")
    add_entries(house.conn, "courier", [("n.test/new", FeedEntry("new", "http://n.test/new", "New"))], house.now)
    good = PollRecord("courier", house.now, 0.5, 200, None, None, False, 9, 3, None, None, ())
    record_poll(house.conn, good)
    gone = replace(
        good, feed_id="herald", status=404, reason=Reason.HTTP_NOT_FOUND, detail="404", new_items=0, entries=0
    )
    record_poll(house.conn, gone)
    house.conn.commit()
    return house


@pytest.fixture
def analyst(told: House, analyst_dsn: str) -> Iterator[Connection]:
    """That warehouse as analysts see it."""
    with closing(connect(analyst_dsn)) as connection:
        yield connection


@pytest.mark.parametrize("path", COOKBOOK, ids=lambda path: path.stem)
def test_each_example_query_says_what_it_does_runs_and_finds_something(analyst: Connection, path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("-- ")
    answer = query(analyst, read_query(path.stem))
    assert answer.rows, path.name


def test_the_cookbook_is_worth_the_name() -> None:
    assert len(COOKBOOK) >= 8


def row(analyst: Connection, sql: str) -> dict[str, Any]:
    answer = query(analyst, sql)
    (values,) = answer.rows
    return dict(zip(answer.columns, values, strict=True))


def test_a_contact_told_twice_is_one_row_with_sorted_participants(analyst: Connection) -> None:
    found = row(analyst, f"SELECT * FROM contacts WHERE contact_id = '{A}'")
    assert found["participants"] == "Emmanuel Macron (FRA), Vladimir Putin (RUS)"
    assert (found["mode"], found["status"], found["occurred_on"]) == ("phone", "occurred", date(2022, 2, 12))
    assert (found["reports"], found["outlets"], found["families"]) == (2, 2, 2)
    assert (found["ordinal"], found["ordinal_window"]) == (4, "recent weeks")
    assert found["countries"] == ["FRA", "RUS"]
    assert found["wikidata_ids"] == ["Q3052772", "Q7747"]


def test_participants_are_sorted_whatever_order_they_came_in(analyst: Connection) -> None:
    found = row(analyst, f"SELECT * FROM contacts WHERE contact_id = '{B}'")
    assert found["participants"] == "Olaf Scholz (DEU), Vladimir Putin (RUS)"
    assert (found["status"], found["ordinal"]) == ("cancelled", None)


def test_a_report_points_at_its_sentence(analyst: Connection) -> None:
    found = row(analyst, "SELECT * FROM contact_reports WHERE outlet = 'Herald'")
    assert found["evidence_spans"] == [{"text": "Macron spoke", "start": 8, "end": 20}]
    assert (str(found["contact_id"]), found["duration_minutes"], found["evidence"]) == (A, 105, "Macron spoke")


def test_articles_are_there_with_their_stage_or_refusal(analyst: Connection) -> None:
    answer = query(
        analyst, "SELECT stage, reason, topics, contact_reports, count(*) FROM articles GROUP BY 1, 2, 3, 4 ORDER BY 1"
    )
    assert answer.rows == [
        ("discovered", None, None, None, 1),
        ("extracted", None, ["deescalation_talks"], 1, 3),
        ("refused", "paywall_teaser", None, None, 1),
    ]


def test_topics_are_counted_by_day_outlets_and_families(analyst: Connection) -> None:
    found = row(analyst, "SELECT * FROM topics_daily WHERE day = '2022-02-13'")
    assert (found["articles"], found["outlets"], found["families"]) == (3, 2, 2)


def test_a_feed_that_is_gone_is_failing(told: House) -> None:
    sick, well = feed_health(told.conn)
    assert (sick.feed_id, sick.health, sick.failures, sick.last_reason) == ("herald", "failing", 1.0, "http_not_found")
    assert (well.feed_id, well.health, well.items) == ("courier", "healthy", 3)


def test_history_tells_the_change_of_status(analyst: Connection) -> None:
    found = row(analyst, "SELECT * FROM contact_history WHERE kind = 'changed'")
    assert (found["status_before"], found["status_after"]) == ("planned", "cancelled")


def test_a_run_is_summed_up_and_one_that_found_nothing_is_empty(told: House) -> None:
    summary = run_summary(told.conn, told.now)
    assert (summary.feeds_polled, summary.feeds_failed, summary.new_items) == (2, 1, 3)
    assert (summary.articles, summary.refused, summary.topics) == (3, {"paywall_teaser": 1}, {"deescalation_talks": 3})
    assert (summary.contacts, summary.mails_sent) == ({"changed": 1, "new": 2}, 1)
    assert summary.left == {"discovered": 1, "extracted": 3}
    later = run_summary(told.conn, clock(told.conn))
    assert (later.feeds_polled, later.articles, later.refused, later.contacts, later.mails_sent) == (0, 0, {}, {}, 0)


def test_queues_and_tables_are_counted(told: House) -> None:
    assert queue_counts(told.conn) == {"discovered": 1, "extracted": 3}
    assert table_counts(told.conn)["core.contact_report"] == 3
    assert "mart.contacts" in dict(views(told.conn))


# queries that analysts type


def test_a_percent_sign_is_just_that(analyst: Connection) -> None:
    assert query(analyst, "SELECT 7 % 4 AS rest, 'a%b' LIKE 'a%' AS likes").rows == [(3, True)]


def test_a_mistyped_column_is_shown_in_its_line(analyst: Connection) -> None:
    with pytest.raises(QueryFault) as caught:
        query(analyst, "SELECT participants\nFROM contacts\nWHERE mod = 'phone'")
    assert 'column "mod" does not exist' in str(caught.value)
    assert "line 3: WHERE mod = 'phone'\n" + " " * 14 + "^" in str(caught.value)


def test_a_write_is_refused_in_words(analyst: Connection) -> None:
    with pytest.raises(QueryFault, match="permission denied") as caught:
        query(analyst, "SELECT * FROM core.outbox")
    assert "mart" in caught.value.mend


def test_an_unknown_file_is_told() -> None:
    with pytest.raises(QueryFault, match=r"There is no file nowhere\.sql"):
        read_query("nowhere.sql")


def test_sql_itself_is_not_taken_for_a_file(tmp_path: Path) -> None:
    (tmp_path / "q.sql").write_text("SELECT 2")
    assert read_query(str(tmp_path / "q.sql")) == "SELECT 2"
    assert read_query("SELECT 1") == "SELECT 1"


def test_every_view_is_in_the_docs(told: House) -> None:
    docs = (ROOT / "docs" / "warehouse.md").read_text(encoding="utf-8")
    assert [name for name, _ in views(told.conn) if f"`{name}`" not in docs] == []
