"""Changing feeds.yaml by program: rows are added at its end or marked, so that a person's comments and order stay."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
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
    _replace(path, f"{before.rstrip()}\n\n{indent}# {heading}\n{lines}" if rows else before)


def retire_row(path: Path, feed_id: str, today: date, why: str) -> None:
    """Write `enabled: false` into a feed's row, and a comment above it. All else in the file stays as it is.

    Raises LookupError for a feed that is not there, ValueError for one that is retired already, FeedsError for a file
    that is not valid.
    """
    row = next((row for row in load_rows(path) if row.id == feed_id), None)
    if row is None:
        raise LookupError(f"there is no feed {feed_id!r}; `hotline feeds list` names them")
    if not row.enabled:
        raise ValueError(f"{feed_id} is retired already: its row says enabled: false")
    text = path.read_text(encoding="utf-8")
    node = _row_node(text, feed_id)
    enabled = next((value for key, value in node.value if key.value == "enabled"), None)
    if enabled is not None:
        start, end, new = enabled.start_mark.index, enabled.end_mark.index, "false"
    elif node.flow_style:
        start = end = node.end_mark.index - 1
        new = ", enabled: false"
    else:
        # As the second key: the end of a block is where the next row's comment may stand.
        start = end = node.value[0][1].end_mark.index
        new = f"\n{' ' * node.start_mark.column}enabled: false"
    text = text[:start] + new + text[end:]
    line = text.rfind("\n", 0, node.start_mark.index) + 1
    indent = text[line:][: len(text[line:]) - len(text[line:].lstrip())]
    reason = " ".join(why.split())
    note = f"{indent}# Retired on {today:%Y-%m-%d}{': ' + reason if reason else ''}\n"
    _replace(path, text[:line] + note + text[line:])


def _row_node(text: str, feed_id: str) -> yaml.MappingNode:
    document = yaml.compose(text, Loader=yaml.SafeLoader)
    rows = next((v for k, v in document.value if k.value == "feeds"), None) if document is not None else None
    for node in rows.value if rows is not None else ():
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == "id" and value.value == feed_id:
                    return node
    raise LookupError(f"there is no feed {feed_id!r}; `hotline feeds list` names them")


def _replace(path: Path, text: str) -> None:
    """Write a feeds.yaml at once, and only if it is valid."""
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
