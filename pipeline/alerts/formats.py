"""Days, times, lengths and numbers as the readers of a rule write them: in their language, on their clock.

The words around them stay English.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal
from babel.units import format_unit

HOUSE = "en"


def is_language(tag: str) -> bool:
    """Whether dates can be written in this language: "fr", "pt-BR", "zh_Hant"."""
    try:
        _locale(tag)
    except (ValueError, UnknownLocaleError, TypeError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Formats:
    """`language` as `is_language` takes it, `timezone` an IANA name. Plain "en" is the house's own: 12 Feb 2022."""

    language: str = HOUSE
    timezone: str = "UTC"

    def short_day(self, day: date) -> str:
        """ "12 Feb 2022", "12 févr. 2022"."""
        return f"{day.day} {day:%b %Y}" if self.language == HOUSE else self._by("yMMMd", day)

    def day(self, day: date) -> str:
        """ "12 February 2022"."""
        return (
            f"{day.day} {day:%B %Y}"
            if self.language == HOUSE
            else format_date(day, "long", locale=_locale(self.language))
        )

    def long_day(self, day: date) -> str:
        """ "Saturday, 12 February 2022"."""
        return (
            f"{day:%A}, {self.day(day)}"
            if self.language == HOUSE
            else format_date(day, "full", locale=_locale(self.language))
        )

    def short_month(self, day: date) -> str:
        """ "Feb 2022"."""
        return f"{day:%b %Y}" if self.language == HOUSE else self._by("yMMM", day)

    def month(self, day: date) -> str:
        """ "February 2022"."""
        return f"{day:%B %Y}" if self.language == HOUSE else self._by("yMMMM", day)

    def moment(self, when: datetime) -> str:
        """A time (aware) on the rule's clock, whose name it gives: "12 Feb 2022, 18:40 UTC"."""
        local = when.astimezone(ZoneInfo(self.timezone))
        return f"{self.short_day(local.date())}, {local:%H:%M} {zone_name(local)}"

    def duration(self, minutes: int) -> str:
        """ "1 h 40 min", "45 min", "5 h"."""
        hours, rest = divmod(minutes, 60)
        parts = [(hours, "hour", "h")] * bool(hours) + [(rest, "minute", "min")] * bool(rest or not hours)
        if self.language == HOUSE:
            return " ".join(f"{count} {short}" for count, _, short in parts)
        return " ".join(_unit(count, f"duration-{unit}", _locale(self.language)) for count, unit, _ in parts)

    def number(self, value: int) -> str:
        """ "1,250", "1 250", "1.250"."""
        return str(format_decimal(value, locale=_locale(self.language)))

    def _by(self, skeleton: str, day: date) -> str:
        # Only fields of the day are asked for; babel wants a datetime for some locales.
        at_noon = datetime(day.year, day.month, day.day, 12)  # noqa: DTZ001 - a day has no zone
        return str(format_skeleton(skeleton, at_noon, locale=_locale(self.language)))


ENGLISH = Formats()


def zone_name(local: datetime) -> str:
    """The name of its clock: "UTC", "CET"; "UTC+3" where the zone has no letters of its own."""
    name = local.tzname() or "UTC"
    if name[:1] not in "+-":
        return name
    offset = local.utcoffset()
    seconds = int(offset.total_seconds()) if offset is not None else 0
    hours, rest = divmod(abs(seconds) // 60, 60)
    return f"UTC{'-' if seconds < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}"


def _unit(count: int, unit: str, locale: Locale) -> str:
    said = format_unit(count, unit, "short", locale=locale)
    if count == 1:
        # Where a language has no short singular, babel takes the long plural: "1 horas".
        two = format_unit(2, unit, "short", locale=locale)
        said = two.replace("2", "1", 1) if len(said) > len(two) else said
    # Narrow and unbreakable spaces make no mail better, and some plain ones worse.
    return said.replace("\u202f", " ").replace("\u00a0", " ")


@lru_cache(maxsize=32)
def _locale(tag: str) -> Locale:
    return Locale.parse(tag.replace("-", "_"))
