"""Commands of `hotline` over files of news: our own archive read again, and the archives of others brought in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.terminal import Terminal

if TYPE_CHECKING:
    from pipeline.stages.context import StageContext

DAY = ["%Y-%m-%d"]
FilesArgument = Annotated[list[Path], typer.Argument(metavar="FILE...", help="The files, one after another.")]


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.command("reextract")(reextract_command)
    brought = typer.Typer(no_args_is_help=True, help="Bring in news from files: backfills, since feeds have no memory.")
    brought.command("warc")(import_warc_command)
    brought.command("jsonl")(import_jsonl_command)
    brought.command("reports")(import_reports_command)
    app.add_typer(brought, name="import")


def reextract_command(
    first: Annotated[datetime, typer.Option("--from", formats=DAY, help="First day of fetching (UTC).")],
    last: Annotated[datetime | None, typer.Option("--to", formats=DAY, help="Last day; default: the first.")] = None,
) -> None:
    """Read the articles out of archived pages once more, without the network; what reads differently is a revision."""
    from pipeline.stages.backfill import reextract

    terminal = Terminal()
    with _warehouse(terminal) as context:
        days = (first.date(), (last or first).date())
        _tell(terminal, f"Archived pages of {_span(*days)}", reextract(context, *days))
        _extract(terminal, context)


def import_warc_command(
    files: FilesArgument,
    any_site: Annotated[bool, typer.Option(help="Also pages of sites that no feed belongs to.")] = False,
    again: Annotated[bool, typer.Option(help="Also pages whose address was fetched before.")] = False,
) -> None:
    """Bring in the pages of WARC files, such as Common Crawl's CC-NEWS."""
    from pipeline.stages.backfill import import_warc

    terminal = Terminal()
    with _warehouse(terminal) as context:
        for path in files:
            _tell(terminal, str(path), import_warc(context, path, any_site, again))
        _extract(terminal, context)


def import_jsonl_command(files: FilesArgument) -> None:
    """Bring in articles from JSON Lines: url, title, text; and published, outlet, language, byline. Or url and html."""
    from pipeline.stages.backfill import import_jsonl

    terminal = Terminal()
    faulty = 0
    with _warehouse(terminal) as context:
        for path in files:
            counts, bad = import_jsonl(context, path)
            _tell(terminal, str(path), counts)
            _tell_rows(terminal, "line", [(line.number, line.fault) for line in bad], len(bad))
            faulty += len(bad)
        _extract(terminal, context)
    if faulty:
        terminal.say(f"{faulty} lines were not taken. Mend them and import the file again; the others are known then.")
        raise typer.Exit(1)


def import_reports_command(
    files: Annotated[list[Path], typer.Argument(metavar="FILE|DIR...", help="Report files, or folders of them.")],
    replace: Annotated[
        bool, typer.Option(help="Also where another version has read the article: its reading is superseded.")
    ] = False,
    only_contacts: Annotated[
        bool, typer.Option("--only-contacts", help="Only articles that tell of a contact.")
    ] = False,
) -> None:
    """Bring in articles with what `hotline bulk` found in them. Loading a file twice changes nothing."""
    from pipeline.bulk.faults import BulkFault
    from pipeline.stages.bulkload import import_reports, report_files

    terminal = Terminal()
    faulty = 0
    with _warehouse(terminal) as context:
        try:
            for path in report_files(files):
                counts, bad = import_reports(context, path, replace, only_contacts)
                _tell(terminal, str(path), counts)
                _tell_rows(terminal, "row", [(row.number, row.fault) for row in bad], counts["bad"])
                faulty += counts["bad"]
        except BulkFault as fault:
            terminal.say(f"{fault}\nWhat was loaded before is kept; mend the file, or leave it out, and run again.")
            raise typer.Exit(1) from None
        terminal.say("They are reconciled by the next run: `hotline run`, or the schedule's.")
    if faulty:
        terminal.say(f"{faulty} rows were not taken. Mend them and load the file again; the others are known then.")
        raise typer.Exit(1)


def _tell_rows(terminal: Terminal, what: str, rows: list[tuple[int, str]], total: int) -> None:
    for number, fault in rows[:20]:
        terminal.say(f"  {what} {number}: {fault}")
    if total > 20:
        terminal.say(f"  and {total - 20} more {what}s like these")


def _extract(terminal: Terminal, context: StageContext) -> None:
    """Extract what waits, and say what is left to do."""
    from pipeline.stages import extract

    result = extract.run(context)
    refused = ", ".join(f"{count} {reason}" for reason, count in result.refused.items())
    refused = f"; refused: {refused}" if refused else ""
    terminal.say(f"Extracted: {result.taken} pages, {result.done} articles{refused}")
    terminal.say("They are understood and reconciled by the next run: `hotline run`, or the schedule's.")


def _tell(terminal: Terminal, what: str, counts: Counter[str]) -> None:
    words = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in sorted(counts.items()))
    terminal.say(f"{what}: {words or 'nothing'}")


def _span(first: date, last: date) -> str:
    return str(first) if first == last else f"{first} to {last}"


@contextmanager
def _warehouse(terminal: Terminal) -> Iterator[StageContext]:
    """The warehouse, its schema up to date; the embedded server is started for the while. Faults in words, status 1."""
    from pipeline.ingest.warc import WarcFault
    from pipeline.settings import get_settings
    from pipeline.stages.context import StageContext
    from pipeline.warehouse.embedded import EmbeddedPostgres
    from pipeline.warehouse.migrate import migrate

    settings = get_settings()
    server = None if settings.warehouse_dsn is not None else EmbeddedPostgres(settings.home)
    with terminal.faults(), server.using() if server is not None else nullcontext():
        context = StageContext.open(settings)
        migrate(context.dsn)
        try:
            yield context
        except (WarcFault, OSError) as fault:
            terminal.say(f"{fault}\nWhat was queued before is kept; mend the file, or leave it out, and run again.")
            raise typer.Exit(1) from None
