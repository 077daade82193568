"""Reads outlets.yaml and stories/: text files with a YAML head, so that a new story needs no code."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from pipeline.newswire.model import Block, Edit, Fault, Feed, Outlet, Story

HERE = Path(__file__).resolve().parent

# The replay clock: a moment after the last story.
NOW = datetime(2022, 2, 16, 6, 0, tzinfo=UTC)

TRUTH_KEYS = ("fate", "also", "topics", "topics_also", "contacts", "same_as", "note")
HEAD_KEYS = frozenset(
    {
        *TRUTH_KEYS,
        "title", "summary", "published", "section", "byline", "language", "fault", "edits", "feed_titles", "feeds",
        "moved_from", "amp_of", "page_date", "feed_date", "linked", "copy_of", "paragraphs", "dateline",
    }
)  # fmt: skip


class StoryError(ValueError):
    """A story or outlet file that cannot be read; the message names the file and what to mend."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything the newswire can print, in order of publication."""

    outlets: tuple[Outlet, ...]
    stories: tuple[Story, ...]
    events: tuple[dict[str, Any], ...]

    def by_path(self) -> dict[str, Story]:
        return {story.path: story for story in self.stories}

    def of(self, outlet: Outlet, until: datetime | None = None) -> list[Story]:
        """The stories of one outlet published up to `until`, newest first."""
        found = [s for s in self.stories if s.outlet is outlet and (until is None or s.published <= until)]
        return sorted(found, key=lambda s: (s.published, s.story_id), reverse=True)

    def in_feed(self, outlet: Outlet, feed: Feed, until: datetime | None = None) -> list[Story]:
        """What one feed lists: its sections, or what names it outright; an empty `sections` takes them all."""
        return [
            s
            for s in self.of(outlet, until)
            if (feed.feed_id in s.feeds if s.feeds else not feed.sections or s.section in feed.sections)
        ]


@lru_cache(maxsize=1)
def load_catalogue() -> Catalogue:
    """The bundled catalogue, read once."""
    return read_catalogue(HERE)


def read_catalogue(root: Path) -> Catalogue:
    """The catalogue under `root`: outlets.yaml, events.yaml and stories/<outlet>/<slug>.md."""
    outlets = tuple(_outlet(raw) for raw in _yaml(root / "outlets.yaml")["outlets"])
    by_id = {outlet.outlet_id: outlet for outlet in outlets}
    stories: dict[str, Story] = {}
    raws = {f"{path.parent.name}/{path.stem}": _split(path) for path in sorted((root / "stories").glob("*/*.md"))}
    for story_id, (head, body) in raws.items():
        outlet_id, slug = story_id.split("/")
        if outlet_id not in by_id:
            raise StoryError(f"stories/{story_id}.md: no outlet '{outlet_id}' in outlets.yaml")
        unknown = set(head) - HEAD_KEYS
        if unknown:
            raise StoryError(f"stories/{story_id}.md: unknown keys {sorted(unknown)}")
        if "copy_of" in head:
            body = _copied(raws, story_id, head)
        stories[story_id] = _story(story_id, by_id[outlet_id], slug, head, body)
    events = tuple(_yaml(root / "events.yaml")["events"])
    return Catalogue(outlets, tuple(sorted(stories.values(), key=lambda s: (s.published, s.story_id))), events)


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _split(path: Path) -> tuple[dict[str, Any], str]:
    _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(head), body.strip()


def _copied(raws: dict[str, tuple[dict[str, Any], str]], story_id: str, head: dict[str, Any]) -> str:
    """A wire copy's body: the first `paragraphs` of the agency's text, then the copying desk's own additions."""
    source = head["copy_of"]
    if source not in raws:
        raise StoryError(f"stories/{story_id}.md: copy_of names '{source}', which is no story")
    kept = raws[source][1].split("\n\n")[: head.get("paragraphs")]
    own = raws[story_id][1]
    return "\n\n".join([*kept, own] if own else kept)


def _outlet(raw: dict[str, Any]) -> Outlet:
    fields = _tuples(raw)
    fields["feeds"] = tuple(Feed(**_tuples(feed)) for feed in raw["feeds"])
    return Outlet(**fields)


def _tuples(raw: dict[str, Any]) -> dict[str, Any]:
    """YAML's lists as the tuples that frozen dataclasses hold."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}


def _story(story_id: str, outlet: Outlet, slug: str, head: dict[str, Any], body: str) -> Story:
    published = _aware(head["published"], story_id)
    number = 10_000 + zlib.crc32(story_id.encode()) % 90_000
    section = head.get("section", outlet.sections[0])
    local = published.astimezone(outlet.zone)
    blocks = blocks_of(body)
    path = outlet.path.format(slug=slug, number=number, section=section, day=local)
    amp_of = head.get("amp_of")
    if amp_of:
        path = path.replace(f"/{outlet.outlet_id}/", f"/{outlet.outlet_id}/amp/", 1)
    return Story(
        story_id=story_id,
        outlet=outlet,
        slug=slug,
        number=number,
        path=path,
        title=head["title"],
        summary=head.get("summary") or (blocks[0].text if blocks else ""),
        published=published,
        section=section,
        blocks=blocks,
        byline=head.get("byline"),
        language=head.get("language", outlet.language),
        fault=Fault(head["fault"]) if "fault" in head else None,
        edits=tuple(Edit(_aware(edit["at"], story_id), edit["title"]) for edit in head.get("edits", ())),
        feed_titles=head.get("feed_titles", {}),
        feeds=tuple(head.get("feeds", ())),
        moved_from=head.get("moved_from"),
        amp_of=amp_of,
        page_date=head.get("page_date", True),
        feed_date=head.get("feed_date", True),
        linked=head.get("linked", True),
        truth={key: head[key] for key in TRUTH_KEYS if key in head},
    )


def _aware(value: datetime | date, story_id: str) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise StoryError(f"stories/{story_id}.md: '{value}' must be a time with a zone, such as 2022-02-12T18:40:00Z")
    return value.astimezone(UTC)


def blocks_of(body: str) -> tuple[Block, ...]:
    """Splits a body at blank lines: `## ` heads, `> ` quotes, `! ` picture captions, `@ 18:40 | ...` live posts."""
    marks: Sequence[tuple[str, str]] = (("## ", "h2"), ("> ", "quote"), ("! ", "figure"), ("@ ", "post"))
    blocks = []
    for chunk in body.split("\n\n"):
        text = " ".join(chunk.split())
        if not text:
            continue
        kind, text = next(((kind, text[len(mark) :]) for mark, kind in marks if text.startswith(mark)), ("p", text))
        blocks.append(Block(kind, text))
    return tuple(blocks)
