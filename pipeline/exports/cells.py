"""Cells of CSV: one plain text for each type, and none that a spreadsheet would run."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

# What spreadsheets take for the beginning of a formula, the full-width forms included.
STARTERS = frozenset("=+-@\t\r\n＝＋－＠")


def cell(value: Any, guard: bool = True) -> str:
    """A value as CSV holds it: null is empty, times are ISO 8601, lists and objects are JSON.

    With `guard`, text that a spreadsheet would take for a formula gets an apostrophe before it. Numbers do not: -1 is
    no formula.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g}"
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    text = str(value)
    return f"'{text}" if guard and is_formula(text) else text


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might run this text. Leading blanks do not stop it from doing so."""
    return text[:1] in STARTERS or text.lstrip()[:1] in STARTERS if text else False
