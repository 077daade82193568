"""What the long-running commands share: plain lines on the terminal, and faults told with their mend."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

from pipeline.runtime.errors import RuntimeFault


class Terminal:
    """A console that prints lines as they are, so that a path or a headline with brackets stays what it is."""

    def __init__(self) -> None:
        self.console = Console(highlight=False)

    def say(self, line: str) -> None:
        self.console.print(line, markup=False, soft_wrap=True)

    @contextmanager
    def faults(self) -> Iterator[None]:
        """A RuntimeFault ends the command with status 1 and its mend; Ctrl-C with 130."""
        try:
            yield
        except RuntimeFault as fault:
            self.say(f"\n{fault}\nWhat to do: {fault.mend}")
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            self.say("\nStopped. What was done is kept; run again to go on.")
            raise typer.Exit(130) from None
