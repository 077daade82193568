"""Do two nodes tell of one event? A sum of scored features, each with its reason in words; or a conflict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from pipeline.domain import Mode, Status
from pipeline.reconcile.geography import countries_of, hours_apart
from pipeline.reconcile.node import PERSONAL, REMOTE, Node
from pipeline.reconcile.people import Feature, gathered

# Two nodes are one event from this score on. Same pair (2) and same day (3) suffice; a day's difference (1.5) needs
# the same mode (1) or more, and each contradiction (another duration, both name their day) must be made up for.
THRESHOLD: Final = 4.0

# Days between the first and the last that are told of one visit or summit.
LONGEST_STAY = 3

# Where clocks are so far apart, a morning here is an evening there.
OTHER_CLOCK = 5.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """`conflict` names why the two can never be one event; `tier` says how early this link is drawn (0 first).

    Of links of one tier, those with fewer days `apart` come first. A conflict of `days` alone gives way where others
    show that the days are those of one stay.
    """

    score: float
    words: tuple[str, ...]
    conflict: str | None = None
    tier: int = 9
    apart: int = 0
    days: bool = False

    @property
    def rank(self) -> tuple[int, int, float]:
        """Orders links, the surest first."""
        return self.tier, self.apart, -self.score

    @property
    def same(self) -> bool:
        return self.conflict is None and self.score >= THRESHOLD


def compare(a: Node, b: Node) -> Verdict:
    """Weigh two nodes. Symmetric."""
    people = gathered(a, b)
    if isinstance(people, str):
        return Verdict(0.0, (), people)
    conflict = _mode_conflict(a, b) or _place_conflict(a, b) or _article_conflict(a, b) or _denial(a, b)
    if conflict:
        return Verdict(0.0, (), conflict)
    late = _late_plan(a, b)
    when = _when(a, b)
    if late or isinstance(when, str):
        return Verdict(0.0, (), late or str(when), days=_within_a_stay(a, b))
    features = [
        people, when, _mode(a, b), _duration(a, b), _ordinal(a, b), _location(a, b), _text(a, b), _days(a, b),
        _part_of_day(a, b),
    ]  # fmt: skip
    kept = [f for f in features if f is not None]
    words = tuple(f[1] for f in kept if f[1])
    return Verdict(round(sum(f[0] for f in kept), 6), words, None, _tier(a, b), _days_apart(a, b))


def _mode_conflict(a: Node, b: Node) -> str | None:
    if a.mode is b.mode or Mode.UNSPECIFIED in (a.mode, b.mode):
        return None
    modes = {a.mode, b.mode}
    if modes <= REMOTE or modes <= PERSONAL:
        return None
    if len(a.people) >= 3 and modes <= {Mode.MULTILATERAL, Mode.VIDEO}:
        return None
    return f"{a.mode.value} is not {b.mode.value}"


def _place_conflict(a: Node, b: Node) -> str | None:
    """A lone visitor in two towns made two visits; a town and its country are one."""
    if len(a.people) == len(b.people) == 1 and a.location and b.location and a.location != b.location:
        here, there = countries_of(a.location), countries_of(b.location)
        return None if here & there else "visits to two places"
    return None


def _article_conflict(a: Node, b: Node) -> str | None:
    """What one article tells as two events is two events."""
    if a.articles.isdisjoint(b.articles):
        return None
    if a.historical != b.historical:
        return "one article tells them as news and as history"
    if a.second_time != b.second_time:
        return "one article calls it a further contact"
    if a.part_of_day and b.part_of_day and a.part_of_day != b.part_of_day and not {a.mode, b.mode} & PERSONAL:
        return "one article tells one of the morning and one of the evening"
    exact = a.span is not None and b.span is not None and a.span.exact and b.span.exact
    # The day of a denial is easily taken for that of what is denied.
    denials = a.status is b.status and a.status in (Status.DENIED, Status.CANCELLED)
    if exact and a.span != b.span and not denials:
        return "one article gives two days"
    if None not in (a.duration, b.duration) and a.duration != b.duration:
        return "one article gives two durations"
    if None not in (a.ordinal, b.ordinal) and a.ordinal != b.ordinal:
        return "one article counts them apart"
    if a.status.happened != b.status.happened and not (exact and a.span == b.span) and _is_ahead(a, b):
        return "one article tells a contact and a further plan"
    return None


def _is_ahead(a: Node, b: Node) -> bool:
    """Whether that of the two which has not happened lies, or may lie, after its article."""
    plan = b if a.status.happened else a
    return plan.span is None or not plan.span.exact or plan.span.first > _day(plan.first_published)


def _denial(a: Node, b: Node) -> str | None:
    """A denial uttered after a contact concerns another contact."""
    if a.status.happened == b.status.happened:
        return None
    held, other = (a, b) if a.status.happened else (b, a)
    if other.status not in (Status.DENIED, Status.CANCELLED):
        return None
    # "No call is planned", said after a call, takes nothing back: only a denial of that very day does.
    if held.span and other.span and held.span.exact and held.span == other.span:
        return None
    return f"what was {other.status.value} is not this contact"


def _late_plan(a: Node, b: Node) -> str | None:
    """A plan made after a contact concerns another contact; but while a visit lasts, its further talks."""
    if a.status.happened == b.status.happened:
        return None
    held, other = (a, b) if a.status.happened else (b, a)
    if other.status in (Status.DENIED, Status.CANCELLED):
        return None
    if held.span is None or other.span is None or held.historical or other.historical:
        return None
    if one_stay(a, b) and _within_a_stay(a, b):
        return None
    if other.span.exact:
        if held.span.exact and other.span.first > held.span.first and _day(other.first_published) >= held.span.first:
            return "planned when the other had happened"
        return None
    if (
        other.first_published is not None
        and held.first_published is not None
        and other.first_published >= held.first_published
    ):
        return "planned when the other had been told"
    if held.span.exact and held.span.first < _day(other.first_published):
        return "planned when the other had happened"
    return None


def _within_a_stay(a: Node, b: Node) -> bool:
    """Whether two nodes of talks face to face lie no further apart than the days of one visit may."""
    if not {a.mode, b.mode} <= PERSONAL or a.span is None or b.span is None or a.historical or b.historical:
        return False
    first, last = sorted(n.span.first if n.span and n.span.exact else _day(n.first_published) for n in (a, b))
    return (last - first).days <= LONGEST_STAY


def _when(a: Node, b: Node) -> Feature | str:
    if a.span is None or b.span is None:
        return _when_unplaced(a, b)
    if a.span.exact and b.span.exact:
        gap = abs((a.span.first - b.span.first).days)
        if gap == 0:
            return 3.0, _words_of(a.span.first)
        if gap == 1:
            return 1.5, f"a day apart ({_words_of(min(a.span.first, b.span.first))})"
        if gap <= LONGEST_STAY and one_stay(a, b):
            return 1.0, f"one stay of {gap + 1} days"
        return f"{gap} days apart"
    if a.span.first > b.span.last or b.span.first > a.span.last:
        return "other times"
    if "published" in (a.span.basis, b.span.basis):
        if a.historical != b.historical and "published" in (a.span.basis, b.span.basis):
            return "news without a date is not history"
        return _when_published(a, b)
    # A week or a month that holds the other's day.
    month = "month" in (a.span.basis, b.span.basis)
    return (1.2, "same month") if month else (1.5, "same week")


def one_stay(a: Node, b: Node) -> bool:
    """Whether days that follow on each other may be those of one visit or summit: a town and its country are one place.

    Who is told to be received, to talk and to leave on three days came once.
    """
    if not {a.mode, b.mode} & {Mode.VISIT, Mode.MULTILATERAL} or not {a.mode, b.mode} <= PERSONAL:
        return False
    if a.location is None or b.location is None:
        return False
    return a.location == b.location or bool(countries_of(a.location) & countries_of(b.location))


def _when_unplaced(a: Node, b: Node) -> Feature | str:
    """History without a date joins only its like, told at about the same time."""
    if a.span is not None or b.span is not None or a.historical != b.historical:
        return "nothing places it in time"
    if a.first_published is None or b.first_published is None:
        return "nothing places it in time"
    if abs(a.first_published - b.first_published).days > 7:
        return "told weeks apart"
    return 1.5, "retold in the same days"


def _when_published(a: Node, b: Node) -> Feature | str:
    """At least one is placed by its publication alone: the nearer, the likelier."""
    one = a if a.span is not None and a.span.basis == "published" else b
    other = b if one is a else a
    if one.first_published is None or other.span is None:
        return "nothing places it in time"
    anchor = other.span.first if other.span.exact else _day(other.first_published)
    if other.span.basis in ("week", "month"):
        return 1.2, f"within the same {other.span.basis}"
    gap = abs((anchor - _day(one.first_published)).days)
    step = 0.15 if one.status.happened and other.status.happened else 0.05
    return max(1.5 - step * max(gap - 1, 0), 0.5), f"undated, told within {gap + 1} days"


def _mode(a: Node, b: Node) -> Feature:
    if a.mode is b.mode is Mode.UNSPECIFIED:
        return 0.7, "talks = talks"
    if a.mode is b.mode:
        return 1.0, f"{_mode_word(a.mode)} = {_mode_word(b.mode)}"
    first, second = sorted((_mode_word(a.mode), _mode_word(b.mode)))
    if Mode.UNSPECIFIED in (a.mode, b.mode):
        return 0.5, f"{first} ~ {second}"
    return 0.7, f"{first} ~ {second}"


def _duration(a: Node, b: Node) -> Feature | None:
    if a.duration is None or b.duration is None:
        return None
    low, high = sorted((a.duration, b.duration))
    if alike(low, high):
        return 1.5, f"duration {low} {'=' if low == high else '~'} {high}"
    return -1.0, f"duration {low} but {high}"


def alike(minutes: int, others: int) -> bool:
    """Whether two durations may be one, rounded by those who tell it."""
    return abs(minutes - others) <= max(5, 0.1 * max(minutes, others))


def _ordinal(a: Node, b: Node) -> Feature | None:
    if a.ordinal is None or b.ordinal is None:
        return None
    return (0.7, f"both the no. {a.ordinal}") if a.ordinal == b.ordinal else (-0.7, "counted apart")


def _location(a: Node, b: Node) -> Feature | None:
    if a.location is None or b.location is None:
        return None
    if a.location == b.location:
        return 0.7, f"both in {a.location.title()}"
    return -0.3, ""


def _text(a: Node, b: Node) -> Feature | None:
    best = max((_overlap(x, y) for x in a.words for y in b.words), default=0.0)
    if best < 0.2:
        return None
    return round(best, 2), "alike in words" if best >= 0.5 else ""


def _overlap(x: frozenset[str], y: frozenset[str]) -> float:
    return len(x & y) / len(x | y) if x and y else 0.0


def _days(a: Node, b: Node) -> Feature | None:
    """Two days that differ count more when both texts name theirs than when one was merely printed that day.

    But journeys and summits last: one text names their first day, one their last.
    """
    if min(len(a.people), len(b.people)) == 1 or one_stay(a, b):
        return None
    apart = a.span and b.span and a.span.exact and b.span.exact and a.span != b.span
    return (-1.0, "each names its day") if apart and a.day_named and b.day_named else None


def _part_of_day(a: Node, b: Node) -> Feature | None:
    """A call in the morning and one at night are two, where both clocks show about the same."""
    if not a.part_of_day or not b.part_of_day or a.part_of_day == b.part_of_day or {a.mode, b.mode} & PERSONAL:
        return None
    day = a.span.first if a.span else b.span.first if b.span else date.min
    return None if hours_apart(a.countries | b.countries, day) >= OTHER_CLOCK else (-1.0, "one early, one late")


def _days_apart(a: Node, b: Node) -> int:
    """Days between what one says, or the day it was told, and the other: of two events an undated report means the
    nearer."""
    if a.span is None or b.span is None or (a.span.exact and b.span.exact):
        return 0
    days = [n.span.first if n.span and n.span.exact else _day(n.first_published) for n in (a, b)]
    undated = any(n.span is not None and n.span.basis == "published" for n in (a, b))
    return abs((days[0] - days[1]).days) if undated and date.max not in days else 0


def _tier(a: Node, b: Node) -> int:
    """Sure links first: so a plan or a retelling joins a finished event, and cannot bend its making."""
    exact = a.span is not None and b.span is not None and a.span.exact and b.span.exact
    same_day = exact and a.span == b.span
    if a.historical or b.historical:
        return 6
    if len(a.people) != len(b.people):
        return 5
    if a.status.happened and b.status.happened:
        return 0 if same_day else 2 if exact else 1
    if same_day:
        return 3
    return 4


def _day(moment: datetime | None) -> date:
    return moment.astimezone(UTC).date() if moment is not None else date.max


def _words_of(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _mode_word(mode: Mode) -> str:
    return mode.value.replace("_", " ")
