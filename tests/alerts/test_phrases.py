"""Facts as people say them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from pipeline.alerts import phrases
from pipeline.domain import Contact, DatePrecision, Mode, Ordinal, Participant


@pytest.mark.parametrize(
    ("name", "country", "short"),
    [
        ("Emmanuel Macron", "FRA", "Macron"),
        ("Ursula von der Leyen", "EU", "von der Leyen"),
        ("Xi Jinping", "CHN", "Xi"),
        ("Yoon Suk-yeol", "KOR", "Yoon"),
        ("Mohammed bin Salman", "SAU", "bin Salman"),
        ("Charles III", "GBR", "Charles III"),
        ("Abdullah II", "JOR", "Abdullah II"),
        ("Tamim bin Hamad Al Thani", "QAT", "Al Thani"),
        ("Francis", "VAT", "Francis"),
        ("De Gaulle", "FRA", "Gaulle"),
    ],
)
def test_surname(name: str, country: str, short: str) -> None:
    assert phrases.surname(Participant(name, country, None, "President")) == short


def test_many_names_end_in_a_count(contact: Callable[..., Contact]) -> None:
    people = tuple(Participant(f"A {n}", "FRA", None, "x") for n in ("One", "Two", "Three", "Four", "Five", "Six"))
    assert phrases.headline_names(contact(participants=people)) == "One, Two, Three and 3 more"
    assert phrases.headline_names(contact(participants=people[:3])) == "One, Two, Three"


@pytest.mark.parametrize(("minutes", "words"), [(100, "1 h 40 min"), (45, "45 min"), (300, "5 h"), (60, "1 h")])
def test_duration(minutes: int, words: str) -> None:
    assert phrases.duration(minutes) == words


@pytest.mark.parametrize(
    ("day", "precision", "short", "long"),
    [
        (date(2022, 2, 12), DatePrecision.DAY, "12 Feb 2022", "Saturday, 12 February 2022"),
        (date(2022, 2, 7), DatePrecision.WEEK, "week of 7 Feb 2022", "in the week of 7 February 2022"),
        (date(2022, 2, 1), DatePrecision.MONTH, "Feb 2022", "in February 2022"),
        (None, None, "reported 12 Feb 2022", "no day given; first reported 12 Feb 2022, 18:40 UTC"),
    ],
)
def test_when(
    day: date | None, precision: DatePrecision | None, short: str, long: str, contact: Callable[..., Contact]
) -> None:
    dated = contact(occurred_on=day, date_precision=precision)
    assert (phrases.when_short(dated), phrases.when_long(dated)) == (short, long)


@pytest.mark.parametrize(
    ("count", "words"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (21, "21st")]
)
def test_ordinal(count: int, words: str) -> None:
    assert phrases.ordinal(Ordinal(count)) == words


def test_every_mode_has_words() -> None:
    assert set(phrases.MODES) == set(Mode)


def test_confidence_never_sounds_surer_than_it_is() -> None:
    said = [phrases.confidence(p) for p in (0.99, 0.9, 0.75, 0.6, 0.3)]
    assert len(set(said)) == 5
    assert "read the sources" in said[3]
