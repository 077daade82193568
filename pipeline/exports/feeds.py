"""Contacts as RSS 2.0, Atom and JSON Feed 1.1. The same contacts make the same bytes: no clock is read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from feedgen.feed import FeedGenerator

from pipeline.exports import words
from pipeline.warehouse.extracts import ToldContact

NAME = "Hotline: contacts between leaders"
ABOUT = "Calls, meetings and visits of heads of state and government, as many sources tell them."
# The tag URI of RFC 4151 that the feed as a whole is known by.
FEED_ID = "tag:hotline,2022:contacts"
HOME = "https://example.org/hotline"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def rss(contacts: Sequence[ToldContact], home: str | None = None) -> bytes:
    """RSS 2.0; `home` is the page that the feed belongs to."""
    return bytes(_generator(contacts, home).rss_str(pretty=True))


def atom(contacts: Sequence[ToldContact], home: str | None = None) -> bytes:
    """Atom 1.0."""
    return bytes(_generator(contacts, home).atom_str(pretty=True))


def json_feed(contacts: Sequence[ToldContact], home: str | None = None) -> bytes:
    """JSON Feed 1.1; the facts as data are under `_hotline`."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": NAME,
        "description": ABOUT,
        "home_page_url": words.link(home) or HOME,
        "language": "en",
        "items": [_item(contact) for contact in contacts],
    }
    return (json.dumps(feed, ensure_ascii=False, indent=1) + "\n").encode()


def _generator(contacts: Sequence[ToldContact], home: str | None) -> FeedGenerator:
    feed = FeedGenerator()
    latest = max((contact.updated_at for contact in contacts), default=NEVER)
    feed.id(FEED_ID)
    feed.title(NAME)
    feed.description(ABOUT)
    feed.link(href=words.link(home) or HOME, rel="alternate")
    feed.language("en")
    feed.generator("Hotline")
    feed.author(name="Hotline")
    # Left alone these would be the time of writing.
    feed.updated(latest)
    feed.lastBuildDate(latest)
    for contact in contacts:
        entry = feed.add_entry(order="append")
        identity = f"urn:uuid:{contact.contact_id}"
        entry.id(identity)
        entry.guid(identity, permalink=False)
        entry.title(words.title(contact))
        entry.published(contact.first_reported_at or contact.created_at)
        entry.updated(contact.updated_at)
        entry.content(words.as_html(contact), type="html")
        entry.link(href=words.main_link(contact) or HOME, rel="alternate")
        for topic in contact.topics:
            entry.category(term=words.clean(topic))
    return feed


def _item(contact: ToldContact) -> dict[str, Any]:
    published = contact.first_reported_at or contact.created_at
    item: dict[str, Any] = {
        "id": f"urn:uuid:{contact.contact_id}",
        "title": words.title(contact),
        "content_html": words.as_html(contact),
        "content_text": words.as_text(contact),
        "date_published": published.isoformat(timespec="seconds"),
        "date_modified": contact.updated_at.isoformat(timespec="seconds"),
        "tags": [words.clean(topic) for topic in contact.topics],
        "_hotline": {
            "participants": [
                {"name": p.name, "country": p.country, "wikidata_id": p.wikidata_id, "office": p.office}
                for p in contact.participants
            ],
            "mode": str(contact.mode),
            "status": words.status(contact),
            "occurred_on": None if contact.occurred_on is None else contact.occurred_on.isoformat(),
            "date_precision": None if contact.date_precision is None else str(contact.date_precision),
            "duration_minutes": contact.duration_minutes,
            "location": contact.location,
            "confidence": contact.confidence,
            "outlets": contact.outlets,
            "families": contact.families,
        },
    }
    if url := words.main_link(contact):
        item["url"] = url
    return item
