"""Counted contacts."""

import pytest

from pipeline.domain import Ordinal
from pipeline.understand.ordinals import find_ordinals


@pytest.mark.parametrize(
    ("sentence", "count", "window"),
    [
        ("It was the fourth telephone conversation in their communication in recent weeks.", 4, "recent weeks"),
        ("It was their third call since the invasion.", 3, "since the invasion"),
        ("They held their second meeting this month.", 2, "this month"),
        ("They held their second telephone call in three days late on Wednesday.", 2, "three days"),
        ("The two spoke for the third time in ten days.", 3, "ten days"),
        ("It lasted barely ten minutes, their second of the week.", 2, "the week"),
        ("It was the 12th such call of the two.", 12, None),
        ("She has now spoken to him eleven times since the fighting began.", 11, "since the fighting began"),
        ("He has hosted her twice this year.", 2, "this year"),
        ("It was the fourth time in a month that the two had talked.", 4, "a month"),
        ("the twenty-first summit of the pair", 21, None),
    ],
)
def test_counts(sentence: str, count: int, window: str | None) -> None:
    assert [s.ordinal for s in find_ordinals(sentence)] == [Ordinal(count, window)]


@pytest.mark.parametrize(
    "sentence",
    [
        "It was their first call since the war.",
        "For the second day of talks they moved to the lake.",
        "The second president in a row resigned after the call.",
        "She won a third term and a fourth seat.",
        "On the third of May they spoke.",
        "The second largest economy asked for a meeting.",
    ],
)
def test_no_counts(sentence: str) -> None:
    assert find_ordinals(sentence) == []
