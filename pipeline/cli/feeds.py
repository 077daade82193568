"""`hotline feeds ...`: list feeds, see how they do, and leave one alone; feedrows.py changes their file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.feedrows import FeedArgument, add, export_opml, faults, import_opml, retire
from pipeline.cli.terminal import Terminal

if TYPE_CHECKING:
    from pipeline.ingest.feedsconfig import FeedRow
    from pipeline.warehouse.connect import Connection
    from pipeline.warehouse.feedroom import FeedStanding

JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]
GOOD = ("healthy", "new", "paused")


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    group = typer.Typer(no_args_is_help=True, help="Feeds: add, list, check and judge them; pause or retire one; OPML.")
    for name, command in (
        ("add", add),
        ("list", list_feeds),
        ("check", check),
        ("health", health),
        ("pause", pause),
        ("resume", resume),
        ("retire", retire),
        ("import", import_opml),
        ("export", export_opml),
    ):
        group.command(name)(command)
    app.add_typer(group, name="feeds")


def list_feeds(as_json: JsonOption = False) -> None:
    """List all feeds of feeds.yaml, also those that are not enabled. Needs no network and no database."""
    from pipeline.ingest.feedsconfig import load_rows
    from pipeline.settings import get_settings

    terminal, settings = Terminal(), get_settings()
    with faults(terminal):
        rows = load_rows(settings.feeds_file)
        if as_json:
            for row in rows:
                _print(row.model_dump())
            return
        _table(
            terminal,
            ("feed", "outlet", "family", "country", "language", "kind", "enabled"),
            [
                (r.id, r.outlet, r.family or r.id, r.country or "", r.language, r.kind, "" if r.enabled else "no")
                for r in rows
            ],
        )
        enabled = [r for r in rows if r.enabled]
        families = len({r.family or r.id for r in enabled})
        terminal.say(f"{len(rows)} feeds, {len(enabled)} of them enabled, of {families} families.")


def check(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Only these; by default all.")] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Only the form of feeds.yaml.")] = False,
    disabled: Annotated[bool, typer.Option("--disabled", help="Ask those that are not enabled, too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Check the form of feeds.yaml, then ask each feed once. Ends with 1 if any cannot be read."""
    from pipeline.ingest.feedcheck import OFFLINE, look_at
    from pipeline.ingest.feedsconfig import load_rows
    from pipeline.settings import get_settings

    terminal, settings = Terminal(), get_settings()
    with faults(terminal):
        rows = load_rows(settings.feeds_file)
        _known(rows, ids or [])
        chosen = [r for r in rows if (r.id in ids if ids else r.enabled or disabled)]
        if not as_json:
            terminal.say(f"{settings.feeds_file}: {len(rows)} rows, all in good form.")
        if offline:
            return
        looks = look_at(settings, [row.url for row in chosen])
        if len(looks) > 1 and all(look.reason in OFFLINE for look in looks):
            terminal.say(f"No feed could be reached ({looks[0].reason}): there is no network here, it seems.")
            raise typer.Exit(1)
        answers = []
        for row, look in zip(chosen, looks, strict=True):
            newest = max((e.published for e in look.feed.entries if e.published), default=None) if look.feed else None
            answers.append(
                {
                    "feed": row.id,
                    "result": "ok" if look.good else str(look.reason),
                    "format": look.feed.format if look.feed else None,
                    "entries": len(look.feed.entries) if look.feed else 0,
                    "newest": newest,
                    "moved_to": look.moved_to,
                    "detail": look.detail,
                }
            )
        if as_json:
            for answer in answers:
                _print(answer)
        else:
            _table(terminal, tuple(answers[0]) if answers else (), [tuple(a.values()) for a in answers])
            good = sum(look.good for look in looks)
            terminal.say(f"{good} of {len(looks)} can be read.")
        if not all(look.good for look in looks):
            raise typer.Exit(1)


def health(
    every: Annotated[bool, typer.Option("--all", help="The healthy ones, too.")] = False, as_json: JsonOption = False
) -> None:
    """How each feed does, those that need a hand first. Ends with 1 if any is dead or silent."""
    terminal = Terminal()
    with faults(terminal), _warehouse() as (connection, _):
        from pipeline.warehouse.feedroom import standings

        found = standings(connection)
        shown = [f for f in found if every or f.health not in GOOD or f.moved_to]
        if as_json:
            for feed in shown:
                _print({name: getattr(feed, name) for name in feed.__slots__})
        else:
            _table(terminal, ("feed", "health", "since", "news", "asked every", "why"), [_health_row(f) for f in shown])
            counts = {h: sum(f.health == h for f in found) for h in dict.fromkeys(f.health for f in found)}
            terminal.say(
                ", ".join(f"{count} {name}" for name, count in counts.items()) or "No feed has been polled yet."
            )
        if any(f.health in ("dead", "silent") for f in found):
            raise typer.Exit(1)


def pause(
    feed_id: FeedArgument,
    days: Annotated[float, typer.Option(min=0.01, max=365, help="It is asked again by itself then.")] = 7.0,
    why: Annotated[str, typer.Option(help="For whoever looks next.")] = "",
) -> None:
    """Leave a feed alone for some days; it is asked again by itself then. To leave it for good: `retire`."""
    terminal = Terminal()
    with faults(terminal), _warehouse(synced=True) as (connection, now):
        from pipeline.warehouse.feedroom import pause_feed

        until = now + timedelta(days=days)
        pause_feed(connection, feed_id, until, why)
        terminal.say(f"{feed_id} is left alone until {until:%Y-%m-%d %H:%M} UTC.")


def resume(feed_id: FeedArgument) -> None:
    """End a pause, and any pause after failures: the feed is asked at the next run."""
    terminal = Terminal()
    with faults(terminal), _warehouse(synced=True) as (connection, _):
        from pipeline.warehouse.feedroom import resume_feed

        resume_feed(connection, feed_id)
        terminal.say(f"{feed_id} is asked at the next run.")


@contextmanager
def _warehouse(synced: bool = False) -> Iterator[tuple[Connection, datetime]]:
    """A connection and the installation's clock; `synced`: the feeds of feeds.yaml are known there, also new ones."""
    from pipeline.ingest.feedsconfig import load_feeds
    from pipeline.settings import get_settings
    from pipeline.stages.context import StageContext
    from pipeline.warehouse.feeds import sync_feeds

    context = StageContext.open(get_settings())
    with context.connection() as connection:
        if synced:
            sync_feeds(connection, load_feeds(context.settings.feeds_file), context.now())
        yield connection, context.now()


def _known(rows: list[FeedRow], ids: list[str]) -> None:
    unknown = sorted(set(ids) - {row.id for row in rows})
    if unknown:
        raise LookupError(f"there is no feed {unknown[0]!r}; `hotline feeds list` names them")


def _health_row(feed: FeedStanding) -> tuple[Any, ...]:
    why = feed.last_detail or feed.last_reason or "; ".join(feed.last_problems or [])
    if feed.health == "silent":
        why = f"fetched fine, nothing new; its usual gap is {_words(feed.usual_gap)}"
    if feed.health == "paused":
        why = f"paused until {feed.paused_until:%Y-%m-%d %H:%M}: {feed.paused_why or 'no reason given'}"
    if feed.moved_to:
        why = f"moved for good: write {feed.moved_to} into its row. {why}"
    wait = f"{_words(feed.wait)} ({feed.wait_why})" if feed.wait else ""
    return feed.feed_id, feed.health, feed.failing_since, feed.news_at, wait, why


def _words(time: timedelta | None) -> str:
    from pipeline.ingest.rhythm import words

    return words(time) if time else "not known"


def _table(terminal: Terminal, heads: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    from rich.table import Table
    from rich.text import Text

    if not rows:
        return
    table = Table(*heads, header_style="bold")
    for row in rows:
        # As text objects: square brackets in what servers say are no markup.
        cells = (f"{c:%Y-%m-%d %H:%M}" if isinstance(c, datetime) else "" if c is None else str(c) for c in row)
        table.add_row(*(Text(cell) for cell in cells))
    from pipeline.cli.answers import PIPE_WIDTH

    terminal.console.print(table, width=None if terminal.console.is_terminal else PIPE_WIDTH)


def _print(record: dict[str, Any]) -> None:
    print(json.dumps(record, ensure_ascii=False, default=str))
