"""Views of the schema mart as files, one a view, with a manifest of what was written."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.exports.cells import cell
from pipeline.exports.errors import ExportFault
from pipeline.exports.files import replacing, sha256, staging
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.extracts import Column, MartView, mart_rows, mart_views, snapshot

Form = Literal["parquet", "csv"]
MANIFEST = "manifest.json"

TYPES: dict[str, pa.DataType] = {
    "smallint": pa.int32(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "real": pa.float64(),
    "double precision": pa.float64(),
    # Averages and shares: nobody sums money here.
    "numeric": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp with time zone": pa.timestamp("us", tz="UTC"),
    # Parquet has no interval that all readers know; the column's metadata says the unit.
    "interval": pa.float64(),
    "text": pa.string(),
}


@dataclass(frozen=True, slots=True)
class Written:
    """One file of an export; `since` is the column that the rows were cut by, if they were."""

    view: str
    file: str
    rows: int
    bytes: int
    sha256: str
    since: str | None
    columns: dict[str, str]


class Sink(Protocol):
    """Takes rows in batches."""

    def write(self, rows: Sequence[tuple[Any, ...]]) -> None: ...


def export_marts(
    conn: Connection,
    directory: Path,
    form: Form = "parquet",
    names: Sequence[str] = (),
    since: date | None = None,
    guard: bool = True,
    now: datetime | None = None,
) -> list[Written]:
    """Write views of one moment into `directory`, all of them unless some are named, and last of all manifest.json.

    Nothing is replaced before all files are written. `since` cuts the views that are about days; `guard` concerns CSV
    alone (`cells.cell`). Memory holds one batch of rows. Raises ExportFault for a view that is not there.
    """
    with snapshot(conn):
        views = {view.name: view for view in mart_views(conn)}
        wanted = [name.removeprefix("mart.") for name in names]
        if unknown := [name for name in wanted if name not in views]:
            raise ExportFault(f"There is no view {', '.join(unknown)}.", f"There are: {', '.join(views)}.")
        with staging(directory) as place:
            written = [
                _write(conn, place, view, form, since, guard) for name, view in views.items() if _in(name, wanted)
            ]
    manifest = {
        "program": "hotline",
        "written_at": None if now is None else now.isoformat(timespec="seconds"),
        "format": form,
        "since": None if since is None else since.isoformat(),
        "formulas_guarded": guard if form == "csv" else None,
        "files": [asdict(file) for file in written],
    }
    with replacing(directory / MANIFEST) as path:
        path.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return written


def _in(name: str, wanted: Sequence[str]) -> bool:
    return not wanted or name in wanted


def _write(conn: Connection, place: Path, view: MartView, form: Form, since: date | None, guard: bool) -> Written:
    path = place / f"{view.name}.{form}"
    as_text = [column.name for column in view.columns if _kind(column) is None]
    rows = 0
    with _parquet(path, view) if form == "parquet" else _csv(path, view, guard) as sink:
        for batch in mart_rows(conn, view, as_text, since):
            sink.write(batch)
            rows += len(batch)
    cut = ", ".join(view.days) if since is not None and view.days else None
    kinds = {column.name: column.kind for column in view.columns}
    return Written(view.name, path.name, rows, path.stat().st_size, sha256(path), cut, kinds)


def _kind(column: Column) -> pa.DataType | None:
    """The type in Parquet; None for what is written as the database prints it: jsonb, uuid and the like."""
    if column.kind.endswith("[]"):
        inner = TYPES.get(column.kind.removesuffix("[]"))
        return None if inner is None else pa.list_(inner)
    return TYPES.get(column.kind)


class _Parquet:
    def __init__(self, writer: pq.ParquetWriter, schema: pa.Schema) -> None:
        self.writer, self.schema = writer, schema

    def write(self, rows: Sequence[tuple[Any, ...]]) -> None:
        columns = [
            pa.array([_plain(value) for value in values], field.type)
            for values, field in zip(zip(*rows, strict=True), self.schema, strict=True)
        ]
        self.writer.write_batch(pa.record_batch(columns, schema=self.schema))


@contextmanager
def _parquet(path: Path, view: MartView) -> Iterator[Sink]:
    fields = []
    for column in view.columns:
        notes = {"comment": column.comment} | ({"unit": "seconds"} if column.kind == "interval" else {})
        fields.append(pa.field(column.name, _kind(column) or pa.string(), metadata=notes))
    schema = pa.schema(fields, metadata={"comment": view.comment})
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        yield _Parquet(writer, schema)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value.total_seconds() if isinstance(value, timedelta) else value


class _Csv:
    def __init__(self, writer: Any, guard: bool) -> None:
        self.writer, self.guard = writer, guard

    def write(self, rows: Sequence[tuple[Any, ...]]) -> None:
        self.writer.writerows([cell(value, self.guard) for value in row] for row in rows)


@contextmanager
def _csv(path: Path, view: MartView, guard: bool) -> Iterator[Sink]:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(column.name for column in view.columns)
        yield _Csv(writer, guard)
