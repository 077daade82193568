"""Only what fresh reports may have changed is saved."""

from __future__ import annotations

from collections.abc import Callable, Collection

from pipeline.domain import StoredReport
from pipeline.reconcile.block import settle_fresh, touched
from pipeline.reconcile.cluster import reconcile

Report = Callable[..., StoredReport]


def test_contacts_that_no_fresh_report_reached_are_left_alone(report: Report) -> None:
    reports = [report(1), report(2, who="macron scholz"), report(3)]
    contacts = reconcile(reports, {1: "a", 2: "b"})
    assert [c.contact_id for c in touched(contacts, {1: "a", 2: "b"}, [3])] == ["a"]


def test_a_contact_that_lost_a_report_is_saved_too(report: Report) -> None:
    day = {"day": "2022-02-13", "told": "2022-02-13T20:00"}
    reports = [report(1), report(2), report(3, **day), report(4, **day)]
    known = {1: "a", 2: "a", 3: "a"}
    changed = touched(reconcile(reports, known), known, [4])
    assert {frozenset(c.report_ids) for c in changed} == {frozenset({1, 2}), frozenset({3, 4})}


def test_the_block_is_widened_until_it_holds_all_that_changes(report: Report) -> None:
    reports = [report(1, article=1), report(2, article=2), report(3, article=3, who="macron scholz")]
    asked: list[list[int]] = []

    def fetch(articles: Collection[int]) -> list[StoredReport]:
        asked.append(list(articles))
        return reports

    changed = settle_fresh(fetch, lambda ids: {1: "a"}, [2])
    assert [c.contact_id for c in changed] == ["a"]
    assert asked == [[2], [1, 2]]
