"""A small process supervisor: starts a handful of programs, restarts those that crash, stops all of them cleanly."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.runtime.child import adopt_orphans, start, stop_tree

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
# A program that ran this long was well; its next crash counts as a first one.
WELL_AFTER = 60.0


@dataclass(frozen=True, slots=True)
class Program:
    """What to run, and the file its output goes to."""

    name: str
    command: tuple[str, ...]
    log: Path


@dataclass(slots=True)
class _Running:
    """One program's present state."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = FIRST_PAUSE
    due: float | None = None
    crashes: int = field(default=0)


class Supervisor:
    """Runs `programs` until told to stop. `say` takes one line for the person at the terminal."""

    def __init__(
        self,
        programs: Sequence[Program],
        env: Mapping[str, str],
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        self._all = [_Running(program, pause=first_pause) for program in programs]
        self._env = dict(env)
        self._say = say
        self._clock = clock
        self._first_pause = first_pause

    @property
    def crashes(self) -> dict[str, int]:
        """How often each program crashed since the start."""
        return {running.program.name: running.crashes for running in self._all}

    @property
    def pids(self) -> dict[str, int]:
        """Process ids of the programs that run now."""
        return {r.program.name: r.process.pid for r in self._all if r.process is not None and r.process.poll() is None}

    def start(self) -> None:
        """Start every program. Call it from the main thread: the children die with the thread that made them."""
        adopt_orphans()
        for running in self._all:
            self._launch(running)

    def watch(self, stop: threading.Event, every: float = 0.5) -> None:
        """Look after the programs until `stop` is set."""
        while not stop.wait(every):
            self.tend()

    def tend(self) -> None:
        """One look: note crashes, start again what is due."""
        now = self._clock()
        for running in self._all:
            if running.process is None:
                if running.due is not None and now >= running.due:
                    self._launch(running)
            elif (status := running.process.poll()) is not None:
                self._note_crash(running, status, now)

    def stop(self, grace: float = 7.0) -> list[str]:
        """Stop all programs and whatever they started; names what had to be killed. Takes `grace` + 2 s at most."""
        processes = [running.process for running in self._all if running.process is not None]
        killed = stop_tree(processes, grace)
        for running in self._all:
            running.process = None
            running.due = None
        return killed

    def _launch(self, running: _Running) -> None:
        running.process = start(running.program.command, self._env, running.program.log)
        running.started = self._clock()
        running.due = None

    def _note_crash(self, running: _Running, status: int, now: float) -> None:
        """Plan the next start, and leave nothing of the crashed program behind that would hold its port."""
        assert running.process is not None
        stop_tree([running.process], grace=1.0)
        running.process = None
        running.crashes += 1
        if now - running.started >= WELL_AFTER:
            running.pause = self._first_pause
        running.due = now + running.pause
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        self._say(
            f"{running.program.name} {how}; starting it again in {running.pause:.0f} s. Its log: {running.program.log}"
        )
        running.pause = min(running.pause * 2, LONGEST_PAUSE)
