"""Contact reports -> contacts. Pure: the same set of reports gives the same contacts, in whatever order they came."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from pipeline.domain import Contact, Mode, StoredReport
from pipeline.reconcile.compare import LONGEST_STAY, THRESHOLD, Verdict, alike, compare, one_stay
from pipeline.reconcile.geography import countries_of, hours_apart
from pipeline.reconcile.identity import assign
from pipeline.reconcile.linking import link
from pipeline.reconcile.node import Node, crosses_midnight, fold
from pipeline.reconcile.rulings import NONE, Rulings
from pipeline.reconcile.settle import settle

# No two reports are one event if more days than these lie between the spans that they allow.
REACH = 3
# Two clocks this many hours apart show two dates more often than one.
OTHER_DATE = 11.0
SEVERAL_HOURS = 6.0
# The share of the visits told that name the host's country; a slip or two may name another.
MOST = 0.75
BY_REVIEW = Verdict(THRESHOLD, ("joined in review",), None, 0)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Nodes taken for one event, and the verdicts that drew them together, strongest first."""

    nodes: list[Node]
    links: list[Verdict]

    @property
    def reports(self) -> list[StoredReport]:
        return [report for node in self.nodes for report in node.reports]


def reconcile(reports: Sequence[StoredReport], known: Mapping[int, str], rulings: Rulings = NONE) -> list[Contact]:
    """The contacts that `reports` tell of, sorted by day, then participants; bilaterals with the summit they belong to.

    `known` maps report ids to the contact they belong to so far; such identities are kept: a contact keeps the id that
    most of its reports carry, and one id never goes to two contacts. `rulings` are what people decided in review.
    """
    clusters = [c for c in cluster(reports, rulings) if not rulings.rejects([r.report_id for r in c.reports])]
    ids = assign([[r.report_id for r in c.reports] for c in clusters], known)
    contacts = [settle(contact_id, c.reports, c.links) for contact_id, c in zip(ids, clusters, strict=True)]
    return sorted(
        link(contacts, reports), key=lambda c: (str(c.occurred_on), [p.name for p in c.participants], c.contact_id)
    )


def cluster(reports: Iterable[StoredReport], rulings: Rulings = NONE) -> list[Cluster]:
    """Partition reports into events: the surest links first, and never one that contradicts what is joined already.

    What people ruled comes before all links.
    """
    told = [r for r in reports if r.report.participants]
    nodes = fold(told, {report_id for bound in rulings.together | rulings.apart for report_id in bound})

    @cache
    def weighed(i: int, j: int) -> Verdict:
        return compare(nodes[i], nodes[j])

    parts = _Parts(len(nodes))
    # Without what people joined: a contradiction counts only among those that a link would bring together.
    sides = _Parts(len(nodes))
    # Reports folded into one node agree in everything: their link is the node with itself.
    drawn = {i: [compare(n, n)] if len(n.reports) > 1 else [] for i, n in enumerate(nodes)}

    def join(i: int, j: int, verdict: Verdict) -> None:
        drop = parts.join(i, j)
        drawn[parts.home[i]] += [*(drawn.pop(drop) if drop is not None else ()), verdict]

    def forbidden(i: int, j: int) -> bool:
        mine, theirs = ([r.report_id for m in parts.of(k) for r in nodes[m].reports] for k in (i, j))
        return rulings.forbids(mine, theirs)

    for i, j in _ruled_together(nodes, rulings):
        if parts.home[i] != parts.home[j] and not forbidden(i, j):
            join(i, j, BY_REVIEW)
    links = []
    for i, j in _candidates(nodes):
        verdict = weighed(i, j)
        if verdict.same:
            links.append((verdict.rank, i, j, verdict))
    links.sort(key=lambda found: found[:3])
    for _, i, j, verdict in links:
        if parts.home[i] != parts.home[j]:
            mine, theirs = sides.of(i), sides.of(j)
            against = [v for a in mine for b in theirs if (v := weighed(min(a, b), max(a, b))).conflict]
            if against and not (all(v.days for v in against) and _stay([nodes[k] for k in (*mine, *theirs)])):
                continue
            if _two_days_running([nodes[a] for a in mine], [nodes[b] for b in theirs]):
                continue
            if rulings.apart and forbidden(i, j):
                continue
            sides.join(i, j)
        join(i, j, verdict)
    return [
        Cluster([nodes[i] for i in inside], sorted(drawn[home], key=lambda v: (v.rank, v.words)))
        for home, inside in parts.members.items()
    ]


class _Parts:
    """A partition of 0..count-1 that grows coarser; a part is called by its smallest member."""

    def __init__(self, count: int) -> None:
        self.home = list(range(count))
        self.members = {i: [i] for i in range(count)}

    def of(self, i: int) -> list[int]:
        return self.members[self.home[i]]

    def join(self, i: int, j: int) -> int | None:
        """The name of the part that went into another; None if they were one."""
        keep, drop = sorted((self.home[i], self.home[j]))
        if keep == drop:
            return None
        for member in self.members[drop]:
            self.home[member] = keep
        self.members[keep] += self.members.pop(drop)
        return drop


def _ruled_together(nodes: Sequence[Node], rulings: Rulings) -> Iterator[tuple[int, int]]:
    """Pairs of nodes that people ruled to be one contact, in the order of content."""
    if rulings.together:
        place = {r.report_id: i for i, node in enumerate(nodes) for r in node.reports}
        yield from sorted(
            {p for bound in rulings.groups(place) for p in combinations(sorted(place[r] for r in bound), 2)}
        )


def _two_days_running(one: Sequence[Node], other: Sequence[Node]) -> bool:
    """Neighbouring days that two independent families each stand for are two events: leaders do call again.

    A lone family's other day is taken for a slip or a time zone; and two days are one night where clocks are so far
    apart that each leader had another date.
    """
    # Who gives no day stands for none.
    mine, theirs = ([n for n in nodes if n.status.happened and n.span and n.span.exact] for nodes in (one, other))
    if any(len({f for n in nodes for f in n.families}) < 2 for nodes in (mine, theirs)):
        return False
    if not any(crosses_midnight(a.span, b.span) for a in mine for b in theirs):
        return False
    if _one_night(mine, theirs):
        return False
    return not any((a.location and a.location == b.location) or one_stay(a, b) for a in mine for b in theirs)


def _stay(nodes: Sequence[Node]) -> bool:
    """Whether nodes are the days of one visit: all that happened lies within it, and visits on two days are told of in
    one country, which most of the visits name.

    A report of talks that names no place, or a plan for the second day, then says nothing against it.
    """
    happened = [n for n in nodes if n.status.happened and n.span is not None and n.span.exact]
    days = sorted({n.span.first for n in happened if n.span is not None})
    if not days or (days[-1] - days[0]).days > LONGEST_STAY:
        return False
    visits = [(countries_of(n.location), n.span) for n in happened if n.mode is Mode.VISIT]
    placed = [(countries, span) for countries, span in visits if countries]
    hosts = Counter(country for countries, _ in placed for country in countries)
    return any(
        count >= MOST * len(placed) and len({span for countries, span in placed if host in countries}) > 1
        for host, count in hosts.items()
    )


def _one_night(mine: Sequence[Node], theirs: Sequence[Node]) -> bool:
    """Whether one call may have had two dates: of leaders far apart; or less far, and equally long by both dates."""
    days = [n.span.first for n in (*mine, *theirs) if n.span is not None and n.span.exact]
    if (max(days) - min(days)).days > 1:
        return False
    hours = hours_apart(frozenset().union(*(n.countries for n in (*mine, *theirs))), min(days))
    ours, others = ({n.duration for n in nodes if n.duration is not None} for nodes in (mine, theirs))
    if not ours or not others:
        return hours >= OTHER_DATE
    return hours >= SEVERAL_HOURS and any(alike(a, b) for a in ours for b in others)


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
