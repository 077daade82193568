"""`hotline backup` and `hotline restore`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.terminal import Terminal

if TYPE_CHECKING:
    from pipeline.settings import Settings


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.command()(backup)
    app.command()(restore)


def backup(file: Annotated[Path, typer.Argument(help="Where to write it; an older file there is replaced.")]) -> None:
    """Write the warehouse and the configuration to one file. Work may go on meanwhile. No secrets are in it."""
    from pipeline.runtime.backup import backup as make

    terminal = Terminal()
    with terminal.faults(), _warehouse() as (settings, dsn):
        manifest = make(settings, dsn, file, terminal.say)
        size = file.stat().st_size / 1e6
        terminal.say(f"{file}: {manifest.told}; {size:.1f} MB, readable by you alone.")
        terminal.say("Passwords, keys and .env are not in it: keep those where you keep secrets.")


def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A file that `hotline backup` wrote.")],
    force: Annotated[bool, typer.Option(help="Replace all that the warehouse holds.")] = False,
    config: Annotated[
        Path | None, typer.Option(help="Lay the backup's configuration out in this new folder; default: leave it.")
    ] = None,
) -> None:
    """Put a backup into an empty warehouse, and check that all of it is there. Stop runs before: `hotline up` too."""
    from pipeline.runtime.backup import restore as put
    from pipeline.runtime.lock import home_lock

    terminal = Terminal()
    with terminal.faults(), _warehouse() as (settings, dsn), home_lock(settings.home.resolve(), "restore"):
        manifest = put(settings, dsn, file, terminal.say, force, config)
        terminal.say(f"Restored: {manifest.told}, as of {manifest.made_at}. Checked: every table has its rows.")
        if config is not None:
            terminal.say(f"Configuration: {config}. Compare it with the one in use before you move it there.")
        terminal.say("Alerts sent after the backup was made are not in it: look at HOTLINE_ALERT_MAX_AGE_DAYS.")


@contextmanager
def _warehouse() -> Iterator[tuple[Settings, str]]:
    """The settings and the warehouse's DSN as its owner; an embedded server is made and started for the while."""
    from pipeline.settings import get_settings
    from pipeline.stages.context import StageContext
    from pipeline.warehouse.embedded import EmbeddedPostgres

    settings = get_settings()
    server = None if settings.warehouse_dsn is not None else EmbeddedPostgres(settings.home)
    with server.using() if server is not None else nullcontext():
        yield settings, StageContext.open(settings).dsn
