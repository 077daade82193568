"""Checks of the data: one SQL query a file in sql/quality/, which returns the rows that should not be there.

A file begins with a header of comments, `-- severity: error|warn`, `-- means: ...` and `-- do: ...`; lines that begin
with `--` and three blanks go on with the one before. Severity `error` is for what the pipeline promises and must never
happen, `warn` for what a person should look at: the models and the world may be to blame.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from pipeline.settings import ROOT
from pipeline.warehouse.errors import WarehouseFault

QUALITY = ROOT / "sql" / "quality"
NAME = re.compile(r"\d{3}_([a-z0-9_]+)\.sql")
# Rows kept of what a check finds: enough to see what is wrong, and a flood stays small.
MOST_ROWS = 50
# A check that takes longer is no check after each load. It is told as one that could not be made.
MOST_SECONDS = 120
KEEP_DAYS = 90

Severity = Literal["error", "warn"]


class QualityFault(WarehouseFault):
    """A file of checks cannot be read, or there is no such check."""


@dataclass(frozen=True, slots=True)
class Check:
    """One file of checks."""

    name: str
    severity: Severity
    means: str
    todo: str
    query: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found. `rows` are the first MOST_ROWS of `found` rows, as plain JSON values by column.

    `failure` is the database's word where the check could not be made; then `found` is 0 and means nothing.
    """

    name: str
    severity: Severity
    means: str
    todo: str
    found: int
    rows: tuple[dict[str, Any], ...]
    failure: str | None
    seconds: float

    @property
    def fine(self) -> bool:
        return self.found == 0 and self.failure is None

    @property
    def failed(self) -> bool:
        """Whether a load must not pass as good: an error was found, or it is not known whether there is one."""
        return not self.fine and (self.severity == "error" or self.failure is not None)

    @property
    def summary(self) -> str:
        """One line for a log."""
        if self.failure is not None:
            return f"{self.name}: could not be checked: {self.failure}"
        if self.found == 0:
            return f"{self.name}: fine"
        return f"{self.name}: {self.found} found ({self.severity}). {self.means} What to do: {self.todo}"


def load_checks(directory: Path = QUALITY) -> list[Check]:
    """The checks of a folder, in the order of their numbers. Raises QualityFault, which names the file."""
    checks = [_read(path) for path in sorted(directory.glob("*.sql"))]
    if not checks:
        raise QualityFault(f"There are no checks in {directory}.", "Put *.sql files there, as in sql/quality/.")
    twice = sorted({c.name for c in checks if sum(other.name == c.name for other in checks) > 1})
    if twice:
        raise QualityFault(f"Two checks in {directory} are called {', '.join(twice)}.", "Rename one of them.")
    return checks


def run_checks(
    conn: Connection,
    directory: Path = QUALITY,
    *,
    only: Sequence[str] = (),
    now: datetime | None = None,
    since: datetime | None = None,
) -> list[CheckResult]:
    """Make the checks and note the results in meta.quality_result, which mart.data_quality shows.

    `only` names some; `now` is the installation's clock (else the database's); costly checks look at what was written
    since `since` (else at everything). Does not commit: commit before you raise on a failed check, or its result is
    lost. A check that breaks is a result too. Raises QualityFault for a broken file or an unknown name.
    """
    checks = load_checks(directory)
    if unknown := sorted(set(only) - {check.name for check in checks}):
        raise QualityFault(
            f"There is no check {', '.join(unknown)}.", f"There are: {', '.join(check.name for check in checks)}."
        )
    chosen = [check for check in checks if not only or check.name in only]
    with conn.cursor() as cursor:
        for setting, moment in (("hotline.quality_now", now), ("hotline.quality_since", since)):
            # Local to the transaction.
            cursor.execute("SELECT set_config(%s, %s, true)", (setting, "" if moment is None else moment.isoformat()))
        cursor.execute("SELECT current_setting('statement_timeout')")
        (usual,) = cursor.fetchone() or ("0",)
        results = [_make(cursor, check) for check in chosen]
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", (usual,))
        _note(cursor, results, whole=not only)
    return results


def _read(path: Path) -> Check:
    named = NAME.fullmatch(path.name)
    if named is None:
        raise QualityFault(f"{path} is not named like 010_what_it_finds.sql.", "Rename it.")
    text = path.read_text(encoding="utf-8")
    header: dict[str, str] = {}
    last = None
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        key, _, value = line.removeprefix("--").strip().partition(": ")
        if key in ("severity", "means", "do"):
            header[key], last = value.strip(), key
        elif line.startswith("--   ") and last:
            header[last] += " " + line.removeprefix("--").strip()
        else:
            last = None
    missing = [key for key in ("severity", "means", "do") if not header.get(key)]
    if missing:
        raise QualityFault(f"{path} does not say its {', '.join(missing)}.", f"Add `-- {missing[0]}: ...` at its top.")
    if header["severity"] not in ("error", "warn"):
        raise QualityFault(f"{path}: severity {header['severity']!r} is neither error nor warn.", "Choose one.")
    severity: Severity = "error" if header["severity"] == "error" else "warn"
    return Check(named[1], severity, header["means"], header["do"], text.rstrip().rstrip(";"))


def _make(cursor: Cursor, check: Check) -> CheckResult:
    began = time.monotonic()
    found, rows, failure = 0, (), None
    cursor.execute("SAVEPOINT checking")
    try:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", (f"{MOST_SECONDS}s",))
        # As JSON: every type has a plain form there. Without parameters, a % in the query stays what it is.
        cursor.execute(
            f"WITH offending AS (\n{check.query}\n)\n"
            f"SELECT (SELECT count(*) FROM offending), "
            f"(SELECT jsonb_agg(to_jsonb(shown)) FROM (SELECT * FROM offending LIMIT {MOST_ROWS}) AS shown)"
        )
        number, first = cursor.fetchone() or (0, None)
        found, rows = int(number), tuple(first or ())
        cursor.execute("RELEASE SAVEPOINT checking")
    except psycopg2.Error as error:
        if cursor.connection.closed:
            raise
        cursor.execute("ROLLBACK TO SAVEPOINT checking")
        failure = (error.diag.message_primary or str(error)).strip()
    return CheckResult(
        check.name, check.severity, check.means, check.todo, found, rows, failure, time.monotonic() - began
    )


def _note(cursor: Cursor, results: Sequence[CheckResult], whole: bool) -> None:
    cursor.execute("DELETE FROM meta.quality_result WHERE checked_at < now() - make_interval(days => %s)", (KEEP_DAYS,))
    sequence = sql.Literal("meta.quality_result")
    cursor.execute(sql.SQL("SELECT nextval(pg_get_serial_sequence({}, 'result_id'))").format(sequence))
    run_id = int((cursor.fetchone() or (0,))[0])
    for result in results:
        cursor.execute(
            """
            INSERT INTO meta.quality_result
                (run_id, whole, name, severity, means, todo, found, findings, failure, seconds, as_of)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, meta.quality_now())
            """,
            (
                run_id,
                whole,
                result.name,
                result.severity,
                result.means,
                result.todo,
                result.found,
                json.dumps(result.rows),
                result.failure,
                result.seconds,
            ),
        )
