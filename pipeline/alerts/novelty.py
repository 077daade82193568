"""Why a contact is news: when its leaders were last in contact, and how often of late."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from pipeline.alerts import phrases
from pipeline.alerts.formats import ENGLISH, Formats
from pipeline.alerts.plain import plain
from pipeline.domain import Contact
from pipeline.warehouse.alerting import SharedContact

# What "of late" means, and how far back the timeline goes.
LATELY = timedelta(days=30)
SPAN = timedelta(days=180)


def told(contact: Contact, day: date, earlier: Sequence[SharedContact], formats: Formats = ENGLISH) -> list[str]:
    """Lines on the contact's place among those of the same leaders: ours first, then what the reports count.

    `day` is the contact's, `earlier` the known contacts of the same leaders up to it, SPAN back, in any order.
    """
    pair = "the two" if len(contact.participants) == 2 else "these leaders"
    lately = sum(day - e.day <= LATELY for e in earlier) + 1
    if not earlier:
        lines = [f"the first contact of {pair} that Hotline knows of in {SPAN.days} days"]
    else:
        last = max(earlier, key=lambda e: e.day)
        how = phrases.MODES[last.mode]
        where = f" in {plain(last.location, 40)}" if last.location else ""
        lines = [f"the first contact of {pair} since {formats.short_day(last.day)} ({how}{where})"]
        if last.day == day:
            lines = [f"the second contact of {pair} on that day at least ({how}{where} before)"]
        lines.append(f"{phrases.nth(lately)} in {LATELY.days} days by Hotline's count")
    if contact.ordinal:
        lines.append(f"{phrases.ordinal(contact.ordinal)}, by the reports' own count")
    return lines
