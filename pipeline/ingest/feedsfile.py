"""Changing feeds.yaml by program: rows are added at its end, so that a person's comments and order stay."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import yaml

from pipeline.ingest.feedsconfig import FeedRow, load_rows

_DEFAULTS = FeedRow(id="x", url="https://x.example/", outlet="x")


def append_rows(path: Path, rows: Sequence[FeedRow], heading: str) -> None:
    """Add rows at the end of a feeds.yaml, or begin one. The file is replaced at once, and only by one that is valid.

    Raises FeedsError if the file was not valid before, or would not be after.
    """
    before = path.read_text(encoding="utf-8") if path.exists() else "feeds:\n"
    if path.exists():
        load_rows(path)
    indent = _indent(before)
    lines = "".join(f"{indent}- {written(row)}\n" for row in rows)
    # With the last line's end, if an editor left it out.
    text = f"{before.rstrip()}\n\n{indent}# {heading}\n{lines}" if rows else before
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    draft.parent.mkdir(parents=True, exist_ok=True)
    try:
        draft.write_text(text, encoding="utf-8")
        load_rows(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def written(row: FeedRow) -> str:
    """A row as one line of YAML, without the keys that have their default."""
    facts = {
        name: value
        for name, value in row.model_dump().items()
        if name in ("id", "url", "outlet", "language") or value != getattr(_DEFAULTS, name)
    }
    return yaml.safe_dump(facts, default_flow_style=True, sort_keys=False, allow_unicode=True, width=100_000).strip()


def _indent(text: str) -> str:
    """How far the file's own rows are indented."""
    for line in text.splitlines():
        if line.lstrip().startswith("- "):
            return line[: len(line) - len(line.lstrip())]
    return "  "
