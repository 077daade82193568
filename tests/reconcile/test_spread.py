"""What is told otherwise is kept, with who tells it; and confidence says where it comes from."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.domain import StoredReport, Told
from pipeline.reconcile.settle import settle

Report = Callable[..., StoredReport]


def test_durations_days_places_and_modes_with_who_tells_them(report: Report) -> None:
    reports = [
        report(1, minutes=100, outlet="A", place="Moscow"),
        report(2, minutes=105, outlet="B", place="the Kremlin, Moscow"),
        report(3, minutes=100, outlet="C", day="2022-02-13", mode="video"),
        report(4, minutes=100, outlet="D", family="c", place="Kremlin"),
        report(5, outlet="E", mode="unspecified"),
    ]
    contact = settle("c", reports)
    assert contact.duration_minutes == 100
    assert contact.spread == (
        Told("duration_minutes", "100", ("a", "c")),
        Told("duration_minutes", "105", ("b",)),
        Told("location", "the Kremlin, Moscow", ("b", "c")),
        Told("location", "Moscow", ("a",)),
        Told("mode", "phone", ("a", "b", "c")),
        Told("mode", "video", ("c",)),
        Told("occurred_on", "2022-02-12", ("a", "b", "c", "e")),
        Told("occurred_on", "2022-02-13", ("c",)),
    )


def test_where_all_agree_there_is_no_spread(report: Report) -> None:
    assert settle("c", [report(1, minutes=100, place="Moscow"), report(2, minutes=100), report(3)]).spread == ()


def test_a_corrected_value_is_no_longer_stood_by(report: Report) -> None:
    reports = [
        report(1, minutes=105, outlet="A", told="2022-02-12T18:00"),
        report(2, minutes=100, outlet="A", told="2022-02-12T21:00"),
    ]
    assert settle("c", reports).spread == ()


def test_a_plan_does_not_contradict_what_came_of_it(report: Report) -> None:
    reports = [report(1, status="planned", day="2022-02-11", told="2022-02-10T09:00"), report(2)]
    assert settle("c", reports).spread == ()


def test_confidence_in_words(report: Report) -> None:
    alone = settle("c", [report(1, outlet="A", confidence=0.7)])
    assert alone.confidence_reason == "0.70, as sure as the only family that tells it (a 0.70)"
    backed = settle(
        "c",
        [
            report(1, outlet="A", confidence=0.7),
            report(2, outlet="B", confidence=0.8),
            report(3, outlet="C", status="denied", told="2022-02-12T17:00"),
        ],
    )
    assert backed.confidence == 0.884
    assert backed.confidence_reason == (
        "0.88: the surest report (b 0.80) in full, each further family at 60% because families read each other "
        "(a 0.70); 1 family tells another outcome and lends nothing"
    )
