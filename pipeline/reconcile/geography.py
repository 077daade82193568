"""In which country a place lies, and how far apart two countries' clocks are: from the table of countries."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_TABLE = Path(__file__).resolve().parents[2] / "config" / "leaders" / "countries.csv"
_PLACES = ("name", "other_names", "capitals", "seats")


@cache
def countries_of(place: str | None) -> frozenset[str]:
    """The countries (ISO 3166-1 alpha-3, or EU and the like) that a place may lie in; empty where we do not know.

    Names of countries, their capitals and their leaders' seats are known; "Brussels" is in Belgium, and seat of the EU.
    """
    if not place:
        return frozenset()
    found: set[str] = set()
    for part in place.split(","):
        found |= _places().get(_bare(part), frozenset())
    return frozenset(found)


def hours_apart(countries: Iterable[str], day: date) -> float:
    """The greatest difference between the clocks of these countries' capitals on a day, in hours."""
    moment = datetime.combine(day, time(12))
    offsets = [zone.utcoffset(moment) for code in countries if (zone := _zone(_zones().get(code, ""))) is not None]
    known = [offset.total_seconds() / 3600 for offset in offsets if offset is not None]
    return max(known) - min(known) if known else 0.0


@cache
def _rows() -> tuple[dict[str, str], ...]:
    # Without the table all places are unknown, and only those of one name agree.
    if not _TABLE.is_file():
        return ()
    with _TABLE.open(encoding="utf-8", newline="") as source:
        return tuple(csv.DictReader(source))


@cache
def _places() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in _rows():
        for column in _PLACES:
            for name in (row.get(column) or "").split("|"):
                if bare := _bare(name):
                    found.setdefault(bare, set()).add(row["iso3"])
    return {name: frozenset(codes) for name, codes in found.items()}


@cache
def _zones() -> Mapping[str, str]:
    return {row["iso3"]: row.get("timezone") or "" for row in _rows()}


@cache
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def _bare(name: str) -> str:
    return name.strip().casefold().removeprefix("the ").removesuffix("'s").removesuffix("’s").strip()
