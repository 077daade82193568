"""Rows for people (a table), for spreadsheets (CSV), and for programs (JSON Lines)."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from pipeline.domain import Contact
    from pipeline.warehouse.reads import Answer

# More rows than this nobody reads in a terminal.
MOST_ROWS = 500
# A table that goes into a file or a pipe is not squeezed into a terminal's 80 columns.
PIPE_WIDTH = 240


def print_answer(answer: Answer, form: Literal["table", "csv", "json"]) -> None:
    """Print the rows of a query; a command without rows prints its status."""
    if not answer.columns:
        print(answer.status)
    elif form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(answer.columns)
        writer.writerows([_cell(value) for value in row] for row in answer.rows)
    elif form == "json":
        for row in answer.rows:
            print(json.dumps(dict(zip(answer.columns, row, strict=True)), default=_plain, ensure_ascii=False))
    else:
        _print_table(answer.columns, answer.rows)


def print_contacts(contacts: Sequence[Contact], as_json: bool) -> None:
    """Print contacts, one a row or one a line of JSON."""
    if as_json:
        for contact in contacts:
            print(json.dumps(asdict(contact), default=_plain, ensure_ascii=False))
        return
    if not contacts:
        print("No contacts.")
        return
    table = Table("when", "who", "how", "status", "how long", "where", "outlets", "sure", header_style="bold")
    for contact in contacts:
        table.add_row(
            _when(contact),
            ", ".join(f"{p.name} ({p.country})" for p in contact.participants),
            contact.mode.replace("_", " ") + (" (history)" if contact.historical else ""),
            contact.status,
            _duration(contact.duration_minutes),
            contact.location or "",
            str(len(contact.outlets)),
            f"{contact.confidence:.0%}",
        )
    _console().print(table)


def _print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    table = Table(header_style="bold")
    for number, column in enumerate(columns):
        numeric = any(_is_number(row[number]) for row in rows)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows[:MOST_ROWS]:
        # As text objects: square brackets in news are no markup.
        table.add_row(*(_text(value) for value in row))
    console = _console()
    console.print(table, markup=False)
    shown = f"the first {MOST_ROWS} of {len(rows)} rows; --csv gives all" if len(rows) > MOST_ROWS else ""
    console.print(shown or f"{len(rows)} row{'' if len(rows) == 1 else 's'}", markup=False, highlight=False)


def _console() -> Console:
    return Console() if sys.stdout.isatty() else Console(width=PIPE_WIDTH)


def _text(value: Any) -> Any:
    from rich.text import Text

    if value is None:
        return Text("·", style="dim")
    if isinstance(value, list):
        return Text(", ".join(str(_plain(part)) for part in value))
    if isinstance(value, datetime):
        return Text(value.strftime("%Y-%m-%d %H:%M"))
    return Text(str(_cell(value)))


def _cell(value: Any) -> Any:
    """A value as CSV holds it: null is empty, lists and objects are JSON."""
    if value is None:
        return ""
    if isinstance(value, list | dict):
        return json.dumps(value, default=_plain, ensure_ascii=False)
    if isinstance(value, bool):
        return str(value).lower()
    return _plain(value) if isinstance(value, date | timedelta | memoryview) else value


def _plain(value: Any) -> Any:
    """What JSON has no word for."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, memoryview):
        return bytes(value).hex()
    return str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _when(contact: Contact) -> str:
    if contact.occurred_on is None:
        return "unknown"
    if contact.date_precision == "month":
        return contact.occurred_on.strftime("%b %Y")
    return ("week of " if contact.date_precision == "week" else "") + contact.occurred_on.isoformat()


def _duration(minutes: int | None) -> str:
    if minutes is None:
        return ""
    hours, rest = divmod(minutes, 60)
    return " ".join(filter(None, (f"{hours} h" if hours else "", f"{rest} min" if rest else "")))
