"""`hotline feedback ...`: what readers of mails said of contacts, for people and for training."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.terminal import Terminal

VERDICTS = ("right", "wrong", "duplicate")
Verdict = Annotated[str | None, typer.Option(help="Only those that say right, wrong or duplicate.")]


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    group = typer.Typer(no_args_is_help=True, help="What readers of mails say: right, wrong or duplicate.")
    group.command("list")(list_feedback)
    group.command("export")(export)
    app.add_typer(group, name="feedback")


def list_feedback(verdict: Verdict = None, limit: Annotated[int, typer.Option(min=1)] = 50) -> None:
    """List what was said, the latest first."""
    from pipeline.settings import get_settings
    from pipeline.stages.context import StageContext
    from pipeline.warehouse.feedback import voices

    terminal = Terminal()
    with terminal.faults():
        _check(terminal, verdict)
        with StageContext.open(get_settings()).connection() as connection:
            said = voices(connection, verdict, limit)
        if not said:
            terminal.say("Nobody has said anything yet. Mails carry links for it when HOTLINE_FEEDBACK_SECRET is set.")
        for voice in said:
            terminal.say(
                f"{voice.changed_at:%Y-%m-%d %H:%M}  {voice.verdict:<9}  {voice.contact_id}  {voice.participants}"
            )
            if voice.comment:
                terminal.say(f"        {' '.join(voice.comment.split())}")


def export(
    out: Annotated[Path | None, typer.Option(help="Write to this file rather than to the terminal.")] = None,
    verdict: Verdict = None,
) -> None:
    """Write what was said as JSON Lines, each with its contact and the sentences that it rests on."""
    from pipeline.settings import get_settings
    from pipeline.stages.context import StageContext
    from pipeline.warehouse.feedback import training_rows

    terminal = Terminal()
    with terminal.faults():
        _check(terminal, verdict)
        with StageContext.open(get_settings()).connection() as connection:
            lines = [json.dumps(row, ensure_ascii=False, sort_keys=True) for row in training_rows(connection, verdict)]
        text = "".join(f"{line}\n" for line in lines)
        if out is None:
            sys.stdout.write(text)
        else:
            out.write_text(text, encoding="utf-8")
            terminal.say(f"{len(lines)} rows are in {out}.")


def _check(terminal: Terminal, verdict: str | None) -> None:
    if verdict is not None and verdict not in VERDICTS:
        terminal.say(f"--verdict takes {', '.join(VERDICTS)}, not {verdict!r}.")
        raise typer.Exit(1)
