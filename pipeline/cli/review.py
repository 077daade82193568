"""`hotline review ...`: doubtful contacts, and what people decide of them."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.terminal import Terminal

if TYPE_CHECKING:
    from pipeline.domain import Contact
    from pipeline.stages.context import StageContext
    from pipeline.warehouse.connect import Connection

By = Annotated[str | None, typer.Option("--by", help="Who decides; you, by the name you are logged in under.")]
Note = Annotated[str, typer.Option("--note", help="Why, for those who read the log.")]
Key = Annotated[str, typer.Argument(help="A contact's id, or its beginning.")]


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    group = typer.Typer(no_args_is_help=True, help="Doubtful contacts: confirm, reject, merge, split, undo.")
    group.command("list")(list_queue)
    for command in (show, confirm, reject, merge, split, undo, log):
        group.command()(command)
    app.add_typer(group, name="review")


def list_queue(
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the worst first.")] = 20,
    kind: Annotated[
        str | None,
        typer.Option(help="Only doubts of this kind: merge, confidence, source, status, rejected, feedback."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON Lines.")] = False,
) -> None:
    """The contacts that a person should look at, worst first, and why."""
    from pipeline.warehouse.doubts import queue, waiting_for_review

    terminal = Terminal()
    with warehouse(terminal) as (_, connection):
        found, total = queue(connection, limit, kind), waiting_for_review(connection)
    if as_json:
        for row in found:
            print(json.dumps(asdict(row), default=str, ensure_ascii=False))
        return
    for row in found:
        day = row.occurred_on.isoformat() if row.occurred_on else "no date"
        terminal.say(
            f"{row.contact_id}  {row.doubt:.2f}  {row.participants}: {row.mode.replace('_', ' ')}, {day}, {row.status}"
        )
        terminal.say(f"      {row.why}")
        if row.hanging_reports:
            terminal.say(f"      to split: reports {' '.join(map(str, row.hanging_reports))}")
    terminal.say(f"{len(found)} of {total} in the queue." if found else "Nothing is to be reviewed.")


def show(contact: Key) -> None:
    """A contact with every report and its sentences, and what was decided of it."""
    from pipeline.warehouse import review
    from pipeline.warehouse.alerting import reported_by
    from pipeline.warehouse.contacts import load_contacts, load_reports
    from pipeline.warehouse.doubts import queue

    terminal = Terminal()
    with warehouse(terminal) as (_, connection):
        key = review.find_contact(connection, contact)
        found = load_contacts(connection, [key])[key]
        reports = load_reports(connection, found.report_ids)
        articles = {r.report_id: reported_by(connection, [r.report_id])[0] for r in reports}
        doubts = [row for row in queue(connection, limit=10_000) if row.contact_id == key]
        actions = review.log(connection, contact_id=key)
    terminal.say(f"{key}\n{_line(found)}, confidence {found.confidence:.2f}\n{found.reason}")
    for row in doubts:
        terminal.say(f"In the queue ({row.doubt:.2f}): {row.why}")
    if not found.report_ids:
        terminal.say("No report stands by it any more.")
    for stored in reports:
        report, article = stored.report, articles[stored.report_id]
        told = stored.published.strftime("%Y-%m-%d %H:%M") if stored.published else "no time"
        day = report.date.isoformat() if report.date else "no date"
        minutes = f", {report.duration_minutes} min" if report.duration_minutes else ""
        terminal.say(
            f"\nreport {stored.report_id}: {report.mode.replace('_', ' ')}, {day}, {report.status}{minutes}, "
            f"confidence {report.confidence:.2f}\n  {stored.outlet}, {told}: {article.title}\n  {article.url}"
        )
        for evidence in report.evidence:
            terminal.say(f"  > {evidence.text}")
    for action in actions:
        terminal.say(f"\n{_action_line(action)}")


def confirm(contact: Key, by: By = None, note: Note = "") -> None:
    """It is one contact, and right: it leaves the queue, and its reports stay together."""
    from pipeline.warehouse import review

    terminal = Terminal()
    with _decision(terminal, by) as (connection, who, now, settle):
        key = review.find_contact(connection, contact)
        number = review.confirm(connection, key, by=who, now=now, settle=settle, note=note)
    terminal.say(f"Confirmed {key}. Undo: hotline review undo {number}")


def reject(contact: Key, by: By = None, note: Note = "") -> None:
    """It is no contact: it is withdrawn, and not mailed."""
    from pipeline.warehouse import review

    terminal = Terminal()
    with _decision(terminal, by) as (connection, who, now, settle):
        key = review.find_contact(connection, contact)
        number = review.reject(connection, key, by=who, now=now, settle=settle, note=note)
    terminal.say(f"Rejected {key}: it is withdrawn. Undo: hotline review undo {number}")


def merge(contact: Key, other: Key, by: By = None, note: Note = "") -> None:
    """Both are one contact, which goes on under the id that has more reports."""
    from pipeline.warehouse import review

    terminal = Terminal()
    with _decision(terminal, by) as (connection, who, now, settle):
        one, two = (review.find_contact(connection, text) for text in (contact, other))
        number = review.merge(connection, one, two, by=who, now=now, settle=settle, note=note)
        living = review.living_contact(connection, one)
    terminal.say(f"Merged; the contact is {living}. Undo: hotline review undo {number}")


def split(
    contact: Key,
    reports: Annotated[list[int], typer.Argument(help="Reports that are a contact of their own (review show).")],
    by: By = None,
    note: Note = "",
) -> None:
    """Some of its reports are a contact of their own."""
    from pipeline.warehouse import review
    from pipeline.warehouse.contacts import known_contacts

    terminal = Terminal()
    with _decision(terminal, by) as (connection, who, now, settle):
        key = review.find_contact(connection, contact)
        number = review.split(connection, key, reports, by=who, now=now, settle=settle, note=note)
        homes = sorted(set(known_contacts(connection, reports).values()))
    terminal.say(f"Split; these reports are of {', '.join(homes)} now. Undo: hotline review undo {number}")


def undo(
    action: Annotated[int, typer.Argument(help="The number of the action (review log).")],
    by: By = None,
    note: Note = "",
) -> None:
    """Take an action back: contacts become what they would be without it."""
    from pipeline.warehouse import review

    terminal = Terminal()
    with _decision(terminal, by) as (connection, who, now, settle):
        review.undo(connection, action, by=who, now=now, settle=settle, note=note)
    terminal.say(f"Action {action} is undone.")


def log(
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the latest first.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON Lines.")] = False,
) -> None:
    """Who decided what, and when."""
    from pipeline.warehouse import review

    terminal = Terminal()
    with warehouse(terminal) as (_, connection):
        actions = review.log(connection, limit)
    for action in actions:
        if as_json:
            print(json.dumps(asdict(action), default=str, ensure_ascii=False))
        else:
            terminal.say(_action_line(action))
    if not actions and not as_json:
        terminal.say("Nothing was decided yet.")


@contextmanager
def warehouse(terminal: Terminal) -> Iterator[tuple[StageContext, Connection]]:
    """The warehouse; an embedded server is started for the time of the command."""
    from contextlib import nullcontext

    from pipeline.settings import get_settings
    from pipeline.stages.context import StageContext
    from pipeline.warehouse.embedded import EmbeddedPostgres

    settings = get_settings()
    with terminal.faults():
        server = nullcontext() if settings.warehouse_dsn is not None else EmbeddedPostgres(settings.home).using()
        with server:
            context = StageContext.open(settings)
            with context.connection() as connection:
                yield context, connection


Settle = Callable[..., object]


@contextmanager
def _decision(terminal: Terminal, by: str | None) -> Iterator[tuple[Connection, str, datetime, Settle]]:
    """What a decision needs: a connection, who takes it, the clock, and how it takes effect. Committed at the end."""
    from pipeline.stages.rebuild import resettle

    with warehouse(terminal) as (context, connection):
        yield connection, by or _user(), context.now(), resettle


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def _line(contact: Contact) -> str:
    who = ", ".join(f"{p.name} ({p.country})" for p in contact.participants)
    day = contact.occurred_on.isoformat() if contact.occurred_on else "no date"
    minutes = f", {contact.duration_minutes} min" if contact.duration_minutes else ""
    return f"{who}: {contact.mode.replace('_', ' ')}, {day}, {contact.status}{minutes}"


def _action_line(action: object) -> str:
    from pipeline.warehouse.review import Action

    assert isinstance(action, Action)
    about = {
        "merge": f"{action.contact_id} with {action.other_id}",
        "undo": f"action {action.undoes}",
        "split": f"{action.contact_id}: reports {' '.join(map(str, action.reports))}",
    }.get(action.kind, action.contact_id)
    undone = f" (undone by {action.undone_by})" if action.undone_by else ""
    note = f": {action.note}" if action.note else ""
    return (
        f"{action.action_id:>5}  {action.done_at:%Y-%m-%d %H:%M}  {action.done_by}  {action.kind} {about}{undone}{note}"
    )
