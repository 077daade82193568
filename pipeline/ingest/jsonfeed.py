"""JSON Feed, versions 1.0 and 1.1 (jsonfeed.org)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from pipeline.domain import FeedEntry, Reason
from pipeline.ingest.parsedfeed import MOST_ENTRIES, SUMMARY_LENGTH, TITLE_LENGTH, ParsedFeed, no_feed
from pipeline.ingest.text import one_line, plain
from pipeline.ingest.urls import join


def parse_json(text: str, url: str | None) -> ParsedFeed:
    """A JSON Feed, or why the text is none."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        return no_feed(f"neither XML nor JSON that can be read: {str(error)[:120]}")
    version = str(document.get("version") or "") if isinstance(document, dict) else ""
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        return no_feed("a JSON document, not a feed: it has no list of items")
    if "jsonfeed.org" not in version:
        return no_feed("a JSON document, not a JSON Feed: its version names none")
    problems: list[str] = []
    items = document["items"]
    if len(items) > MOST_ENTRIES:
        problems.append(f"more than {MOST_ENTRIES} entries, of which the first {MOST_ENTRIES} are read")
    base = url or _text(document.get("feed_url")) or _text(document.get("home_page_url"))
    entries = [entry for item in items[:MOST_ENTRIES] if isinstance(item, dict) and (entry := _entry(item, base))]
    if len(entries) < min(len(items), MOST_ENTRIES):
        problems.append(f"{min(len(items), MOST_ENTRIES) - len(entries)} entries that say nothing")
    without = sum(entry.link is None for entry in entries)
    if without:
        problems.append(f"{without} entries without a link")
    undated = sum(bool(item.get("date_published")) and rfc3339(item["date_published"]) is None
                  for item in items[:MOST_ENTRIES] if isinstance(item, dict))  # fmt: skip
    if undated:
        problems.append(f"{undated} entries with a date that cannot be read")
    if not entries:
        problems.append("the feed has no entries")
    title = plain(_text(document.get("title")), TITLE_LENGTH)
    reason = Reason.BROKEN_FEED if items and not entries else None
    return ParsedFeed("json11" if "1.1" in version else "json1", title, tuple(entries), tuple(problems), reason)


def _entry(item: dict[str, Any], base: str | None) -> FeedEntry | None:
    link = join(base, _text(item.get("url"))) or join(base, _text(item.get("external_url")))
    # Version 1.0 let ids be numbers.
    entry_id = one_line(_text(item.get("id")), 1000) or link or ""
    title = plain(_text(item.get("title")), TITLE_LENGTH)
    summary = plain(
        _text(item.get("summary")) or _text(item.get("content_text")) or _text(item.get("content_html")),
        SUMMARY_LENGTH,
    )
    if not (entry_id or title or summary):
        return None
    return FeedEntry(
        entry_id or one_line(f"{title} {summary}", 200),
        # The standard's ids are often addresses, and then the entry's own.
        link or (join(None, entry_id) if entry_id.startswith("http") else None),
        title,
        summary,
        rfc3339(item.get("date_published")),
        rfc3339(item.get("date_modified")),
        _author(item),
    )


def _author(item: dict[str, Any]) -> str | None:
    """Version 1.1 has a list `authors`, 1.0 one `author`."""
    authors = item.get("authors")
    people = authors if isinstance(authors, list) else [item.get("author")]
    names = [plain(_text(one.get("name")), 200) for one in people[:20] if isinstance(one, dict)]
    return one_line(", ".join(filter(None, names)), 200) or None


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def rfc3339(value: object) -> datetime | None:
    """RFC 3339, as the standard has it; nonsense is None, and so is a year in which there were no such feeds."""
    if not isinstance(value, str) or len(value) > 64:
        return None
    try:
        moment = datetime.fromisoformat(value.strip().replace("Z", "+00:00").replace("z", "+00:00"))
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if 1990 <= moment.year < 2100 else None
