"""The warehouse for a command: the embedded server is started for the while, and faults are told in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from typing import TYPE_CHECKING

import typer

from pipeline.cli.terminal import Terminal

if TYPE_CHECKING:
    from pipeline.settings import Settings
    from pipeline.warehouse.connect import Connection


@contextmanager
def opened(terminal: Terminal, *, analyst: bool = False) -> Iterator[tuple[Settings, Connection]]:
    """The settings and a connection, as the pipeline's role or as the read-only analyst. Commits nothing.

    Ends the command with status 1 where there is no warehouse, it does not answer, or its schema is old.
    """
    from pipeline.settings import get_settings
    from pipeline.stages.context import StageContext
    from pipeline.warehouse.connect import connect
    from pipeline.warehouse.embedded import EmbeddedPostgres
    from pipeline.warehouse.errors import WarehouseFault
    from pipeline.warehouse.reads import analyst_connection

    settings = get_settings()
    with terminal.faults(), _database_faults():
        server = None if settings.warehouse_dsn is not None else EmbeddedPostgres(settings.home)
        if server is not None and not (server.data / "PG_VERSION").exists():
            raise WarehouseFault("There is no warehouse yet.", "`make run` fills one.")
        with server.using() if server is not None else nullcontext():
            if analyst:
                with analyst_connection(settings) as connection:
                    yield settings, connection
            else:
                with closing(connect(StageContext.open(settings).dsn)) as connection:
                    yield settings, connection


@contextmanager
def _database_faults() -> Iterator[None]:
    from pipeline.runtime.errors import RuntimeFault
    from pipeline.warehouse.errors import WarehouseFault

    try:
        yield
    except (RuntimeFault, typer.Exit):
        raise
    except Exception as fault:
        if not type(fault).__module__.startswith("psycopg2"):
            raise
        mend = "Check that the server runs and that HOTLINE_WAREHOUSE_DSN is right: `hotline doctor`."
        if type(fault).__name__ in ("UndefinedTable", "UndefinedColumn", "UndefinedFunction", "InvalidSchemaName"):
            mend = "The schema is older than the program: `hotline db migrate`."
        raise WarehouseFault(str(fault).strip(), mend) from fault
