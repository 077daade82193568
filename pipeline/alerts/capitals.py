"""What the clocks show in the capitals of those who took part."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.domain import Participant

MOST = 4


@dataclass(frozen=True, slots=True)
class Capital:
    """A seat of government, and its time zone (IANA)."""

    name: str
    timezone: str


Capitals = Mapping[str, Capital]


def load_capitals(leaders_dir: Path) -> dict[str, Capital]:
    """Capitals by country code from countries.csv of the registry; where that cannot be read, none.

    A mail without them is better than none at all, and the registry's own reader tells what is wrong.
    """
    found = {}
    try:
        with (leaders_dir / "countries.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                zone = (row.get("timezone") or "").strip()
                name = (row.get("capitals") or "").split("|")[0].strip() or zone.rpartition("/")[2].replace("_", " ")
                if row.get("iso3") and zone and _known(zone):
                    found[row["iso3"]] = Capital(name, zone)
    except (OSError, UnicodeDecodeError, csv.Error):
        return {}
    return found


def clocks(when: datetime, participants: Sequence[Participant], capitals: Capitals) -> str:
    """ "19:40 in Paris, 21:40 in Moscow", with the weekday where it is another than in UTC; "" if no capital is known.

    Leaders who share a clock share an entry; four entries at most.
    """
    names: dict[tuple[str, bool, str], list[str]] = {}
    for person in participants:
        capital = capitals.get(person.country)
        if capital is None:
            continue
        local = when.astimezone(ZoneInfo(capital.timezone))
        other = local.date() != when.astimezone(ZoneInfo("UTC")).date()
        cities = names.setdefault((f"{local:%H:%M}", other, f"{local:%A}"), [])
        if capital.name not in cities:
            cities.append(capital.name)
    said = [
        f"{clock}{f' on {weekday}' if other else ''} in {' and '.join(cities)}"
        for (clock, other, weekday), cities in list(names.items())[:MOST]
    ]
    return ", ".join(said)


def _known(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True
