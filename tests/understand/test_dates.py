"""Date words against a day of publication."""

from datetime import date

import pytest

from pipeline.domain import DatePrecision
from pipeline.understand.dates import Grain, find_dates

SATURDAY = date(2022, 2, 12)


def only(text: str, *, future: bool = False, published: date | None = SATURDAY) -> date | None:
    found = find_dates(text, published, future=future)
    return found[0].day if found else None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("They spoke on Saturday.", date(2022, 2, 12)),
        ("On Monday, the president travelled north.", date(2022, 2, 7)),
        ("earlier on Monday", date(2022, 2, 7)),
        ("late on Thursday evening", date(2022, 2, 10)),
        ("last Saturday", date(2022, 2, 5)),
        ("on Friday of last week", date(2022, 2, 4)),
        ("overnight", date(2022, 2, 12)),
        ("earlier today", date(2022, 2, 12)),
        ("yesterday", date(2022, 2, 11)),
        ("the day before yesterday", date(2022, 2, 10)),
        ("a day earlier", date(2022, 2, 11)),
        ("the previous day", date(2022, 2, 11)),
        ("a couple of days ago", date(2022, 2, 10)),
        ("over the weekend", date(2022, 2, 12)),
        ("last weekend", date(2022, 2, 5)),
        ("Feb. 12", date(2022, 2, 12)),
        ("12 February", date(2022, 2, 12)),
        ("the 9th of May 1995", date(1995, 5, 9)),
        ("February 12, 2022", date(2022, 2, 12)),
        ("Thursday, Feb. 10, 2022", date(2022, 2, 10)),
        ("2021-06-16", date(2021, 6, 16)),
        ("16.06.2021", date(2021, 6, 16)),
        ("the December 7 video conference", date(2021, 12, 7)),
        ("On December 30", date(2021, 12, 30)),
        ("from 8 to 10 February", date(2022, 2, 8)),
        ("Feb. 8-10", date(2022, 2, 8)),
    ],
)
def test_what_happened_lies_in_the_past(text: str, day: date) -> None:
    found = find_dates(text, SATURDAY)
    assert [(s.day, s.grain) for s in found] == [(day, Grain.DAY)]
    assert text[found[0].start : found[0].end].strip()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("will meet on Monday", date(2022, 2, 14)),
        ("will speak on Saturday", date(2022, 2, 12)),
        ("next Tuesday", date(2022, 2, 15)),
        ("on Tuesday next week", date(2022, 2, 15)),
        ("tomorrow", date(2022, 2, 13)),
        ("the day after tomorrow", date(2022, 2, 14)),
        ("in three days", date(2022, 2, 15)),
        ("on March 4", date(2022, 3, 4)),
        ("on January 3", date(2023, 1, 3)),
    ],
)
def test_plans_lie_in_the_future(text: str, day: date) -> None:
    assert only(text, future=True) == day


@pytest.mark.parametrize(
    ("text", "first", "precision"),
    [
        ("earlier this week", date(2022, 2, 7), DatePrecision.WEEK),
        ("last week", date(2022, 1, 31), DatePrecision.WEEK),
        ("two weeks ago", date(2022, 1, 24), DatePrecision.WEEK),
        ("this month", date(2022, 2, 1), DatePrecision.MONTH),
        ("last month", date(2022, 1, 1), DatePrecision.MONTH),
        ("in January", date(2022, 1, 1), DatePrecision.MONTH),
        ("in June 2021", date(2021, 6, 1), DatePrecision.MONTH),
        ("in May", date(2021, 5, 1), DatePrecision.MONTH),
        ("in 2019", date(2019, 1, 1), None),
        ("10 years ago", date(2012, 1, 1), None),
    ],
)
def test_coarse_words_give_the_first_day_and_their_precision(
    text: str, first: date, precision: DatePrecision | None
) -> None:
    found = find_dates(text, SATURDAY)
    assert [(s.day, s.precision) for s in found] == [(first, precision)]


@pytest.mark.parametrize(
    "text",
    [
        "He may call again.",
        "It was their third conversation in ten days.",
        "They sat down for the first time in four years.",
        "after two calls in three days",
        "A march through the capital",
        "the Sunday Times reported",
        "in the last week of talks",
        "in the coming weeks",
        "The sun rose over 30 tents.",
        "on February 31",
    ],
)
def test_no_date_words(text: str) -> None:
    assert find_dates(text, SATURDAY) == []


@pytest.mark.parametrize("text", ["since Feb. 1", "by Friday", "until next Tuesday", "before Monday"])
def test_bounds_are_no_days_of_an_event(text: str) -> None:
    assert [s.edge for s in find_dates(text, SATURDAY)] == [True]


def test_without_a_day_of_publication_only_full_dates_count() -> None:
    assert find_dates("on Saturday, last week, Feb. 12, in March", None) == []
    assert only("on February 12, 2022", published=None) == date(2022, 2, 12)


def test_the_last_day_of_a_period() -> None:
    assert [s.last for s in find_dates("in June 2021", SATURDAY)] == [date(2021, 6, 30)]
    assert [s.last for s in find_dates("last week", SATURDAY)] == [date(2022, 2, 6)]
    assert [s.last for s in find_dates("in 2019", SATURDAY)] == [date(2019, 12, 31)]


@pytest.mark.parametrize("published", [date.min, date.max])
def test_the_ends_of_the_calendar_do_no_harm(published: date) -> None:
    find_dates("yesterday, tomorrow, last Monday, next Friday, 3 weeks ago, in 9 months, last year, Dec. 31", published)
    find_dates("next week, next month, next year, last month, over the weekend, in May", published, future=True)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("They denied on Thursday that they had met the day before.", [10, 9]),
        ("He landed on Monday and saw her the next day.", [7, 8]),
        ("It rained the next day.", []),
        ("They met the day before the summit.", []),
    ],
)
def test_days_are_counted_from_the_one_named_before(text: str, days: list[int]) -> None:
    assert [s.day.day for s in find_dates(text, SATURDAY)] == days


def test_a_day_without_a_year_is_not_almost_a_year_ago() -> None:
    in_march = date(1987, 3, 20)
    assert only("an April-5-6 summit", published=in_march) == date(1987, 4, 5)
    assert [s.day for s in find_dates("in April", in_march)] == [date(1987, 4, 1)]
    assert only("on Sept. 5", published=in_march) == date(1986, 9, 5)
    assert [s.day for s in find_dates("last April", in_march)] == [date(1986, 4, 1)]
