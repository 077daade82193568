"""Readings of articles: written once, superseded by newer versions, and read back whole for reconciliation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import psycopg2
import pytest

from pipeline.domain import Analysis, Evidence, Mode, Participant, Status, Topic
from pipeline.warehouse.analyses import Former, predecessors, save_analysis
from pipeline.warehouse.contacts import block_reports, known_contacts, save_contacts
from pipeline.warehouse.reports import WINDOW_DAYS

House = Any
A = "0f0e0d0c-0000-4000-8000-00000000000a"
MACRON = Participant("Emmanuel Macron", "FRA", "Q3052772", "President")
PUTIN = Participant("Vladimir Putin", "RUS", "Q7747", "President")
SCHOLZ = Participant("Olaf Scholz", "DEU", "Q61053", "Chancellor")
BIDEN = Participant("Joe Biden", "USA", "Q6279", "President")
DAY = date(2022, 2, 12)


def test_a_report_comes_back_whole(house: House) -> None:
    report = house.call()
    article_id = house.understood(report, feed="herald")
    (stored,) = block_reports(house.conn, [article_id])
    assert stored.report == report
    assert (stored.article_id, stored.outlet, stored.family) == (article_id, "Herald", "herald")
    assert stored.published == house.one("SELECT published_at FROM core.article")


def test_the_same_reading_again_is_a_no_op(house: House) -> None:
    article_id = house.understood(house.call())
    assert save_analysis(house.conn, article_id, Analysis((), (), "1")) is False
    assert len(house.report_ids(article_id)) == 1


def test_a_newer_version_supersedes_and_the_older_reading_is_kept(house: House) -> None:
    article_id = house.understood(house.call(minutes=100))
    old = house.report_ids(article_id)
    house.read_again(article_id, house.call(minutes=105), version="2")
    assert house.report_ids(article_id) != old
    assert house.rows("SELECT version, is_current FROM core.analysis ORDER BY 1") == [("1", False), ("2", True)]
    assert house.one("SELECT count(*) FROM core.contact_report") == 2
    assert house.one("SELECT count(*) FROM mart.contact_reports") == 1


def test_a_score_above_one_is_refused_by_the_database(house: House) -> None:
    article_id = house.article()
    with pytest.raises(psycopg2.errors.CheckViolation):
        save_analysis(house.conn, article_id, Analysis((Topic("trade", 1.01),), (), "1"))


def test_evidence_whose_offsets_do_not_fit_its_text_is_refused_by_the_database(house: House) -> None:
    article_id = house.article()
    report = replace(house.call(), evidence=(Evidence("talks", 3, 9),))
    with pytest.raises(psycopg2.errors.CheckViolation):
        save_analysis(house.conn, article_id, Analysis((), (report,), "1"))


def test_an_unknown_article_is_told(house: House) -> None:
    with pytest.raises(LookupError, match="no article 4711"):
        save_analysis(house.conn, 4711, Analysis((), (), "1"))


# the block


@pytest.mark.parametrize(
    ("report", "inside"),
    [
        ({"on": DAY + timedelta(days=WINDOW_DAYS)}, True),
        ({"on": DAY - timedelta(days=WINDOW_DAYS)}, True),
        ({"on": DAY + timedelta(days=WINDOW_DAYS + 1)}, False),
        ({"on": DAY - timedelta(days=WINDOW_DAYS + 1)}, False),
    ],
)
def test_the_block_reaches_forty_days_each_way(house: House, report: dict[str, Any], inside: bool) -> None:
    seed = house.understood(house.call(on=DAY))
    other = house.understood(house.call(**report))
    assert {r.article_id for r in block_reports(house.conn, [seed])} == ({seed, other} if inside else {seed})


def test_the_block_holds_reports_that_share_a_leader_and_no_others(house: House) -> None:
    seed = house.understood(house.call(MACRON, PUTIN))
    shares = house.understood(house.call(MACRON, SCHOLZ))
    house.understood(house.call(SCHOLZ, BIDEN))
    assert {r.article_id for r in block_reports(house.conn, [seed])} == {seed, shares}


def test_an_undated_report_counts_from_the_day_it_was_published(house: House) -> None:
    seed = house.understood(house.call(on=None))
    other = house.understood(house.call(on=DAY))
    assert {r.article_id for r in block_reports(house.conn, [other])} == {seed, other}


def test_the_block_holds_all_reports_of_each_contact_it_touches(house: House) -> None:
    """Else a contact would be settled from a part of its reports."""
    early = house.understood(house.call(on=DAY - timedelta(days=60), status=Status.PLANNED))
    middle = house.understood(house.call(on=DAY - timedelta(days=30)))
    late = house.understood(house.call(on=DAY))
    ids = [house.report_ids(article)[0] for article in (early, middle)]
    save_contacts(house.conn, [house.contact(A, *ids)], house.now)
    assert {r.article_id for r in block_reports(house.conn, [late])} == {early, middle, late}


def test_settling_is_one_at_a_time(house: House, another: Any) -> None:
    article_id = house.understood(house.call())
    block_reports(house.conn, [article_id])
    other = another()
    with other.cursor() as cursor:
        cursor.execute("SET lock_timeout TO '200ms'")
    with pytest.raises(psycopg2.errors.LockNotAvailable):
        block_reports(other, [article_id])
    other.rollback()
    house.conn.commit()
    assert block_reports(other, [article_id])


# identities over versions


def test_a_new_reading_inherits_the_contact_of_the_report_that_said_the_same(house: House) -> None:
    article_id = house.understood(house.call(), house.call(MACRON, SCHOLZ))
    first, second = house.report_ids(article_id)
    b = A[:-1] + "b"
    scholz = replace(house.contact(b, second), participants=(MACRON, SCHOLZ))
    save_contacts(house.conn, [house.contact(A, first), scholz], house.now)
    house.read_again(article_id, house.call(MACRON, SCHOLZ), house.call(minutes=105), version="2")
    third, fourth = house.report_ids(article_id)
    assert known_contacts(house.conn, [third, fourth]) == {third: b, fourth: A}


def test_identities_are_inherited_over_several_versions(house: House) -> None:
    article_id = house.understood(house.call())
    save_contacts(house.conn, [house.contact(A, *house.report_ids(article_id))], house.now)
    for version in ("2", "3"):
        house.read_again(article_id, house.call(), version=version)
    (latest,) = house.report_ids(article_id)
    assert known_contacts(house.conn, [latest]) == {latest: A}


def test_a_report_that_nobody_told_before_has_no_contact(house: House) -> None:
    article_id = house.understood(house.call())
    assert known_contacts(house.conn, house.report_ids(article_id)) == {}


def test_predecessors_are_the_closest_and_each_has_one_heir(house: House) -> None:
    pair, trio = frozenset({"Q3052772", "Q7747"}), frozenset({"Q3052772", "Q7747", "Q61053"})
    former = [
        Former(1, trio, "phone", DAY),
        Former(2, pair, "phone", DAY),
        Former(3, frozenset({"Q6279"}), "phone", DAY),
    ]
    calls = [house.call(MACRON, PUTIN), house.call(MACRON, PUTIN, mode=Mode.VIDEO), house.call(MACRON, PUTIN, on=None)]
    assert predecessors(former, calls) == [2, 1, None]


def test_reports_of_other_people_have_no_predecessor(house: House) -> None:
    former = [Former(1, frozenset({"Q6279"}), "phone", DAY)]
    assert predecessors(former, [house.call(MACRON, PUTIN)]) == [None]
