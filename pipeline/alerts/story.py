"""All that a mail about one contact tells, gathered from the warehouse once for all its recipients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.alerts import novelty, timeline
from pipeline.alerts.formats import ENGLISH, Formats
from pipeline.alerts.mail import Dress, Mail, Source, render
from pipeline.alerts.phrases import headline_names
from pipeline.alerts.rules import last_day
from pipeline.domain import Contact
from pipeline.warehouse.alerting import SharedContact, reported_by, shared_contacts
from pipeline.warehouse.connect import Connection


@dataclass(frozen=True, slots=True)
class Story:
    """A contact with its sources, the earlier contacts of its leaders, and a timeline of them (a PNG).

    `day` is the last on which the contact can have been; None where nothing tells.
    """

    contact: Contact
    sources: tuple[Source, ...]
    day: date | None = None
    earlier: tuple[SharedContact, ...] = ()
    picture: bytes | None = None

    @classmethod
    def of(cls, connection: Connection, contact: Contact, *, drawn: bool = True) -> Story:
        """Read what the warehouse knows of it now; the picture only if it is to be `drawn`."""
        sources = tuple(
            Source(r.outlet, r.family, r.url, r.title, r.published, r.quotes)
            for r in reported_by(connection, contact.report_ids)
        )
        day = last_day(contact)
        if day is None:
            return cls(contact, sources)
        earlier = tuple(shared_contacts(connection, contact.contact_id, day, day - novelty.SPAN))
        return cls(contact, sources, day, earlier, timeline.draw(day, contact.mode, earlier) if drawn else None)

    def news(self, formats: Formats = ENGLISH) -> tuple[str, ...]:
        """Why it is news, in lines."""
        return tuple(novelty.told(self.contact, self.day, self.earlier, formats)) if self.day else ()

    def alt(self, formats: Formats = ENGLISH) -> str | None:
        """The picture in words; None without a picture."""
        if self.day is None or self.picture is None:
            return None
        return timeline.alt_text(headline_names(self.contact), self.day, self.earlier, formats)

    def mail(self, rule: str, recipient: str, dress: Dress, changes: Sequence[str] = ()) -> Mail:
        """What `rule` sends to `recipient`. With `changes` it is a follow-up that tells what has become otherwise."""
        formats = dress.formats
        return render(
            self.contact,
            self.sources,
            rule,
            recipient,
            news=self.news(formats),
            picture_alt=self.alt(formats),
            changes=changes,
            dress=dress,
        )
