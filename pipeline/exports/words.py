"""A contact in a reader's words, and text that no XML parser chokes on."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from urllib.parse import urlsplit

from pipeline.domain import DatePrecision, Mode, Status
from pipeline.warehouse.extracts import ToldContact

MODES = {
    Mode.PHONE: "phone call",
    Mode.VIDEO: "video call",
    Mode.IN_PERSON: "talks in person",
    Mode.VISIT: "visit",
    Mode.MULTILATERAL: "summit or conference",
    Mode.LETTER: "letter",
    Mode.UNSPECIFIED: "talks",
}
# XML 1.0 has no place for these, and news has them in its titles all the same.
_UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What some readers take for the end of a line, and with it for the end of a field.
_BREAKS = re.compile("\r\n?|[\x85\u2028\u2029]")
# Overrides of direction let a title show other words than it has.
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def clean(text: str | None) -> str:
    """Text for XML, JSON and calendars: without control characters and overrides of direction, line feeds alone."""
    return _DIRECTIONS.sub("", _UNPRINTABLE.sub("", _BREAKS.sub("\n", text or ""))).strip()


def link(url: str | None) -> str | None:
    """An address that may be clicked, or None: only the web's, and nothing that runs."""
    url = clean(url)
    if any(character.isspace() for character in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def title(contact: ToldContact) -> str:
    """ "Emmanuel Macron (FRA) and Vladimir Putin (RUS): phone call"; what did not happen says so first."""
    people = [f"{person.name} ({person.country})" for person in contact.participants]
    who = " and ".join(filter(None, (", ".join(people[:-1]), people[-1]))) if people else "Unknown leaders"
    where = f" in {contact.location}" if contact.location and contact.mode is not Mode.PHONE else ""
    state = "" if contact.status is Status.OCCURRED and not contact.gone else f"{status(contact).capitalize()}: "
    return clean(f"{state}{who}: {MODES[contact.mode]}{where}")


def status(contact: ToldContact) -> str:
    """The status, or "withdrawn" for a contact that is none any more."""
    return "withdrawn" if contact.gone else str(contact.status)


def facts(contact: ToldContact) -> list[tuple[str, str]]:
    """What is known, as (label, words)."""
    told = [
        ("When", when(contact)),
        ("Status", status(contact)),
        ("How", MODES[contact.mode]),
        ("How long", "" if contact.duration_minutes is None else f"{contact.duration_minutes} minutes"),
        ("Where", clean(contact.location)),
        ("Sought by", clean(contact.initiator)),
        ("Topics", ", ".join(clean(topic).replace("_", " ") for topic in contact.topics)),
        ("According to", ", ".join(clean(name) for name in contact.attribution)),
        ("Told by", f"{contact.outlets} outlets, {contact.families} of them independent of each other"),
        ("Confidence", f"{contact.confidence:.0%}"),
    ]
    return [(label, words) for label, words in told if words]


def when(contact: ToldContact) -> str:
    """ "2022-02-12", "week of 2022-02-07", "2022-02", "not told"."""
    day = contact.occurred_on
    if day is None:
        return "not told"
    if contact.date_precision is DatePrecision.MONTH:
        return day.strftime("%Y-%m")
    return ("week of " if contact.date_precision is DatePrecision.WEEK else "") + day.isoformat()


def span(contact: ToldContact) -> timedelta:
    """How many days `occurred_on` stands for."""
    day = contact.occurred_on
    if day is not None and contact.date_precision is DatePrecision.MONTH:
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - day.replace(day=1)
    return timedelta(days=7 if contact.date_precision is DatePrecision.WEEK else 1)


def as_html(contact: ToldContact) -> str:
    """Facts, sentences and sources, everything of others escaped."""
    lines = "".join(f"<li><b>{label}:</b> {html.escape(words)}</li>" for label, words in facts(contact))
    told = []
    for source in contact.sources:
        name = html.escape(f"{clean(source.title)} ({clean(source.outlet)})")
        url = link(source.url)
        if url is not None:
            name = f'<a href="{html.escape(url)}">{name}</a>'
        quote = f"<blockquote>{html.escape(clean(source.evidence))}</blockquote>" if source.evidence else ""
        told.append(f"<p>{name}</p>{quote}")
    return f"<ul>{lines}</ul>{''.join(told)}"


def as_text(contact: ToldContact) -> str:
    """The same without markup."""
    lines = [f"{label}: {words}" for label, words in facts(contact)]
    for source in contact.sources:
        lines += ["", f"{clean(source.title)} ({clean(source.outlet)})", link(source.url) or ""]
        lines += [f'"{clean(source.evidence)}"'] if source.evidence else []
    return "\n".join(lines).strip()


def main_link(contact: ToldContact) -> str | None:
    """The first source that can be opened."""
    return next((url for url in (link(source.url) for source in contact.sources) if url), None)
