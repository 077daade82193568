"""Which reports are one contact, and which are not: a table of cases, each named as a fact."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.domain import Contact, Status, StoredReport
from pipeline.reconcile.cluster import reconcile

Report = Callable[..., StoredReport]


def parts(contacts: list[Contact]) -> set[frozenset[int]]:
    return {frozenset(c.report_ids) for c in contacts}


ONE = {
    "wire copies of one call": [{}, {}, {"told": "2022-02-13T06:00"}],
    "phone here and unspecified talks there": [{}, {"mode": "unspecified"}],
    "phone here and video there": [{}, {"mode": "video"}],
    "dates that differ by one": [{"told": "2022-02-13T08:00"}, {"day": "2022-02-13", "told": "2022-02-13T09:00"}],
    "dates that differ by one, both named, same duration": [
        {"told": "2022-02-13T08:00", "text": "They spoke on Saturday.", "minutes": 100},
        {"day": "2022-02-13", "told": "2022-02-13T09:00", "text": "They talked Sunday.", "minutes": 100},
    ],
    "no date, told within a day": [{}, {"day": None, "told": "2022-02-13T09:00"}],
    "a week's precision": [{}, {"day": "2022-02-07", "precision": "week", "told": "2022-02-14T09:00"}],
    "durations 100 and 105": [{"minutes": 100}, {"minutes": 105}],
    "durations 100 and 30 on one day, in two articles": [{"minutes": 100}, {"minutes": 30}],
    "planned, then held": [{"status": "planned", "told": "2022-02-11T09:00"}, {}],
    "proposed without a date, then held": [{"status": "proposed", "day": None, "told": "2022-02-10T09:00"}, {}],
    "planned for one day, held the next": [{"status": "planned", "day": "2022-02-11", "told": "2022-02-10T09:00"}, {}],
    "planned, then cancelled": [
        {"status": "planned", "told": "2022-02-10T09:00"},
        {"status": "cancelled", "told": "2022-02-11T09:00"},
    ],
    "news, and next week's retelling of it": [{}, {"historical": True, "told": "2022-02-20T09:00"}],
    "talks, a visit and a summit of two in one place": [
        {"mode": "in_person", "place": "Moscow"},
        {"mode": "visit", "place": "Moscow"},
        {"mode": "multilateral", "place": "the Kremlin, Moscow"},
    ],
    "a visit of three days": [
        {"mode": "visit", "place": "Moscow", "day": "2022-02-20", "told": "2022-02-20T09:00"},
        {"mode": "visit", "place": "Moscow", "day": "2022-02-21", "told": "2022-02-21T09:00"},
        {"mode": "in_person", "place": "Moscow", "day": "2022-02-22", "told": "2022-02-22T09:00"},
    ],
    "a visit of three days, told by town and by country, its talks without a place, its second day planned": [
        {"mode": "visit", "place": "Moscow", "day": "2022-02-20", "told": "2022-02-20T09:00", "family": "one"},
        {"mode": "in_person", "day": "2022-02-20", "told": "2022-02-20T12:00", "family": "two"},
        {"mode": "in_person", "status": "planned", "day": "2022-02-21", "told": "2022-02-20T18:00"},
        {"mode": "visit", "place": "Russia", "day": "2022-02-21", "told": "2022-02-21T09:00", "family": "one"},
        {"mode": "visit", "place": "Russia", "day": "2022-02-22", "told": "2022-02-22T09:00", "family": "two"},
        {"mode": "in_person", "day": "2022-02-22", "told": "2022-02-22T12:00", "family": "three"},
    ],
    "a lone visitor, whose host another outlet names": [
        {"who": "macron", "mode": "visit", "place": "Moscow"},
        {"mode": "in_person", "place": "Moscow"},
    ],
    "a summit from which an outlet leaves one out": [
        {"who": "macron putin scholz zelensky", "mode": "multilateral"},
        {"who": "macron putin scholz", "mode": "multilateral"},
    ],
    "a virtual summit": [
        {"who": "macron putin scholz", "mode": "multilateral"},
        {"who": "macron putin scholz", "mode": "video"},
    ],
    "an article that tells its call twice": [
        {"article": 1, "text": "The two spoke by phone.", "start": 0},
        {"article": 1, "text": "Their call was long.", "start": 50},
    ],
    "an article whose headline says again": [
        {"article": 1, "text": "Macron tries again with Putin", "start": 0},
        {"article": 1, "text": "They spoke for 100 minutes on Saturday.", "start": 50, "minutes": 100},
    ],
    "a summit, and who came to its host, in one article": [
        {"article": 1, "who": "macron putin scholz", "mode": "multilateral", "place": "Berlin"},
        {"article": 1, "who": "macron scholz", "mode": "visit"},
    ],
    "a visit that its own article calls planned for that very day": [
        {"article": 1, "mode": "in_person", "day": None},
        {"article": 1, "mode": "visit", "status": "planned"},
    ],
    "one denial, its own day taken for that of the call": [
        {"article": 1, "status": "denied"},
        {"article": 1, "status": "denied", "day": "2022-02-11"},
    ],
    "a denial of the very call that was told": [{}, {"status": "denied", "told": "2022-02-13T09:00"}],
}


@pytest.mark.parametrize("specs", ONE.values(), ids=ONE)
def test_is_one_contact(specs: list[dict[str, object]], report: Report) -> None:
    reports = [report(i, **spec) for i, spec in enumerate(specs, 1)]
    assert parts(reconcile(reports, {})) == {frozenset(range(1, len(specs) + 1))}


TWO = {
    "other pairs": [{}, {"who": "macron scholz"}],
    "a call and a meeting on one day": [{}, {"mode": "in_person"}],
    "a call and a letter on one day": [{}, {"mode": "letter"}],
    "calls two days apart": [{}, {"day": "2022-02-14", "told": "2022-02-14T09:00"}],
    "calls on two days, each named in the text": [
        {"text": "They spoke on Saturday."},
        {"day": "2022-02-13", "told": "2022-02-13T20:00", "text": "The leaders talked again on Sunday."},
    ],
    "calls on two days with clearly other durations": [
        {"minutes": 100},
        {"day": "2022-02-13", "told": "2022-02-13T20:00", "minutes": 30},
    ],
    "two days in one article": [{"article": 1}, {"article": 1, "day": "2022-02-11"}],
    "two durations in one article": [{"article": 1, "minutes": 100}, {"article": 1, "minutes": 30}],
    "a second call that day, in one article": [
        {"article": 1, "text": "The two spoke in the morning.", "start": 0},
        {"article": 1, "text": "They spoke again late that night.", "start": 60},
    ],
    "a call, and the next one planned in the same article": [
        {"article": 1},
        {"article": 1, "status": "planned", "day": None},
    ],
    "a call, and one planned for the morrow": [{}, {"status": "planned", "day": "2022-02-13"}],
    "a call, and a plan told after it": [{}, {"status": "planned", "day": None, "told": "2022-02-13T09:00"}],
    "a call, and a denial without a date": [{}, {"status": "denied", "day": None, "told": "2022-02-14T09:00"}],
    "news, and an anniversary": [
        {"mode": "in_person"},
        {"mode": "in_person", "historical": True, "day": "2015-02-12"},
    ],
    "news, and history without a date": [{}, {"historical": True, "day": None}],
    "an old report without a date": [{}, {"day": None, "told": "2022-02-22T09:00"}],
    "a joint call of three, and one of two": [{"who": "macron putin scholz"}, {}],
    "joint calls that share two of three": [{"who": "macron scholz putin"}, {"who": "macron scholz zelensky"}],
    "a summit and its bilateral": [
        {"who": "macron putin scholz biden", "mode": "multilateral"},
        {"mode": "in_person"},
    ],
    "a summit and its bilateral, in one article": [
        {"article": 1, "who": "macron putin scholz biden", "mode": "multilateral"},
        {"article": 1, "mode": "in_person"},
    ],
    "visits to two towns on one day": [
        {"who": "macron", "mode": "visit", "place": "Kyiv"},
        {"who": "macron", "mode": "visit", "place": "Berlin"},
    ],
    "a visit, and one to the other's country two days later": [
        {"mode": "visit", "place": "Moscow", "day": "2022-02-20", "told": "2022-02-20T09:00"},
        {"mode": "visit", "place": "Paris", "day": "2022-02-22", "told": "2022-02-22T09:00"},
    ],
    "two visits within a week": [
        {"mode": "visit", "place": "Moscow", "day": "2022-02-20", "told": "2022-02-20T09:00"},
        {"mode": "visit", "place": "Russia", "day": "2022-02-25", "told": "2022-02-25T09:00"},
    ],
    "a lone visit elsewhere": [
        {"who": "macron", "mode": "visit", "place": "Kyiv"},
        {"mode": "in_person", "place": "Moscow"},
    ],
}


@pytest.mark.parametrize("specs", TWO.values(), ids=TWO)
def test_are_two_contacts(specs: list[dict[str, object]], report: Report) -> None:
    reports = [report(i, **spec) for i, spec in enumerate(specs, 1)]
    assert parts(reconcile(reports, {})) == {frozenset({1}), frozenset({2})}


def test_unspecified_talks_never_tie_a_call_to_a_meeting(report: Report) -> None:
    contacts = reconcile([report(1), report(2, mode="in_person"), report(3, mode="unspecified")], {})
    assert {frozenset({1, 2}), frozenset({1, 2, 3})}.isdisjoint(parts(contacts))
    assert len(contacts) == 2


def test_neighbouring_days_that_two_families_each_stand_for_are_two_calls(report: Report) -> None:
    day = {"day": "2022-02-13", "told": "2022-02-13T20:00"}
    lone = [report(1), report(2), report(3, **day)]
    assert len(reconcile(lone, {})) == 1
    assert parts(reconcile([*lone, report(4, **day)], {})) == {frozenset({1, 2}), frozenset({3, 4})}


def test_a_copy_under_the_same_publisher_is_no_second_family(report: Report) -> None:
    day = {"day": "2022-02-13", "told": "2022-02-13T20:00", "family": "agency"}
    assert len(reconcile([report(1), report(2), report(3, **day), report(4, **day)], {})) == 1


def test_two_calls_of_one_day_gather_their_own_copies(report: Report) -> None:
    long, short = {"minutes": 100}, {"minutes": 30}
    reports = [
        report(1, article=1, **long), report(2, article=1, **short),
        report(3, article=2, **short), report(4, article=2, **long),
        report(5, **long), report(6, **short),
    ]  # fmt: skip
    assert parts(reconcile(reports, {})) == {frozenset({1, 4, 5}), frozenset({2, 3, 6})}


def test_a_plan_joins_the_nearest_later_contact(report: Report) -> None:
    plan = report(1, status="planned", day=None, told="2022-02-09T09:00")
    held = [report(2), report(3, day="2022-02-16", told="2022-02-16T20:00")]
    assert parts(reconcile([plan, *held], {})) == {frozenset({1, 2}), frozenset({3})}


def test_the_reason_says_what_joined_the_reports(report: Report) -> None:
    (contact,) = reconcile([report(1, minutes=100), report(2, minutes=100)], {})
    assert contact.reason == (
        "2 reports by 2 independent sources; same pair, 12 Feb 2022, phone = phone, duration 100 = 100"
    )


def test_the_reason_names_the_spread_and_the_history(report: Report) -> None:
    (contact,) = reconcile(
        [report(1, status="planned", told="2022-02-11T09:00"), report(2, minutes=100), report(3, minutes=105)], {}
    )
    assert "durations 100 min (1), 105 min (1)" in contact.reason
    assert "planned -> occurred: occurred" in contact.reason
    assert contact.status is Status.OCCURRED


def test_a_report_without_participants_makes_no_contact(report: Report) -> None:
    assert reconcile([report(1, who="")], {}) == []


def test_nothing_in_nothing_out() -> None:
    assert reconcile([], {}) == []
