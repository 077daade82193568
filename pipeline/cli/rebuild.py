"""`hotline rebuild`: contacts derived anew from all reports; the difference first, then the commit."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.terminal import Terminal

if TYPE_CHECKING:
    from pipeline.stages.rebuild import Difference, Outcome

WORDS = {
    "new": "new",
    "split": "split off",
    "merged": "merged",
    "changed": "changed",
    "restated": "the same, on other grounds",
    "withdrawn": "withdrawn",
}


def register(app: typer.Typer) -> None:
    """Add this file's command to `app`."""
    app.command()(rebuild)


def rebuild(
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Reports of this day or later.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Of this day or earlier.")] = None,
    leader: Annotated[str | None, typer.Option(help="Part of a name, a country code, or a Wikidata id.")] = None,
    reanalyse: Annotated[
        bool, typer.Option("--reanalyse", help="Read the articles anew first, with today's models and rules.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Commit without asking.")] = False,
    rows: Annotated[int, typer.Option(min=0, help="Show so many differences at most.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="All differences as JSON Lines; a summary last.")] = False,
) -> None:
    """Derive contacts anew from their reports; identities stay, and nobody is mailed.

    What would be otherwise is shown first. On a terminal you are asked before anything is committed; elsewhere nothing
    is, unless --yes is given. The exit status is 0 in either case.
    """
    from pipeline.cli.review import warehouse
    from pipeline.settings import get_settings
    from pipeline.stages.rebuild import as_json as line_of
    from pipeline.stages.rebuild import rebuild as derive_anew
    from pipeline.stages.understand import analyser_of
    from pipeline.warehouse.rebuild import Scope

    terminal = Terminal()
    settings = get_settings()
    scope = Scope(since.date() if since else None, until.date() if until else None, leader)
    analyse = analyser_of(settings) if reanalyse else None
    interactive = sys.stdin.isatty() and sys.stdout.isatty() and not as_json

    def tell(words: str) -> None:
        if sys.stderr.isatty():
            print(f"\r{words}\x1b[K", end="", file=sys.stderr, flush=True)

    with warehouse(terminal) as (context, connection):
        try:
            outcome = derive_anew(connection, scope, context.now(), analyse, tell)
        except KeyboardInterrupt:
            terminal.say("\nStopped: nothing was committed.")
            raise typer.Exit(130) from None
        tell("")
        found = list(outcome.differences.values())
        if as_json:
            for difference in found:
                print(line_of(difference))
        else:
            _print(terminal, outcome, rows)
        commit = yes or (interactive and bool(found or outcome.reread) and typer.confirm("Commit this?"))
        (connection.commit if commit else connection.rollback)()
        summary = {"reports": outcome.reports, "contacts": outcome.contacts, "articles_read_anew": outcome.reread}
        if as_json:
            print(json.dumps({"summary": {**summary, "counts": outcome.counts, "committed": commit}}))
        elif commit:
            terminal.say("Committed. Nobody is mailed of it.")
        else:
            hint = "" if interactive else " --yes commits."
            terminal.say("Nothing was committed." + hint)


def _print(terminal: Terminal, outcome: Outcome, rows: int) -> None:
    if outcome.articles:
        terminal.say(f"{outcome.articles:,} articles looked at, {outcome.reread:,} read anew.")
    terminal.say(f"{outcome.reports:,} reports settled into {outcome.contacts:,} contacts.")
    counts = {WORDS[kind]: count for kind, count in outcome.counts.items() if count}
    terminal.say(", ".join(f"{count:,} {word}" for word, count in counts.items()) or "Nothing is otherwise.")
    found = sorted(outcome.differences.values(), key=_order)
    for difference in found[:rows]:
        _print_one(terminal, difference)
    if len(found) > rows:
        terminal.say(f"... and {len(found) - rows:,} more: --rows {len(found)} or --json shows all.")


def _order(difference: Difference) -> tuple[int, str, str]:
    return list(WORDS).index(difference.kind), str(difference.contact.occurred_on), difference.contact_id


def _print_one(terminal: Terminal, difference: Difference) -> None:
    contact = difference.contact
    who = ", ".join(p.name for p in contact.participants)
    when = contact.occurred_on.isoformat() if contact.occurred_on else "no date"
    other = {"split": " from ", "merged": " into "}.get(difference.kind, "")
    other += difference.other_id or "" if other else ""
    terminal.say(
        f"  {WORDS[difference.kind]}{other}: {who}, {contact.mode.replace('_', ' ')}, {when}, {contact.status}"
        f"  [{difference.contact_id}]"
    )
    for name, (before, after) in difference.fields.items():
        if name == "report_ids":
            before, after = f"{len(before)} reports", f"{len(after)} reports"
        terminal.say(f"      {name.replace('_', ' ')}: {_short(before)} -> {_short(after)}")


def _short(value: Any) -> str:
    text = "none" if value is None else ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 160 else text[:157] + "..."
