"""Commands of `hotline`: reading one saved page, and one saved feed. Neither needs a database or a network."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

SourceArgument = Annotated[str, typer.Argument(metavar="FILE", help="The saved file; - reads standard input.")]
UrlOption = Annotated[str | None, typer.Option("--url", help="Where it came from; relative links are joined to it.")]


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.command("extract")(extract_command)
    app.command("feed")(feed_command)


def extract_command(source: SourceArgument, url: UrlOption = None) -> None:
    """Read one saved page: one JSON line with url, canonical_url, title, byline, published, language, text, error.

    A live blog has `posts` too, each with url, title, published and text.
    """
    from pipeline.ingest.extract import extract

    found = extract(_read(source), url)
    record: dict[str, Any] = {
        "url": url,
        "canonical_url": found.canonical_url,
        "title": found.title,
        "byline": found.byline,
        "published": _iso(found.published),
        "language": found.language,
        "text": found.text,
        "error": f"{found.reason}: {found.detail}" if found.reason else None,
    }
    if found.posts:
        record["posts"] = [
            {"url": post.url, "title": post.title, "published": _iso(post.published), "text": post.text}
            for post in found.posts
        ]
    _print(record)


def feed_command(source: SourceArgument, url: UrlOption = None) -> None:
    """Read one saved feed: a JSON line for each entry, then one for the feed with format, title and problems."""
    from pipeline.ingest.feedfile import parse_feed

    feed = parse_feed(_read(source), url)
    for entry in feed.entries:
        _print(
            {
                "id": entry.entry_id,
                "link": entry.link,
                "title": entry.title,
                "summary": entry.summary,
                "published": _iso(entry.published),
                "updated": _iso(entry.updated),
                "author": entry.author,
            }
        )
    reason = [f"{feed.reason}"] if feed.reason else []
    _print({"feed": {"format": feed.format or None, "title": feed.title, "problems": reason + list(feed.problems)}})


def _read(source: str) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(source).read_bytes()
    except OSError as error:
        typer.echo(
            f"{source}: {error.strerror or error}; name a file that can be read, or - for standard input", err=True
        )
        raise typer.Exit(2) from error


def _iso(when: datetime | date | None) -> str | None:
    """ISO 8601: a day, or a time with its offset (Z for UTC)."""
    return when.isoformat().replace("+00:00", "Z") if when else None


def _print(record: dict[str, Any]) -> None:
    """One JSON line in UTF-8, whatever the terminal's locale says."""
    sys.stdout.buffer.write(json.dumps(record, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()
