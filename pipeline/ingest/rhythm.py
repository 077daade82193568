"""When to ask a feed again: what it publishes, what it asks for, and our limits. Pure: no clock, no I/O."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

# Asking twice in a usual gap finds an entry half a gap after it came, on average a quarter.
SHARE = 0.5
# Of the newest so many: what it did last year does not matter.
ENTRIES = 20
# A feed whose entries have no dates.
UNKNOWN = timedelta(minutes=30)
# Feeds that were added together shall not be asked together for ever.
JITTER = 0.1


@dataclass(frozen=True, slots=True)
class Wait:
    """How long to leave a feed alone after a good answer, and why, in words for ops."""

    time: timedelta
    why: str


def next_wait(
    feed_id: str,
    gap: timedelta | None,
    asked: Iterable[tuple[str, float | None]],
    least: timedelta,
    most: timedelta,
) -> Wait:
    """The wait after a good poll.

    `gap` is the usual gap of its entries (`usual_gap`), `asked` what the feed and its server ask for: (name, seconds).
    They can only lengthen the wait, and neither beyond `most`: a feed that says "a year" is still asked.
    """
    if gap is None:
        wait, why = UNKNOWN, "its entries have no dates"
    else:
        wait, why = gap * SHARE, f"half of its usual gap of {words(gap)}"
    if wait < least:
        wait, why = least, f"{why}, at least {words(least)}"
    for name, seconds in asked:
        if seconds is not None and timedelta(seconds=seconds) > wait:
            wait, why = timedelta(seconds=seconds), f"{name} says {words(timedelta(seconds=seconds))}"
    if wait > most:
        wait, why = most, f"{why}, at most {words(most)}"
    return Wait(wait * (1 + JITTER * share_of(feed_id)), why)


def usual_gap(moments: Iterable[datetime], now: datetime) -> timedelta | None:
    """The median gap of a feed's newest entries, the time since the newest counted as one; None without two dates."""
    # Entries put out in one go are one: their gaps of nothing say little of when the next come.
    distinct = sorted({moment.replace(microsecond=0) for moment in moments if moment <= now}, reverse=True)[:ENTRIES]
    if len(distinct) < 2:
        return None
    gaps = [later - earlier for later, earlier in pairwise(distinct)]
    return timedelta(seconds=median(gap.total_seconds() for gap in [*gaps, now - distinct[0]]))


def share_of(feed_id: str) -> float:
    """A number from 0 to 1 that is always the same for one feed."""
    return int.from_bytes(hashlib.sha256(feed_id.encode()).digest()[:4]) / 2**32


def words(time: timedelta) -> str:
    """ "12 min", "3.5 h", "2 d"."""
    seconds = time.total_seconds()
    for unit, size in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= size * (2 if unit == "d" else 1):
            return f"{seconds / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"{seconds:.0f} s"
