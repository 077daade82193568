"""What a careful reader finds in the newswire: the labels of stories, events and feeds, as typed data.

The labels stand in one place each: a story's in the head of stories/<outlet>/<slug>.md, an event's in events.yaml, a
feed's in outlets.yaml. `load_truth()` joins them and refuses labels that contradict each other.

How to hold a system to it
- `StoryTruth.fates`: what may become of the page, the expected first: "article", or the Reason it is refused with.
  Of a story and the one it is `same_as`, exactly one becomes an article and the other a `duplicate`. A `no_link` story
  never becomes an item; the feed's poll may note it as a problem.
- `StoryTruth.contacts`: every contact the text tells, so a contact found beyond these is a false one. `optional` ones
  are neither required nor punished. Modes compare by `mode_group`; an attribute that is None is not told there.
- `EventTruth`: the contact in the world, after all its tellings are joined. A telling with one participant only (a
  visit whose host the text does not name) may stay a contact of its own or join the event of its `event_id`.
- `Truth.emails()`: exactly one e-mail for each of these, however many stories tell it, and none for any other event;
  for an `optional` event an e-mail is neither required nor punished unless `email` is false, which forbids it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from pipeline.domain import Mode, Ordinal, Reason, Status
from pipeline.newswire.catalogue import NOW, Catalogue, StoryError, load_catalogue
from pipeline.newswire.model import Feed, Outlet, Story

ARTICLE = "article"
EMAIL_DAYS = 7

TOPICS = frozenset(
    {
        "deescalation_talks", "ceasefire_or_peace_negotiation", "military_escalation", "sanctions", "humanitarian",
        "citizens_evacuation", "arms_supply", "energy", "trade",
    }
)  # fmt: skip

MODE_GROUPS: Mapping[Mode, str] = {
    Mode.PHONE: "remote",
    Mode.VIDEO: "remote",
    Mode.IN_PERSON: "in person",
    Mode.VISIT: "in person",
    Mode.MULTILATERAL: "in person",
    Mode.LETTER: "letter",
    Mode.UNSPECIFIED: "?",
}

_LETTERS = {"ø": "o", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ß": "ss"}

_TELLING_KEYS = frozenset(
    {
        "event", "participants", "mode", "status", "date", "duration", "location", "ordinal", "historical",
        "attribution", "optional",
    }
)  # fmt: skip
_EVENT_KEYS = (_TELLING_KEYS - {"event", "attribution"}) | {"id", "email", "note", "invented"}


@dataclass(frozen=True, slots=True, order=True)
class Leader:
    """A participant: full name, and ISO 3166-1 alpha-3 country or EU, NATO and the like."""

    name: str
    country: str

    def matches(self, name: str, country: str) -> bool:
        """Whether another spelling means the same person: country and surname agree ("Zelensky", "Zelenskyy")."""
        mine, other = fold(self.name), fold(name)
        if not mine or not other or self.country != country:
            return False
        alike = mine[-1][:4] == other[-1][:4] and abs(len(mine[-1]) - len(other[-1])) <= 2
        return mine[-1] in other or other[-1] in mine or alike


def fold(text: str) -> list[str]:
    """The words of a name or text in plain lower-case letters: "Støre" and "Stoere" both become "store"."""
    text = "".join(_LETTERS.get(letter, letter) for letter in text.lower())
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return "".join(c if c.isalnum() else " " for c in plain).replace("oe", "o").split()


@dataclass(frozen=True, slots=True)
class Telling:
    """One contact as one story tells it. `date` is what the text lets a reader conclude from its day of publication."""

    event_id: str
    story_id: str
    participants: tuple[Leader, ...]
    mode: Mode
    status: Status
    date: date | None
    duration_minutes: int | None
    location: str | None
    ordinal: Ordinal | None
    historical: bool
    attribution: tuple[str, ...]
    optional: bool

    @property
    def mode_group(self) -> str:
        """ "remote", "in person", "letter", or "?" which agrees with all."""
        return MODE_GROUPS[self.mode]


@dataclass(frozen=True, slots=True)
class StoryTruth:
    """The labels of one page. `topics` are required, `topics_also` are not punished either."""

    story_id: str
    path: str
    outlet_id: str
    outlet: str
    family: str
    feeds: tuple[str, ...]
    fates: tuple[str, ...]
    same_as: str | None
    topics: frozenset[str]
    topics_also: frozenset[str]
    contacts: tuple[Telling, ...]
    note: str

    @property
    def fate(self) -> str:
        """The expected fate: "article" or the value of a Reason."""
        return self.fates[0]

    @property
    def is_article(self) -> bool:
        return self.fate == ARTICLE


@dataclass(frozen=True, slots=True)
class EventTruth:
    """One contact in the world at the replay clock. `tellings` are those of stories that end as articles."""

    event_id: str
    participants: tuple[Leader, ...]
    mode: Mode
    status: Status
    date: date | None
    duration_minutes: int | None
    location: str | None
    ordinal: Ordinal | None
    historical: bool
    optional: bool
    email: bool
    invented: bool
    note: str
    tellings: tuple[Telling, ...]
    outlets: frozenset[str]
    families: frozenset[str]

    @property
    def mode_group(self) -> str:
        """ "remote", "in person", "letter", or "?" which agrees with all."""
        return MODE_GROUPS[self.mode]

    @property
    def earns_email(self) -> bool:
        """The alert rule itself: happened, two leaders or more, not historical, at most EMAIL_DAYS before NOW."""
        recent = self.date is not None and NOW - timedelta(days=EMAIL_DAYS) <= NOW.replace(
            year=self.date.year, month=self.date.month, day=self.date.day
        )
        return self.status.happened and len(self.participants) >= 2 and not self.historical and recent


@dataclass(frozen=True, slots=True)
class FeedTruth:
    """How a poll of one feed ends: `reason` where it brings nothing, else `stories`, the ids that it lists."""

    feed_id: str
    path: str
    outlet_id: str
    reason: Reason | None
    problems: tuple[str, ...]
    stories: frozenset[str]


@dataclass(frozen=True, slots=True)
class Truth:
    """All labels, by id."""

    stories: Mapping[str, StoryTruth]
    events: Mapping[str, EventTruth]
    feeds: Mapping[str, FeedTruth]

    def emails(self) -> list[EventTruth]:
        """The events that send exactly one e-mail each, oldest first."""
        return sorted((e for e in self.events.values() if e.email), key=lambda e: (e.date or date.min, e.event_id))

    def articles(self) -> list[StoryTruth]:
        """The stories that should end as articles in the warehouse."""
        return [story for story in self.stories.values() if story.is_article]

    def by_path(self) -> dict[str, StoryTruth]:
        """Stories by the path (and query) of their page."""
        return {story.path: story for story in self.stories.values()}


@lru_cache(maxsize=1)
def load_truth() -> Truth:
    """The labels of the bundled catalogue. Raises StoryError where they contradict themselves."""
    return read_truth(load_catalogue())


def read_truth(catalogue: Catalogue) -> Truth:
    """The labels of any catalogue. Raises StoryError naming the file and what to mend."""
    raws = {str(raw["id"]): raw for raw in catalogue.events}
    if len(raws) != len(catalogue.events):
        raise StoryError("events.yaml: two events share an id")
    for event_id, raw in raws.items():
        if unknown := set(raw) - _EVENT_KEYS:
            raise StoryError(f"events.yaml, {event_id}: unknown keys {sorted(unknown)}")
    feeds = {feed.feed_id: _feed(catalogue, outlet, feed) for outlet in catalogue.outlets for feed in outlet.feeds}
    stories = {story.story_id: _story(story, raws, feeds.values()) for story in catalogue.stories}
    for truth in stories.values():
        if truth.same_as and truth.same_as not in stories:
            raise StoryError(f"stories/{truth.story_id}.md: same_as names '{truth.same_as}', which is no story")
    events = {event_id: _event(event_id, raw, stories.values()) for event_id, raw in raws.items()}
    return Truth(stories, events, feeds)


def _feed(catalogue: Catalogue, outlet: Outlet, feed: Feed) -> FeedTruth:
    listed = catalogue.in_feed(outlet, feed, NOW) if feed.answer == "feed" else []
    return FeedTruth(
        feed_id=feed.feed_id,
        path=feed.path,
        outlet_id=outlet.outlet_id,
        reason=Reason(feed.reason) if feed.reason else None,
        problems=feed.problems,
        stories=frozenset(story.story_id for story in listed),
    )


def _story(story: Story, raws: Mapping[str, dict[str, Any]], feeds: Iterable[FeedTruth]) -> StoryTruth:
    where = f"stories/{story.story_id}.md"
    head = story.truth
    fates = (head.get("fate", ARTICLE), *head.get("also", ()))
    topics, also = frozenset(head.get("topics", ())), frozenset(head.get("topics_also", ()))
    for fate in fates:
        if fate != ARTICLE and fate not in set(Reason):
            raise StoryError(f"{where}: '{fate}' is neither 'article' nor a Reason")
    if unknown := (topics | also) - TOPICS:
        raise StoryError(f"{where}: unknown topics {sorted(unknown)}")
    if fates[0] == ARTICLE and story.fault:
        raise StoryError(f"{where}: a page with the fault '{story.fault}' needs a fate other than 'article'")
    return StoryTruth(
        story_id=story.story_id,
        path=story.path,
        outlet_id=story.outlet.outlet_id,
        outlet=story.outlet.name,
        family=story.outlet.family,
        feeds=tuple(feed.feed_id for feed in feeds if story.story_id in feed.stories),
        fates=fates,
        same_as=head.get("same_as"),
        topics=topics,
        topics_also=also,
        contacts=tuple(_telling(where, story.story_id, raw, raws) for raw in head.get("contacts", ())),
        note=head.get("note", ""),
    )


def _telling(where: str, story_id: str, raw: dict[str, Any], raws: Mapping[str, dict[str, Any]]) -> Telling:
    """Who, how, what became of it and when are the event's unless the story says otherwise; the rest is as told."""
    if unknown := set(raw) - _TELLING_KEYS:
        raise StoryError(f"{where}: unknown keys {sorted(unknown)} in contacts")
    if raw.get("event") not in raws:
        raise StoryError(f"{where}: '{raw.get('event')}' is no event of events.yaml")
    shared = ("participants", "mode", "status", "date", "historical")
    said: dict[str, Any] = {key: raws[raw["event"]].get(key) for key in shared} | raw
    return Telling(
        event_id=raw["event"],
        story_id=story_id,
        participants=_leaders(where, said["participants"]),
        mode=Mode(said["mode"]),
        status=Status(said["status"]),
        date=said["date"],
        duration_minutes=raw.get("duration"),
        location=raw.get("location"),
        ordinal=_ordinal(raw),
        historical=bool(said["historical"]),
        attribution=tuple(raw.get("attribution", ())),
        optional=bool(raw.get("optional", raws[raw["event"]].get("optional", False))),
    )


def _event(event_id: str, raw: dict[str, Any], stories: Iterable[StoryTruth]) -> EventTruth:
    telling = [
        (story, contact)
        for story in stories
        if story.is_article
        for contact in story.contacts
        if contact.event_id == event_id
    ]
    return EventTruth(
        event_id=event_id,
        participants=_leaders(f"events.yaml, {event_id}", raw["participants"]),
        mode=Mode(raw["mode"]),
        status=Status(raw["status"]),
        date=raw["date"],
        duration_minutes=raw.get("duration"),
        location=raw.get("location"),
        ordinal=_ordinal(raw),
        historical=bool(raw.get("historical", False)),
        optional=bool(raw.get("optional", False)),
        email=raw["email"],
        invented=bool(raw.get("invented", False)),
        note=raw.get("note", ""),
        tellings=tuple(contact for _, contact in telling),
        outlets=frozenset(story.outlet for story, _ in telling),
        families=frozenset(story.family for story, _ in telling),
    )


def _leaders(where: str, names: Sequence[str]) -> tuple[Leader, ...]:
    leaders = []
    for text in names:
        name, bar, country = text.partition("|")
        if not bar:
            raise StoryError(f"{where}: '{text}' must be 'Name|country'")
        leaders.append(Leader(name, country))
    return tuple(sorted(leaders))


def _ordinal(raw: Mapping[str, Any]) -> Ordinal | None:
    return Ordinal(raw["ordinal"][0], raw["ordinal"][1]) if raw.get("ordinal") else None
