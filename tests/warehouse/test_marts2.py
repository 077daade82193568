"""Star and wide views: the right term of office, pairs counted once, lags from day to report, and who may read what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

from pipeline.domain import Contact, Mode, Participant, Status
from pipeline.warehouse.connect import connect
from pipeline.warehouse.contacts import save_contacts
from pipeline.warehouse.dimensions import CountryRow, Dimensions, LeaderRow, TermRow, TopicRow, load
from pipeline.warehouse.outbox import Message, claim_messages, enqueue, mark_sent
from pipeline.warehouse.reads import query

House = Any
A, B, C, D = (f"0f0e0d0c-0000-4000-8000-00000000000{n}" for n in "abcd")
MACRON = Participant("Emmanuel Macron", "FRA", "Q3052772", "President")
PUTIN = Participant("Vladimir Putin", "RUS", "Q7747", "President")
SCHOLZ = Participant("Olaf Scholz", "DEU", "Q61053", "Chancellor")
WORLD = Dimensions(
    countries=[CountryRow(code, code, "country") for code in ("FRA", "RUS", "DEU")],
    leaders=[LeaderRow("Q3052772", "Emmanuel Macron", "m"), LeaderRow("Q7747", "Vladimir Putin", "m")],
    terms=[
        TermRow("Q7747", "RUS", "leader", "Prime Minister", "prime_minister", 1, date(2008, 5, 8), date(2012, 5, 7)),
        TermRow("Q7747", "RUS", "leader", "President", "president", 0, date(2000, 5, 7), date(2008, 5, 7)),
        TermRow("Q7747", "RUS", "leader", "President", "president", 0, date(2012, 5, 7)),
        TermRow("Q3052772", "FRA", "leader", "President", "president", 0, date(2017, 5, 14)),
    ],
    topics=[TopicRow("deescalation_talks", "De-escalation talks", "Talks.", 0.5)],
)


@pytest.fixture
def told(house: House) -> House:
    """A call told first as planned and then by two families, an earlier one, a summit of three, and one withdrawn."""
    load(house.conn, WORLD, "test")
    early = house.understood(house.call(status=Status.PLANNED))
    first = house.understood(house.call(), feed="herald")
    later = house.understood(house.call())
    old = house.understood(house.call(on=date(2010, 3, 1)))
    summit = house.understood(house.call(MACRON, PUTIN, SCHOLZ, mode=Mode.MULTILATERAL, on=date(2022, 2, 9)))
    gone = house.understood(house.call(on=date(2022, 1, 1)))
    for hours, article in ((-30, early), (-3, first), (2, later)):
        house.rows(
            "UPDATE core.article SET published_at = %s WHERE article_id = %s RETURNING 1",
            house.now + timedelta(hours=hours),
            article,
        )
    reports = [house.report_ids(article)[0] for article in (early, first, later)]
    call: Contact = house.contact(A, *reports)
    contacts = [
        call,
        replace(house.contact(B, *house.report_ids(old)), occurred_on=date(2010, 3, 1), duration_minutes=None),
        replace(
            house.contact(C, *house.report_ids(summit)),
            participants=(MACRON, SCHOLZ, PUTIN),
            mode=Mode.MULTILATERAL,
            occurred_on=date(2022, 2, 9),
        ),
        replace(house.contact(D, *house.report_ids(gone)), occurred_on=date(2022, 1, 1)),
    ]
    save_contacts(house.conn, [replace(contact, status=Status.PLANNED) for contact in contacts[:1]], house.now)
    save_contacts(house.conn, contacts, house.now + timedelta(hours=2))
    house.rows("UPDATE core.contact SET state = 'withdrawn' WHERE contact_id = %s RETURNING 1", D)
    enqueue(house.conn, Message(A, "any", "desk@example.org", "Call held", "text", "html", "<1@hotline>", house.now))
    (message,) = claim_messages(house.conn, 1, 60)
    mark_sent(house.conn, message.outbox_id, "250 OK")
    house.conn.commit()
    return house


@pytest.fixture
def analyst(told: House, analyst_dsn: str) -> Iterator[Connection]:
    """That warehouse as analysts see it."""
    with closing(connect(analyst_dsn)) as connection:
        yield connection


def rows(analyst: Connection, sql: str) -> list[tuple[Any, ...]]:
    return query(analyst, sql).rows


def test_a_participant_is_bound_to_the_term_that_held_on_the_day(analyst: Connection) -> None:
    assert rows(
        analyst,
        """
        SELECT day, name, term.office, round(weight, 2)::float FROM bridge_participant
        LEFT JOIN dim_office_term AS term USING (office_term_id) ORDER BY day, name
        """,
    ) == [
        (date(2010, 3, 1), "Emmanuel Macron", None, 0.5),
        (date(2010, 3, 1), "Vladimir Putin", "Prime Minister", 0.5),
        (date(2022, 2, 9), "Emmanuel Macron", "President", 0.33),
        (date(2022, 2, 9), "Olaf Scholz", None, 0.33),
        (date(2022, 2, 9), "Vladimir Putin", "President", 0.33),
        (date(2022, 2, 12), "Emmanuel Macron", "President", 0.5),
        (date(2022, 2, 12), "Vladimir Putin", "President", 0.5),
    ]


def test_the_star_joins_by_names_of_keys(analyst: Connection) -> None:
    assert rows(
        analyst,
        """
        SELECT dim_date.year, outlet, label, count(*)
        FROM fact_article_topic JOIN dim_topic USING (topic) JOIN dim_outlet USING (outlet_id)
        JOIN dim_date ON day = published_on GROUP BY 1, 2, 3 ORDER BY 2
        """,
    ) == [(2022, "Herald", "De-escalation talks", 1), (2022, "The Courier", "De-escalation talks", 5)]
    assert rows(
        analyst, f"SELECT status, count(*) FROM fact_contact_report WHERE contact_id = '{A}' GROUP BY 1 ORDER BY 1"
    ) == [
        ("occurred", 2),
        ("planned", 1),
    ]


def test_a_summit_counts_for_each_pair_and_each_pair_is_one_row(analyst: Connection) -> None:
    assert rows(
        analyst,
        """
        SELECT week, leader, counterpart, contacts, calls, multilateral, minutes FROM dyads_weekly
        WHERE week >= '2022-01-01' ORDER BY leader, counterpart
        """,
    ) == [
        (date(2022, 2, 7), "Emmanuel Macron", "Olaf Scholz", 1, 0, 1, 100),
        (date(2022, 2, 7), "Emmanuel Macron", "Vladimir Putin", 2, 1, 1, 200),
        (date(2022, 2, 7), "Olaf Scholz", "Vladimir Putin", 1, 0, 1, 100),
    ]
    assert rows(
        analyst, "SELECT weight, first_on FROM network_edges WHERE source = 'Q3052772' AND target = 'Q7747'"
    ) == [(3, date(2010, 3, 1))]


def test_leaders_activity_is_by_month(analyst: Connection) -> None:
    assert rows(
        analyst,
        "SELECT month, contacts, calls, initiated, minutes FROM leader_activity WHERE leader ~ 'Macron' ORDER BY month",
    ) == [(date(2010, 3, 1), 1, 1, 1, None), (date(2022, 2, 1), 2, 1, 2, 200)]


def test_lag_counts_from_the_day_to_the_first_report_that_it_took_place(analyst: Connection) -> None:
    assert rows(
        analyst,
        f"""
        SELECT first_report_at, first_outlet, lag_days, corroborated_by, corroborated_after_hours::float,
            reports, families
        FROM reporting_lag WHERE contact_id = '{A}'
        """,
    ) == [(datetime(2022, 2, 13, 6, tzinfo=UTC), "Herald", 1, "The Courier", 5.0, 2, 2)]
    assert rows(analyst, f"SELECT corroborated_by FROM reporting_lag WHERE contact_id = '{C}'") == [(None,)]


def test_the_timeline_tells_reports_changes_and_mails_in_order(analyst: Connection) -> None:
    steps = rows(
        analyst,
        f"SELECT event, outlet, status, words FROM contact_timeline WHERE contact_id = '{A}' ORDER BY at, event DESC",
    )
    assert [step[:3] for step in steps] == [
        ("report", "The Courier", "planned"),
        ("report", "Herald", "occurred"),
        ("new", None, "planned"),
        ("report", "The Courier", "occurred"),
        ("changed", None, "occurred"),
        ("alert", None, None),
    ]
    assert "status: planned -> occurred" in next(words for event, _, _, words in steps if event == "changed")


def test_agenda_words_are_topics_and_words_without_names(analyst: Connection) -> None:
    found = rows(
        analyst,
        """
        SELECT kind, word, contacts FROM agenda_words
        WHERE leader = 'Emmanuel Macron' AND counterpart = 'Vladimir Putin' ORDER BY 1, 2
        """,
    )
    # The evidence is "Macron spoke".
    assert found == [("topic", "deescalation_talks", 3), ("word", "spoke", 3)]


def test_withdrawn_contacts_are_in_none_of_them_but_the_timeline(analyst: Connection) -> None:
    for view in ("bridge_participant", "reporting_lag", "contacts"):
        assert rows(analyst, f"SELECT * FROM {view} WHERE contact_id = '{D}'") == []
    assert rows(analyst, "SELECT * FROM dyads_weekly WHERE week < '2022-02-01' AND week > '2021-01-01'") == []
    assert rows(analyst, f"SELECT count(*) > 0 FROM contact_timeline WHERE contact_id = '{D}'") == [(True,)]


def test_analysts_may_read_all_of_mart_and_nothing_else(analyst: Connection) -> None:
    found = rows(
        analyst,
        """
        SELECT nspname,
            bool_and(has_table_privilege(class.oid, 'SELECT')), bool_or(has_table_privilege(class.oid, 'SELECT')),
            bool_or(has_table_privilege(class.oid, 'INSERT, UPDATE, DELETE, TRUNCATE'))
        FROM pg_class AS class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE relkind IN ('r', 'v', 'm', 'p') AND nspname IN ('mart', 'core', 'staging', 'meta')
        GROUP BY 1 ORDER BY 1
        """,
    )
    assert found == [
        ("core", False, False, False),
        ("mart", True, True, False),
        ("meta", False, False, False),
        ("staging", False, False, False),
    ]
    with analyst.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
        cursor.execute("SELECT name FROM core.leader")


def test_operators_read_the_dimensions_and_the_pipeline_writes_them(told: House, postgres: Any) -> None:
    dsn = postgres.ops_dsn.rpartition("/")[0] + "/" + told.dsn.rpartition("/")[2]
    with closing(connect(dsn)) as ops, ops.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core.leader JOIN core.office_term USING (leader_id)")
        assert cursor.fetchone() == (4,)
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("UPDATE core.leader SET name = 'x'")
