"""Articles in files, and a warehouse to load their reports into."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.domain import FeedSource
from pipeline.newswire.catalogue import NOW, load_catalogue
from pipeline.settings import Settings
from pipeline.stages.context import StageContext
from pipeline.warehouse.feeds import sync_feeds

CALL = {
    "url": "https://courier.test/call",
    "published": "2022-02-12T18:40:00Z",
    "title": "Leaders speak",
    "text": "French President Emmanuel Macron spoke by phone with Vladimir Putin for 90 minutes on Friday.",
    "outlet": "Courier",
}
QUIET = {"url": "https://courier.test/quiet", "title": "Snow in the hills", "text": "It snowed 🌨 all day. " * 20}


@pytest.fixture(scope="session")
def news() -> list[dict[str, Any]]:
    """Some of the example newswire's stories in the form of `hotline analyse`, with addresses."""
    found = []
    for story in load_catalogue().stories[:32:2]:
        if story.outlet.language == "en":
            text = "\n".join(block.text for block in story.blocks if block.text)
            at = story.published.astimezone(UTC).isoformat()
            url = f"https://{story.outlet.outlet_id}.test/{story.story_id.rpartition('/')[2]}"
            found.append({"id": story.story_id, "url": url, "title": story.title, "text": text, "published": at})
    return found


@pytest.fixture
def lines(tmp_path: Path) -> Callable[..., Path]:
    """`lines(row, ...)` writes JSON Lines; bytes stand as they are."""

    def write(*rows: dict[str, Any] | bytes, name: str = "articles.jsonl") -> Path:
        path = tmp_path / name
        path.write_bytes(b"".join((r if isinstance(r, bytes) else json.dumps(r).encode()) + b"\n" for r in rows))
        return path

    return write


@pytest.fixture
def context(warehouse_dsn: str, tmp_path: Path) -> StageContext:
    """A warehouse with one outlet of its own, in Paris."""
    context = StageContext.open(Settings(_env_file=None, home=tmp_path, as_of=NOW, warehouse_dsn=warehouse_dsn))
    with context.connection() as connection:
        sources = [FeedSource("courier", "https://rss.courier.test/all", "Courier", "courier", timezone="Europe/Paris")]
        sync_feeds(connection, sources, datetime(2022, 1, 1, tzinfo=UTC))
    return context
