"""Compares analyses with a gold file: what was found, missed or made up, overall and by slices.

Gold and analyses are rows of JSON Lines with the same ids, in the forms of evals/README.md and docs/analyse.md.

A predicted contact matches a gold one in the same article by three levels:
  pair  the same leaders; of three or more at least half in common (Jaccard); each contact is matched once
  core  and the same way (remote, in person, in writing) and course (happened, to come, not)
  full  and the date within a day, where gold has one
`alert` counts only what an e-mail would be sent for: it happened, is not history, and two leaders are named.
Gold contacts that are `optional` are neither asked for nor held against a prediction that matches them.
"""

from __future__ import annotations

import json
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]

WAY = {
    "phone": "remote", "video": "remote", "in_person": "present", "visit": "present", "summit": "present",
    "multilateral": "present", "letter": "written",
}  # fmt: skip
COURSE = {
    "occurred": "happened", "ongoing": "happened", "planned": "future", "proposed": "future",
    "cancelled": "not", "denied": "not",
}  # fmt: skip
# Codes that sources use for one and the same.
COUNTRY = {"SUN": "RUS", "RKS": "XKX", "KOS": "XKX", "EUU": "EU", "EUR": "EU", "ROM": "ROU"}
DURATION_SLACK = 0.05


@dataclass(frozen=True, slots=True)
class Mark:
    """One answer that was right or wrong. `slices` holds what it can be grouped by, `told` says what it was."""

    measure: str
    right: bool
    item: str
    told: str
    slices: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Value:
    """A measured share with the items that lowered it; `share` is None where nothing was measured."""

    share: float | None
    of: int
    wrong: tuple[str, ...] = ()


def read_rows(file: Path) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file. Raises OSError, ValueError."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


# -- one article -----------------------------------------------------------------------------------------------------


def marks(gold: Row, found: Row | None, by: Sequence[str] = ()) -> Iterator[Mark]:
    """All answers on one article; `by` names fields of the gold row to group by. No row found: nothing was said."""
    found = {} if found is None or "error" in found else found
    right, said = list(gold.get("contacts") or ()), list(found.get("contacts") or ())
    pairs = match(right, said)
    partner = {j: i for i, j in pairs.items()}
    general = {name: str(gold.get(name)) for name in by}

    def mark(measure: str, good: bool, contact: Row | None, told: str, **more: str) -> Mark:
        slices = {**general, **more}
        if contact is not None:
            slices |= {"mode": str(contact.get("mode")), "status": str(contact.get("status"))}
        return Mark(measure, good, str(gold["id"]), told, slices)

    for i, g in enumerate(right):
        p = said[pairs[i]] if i in pairs else None
        if g.get("historical"):
            current = p is not None and is_alert(p)
            yield mark("historical as current", current, g, _told("current", g))
        if g.get("optional"):
            continue
        core = p is not None and is_core(g, p)
        told = _told("missed" if p is None else "wrong mode or status", g, p)
        yield mark("pair recall", p is not None, g, told)
        yield mark("core recall", core, g, told)
        yield mark("full recall", core and p is not None and date_agrees(g, p), g, told)
        if is_alert(g):
            yield mark("alert recall", p is not None and is_alert(p), g, told)
        if p is None:
            continue
        yield mark("mode exact", _mode(g) == _mode(p), g, _told("mode", g, p))
        yield mark("status exact", g.get("status") == p.get("status"), g, _told("status", g, p))
        if _day(g):
            yield mark("date", date_agrees(g, p), g, _told("date", g, p))
        if _minutes(g):
            yield mark("duration", duration_agrees(g, p), g, _told("duration", g, p))
    for j, p in enumerate(said):
        partner_row = right[partner[j]] if j in partner else None
        yield from (
            mark("evidence", _is_exact(gold, e), None, f"evidence not in the text: {str(e)[:80]}") for e in _evidence(p)
        )
        if partner_row is not None and partner_row.get("optional"):
            continue
        told = _told("made up" if partner_row is None else "wrong mode or status", partner_row or {}, p)
        core = partner_row is not None and is_core(partner_row, p)
        yield mark("pair precision", partner_row is not None, p, told)
        yield mark("core precision", core, p, told)
        yield mark("full precision", core and partner_row is not None and date_agrees(partner_row, p), p, told)
        if is_alert(p):
            yield mark("alert precision", partner_row is not None and is_alert(partner_row), p, told)
    if not any(is_alert(g) for g in right):
        yield mark("quiet", not any(is_alert(p) for p in said), None, "an alert where there is none to send")
    if gold.get("topics") is not None:
        held, named = set(gold["topics"]) - {"other"}, set(map(_topic, found.get("topics") or ())) - {"other"}
        for topic in sorted(held):
            yield mark("topic recall", topic in named, None, f"{topic} missed", topic=topic)
        for topic in sorted(named):
            yield mark("topic precision", topic in held, None, f"{topic} made up", topic=topic)


def match(gold: Sequence[Row], found: Sequence[Row]) -> dict[int, int]:
    """Which gold contact goes with which found one: greedily, required ones first, then the most alike."""
    ranked = []
    for (i, g), (j, p) in product(enumerate(gold), enumerate(found)):
        overlap = same_people(people(g), people(p))
        if overlap:
            alike = (
                overlap
                + 0.4 * (_course(g) == _course(p))
                + 0.3 * _way_agrees(g, p)
                + 0.2 * (_mode(g) == _mode(p))
                + 0.2 * date_agrees(g, p)
                + 0.2 * (_day(g) is not None and _day(g) == _day(p))
                + 0.2 * (_minutes(g) is not None and _minutes(g) == _minutes(p))
                + 0.1 * (bool(g.get("historical")) == bool(p.get("historical")))
            )
            ranked.append((bool(g.get("optional")), -alike, i, j))
    pairs: dict[int, int] = {}
    for _, _, i, j in sorted(ranked):
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    return pairs


def people(contact: Row) -> list[tuple[list[str], str]]:
    """Name, as folded words, and country of each participant, in either form ("Name|ISO" or an object)."""
    out = []
    for p in contact.get("participants") or ():
        name, country = p.split("|") if isinstance(p, str) else (p.get("name") or "", p.get("country") or "")
        country = country.strip().upper()
        out.append((_words(name), COUNTRY.get(country, country)))
    return out


def same_people(gold: Sequence[tuple[list[str], str]], found: Sequence[tuple[list[str], str]]) -> float:
    """Share of people in common (Jaccard): all or nothing for two, at least half for more; else 0."""
    free, common = list(found), 0
    for person in gold:
        other = next((f for f in free if _same_person(person, f)), None)
        if other is not None:
            free.remove(other)
            common += 1
    total = len(gold) + len(found) - common
    share = common / total if total else 0.0
    return share if share == 1.0 or (share >= 0.5 and max(len(gold), len(found)) > 2) else 0.0


def is_core(gold: Row, found: Row) -> bool:
    """Whether the way and the course of a matched contact are right."""
    return _way_agrees(gold, found) and _course(gold) == _course(found)


def is_alert(contact: Row) -> bool:
    """Whether an e-mail would be sent for it."""
    return (
        _course(contact) == "happened" and not contact.get("historical") and len(contact.get("participants") or ()) >= 2
    )


def date_agrees(gold: Row, found: Row) -> bool:
    """Within a day, or gold has no date."""
    wanted, said = _day(gold), _day(found)
    return wanted is None or (said is not None and abs((wanted - said).days) <= 1)


def duration_agrees(gold: Row, found: Row) -> bool:
    """Within a minute or 5 %."""
    wanted, said = _minutes(gold), _minutes(found)
    return bool(wanted and said) and abs((said or 0) - (wanted or 0)) <= max(1, DURATION_SLACK * (wanted or 0))


def _words(name: str) -> list[str]:
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).lower()
    return [w for w in "".join(c if c.isalnum() else " " for c in plain).split() if len(w) > 1]


def _same_person(a: tuple[list[str], str], b: tuple[list[str], str]) -> bool:
    (name, country), (other, home) = a, b
    if not name or not other or (country and home and country != home):
        return False
    if name[-1] in other or other[-1] in name or len(set(name) & set(other)) > 1:
        return True
    # One surname in two transliterations, of one country: Zelensky, Zelenskyy.
    first, second = name[-1], other[-1]
    return (
        bool(country and home)
        and min(len(first), len(second)) > 4
        and first[:4] == second[:4]
        and abs(len(first) - len(second)) < 3
    )


def _mode(contact: Row) -> str:
    mode = str(contact.get("mode"))
    return "multilateral" if mode == "summit" else mode


def _way_agrees(gold: Row, found: Row) -> bool:
    wanted = WAY.get(_mode(gold))
    return wanted is None or wanted == WAY.get(_mode(found))


def _course(contact: Row) -> str | None:
    return COURSE.get(str(contact.get("status")))


def _day(contact: Row) -> date | None:
    try:
        return date.fromisoformat((contact.get("date") or "")[:10])
    except ValueError:
        return None


def _minutes(contact: Row) -> int | None:
    return contact.get("duration_minutes") or contact.get("duration_min") or None


def _topic(topic: Any) -> str:
    return str(topic["topic"] if isinstance(topic, dict) else topic)


def _evidence(contact: Row) -> list[dict[str, Any]]:
    evidence = contact.get("evidence") or []
    return [{"text": evidence}] if isinstance(evidence, str) else list(evidence)


def _is_exact(gold: Row, evidence: Row) -> bool:
    whole, text = f"{gold.get('title') or ''}\n{gold.get('text') or ''}", evidence.get("text")
    if not text:
        return False
    return bool(whole[evidence["start"] : evidence["end"]] == text) if "start" in evidence else text in whole


def _told(what: str, gold: Row, found: Row | None = None) -> str:
    sides = [f"{side} {_contact(c)}" for side, c in (("gold", gold), ("found", found)) if c]
    return f"{what}: {'; '.join(sides)}"


def _contact(contact: Row) -> str:
    names = [p.split("|")[0] if isinstance(p, str) else p.get("name") for p in contact.get("participants") or ()]
    minutes = f" {_minutes(contact)} min" if _minutes(contact) else ""
    old = " historical" if contact.get("historical") else ""
    return (
        f"{' + '.join(map(str, names))}, {_mode(contact)} {contact.get('status')} {contact.get('date')}{minutes}{old}"
    )


# -- all articles -----------------------------------------------------------------------------------------------------


def collect(gold: Iterable[Row], found: Iterable[Row], by: Sequence[str] = ()) -> list[Mark]:
    """The marks of all articles."""
    rows = {row["id"]: row for row in found}
    return [mark for row in gold for mark in marks(row, rows.get(row["id"]), by)]


def share(of: Iterable[Mark], measure: str) -> Value:
    """The share of right answers of one measure. Of `historical as current` a "right" is the fault, so it counts so."""
    taken = [m for m in of if m.measure == measure]
    fault = measure == "historical as current"
    wrong = tuple(f"{m.item} ({m.told})" for m in taken if m.right == fault)
    return Value(sum(m.right for m in taken) / len(taken) if taken else None, len(taken), wrong)


def f1(of: Sequence[Mark], level: str) -> Value:
    """Harmonic mean of precision and recall at a level ("pair", "core", "full", "alert", "topic")."""
    precision, recall = share(of, f"{level} precision"), share(of, f"{level} recall")
    p, r = precision.share or 0.0, recall.share or 0.0
    if not recall.of and not precision.of:
        return Value(None, 0)
    both = tuple(dict.fromkeys((*recall.wrong, *precision.wrong)))
    return Value(2 * p * r / (p + r) if p + r else 0.0, recall.of, both)


def by_topic(of: Sequence[Mark]) -> dict[str, Value]:
    """F1 of each topic that gold has."""
    groups: dict[str, list[Mark]] = defaultdict(list)
    for m in of:
        if "topic" in m.slices:
            groups[m.slices["topic"]].append(m)
    return {t: f1(group, "topic") for t, group in sorted(groups.items()) if share(group, "topic recall").of}


def topics_macro(of: Sequence[Mark]) -> Value:
    """The mean of the topics' F1."""
    each = by_topic(of)
    wrong = tuple(w for v in each.values() for w in v.wrong)
    return Value(sum(v.share or 0.0 for v in each.values()) / len(each) if each else None, len(each), wrong)


MEASURES: dict[str, Callable[[Sequence[Mark]], Value]] = {
    **{
        f"{level} {side}": partial(share, measure=f"{level} {side}")
        for level in ("alert", "core")
        for side in ("precision", "recall")
    },
    "core f1": lambda of: f1(of, "core"),
    "pair f1": lambda of: f1(of, "pair"),
    "full f1": lambda of: f1(of, "full"),
    "mode exact": lambda of: share(of, "mode exact"),
    "status exact": lambda of: share(of, "status exact"),
    "date": lambda of: share(of, "date"),
    "duration": lambda of: share(of, "duration"),
    "historical as current": lambda of: share(of, "historical as current"),
    "quiet": lambda of: share(of, "quiet"),
    "topics macro f1": topics_macro,
    "evidence": lambda of: share(of, "evidence"),
}


def overall(of: Sequence[Mark]) -> dict[str, Value]:
    """Every measure over all marks."""
    return {name: measure(of) for name, measure in MEASURES.items()}


def sliced(of: Sequence[Mark], by: str) -> dict[str, list[Mark]]:
    """The marks by the values of a slice; marks that do not have it are left out."""
    groups: dict[str, list[Mark]] = defaultdict(list)
    for m in of:
        if by in m.slices:
            groups[m.slices[by]].append(m)
    return dict(sorted(groups.items()))
