"""The list of contacts as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import fields

from pipeline.warehouse.page import ContactRow

# A cell that begins so would be run as a formula (OWASP, "CSV Injection").
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_text(rows: Sequence[ContactRow]) -> str:
    """A header and a line for each contact (RFC 4180)."""
    out = io.StringIO()
    writer = csv.writer(out)
    names = [field.name for field in fields(ContactRow)]
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(getattr(row, name)) for name in names])
    return out.getvalue()


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
