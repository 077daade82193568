"""When a feed is asked again: by what it publishes, what it asks for, and the limits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.rhythm import JITTER, UNKNOWN, next_wait, share_of, usual_gap, words

NOW = datetime(2022, 2, 12, 18, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def every(gap: timedelta, count: int = 10, since: timedelta = timedelta(0)) -> list[datetime]:
    return [NOW - since - gap * n for n in range(count)]


@pytest.mark.parametrize(
    ("moments", "gap"),
    [
        ([], None),
        ([NOW], None),
        ([NOW, NOW], None),
        (every(HOUR), HOUR),
        (every(HOUR) * 2, HOUR),
        ([*every(HOUR), NOW + timedelta(days=3)], HOUR),
        (every(10 * MINUTE, 30) + every(timedelta(days=1), 30), 10 * MINUTE),
    ],
    ids=["none", "one", "one moment", "hourly", "in pairs", "one dated ahead", "only the newest count"],
)
def test_the_usual_gap_is_the_median(moments: list[datetime], gap: timedelta | None) -> None:
    assert usual_gap(moments, NOW) == gap


def test_the_time_since_the_newest_entry_is_a_gap_too() -> None:
    assert usual_gap(every(HOUR, 2, since=timedelta(days=2)), NOW) == (HOUR + timedelta(days=2)) / 2


def wait(gap: timedelta | None, *asked: tuple[str, float | None]) -> tuple[timedelta, str]:
    found = next_wait("courier", gap, asked, 10 * MINUTE, 6 * HOUR)
    return found.time / (1 + JITTER * share_of("courier")), found.why


@pytest.mark.parametrize(
    ("gap", "asked", "expected", "why"),
    [
        (2 * HOUR, [], HOUR, "half of its usual gap of 2 h"),
        (MINUTE, [], 10 * MINUTE, "half of its usual gap of 1 min, at least 10 min"),
        (timedelta(days=9), [], 6 * HOUR, "half of its usual gap of 9 d, at most 6 h"),
        (None, [], UNKNOWN, "its entries have no dates"),
        (2 * HOUR, [("its ttl", 7200.0)], 2 * HOUR, "its ttl says 2 h"),
        (2 * HOUR, [("its ttl", 60.0), ("its Cache-Control", None)], HOUR, "half of its usual gap of 2 h"),
        (2 * HOUR, [("its Cache-Control", 31536000.0)], 6 * HOUR, "its Cache-Control says 365 d, at most 6 h"),
    ],
)
def test_a_wait_is_half_the_gap_within_limits_unless_more_is_asked(
    gap: timedelta | None, asked: list[tuple[str, float | None]], expected: timedelta, why: str
) -> None:
    time, said = wait(gap, *asked)
    assert abs(time - expected) < timedelta(milliseconds=1)
    assert said == why


def test_two_feeds_drift_apart_and_each_is_always_the_same() -> None:
    waits = {feed: next_wait(feed, HOUR, [], MINUTE, 6 * HOUR).time for feed in ("a", "b", "c")}
    assert len(set(waits.values())) == 3
    assert waits["a"] == next_wait("a", HOUR, [], MINUTE, 6 * HOUR).time


@given(st.text(max_size=20), st.integers(0, 10**9), st.lists(st.floats(0, 2.0**31), max_size=3))
def test_no_wait_leaves_the_limits(feed: str, gap: int, asked: list[float]) -> None:
    found = next_wait(feed, timedelta(seconds=gap), [("x", a) for a in asked], 10 * MINUTE, 6 * HOUR)
    assert 10 * MINUTE <= found.time <= 6 * HOUR * (1 + JITTER)


@pytest.mark.parametrize(
    ("time", "said"), [(timedelta(seconds=30), "30 s"), (90 * MINUTE, "1.5 h"), (26 * HOUR, "26 h"), (48 * HOUR, "2 d")]
)
def test_times_are_told_as_people_do(time: timedelta, said: str) -> None:
    assert words(time) == said
