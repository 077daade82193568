"""Who took part, as two nodes have it: the same, a part of the others, or others."""

from __future__ import annotations

from pipeline.domain import Mode
from pipeline.reconcile.geography import countries_of
from pipeline.reconcile.node import PERSONAL, REMOTE, Node, crosses_midnight, person_key

Feature = tuple[float, str]

# Outlets name those of a summit whom their readers know: so much of the shorter list must stand in the longer one.
NAMED_IN_BOTH = 0.7


def gathered(a: Node, b: Node) -> Feature | str:
    """What the participants of two nodes say for their being one event: a score with its words, or why they are not."""
    if a.people == b.people:
        count = len(a.people)
        return 2.0, {1: "same visitor", 2: "same pair"}.get(count, f"same {count} participants")
    small, large = sorted((a, b), key=lambda n: len(n.people))
    if len(small.people) >= 3:
        both = len(small.people & large.people)
        shared = both / len(small.people | large.people)
        if small.people < large.people and small.mode is Mode.IN_PERSON and len(small.people) <= 4 and shared <= 0.5:
            return "talks of a few beside a summit"
        if small.people < large.people:
            # On another day, a few of many are talks of their own rather than a summit told with the best-known names.
            least = 0.0 if crosses_midnight(a.span, b.span) and shared <= 0.5 else 1.5
            return max(least, 2 * shared), f"{len(small.people)} of the {len(large.people)} participants"
        # Two leaders often call a third and then a fourth on one day: a call needs more in common than a summit.
        if shared >= (0.75 if {a.mode, b.mode} & REMOTE else 0.6):
            return 2 * shared, f"{both} participants in common"
        summit = {a.mode, b.mode} == {Mode.MULTILATERAL} and a.location == b.location is not None
        if summit and both >= max(4, NAMED_IN_BOTH * len(small.people)):
            return 2 * shared, f"{both} participants in common, in one place"
        # Outlets name whom their readers know: other names alone do not make it another summit.
        if both >= 2 and {a.mode, b.mode} <= PERSONAL and not small.people < large.people and not _elsewhere(a, b):
            return -2.0, ""
    if len(small.people) == 1 and small.mode is Mode.VISIT and small.people < large.people:
        return _lone_visitor(small, large) if large.mode not in REMOTE | {Mode.LETTER} else "other participants"
    if not small.people < large.people or large.mode not in PERSONAL:
        return "other participants"
    # Talks of three of which an outlet leaves the host or the guest out. Of a large summit, two are a bilateral.
    if len(small.people) == 2 and len(large.people) <= 4 and small.mode is Mode.MULTILATERAL:
        return 1.5, f"2 of the {len(large.people)} participants"
    # An article on a summit that also says who came to whom tells no further contact; talks of two beside it are one.
    came = small.mode in (Mode.VISIT, Mode.UNSPECIFIED) and not small.articles.isdisjoint(large.articles)
    if len(small.people) == 2 and large.mode is Mode.MULTILATERAL and came:
        return 1.5, "a guest and the host of a summit told in the same article"
    return "other participants"


def _lone_visitor(visit: Node, talks: Node) -> Feature | str:
    """A leader's journey, told without those met, and talks of that leader."""
    here, there = countries_of(visit.location), countries_of(talks.location)
    if _elsewhere(visit, talks):
        return "a visit elsewhere"
    hosts = {p.country for p in talks.reports[0].report.participants if person_key(p) not in visit.people}
    if len(talks.people) == 2 and here & hosts:
        return 1.5, "a visit to the other's country"
    if visit.location is not None and (visit.location == talks.location or here & there):
        return 1.0, "a visit, with those met named by others"
    # Two names of places that we cannot compare: no reason to join them, and none to keep them apart.
    return -2.0, ""


def _elsewhere(a: Node, b: Node) -> bool:
    """Whether the two places lie in two countries, as far as we know."""
    here, there = countries_of(a.location), countries_of(b.location)
    return bool(here) and bool(there) and here.isdisjoint(there)
