"""When: date words of a sentence, resolved against the day of publication.

"on Saturday", "earlier on Monday", "overnight", "a day earlier", "two weeks ago", "Feb. 12", "12 February 2022",
"last month", "in 2019". A weekday means the latest such day for what happened, the next for what is planned.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from pipeline.domain import DatePrecision
from pipeline.understand.numbers import ORDINAL, WHOLE, whole

_I = re.IGNORECASE
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = (
    r"(?P<wd>monday|tuesday|wednesday|thursday|friday|saturday|sunday|"
    r"(?-i:(?:Mon|Tues|Tue|Weds|Wed|Thurs|Thur|Thu|Fri)\b\.?|(?:Sat|Sun)\.))"
)
MONTHS = tuple(name.lower() for name in calendar.month_name)[1:]
_MONTH = (
    r"(?P<mo>january|february|march|april|may|june|july|august|september|october|november|december|"
    r"(?-i:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?)"
)
_YEAR = r"(?P<y>(?:19|20)\d\d)"
_DAY = r"(?P<d>[0-3]?\d)(?:st|nd|rd|th)?"
_PART = r"(?:\s+(?:morning|afternoon|evening|night|lunchtime|noon))?"


# A month or day of the month without a year is hardly meant to lie further back.
LONG_AGO = timedelta(days=290)
LONGEST = 4000  # characters of a sentence that are read: bounds the work on texts without full stops


class Grain(StrEnum):
    """The length of the period that date words name."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class DateSpan:
    """Characters `start`..`end` of a sentence name the period that begins on `day` and is one `grain` long.

    `edge` tells that the words bound something ("since Monday", "by Friday"); `explicit` that a month or year is named.
    """

    start: int
    end: int
    day: date
    grain: Grain = Grain.DAY
    edge: bool = False
    explicit: bool = False

    @property
    def precision(self) -> DatePrecision | None:
        """None for a year: too coarse to be the date of a contact."""
        return None if self.grain is Grain.YEAR else DatePrecision(self.grain.value)

    @property
    def last(self) -> date:
        """The last day of the period."""
        if self.grain is Grain.WEEK:
            return self.day + timedelta(days=6)
        if self.grain is Grain.MONTH:
            return _shift_months(self.day, 1) - timedelta(days=1)
        if self.grain is Grain.YEAR:
            return self.day.replace(month=12, day=31)
        return self.day


_Found = tuple[date, Grain, bool]  # first day, grain, explicit
_Handler = Callable[[re.Match[str], date | None, bool | None], _Found | None]

_EDGE = re.compile(
    r"\b(?:since|until|till|by|before|after|ahead of|prior to|as of|following|starting|beginning)\s+"
    r"(?:at least |the |late |early |last |this |next |end of )*$|\b(?:since|until)\b[^,;:.]{0,60}$",
    _I,
)
# "Their second call in eight days", "for the first time in three years": a stretch that is counted over.
_COUNTED_OVER = re.compile(
    rf"\b(?:(?:{ORDINAL}|times|twice)\b[^,;:.]{{0,40}}|{WHOLE} (?:[\w-]+ )?"
    rf"(?:calls|meetings|visits|trips|conversations|rounds) )\bin (?:as many |only |just )?$",
    _I,
)
_EDGE_WORD = re.compile(r"(?:since|until|by)\b", _I)  # some patterns take the word in


def find_dates(sentence: str, published: date | None, *, future: bool | None = False) -> list[DateSpan]:
    """All date words of a sentence in its order, resolved against the day of publication.

    `future` resolves weekdays and month days without a year forward, as for plans; None takes the nearest, as for plans
    that came to nothing before or after their day. Without a day of publication only full dates are found.
    """
    found: list[DateSpan] = []
    sentence = sentence[:LONGEST]
    if published is not None and not 1800 <= published.year <= 2200:
        published = None  # a year that no newspaper has; arithmetic would leave the calendar
    for pattern, handler in _RULES:
        for m in pattern.finditer(sentence):
            if any(m.start() < s.end and m.end() > s.start for s in found):
                continue
            got = handler(m, published, future)
            if got is None or (
                m.re is _IN_SO_LONG and _COUNTED_OVER.search(sentence[max(0, m.start() - 70) : m.start() + 3])
            ):
                continue
            edge = bool(_EDGE_WORD.match(m.group()) or _EDGE.search(sentence[max(0, m.start() - 90) : m.start()]))
            found.append(DateSpan(m.start(), m.end(), got[0], got[1], edge, got[2]))
    return _shifted(sentence, _joined(sentence, sorted(found, key=lambda s: s.start)))


def _shifted(sentence: str, spans: list[DateSpan]) -> list[DateSpan]:
    """ "Denied on Thursday that they had met the day before": counted from the day that the sentence names first."""
    out: list[DateSpan] = []
    for span in spans:
        m = _BESIDE.fullmatch(sentence[span.start : span.end])
        base = next((s for s in reversed(out) if s.grain is Grain.DAY), None)
        if m is not None and m["on"] and base is None:
            continue  # "the next day" of a day that another sentence names
        if m is not None and base is not None:
            span = replace(span, day=base.day + timedelta(days=1 if m["on"] else -1))
        out.append(span)
    return out


def _joined(sentence: str, spans: list[DateSpan]) -> list[DateSpan]:
    """ "two weeks ago on Monday" is one day: a weekday beside a counted week lies in that week."""
    out: list[DateSpan] = []
    for span in spans:
        before = out[-1] if out else None
        if before is not None and sentence[before.end : span.start].strip().lower() in ("", "on", ","):
            week, day = (before, span) if before.grain is Grain.WEEK else (span, before)
            if week.grain is Grain.WEEK and day.grain is Grain.DAY and not day.explicit:
                in_week = week.day + timedelta(days=day.day.weekday())
                out[-1] = DateSpan(before.start, span.end, in_week, Grain.DAY, before.edge)
                continue
        out.append(span)
    return out


# -- helpers ---------------------------------------------------------------------------------------------------------


def _near_year(first: date, published: date) -> date:
    """A month without a year that has not come yet: last year's, unless that is long ago."""
    before = first.replace(year=first.year - 1)
    return first if published - before > LONG_AGO else before


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month(word: str) -> int:
    return 1 + next(k for k, name in enumerate(MONTHS) if name.startswith(word.lower().rstrip(".")[:3]))


def _shift_months(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _week_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _weekday_index(word: str) -> int:
    return next(k for k, name in enumerate(WEEKDAYS) if name.startswith(word.lower().rstrip(".")[:3]))


def _nearest_year(month: int, day: int, published: date, future: bool | None) -> date | None:
    """The month day without a year: the latest one for what happened (a week's slack), the next for plans."""
    options = [d for y in (-1, 0, 1) if (d := _date(published.year + y, month, day))]
    if future is None:
        return min(options, key=lambda d: abs(d - published), default=None)
    if future:
        return min((d for d in options if d >= published - timedelta(days=7)), default=None)
    past = max((d for d in options if d <= published + timedelta(days=7)), default=None)
    ahead = min((d for d in options if past is None or d > past), default=None)
    # "an April 5 summit" in an article of March is ahead: of last year's day it would tell the year
    return ahead if past is None or (ahead is not None and published - past > LONG_AGO) else past


# -- what each pattern means -----------------------------------------------------------------------------------------


def _numbers(m: re.Match[str], published: date | None, future: bool | None) -> _Found | None:
    found = _date(int(m["y"]), int(m["m"]), int(m["d"]))
    return (found, Grain.DAY, True) if found else None


def _month_day(m: re.Match[str], published: date | None, future: bool | None) -> _Found | None:
    month, day = _month(m["mo"]), int(m["d"])
    year = m.groupdict().get("y")
    if year:
        found = _date(int(year), month, day)
    elif published is None:
        return None
    else:
        found = _nearest_year(month, day, published, future)
    return (found, Grain.DAY, True) if found else None


def _month_year(m: re.Match[str], published: date | None, future: bool | None) -> _Found | None:
    return date(int(m["y"]), _month(m["mo"]), 1), Grain.MONTH, True


def _month_alone(m: re.Match[str], published: date | None, future: bool | None) -> _Found | None:
    if published is None:
        return None
    month, word = _month(m["mo"]), (m["rel"] or "").lower().split(" ")[-1]
    first = date(published.year, month, 1)
    if word == "last" or (word != "next" and not future):
        if word == "last" and (first > published or first.month == published.month):
            first = first.replace(year=first.year - 1)
        elif first > published:
            first = _near_year(first, published)
    elif first.replace(day=28) < published and first.month != published.month:
        first = first.replace(year=first.year + 1)
    return first, Grain.MONTH, True


def _year(m: re.Match[str], published: date | None, future: bool | None) -> _Found | None:
    return date(int(m["y"]), 1, 1), Grain.YEAR, True


def _weekday(m: re.Match[str], published: date | None, future: bool | None) -> _Found | None:
    if published is None:
        return None
    word, target = (m["rel"] or "").lower(), _weekday_index(m["wd"])
    ago = (published.weekday() - target) % 7
    future = ago > 3 if future is None else future
    week = (m["week"] or "").lower()
    if week == "week":  # "Thursday week": a week after the coming one
        found = published + timedelta(days=14 - ago if ago else 7)
    elif week:
        step = {"last": -7, "previous": -7, "next": 7, "this": 0, "following": 7}[week.split(" ")[-2]]
        found = _week_of(published) + timedelta(days=target + step)
    elif word in ("next", "coming", "this coming", "the coming", "following") or (future and word in ("", "this")):
        found = published + timedelta(days=-ago if ago == 0 and word in ("", "this") else 7 - ago)
    elif word == "last":
        found = published + timedelta(days=-ago or -7)
    else:
        found = published + timedelta(days=-ago)
    return found, Grain.DAY, False


_NEAR = {
    "today": 0, "tonight": 0, "this morning": 0, "this afternoon": 0, "this evening": 0, "earlier today": 0,
    "later today": 0, "this lunchtime": 0, "overnight": 0, "earlier in the day": 0, "later in the day": 0,
    "yesterday": -1, "last night": -1, "last evening": -1, "tomorrow": 1, "day after tomorrow": 2,
    "day before yesterday": -2,
}  # fmt: skip


def _near(m: re.Match[str], published: date | None, future: bool | None) -> _Found | None:
    if published is None:
        return None
    found = published + timedelta(days=_NEAR[" ".join(m["near"].lower().split())])
    return found, Grain.DAY, False


def _beside(m: re.Match[str], published: date | None, future: bool | None) -> _Found | None:
    """ "The day before", "a day earlier", counted from publication until `_shifted` finds a nearer day."""
    if published is None:
        return None
    return published + timedelta(days=1 if m["on"] else -1), Grain.DAY, False


def _counted(m: re.Match[str], published: date | None, future: bool | None) -> _Found | None:
    """ "two weeks ago", "in three days", "a day earlier" (against publication)."""
    if published is None:
        return None
    count = 2 if "couple" in m["n"].lower() else whole(m["n"])
    if count is None or count > 400:
        return None
    back = m["back"] is not None
    unit = m["unit"].lower()
    sign = -1 if back else 1
    if unit.startswith("day"):
        found = published + timedelta(days=sign * count)
        return found, Grain.DAY, False
    if unit.startswith(("week", "fortnight")):
        found = published + timedelta(days=sign * count * (14 if unit.startswith("fortnight") else 7))
        return _week_of(found), Grain.WEEK, False
    if unit.startswith("month"):
        return _shift_months(published, sign * count).replace(day=1), Grain.MONTH, False
    year = published.year + sign * count
    return date(year, 1, 1), Grain.YEAR, False


def _period(m: re.Match[str], published: date | None, future: bool | None) -> _Found | None:
    if published is None:
        return None
    rel, unit = m["rel"].lower(), m["unit"].lower()
    step = {"last": -1, "past": -1, "previous": -1, "this": 0, "next": 1, "coming": 1, "the": 0}[rel.split(" ")[-1]]
    if unit == "weekend":
        saturday = _week_of(published) + timedelta(days=5)
        if step == 0 and not future and published.weekday() < 5:
            step = -1
        found = saturday + timedelta(days=7 * (0 if step == -1 and published.weekday() > 5 else step))
        return found, Grain.DAY, False
    if rel == "the":
        return None
    if unit == "week":
        found = _week_of(published) + timedelta(days=7 * step)
        return found, Grain.WEEK, False
    if unit == "month":
        return _shift_months(published, step).replace(day=1), Grain.MONTH, False
    year = published.year + step
    return date(year, 1, 1), Grain.YEAR, False


_N = rf"(?P<n>an?|(?:a )?couple of|{WHOLE})"
_UNIT = r"(?P<unit>days?|weeks?|fortnights?|months?|years?)"
_DAY_MONTH = (
    rf"\b(?:{_WEEKDAY}{_PART},?\s+)?(?:the )?{_DAY}(?:\s?[-–—]\s?\d{{1,2}}|\s+(?:and|to)\s+\d{{1,2}})?(?:st|nd|rd|th)?"
    rf"\s+(?:of\s+)?{_MONTH}(?:,?\s+(?:of\s+)?{_YEAR})?\b"
)
_MONTH_DAY = (
    rf"\b(?:{_WEEKDAY}{_PART},?\s+)?(?:the )?{_MONTH}[\s-]{_DAY}\b(?!:|\.\d|,000| (?:billion|million|percent))"
    rf"(?:\s?[-–—/]\s?\d{{1,2}}\b|\s+(?:and|to)\s+\d{{1,2}}\b(?! [a-z]))?(?:,?\s+{_YEAR})?"
)
_DAY_OF_WEEK = (
    r"\b(?:(?P<rel>last|next|this coming|the coming|coming|this past|this|past|the previous|following)\s+)?"
    rf"{_WEEKDAY}(?!\w)(?!\s+(?:Times|Telegraph|Mirror|Express|Post))"
    r"(?:\s+(?P<week>(?:of )?(?:last|next|this|previous|following) week|week\b))?"
)
_NEAR_WORDS = (
    r"\b(?P<near>day (?:after tomorrow|before yesterday)|today|tonight|this (?:morning|afternoon|evening|lunchtime)|"
    r"(?:earlier|later) (?:today|in the day)|overnight|yesterday|last (?:night|evening)|tomorrow)\b"
)
# "the day before the summit" counts from the summit and is left out
_BESIDE = re.compile(
    r"\b(?:the (?:day (?:before|earlier)|previous day)|a day (?:before|earlier)|(?P<on>the (?:next|following) day|"
    r"a day later))\b(?!\s+(?:the|his|her|their|an?|its|that|they|he|she|when|talks|(?-i:[A-Z]\w+))\b)",
    _I,
)
_AGO = (
    rf"\b{_N}\s+{_UNIT}\s+(?P<back>ago|earlier|before|prior|previously)\b"
    r"(?! (?:the|his|her|their|an?|its|(?-i:[A-Z]\w+))\b)"
)
_HENCE = rf"\bin\s+{_N}\s+{_UNIT}(?:['’]s? time)?\b(?! of\b)(?P<back>(?!))?"
_WEEKEND = (
    r"\b(?:on|at|over|during)?\s*(?P<rel>the last|the past|this past|last|past|the|this|next|the coming)\s+"
    r"(?P<unit>weekend)\b"
)
_PERIOD = (
    r"(?<!in the )(?<!for the )(?<!over the )(?<!during the )\b(?P<rel>last|previous|this|next|coming)\s+"
    r"(?P<unit>week|month|year)\b"
)
_MONTH_ALONE = (
    r"\b(?:in|during|(?P<rel>last|this past|next|this|early in|late in|of|since|early|late|mid)[ -])\s*"
    rf"{_MONTH}\b(?! \d)"
)
_YEAR_ALONE = (
    r"\b(?:in|since|of|during|from|late|early|the|until|by)\s+"
    rf"(?:(?:spring|summer|autumn|winter|late|early|the (?:spring|summer|autumn|winter) of)\s+)?{_YEAR}\b(?!-)"
)
_IN_SO_LONG = re.compile(_HENCE, _I)
# Longer and fuller forms first: what one pattern has taken, the next does not read again.
_RULES: tuple[tuple[re.Pattern[str], _Handler], ...] = tuple(
    (re.compile(pattern, _I), handler)
    for pattern, handler in (
        (r"\b(?P<y>(?:19|20)\d\d)-(?P<m>[01]\d)-(?P<d>[0-3]\d)\b", _numbers),
        (r"\b(?P<d>[0-3]?\d)\.(?P<m>[01]?\d)\.(?P<y>(?:19|20)\d\d)\b", _numbers),  # day first wherever dots are used
        (_DAY_MONTH, _month_day),
        (_MONTH_DAY, _month_day),
        (rf"\b{_MONTH}(?:\s+of|,)?\s+{_YEAR}\b", _month_year),
        (_DAY_OF_WEEK, _weekday),
        (_NEAR_WORDS, _near),
        (_BESIDE.pattern, _beside),
        (_AGO, _counted),
        (_HENCE, _counted),
        (_WEEKEND, _period),
        (_PERIOD, _period),
        (_MONTH_ALONE, _month_alone),
        (_YEAR_ALONE, _year),
    )
)
