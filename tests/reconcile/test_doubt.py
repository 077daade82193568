"""What goes to review: ties that barely hold, contradictions, unsure contacts; and what does not."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.domain import StoredReport
from pipeline.reconcile.cluster import reconcile
from pipeline.reconcile.doubt import Doubt, doubt, weakest_link

Report = Callable[..., StoredReport]


def about(*reports: StoredReport) -> Doubt | None:
    (contact,) = reconcile(reports, {})
    return doubt(contact, reports)


def test_a_sure_call_of_two_families_is_in_no_doubt(report: Report) -> None:
    assert about(report(1), report(2)) is None


def test_a_report_that_barely_fits_is_named_with_the_reason(report: Report) -> None:
    sure = [report(1), report(2, minutes=100)]
    found = about(*sure, report(3, day="2022-02-13", mode="unspecified"))
    assert found is not None
    assert (found.kinds, found.hanging) == (("merge",), (3,))
    assert "a day apart" in found.why


def test_reports_that_hang_together_by_way_of_a_third_are_no_weak_tie(report: Report) -> None:
    link, _ = weakest_link([report(1), report(2, mode="unspecified"), report(3, minutes=90)])
    assert link is not None
    assert link.score > 5


def test_a_contradiction_outweighs_an_unsure_report(report: Report) -> None:
    denied = about(report(1), report(2, status="denied", told="2022-02-13T09:00"))
    unsure = about(report(1, confidence=0.55))
    assert denied is not None
    assert unsure is not None
    assert denied.kinds == ("status",)
    assert denied.why == "told as happened by Outlet 1, as denied by Outlet 2"
    assert unsure.kinds == ("confidence", "source")
    assert denied.score > 0.5 > unsure.score / 2
    retold = about(report(1, confidence=0.55, historical=True))
    assert retold is not None
    assert retold.score < unsure.score
