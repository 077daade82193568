"""Faults of the run time. Each message says what is wrong and what to mend, so the CLI prints it as it is."""

from __future__ import annotations


class RuntimeFault(Exception):
    """Something on this machine keeps Hotline from running; `mend` is the next step for a person."""

    def __init__(self, message: str, mend: str) -> None:
        super().__init__(message)
        self.mend = mend


class PortTaken(RuntimeFault):
    """A port that must be ours is held by another program."""


class AlreadyRunning(RuntimeFault):
    """Another `hotline run` or `hotline up` works on the same home."""


class BadSchedule(RuntimeFault, ValueError):
    """HOTLINE_SCHEDULE is neither a cron string, a preset nor an interval."""


class DagRunFailed(RuntimeFault):
    """The DAG run ended in a failure, or its process was killed."""
