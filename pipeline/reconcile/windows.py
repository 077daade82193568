"""From when on an article counts: "recent weeks", "this year", "since the war began" -> the first day of that time.

Vague words are read wide, so that what is missing in our count is missing for sure. What no rule here knows, such as
"since taking office", has no first day, and is not audited. docs/reconcile.md has the table.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

# Days that "recent ..." and "the past few ..." reach back.
RECENT: Final = {"hour": 1, "day": 14, "week": 60, "fortnight": 60, "month": 365, "year": 365 * 5}
UNIT: Final = {"hour": 0, "day": 1, "week": 7, "fortnight": 14, "month": 31, "year": 366}
# "The war": words that name it, those who mean it when they say no more, and its first day; the newest that fits.
WARS: Final = (
    (re.compile(r"hamas|gaza|israel|7 october|october 7"), frozenset({"ISR", "PSE"}), date(2023, 10, 7)),
    (re.compile(r"russia|ukrain|invasion|invaded"), frozenset({"RUS", "UKR"}), date(2022, 2, 24)),
)
_NUMBERS: Final = {
    "a": 1, "an": 1, "one": 1, "two": 2, "couple": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "dozen": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16,
}  # fmt: skip
_MONTHS: Final = {
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9,
    "october": 10, "november": 11, "december": 12,
}  # fmt: skip
_SEASONS: Final = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_UNIT = r"(?P<unit>hour|day|week|fortnight|month|year)s?"
_NUMBER = rf"(?P<n>\d{{1,3}}|{'|'.join(_NUMBERS)})"
_VAGUE = re.compile(rf"^(?:recent|(?:the )?(?:past|last)(?: few| several| couple of)?|few|several)\s+{_UNIT}$")
_COUNTED = re.compile(
    r"^(?:(?:the )?(?:past|last|recent)\s+)?"
    r"(?:(?:less than|under|about|just|almost|nearly|over|just over|only|around)\s+)*"
    rf"(?:(?:the )?(?:past|last)\s+)?{_NUMBER}(?: of)?[\s-]+(?:\w+\s+)?{_UNIT}$"
)
_AS_MANY = re.compile(rf"^(?:about |just )?as many\s+{_UNIT}$")
_THIS = re.compile(r"^(?:so far )?(?:this|the) (?P<unit>week|month|year|day|spring|summer|autumn|fall|winter)$")
_SINCE_MONTH = re.compile(
    r"^(?:the )?(?:start|beginning|end|middle)?\s*(?:of )?(?:early |late |mid-)?"
    r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th)? )?"
    rf"(?P<month>{'|'.join(_MONTHS)}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.?"
    r"(?: (?P<after>\d{1,2})(?:st|nd|rd|th)?(?!\d))?(?:,? (?P<year>(?:19|20)\d\d))?$"
)
_SINCE_YEAR = re.compile(r"^(?:the )?(?:start of |beginning of |early |late |mid-)?(?P<year>(?:19|20)\d\d)$")
_SINCE_LAST = re.compile(
    r"^(?:the )?(?:start of |beginning of |early |late )?(?P<which>last|this|the) (?P<unit>week|month|year)$"
)
_SINCE_DAY = re.compile(r"^(?:last )?(?P<day>mon|tues|wednes|thurs|fri|satur|sun)day$")
_WAR = re.compile(r"\b(?:war|invasion|invaded|offensive|conflict|hostilities|fighting)\b")
_WEEKDAYS: Final = ("mon", "tues", "wednes", "thurs", "fri", "satur", "sun")


def window_start(window: str | None, on: date, count: int, countries: frozenset[str]) -> date | None:
    """The first day of a window as worded, for a contact on a day, the `count`-th, of leaders of these countries.

    None where there is no window, or none that we can place.
    """
    words = " ".join((window or "").casefold().replace("’", "'").split()).strip(" .,")
    if words.startswith("since "):
        start = _since(words.removeprefix("since "), on, countries)
    else:
        start = _within(words, on, count)
    return start if start is not None and start <= on else None


def _within(words: str, on: date, count: int) -> date | None:
    if m := _AS_MANY.match(words):
        return on - timedelta(days=max(1, count * UNIT[m["unit"]]))
    if m := _THIS.match(words):
        return _this(m["unit"], on)
    if m := _VAGUE.match(words):
        # "The past week" is one; "the past weeks" are some.
        exact = words.endswith(m["unit"]) and not re.search(r"few|several|couple|recent", words)
        return on - timedelta(days=max(1, UNIT[m["unit"]]) if exact else RECENT[m["unit"]])
    if m := _COUNTED.match(words):
        number = int(m["n"]) if m["n"].isdigit() else _NUMBERS[m["n"]]
        return on - timedelta(days=max(1, number * UNIT[m["unit"]]))
    return None


def _this(unit: str, on: date) -> date:
    if unit == "day":
        return on
    if unit == "week":
        return on - timedelta(days=on.weekday())
    if unit == "month":
        return on.replace(day=1)
    if unit == "year":
        return date(on.year, 1, 1)
    start = date(on.year, _SEASONS[unit], 1)
    return start if start <= on else date(on.year - 1, _SEASONS[unit], 1)


def _since(words: str, on: date, countries: frozenset[str]) -> date | None:
    rules: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], date | None]], ...] = (
        (_SINCE_MONTH, lambda m: _since_month(m, on)),
        (_SINCE_YEAR, lambda m: date(int(m["year"]), 1, 1)),
        (_SINCE_LAST, lambda m: _since_last(m, on)),
        (_SINCE_DAY, lambda m: on - timedelta(days=(on.weekday() - _WEEKDAYS.index(m["day"])) % 7 or 7)),
    )
    for pattern, day in rules:
        if m := pattern.match(words):
            return day(m)
    return _war(words, on, countries) if _WAR.search(words) else None


def _war(words: str, on: date, countries: frozenset[str]) -> date | None:
    begun = [(name, who, day) for name, who, day in WARS if day <= on]
    named = [day for name, _, day in begun if name.search(words)]
    meant = [day for _, who, day in begun if who & countries]
    return next(iter((*named, *meant, *(day for _, _, day in begun))), None)


def _since_month(m: re.Match[str], on: date) -> date | None:
    month = next(n for name, n in _MONTHS.items() if name.startswith(m["month"][:3]))
    day = int(m["day"] or m["after"] or 1)
    try:
        start = date(int(m["year"] or on.year), month, day)
        return start if start <= on or m["year"] else date(on.year - 1, month, day)
    except ValueError:
        return None


def _since_last(m: re.Match[str], on: date) -> date:
    start = _this(m["unit"], on)
    return start if m["which"] != "last" else _this(m["unit"], start - timedelta(days=1))
