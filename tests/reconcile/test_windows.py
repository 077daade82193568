"""From when on an article counts: a table."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.reconcile.windows import window_start

# Saturday; the third of its kind.
ON = date(2023, 11, 18)
STARTS = {
    "recent weeks": "2023-09-19",
    "recent days": "2023-11-04",
    "the past few months": "2022-11-18",
    "the last week": "2023-11-11",
    "past week": "2023-11-11",
    "the past year": "2022-11-17",
    "three weeks": "2023-10-28",
    "less than two weeks": "2023-11-04",
    "the past 10 days": "2023-11-08",
    "just over a month": "2023-10-18",
    "as many weeks": "2023-10-28",
    "as many days": "2023-11-15",
    "24 hours": "2023-11-17",
    "this week": "2023-11-13",
    "this month": "2023-11-01",
    "this year": "2023-01-01",
    "so far this year": "2023-01-01",
    "the year": "2023-01-01",
    "this autumn": "2023-09-01",
    "this winter": "2022-12-01",
    "since January": "2023-01-01",
    "since December": "2022-12-01",
    "since 24 February": "2023-02-24",
    "since Feb. 24, 2022": "2022-02-24",
    "since the start of March": "2023-03-01",
    "since early 2022": "2022-01-01",
    "since last month": "2023-10-01",
    "since last year": "2022-01-01",
    "since Monday": "2023-11-13",
    "since Saturday": "2023-11-11",
    "since Russia invaded Ukraine": "2022-02-24",
    "since the war began": "2023-10-07",
}


@pytest.mark.parametrize("window", STARTS)
def test_first_day_of_a_window(window: str) -> None:
    assert window_start(window, ON, 3, frozenset({"USA", "ISR"})) == date.fromisoformat(STARTS[window])


def test_the_war_is_that_of_those_who_speak() -> None:
    assert window_start("since the war began", ON, 3, frozenset({"FRA", "UKR"})) == date(2022, 2, 24)
    assert window_start("since the war in Gaza began", ON, 3, frozenset({"FRA", "RUS"})) == date(2023, 10, 7)
    assert window_start("since the war began", date(2023, 1, 1), 3, frozenset({"USA", "ISR"})) == date(2022, 2, 24)
    assert window_start("since the war began", date(2021, 1, 1), 3, frozenset({"USA", "ISR"})) is None


@pytest.mark.parametrize("window", [None, "", "since taking office", "office", "since 31 June", "a row", "since 2030"])
def test_what_names_no_first_day(window: str | None) -> None:
    assert window_start(window, ON, 3, frozenset()) is None
