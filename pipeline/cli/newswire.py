"""Commands of `hotline`: newswire."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

PORT = 8088


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""

    @app.command()
    def newswire(
        port: Annotated[int, typer.Option(min=0, max=65535, help="Port on 127.0.0.1; 0 takes a free one.")] = PORT,
        until: Annotated[
            datetime | None,
            typer.Option(help="Show only what was published up to this moment (UTC), to replay the days one by one."),
        ] = None,
        feeds_yaml: Annotated[
            bool, typer.Option("--feeds-yaml", help="Print the feeds in the form of config/feeds.yaml, and end.")
        ] = False,
    ) -> None:
        """Serve the example newswire: invented outlets with our own texts, on this machine only, until Ctrl-C."""
        from pipeline.newswire import serve, server

        if feeds_yaml:
            typer.echo(server.feeds_yaml(f"http://{server.HOST}:{port}"), nl=False)
            return
        try:
            serve.serve(port, until.replace(tzinfo=UTC) if until else None)
        except OSError as error:
            typer.echo(
                f"Port {port} on {server.HOST} cannot be used ({error.strerror}); choose another by --port.", err=True
            )
            raise typer.Exit(1) from error
