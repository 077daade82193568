"""How long an answer says that it stays good: Cache-Control, Age and Expires (RFC 9111), and Retry-After (RFC 9110)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

Headers = Iterable[tuple[str, str]]

_DIRECTIVE = re.compile(r'([\w-]+)(?:\s*=\s*("[^"]*"|[^\s,;]+))?')
# RFC 9111, section 1.2.2: a number too large to hold is taken for this one.
_MOST_SECONDS = 2**31


def fresh_for(headers: Headers) -> float | None:
    """Seconds for which the answer stays fresh in a private cache; 0 if it is stale already, None if it does not say.

    Expires is counted from the answer's own Date, not from our clock, which may be wrong or that of a replay.
    """
    found = _by_name(headers)
    directives = {name.lower(): value.strip('"') for name, value in _DIRECTIVE.findall(found.get("cache-control", ""))}
    if "no-store" in directives or "no-cache" in directives:
        return 0.0
    age = _seconds(found.get("age", "")) or 0.0
    if "max-age" in directives:
        # RFC 9111, section 4.2.1: what cannot be read is stale.
        return max(0.0, (_seconds(directives["max-age"]) or 0.0) - age)
    if "expires" in found:
        expires, date = _date(found["expires"]), _date(found.get("date", ""))
        # "Expires: 0" and the like mean: stale (section 5.3).
        if expires is None or date is None:
            return 0.0
        return max(0.0, (expires - date).total_seconds() - age)
    return None


def retry_after(headers: Headers, now: datetime) -> float | None:
    """Seconds that the server asks us to stay away: Retry-After as a number or as a date; None if it does not."""
    found = _by_name(headers)
    value = found.get("retry-after", "").strip()
    seconds = _seconds(value)
    if seconds is not None:
        return seconds
    until = _date(value)
    if until is None:
        return None
    return max(0.0, (until - (_date(found.get("date", "")) or now)).total_seconds())


def _by_name(headers: Headers) -> dict[str, str]:
    """By lower-case name; several fields of one name are one list (RFC 9110, section 5.2)."""
    found: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        # Dates hold commas themselves: of two only the first counts.
        if key == "cache-control" and key in found:
            found[key] += f", {value}"
        else:
            found.setdefault(key, value)
    return found


def _seconds(text: str) -> float | None:
    text = text.strip()
    if not text.isascii() or not text.isdigit():
        return None
    return float(min(int(text[:20]), _MOST_SECONDS))


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
