"""Dates as pages write them, made into aware UTC times, or into plain days where no time is told."""

from __future__ import annotations

import calendar
import re
import warnings
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil import parser as dateutil_parser

Published = datetime | date

EARLIEST = date(1990, 1, 1)
_LATEST = date(2100, 1, 1)
_EPOCH = re.compile(r"^\d{10}(\d{3})?$")
_DAY_ONLY = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
# Two numbers up to 12 before a year: which is the month, nobody knows. With dots it is the day first.
_SLASHED = re.compile(r"^(\d{1,2})([/.-])(\d{1,2})\2(\d{4})\b(.*)$", re.DOTALL)
_ZONES = {
    name: timezone(timedelta(hours=hours))
    for name, hours in {
        "EST": -5, "EDT": -4, "ET": -5, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
        "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "SGT": 8, "HKT": 8, "JST": 9, "KST": 9,
        "AEST": 10, "AEDT": 11,
    }.items()
}  # fmt: skip
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_URL_DAY = re.compile(
    r"/((?:19|20)\d\d)(?:[/-](\d{1,2}|[a-z]{3})[/-](\d{1,2}(?=[/_.]|$)|\d\d(?=-))|(\d\d)(\d\d)(?=[/_.-]|$))",
    re.IGNORECASE,
)


def parse_date(text: str, zone: str = "UTC", as_told: bool = False) -> Published | None:
    """The time or day that `text` tells, None where it tells none for sure. A time without offset is in `zone`.

    Times come in UTC; `as_told` leaves them in the offset that the text names, so that their day is the outlet's.
    """
    text = " ".join(text.split())[:100]
    if not text:
        return None
    try:
        return _sane(_read(text), zone, as_told)
    except (ValueError, OverflowError, TypeError, AttributeError, OSError, ZoneInfoNotFoundError):
        return None


def _read(text: str) -> Published | None:
    if _EPOCH.match(text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    if _DAY_ONLY.match(text):
        return date.fromisoformat(text)
    if compact := _COMPACT.match(text):
        return date(int(compact[1]), int(compact[2]), int(compact[3]))
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    if text[:4].rstrip(",").isalpha() and text[3:4] == ",":
        try:
            return parsedate_to_datetime(text)
        except ValueError:
            pass
    day_first = False
    if slashed := _SLASHED.match(text):
        first, mark, second = int(slashed[1]), slashed[2], int(slashed[3])
        if mark != "." and first <= 12 and second <= 12 and first != second:
            return None
        day_first = mark == "." or first > 12
    return _by_dateutil(text, day_first)


def _by_dateutil(text: str, day_first: bool) -> Published | None:
    """Parsed twice with different fillers: what differs was not told."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        one, two = (
            dateutil_parser.parse(text, default=filler, dayfirst=day_first, tzinfos=_ZONES)
            for filler in (datetime(1904, 1, 1, 0, 0), datetime(1908, 2, 2, 1, 1))  # noqa: DTZ001 - fillers
        )
    if one.date() != two.date():
        return None
    return one if (one.hour, one.minute) == (two.hour, two.minute) else one.date()


def _sane(found: Published | None, zone: str, as_told: bool) -> Published | None:
    if isinstance(found, datetime):
        if found.tzinfo is None:
            found = found.replace(tzinfo=ZoneInfo(zone))
        if not as_told:
            found = found.astimezone(UTC)
    day = found.date() if isinstance(found, datetime) else found
    return found if day is not None and EARLIEST <= day < _LATEST else None


def url_day(url: str | None) -> date | None:
    """The day that stands in an address: /2022/02/12/, /2022-02-12-, /2022/feb/12/ or /20220212/."""
    for year, month, day, month2, day2 in _URL_DAY.findall(url or ""):
        try:
            number = _MONTHS[month.lower()] if month.isalpha() else int(month or month2)
            found = date(int(year), number, int(day or day2))
        except (ValueError, KeyError):
            continue
        if EARLIEST <= found < _LATEST:
            return found
    return None
