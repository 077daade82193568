"""`hotline alerts outbox`, `dead` and `resend`: what became of the messages, and sending dead letters again.

A server's reply is a stranger's text: it is printed without control characters.
"""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from pipeline.cli.alertkit import Fault, faults, warehouse
from pipeline.cli.terminal import Terminal


def add_to(group: typer.Typer) -> None:
    """Add this file's commands to `hotline alerts`."""
    group.command("outbox")(outbox)
    group.command("dead")(dead)
    group.command("resend")(resend)


def outbox(
    state: Annotated[str | None, typer.Option(help="Only those waiting, sent or failed.")] = None,
    limit: Annotated[int, typer.Option(min=1)] = 50,
) -> None:
    """List the latest messages and what the relay said of each."""
    from pipeline.alerts.plain import plain
    from pipeline.warehouse.alerting import outbox_lines

    terminal = Terminal()
    with faults(terminal):
        if state not in (None, "waiting", "sent", "failed"):
            raise Fault(f"--state takes waiting, sent or failed, not {state!r}.")
        with warehouse() as connection:
            lines = outbox_lines(connection, state, limit)
        if not lines:
            terminal.say("The outbox is empty." if state is None else f"No message is {state}.")
        for line in lines:
            when = line.sent_at or line.enqueued_at
            terminal.say(
                f"{line.outbox_id:>6}  {line.state:<8} {when:%Y-%m-%d %H:%M}  {line.recipient}  {line.subject}"
            )
            if line.state != "sent" and line.attempts:
                again = f", next try {line.next_attempt_at:%Y-%m-%d %H:%M} UTC" if line.state == "waiting" else ""
                terminal.say(f"        {line.attempts} tried{again}: {plain(line.last_reply or '', 400)}")


def dead(limit: Annotated[int, typer.Option(min=1)] = 50) -> None:
    """List the messages that are not tried any more, and why: refused, or of unknown fate."""
    from pipeline.alerts.plain import plain
    from pipeline.warehouse.outbox import dead_letters

    terminal = Terminal()
    with faults(terminal):
        with warehouse() as connection:
            letters = dead_letters(connection, limit)
        if not letters:
            terminal.say("No message is dead: all are sent, or wait to be.")
            return
        for letter in letters:
            tried = f"{letter.last_attempt_at:%Y-%m-%d %H:%M}" if letter.last_attempt_at else "never tried"
            fate = "may have arrived" if letter.fate == "unknown" else "has not arrived"
            terminal.say(f"{letter.outbox_id:>6}  {fate:<16} {tried}  {letter.recipient}  {letter.subject}")
            terminal.say(f"        {plain(letter.last_reply, 400) or 'no reply is noted'}")
        terminal.say("To send one again: `hotline alerts resend NUMBER`; the next run sends it.")


def resend(
    numbers: Annotated[list[int], typer.Argument(help="Numbers of dead letters, as `hotline alerts dead` lists them.")],
) -> None:
    """Put dead letters back into the queue. What was sent is never sent again."""
    from pipeline.warehouse.outbox import resend as requeue

    terminal = Terminal()
    with faults(terminal):
        try:
            with warehouse() as connection:
                for number in numbers:
                    requeue(connection, number, _who())
        except LookupError as fault:
            raise Fault(
                f"{fault.args[0]}. Nothing was changed; `hotline alerts dead` lists what can be sent."
            ) from None
        again = "It waits again; the" if len(numbers) == 1 else f"{len(numbers)} messages wait again; the"
        terminal.say(f"{again} next run sends (`hotline run`, or the task `alert`).")


def _who() -> str:
    try:
        return f"{getpass.getuser()} at a terminal"
    except (KeyError, OSError):
        return "a person at a terminal"
