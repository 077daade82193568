"""Parquet files that others may have written, read row by row: a small file can unpack to more than any memory."""

from __future__ import annotations

import resource
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.bulk.faults import BulkFault

BATCH = 64
# What one column of one row group may say it unpacks to, and what reading one batch may take besides.
MOST_COLUMN = 512 * 1024 * 1024
MOST_MEMORY = 2 * 1024 * 1024 * 1024
_MEND = "Write it anew with smaller row groups, or leave it out."


def checked_batches(
    path: Path, file: pq.ParquetFile, columns: Sequence[str], first: int = 1, rows: int = 0, schema: pa.Schema = None
) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """(row number from 1, row) for `rows` rows from `first` on, all with 0; for a row that cannot be read, why not.

    With `schema` the columns are cast to it. Raises BulkFault for a file that is damaged, or takes too much memory.
    """
    last = first + rows if rows else file.metadata.num_rows + 1
    begin = 1
    for group in range(file.metadata.num_row_groups):
        about = file.metadata.row_group(group)
        end = begin + about.num_rows
        if end > first and begin < last:
            yield from _group(path, file, group, columns, begin, first, last, schema)
        begin = end


def _group(
    path: Path,
    file: pq.ParquetFile,
    group: int,
    columns: Sequence[str],
    begin: int,
    first: int,
    last: int,
    schema: pa.Schema | None,
) -> Iterator[tuple[int, dict[str, Any] | str]]:
    about = file.metadata.row_group(group)
    largest = max((about.column(n).total_uncompressed_size for n in range(about.num_columns)), default=0)
    if largest > MOST_COLUMN:
        raise BulkFault(f"{path}: row group {group + 1} has a column of {largest:,} bytes. {_MEND}")
    # No value is larger than its column chunk: so many rows are no more than `MOST_COLUMN` if all hold the same one.
    size = max(1, min(BATCH, MOST_COLUMN // max(largest, 1)))
    number = begin
    batches = file.iter_batches(size, row_groups=[group], columns=list(columns), use_threads=False)
    while True:
        with _bounded(path, group):
            batch = next(batches, None)
            if batch is None:
                return
            if schema is not None:
                batch = batch.select(schema.names).cast(schema)
        for index in range(batch.num_rows):
            if first <= number < last:
                try:
                    yield number, batch.slice(index, 1).to_pylist()[0]
                except (ValueError, OverflowError, pa.ArrowException) as error:
                    yield number, f"cannot be read: {error}"
            number += 1
        if number >= last:
            return


@contextmanager
def _bounded(path: Path, group: int) -> Iterator[None]:
    """What is allocated meanwhile is bounded by the kernel; Arrow then says that it got no memory."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize() if _LINUX else None
    if used is not None:
        limit = used + MOST_MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
    try:
        yield
    except (MemoryError, pa.ArrowMemoryError) as error:
        raise BulkFault(f"{path}: row group {group + 1} unpacks to more memory than news needs. {_MEND}") from error
    except (pa.ArrowException, OSError, ValueError) as error:
        raise BulkFault(
            f"{path}: row group {group + 1} cannot be read: {error}. Make or fetch the file anew."
        ) from error
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


_LINUX = Path("/proc/self/statm").exists()
