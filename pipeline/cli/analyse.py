"""Commands of `hotline`: analyse."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

if TYPE_CHECKING:
    from pipeline.domain import Article
    from pipeline.understand.analyse import Analyser


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""

    @app.command()
    def analyse(
        file: Annotated[
            Path | None,
            typer.Argument(help="JSON Lines, one article a line; '-' or nothing: standard input.", show_default=False),
        ] = None,
    ) -> None:
        """Find topics and leader contacts in articles: JSON Lines in, JSON Lines out, in order.

        Exit status 1 tells that a line was malformed (its error stands in its place), 2 that nothing could be read.
        """
        from pipeline.settings import get_settings
        from pipeline.understand.analyse import Analyser
        from pipeline.understand.encoder import ModelError
        from pipeline.understand.registry import RegistryError

        settings = get_settings()
        try:
            analyser = Analyser.load(
                settings.leaders_dir,
                settings.topics_file,
                settings.models_dir,
                settings.threads,
                settings.own_topics_dir,
                settings.topic_model,
                settings.hub_device,
            )
            source = sys.stdin.buffer if file is None or str(file) == "-" else file.open("rb")
        except (ModelError, RegistryError, OSError) as error:
            typer.echo(f"hotline analyse: {error}", err=True)
            raise typer.Exit(2) from None
        try:
            with source:
                malformed = run(analyser, source, sys.stdout.buffer)
        except BrokenPipeError:  # the reader has seen enough
            sys.stderr.close()
            raise typer.Exit(0) from None
        if malformed:
            raise typer.Exit(1)


def run(analyser: Analyser, source: Iterable[bytes], out: BinaryIO) -> int:
    """Analyse lines and write one line for each, in order; the number of malformed ones."""
    from pipeline.understand.analyse import BATCH

    malformed = 0
    lines = (line for line in source if line.strip())
    first = True
    while batch := list(islice(lines, BATCH)):
        if first:
            batch[0], first = batch[0].removeprefix(b"\xef\xbb\xbf"), False
        for answer, good in _answers(analyser, batch):
            malformed += not good
            out.write(answer + b"\n")
        out.flush()
    return malformed


def _answers(analyser: Analyser, lines: list[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The answer to each line, and whether the line was good."""
    from pipeline.understand.jsonl import LineError, dump, dump_error, parse

    parsed: list[tuple[str | int, Article] | LineError] = []
    for line in lines:
        try:
            parsed.append(parse(line))
        except LineError as error:
            parsed.append(error)
    analyses = analyser.analyse_many([p[1] for p in parsed if not isinstance(p, LineError)])
    for item in parsed:
        yield (dump_error(item), False) if isinstance(item, LineError) else (dump(item[0], next(analyses)), True)
