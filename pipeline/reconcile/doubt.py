"""What a person should look at: contacts that may be two, whose reports contradict each other, or that are unsure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.domain import Contact, Status, StoredReport
from pipeline.reconcile.compare import THRESHOLD, Verdict, compare
from pipeline.reconcile.node import Node, fold

# Links of less than this above the threshold could as well not have been drawn: a day apart and no text in common,
# or an undated report of unsaid mode.
NEAR = 0.75
UNSURE = 0.6
# One family alone is the rule with fresh news; it counts only where the report itself is not sure.
UNSURE_ALONE = 0.8
# Many more nodes than these are a summit: who weighs all pairs of them waits, and learns nothing.
MOST_NODES = 40
# Retellings are many, and matter less.
HISTORY = 0.5


@dataclass(frozen=True, slots=True)
class Doubt:
    """`score` is above 0, to 1; `kinds` are of merge, confidence, source, status, rejected; `why` is for people.

    `hanging` are the reports that only the weakest link ties to the rest.
    """

    score: float
    kinds: tuple[str, ...]
    why: str
    hanging: tuple[int, ...] = ()


def doubt(contact: Contact, reports: Sequence[StoredReport], rejected: Collection[int] = ()) -> Doubt | None:
    """Why to look at a contact that was settled from `reports`; None if there is nothing about it.

    `rejected` are reports that a person took for no contact before.
    """
    parts: list[tuple[str, float, str]] = []
    link, hanging = weakest_link(reports)
    if link is not None and link.score < THRESHOLD + NEAR:
        part = 0.7 * (1 - (link.score - THRESHOLD) / NEAR)
        words = ", ".join(link.words) or "nothing in common"
        count = f"{len(hanging)} report{'s' if len(hanging) > 1 else ''}"
        parts.append(("merge", part, f"{count} tied to the rest by no more than: {words} ({link.score:g})"))
    else:
        hanging = ()
    if contradiction := _contradiction(reports):
        parts.append(("status", 0.6, contradiction))
    if contact.confidence < UNSURE:
        parts.append(("confidence", 1 - contact.confidence, f"confidence {contact.confidence:.2f}"))
    if len(contact.families) == 1 and contact.confidence < UNSURE_ALONE:
        parts.append(("source", 0.15, "told by one family of outlets alone"))
    if again := sorted(set(rejected).intersection(contact.report_ids)):
        parts.append(("rejected", 0.5, f"{len(again)} of its reports were rejected before, and others tell it again"))
    if not parts:
        return None
    trust = 1.0
    for _, part, _ in parts:
        trust *= 1 - min(max(part, 0.01), 1.0)
    parts.sort(key=lambda p: -p[1])
    score = round((1 - trust) * (HISTORY if contact.historical else 1.0), 4)
    return Doubt(score, tuple(p[0] for p in parts), "; ".join(p[2] for p in parts), tuple(sorted(hanging)))


def weakest_link(reports: Sequence[StoredReport]) -> tuple[Verdict | None, tuple[int, ...]]:
    """The best verdict between the two halves that hold together least, and the reports of the smaller half.

    A chain is as strong as its weakest link, but reports hang together in more ways than one: looked for is the link
    that they cannot do without. None where there is but one node, or too many.
    """
    nodes = fold(reports)
    if not 1 < len(nodes) <= MOST_NODES:
        return None, ()
    verdicts = [(compare(a, b), i, j) for i, a in enumerate(nodes) for j, b in enumerate(nodes[:i])]
    # Pairs that contradict each other are together by way of others, or because a person said so.
    verdicts.sort(key=lambda v: (v[0].conflict is not None, -v[0].score, v[1], v[2]))
    home = list(range(len(nodes)))
    for verdict, i, j in verdicts:
        if home[i] == home[j]:
            continue
        one, other = ([n for n, h in enumerate(home) if h == home[k]] for k in (i, j))
        if len(one) + len(other) == len(nodes):
            smaller = min(one, other, key=lambda half: (_count(nodes, half), [-n for n in half]))
            words = verdict.words or ((verdict.conflict,) if verdict.conflict else ())
            return (
                Verdict(verdict.score, words, verdict.conflict, verdict.tier),
                tuple(r.report_id for n in smaller for r in nodes[n].reports),
            )
        home = [home[i] if h == home[j] else h for h in home]
    return None, ()


def _count(nodes: Sequence[Node], half: Sequence[int]) -> int:
    return sum(len(nodes[n].reports) for n in half)


def _contradiction(reports: Sequence[StoredReport]) -> str:
    """Some say that it took place, and others, later, that it did not."""
    told = [r for r in reports if r.report.status.happened]
    if not told:
        return ""
    first = min(_moment(r) for r in told)
    against = [
        r for r in reports if r.report.status in (Status.DENIED, Status.CANCELLED) and _moment(r) >= first
    ]  # fmt: skip
    if not against:
        return ""
    words = " and ".join(sorted({r.report.status.value for r in against}))
    return f"told as happened by {_outlets(told)}, as {words} by {_outlets(against)}"


def _outlets(reports: Sequence[StoredReport]) -> str:
    names = sorted({r.outlet for r in reports})
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _moment(stored: StoredReport) -> datetime:
    return stored.published or datetime.min.replace(tzinfo=UTC)
