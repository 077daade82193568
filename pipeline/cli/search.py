"""`hotline search`: articles, and the sentences that contacts rest on, by their words."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.opened import opened
from pipeline.cli.terminal import Terminal

if TYPE_CHECKING:
    from rich.text import Text

    from pipeline.warehouse.reads import Answer

WHERE = {
    "evidence": "in a sentence about a contact",
    "title": "in the title",
    "text": "in the text",
    "similar": "only a title like it",
}


def register(app: typer.Typer) -> None:
    """Add this file's command to `app`."""
    app.command("search")(search)


def search(
    words: Annotated[list[str], typer.Argument(help='Words that must all be there; "exact words", OR, and -not work.')],
    since: Annotated[str | None, typer.Option(help="First day of publication, YYYY-MM-DD.")] = None,
    until: Annotated[str | None, typer.Option(help="Last day of publication, YYYY-MM-DD.")] = None,
    leader: Annotated[
        str | None,
        typer.Option(help="Only articles that tell of a contact of: part of a name, a country, a Wikidata id."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many, the best first.")] = 20,
    csv: Annotated[bool, typer.Option("--csv", help="As CSV.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON Lines.")] = False,
) -> None:
    """Search the articles and the sentences about contacts. Accents, endings and capitals do not matter.

    Where no article has the words, those with a similar title are shown: for names that are spelt in many ways.
    """
    from pipeline.cli.answers import print_answer
    from pipeline.warehouse import search as room

    terminal = Terminal()
    first, last = _day(terminal, "--since", since), _day(terminal, "--until", until)
    with opened(terminal, analyst=True) as (_, connection):
        answer = room.search(connection, " ".join(words), first, last, leader, limit)
    if csv or as_json:
        print_answer(answer, "csv" if csv else "json")
    else:
        _print(terminal, answer)


def _print(terminal: Terminal, answer: Answer) -> None:
    from rich.text import Text

    if not answer.rows:
        terminal.say("Nothing found.")
    for row in answer.rows:
        found = dict(zip(answer.columns, row, strict=True))
        day = found["published_on"]
        terminal.console.print(
            Text.assemble(
                (day.isoformat() if day else "undated", "dim"), "  ", (found["title"], "bold"), f"  {found['outlet']}"
            ),
            soft_wrap=True,
        )
        about = WHERE[found["found_in"]] + (f": {found['participants']}" if found["participants"] else "")
        terminal.console.print(Text.assemble("  ", (about, "dim")), soft_wrap=True)
        terminal.console.print(Text.assemble("  ", _marked(found["snippet"])), soft_wrap=True)
        terminal.console.print(Text.assemble("  ", (found["url"], "dim")), soft_wrap=True)


def _marked(snippet: str) -> Text:
    """The words found in bold. The marks themselves stay where there are no colours to show them."""
    from rich.text import Text

    text = Text(" ".join(snippet.split()))
    text.highlight_regex("«[^»]*»", "bold yellow")
    return text


def _day(terminal: Terminal, option: str, text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        terminal.say(f"{option} {text!r} is no day.\nGive it as YYYY-MM-DD.")
        raise typer.Exit(1) from None
