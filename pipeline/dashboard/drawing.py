"""What the charts show, computed on the server: bars by week, the matrix of leaders, the network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import networkx as nx

from pipeline.alerts.phrases import MODES, surname
from pipeline.domain import Mode, Participant
from pipeline.warehouse.explore import names

Pair = tuple[str, str, int]
WIDTH, HEIGHT, MARGIN = 960, 640, 70
SHADES = 5
HUB = ""


@dataclass(frozen=True, slots=True)
class Matrix:
    """`cells[i][j]` is (contacts of leaders i and j, shade 0..SHADES); None on the diagonal."""

    leaders: list[str]
    cells: list[list[tuple[int, int] | None]]


@dataclass(frozen=True, slots=True)
class Node:
    """A leader in the picture; `size` is a radius in pixels."""

    name: str
    label: str
    x: float
    y: float
    size: float
    contacts: int


@dataclass(frozen=True, slots=True)
class Edge:
    """A pair in the picture; `width` in pixels."""

    one: Node
    other: Node
    width: float
    contacts: int


@dataclass(frozen=True, slots=True)
class Network:
    """The picture, WIDTH x HEIGHT."""

    nodes: list[Node]
    edges: list[Edge]
    left_out: int
    width: int = WIDTH
    height: int = HEIGHT


def stacked(weeks: Sequence[tuple[date, str, int]]) -> dict[str, object]:
    """Labels and series for stacked bars: every week from the first to the last, a series for each mode there is."""
    if not weeks:
        return {"labels": [], "series": []}
    monday, last = weeks[0][0], max(week for week, _, _ in weeks)
    labels = [monday + timedelta(days=7 * i) for i in range((last - monday).days // 7 + 1)]
    held = {(week, mode): contacts for week, mode, contacts in weeks}
    modes = [mode.value for mode in Mode if any(m == mode.value for _, m, _ in weeks)]
    return {
        "labels": [day.isoformat() for day in labels],
        "series": [
            {"name": MODES[Mode(mode)], "mode": mode, "values": [held.get((day, mode), 0) for day in labels]}
            for mode in modes
        ],
    }


def matrix(pairs: Sequence[Pair], most: int) -> Matrix:
    """The `most` busiest leaders against each other."""
    leaders = names(pairs, most)
    held = {frozenset((one, other)): contacts for one, other, contacts in pairs}
    top = max(held.values(), default=1)

    def cell(one: str, other: str) -> tuple[int, int] | None:
        if one == other:
            return None
        contacts = held.get(frozenset((one, other)), 0)
        return contacts, -(-SHADES * contacts // top)

    return Matrix(leaders, [[cell(one, other) for other in leaders] for one in leaders])


def network(pairs: Sequence[Pair], most: int) -> Network:
    """The busiest leaders drawn by who is in contact with whom (Fruchterman and Reingold 1991); same pairs, same
    picture."""
    leaders = names(pairs, most)
    everybody = {name for one, other, _ in pairs for name in (one, other)}
    graph = nx.Graph()
    graph.add_nodes_from(leaders)
    for one, other, contacts in pairs:
        if one in graph and other in graph:
            graph.add_edge(one, other, weight=contacts)
    if not leaders:
        return Network([], [], 0)
    places = _places(graph)
    busy = {name: int(degree) for name, degree in graph.degree(weight="weight")}
    busiest = max(busy.values()) or 1
    left, right = (f(float(x) for x, _ in places.values()) for f in (min, max))
    high, low = (f(float(y) for _, y in places.values()) for f in (min, max))

    def node(name: str) -> Node:
        x, y = (float(v) for v in places[name])
        return Node(
            name,
            _label(name),
            round(MARGIN + (WIDTH - 2 * MARGIN) * (x - left) / ((right - left) or 1), 1),
            round(MARGIN / 2 + (HEIGHT - MARGIN) * (y - high) / ((low - high) or 1), 1),
            round(4 + 10 * (busy[name] / busiest) ** 0.5, 1),
            busy[name],
        )

    drawn = {name: node(name) for name in leaders}
    top = max((data["weight"] for *_, data in graph.edges(data=True)), default=1)
    edges = [
        Edge(drawn[a], drawn[b], round(1 + 7 * data["weight"] / top, 1), data["weight"])
        for a, b, data in graph.edges(data=True)
    ]
    return Network(list(drawn.values()), edges, len(everybody) - len(leaders))


def _label(name: str) -> str:
    """The surname of "Emmanuel Macron (FRA)"."""
    person, _, country = name.rpartition(" (")
    return surname(Participant(person, country.rstrip(")"), None, ""))


def _places(graph: nx.Graph) -> dict[str, tuple[float, float]]:
    """Where the nodes lie. A hub that is not drawn holds groups together that have nobody in common."""
    held = nx.Graph()
    held.add_edges_from(graph.edges, weight=1.0)
    held.add_edges_from(((HUB, name) for name in graph), weight=0.3)
    places = nx.spring_layout(held, seed=7, iterations=300, k=3 / len(held) ** 0.5)
    return {name: places[name] for name in graph}
