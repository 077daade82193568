"""`hotline run`: the main job once, as a real DAG run of Airflow, with all it needs started and stopped around it."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.runtime.airflow_env import process_env
from pipeline.runtime.child import adopt_orphans, start, stop_tree
from pipeline.runtime.errors import DagRunFailed
from pipeline.runtime.journal import Journal
from pipeline.runtime.lock import home_lock
from pipeline.runtime.services import Services, services
from pipeline.runtime.stage_task import JOURNAL
from pipeline.settings import Settings

DAG_ID = "news_monitor"
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished run: when it began (real UTC time), how long it took, and what its stages did."""

    began: datetime
    seconds: float
    journal: Journal
    services: Services


@contextmanager
def one_run(settings: Settings, feeds: Path | None, say: Callable[[str], None]) -> Iterator[Outcome]:
    """Run the DAG once; the services still run inside the `with`, so that a report can be read.

    Raises DagRunFailed with the last lines of the log, and any other RuntimeFault that says what to mend.
    """
    with home_lock(settings.home.resolve(), "run"), services(settings, feeds, say) as around:
        if around.newswire_url:
            say(
                f"Feeds: the bundled EXAMPLE newswire on {around.newswire_url}/ (invented outlets, February 2022).\n"
                "       For live news: make run FEEDS=config/feeds.yaml"
            )
        else:
            say(f"Feeds: {around.feeds_file} (live).")
        began, clock = datetime.now(UTC), time.monotonic()
        say(f"Running the DAG {DAG_ID} through Airflow ...")
        journal = _run_dag(settings, around, began, say)
        yield Outcome(began, time.monotonic() - clock, journal, around)


def _run_dag(settings: Settings, around: Services, began: datetime, say: Callable[[str], None]) -> Journal:
    logs = settings.home.resolve() / "logs"
    log, journal = logs / f"run-{began:%Y%m%dT%H%M%S}.log", Journal(logs / f"run-{began:%Y%m%dT%H%M%S}.jsonl")
    environment = process_env(settings, around.airflow_dsn, around.environment)
    adopt_orphans()
    with _terminated_as_interrupt():
        child = start(
            [sys.executable, "-m", "pipeline.runtime.dagrun", DAG_ID],
            environment | OFFLINE | {JOURNAL: str(journal.path)},
            log,
        )
        try:
            while child.poll() is None:
                for line in journal.news():
                    say(f"  {line}")
                time.sleep(0.2)
        finally:
            stop_tree([child], grace=5.0)
    for line in journal.news():
        say(f"  {line}")
    if child.returncode != 0:
        raise _failure(child.returncode, journal, log)
    return journal


def _failure(status: int, journal: Journal, log: Path) -> DagRunFailed:
    """What the stages said of it, else the end of the log."""
    errors = [error for tally in journal.tallies.values() for error in tally.errors]
    how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
    tail = errors[-1] if errors else "\n".join(log.read_text("utf-8", "replace").splitlines()[-12:])
    return DagRunFailed(
        f"The run of {DAG_ID} {how}.\n{tail}",
        f"See {log}, then run `hotline doctor` and run again: finished work is kept, nothing is mailed twice.",
    )


@contextmanager
def _terminated_as_interrupt() -> Iterator[None]:
    """SIGTERM ends a run the way Ctrl-C does, so that the services are stopped as well."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
