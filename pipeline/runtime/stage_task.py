"""A stage as an Airflow task runs it: counts out, and failures that say what to do."""

from __future__ import annotations

import importlib
import json
import logging
import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from pipeline.domain import StageResult
    from pipeline.stages.context import StageContext

log = logging.getLogger("hotline.stage")

STAGES = ("poll", "fetch", "extract", "understand", "reconcile", "alert")
JOURNAL = "HOTLINE_JOURNAL"
# Airflow maps a task over 1024 values at most; what is left waits for the next run.
MOST_BATCHES = 500


class StageFailed(Exception):
    """A stage could not do its work. `retry` tells whether another try may help without anyone mending something."""

    def __init__(self, message: str, retry: bool) -> None:
        super().__init__(message)
        self.retry = retry


def run_stage(stage: str, limit: int | None = None) -> dict[str, Any]:
    """Run one stage over its queue; returns its counts, fit for XCom."""
    if stage not in STAGES:
        raise ValueError(f"no such stage: {stage!r}")
    began = time.monotonic()
    try:
        module = importlib.import_module(f"pipeline.stages.{stage}")
        with _named(stage):
            result = module.run(_context(), limit)
    except Exception as fault:
        failure = explain(stage, fault)
        _record({"stage": stage, "error": str(failure)})
        _note(stage, began, str(failure))
        raise failure from fault
    _note(stage, began, result)
    counts = {**asdict(result), "seconds": round(time.monotonic() - began, 2)}
    log.info("stage %s: %s", stage, json.dumps(counts))
    _record(counts)
    return counts


def run_step(name: str, work: Callable[[StageContext], dict[str, Any]]) -> dict[str, Any]:
    """Do some other work on the warehouse (upkeep, an import); returns its counts, fit for XCom."""
    from pipeline.domain import StageResult

    began = time.monotonic()
    try:
        with _named(name):
            counts = work(_context())
    except Exception as fault:
        failure = explain(name, fault)
        _record({"stage": name, "error": str(failure)})
        _note(name, began, str(failure))
        raise failure from fault
    _note(name, began, StageResult(name))
    log.info("%s: %s", name, json.dumps(counts, default=str))
    return {**counts, "seconds": round(time.monotonic() - began, 2)}


def batches(stage: str) -> list[int]:
    """Numbers 1..n of the batches that wait before `stage`; at least one, so that the mapped task is never skipped."""
    from pipeline.domain import Stage
    from pipeline.warehouse.queue import waiting

    context = _context()
    source = {"fetch": Stage.DISCOVERED, "understand": Stage.EXTRACTED}[stage]
    try:
        with context.connection() as connection:
            count = waiting(connection, source)
    except Exception as fault:
        raise explain(stage, fault) from fault
    needed = -(-count // context.settings.batch_size)
    return list(range(1, max(1, min(needed, MOST_BATCHES)) + 1))


def explain(stage: str, fault: Exception) -> StageFailed:
    """What failed, and the next step for the person on duty."""
    kind = f"{type(fault).__module__}.{type(fault).__qualname__}".removeprefix("builtins.")
    what = f"Stage `{stage}` failed: {kind}: {str(fault).strip() or 'no message'}"
    safe = "Nothing is lost: what was not committed is claimed again by the next try."
    if isinstance(fault, StageFailed):
        return fault
    if kind.startswith("psycopg2.Operational") or kind.startswith("psycopg2.Interface"):
        return StageFailed(
            f"{what}\nWhat to do: the warehouse does not answer. Check that it runs and that HOTLINE_WAREHOUSE_DSN is "
            f"right: `hotline doctor`. {safe}",
            retry=True,
        )
    if kind.startswith("psycopg2.errors.Undefined") or kind.startswith("psycopg2.errors.InsufficientPrivilege"):
        return StageFailed(
            f"{what}\nWhat to do: the warehouse's schema is older than the code: run `hotline db migrate`, then clear "
            f"this task. {safe}",
            retry=False,
        )
    if isinstance(fault, FileNotFoundError):
        return StageFailed(
            f"{what}\nWhat to do: put the file back, or set its place (`hotline doctor` lists them), then clear this "
            f"task. {safe}",
            retry=False,
        )
    if isinstance(fault, ValueError) and any(word in str(fault) for word in (".yaml", ".csv", ".json")):
        return StageFailed(
            f"{what}\nWhat to do: mend that configuration file; `hotline doctor` checks it. Then clear this task. "
            f"{safe}",
            retry=False,
        )
    return StageFailed(
        f"{what}\nWhat to do: see the traceback below, run `hotline doctor`, then clear this task. {safe}", retry=True
    )


def _named(stage: str) -> AbstractContextManager[None]:
    """What is logged meanwhile names the stage, and the run of Airflow's that it belongs to, if any."""
    from structlog.contextvars import bound_contextvars

    run = {"dag_id": os.environ.get("AIRFLOW_CTX_DAG_ID"), "run_id": os.environ.get("AIRFLOW_CTX_DAG_RUN_ID")}
    return bound_contextvars(stage=stage, **{name: value for name, value in run.items() if value})


def _context() -> StageContext:
    from pipeline.settings import get_settings
    from pipeline.stages.context import StageContext

    return StageContext.open(get_settings())


def _note(stage: str, began: float, outcome: StageResult | str) -> None:
    """Note the run in the warehouse, for the watchdog; where that fails, a stage that worked must not."""
    from pipeline.warehouse.runs import note_run

    try:
        with _context().connection() as connection:
            note_run(connection, stage, time.monotonic() - began, outcome)
    except Exception:
        log.warning("the run of stage %s could not be noted in the warehouse", stage, exc_info=True)


def _record(counts: dict[str, Any]) -> None:
    """Append to the journal that `hotline run` follows to show progress; no journal is set elsewhere."""
    if path := os.environ.get(JOURNAL):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(counts) + "\n")
