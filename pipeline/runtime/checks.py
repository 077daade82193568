"""What `hotline doctor` looks at, one function each: a finding says what is, and what to mend if it is not well."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from pipeline.runtime.errors import RuntimeFault
from pipeline.runtime.ports import is_free
from pipeline.runtime.schedule import parse_schedule
from pipeline.settings import Settings

LEAST_DISK = 2 * 1024**3
PLACEHOLDER_AGENT = "example.org"


@dataclass(frozen=True, slots=True)
class Finding:
    """`level` is "ok", "note" (works, but look) or "bad" (does not work); `mend` is the next step for a person."""

    level: str
    subject: str
    text: str
    mend: str = ""


def machine(settings: Settings) -> Iterator[Finding]:
    """Python, disk, the home's folder and the UI's port."""
    version = ".".join(map(str, sys.version_info[:3]))
    if (3, 11) <= sys.version_info[:2] < (3, 14):
        yield Finding("ok", "Python", version)
    else:
        yield Finding("bad", "Python", version, "Use Python 3.11, 3.12 or 3.13: make clean setup PYTHON=/path/to/it")
    home = settings.home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(home).free
    text = f"{free / 1024**3:.1f} GiB free for {home}"
    if free < LEAST_DISK:
        yield Finding("bad", "Disk", text, "Free some space, or set HOTLINE_HOME to a folder on a larger disk.")
    else:
        yield Finding("ok", "Disk", text)
    if is_free(settings.ui_port):
        yield Finding("ok", "UI port", f"127.0.0.1:{settings.ui_port} is free")
    else:
        yield Finding(
            "note", "UI port", f"127.0.0.1:{settings.ui_port} is taken", "Not by `hotline up`? HOTLINE_UI_PORT"
        )
    if PLACEHOLDER_AGENT in settings.user_agent:
        yield Finding(
            "note", "User-Agent", "names nobody", "For live feeds set HOTLINE_USER_AGENT to your project and a contact."
        )


def configuration(settings: Settings) -> Iterator[Finding]:
    """Each file under config/, read with the very code that the pipeline reads it with."""
    from pipeline.alerts.rules import load_rules
    from pipeline.ingest.feedsconfig import load_feeds
    from pipeline.understand.registry import Registry
    from pipeline.understand.topicsconfig import load_topics

    readers: list[tuple[str, Path, Callable[[Path], str]]] = [
        ("Feeds", settings.feeds_file, lambda p: f"{len(load_feeds(p))} feeds"),
        ("Topics", settings.topics_file, lambda p: f"{len(load_topics(p))} topics"),
        ("Alert rules", settings.alerts_file, lambda p: f"{len(load_rules(p))} rules"),
        ("Leaders", settings.leaders_dir, lambda p: f"{len(Registry.load(p).people)} people"),
    ]
    for subject, path, read in readers:
        try:
            yield Finding("ok", subject, f"{read(path)} in {path}")
        except (OSError, ValueError) as fault:
            yield Finding("bad", subject, str(fault), f"Mend {path}; nothing runs before it can be read.")
    try:
        parse_schedule(settings.schedule)
        yield Finding("ok", "Schedule", settings.schedule)
    except RuntimeFault as fault:
        yield Finding("bad", "Schedule", str(fault), fault.mend)


def models(settings: Settings) -> Iterator[Finding]:
    """Loads the models and lets them read one sentence."""
    from datetime import date

    from pipeline.domain import Article
    from pipeline.understand.analyse import Analyser
    from pipeline.understand.encoder import ModelError

    try:
        analyser = Analyser.load(
            settings.leaders_dir,
            settings.topics_file,
            settings.models_dir,
            settings.threads,
            settings.own_topics_dir,
            settings.topic_model,
            settings.hub_device,
        )
        text = "French President Emmanuel Macron spoke with Russian President Vladimir Putin by phone on Saturday."
        found = analyser.analyse(Article("doctor", "Macron and Putin talk", text, published=date(2022, 2, 12)))
    except ModelError as fault:
        yield Finding("bad", "Models", str(fault))  # it names its own mend
        return
    except (OSError, ValueError) as fault:
        yield Finding("bad", "Models", str(fault), f"Restore {settings.models_dir} (git checkout models).")
        return
    if len(found.contacts) == 1:
        yield Finding("ok", "Models", f"loaded from {settings.models_dir}, version {found.version}")
    else:
        yield Finding("bad", "Models", "a plain phone call was not found", f"Restore {settings.models_dir}.")


def warehouse(settings: Settings) -> Iterator[Finding]:
    """Reaches the warehouse and compares its schema with the code."""
    from pipeline.warehouse.embedded import EmbeddedPostgres
    from pipeline.warehouse.migrate import pending
    from pipeline.warehouse.reads import queue_counts

    with ExitStack() as stack:
        try:
            if settings.warehouse_dsn is not None:
                dsn, where = settings.warehouse_dsn.get_secret_value(), "HOTLINE_WAREHOUSE_DSN"
            else:
                server = EmbeddedPostgres(settings.home.resolve())
                stack.enter_context(server.using())
                dsn, where = server.dsn, "embedded PostgreSQL"
            missing = pending(dsn)
            if missing:
                yield Finding("bad", "Warehouse", f"{where}: {len(missing)} migrations to apply", "hotline db migrate")
                return
            from pipeline.warehouse.connect import connect

            connection = connect(dsn)
            stack.callback(connection.close)
            waiting = sum(queue_counts(connection).values())
            yield Finding("ok", "Warehouse", f"{where}: schema up to date, {waiting} items waiting")
        except Exception as fault:
            # Whatever a driver or server says here is the finding itself.
            mend = getattr(fault, "mend", "Check that the server runs and that HOTLINE_WAREHOUSE_DSN is right.")
            yield Finding("bad", "Warehouse", str(fault).strip(), str(mend))


def mail(settings: Settings) -> Iterator[Finding]:
    """Says hello to the relay, with TLS and login as set; sends nothing."""
    from pipeline.alerts.sender import Courier, Relay, RelayError

    if not settings.has_relay:
        yield Finding(
            "note", "Mail", f"no relay set; e-mails go to {settings.home / 'mail'}", "Set HOTLINE_SMTP_HOST/PORT."
        )
        return
    try:
        relay = Relay.of(settings)
        with Courier(relay) as courier:
            courier.connect()
        yield Finding("ok", "Mail", f"{relay} answers")
    except (OSError, RelayError) as fault:
        yield Finding(
            "bad",
            "Mail",
            str(fault),
            "Check HOTLINE_SMTP_HOST, _PORT, _STARTTLS, _USER, _PASSWORD, or the connection HOTLINE_SMTP_CONN_ID.",
        )


def feeds(settings: Settings) -> Iterator[Finding]:
    """Fetches every feed once, politely, and says which cannot be read."""
    from pipeline.ingest.client import Client
    from pipeline.ingest.feedfile import parse_feed
    from pipeline.ingest.feedsconfig import load_feeds

    try:
        sources = load_feeds(settings.feeds_file)
    except (OSError, ValueError):
        return  # `configuration` says it already

    async def look() -> list[Finding]:
        async with Client(settings) as client:
            pages = await asyncio.gather(*(client.fetch(source.url, kind="feed") for source in sources))
        found = []
        for source, page in zip(sources, pages, strict=True):
            subject = f"Feed {source.feed_id}"
            if page.reason:
                found.append(
                    Finding("bad", subject, f"{page.reason}: {page.detail or source.url}", "Check its address.")
                )
                continue
            parsed = parse_feed(page.body, page.final_url, page.content_type)
            if parsed.reason:
                found.append(Finding("bad", subject, "; ".join(parsed.problems) or parsed.reason, "Check its address."))
            else:
                level = "note" if parsed.problems else "ok"
                text = f"{parsed.format}, {len(parsed.entries)} entries" + "".join(f"; {p}" for p in parsed.problems)
                found.append(Finding(level, subject, text))
        return found

    yield from asyncio.run(look())


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (machine, configuration, models, warehouse, mail)
