"""Contacts: saved again they do not change; changed, merged or withdrawn they keep their identity and a history."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from pipeline.domain import Participant, Status
from pipeline.warehouse.contacts import block_reports, find_contacts, load_contacts, save_contacts

House = Any
A, B = (f"0f0e0d0c-0000-4000-8000-00000000000{n}" for n in "ab")
MACRON = Participant("Emmanuel Macron", "FRA", "Q3052772", "President")
SCHOLZ = Participant("Olaf Scholz", "DEU", "Q61053", "Chancellor")


def report(house: House, **call: Any) -> int:
    """One more article with one report; returns the report's id."""
    (report_id,) = house.report_ids(house.understood(house.call(**call)))
    return int(report_id)


def kinds(changes: list[Any]) -> dict[str, str]:
    return {change.contact_id: change.kind for change in changes}


def test_a_contact_comes_back_whole(house: House) -> None:
    first, second = report(house), report(house)
    contact = house.contact(A, second, first)
    (change,) = save_contacts(house.conn, [contact], house.now)
    assert change.kind == "new"
    assert change.previous is None
    assert load_contacts(house.conn, [A]) == {A: replace(contact, report_ids=(first, second))}


def test_the_same_again_changes_nothing(house: House) -> None:
    contact = house.contact(A, report(house))
    save_contacts(house.conn, [contact], house.now)
    (change,) = save_contacts(house.conn, [contact], house.now + timedelta(days=1))
    assert change.kind == "unchanged"
    assert house.one("SELECT count(*) FROM core.contact_history") == 1
    assert house.one("SELECT updated_at FROM core.contact") == house.now


def test_a_change_is_told_with_what_was_before_and_leaves_its_history(house: House) -> None:
    first = report(house)
    before = house.contact(A, first, status=Status.PLANNED, minutes=None)
    save_contacts(house.conn, [before], house.now)
    second = report(house)
    after = house.contact(A, first, second)
    (change,) = save_contacts(house.conn, [after], house.now + timedelta(days=1))
    assert (change.kind, change.contact, change.previous) == ("changed", after, before)
    ((changes, at),) = house.rows("SELECT changes, changed_at FROM core.contact_history WHERE kind = 'changed'")
    assert changes == {
        "status": ["planned", "occurred"],
        "duration_minutes": [None, 100],
        "report_ids": [[first], [first, second]],
    }
    assert at == house.now + timedelta(days=1)
    assert house.rows("SELECT created_at, updated_at FROM core.contact") == [(house.now, house.now + timedelta(days=1))]


def test_a_contact_that_loses_all_reports_to_another_is_merged_into_it(house: House) -> None:
    first, second = report(house), report(house)
    one, other = house.contact(A, first), house.contact(B, second)
    save_contacts(house.conn, [one, other], house.now)
    both = house.contact(A, first, second)
    changes = save_contacts(house.conn, [both], house.now)
    assert kinds(changes) == {A: "changed", B: "merged"}
    merged = next(change for change in changes if change.contact_id == B)
    assert (merged.contact, merged.previous) == (both, other)
    assert house.rows("SELECT state, merged_into::text FROM core.contact ORDER BY contact_id") == [
        ("active", None),
        ("merged", A),
    ]
    assert kinds(save_contacts(house.conn, [both], house.now)) == {A: "unchanged"}


def test_a_split_leaves_both_alive(house: House) -> None:
    first, second = report(house), report(house)
    save_contacts(house.conn, [house.contact(A, first, second)], house.now)
    changes = save_contacts(house.conn, [house.contact(A, first), house.contact(B, second)], house.now)
    assert kinds(changes) == {A: "changed", B: "new"}
    assert load_contacts(house.conn, [A])[A].report_ids == (first,)


def test_a_contact_of_which_no_reading_speaks_any_more_is_withdrawn(house: House) -> None:
    article_id = house.understood(house.call())
    contact = house.contact(A, *house.report_ids(article_id))
    save_contacts(house.conn, [contact], house.now)
    house.read_again(article_id, version="2")
    assert block_reports(house.conn, [article_id]) == []
    (change,) = save_contacts(house.conn, [], house.now, articles=[article_id])
    assert (change.contact_id, change.kind, change.previous) == (A, "withdrawn", replace(contact, report_ids=()))
    assert house.one("SELECT count(*) FROM mart.contacts") == 0
    assert house.one("SELECT count(*) FROM core.contact") == 1


def test_a_withdrawn_contact_that_is_told_again_lives_again_under_its_id(house: House) -> None:
    article_id = house.understood(house.call())
    save_contacts(house.conn, [house.contact(A, *house.report_ids(article_id))], house.now)
    house.read_again(article_id, version="2")
    save_contacts(house.conn, [], house.now, articles=[article_id])
    house.read_again(article_id, house.call(), version="3")
    again = house.contact(A, *house.report_ids(article_id))
    (change,) = save_contacts(house.conn, [again], house.now)
    assert change.kind == "changed"
    assert house.one("SELECT state FROM core.contact") == "active"


def test_a_contact_whose_article_is_read_anew_is_not_withdrawn_before_that_is_settled(house: House) -> None:
    article_id = house.understood(house.call())
    save_contacts(house.conn, [house.contact(A, *house.report_ids(article_id))], house.now)
    house.read_again(article_id, house.call(), version="2")
    elsewhere = house.contact(B, report(house))
    assert kinds(save_contacts(house.conn, [elsewhere], house.now)) == {B: "new"}
    again = house.contact(A, *house.report_ids(article_id))
    assert kinds(save_contacts(house.conn, [again], house.now)) == {A: "changed"}


def test_a_new_version_that_merges_two_contacts_says_so(house: House) -> None:
    one, other = house.understood(house.call()), house.understood(house.call(minutes=105))
    contacts = [house.contact(A, *house.report_ids(one)), house.contact(B, *house.report_ids(other))]
    save_contacts(house.conn, contacts, house.now)
    for article_id in (one, other):
        house.read_again(article_id, house.call(), version="2")
    both = house.contact(A, *house.report_ids(one), *house.report_ids(other))
    assert kinds(save_contacts(house.conn, [both], house.now)) == {A: "changed", B: "merged"}


def test_one_report_cannot_belong_to_two_contacts(house: House) -> None:
    report_id = report(house)
    with pytest.raises(ValueError, match=rf"\[{report_id}\]"):
        save_contacts(house.conn, [house.contact(A, report_id), house.contact(B, report_id)], house.now)


def test_nothing_is_kept_of_a_rolled_back_settling(house: House) -> None:
    report_id = report(house)
    save_contacts(house.conn, [house.contact(A, report_id)], house.now)
    house.conn.rollback()
    assert house.one("SELECT count(*) FROM core.contact") == 0


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, "BA"),
        ({"limit": 1}, "B"),
        ({"since": date(2022, 2, 13)}, "B"),
        ({"until": date(2022, 2, 12)}, "A"),
        ({"leader": "scholz"}, "B"),
        ({"leader": "deu"}, "B"),
        ({"leader": "Q7747"}, "A"),
        ({"leader": "macron"}, "BA"),
        ({"leader": "%"}, ""),
        ({"leader": "nobody"}, ""),
    ],
)
def test_finding_contacts(house: House, wanted: dict[str, Any], found: str) -> None:
    one = house.contact(A, report(house))
    other = replace(
        house.contact(B, report(house)),
        participants=(MACRON, SCHOLZ),
        occurred_on=date(2022, 2, 13),
        status=Status.PLANNED,
    )
    save_contacts(house.conn, [one, other], house.now)
    names = {A: "A", B: "B"}
    assert "".join(names[c.contact_id] for c in find_contacts(house.conn, **wanted)) == found
