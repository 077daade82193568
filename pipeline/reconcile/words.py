"""Why reports were taken for one contact, in words that a person can check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from pipeline.domain import Status, StoredReport
from pipeline.reconcile.compare import Verdict

# So many families are named where a confidence is explained.
NAMED: Final = 4


def explain(reports: Sequence[StoredReport], links: Sequence[Verdict], status: Status, voices: int) -> str:
    """One line: how many reports, what joined them, and where they differ. `links` come strongest first."""
    independent = f"{voices} independent sources" if voices > 1 else "one source"
    count = f"{len(reports)} reports by {independent}" if len(reports) > 1 else "one report"
    parts = [count]
    if links:
        parts.append(", ".join(links[0].words))
        weakest = links[-1]
        if weakest.words != links[0].words:
            parts.append(f"weakest link: {', '.join(weakest.words)} (score {weakest.score:g})")
    if spread := _spread(reports):
        parts.append(spread)
    if history := _history(reports, status):
        parts.append(history)
    return "; ".join(parts)


def explain_confidence(confidence: float, best: Mapping[str, float], others: int, further: float) -> str:
    """One sentence: what each independent voice gave, and what it was counted for.

    `best` is voice -> its surest report; `others` voices tell nothing but another outcome; a further voice counts for
    the share `further`.
    """
    ordered = sorted(best, key=lambda voice: (-best[voice], voice))
    named = [f"{voice} {best[voice]:.2f}" for voice in ordered[:NAMED]]
    more = f" and {len(ordered) - NAMED} more" if len(ordered) > NAMED else ""
    if len(ordered) == 1:
        sentence = f"{confidence:.2f}, as sure as the only family that tells it ({named[0]})"
    else:
        rest = ", ".join(named[1:]) + more
        sentence = (
            f"{confidence:.2f}: the surest report ({named[0]}) in full, each further family at {further:.0%} "
            f"because families read each other ({rest})"
        )
    if others:
        tell, lend = ("family tells", "lends") if others == 1 else ("families tell", "lend")
        sentence += f"; {others} {tell} another outcome and {lend} nothing"
    return sentence


def _spread(reports: Sequence[StoredReport]) -> str:
    days = Counter(r.report.date for r in reports if r.report.date is not None)
    minutes = Counter(r.report.duration_minutes for r in reports if r.report.duration_minutes is not None)
    parts = []
    if len(days) > 1:
        parts.append("dates " + ", ".join(f"{day.isoformat()} ({n})" for day, n in sorted(days.items())))
    if len(minutes) > 1:
        parts.append("durations " + ", ".join(f"{m} min ({n})" for m, n in sorted(minutes.items())))
    return "; ".join(parts)


def _history(reports: Sequence[StoredReport], status: Status) -> str:
    """The statuses in the order in which they were first told, if there is more than one."""
    order: list[Status] = []
    for stored in reports:
        if stored.report.status not in order:
            order.append(stored.report.status)
    if len(order) == 1:
        return ""
    return " -> ".join(s.value for s in order) + f": {status.value}"
