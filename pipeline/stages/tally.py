"""Counting what a run of a stage does."""

from __future__ import annotations

from collections import Counter

from pipeline.domain import Reason, StageResult


class Tally:
    """The counts behind a StageResult, as they grow."""

    def __init__(self, stage: str) -> None:
        self._stage = stage
        self._refused: Counter[str] = Counter()
        self.taken = 0
        self.done = 0

    def refuse(self, reason: Reason) -> None:
        """One more refused for `reason`."""
        self._refused[reason.value] += 1

    def result(self, left: int) -> StageResult:
        """The counts so far; `left` still wait."""
        return StageResult(self._stage, self.taken, self.done, dict(sorted(self._refused.items())), left)
