"""Reading an article as a whole: its day, its offsets, what may come in."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from pipeline.domain import Article
from pipeline.understand.gazetteer import Gazetteer
from pipeline.understand.reading import Reading, publication_day, read

Read = Callable[..., Reading]

DAYS = {
    "late in the evening in Paris it is tomorrow": (
        datetime(2022, 2, 12, 23, 30, tzinfo=UTC),
        "Europe/Paris",
        date(2022, 2, 13),
    ),
    "early in London it is still yesterday in New York": (
        datetime(2022, 2, 12, 3, tzinfo=UTC),
        "America/New_York",
        date(2022, 2, 11),
    ),
    "a date is a day": (date(2022, 2, 12), "Asia/Tokyo", date(2022, 2, 12)),
    "an unknown zone is UTC": (datetime(2022, 2, 12, 23, 30, tzinfo=UTC), "Mars/Olympus", date(2022, 2, 12)),
    "unknown stays unknown": (None, "UTC", None),
}


@pytest.mark.parametrize(("published", "zone", "day"), DAYS.values(), ids=DAYS.keys())
def test_the_day_of_publication_is_local(published: datetime | date | None, zone: str, day: date | None) -> None:
    assert publication_day(Article("a", "", "", published, timezone=zone)) == day


def test_same_article_same_reading(gazetteer: Gazetteer) -> None:
    article = Article("a", "Macron rings Putin", "They spoke for an hour. The Kremlin confirmed it.", date(2022, 2, 12))
    first, second = read(gazetteer, article), read(gazetteer, article)
    assert first.mentions == second.mentions and first.candidates == second.candidates and first.candidates


ODD = {
    "nothing": "",
    "only space": " \n\t\n ",
    "no letters": "... --- !!! 12:30",
    "control characters": "Macron\x00 called\x07 Putin\u2028.",
    "half a quote": '"Macron called "Putin',
    "a bare possessive": "'s president of of the of",
    "ends in an office": "He met the president of",
    "ends in a nationality": "He met the French",
    "Cyrillic": "Макрон позвонил Путину.",
    "right to left": "ماكرون اتصل ببوتين",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_no_text_breaks_the_reading(gazetteer: Gazetteer, text: str) -> None:
    for title in ("", text):
        reading = read(gazetteer, Article("a", title, text, None))
        assert all(reading.whole[m.start : m.end] == m.text for m in reading.mentions)


def test_without_a_day_full_names_are_still_read(gazetteer: Gazetteer) -> None:
    reading = read(gazetteer, Article("a", "", "Emmanuel Macron called Vladimir Putin.", None))
    assert len(reading.candidates) == 1


def test_a_hundred_articles_of_500_words_take_a_few_seconds(gazetteer: Gazetteer) -> None:
    text = "French President Emmanuel Macron told Putin on Saturday that the U.S. side was ready to talk again. " * 28
    article = Article("a", "Macron rings Putin", text, date(2022, 2, 12))
    began = time.perf_counter()
    for _ in range(100):
        read(gazetteer, article)
    assert time.perf_counter() - began < 10  # some two seconds on an idle core
