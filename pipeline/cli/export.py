"""`hotline export` and `hotline events`: what the warehouse knows, as files for other programs."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from pipeline.cli.opened import opened
from pipeline.cli.terminal import Terminal

DAY = ["%Y-%m-%d"]
FEEDS = (".rss", ".atom", ".json", ".ics")


class Form(StrEnum):
    """Formats of tables."""

    PARQUET = "parquet"
    CSV = "csv"


Since = Annotated[
    datetime | None,
    typer.Option("--since", formats=DAY, metavar="DATE", help="Only what is of this day (UTC) or later."),
]
Guard = Annotated[
    bool, typer.Option("--guard/--no-guard", help="CSV: an apostrophe before text that a spreadsheet would run.")
]


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.command("export")(export)
    app.command("events")(events)


def export(
    target: Annotated[
        Path, typer.Argument(metavar="DIR|FILE", help="A folder for tables, or contacts.rss, .atom, .json or .ics.")
    ],
    form: Annotated[Form, typer.Option("--format", help="Tables: how to write them.")] = Form.PARQUET,
    view: Annotated[list[str] | None, typer.Option("--view", help="Tables: this view alone; may be repeated.")] = None,
    since: Since = None,
    guard: Guard = True,
    limit: Annotated[int, typer.Option(min=1, help="Feeds: so many contacts, the latest changed.")] = 200,
    min_confidence: Annotated[float, typer.Option(min=0, max=1, help="Feeds and calendar: the surest only.")] = 0.5,
) -> None:
    """Write every view for analysts into a folder, or the contacts into a file for feed readers and calendars."""
    from pipeline.exports.marts import MANIFEST, export_marts

    terminal = Terminal()
    first = None if since is None else since.date()
    if target.suffix in FEEDS and not target.is_dir():
        _feed(terminal, target, first, limit, min_confidence)
        return
    if target.exists() and not target.is_dir():
        terminal.say(f"{target} is a file. Name a folder, or a file that ends in {', '.join(FEEDS)}.")
        raise typer.Exit(1)
    with opened(terminal) as (settings, connection):
        written = export_marts(connection, target, form.value, view or (), first, guard, settings.now())
    for file in written:
        terminal.say(f"{file.file}: {file.rows:,} rows, {file.bytes:,} bytes")
    terminal.say(f"{MANIFEST}: {len(written)} files, with checksums, in {target}")


def events(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="A file that ends in .csv or .jsonl.")],
    since: Since = None,
    planned: Annotated[bool, typer.Option(help="Also what is planned or proposed: CAMEO 036, PLOVER AGREE.")] = False,
    historical: Annotated[bool, typer.Option(help="Also what is told as history.")] = False,
    min_confidence: Annotated[float, typer.Option(min=0, max=1, help="The surest only.")] = 0.5,
    guard: Guard = True,
) -> None:
    """Write contacts as event records like GDELT's: CAMEO codes, one row for each ordered pair of leaders."""
    from pipeline.exports.cameo import HAPPENED, INTENDED
    from pipeline.exports.events import write_events
    from pipeline.warehouse.extracts import places, snapshot, told_contacts

    terminal = Terminal()
    if target.suffix not in (".csv", ".jsonl"):
        terminal.say(f"{target} does not end in .csv or .jsonl, so its format is not known.")
        raise typer.Exit(1)
    with opened(terminal) as (_, connection), snapshot(connection):
        contacts = told_contacts(
            connection,
            since=None if since is None else since.date(),
            statuses=(*HAPPENED, *INTENDED) if planned else HAPPENED,
            min_confidence=min_confidence,
            historical=historical,
        )
        form: Literal["csv", "jsonl"] = "jsonl" if target.suffix == ".jsonl" else "csv"
        rows = write_events(target, contacts, places(connection), form, guard)
    terminal.say(f"{target}: {rows:,} rows")


def _feed(terminal: Terminal, target: Path, since: date | None, limit: int, min_confidence: float) -> None:
    from pipeline.exports import feeds
    from pipeline.exports.calendar import ics
    from pipeline.exports.files import replacing
    from pipeline.warehouse.extracts import snapshot, told_contacts

    calendar = target.suffix == ".ics"
    with opened(terminal) as (settings, connection), snapshot(connection):
        contacts = list(
            told_contacts(
                connection,
                since=since,
                min_confidence=min_confidence,
                # A reader drops what it no longer finds; a calendar must be told that an event is off.
                gone=calendar,
                limit=None if calendar else limit,
            )
        )
        home = settings.contacts_page
    if calendar:
        body = ics(contacts)
    else:
        make = {".rss": feeds.rss, ".atom": feeds.atom, ".json": feeds.json_feed}[target.suffix]
        body = make(contacts, home)
    with replacing(target) as path:
        path.write_bytes(body)
    undated = f", {sum(c.occurred_on is None for c in contacts)} of them without a date left out" if calendar else ""
    terminal.say(f"{target}: {len(contacts):,} contacts{undated}")
