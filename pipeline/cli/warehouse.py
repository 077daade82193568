"""Commands of `hotline`: the warehouse, queries over it, and the contacts in it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from pipeline.settings import Settings
    from pipeline.warehouse.embedded import EmbeddedPostgres

db = typer.Typer(no_args_is_help=True, help="The warehouse: its server and its schema.")


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.add_typer(db, name="db")
    app.command()(sql)
    app.command()(contacts)


@db.command()
def migrate() -> None:
    """Bring the warehouse's schema up to date. Safe to repeat."""
    from pipeline.warehouse.migrate import migrate as apply

    with _faults(), _warehouse(new=True) as settings:
        for name in (applied := apply(_dsn(settings))):
            print(f"applied {name}")
        if not applied:
            print("The schema is up to date.")


@db.command()
def status() -> None:
    """Where the warehouse is, whether its schema is up to date, and what is in it."""
    from contextlib import closing

    from rich.console import Console
    from rich.table import Table

    from pipeline.warehouse.connect import connect
    from pipeline.warehouse.migrate import pending
    from pipeline.warehouse.reads import queue_counts, table_counts

    server = _server()
    running = server is not None and server.running()
    with _faults(), _warehouse() as settings:
        table = Table.grid(padding=(0, 2))
        dsn = _dsn(settings)
        with closing(connect(dsn)) as connection:
            version = connection.server_version
            parameters = connection.get_dsn_parameters()
            where = f"{parameters.get('host', 'local')}:{parameters.get('port', '5432')}/{parameters.get('dbname', '')}"
            missing = pending(dsn)
            if server is None:
                table.add_row("Server", f"PostgreSQL {version // 10000} at {where} (HOTLINE_WAREHOUSE_DSN)")
            else:
                state = f"running at {where}" if running else "stopped; it is started when needed"
                table.add_row("Server", f"embedded PostgreSQL {version // 10000}, {state}")
                table.add_row("Files", str(server.server))
            table.add_row("Schema", "up to date" if not missing else f"{len(missing)} to apply: hotline db migrate")
            if not missing:
                for name, count in table_counts(connection).items():
                    table.add_row(name, f"{count:,}")
                waiting = ", ".join(f"{count} {stage}" for stage, count in queue_counts(connection).items())
                table.add_row("Waiting", waiting or "nothing")
        Console().print(table)


@db.command()
def start() -> None:
    """Start the embedded server and let it run, for tools of your own (psql, notebooks, BI)."""
    with _faults():
        server = _embedded()
        server.start()
        server.keep()
        server.release()
        print(f"PostgreSQL runs. `hotline db dsn` tells how to connect, `hotline db stop` stops it. Log: {server.log}")


@db.command()
def stop(force: Annotated[bool, typer.Option(help="Even while other Hotline commands use it.")] = False) -> None:
    """Stop the embedded server."""
    with _faults():
        server = _embedded()
        if not server.running():
            print("PostgreSQL does not run.")
            return
        if server.in_use() and not force:
            _fail("Another Hotline command uses the server.", "Wait for it, or stop it all the same with --force.")
        server.stop()
        print("PostgreSQL is stopped.")


@db.command()
def dsn(
    role: Annotated[str, typer.Option(help="analyst (reads the marts), ops, etl, or admin.")] = "analyst",
) -> None:
    """Print how to connect to the embedded server, password included, as a libpq URI."""
    with _faults():
        server = _embedded()
        if role not in ("analyst", "ops", "etl", "admin"):
            _fail(f"There is no role {role!r}.", "One of analyst, ops, etl, admin.")
        print(server.dsn if role == "etl" else getattr(server, f"{role}_dsn"))


def sql(
    query: Annotated[
        str | None, typer.Argument(help="SQL, a file of it, the name of an example, or - for standard input.")
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="As CSV.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON Lines.")] = False,
) -> None:
    """Ask the warehouse, as the read-only analyst. Without a query: the views there are, and example queries."""
    from pipeline.cli.answers import print_answer
    from pipeline.warehouse import reads

    if csv and as_json:
        _fail("--csv and --json exclude each other.", "Give one of them.")
    with _faults():
        text = sys.stdin.read() if query == "-" else None if query is None else reads.read_query(query)
        with _warehouse() as settings, reads.analyst_connection(settings) as connection:
            if text is None:
                _print_overview(reads.views(connection), reads.cookbook())
            else:
                print_answer(reads.query(connection, text), "csv" if csv else "json" if as_json else "table")


def contacts(
    since: Annotated[str | None, typer.Option(help="First day, YYYY-MM-DD.")] = None,
    until: Annotated[str | None, typer.Option(help="Last day, YYYY-MM-DD.")] = None,
    leader: Annotated[str | None, typer.Option(help="Part of a name, a country code, or a Wikidata id.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the latest first.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON Lines.")] = False,
) -> None:
    """The contacts between leaders that the warehouse knows, the latest first."""
    from contextlib import closing

    from pipeline.cli.answers import print_contacts
    from pipeline.warehouse.connect import connect
    from pipeline.warehouse.contacts import find_contacts

    first, last = _day("--since", since), _day("--until", until)
    with _faults(), _warehouse() as settings, closing(connect(_dsn(settings))) as connection:
        print_contacts(find_contacts(connection, first, last, leader, limit), as_json)


@contextmanager
def _warehouse(new: bool = False) -> Iterator[Settings]:
    """The settings, with a warehouse that answers: an embedded server is started, and stopped again if that was us.

    `new` makes an embedded warehouse that is not there yet; otherwise there must be one.
    """
    from pipeline.settings import get_settings

    server = _server()
    if server is None:
        yield get_settings()
        return
    if not new and not (server.data / "PG_VERSION").exists():
        _fail("There is no warehouse yet.", "`make run` fills one; `hotline db migrate` makes an empty one.")
    with server.using():
        yield get_settings()


def _server() -> EmbeddedPostgres | None:
    """The embedded server, unless a PostgreSQL of the user's own is set."""
    from pipeline.settings import get_settings
    from pipeline.warehouse.embedded import EmbeddedPostgres

    settings = get_settings()
    return None if settings.warehouse_dsn is not None else EmbeddedPostgres(settings.home)


def _embedded() -> EmbeddedPostgres:
    server = _server()
    if server is None:
        _fail(
            "HOTLINE_WAREHOUSE_DSN is set: the warehouse is a server of your own.", "Unset it to use the embedded one."
        )
    return server


def _dsn(settings: Settings) -> str:
    from pipeline.stages.context import StageContext

    return StageContext.open(settings).dsn


def _day(option: str, text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        _fail(f"{option} {text!r} is no day.", "Give it as YYYY-MM-DD.")


def _print_overview(views: list[tuple[str, str]], examples: list[tuple[str, str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    for title, rows in (("Views", views), ("Examples, by name or as a start of your own (sql/cookbook)", examples)):
        table = Table("name", "", title=title, title_justify="left", box=None, show_header=False, pad_edge=False)
        for name, words in rows:
            table.add_row(name, words)
        console.print(table, "")
    console.print('Try: hotline sql latest_contacts, or hotline sql "SELECT * FROM contacts" --csv', markup=False)


@contextmanager
def _faults() -> Iterator[None]:
    """Faults of the warehouse in words, without a traceback; exit status 1."""
    from pipeline.runtime.errors import RuntimeFault

    try:
        yield
    except RuntimeFault as fault:
        _fail(str(fault), fault.mend)
    except Exception as fault:
        if not type(fault).__module__.startswith("psycopg2"):
            raise
        mend = "Check that the server runs and that HOTLINE_WAREHOUSE_DSN is right: `hotline doctor`."
        if type(fault).__name__ in ("UndefinedTable", "UndefinedColumn", "InvalidSchemaName"):
            mend = "The schema is older than the program: `hotline db migrate`."
        _fail(str(fault).strip(), mend)


def _fail(message: str, mend: str) -> NoReturn:
    print(f"{message}\n{mend}", file=sys.stderr)
    raise typer.Exit(1)
