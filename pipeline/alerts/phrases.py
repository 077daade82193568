"""A contact's facts as people say them: names, days, durations, modes, confidence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from pipeline.alerts.formats import ENGLISH, Formats
from pipeline.alerts.plain import plain
from pipeline.domain import Contact, DatePrecision, Mode, Ordinal, Participant

MODES = {
    Mode.PHONE: "phone call",
    Mode.VIDEO: "video call",
    Mode.IN_PERSON: "talks in person",
    Mode.VISIT: "visit",
    Mode.MULTILATERAL: "summit or conference",
    Mode.LETTER: "letter",
    Mode.UNSPECIFIED: "talks (medium not stated)",
}

# Where the family name stands first in English print too.
_FAMILY_FIRST = frozenset({"CHN", "KOR", "PRK", "TWN", "HKG"})
_PARTICLES = frozenset(
    {"von", "van", "der", "den", "de", "da", "di", "do", "dos", "del", "du", "bin", "al", "el", "la"}
)
_NUMERAL = re.compile(r"[IVX]+")


def surname(person: Participant) -> str:
    """The short name that a headline uses: "Macron", "von der Leyen", "Xi", "Charles III"."""
    words = plain(person.name).split()
    if len(words) < 2:
        return " ".join(words) or person.country
    if person.country in _FAMILY_FIRST:
        return words[0]
    if _NUMERAL.fullmatch(words[-1]):
        return " ".join(words[-2:])
    start = len(words) - 1
    while start > 1 and words[start - 1].casefold() in _PARTICLES:
        start -= 1
    return " ".join(words[start:])


def headline_names(contact: Contact) -> str:
    """ "Macron-Putin"; of many, the first three and a count."""
    names = [surname(p) for p in contact.participants]
    if len(names) <= 2:
        return "-".join(names)
    if len(names) <= 4:
        return ", ".join(names)
    return f"{', '.join(names[:3])} and {len(names) - 3} more"


def short_day(day: date) -> str:
    """ "12 Feb 2022"."""
    return ENGLISH.short_day(day)


def when_short(contact: Contact, formats: Formats = ENGLISH) -> str:
    """The day for a subject line: "12 Feb 2022", "week of 7 Feb 2022", "Feb 2022", "reported 12 Feb 2022"."""
    day = contact.occurred_on
    if day is None:
        told = contact.first_reported_at
        return f"reported {formats.short_day(told.date())}" if told else "undated"
    match contact.date_precision:
        case DatePrecision.WEEK:
            return f"week of {formats.short_day(day)}"
        case DatePrecision.MONTH:
            return formats.short_month(day)
        case _:
            return formats.short_day(day)


def when_long(contact: Contact, formats: Formats = ENGLISH) -> str:
    """The day for the body, with the weekday: "Saturday, 12 February 2022"."""
    day = contact.occurred_on
    if day is None:
        told = contact.first_reported_at
        return f"no day given; first reported {formats.moment(told)}" if told else "no day given"
    match contact.date_precision:
        case DatePrecision.WEEK:
            return f"in the week of {formats.day(day)}"
        case DatePrecision.MONTH:
            return f"in {formats.month(day)}"
        case _:
            return formats.long_day(day)


def moment(when: datetime) -> str:
    """A time in UTC, said so."""
    return ENGLISH.moment(when)


def duration(minutes: int) -> str:
    """ "1 h 40 min", "45 min", "5 h"."""
    return ENGLISH.duration(minutes)


def nth(count: int) -> str:
    """ "1st", "2nd", "11th"."""
    tail = "th" if count % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{tail}"


def ordinal(claim: Ordinal) -> str:
    """ "4th in recent weeks"."""
    return nth(claim.count) + (f" in {plain(claim.window, 60)}" if claim.window else "")


def confidence(value: float) -> str:
    """What a probability means for the reader."""
    for least, words in (
        (0.95, "very likely right"),
        (0.85, "likely right"),
        (0.7, "probably right"),
        (0.5, "uncertain: read the sources"),
    ):
        if value >= least:
            return words
    return "doubtful: read the sources"


def voice(attribution: str) -> str:
    """A source's short name for the subject: "Elysee Palace" -> "Elysee"."""
    return plain(attribution, 40).removesuffix(" Palace").removeprefix("the ").strip()


def topic(topic_id: str, labels: Mapping[str, str]) -> str:
    """The label of a topic inside a sentence ("de-escalation talks"); without one, its id as words."""
    label = plain(labels.get(topic_id) or topic_id.replace("_", " "), 60)
    return label[:1].lower() + label[1:]
