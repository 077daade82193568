"""`hotline quality`: whether the data in the warehouse are what they should be."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.opened import opened
from pipeline.cli.terminal import Terminal

if TYPE_CHECKING:
    from pipeline.warehouse.quality import CheckResult

# Rows of a finding that fit on a screen; --json has more.
SHOWN = 10


def register(app: typer.Typer) -> None:
    """Add this file's command to `app`."""
    app.command("quality")(quality)


def quality(
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="NAME", help="Make this check alone; may be repeated.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="As JSON Lines, one check a line, with the rows found.")
    ] = False,
) -> None:
    """Check the data (sql/quality/), and show the rows that should not be there. Exit status 1 if an error is found."""
    from pipeline.warehouse.quality import run_checks

    terminal = Terminal()
    with opened(terminal) as (settings, connection):
        results = run_checks(connection, only=only or (), now=settings.now())
        connection.commit()
    if as_json:
        for result in results:
            print(json.dumps({**asdict(result), "fine": result.fine}, ensure_ascii=False))
    else:
        _print(terminal, results)
    if any(result.failed for result in results):
        raise typer.Exit(1)


def _print(terminal: Terminal, results: Sequence[CheckResult]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table("check", "severity", "found", "seconds", header_style="bold")
    styles = {"error": "bold red", "warn": "yellow"}
    for result in results:
        found = "unknown" if result.failure is not None else str(result.found) if result.found else "fine"
        style = "dim" if result.fine else styles["error" if result.failed else result.severity]
        table.add_row(*(Text(t, style) for t in (result.name, result.severity, found, f"{result.seconds:.2f}")))
    terminal.console.print(table)
    for result in results:
        if result.fine:
            continue
        terminal.say(f"\n{result.name} ({result.severity}, {result.found} found)\n{result.means}")
        terminal.say(f"What to do: {result.todo}")
        if result.failure is not None:
            terminal.say(f"The check could not be made: {result.failure}")
        for row in result.rows[:SHOWN]:
            terminal.say("  " + ", ".join(f"{name} {_plain(value)}" for name, value in row.items()))
        if result.found > SHOWN:
            terminal.say(f"  and {result.found - min(SHOWN, len(result.rows))} more: `hotline quality --json`")


def _plain(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split())
    return text if len(text) <= 100 else text[:99] + "…"
