"""`hotline docs ...`: pages written from what is there."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.opened import opened
from pipeline.cli.terminal import Terminal

if TYPE_CHECKING:
    from pipeline.warehouse.connect import Connection


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    group = typer.Typer(no_args_is_help=True, help="Pages written from what is there.")
    group.command("schema")(schema)
    # A group of one command would else be that command.
    group.callback()(lambda: None)
    app.add_typer(group, name="docs")


def schema(
    out: Annotated[Path | None, typer.Option(help="The file to write; without it the page is printed.")] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Of an empty warehouse made for the while, not of the one in use.")
    ] = False,
) -> None:
    """Write the warehouse's tables, views, columns and keys as a Markdown page with diagrams (docs/schema.md)."""
    from pipeline.warehouse.schema_docs import schema_page

    terminal = Terminal()
    if fresh:
        with terminal.faults(), _fresh() as connection:
            page = schema_page(connection)
    else:
        with opened(terminal) as (_, connection):
            page = schema_page(connection)
    if out is None:
        print(page, end="")
        return
    out.write_text(page, encoding="utf-8")
    terminal.say(f"Wrote {out}.")


@contextmanager
def _fresh() -> Iterator[Connection]:
    """A migrated, empty warehouse that is gone afterwards."""
    from pipeline.warehouse.connect import connect
    from pipeline.warehouse.embedded import EmbeddedPostgres
    from pipeline.warehouse.migrate import migrate

    with tempfile.TemporaryDirectory(prefix="hotline-schema-") as directory:
        # Under root the server runs as another user, who must be able to enter.
        Path(directory).chmod(0o755)
        server = EmbeddedPostgres(Path(directory), durable=False)
        try:
            dsn = server.start()
            migrate(dsn)
            with closing(connect(dsn)) as connection:
                yield connection
        finally:
            server.remove()
