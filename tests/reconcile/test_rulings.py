"""What people decided in review binds, whatever the order of reports."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.domain import StoredReport
from pipeline.reconcile.cluster import reconcile
from pipeline.reconcile.rulings import Rulings

Report = Callable[..., StoredReport]


def settled(reports: Sequence[StoredReport], rulings: Rulings) -> set[frozenset[int]]:
    forth, back = (
        {frozenset(c.report_ids) for c in reconcile(list(r), {}, rulings)} for r in (reports, list(reports)[::-1])
    )
    assert forth == back
    return forth


def pairs(*sets: set[int]) -> frozenset[frozenset[int]]:
    return frozenset(frozenset(s) for s in sets)


def test_together_whatever_speaks_against_it(report: Report) -> None:
    reports = [report(1), report(2, mode="in_person", day="2022-02-15"), report(3, who="macron scholz")]
    assert settled(reports, Rulings(together=pairs({1, 2}))) == {frozenset({1, 2}), frozenset({3})}


def test_what_is_bound_still_gathers_the_copies_of_each(report: Report) -> None:
    away = {"mode": "in_person", "day": "2022-02-15", "told": "2022-02-15T20:00"}
    reports = [report(1), report(2, **away), report(3, minutes=60), report(4, **away, place="Moscow")]
    assert settled(reports, Rulings(together=pairs({1, 2}))) == {frozenset({1, 2, 3, 4})}


def test_apart_whatever_speaks_for_it(report: Report) -> None:
    reports = [report(1, minutes=100), report(2, minutes=100)]
    assert settled(reports, Rulings(apart=pairs({1, 2}))) == {frozenset({1}), frozenset({2})}
    (one, other) = sorted(settled([*reports, report(3)], Rulings(apart=pairs({1, 2}))), key=len)
    assert len(one) + len(other) == 3
    assert not {1, 2} <= other


def test_apart_outweighs_together(report: Report) -> None:
    rulings = Rulings(together=pairs({1, 2}), apart=pairs({1, 2}))
    assert settled([report(1), report(2)], rulings) == {frozenset({1}), frozenset({2})}


def test_rulings_that_meet_bind_all(report: Report) -> None:
    days = ["2022-02-01", "2022-02-12", "2022-02-23"]
    reports = [report(i, day=day, told=f"{day}T20:00") for i, day in enumerate(days, 1)]
    assert settled(reports, Rulings(together=pairs({1, 2}, {2, 3}))) == {frozenset({1, 2, 3})}


def test_a_rejected_contact_is_none(report: Report) -> None:
    reports = [report(1), report(2, who="macron scholz")]
    assert settled(reports, Rulings(rejected=frozenset({1}))) == {frozenset({2})}
    # A copy of the error does not bring it back; a contact that others tell stays.
    assert settled([*reports, report(3)], Rulings(rejected=frozenset({1}))) == {frozenset({2})}
    told = [report(1), report(3), report(4)]
    assert settled(told, Rulings(rejected=frozenset({1}))) == {frozenset({1, 3, 4})}


def test_rulings_on_reports_that_are_not_here_bind_nobody(report: Report) -> None:
    rulings = Rulings(together=pairs({1, 9}), apart=pairs({2, 9}), rejected=frozenset({9}))
    assert settled([report(1), report(2)], rulings) == {frozenset({1, 2})}
