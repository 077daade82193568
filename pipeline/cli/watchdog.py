"""`hotline watchdog`."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add this file's command to `app`."""

    @app.command()
    def watchdog(
        to: Annotated[str, typer.Option(help="Whom to mail: name@host.")],
        hours: Annotated[float, typer.Option(min=0.1, help="So long may pass without a run that worked.")] = 26.0,
    ) -> None:
        """Mail ops if no run has worked for some hours, once, and once when it does again. For cron or systemd.

        Ends with 0 if all is well, 1 if not (whether or not a mail was due), 2 if a mail was due and did not go out.
        """
        from datetime import UTC, datetime

        from pipeline.alerts.channels import is_address
        from pipeline.cli.terminal import Terminal
        from pipeline.runtime.errors import RuntimeFault
        from pipeline.runtime.watchdog import watch
        from pipeline.settings import get_settings

        terminal = Terminal()
        if not is_address(to):
            raise typer.BadParameter(f"{to!r} is not an e-mail address (name@host)", param_hint="--to")
        try:
            # Its own clock, not the one that replays set: it watches this installation, today.
            state, mailed = watch(get_settings(), hours, to, datetime.now(UTC))
        except RuntimeFault as fault:
            terminal.say(f"{fault}\nWhat to do: {fault.mend}")
            raise typer.Exit(2) from None
        terminal.say(f"{state.wrong or 'All is well'}. {state.more}{f' Mailed {to}.' if mailed else ''}")
        if state.wrong:
            raise typer.Exit(1)
