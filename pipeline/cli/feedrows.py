"""`hotline feeds add|retire|import|export`: the commands that change feeds.yaml, or take it elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.terminal import Terminal

FeedArgument = Annotated[str, typer.Argument(metavar="ID", help="As in feeds.yaml.")]
_WHY_ROWS = 'The family decides what counts as one voice, the time zone what "on Saturday" means.'


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

    from pipeline.ingest.feedcheck import in_short, look_at, what_to_do
    from pipeline.ingest.feedsconfig import FeedRow, in_words, load_rows
    from pipeline.ingest.feedsfile import append_rows, written
    from pipeline.ingest.opml import new_id
    from pipeline.settings import get_settings

    terminal, settings = Terminal(), get_settings()
    with faults(terminal):
        rows = load_rows(settings.feeds_file) if settings.feeds_file.exists() else []
        title = ""
        if not unchecked:
            (look,) = look_at(settings, [url])
            if look.feed is None:
                raise ValueError(f"{url}: {look.reason}: {look.detail}\nWhat to do: {what_to_do(look)}")
            title = look.feed.title
            terminal.say(in_short(look.feed))
            if look.moved_to:
                terminal.say(f"It has moved for good, so this is added: {look.moved_to}")
                url = look.moved_to
        known = next((r for r in rows if r.url == url), None)
        if known is not None:
            off = "" if known.enabled else ", where it is not enabled"
            raise ValueError(f"{known.id} has this address already{off}; nothing was added.")
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
        told = {"family": family, "country": country, "timezone": timezone != "UTC"}
        if missing := [name for name, value in told.items() if not value]:
            terminal.say(f"Now write into its row: {', '.join(missing)}. {_WHY_ROWS}")


def retire(
    feed_id: FeedArgument,
    why: Annotated[str, typer.Option(help="For whoever would add it again.")] = "",
) -> None:
    """Ask a feed no more: writes `enabled: false` and the reason into its row. Its history and articles stay."""
    from pipeline.ingest.feedsfile import retire_row
    from pipeline.settings import get_settings

    terminal, settings = Terminal(), get_settings()
    with faults(terminal):
        retire_row(settings.feeds_file, feed_id, settings.now().date(), why)
        terminal.say(f"{feed_id} is asked no more from the next run on. {settings.feeds_file} says enabled: false now.")


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
    with faults(terminal):
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
            terminal.say(f"Now write what OPML does not know: family, country, timezone. {_WHY_ROWS}")


def export_opml(
    file: Annotated[str, typer.Argument(metavar="[FILE.opml]", help="- is standard output.")] = "-",
) -> None:
    """Write all feeds of feeds.yaml as OPML, for feed readers and for `import`."""
    import sys

    from pipeline.ingest.feedsconfig import load_rows
    from pipeline.ingest.opml import write_opml
    from pipeline.settings import get_settings

    terminal, settings = Terminal(), get_settings()
    with faults(terminal):
        rows = load_rows(settings.feeds_file)
        written = write_opml(rows, settings.now())
        if file == "-":
            sys.stdout.buffer.write(written)
            sys.stdout.buffer.flush()
        else:
            Path(file).write_bytes(written)
            terminal.say(f"{len(rows)} feeds written to {file}.")


@contextmanager
def faults(terminal: Terminal) -> Iterator[None]:
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
