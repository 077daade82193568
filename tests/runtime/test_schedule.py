from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.runtime.errors import BadSchedule
from pipeline.runtime.schedule import parse_schedule


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("@daily", "@daily"),
        ("*/15 * * * *", "*/15 * * * *"),
        ("15m", timedelta(minutes=15)),
        ("2H", timedelta(hours=2)),
        ("1 d", timedelta(days=1)),
        ("none", None),
        ("", None),
    ],
)
def test_a_schedule_is_read(text: str, meant: object) -> None:
    assert parse_schedule(text) == meant


@pytest.mark.parametrize("text", ["every day", "15", "30s", "@fortnightly", "* * * *", "61 * * * *"])
def test_what_is_no_schedule_says_what_to_give(text: str) -> None:
    with pytest.raises(BadSchedule) as fault:
        parse_schedule(text)
    assert text in str(fault.value)
    assert "Give" in fault.value.mend
