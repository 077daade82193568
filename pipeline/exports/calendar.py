"""Contacts as a calendar (RFC 5545): one event of a whole day, week or month for each contact that has a date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from icalendar import Calendar, Event, vDuration

from pipeline.domain import Status
from pipeline.exports import words
from pipeline.exports.feeds import NAME
from pipeline.warehouse.extracts import ToldContact

STATUS = {
    Status.OCCURRED: "CONFIRMED",
    Status.ONGOING: "CONFIRMED",
    Status.PLANNED: "TENTATIVE",
    Status.PROPOSED: "TENTATIVE",
    Status.CANCELLED: "CANCELLED",
    Status.DENIED: "CANCELLED",
}


def ics(contacts: Sequence[ToldContact]) -> bytes:
    """A calendar to subscribe to. Contacts without a date have no place in it; those withdrawn are cancelled events.

    Days, not hours: reports seldom tell the hour, and never in whose time zone.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Hotline//Contacts between leaders//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", NAME)
    calendar.add("x-wr-calname", NAME)
    calendar.add("refresh-interval", vDuration(timedelta(hours=1)), parameters={"VALUE": "DURATION"})
    for contact in contacts:
        if contact.occurred_on is not None:
            calendar.add_component(_event(contact))
    return bytes(calendar.to_ical())


def _event(contact: ToldContact) -> Event:
    assert contact.occurred_on is not None
    event = Event()
    # The same over rebuilds; SEQUENCE tells a client that what it holds is old.
    event.add("uid", f"{contact.contact_id}@hotline")
    event.add("sequence", contact.changes)
    event.add("dtstamp", contact.updated_at)
    event.add("created", contact.created_at)
    event.add("last-modified", contact.updated_at)
    event.add("dtstart", contact.occurred_on)
    event.add("dtend", contact.occurred_on + words.span(contact))
    event.add("summary", words.title(contact))
    event.add("description", words.as_text(contact))
    event.add("status", "CANCELLED" if contact.gone else STATUS[contact.status])
    # It is not the reader's own time that is taken.
    event.add("transp", "TRANSPARENT")
    if contact.location:
        event.add("location", words.clean(contact.location))
    if contact.topics:
        event.add("categories", [words.clean(topic) for topic in contact.topics])
    if url := words.main_link(contact):
        event.add("url", url)
    return event
