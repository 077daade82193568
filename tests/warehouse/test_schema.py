"""What the schema promises: the words of domain.py, comments everywhere, roles that may do no more than they need."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from enum import StrEnum
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

from pipeline.domain import DatePrecision, Mode, Reason, Stage, Status
from pipeline.warehouse.connect import connect

House = Any


@pytest.fixture
def analyst(house: House, analyst_dsn: str) -> Iterator[Connection]:
    """The warehouse as analysts see it."""
    house.conn.commit()
    with closing(connect(analyst_dsn)) as connection:
        yield connection


@pytest.mark.parametrize(
    ("domain", "words"),
    [("mode", Mode), ("status", Status), ("date_precision", DatePrecision), ("stage", Stage), ("reason", Reason)],
)
def test_the_words_in_sql_are_those_of_the_domain(house: House, domain: str, words: type[StrEnum]) -> None:
    definition = house.one(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contypid = %s::regtype", f"core.{domain}"
    )
    assert set(re.findall(r"'(\w+)'", definition)) == {str(word) for word in words}


def test_every_table_view_column_and_domain_has_a_comment(house: House) -> None:
    missing = house.rows(
        """
        SELECT class.oid::regclass::text, attname
        FROM pg_class AS class
        LEFT JOIN pg_attribute ON attrelid = class.oid AND attnum > 0 AND NOT attisdropped
        WHERE relkind IN ('r', 'v') AND relnamespace::regnamespace::text IN ('staging', 'core', 'mart', 'meta')
          AND (obj_description(class.oid, 'pg_class') IS NULL OR col_description(class.oid, attnum) IS NULL)
        UNION ALL
        SELECT typname, NULL FROM pg_type
        WHERE typtype = 'd' AND typnamespace = 'core'::regnamespace AND obj_description(oid, 'pg_type') IS NULL
        """
    )
    assert missing == []


def test_times_are_all_with_time_zone(house: House) -> None:
    assert (
        house.rows(
            """
        SELECT table_schema, table_name, column_name FROM information_schema.columns
        WHERE table_schema IN ('staging', 'core', 'mart', 'meta') AND data_type = 'timestamp without time zone'
        """
        )
        == []
    )


def test_mart_contacts_has_the_promised_columns(house: House) -> None:
    promised = (
        *("contact_id", "participants", "mode", "status", "occurred_on", "date_precision", "duration_minutes"),
        *("location", "ordinal", "historical", "topics", "attribution", "first_reported_at", "last_reported_at"),
        *("reports", "outlets", "families", "confidence"),
    )
    columns = house.rows(
        """
        SELECT column_name FROM information_schema.columns
        WHERE table_schema = 'mart' AND table_name = 'contacts' ORDER BY ordinal_position
        """
    )
    assert tuple(name for (name,) in columns[: len(promised)]) == promised


def test_analysts_read_the_marts_by_their_bare_names(analyst: Connection) -> None:
    with analyst.cursor() as cursor:
        for view in ("contacts", "contact_reports", "articles", "topics_daily", "feed_health", "refusals", "alerts"):
            cursor.execute(f"SELECT * FROM {view}")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM core.contact",
        "SELECT * FROM staging.page",
        "SELECT recipient FROM core.outbox",
        "SELECT * FROM meta.migration",
    ],
)
def test_analysts_read_nothing_else(analyst: Connection, sql: str) -> None:
    with analyst.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
        cursor.execute(sql)


@pytest.mark.parametrize(
    "sql", ["CREATE TABLE mart.mine (n int)", "CREATE TABLE public.mine (n int)", "DELETE FROM contacts"]
)
def test_analysts_write_nothing_even_when_they_lift_the_read_only_default(analyst: Connection, sql: str) -> None:
    with analyst.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only TO off")
        analyst.commit()
        with pytest.raises((psycopg2.errors.InsufficientPrivilege, psycopg2.errors.ObjectNotInPrerequisiteState)):
            cursor.execute(sql)


def test_analysts_queries_end_after_a_minute(analyst: Connection) -> None:
    with analyst.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("1min",)


def test_operators_see_all_and_change_only_what_they_must(house: House, postgres: Any) -> None:
    house.item()
    dsn = postgres.ops_dsn.rpartition("/")[0] + "/" + house.dsn.rpartition("/")[2]
    with closing(connect(dsn)) as ops, ops.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM staging.item")
        assert cursor.fetchone() == (1,)
        cursor.execute("UPDATE staging.feed SET next_poll_at = NULL")
        cursor.execute("UPDATE staging.item SET stage = 'refused', reason = 'duplicate'")
        ops.commit()
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("DELETE FROM staging.item")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE staging.item SET stage = 'refused'",
        "UPDATE staging.item SET reason = 'duplicate'",
        "UPDATE staging.item SET stage = 'lost'",
        "UPDATE staging.item SET lease_pid = 1",
        "UPDATE staging.item SET feed_id = 'nobody'",
    ],
)
def test_states_that_make_no_sense_are_refused_by_the_database(house: House, sql: str) -> None:
    house.item()
    with pytest.raises(psycopg2.IntegrityError):
        house.rows(sql)
