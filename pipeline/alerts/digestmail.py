"""A digest as an e-mail: new contacts by their day, the latest first, then what has become otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from pipeline.alerts import phrases
from pipeline.alerts.mail import (
    Dress,
    Mail,
    Source,
    choose,
    confidence_line,
    print_mail,
    quotes_of,
    source_view,
    sources_line,
    subject,
)
from pipeline.alerts.plain import plain
from pipeline.alerts.rules import last_day
from pipeline.alerts.story import Story
from pipeline.domain import Contact

# Told in full; the others of a digest in one line each. Mail programs cut long mails off.
MOST_IN_FULL = 40
MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A contact of a digest, with why it is news, one of its sources, and, if told before, what has changed."""

    contact: Contact
    news: tuple[str, ...]
    source: Source | None
    changes: tuple[str, ...] = ()

    @property
    def contact_id(self) -> str:
        return self.contact.contact_id

    @classmethod
    def of(cls, story: Story, dress: Dress, changes: Sequence[str] = ()) -> Entry:
        sources = choose(story.sources)
        # The earliest is often the announcement; a headline alone says less than a sentence.
        source = next((s for s in sources if quotes_of(s)), sources[0] if sources else None)
        return cls(story.contact, story.news(dress.formats), source, tuple(changes))


def render_digest(
    rule: str,
    recipient: str,
    period: date,
    new: Sequence[Entry],
    changed: Sequence[Entry],
    dress: Dress,
    every: str = "daily",
) -> Mail:
    """The digest of `rule` for `recipient` whose period ends on that day; `every` is daily, weekly, or else. Pure."""
    ordered = sorted(new, key=_newest_first)
    in_full = {entry.contact_id for entry in ordered[:MOST_IN_FULL]}
    view: dict[str, object] = {
        "headline": _headline(new, changed),
        "summary": [subject(entry.contact, dress.formats, dated=False) for entry in (ordered or changed)[:MOST_NAMED]],
        "every": every if every in ("daily", "weekly") else "last",
        "period": dress.formats.long_day(period),
        "days": [
            (day, [_entry(e, dress, full=e.contact_id in in_full) for e in entries])
            for day, entries in groupby(ordered, key=lambda e: _day(e.contact, dress))
        ],
        "changed": [_entry(e, dress, full=len(in_full) + n < MOST_IN_FULL) for n, e in enumerate(changed)],
        "page": f"{dress.page.rstrip('/')}/" if dress.page else None,
        "rule": rule,
        "recipient": recipient,
    }
    names = list(dict.fromkeys(phrases.headline_names(entry.contact) for entry in ordered or changed))
    told = f" ({', '.join(names[:MOST_NAMED])}{', ...' if len(names) > MOST_NAMED else ''})" if names else ""
    line = f"Hotline {view['every']} digest, {dress.formats.short_day(period)}: {view['headline']}{told}"
    return print_mail("digest", line, view)


def _headline(new: Sequence[Entry], changed: Sequence[Entry]) -> str:
    """ "3 new contacts, 1 update"."""
    parts = [f"{len(new) or 'no'} new contact{'s' if len(new) != 1 else ''}"]
    if changed:
        parts.append(f"{len(changed)} update{'s' if len(changed) != 1 else ''}")
    return ", ".join(parts)


def _newest_first(entry: Entry) -> tuple[int, str, str, str]:
    contact = entry.contact
    day = last_day(contact) if contact.occurred_on else None
    return -(day or date.min).toordinal(), str(contact.occurred_on), str(contact.date_precision), contact.contact_id


def _day(contact: Contact, dress: Dress) -> str:
    """The heading that a contact stands under."""
    return phrases.when_long(contact, dress.formats) if contact.occurred_on else "Day not given"


def _entry(entry: Entry, dress: Dress, *, full: bool) -> dict[str, object]:
    contact, formats = entry.contact, dress.formats
    facts = []
    if full:
        # Of what was told before, the change is the news.
        facts = (
            [("Why news", "; ".join(plain(line, 200) for line in entry.news))]
            if entry.news and not entry.changes
            else []
        )
        if contact.topics:
            facts.append(("About", ", ".join(phrases.topic(t, dress.labels) for t in contact.topics[:4])))
        if contact.attribution:
            facts.append(("Says who", ", ".join(plain(a, 60) for a in contact.attribution[:3])))
        facts.append(("Sources", f"{sources_line(contact, formats)}; {confidence_line(contact)}"))
    return {
        "headline": subject(contact, formats, dated=bool(entry.changes)),
        "page": dress.contact_page(contact.contact_id),
        "contact_id": plain(contact.contact_id, 40),
        "changes": [plain(change, 200) for change in entry.changes],
        "facts": facts,
        "source": source_view(entry.source, formats) if full and entry.source else None,
    }
