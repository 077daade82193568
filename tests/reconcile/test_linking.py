"""Talks beside a summit are contacts of their own that know the summit."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.domain import StoredReport
from pipeline.reconcile.block import settle_fresh
from pipeline.reconcile.cluster import reconcile

Report = Callable[..., StoredReport]
SUMMIT = {"who": "macron putin scholz biden", "mode": "multilateral", "place": "Geneva"}

LINKED = {
    "talks of two on the day, in the place": {"mode": "in_person", "place": "Geneva"},
    "on the eve, in the place": {"mode": "in_person", "place": "Geneva", "day": "2022-02-11"},
    "on the day, no place told": {"mode": "in_person"},
    "talks without a mode on the day": {"mode": "unspecified"},
}
APART = {
    "a call on the day": {"mode": "phone"},
    "two days before": {"mode": "in_person", "place": "Geneva", "day": "2022-02-10"},
    "on the eve, no place told": {"mode": "in_person", "day": "2022-02-11"},
    "elsewhere on the day": {"mode": "in_person", "place": "Paris"},
    "with one who was not there": {"who": "macron zelensky", "mode": "in_person", "place": "Geneva"},
    "in that week": {"mode": "in_person", "place": "Geneva", "day": "2022-02-07", "precision": "week"},
    "talks that were cancelled": {"mode": "in_person", "place": "Geneva", "status": "cancelled"},
}


@pytest.mark.parametrize("spec", LINKED.values(), ids=LINKED)
def test_is_part_of_the_summit(spec: dict[str, object], report: Report) -> None:
    contacts = {c.report_ids: c for c in reconcile([report(1, **SUMMIT), report(2, **SUMMIT), report(3, **spec)], {})}
    assert contacts[(3,)].part_of == contacts[(1, 2)].contact_id
    assert contacts[(1, 2)].part_of is None


@pytest.mark.parametrize("spec", APART.values(), ids=APART)
def test_is_no_part_of_the_summit(spec: dict[str, object], report: Report) -> None:
    contacts = {c.report_ids: c for c in reconcile([report(1, **SUMMIT), report(2, **SUMMIT), report(3, **spec)], {})}
    assert contacts[(3,)].part_of is None


def test_of_two_summits_the_one_in_its_place(report: Report) -> None:
    other = {**SUMMIT, "who": "macron putin scholz biden duda", "place": "Sochi", "day": "2022-02-14"}
    talks = report(3, mode="in_person", place="Sochi", day="2022-02-13")
    contacts = {c.report_ids: c for c in reconcile([report(1, **SUMMIT), report(2, **other), talks], {})}
    assert contacts[(3,)].part_of == contacts[(2,)].contact_id


def test_talks_of_three_on_the_eve_of_a_summit_of_many(report: Report) -> None:
    three = {"who": "macron scholz biden", "mode": "in_person", "place": "Geneva", "day": "2022-02-11"}
    summit = {**SUMMIT, "who": "macron putin scholz biden zelensky duda"}
    reports = [report(1, **summit), report(2, **summit), report(3, **three), report(4, **three)]
    contacts = {c.report_ids: c for c in reconcile(reports, {})}
    assert contacts[(3, 4)].part_of == contacts[(1, 2)].contact_id


def test_a_summit_that_is_told_later_brings_its_bilaterals(report: Report) -> None:
    talks, summit = report(1, article=1, mode="in_person", place="Geneva"), report(2, article=2, **SUMMIT)
    (before,) = settle_fresh(lambda _: [talks], lambda _: {}, [1])
    assert before.part_of is None
    after = {c.report_ids: c for c in settle_fresh(lambda _: [talks, summit], lambda _: {1: before.contact_id}, [2])}
    assert after[(1,)].contact_id == before.contact_id
    assert after[(1,)].part_of == after[(2,)].contact_id


def test_no_link_leads_to_a_summit_that_is_not_saved(report: Report) -> None:
    """Its own article still waits; it will bring the link."""
    talks, summit = report(1, article=1, mode="in_person", place="Geneva"), report(2, article=2, **SUMMIT)
    (only,) = settle_fresh(lambda _: [talks, summit], lambda _: {}, [1])
    assert only.part_of is None
