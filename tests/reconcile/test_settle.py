"""The best value of each field, by weight of independent families."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from pipeline.domain import DatePrecision, Mode, Ordinal, StoredReport
from pipeline.reconcile.settle import settle

Report = Callable[..., StoredReport]


def test_families_vote_not_links(report: Report) -> None:
    copies = [report(i, minutes=30, family="one publisher") for i in range(1, 6)]
    own = [report(i, minutes=100) for i in (6, 7)]
    assert settle("c", copies + own).duration_minutes == 100


def test_a_family_s_later_word_corrects_its_earlier(report: Report) -> None:
    reports = [
        report(1, minutes=105, outlet="A", told="2022-02-12T18:00"),
        report(2, minutes=105, outlet="B", told="2022-02-12T18:30"),
        report(3, minutes=100, outlet="A", told="2022-02-12T21:00"),
        report(4, minutes=100, outlet="C", told="2022-02-12T19:00"),
    ]
    assert settle("c", reports).duration_minutes == 100


def test_a_voice_that_says_two_things_at_once_splits_its_vote(report: Report) -> None:
    reports = [
        report(1, article=1, outlet="A", minutes=30, confidence=0.95),
        report(2, article=1, outlet="A", minutes=100, confidence=0.9),
        report(3, minutes=100, confidence=0.8),
    ]
    assert settle("c", reports).duration_minutes == 100


def test_of_equal_voices_the_later_wins(report: Report) -> None:
    reports = [report(1, minutes=105, told="2022-02-12T18:00"), report(2, minutes=100, told="2022-02-12T19:00")]
    assert settle("c", reports).duration_minutes == 100


def test_a_retelling_corrects_nothing(report: Report) -> None:
    reports = [
        report(1, minutes=100, outlet="A"),
        report(2, minutes=60, outlet="A", told="2022-02-20T09:00", historical=True),
    ]
    contact = settle("c", reports)
    assert (contact.duration_minutes, contact.historical) == (100, False)


def test_historical_only_if_all_say_so(report: Report) -> None:
    assert settle("c", [report(1, historical=True)]).historical
    assert not settle("c", [report(1, historical=True), report(2)]).historical


def test_a_day_beats_a_week_and_the_better_told_day_wins(report: Report) -> None:
    reports = [
        report(1, day="2022-02-07", precision="week"),
        report(2, day="2022-02-13"),
        report(3),
        report(4),
    ]
    contact = settle("c", reports)
    assert (contact.occurred_on, contact.date_precision) == (date(2022, 2, 12), DatePrecision.DAY)


def test_of_equal_days_the_earlier(report: Report) -> None:
    assert settle("c", [report(1, day="2022-02-13"), report(2)]).occurred_on == date(2022, 2, 12)


def test_undated_stays_undated(report: Report) -> None:
    contact = settle("c", [report(1, day=None)])
    assert (contact.occurred_on, contact.date_precision) == (None, None)


@pytest.mark.parametrize(
    ("modes", "best"),
    [
        (["unspecified", "unspecified", "phone"], Mode.PHONE),
        (["unspecified"], Mode.UNSPECIFIED),
        (["visit", "in_person"], Mode.IN_PERSON),
        (["multilateral", "in_person"], Mode.IN_PERSON),
        (["phone", "video", "video"], Mode.VIDEO),
    ],
)
def test_the_mode_that_most_families_name(modes: list[str], best: Mode, report: Report) -> None:
    assert settle("c", [report(i, mode=mode) for i, mode in enumerate(modes, 1)]).mode is best


def test_three_who_visit_or_talk_make_a_summit(report: Report) -> None:
    assert settle("c", [report(1, who="macron scholz duda", mode="visit")]).mode is Mode.MULTILATERAL
    assert settle("c", [report(1, who="macron scholz duda", mode="phone")]).mode is Mode.PHONE


def test_places_that_agree_vote_as_one(report: Report) -> None:
    reports = [report(1, place="the Kremlin"), report(2, place="Kremlin, Moscow"), report(3, place="Sochi")]
    assert settle("c", reports).location in ("the Kremlin", "Kremlin, Moscow")


def test_the_ordinal_with_its_window(report: Report) -> None:
    assert settle("c", [report(1, nth=4), report(2, nth=4), report(3, nth=5)]).ordinal == Ordinal(4, "recent weeks")


def test_attribution_and_topics_are_gathered_widest_first(report: Report) -> None:
    reports = [
        report(1, attribution=("AFP", "Elysee Palace"), topics=("trade",)),
        report(2, attribution=("Elysee Palace",), topics=("deescalation_talks",)),
        report(3, topics=("deescalation_talks",)),
    ]
    contact = settle("c", reports)
    assert contact.attribution == ("Elysee Palace", "AFP")
    assert contact.topics == ("deescalation_talks", "trade")


def test_confidence_grows_with_independent_families_only(report: Report) -> None:
    lone = settle("c", [report(1, confidence=0.7)]).confidence
    copied = settle("c", [report(i, confidence=0.7, family="x") for i in (1, 2, 3)]).confidence
    backed = settle("c", [report(i, confidence=0.7) for i in (1, 2, 3)]).confidence
    assert lone == copied == 0.7
    assert 0.85 < backed <= 0.99


def test_a_plan_lends_a_held_contact_no_confidence(report: Report) -> None:
    reports = [report(1, confidence=0.6), report(2, status="planned", confidence=0.95)]
    assert settle("c", reports).confidence == 0.6


def test_first_and_last_reported_outlets_and_families(report: Report) -> None:
    contact = settle(
        "c", [report(2, outlet="B", family="x", told="2022-02-13T06:00"), report(1, outlet="A", family="x")]
    )
    assert contact.first_reported_at == datetime(2022, 2, 12, 18, tzinfo=UTC)
    assert contact.last_reported_at == datetime(2022, 2, 13, 6, tzinfo=UTC)
    assert (contact.outlets, contact.families, contact.report_ids) == (("A", "B"), ("x",), (1, 2))


def test_who_is_named_by_few_at_a_large_meeting_is_left_out(report: Report) -> None:
    most = [report(i, who="macron putin scholz", mode="multilateral") for i in range(1, 9)]
    stray = report(9, who="macron putin scholz duda", mode="multilateral")
    assert len(settle("c", [*most, stray]).participants) == 3
    assert len(settle("c", [*most[:2], stray]).participants) == 4
