"""Contact reports -> contacts. Pure: the same set of reports gives the same contacts, in whatever order they came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from pipeline.domain import Contact, StoredReport
from pipeline.reconcile.compare import Verdict, compare, crosses_midnight
from pipeline.reconcile.identity import assign
from pipeline.reconcile.node import Node, fold
from pipeline.reconcile.settle import settle

# No two reports are one event if more days than these lie between the spans that they allow.
REACH = 3


@dataclass(frozen=True, slots=True)
class Cluster:
    """Nodes taken for one event, and the verdicts that drew them together, strongest first."""

    nodes: list[Node]
    links: list[Verdict]

    @property
    def reports(self) -> list[StoredReport]:
        return [report for node in self.nodes for report in node.reports]


def reconcile(reports: Sequence[StoredReport], known: Mapping[int, str]) -> list[Contact]:
    """The contacts that `reports` tell of, sorted by day, then participants.

    `known` maps report ids to the contact they belong to so far; such identities are kept: a contact keeps the id that
    most of its reports carry, and one id never goes to two contacts.
    """
    clusters = cluster(reports)
    ids = assign([[r.report_id for r in c.reports] for c in clusters], known)
    contacts = [settle(contact_id, c.reports, c.links) for contact_id, c in zip(ids, clusters, strict=True)]
    return sorted(contacts, key=lambda c: (str(c.occurred_on), [p.name for p in c.participants], c.contact_id))


def cluster(reports: Iterable[StoredReport]) -> list[Cluster]:
    """Partition reports into events: the surest links first, and never one that contradicts what is joined already."""
    nodes = fold(r for r in reports if r.report.participants)

    @cache
    def weighed(i: int, j: int) -> Verdict:
        return compare(nodes[i], nodes[j])

    links = []
    for i, j in _candidates(nodes):
        verdict = weighed(i, j)
        if verdict.same:
            links.append((verdict.tier, -verdict.score, i, j, verdict))
    links.sort(key=lambda link: link[:4])
    members = {i: [i] for i in range(len(nodes))}
    home = list(range(len(nodes)))
    # Reports folded into one node agree in everything: their link is the node with itself.
    drawn = {i: [compare(n, n)] if len(n.reports) > 1 else [] for i, n in enumerate(nodes)}
    for _, _, i, j, verdict in links:
        keep, drop = sorted((home[i], home[j]))
        if keep != drop:
            pairs = ((min(a, b), max(a, b)) for a in members[keep] for b in members[drop])
            if any(weighed(a, b).conflict for a, b in pairs):
                continue
            if _two_days_running([nodes[a] for a in members[keep]], [nodes[b] for b in members[drop]]):
                continue
            for member in members[drop]:
                home[member] = keep
            members[keep] += members.pop(drop)
            drawn[keep] += drawn.pop(drop)
        drawn[keep].append(verdict)
    return [
        Cluster([nodes[i] for i in inside], sorted(drawn[keep], key=lambda v: (v.tier, -v.score, v.words)))
        for keep, inside in members.items()
    ]


def _two_days_running(one: Sequence[Node], other: Sequence[Node]) -> bool:
    """Neighbouring days that two independent families each stand for are two events: leaders do call again.

    A lone family's other day is taken for a slip or a time zone.
    """
    mine, theirs = ([n for n in nodes if n.status.happened] for nodes in (one, other))
    if any(len({f for n in nodes for f in n.families}) < 2 for nodes in (mine, theirs)):
        return False
    if not any(crosses_midnight(a.span, b.span) for a in mine for b in theirs):
        return False
    return not any(a.location and a.location == b.location for a in mine for b in theirs)


def _candidates(nodes: Sequence[Node]) -> Iterator[tuple[int, int]]:
    """Pairs worth weighing: near in time, and of the same participants; large meetings that share one; one or two and
    those who may have met them."""
    same: dict[frozenset[str], list[int]] = defaultdict(list)
    for i, node in enumerate(nodes):
        same[node.people].append(i)
    large: dict[str, list[frozenset[str]]] = defaultdict(list)
    wider: dict[str, list[frozenset[str]]] = defaultdict(list)
    for people in same:
        for person in people:
            if len(people) >= 3:
                large[person].append(people)
            if len(people) >= 2:
                wider[person].append(people)
    pairs = {frozenset((x, y)) for sets in large.values() for x, y in combinations(sets, 2)}
    pairs |= {frozenset((p, w)) for p in same if len(p) <= 2 for who in p for w in wider[who] if p < w}
    for people in same:
        yield from _near(nodes, same[people], None)
    for pair in pairs:
        x, y = pair
        yield from _near(nodes, [*same[x], *same[y]], x)


def _near(nodes: Sequence[Node], group: Sequence[int], people: frozenset[str] | None) -> Iterator[tuple[int, int]]:
    """Pairs of a group whose spans come within reach; with `people`, only of a node of theirs with one of others."""
    placed = sorted((span.first, span.last, i) for i in group if (span := nodes[i].span) is not None)
    for place, (_, last, i) in enumerate(placed):
        for first, _, j in placed[place + 1 :]:
            if (first - last).days > REACH:
                break
            if people is None or (nodes[i].people == people) != (nodes[j].people == people):
                yield min(i, j), max(i, j)
    for i, j in combinations([i for i in group if nodes[i].span is None], 2):
        if people is None or (nodes[i].people == people) != (nodes[j].people == people):
            yield min(i, j), max(i, j)
