"""What a run needs beside Airflow: the warehouse, a mailbox, and feeds (the example newswire, or live ones)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.runtime.errors import RuntimeFault
from pipeline.runtime.ports import remembered_port
from pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """What runs now: `environment` are the HOTLINE_ variables that point the stages at it."""

    airflow_dsn: str
    environment: dict[str, str]
    feeds_file: Path
    newswire_url: str | None
    mail_folder: Path | None


@contextmanager
def services(settings: Settings, feeds: Path | None, say: Callable[[str], None]) -> Iterator[Services]:
    """Start what the settings leave to us, migrate the warehouse, and stop it all again at the end.

    `feeds` is a live feeds file; None serves the example newswire, whose clock stands in February 2022.
    """
    home = settings.home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    if feeds is not None and not feeds.is_file():
        raise RuntimeFault(
            f"The feeds file {feeds} does not exist.", "Name an existing one: make run FEEDS=config/feeds.yaml"
        )
    with ExitStack() as stack:
        environment = _databases(settings, stack, say)
        airflow_dsn = environment.pop("AIRFLOW_DSN")
        mail_folder = None
        if not settings.has_relay:
            mail_folder = home / "mail"
            environment |= _mailbox(mail_folder, stack)
            say(f"E-mails of this run go into the mail folder {_short(mail_folder)} (no SMTP relay is set).")
        else:
            by = settings.smtp_conn_id or f"{settings.smtp_host}:{settings.smtp_port}"
            say(f"E-mails go out by {by}.")
        newswire_url = None
        if feeds is None:
            newswire_url, more = _newswire(home, stack)
            environment |= more
        else:
            environment["HOTLINE_FEEDS_FILE"] = str(feeds.resolve())
        yield Services(airflow_dsn, environment, Path(environment["HOTLINE_FEEDS_FILE"]), newswire_url, mail_folder)


def _databases(settings: Settings, stack: ExitStack, say: Callable[[str], None]) -> dict[str, str]:
    """Start the embedded server where a DSN is missing, and bring the warehouse's schema up to date."""
    from pipeline.warehouse.embedded import EmbeddedPostgres
    from pipeline.warehouse.migrate import migrate

    dsn, analyst, airflow = (
        secret.get_secret_value() if secret else None
        for secret in (settings.warehouse_dsn, settings.analyst_dsn, settings.airflow_dsn)
    )
    if dsn is None or airflow is None:
        say("Starting the embedded PostgreSQL ...")
        server = EmbeddedPostgres(settings.home.resolve())
        # Not `stop`: a server that was started by hand (`hotline db start`), or that others use, stays.
        stack.callback(server.release)
        server.start()
        if server.elsewhere:
            say(f"Its files are in {server.elsewhere}: the user it runs as cannot enter {settings.home.resolve()}.")
        airflow = airflow or server.airflow_dsn
        if dsn is None:
            dsn, analyst = server.dsn, analyst or server.analyst_dsn
    migrate(dsn)
    found = {"HOTLINE_WAREHOUSE_DSN": dsn, "AIRFLOW_DSN": airflow}
    return found | ({"HOTLINE_ANALYST_DSN": analyst} if analyst else {})


def _mailbox(folder: Path, stack: ExitStack) -> dict[str, str]:
    from pipeline.alerts.maildir import MailCatcher

    catcher = MailCatcher(folder)
    catcher.start()
    stack.callback(catcher.stop)
    return {"HOTLINE_SMTP_HOST": "127.0.0.1", "HOTLINE_SMTP_PORT": str(catcher.port)}


def _newswire(home: Path, stack: ExitStack) -> tuple[str, dict[str, str]]:
    """Serve the example newswire on the port it keeps, and write its feeds file."""
    from pipeline.newswire import NOW, Newswire
    from pipeline.newswire.server import feeds_yaml

    folder = home / "newswire"
    wire = stack.enter_context(Newswire(remembered_port(folder / "port")))
    feeds_file = folder / "feeds.yaml"
    feeds_file.write_text(feeds_yaml(wire.base_url), encoding="utf-8")
    return wire.base_url, {
        "HOTLINE_FEEDS_FILE": str(feeds_file),
        "HOTLINE_AS_OF": NOW.isoformat(),
        "HOTLINE_ALLOW_LOOPBACK_PORT": str(wire.port),
    }


def _short(path: Path) -> str:
    """The path as a person would type it from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
