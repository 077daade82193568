"""The rules of the house that code can hold: which room may import which, and where SQL may stand."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PIPELINE = ROOT / "pipeline"

NOUNS = {"domain", "settings"}
MAY_IMPORT = {
    "domain": set(),
    "settings": set(),
    # Which addresses are public: asked by those who fetch pages and by those who call webhooks.
    "addresses": set(),
    "newswire": {"domain"},
    "understand": {"domain"},
    "reconcile": {"domain"},
    # The embedded server is part of the run time too: private files, ports, and faults that say what to mend.
    "warehouse": {*NOUNS, "runtime.private", "runtime.ports", "runtime.errors"},
    "ingest": {*NOUNS, "addresses", "warehouse"},
    "alerts": {*NOUNS, "addresses", "warehouse"},
    "exports": {*NOUNS, "warehouse"},
    # Files in, files out: no warehouse, so that any engine can run it.
    "bulk": {*NOUNS, "ingest", "understand"},
    "stages": {*NOUNS, "warehouse", "ingest", "understand", "reconcile", "alerts", "bulk"},
    "dashboard": {*NOUNS, "warehouse", "alerts", "stages"},
    "runtime": {*NOUNS, "warehouse", "ingest", "understand", "reconcile", "alerts", "stages", "newswire"},
    "cli": {
        *NOUNS,
        *(
            "warehouse",
            "ingest",
            "understand",
            "reconcile",
            "alerts",
            "exports",
            "stages",
            "newswire",
            "runtime",
            "bulk",
        ),
    },
}


def modules() -> list[Path]:
    return sorted(PIPELINE.rglob("*.py"))


def imports_of(path: Path) -> list[str]:
    """Names below `pipeline.` that a file imports anywhere, inside functions too."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [node.module] if node.module != "pipeline" else [f"pipeline.{a.name}" for a in node.names]
    return [name.removeprefix("pipeline.") for name in found if name.startswith("pipeline.")]


def room_of(path: Path) -> str:
    return path.relative_to(PIPELINE).parts[0].removesuffix(".py")


def test_every_room_is_known() -> None:
    assert {room_of(path) for path in modules()} - {"__init__"} == set(MAY_IMPORT)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PIPELINE)))
def test_imports_run_one_way(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        return
    allowed = MAY_IMPORT[room] | {room}
    uphill = [name for name in imports_of(path) if not any(name == a or name.startswith(f"{a}.") for a in allowed)]
    assert not uphill, f"{room} may not import {uphill}"


@pytest.mark.parametrize("room", ["understand", "reconcile"])
def test_pure_rooms_read_no_clock(room: str) -> None:
    clock = re.compile(r"datetime\.now\(|date\.today\(|time\.time\(|utcnow\(")
    guilty = [p.name for p in (PIPELINE / room).rglob("*.py") if clock.search(p.read_text(encoding="utf-8"))]
    assert not guilty


def test_only_the_warehouse_imports_psycopg2() -> None:
    guilty = []
    for path in modules():
        text = path.read_text(encoding="utf-8")
        if room_of(path) != "warehouse" and re.search(r"^\s*(import|from) psycopg2", text, re.MULTILINE):
            guilty.append(str(path.relative_to(PIPELINE)))
    assert not guilty


def test_dags_hold_no_logic_of_their_own() -> None:
    """DAG files may import Airflow and the run time, and no room below it."""
    for path in (ROOT / "dags").glob("*.py"):
        rooms = {name.split(".")[0] for name in imports_of(path)}
        assert rooms <= {"runtime", "settings", "domain"}, path.name
