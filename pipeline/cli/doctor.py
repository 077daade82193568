"""`hotline doctor`."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""

    @app.command()
    def doctor(
        feeds: Annotated[bool, typer.Option("--feeds/--no-feeds", help="Fetch each feed once.")] = True,
    ) -> None:
        """Check the machine, the configuration, the models, the warehouse, mail and each feed; say what to mend."""
        from pipeline.cli.terminal import Terminal
        from pipeline.runtime import checks
        from pipeline.settings import get_settings

        terminal = Terminal()
        signs = {"ok": "[green]ok  [/]", "note": "[yellow]note[/]", "bad": "[red]BAD [/]"}
        bad = 0
        for check in (*checks.CHECKS, *((checks.feeds,) if feeds else ())):
            for finding in check(get_settings()):
                terminal.console.print(signs[finding.level], end=" ")
                terminal.say(f"{finding.subject}: {finding.text}")
                if finding.mend:
                    terminal.say(f"     -> {finding.mend}")
                bad += finding.level == "bad"
        terminal.say("\nAll is well." if not bad else f"\n{bad} to mend.")
        raise typer.Exit(1 if bad else 0)
