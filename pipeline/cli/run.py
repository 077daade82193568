"""`hotline run` and `hotline up`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

FEEDS = Annotated[
    Path | None,
    typer.Option(
        "--feeds", help="A feeds file with live feeds, such as config/feeds.yaml. Default: the example newswire."
    ),
]


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""

    @app.command()
    def run(feeds: FEEDS = None) -> None:
        """Do the main job once, through Airflow: poll, fetch, extract, understand, reconcile, alert; then report."""
        from pipeline.cli.terminal import Terminal
        from pipeline.runtime.report import print_report
        from pipeline.runtime.run import one_run
        from pipeline.settings import get_settings

        terminal = Terminal()
        with terminal.faults(), one_run(get_settings(), feeds, terminal.say) as outcome:
            print_report(terminal.console, get_settings(), outcome)

    @app.command()
    def up(feeds: FEEDS = None) -> None:
        """Start Airflow with its UI and the schedule; Ctrl-C stops it."""
        from pipeline.cli.terminal import Terminal
        from pipeline.runtime.up import up as start
        from pipeline.settings import get_settings

        terminal = Terminal()
        with terminal.faults():
            start(get_settings(), feeds, terminal.say)
