"""All that a mail about one contact tells, gathered from the warehouse once for all its recipients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.alerts import novelty, timeline
from pipeline.alerts.mail import Mail, Source, render
from pipeline.alerts.phrases import headline_names
from pipeline.alerts.rules import last_day
from pipeline.domain import Contact
from pipeline.warehouse.alerting import reported_by, shared_contacts
from pipeline.warehouse.connect import Connection


@dataclass(frozen=True, slots=True)
class Story:
    """A contact with its sources, why it is news, and the timeline of its leaders (a PNG) with words for it."""

    contact: Contact
    sources: tuple[Source, ...]
    news: tuple[str, ...] = ()
    picture: bytes | None = None
    alt: str | None = None

    @classmethod
    def of(cls, connection: Connection, contact: Contact) -> Story:
        """Read what the warehouse knows of it now."""
        sources = tuple(
            Source(r.outlet, r.family, r.url, r.title, r.published, r.quotes)
            for r in reported_by(connection, contact.report_ids)
        )
        day = last_day(contact)
        if day is None:
            return cls(contact, sources)
        earlier = shared_contacts(connection, contact.contact_id, day, day - novelty.SPAN)
        return cls(
            contact,
            sources,
            tuple(novelty.told(contact, day, earlier)),
            timeline.draw(day, contact.mode, earlier),
            timeline.alt_text(headline_names(contact), day, earlier),
        )

    def mail(self, rule: str, recipient: str, labels: Mapping[str, str], changes: Sequence[str] = ()) -> Mail:
        """What `rule` sends to `recipient`; `labels` are readers' words for topic ids.

        With `changes` it is a follow-up that tells what has become otherwise.
        """
        return render(self.contact, self.sources, rule, recipient, labels, self.news, self.alt, changes)
