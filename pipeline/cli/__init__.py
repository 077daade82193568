"""`hotline ...`: the pipeline's functions for a person at a terminal. Each command group lives in a file of its own."""

from __future__ import annotations

import importlib
import os

import typer

# Modules of this package, each with `register(app)`. They import their rooms inside the commands, so that
# `hotline --help` and `hotline analyse` do not pay for Airflow or Postgres drivers.
GROUPS = (
    "analyse",
    "topics",
    "ingest",
    "feeds",
    "archive",
    "bulk",
    "newswire",
    "warehouse",
    "search",
    "docs",
    "alerts",
    "feedback",
    "run",
    "rebuild",
    "review",
    "leaders",
    "doctor",
    "watchdog",
    "quality",
    "export",
    "backup",
    "metrics",
)


def build_app() -> typer.Typer:
    """The whole command line."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, help="Who among the world's leaders spoke with whom.")
    for name in GROUPS:
        importlib.import_module(f"pipeline.cli.{name}").register(app)
    return app


def main() -> None:
    """Entry point of the `hotline` script."""
    if os.environ.get("HOTLINE_LOG_FORMAT") == "json":
        from pipeline.runtime.logs import configure_logs

        configure_logs("json")
    build_app()()
