"""`hotline metrics`."""

from __future__ import annotations

import sys

import typer


def register(app: typer.Typer) -> None:
    """Add this file's command to `app`."""

    @app.command()
    def metrics() -> None:
        """Print metrics of the warehouse in Prometheus' text format, e.g. for node_exporter's textfile collector.

        Ends with 1 if the warehouse does not answer; then hotline_warehouse_up is 0, and nothing else is told.
        """
        from pipeline.runtime.metrics import exposition, warehouse_dsn
        from pipeline.settings import get_settings

        text, fault = exposition(lambda: warehouse_dsn(get_settings()))
        sys.stdout.write(text.decode())
        if fault is not None:
            mend = getattr(
                fault, "mend", "Check that it runs and that HOTLINE_WAREHOUSE_DSN is right: `hotline doctor`."
            )
            print(f"{str(fault).strip()}\nWhat to do: {mend}", file=sys.stderr)
            raise typer.Exit(1)
