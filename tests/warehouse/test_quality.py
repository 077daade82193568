"""Checks of the data: each one fires on the row it is for, and none on a sound warehouse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

from pipeline.domain import FeedSource, Mode, Stage, Status
from pipeline.settings import ROOT
from pipeline.warehouse.connect import connect
from pipeline.warehouse.contacts import save_contacts
from pipeline.warehouse.dimensions import CountryRow, Dimensions, LeaderRow, TermRow, load
from pipeline.warehouse.feeds import PollRecord, record_poll, sync_feeds
from pipeline.warehouse.outbox import Message, claim_messages, enqueue, mark_sent
from pipeline.warehouse.quality import QualityFault, load_checks, run_checks
from pipeline.warehouse.queue import advance
from tests.warehouse.conftest import MACRON, NOW, PUTIN, House, call, contact

A, B = (f"0f0e0d0c-0000-4000-8000-00000000000{n}" for n in "ab")
NOBODY = "0f0e0d0c-0000-4000-8000-0000000000ff"


@pytest.fixture(scope="module")
def sound(postgres: Any) -> Iterator[Connection]:
    """One database for all checks: two calls between two leaders in office, told and mailed. Tests roll back."""
    name = "hotline_quality"
    with closing(psycopg2.connect(postgres.admin_dsn)) as admin:
        admin.autocommit = True
        with admin.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} OWNER hotline_etl TEMPLATE hotline_template STRATEGY file_copy")
            with closing(connect(postgres.dsn.rpartition("/")[0] + "/" + name)) as connection:
                _fill(House(connection, ""))
                yield connection
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _fill(house: House) -> None:
    conn = house.conn
    sources = [
        FeedSource("courier", "http://courier.test/rss", "The Courier", "courier", "GBR"),
        FeedSource("quiet", "http://quiet.test/rss", "The Quiet", "quiet", "NZL"),
    ]
    sync_feeds(conn, sources, NOW)
    countries = [CountryRow("FRA", "France", "country"), CountryRow("RUS", "Russia", "country")]
    leaders = [LeaderRow("Q3052772", "Emmanuel Macron"), LeaderRow("Q7747", "Vladimir Putin")]
    terms = [
        TermRow("Q3052772", "FRA", "leader", "President", "president", 0, date(2017, 5, 14), None),
        TermRow("Q7747", "RUS", "leader", "President", "president", 0, date(2012, 5, 7), None),
    ]
    load(conn, Dimensions(countries, leaders, terms), "one")
    first = house.understood(call(MACRON, PUTIN))
    second = house.understood(call(MACRON, PUTIN, on=date(2022, 2, 10)))
    one, other = contact(A, *house.report_ids(first)), contact(B, *house.report_ids(second))
    other = replace(other, occurred_on=date(2022, 2, 10))
    save_contacts(conn, [one, other], NOW)
    for item_id in (1, 2):
        advance(conn, item_id, Stage.RECONCILED)
    for number, contact_id in enumerate((A, B)):
        enqueue(conn, Message(contact_id, "any", "desk@example.org", "S", "t", "h", f"<{number}@hotline>", NOW))
    for message in claim_messages(conn, 9, 60):
        mark_sent(conn, message.outbox_id, "250 OK")
    polls = [
        PollRecord("quiet", NOW + timedelta(hours=8 * n), 1, 200, None, None, False, 9, 0, None, None, ())
        for n in range(4)
    ]
    for poll in polls:
        record_poll(conn, poll)
    conn.commit()


CONTACT = f"UPDATE core.contact SET {{}} WHERE contact_id = '{A}'"
UNCHECKED = "ALTER TABLE core.contact DROP CONSTRAINT contact_confidence_check"
BREAKS: dict[str, tuple[str, ...]] = {
    "contact_without_report": (f"DELETE FROM core.contact_member WHERE contact_id = '{A}'",),
    "contact_of_one": (f"DELETE FROM core.contact_participant WHERE contact_id = '{A}' AND position = 0",),
    "report_without_contact": (f"DELETE FROM core.contact_member WHERE contact_id = '{A}'",),
    "evidence_not_in_article": ("UPDATE core.report_evidence SET start_offset = 9, end_offset = 21",),
    "reconciled_without_analysis": ("UPDATE core.analysis SET is_current = false WHERE article_id = 1",),
    "confidence_out_of_range": (UNCHECKED, CONTACT.format("confidence = 'NaN'")),
    "mail_without_contact": (
        "ALTER TABLE core.outbox DROP CONSTRAINT outbox_contact_id_fkey",
        f"UPDATE core.outbox SET contact_id = '{NOBODY}' WHERE contact_id = '{A}'",
    ),
    "occurred_in_the_future": (CONTACT.format("occurred_on = '2022-02-16'"),),
    "occurred_after_its_report": (CONTACT.format("occurred_on = '2022-02-16'"),),
    "dated_long_before_its_report": (CONTACT.format("occurred_on = '2021-02-12'"),),
    "participant_out_of_office": (CONTACT.format("occurred_on = '2016-02-12'"),),
    "duplicate_contacts": (CONTACT.format("occurred_on = '2022-02-10'"),),
    "duration_over_a_day": (CONTACT.format("duration_minutes = 1441"),),
    "article_from_the_future": ("UPDATE core.article SET published_on = '2022-02-15' WHERE article_id = 1",),
    "unknown_country": ("UPDATE core.contact_participant SET country = 'ZZZ' WHERE position = 0",),
    "items_stuck": ("UPDATE staging.item SET stage = 'fetched', stage_at = now() - interval '25 hours'",),
    "items_given_up": ("UPDATE staging.item SET stage = 'refused', reason = 'internal_error', detail = 'x'",),
    "feed_never_new": ("INSERT INTO staging.feed_poll (feed_id, polled_at, seconds, not_modified, entries, new_items) "
                       "VALUES ('quiet', '2022-02-14 10:00+00', 1, false, 9, 0)",),
    "mail_not_delivered": ("UPDATE core.outbox SET state = 'failed', sent_at = NULL WHERE outbox_id = 1",
                           "INSERT INTO core.outbox_attempt (outbox_id, outcome, reply) VALUES (1, 'refused', "
                           "'550 <desk@example.org> unknown')"),
    "mail_of_a_withdrawn_contact": (CONTACT.format("state = 'withdrawn'"),
                                    "UPDATE core.outbox SET state = 'waiting', sent_at = NULL"),
    "mailed_twice": (CONTACT.format(f"state = 'merged', merged_into = '{B}'"),),
}  # fmt: skip


def test_a_sound_warehouse_passes_all_checks(sound: Connection) -> None:
    results = run_checks(sound, now=NOW)
    sound.rollback()
    assert [result.summary for result in results if not result.fine] == []
    assert len(results) >= 12


@pytest.mark.parametrize("name", sorted(BREAKS))
def test_each_check_fires_on_the_row_it_is_for(sound: Connection, name: str) -> None:
    with sound.cursor() as cursor:
        for statement in BREAKS[name]:
            cursor.execute(statement)
    (result,) = run_checks(sound, only=[name], now=NOW)
    sound.rollback()
    assert (result.failure, result.found > 0, len(result.rows)) == (None, True, result.found)
    # Analysts read what is found; whom we mail is none of their business.
    assert "@" not in json.dumps(result.rows)


def test_no_check_is_without_a_row_that_makes_it_fire() -> None:
    assert {check.name for check in load_checks()} == set(BREAKS)


def test_a_visit_may_have_one_person_and_a_split_pair_is_no_duplicate(sound: Connection) -> None:
    with sound.cursor() as cursor:
        cursor.execute(BREAKS["contact_of_one"][0])
        cursor.execute(CONTACT.format("mode = 'visit', location = 'Delhi'"))
        (visit,) = run_checks(sound, only=["contact_of_one"], now=NOW)
        sound.rollback()
        cursor.execute(BREAKS["duplicate_contacts"][0])
        cursor.execute(
            "INSERT INTO core.review_action (kind, contact_id, status, done_by, done_at) "
            "VALUES ('split', %s, 'occurred', 'ops', now()) RETURNING action_id",
            (A,),
        )
        (action_id,) = cursor.fetchone() or (0,)
        cursor.execute(
            "INSERT INTO core.review_key (article_id, people, mode, position, report_id) "
            "SELECT 1, '{Q7747}', 'phone', 0, report_id FROM core.contact_member WHERE contact_id = %s "
            "RETURNING key_id",
            (A,),
        )
        (key_id,) = cursor.fetchone() or (0,)
        cursor.execute("INSERT INTO core.review_subject (action_id, key_id) VALUES (%s, %s)", (action_id, key_id))
    (pair,) = run_checks(sound, only=["duplicate_contacts"], now=NOW)
    sound.rollback()
    assert (visit.found, pair.found) == (0, 0)


def test_a_report_of_a_rejected_contact_is_not_missed(sound: Connection) -> None:
    with sound.cursor() as cursor:
        cursor.execute(CONTACT.format("state = 'withdrawn'"))
        (lost,) = run_checks(sound, only=["report_without_contact"])
        cursor.execute(
            "INSERT INTO core.review_action (kind, contact_id, status, done_by, done_at) "
            "VALUES ('reject', %s, 'occurred', 'ops', now())",
            (A,),
        )
        cursor.execute(
            "INSERT INTO core.review_key (article_id, people, mode, position) VALUES (1, '{Q7747}', 'phone', 0)"
        )
        cursor.execute(
            "INSERT INTO core.review_subject (action_id, key_id) "
            "SELECT action_id, key_id FROM core.review_action, core.review_key"
        )
    (rejected,) = run_checks(sound, only=["report_without_contact"])
    sound.rollback()
    assert (lost.found, rejected.found) == (1, 0)


def test_costly_checks_can_be_told_to_look_at_what_is_new(sound: Connection) -> None:
    with sound.cursor() as cursor:
        cursor.execute(BREAKS["evidence_not_in_article"][0])
        cursor.execute("UPDATE core.analysis SET analysed_at = '2022-01-01' WHERE article_id = 1")
    (all_of_it,) = run_checks(sound, only=["evidence_not_in_article"], now=NOW)
    (recent,) = run_checks(sound, only=["evidence_not_in_article"], now=NOW, since=NOW)
    sound.rollback()
    assert (all_of_it.found, recent.found) == (2, 1)


def test_the_view_shows_the_last_result_and_since_when(sound: Connection) -> None:
    with sound.cursor() as cursor:
        run_checks(sound, now=NOW)
        cursor.execute(BREAKS["duration_over_a_day"][0])
        run_checks(sound, now=NOW)
        (first,) = run_checks(sound, only=["duration_over_a_day"], now=NOW)
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE state <> 'fine'), count(*) FILTER (WHERE as_of = %s) "
            "FROM mart.data_quality",
            (NOW,),
        )
        counts = cursor.fetchone()
        cursor.execute(
            "SELECT state, found, findings -> 0 ->> 'duration_minutes', found_since < checked_at, severity "
            "FROM mart.data_quality WHERE check_name = 'duration_over_a_day'"
        )
        shown = cursor.fetchone()
    sound.rollback()
    assert first.found == 1
    assert counts == (len(BREAKS), 1, len(BREAKS))
    assert shown == ("found", 1, "1441", True, "warn")


# files


def check(directory: Path, query: str, severity: str = "error", name: str = "010_mine") -> Path:
    (directory / f"{name}.sql").write_text(
        f"-- severity: {severity}\n-- means: Bad.\n--   Very.\n-- do: Mend.\n{query};\n"
    )
    return directory


def test_a_check_that_breaks_is_told_and_the_others_are_made(sound: Connection, tmp_path: Path) -> None:
    check(tmp_path, "SELECT * FROM nowhere", "warn")
    check(tmp_path, "SELECT 7 % 4 AS rest, 'NaN'::float8 AS odd FROM generate_series(1, 60) -- end", name="020_other")
    broken, other = run_checks(sound, tmp_path)
    sound.rollback()
    assert broken.failure == 'relation "nowhere" does not exist'
    assert broken.failed, "what is not known is not fine"
    assert (other.found, len(other.rows), other.rows[0]) == (60, 50, {"rest": 3, "odd": "NaN"})
    assert other.means == "Bad. Very."


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("010_mine", "SELECT 1", "does not say its severity, means, do"),
        ("010_mine", "-- severity: bad\n-- means: m\n-- do: d\nSELECT 1", "neither error nor warn"),
        ("mine", "-- severity: warn\n-- means: m\n-- do: d\nSELECT 1", "is not named like"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / f"{name}.sql").write_text(text)
    with pytest.raises(QualityFault, match=said) as caught:
        load_checks(tmp_path)
    assert str(tmp_path / f"{name}.sql") in str(caught.value)


def test_an_unknown_check_is_told_with_those_there_are(sound: Connection) -> None:
    with pytest.raises(QualityFault, match="There is no check nothing") as caught:
        run_checks(sound, only=["nothing"])
    assert "items_stuck" in caught.value.mend


def test_the_command_shows_rows_and_fails_on_errors(house: House) -> None:
    (report_id,) = house.report_ids(house.understood(house.call()))
    planned = replace(
        house.contact(A, report_id), mode=Mode.PHONE, status=Status.OCCURRED, occurred_on=date(2022, 2, 16)
    )
    save_contacts(house.conn, [planned], NOW)
    house.conn.commit()
    env = {k: v for k, v in os.environ.items() if not k.startswith("HOTLINE_")}
    env |= {"HOTLINE_WAREHOUSE_DSN": house.dsn, "HOTLINE_AS_OF": "2022-02-13T09:00:00Z", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "quality", "--only", "occurred_in_the_future", "--only", "items_stuck"],
        env=env, capture_output=True, encoding="utf-8", cwd=ROOT, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "occurred_in_the_future" in done.stdout
    assert "items_stuck" in done.stdout
    assert f"contact_id {A}" in done.stdout
    assert "What to do: Look at its sentences" in done.stdout
    assert house.one("SELECT count(*) FROM meta.quality_result WHERE found > 0") == 1


def test_every_check_is_in_the_docs_with_its_severity() -> None:
    docs = (ROOT / "docs" / "analysts.md").read_text(encoding="utf-8")
    assert [c.name for c in load_checks() if f"| `{c.name}` | {c.severity} |" not in docs] == []
