"""`hotline bulk`: years of articles in files to report files, on Spark or in this process."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.terminal import Terminal


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    app.command("bulk")(bulk)


def bulk(
    files: Annotated[list[Path], typer.Argument(metavar="FILE|DIR...", help="WARC, JSON Lines or Parquet files.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder for report files.")],
    master: Annotated[
        str | None,
        typer.Option(metavar="URL", help="A Spark master, such as local[2]. Left out: this process, without Spark."),
    ] = None,
    rows: Annotated[int, typer.Option(min=1, help="Articles in one report file, where files can be cut.")] = 2000,
    feeds: Annotated[bool, typer.Option(help="Take outlets and time zones of sites from the feeds file.")] = False,
) -> None:
    """Write what `hotline analyse` finds in articles into Parquet files, for `hotline import reports`. Run it again to
    go on after a break: what was done is kept."""
    from pipeline.bulk.faults import BulkFault
    from pipeline.bulk.sources import plan
    from pipeline.ingest.feedsconfig import FeedsError
    from pipeline.ingest.warc import WarcFault
    from pipeline.settings import get_settings
    from pipeline.understand.encoder import ModelError
    from pipeline.understand.registry import RegistryError

    terminal = Terminal()
    settings, out, begun = get_settings(), out.resolve(), time.monotonic()
    try:
        with terminal.faults():
            parts = plan(files, rows)
            if master is None:
                from pipeline.bulk.work import do_part

                done = [do_part(part, out, settings, feeds, settings.threads) for part in parts]
            else:
                from pipeline.bulk.spark import run, session

                spark = session(master)
                try:
                    done = run(spark, parts, out, settings, feeds)
                finally:
                    spark.stop()
    except (BulkFault, WarcFault, FeedsError, ModelError, RegistryError, OSError) as fault:
        terminal.say(f"hotline bulk: {fault}\nWhat was written before is kept; mend it, and run again.")
        raise typer.Exit(1) from None
    read, errors = sum(d.rows - d.errors for d in done), sum(d.errors for d in done)
    fresh = sum(d.rows - d.errors for d in done if not d.kept)
    seconds = time.monotonic() - begun
    terminal.say(
        f"{read:,} articles with {sum(d.contacts for d in done):,} contact reports in {len(done)} files, {out}"
        f" ({sum(d.kept for d in done)} of them were there)"
    )
    if fresh:
        cpu = sum(d.cpu for d in done)
        terminal.say(f"{fresh / seconds:.1f} articles a second, {cpu / fresh * 1000:.0f} ms of CPU each")
    if errors:
        terminal.say(f"{errors:,} rows hold no article; the column `error` of the report files says why.")
    terminal.say(f"Load them: hotline import reports {out}")
