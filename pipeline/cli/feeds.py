"""`hotline feeds ...`: add feeds, look at them, leave one alone, and exchange lists of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.terminal import Terminal

if TYPE_CHECKING:
    from pipeline.ingest.feedsconfig import FeedRow
    from pipeline.warehouse.connect import Connection
    from pipeline.warehouse.feedroom import FeedStanding

JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]
FeedArgument = Annotated[str, typer.Argument(metavar="ID", help="As in feeds.yaml.")]
GOOD = ("healthy", "new", "paused")


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    group = typer.Typer(no_args_is_help=True, help="Feeds: add, list, check and judge them; pause one; OPML.")
    for name, command in (
        ("add", add),
        ("list", list_feeds),
        ("check", check),
        ("health", health),
        ("pause", pause),
        ("resume", resume),
        ("import", import_opml),
        ("export", export_opml),
    ):
        group.command(name)(command)
    app.add_typer(group, name="feeds")


def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="The feed's address; a page's own feeds are suggested.")],
    outlet: Annotated[str | None, typer.Option(help="Whose it is, as people read it; by default its title.")] = None,
    feed_id: Annotated[str | None, typer.Option("--id", help="By default made of the outlet's name.")] = None,
    family: Annotated[str | None, typer.Option(help="Who owns it: outlets of one family are one voice.")] = None,
    country: Annotated[str | None, typer.Option(help="ISO 3166-1 alpha-3, or EU, UN, NATO.")] = None,
    language: Annotated[str, typer.Option(help="ISO 639-1.")] = "en",
    timezone: Annotated[str, typer.Option(help="Where its newsroom is, such as Europe/London.")] = "UTC",
    kind: Annotated[str, typer.Option(help="agency, paper, broadcaster, government, ...")] = "paper",
    unchecked: Annotated[bool, typer.Option("--unchecked", help="Do not ask the feed first.")] = False,
) -> None:
    """Ask a feed, and add its row to feeds.yaml if it is one."""
    from pydantic import ValidationError

    from pipeline.ingest.feedcheck import look_at
    from pipeline.ingest.feedsconfig import FeedRow, in_words, load_rows
    from pipeline.ingest.feedsfile import append_rows, written
    from pipeline.ingest.opml import new_id
    from pipeline.settings import get_settings

    terminal, settings = Terminal(), get_settings()
    with _faults(terminal):
        rows = load_rows(settings.feeds_file) if settings.feeds_file.exists() else []
        title = ""
        if not unchecked:
            (look,) = look_at(settings, [url])
            if look.feed is None:
                mend = "" if "it offers" in look.detail else "; --unchecked adds it all the same"
                raise ValueError(f"{url}: {look.reason}: {look.detail}{mend}")
            title = look.feed.title
            terminal.say(f"{look.feed.format}, {len(look.feed.entries)} entries. {look.detail}".rstrip())
            if look.moved_to:
                terminal.say(f"It has moved for good, so this is added: {look.moved_to}")
                url = look.moved_to
        name = outlet or title
        try:
            row = FeedRow.model_validate(
                {
                    "id": feed_id or new_id(name, url, [r.id for r in rows]),
                    "url": url,
                    "outlet": name,
                    "family": family,
                    "country": country,
                    "language": language,
                    "timezone": timezone,
                    "kind": kind,
                }
            )
        except ValidationError as error:
            raise ValueError("\n".join(in_words(error))) from error
        append_rows(settings.feeds_file, [row], "Added by `hotline feeds add`")
        terminal.say(f"Added to {settings.feeds_file}:\n  {written(row)}")
        if not family or not country or timezone == "UTC":
            terminal.say("Now write its family, country and timezone there: they decide what counts as one voice.")


def list_feeds(as_json: JsonOption = False) -> None:
    """List all feeds of feeds.yaml, also those that are not enabled. Needs no network and no database."""
    from pipeline.ingest.feedsconfig import load_rows
    from pipeline.settings import get_settings

    terminal, settings = Terminal(), get_settings()
    with _faults(terminal):
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
    with _faults(terminal):
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
    with _faults(terminal), _warehouse() as (connection, _):
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
    """Leave a feed alone for some days. To leave it for good, write `enabled: false` into its row."""
    terminal = Terminal()
    with _faults(terminal), _warehouse(synced=True) as (connection, now):
        from pipeline.warehouse.feedroom import pause_feed

        until = now + timedelta(days=days)
        pause_feed(connection, feed_id, until, why)
        terminal.say(f"{feed_id} is left alone until {until:%Y-%m-%d %H:%M} UTC.")


def resume(feed_id: FeedArgument) -> None:
    """End a pause, and any pause after failures: the feed is asked at the next run."""
    terminal = Terminal()
    with _faults(terminal), _warehouse(synced=True) as (connection, _):
        from pipeline.warehouse.feedroom import resume_feed

        resume_feed(connection, feed_id)
        terminal.say(f"{feed_id} is asked at the next run.")


def import_opml(
    file: Annotated[Path, typer.Argument(metavar="FILE.opml", help="As any feed reader writes it.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be added.")] = False,
) -> None:
    """Add the feeds of an OPML file to feeds.yaml, those that are not there yet."""
    from pipeline.ingest.feedsconfig import load_rows
    from pipeline.ingest.feedsfile import append_rows, written
    from pipeline.ingest.opml import read_opml
    from pipeline.settings import get_settings

    terminal, settings = Terminal(), get_settings()
    with _faults(terminal):
        known = load_rows(settings.feeds_file) if settings.feeds_file.exists() else []
        found = read_opml(file.read_bytes(), known)
        for line in found.left_out:
            terminal.say(f"left out: {line}")
        for row in found.rows:
            terminal.say(f"{'would add' if dry_run else 'added'}: {written(row)}")
        if found.rows and not dry_run:
            append_rows(settings.feeds_file, found.rows, f"From {file.name}")
        terminal.say(f"{len(found.rows)} feeds, {len(found.left_out)} left out.")
        if found.rows and not dry_run:
            terminal.say("Now write what OPML does not know: family, country, timezone. Then `hotline feeds check`.")


def export_opml(
    file: Annotated[str, typer.Argument(metavar="[FILE.opml]", help="- is standard output.")] = "-",
) -> None:
    """Write all feeds of feeds.yaml as OPML, for feed readers and for `import`."""
    import sys

    from pipeline.ingest.feedsconfig import load_rows
    from pipeline.ingest.opml import write_opml
    from pipeline.settings import get_settings

    terminal, settings = Terminal(), get_settings()
    with _faults(terminal):
        rows = load_rows(settings.feeds_file)
        written = write_opml(rows, settings.now())
        if file == "-":
            sys.stdout.buffer.write(written)
            sys.stdout.buffer.flush()
        else:
            Path(file).write_bytes(written)
            terminal.say(f"{len(rows)} feeds written to {file}.")


@contextmanager
def _faults(terminal: Terminal) -> Iterator[None]:
    """What a person can mend is told in its own words, without a traceback."""
    from pipeline.warehouse.errors import WarehouseFault

    try:
        yield
    except WarehouseFault as fault:
        terminal.say(f"{fault}\nWhat to do: {fault.mend}")
        raise typer.Exit(2) from None
    except (OSError, ValueError, LookupError) as fault:
        terminal.say(str(fault))
        raise typer.Exit(2) from None


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
