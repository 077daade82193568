"""Reads config/feeds.yaml, and says of each mistake where it stands and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import available_timezones

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from pipeline.domain import FeedSource
from pipeline.ingest.faults import Fault
from pipeline.ingest.urls import check_url

_Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,79}$")]
_Name = Annotated[str, Field(min_length=1, max_length=200)]

_MENDS = {
    "missing": "add it",
    "extra_forbidden": "no such key: id, url, outlet, family, country, language, timezone, kind, enabled are known",
    "string_type": "write text; quote it if it looks like a number or a yes/no",
}
_PATTERN_MENDS = {
    "id": "use lower-case letters, digits and - _ .",
    "family": "use lower-case letters, digits and - _ .",
    "country": "write an ISO 3166-1 alpha-3 code such as GBR, or EU, UN, NATO",
    "language": "write an ISO 639-1 code such as en",
    "kind": "write one lower-case word such as agency, paper, broadcaster, government",
}


class FeedsError(ValueError):
    """feeds.yaml cannot be used; the message has one line for each mistake: file, row, key, and the mend."""


class FeedRow(BaseModel):
    """One row of feeds.yaml, as people write it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: _Slug
    url: str
    outlet: _Name
    family: _Slug | None = None
    country: Annotated[str, Field(pattern=r"^[A-Z]{2,5}$")] | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] = "en"
    timezone: str = "UTC"
    kind: Annotated[str, Field(pattern=r"^[a-z_]{2,30}$")] = "paper"
    enabled: bool = True

    @field_validator("url")
    @classmethod
    def _web_address(cls, url: str) -> str:
        try:
            check_url(url)
        except Fault as fault:
            raise ValueError(f"{fault.detail}; write an absolute http or https address") from fault
        return url

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError(f"{name!r} is no IANA time zone; write one such as Europe/London")
        return name

    def source(self) -> FeedSource:
        """The domain's noun; without a `family` the feed's own id stands for its owner."""
        return FeedSource(
            feed_id=self.id,
            url=self.url,
            outlet=self.outlet,
            family=self.family or self.id,
            country=self.country,
            language=self.language,
            timezone=self.timezone,
            kind=self.kind,
        )


def load_feeds(path: Path) -> list[FeedSource]:
    """The feeds of a feeds.yaml that are to be polled, in its order. Raises FeedsError, or FileNotFoundError."""
    sources = [row.source() for row in load_rows(path) if row.enabled]
    if not sources:
        raise FeedsError(f"{path}: every feed is `enabled: false`; enable at least one")
    return sources


def load_rows(path: Path) -> list[FeedRow]:
    """All rows of a feeds.yaml, in its order. Raises FeedsError, or FileNotFoundError naming the file."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FileNotFoundError(f"{path}: no such file; HOTLINE_FEEDS_FILE names the feeds to poll") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FeedsError(f"{path}: not readable as YAML: {error}") from error
    rows = document.get("feeds") if isinstance(document, dict) else None
    if not isinstance(rows, list) or not rows:
        raise FeedsError(f"{path}: expected a key `feeds:` with a list of feeds, each with id, url and outlet")
    read, mistakes = _read(rows)
    mistakes += _doubles(read)
    if mistakes:
        raise FeedsError("\n".join(f"{path}: {mistake}" for mistake in mistakes))
    return read


def _read(rows: list[Any]) -> tuple[list[FeedRow], list[str]]:
    read: list[FeedRow] = []
    mistakes: list[str] = []
    for number, row in enumerate(rows, start=1):
        name = f"feed {number}"
        if not isinstance(row, dict):
            mistakes.append(f"{name}: expected keys and values (id, url, outlet, ...), found {row!r}")
            continue
        if row.get("id"):
            name += f" ({row['id']})"
        try:
            read.append(FeedRow.model_validate(row))
        except ValidationError as error:
            mistakes += [f"{name}: {line}" for line in in_words(error)]
    return read, mistakes


def in_words(error: ValidationError) -> Iterable[str]:
    """The mistakes of one row, each with its key and its mend."""
    for fault in error.errors():
        key = str(fault["loc"][0]) if fault["loc"] else "row"
        if fault["type"] == "string_pattern_mismatch":
            yield f"{key}: {fault['input']!r} is not valid; {_PATTERN_MENDS.get(key, fault['msg'])}"
        elif fault["type"] == "value_error":
            yield f"{key}: {fault['msg'].removeprefix('Value error, ')}"
        else:
            yield f"{key}: {fault['msg'].lower()}; {_MENDS.get(fault['type'], 'mend it')}"


def _doubles(rows: list[FeedRow]) -> list[str]:
    mistakes = []
    ids: dict[str, int] = {}
    urls: dict[str, str] = {}
    for number, row in enumerate(rows, start=1):
        if row.id in ids:
            mistakes.append(f"feed {number} ({row.id}): the id is taken by feed {ids[row.id]}; give it another")
        elif row.url in urls:
            mistakes.append(f"feed {number} ({row.id}): same url as {urls[row.url]}; remove one of them")
        ids.setdefault(row.id, number)
        urls.setdefault(row.url, row.id)
    return mistakes
