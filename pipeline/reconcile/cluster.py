"""Contact reports -> contacts. Pure: the same set of reports gives the same contacts, in whatever order they came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from pipeline.domain import Contact, StoredReport
from pipeline.reconcile.compare import Verdict, compare, crosses_midnight
from pipeline.reconcile.identity import assign
from pipeline.reconcile.node import Node, fold
from pipeline.reconcile.settle import settle


@dataclass(slots=True)
class Cluster:
    """Nodes taken for one event, and the verdicts that drew them together, strongest first."""

    nodes: list[Node]
    links: list[Verdict] = field(default_factory=list)

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
    links = []
    for i, j in _candidates(nodes):
        verdict = compare(nodes[i], nodes[j])
        if verdict.same:
            links.append((verdict.tier, -verdict.score, i, j, verdict))
    links.sort(key=lambda link: link[:4])
    # Reports folded into one node agree in everything: their link is the node with itself.
    clusters = {i: Cluster([n], [compare(n, n)] if len(n.reports) > 1 else []) for i, n in enumerate(nodes)}
    home = list(range(len(nodes)))
    members = {i: [i] for i in range(len(nodes))}
    for _, _, i, j, verdict in links:
        one, other = home[i], home[j]
        if one == other:
            clusters[one].links.append(verdict)
            continue
        if _contradict(clusters[one], clusters[other]):
            continue
        keep, drop = min(one, other), max(one, other)
        clusters[keep].nodes += clusters[drop].nodes
        clusters[keep].links += [verdict, *clusters[drop].links]
        for member in members[drop]:
            home[member] = keep
        members[keep] += members.pop(drop)
        del clusters[drop]
    for found in clusters.values():
        found.links.sort(key=lambda v: (v.tier, -v.score, v.words))
    return list(clusters.values())


def _contradict(one: Cluster, other: Cluster) -> bool:
    if any(compare(a, b).conflict for a in one.nodes for b in other.nodes):
        return True
    return _two_days_running(one, other)


def _two_days_running(one: Cluster, other: Cluster) -> bool:
    """Neighbouring days that two independent families each stand for are two events: leaders do call again.

    A lone family's other day is taken for a slip or a time zone.
    """
    held = [(a, b) for a in one.nodes for b in other.nodes if a.status.happened and b.status.happened]
    if not any(crosses_midnight(a.span, b.span) for a, b in held):
        return False
    if any(a.location and a.location == b.location for a, b in held):
        return False
    return all(len({f for n in c.nodes if n.status.happened for f in n.families}) >= 2 for c in (one, other))


def _candidates(nodes: Sequence[Node]) -> Iterator[tuple[int, int]]:
    """Pairs worth weighing: the same participants; large meetings that share one; lone visitors and their hosts."""
    same: dict[frozenset[str], list[int]] = defaultdict(list)
    for i, node in enumerate(nodes):
        same[node.people].append(i)
    for group in same.values():
        yield from combinations(group, 2)
    large: dict[str, list[frozenset[str]]] = defaultdict(list)
    hosts: dict[str, list[frozenset[str]]] = defaultdict(list)
    for people in same:
        for person in people:
            if len(people) >= 3:
                large[person].append(people)
            elif len(people) == 2:
                hosts[person].append(people)
    pairs = {frozenset((x, y)) for sets in large.values() for x, y in combinations(sets, 2)}
    pairs |= {frozenset((p, h)) for p in same if len(p) == 1 for h in hosts[next(iter(p))]}
    for pair in pairs:
        x, y = pair
        yield from ((min(i, j), max(i, j)) for i in same[x] for j in same[y])
