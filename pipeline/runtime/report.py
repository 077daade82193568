"""The report at the end of `hotline run`: what came in, what was understood, contacts, e-mails, and what next."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline.alerts.phrases import duration, surname
from pipeline.domain import Mode, Participant
from pipeline.runtime.journal import Tally, count
from pipeline.runtime.run import Outcome
from pipeline.settings import Settings
from pipeline.warehouse.ledger import primed_since, readers
from pipeline.warehouse.page import ContactRow, contact_rows, mails_since, overview, reading, topic_counts

STYLES = {"occurred": "green", "ongoing": "green", "planned": "yellow", "proposed": "yellow"}
SHOWN = 25
MOST_NAMED = 3
PERSON = re.compile(r"(.+?) \(([A-Z]+)\)(?:, |$)")
HOW = {
    Mode.PHONE: "phone",
    Mode.VIDEO: "video",
    Mode.IN_PERSON: "in person",
    Mode.VISIT: "visit",
    Mode.MULTILATERAL: "summit",
    Mode.LETTER: "letter",
    Mode.UNSPECIFIED: "talks",
}

# Columns of a terminal that shows every column of the table of contacts.
WIDE = 104


def print_report(console: Console, settings: Settings, outcome: Outcome) -> None:
    """Print the report of a finished run; reads the warehouse that the run used."""
    tallies = outcome.journal.tallies
    with reading(outcome.services.environment["HOTLINE_WAREHOUSE_DSN"]) as connection:
        rows = contact_rows(connection, limit=500)
        state = overview(connection)
        topics = topic_counts(connection)
        mails = mails_since(connection, outcome.began)
        primed = primed_since(connection, outcome.began)
        waiting = sum(reader.waiting for reader in readers(connection).values())
    fresh = [row for row in rows if row.first_derived >= outcome.began]

    console.print(f"\n[bold]Done in {outcome.seconds:.0f} s.[/]")
    _news(console, tallies, state.feeds, [f"{feed.feed_id} ({feed.reason})" for feed in state.sick_feeds])
    if not _new_items(tallies) and not fresh and not mails:
        console.print("[bold]Nothing new:[/] no new items in any feed, no new contacts, and no e-mail was sent.")
        console.print(f"The warehouse holds {count(state.articles, 'article')} and {count(state.contacts, 'contact')}.")
    else:
        console.print("Topics    " + (", ".join(f"{name} {n}" for name, n in topics.items()) or "none"))
        _contacts(console, fresh, outcome.began)
        _mails(console, mails, outcome)
    _unsent(console, primed, waiting)
    _next(console, settings, outcome)


def _new_items(tallies: dict[str, Tally]) -> int:
    return tallies["fetch"].taken if "fetch" in tallies else 0


def _news(console: Console, tallies: dict[str, Tally], feeds: int, sick: Sequence[str]) -> None:
    told = f"Feeds     {feeds} polled, {feeds - len(sick)} healthy"
    console.print(told + (f"; in trouble: {escape(', '.join(sick))}" if sick else ""))
    articles = tallies["extract"].done if "extract" in tallies else 0
    refused = sum((tallies[stage].refused for stage in ("fetch", "extract") if stage in tallies), start=Tally().refused)
    line = f"Articles  {articles} new, of {count(_new_items(tallies), 'new item')}"
    if refused:
        reasons = ", ".join(f"{reason} {n}" for reason, n in sorted(refused.items()))
        line += f"; {refused.total()} refused: {reasons}"
    console.print(line)


def _contacts(console: Console, rows: Sequence[ContactRow], began: datetime) -> None:
    current = [row for row in rows if not row.historical]
    told = [row for row in rows if row.historical]
    console.print(f"\n[bold]{count(len(current), 'new contact')} between leaders[/]")
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    heads = ["When", "Who", "How", "How long", "Where", "Status", "Outlets", "Sure"]
    # On a narrow terminal names matter more than where, by how many and how sure.
    shown = heads if console.width >= WIDE else [head for head in heads if head not in ("Where", "Outlets", "Sure")]
    for head in shown:
        table.add_column(
            head,
            justify="right" if head in ("Outlets", "Sure") else "left",
            no_wrap=head not in ("Who", "Where"),
            overflow="fold",
        )
    for row in current[:SHOWN]:
        style = STYLES.get(row.status, "red")
        cells = {
            "When": when(row.occurred_on, row.date_precision),
            "Who": escape(who(row.participants)),
            "How": HOW[Mode(row.mode)],
            "How long": duration(row.duration_minutes) if row.duration_minutes else "",
            "Where": escape(row.location or ""),
            "Status": f"[{style}]{row.status}[/]",
            "Outlets": str(row.outlets),
            "Sure": f"{row.confidence:.2f}",
        }
        table.add_row(*(cells[head] for head in shown))
    console.print(table)
    if len(current) > SHOWN:
        console.print(f"... and {len(current) - SHOWN} more: hotline contacts")
    if told:
        console.print(f"Besides, {count(len(told), 'contact')} of the past, told as history.")


def _mails(console: Console, mails: Sequence[tuple[str, str, str]], outcome: Outcome) -> None:
    sent = [mail for mail in mails if mail[2] == "sent"]
    folder = outcome.services.mail_folder
    console.print(f"E-mails   {len(sent)} sent" + (f" into {folder}/new" if folder else ""), soft_wrap=True)
    for recipient, subject, state in mails:
        console.print(
            f"  {'' if state == 'sent' else f'({state}) '}to {recipient}: {subject}", markup=False, soft_wrap=True
        )


def _unsent(console: Console, primed: Sequence[tuple[str, str, int]], waiting: int) -> None:
    """What is not mailed because it was known before a rule was, and what waits for a digest."""
    for rule, recipient, number in primed:
        console.print(
            f"Primed    {rule}, {recipient}: new, so {count(number, 'contact')} known before will not be mailed "
            "(docs/alerts.md, first_run)",
            markup=False,
            soft_wrap=True,
        )
    if waiting:
        console.print(f"Digests   {count(waiting, 'contact')} waiting for the next digest: hotline alerts list")


def _next(console: Console, settings: Settings, outcome: Outcome) -> None:
    console.print("\nNext:")
    console.print('  make up                            Airflow with its page "Leader contacts" and the schedule')
    question = "select participants, mode, occurred_on from mart.contacts"
    console.print(f"  .venv/bin/hotline sql '{question}'", soft_wrap=True)
    if outcome.services.newswire_url:
        console.print("  make run FEEDS=config/feeds.yaml   the same over live feeds")
    else:
        console.print("  .venv/bin/hotline alerts list      who is mailed about what")


def who(participants: str) -> str:
    """ "Emmanuel Macron (FRA), Vladimir Putin (RUS)" as a table has room for it: "Macron, Putin"."""
    people = [Participant(name, country, None, "") for name, country in PERSON.findall(participants)]
    short = [surname(person) for person in people[:MOST_NAMED]]
    return ", ".join(short) + (f" and {len(people) - MOST_NAMED} more" if len(people) > MOST_NAMED else "")


def when(day: date | None, precision: str | None) -> str:
    """ "2022-02-12", "2022-02-07 wk" (the week of), "2022-02", "unknown"."""
    if day is None:
        return "unknown"
    if precision == "week":
        return f"{day} wk"
    return f"{day:%Y-%m}" if precision == "month" else str(day)
