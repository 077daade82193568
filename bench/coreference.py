"""How well reports of one event find together: B-cubed and CEAF-e on a set of labelled reports, and what went wrong.

    python -m bench.coreference [evals/events.jsonl] [--wrong 40]

The set has one report a line with the `event` it tells of, in the form that evals/README.md gives. Prints precision,
recall and F1 of the contacts against the events, those of the links of bilaterals to their summits, then each event
told as several contacts and each contact that mixes events, with what it takes to see why.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import networkx

from pipeline.domain import (
    Contact,
    ContactReport,
    DatePrecision,
    Evidence,
    Mode,
    Ordinal,
    Participant,
    Status,
    StoredReport,
)
from pipeline.reconcile.cluster import reconcile

EVENTS = Path(__file__).resolve().parent.parent / "evals" / "events.jsonl"


@dataclass(frozen=True, slots=True)
class Labelled:
    """Reports, the event that each tells of, and the summit that an event is a part of."""

    reports: list[StoredReport]
    event_of: dict[int, str]
    part_of: dict[str, str]


@dataclass(frozen=True, slots=True)
class Score:
    """Precision and recall, 0 to 1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def __str__(self) -> str:
        return f"{self.precision:.3f} | {self.recall:.3f} | {self.f1:.3f}"


def read_events(path: Path = EVENTS) -> Labelled:
    """The labelled reports of a file. Raises ValueError with file and line for a row that is no report."""
    reports, event_of, part_of = [], {}, {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            stored = _stored(row)
            event_of[stored.report_id] = row["event"]
            if "part_of" in row:
                part_of[row["event"]] = row["part_of"]
        except (KeyError, TypeError, ValueError) as fault:
            raise ValueError(f"{path}, line {number}: {fault!r}; evals/README.md has the form of a row") from fault
        reports.append(stored)
    return Labelled(reports, event_of, part_of)


def b_cubed(found: Sequence[frozenset[int]], gold: Sequence[frozenset[int]]) -> Score:
    """Per report: how much of its contact is its event, how much of its event is its contact."""
    here = {report: group for group in found for report in group}
    true = {report: group for group in gold for report in group}
    overlap = {report: len(here.get(report, frozenset()) & true[report]) for report in true}
    precision = [overlap[report] / len(here[report]) for report in true if report in here]
    recall = [overlap[report] / len(true[report]) for report in true]
    return Score(sum(precision) / len(precision) if precision else 0.0, sum(recall) / len(recall))


def ceaf_e(found: Sequence[frozenset[int]], gold: Sequence[frozenset[int]]) -> Score:
    """Contacts matched one to one with events, so that the sum of their likeness (Dice) is greatest."""
    graph = networkx.Graph()
    for i, group in enumerate(found):
        for j, event in enumerate(gold):
            if group & event:
                graph.add_edge(("found", i), ("gold", j), weight=2 * len(group & event) / (len(group) + len(event)))
    matched = networkx.max_weight_matching(graph)
    likeness = sum(graph.edges[pair]["weight"] for pair in matched)
    return Score(likeness / len(found) if found else 0.0, likeness / len(gold))


def links(contacts: Sequence[Contact], labelled: Labelled) -> Score:
    """Whether what is part of a summit is linked to it; contacts stand for the event of most of their reports."""
    stands_for = {c.contact_id: _event(c, labelled) for c in contacts}
    found = {(stands_for[c.contact_id], stands_for[c.part_of]) for c in contacts if c.part_of in stands_for}
    gold = set(labelled.part_of.items())
    right = len(found & gold)
    return Score(right / len(found) if found else 1.0, right / len(gold) if gold else 1.0)


def groups(event_of: Mapping[int, str]) -> list[frozenset[int]]:
    """The reports of each event."""
    gathered: dict[str, set[int]] = defaultdict(set)
    for report, event in event_of.items():
        gathered[event].add(report)
    return [frozenset(reports) for reports in gathered.values()]


def mistakes(contacts: Sequence[Contact], labelled: Labelled) -> list[str]:
    """Wrong merges and wrong splits, and links that are missing or made up, a line each."""
    lines = []
    parts: dict[str, list[Contact]] = defaultdict(list)
    by_id = {r.report_id: r for r in labelled.reports}
    for contact in contacts:
        events = sorted({labelled.event_of[r] for r in contact.report_ids})
        for event in events:
            parts[event].append(contact)
        if len(events) > 1:
            told = "; ".join(f"{labelled.event_of[r]}: {_line(by_id[r])}" for r in contact.report_ids)
            lines.append(f"merged {' + '.join(events)}: {told}; because {contact.reason}")
    for event, several in sorted(parts.items()):
        if len(several) > 1:
            told = " // ".join(
                ", ".join(_line(by_id[r]) for r in c.report_ids if labelled.event_of[r] == event) for c in several
            )
            lines.append(f"split {event}: {told}")
    stands_for = {c.contact_id: _event(c, labelled) for c in contacts}
    for contact in contacts:
        event = stands_for[contact.contact_id]
        linked = stands_for.get(contact.part_of or "")
        if linked != labelled.part_of.get(event):
            lines.append(f"link of {event}: {linked or 'none'}, labelled {labelled.part_of.get(event, 'none')}")
    return lines


def main() -> int:
    """Settle, score, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("events", type=Path, nargs="?", default=EVENTS)
    parser.add_argument("--wrong", type=int, default=40)
    options = parser.parse_args()
    labelled = read_events(options.events)
    contacts = reconcile(labelled.reports, {})
    found, gold = [frozenset(c.report_ids) for c in contacts], groups(labelled.event_of)
    print(f"{len(labelled.reports)} reports of {len(gold)} events, settled into {len(found)} contacts\n")
    print("| measure | precision | recall | F1 |\n|---|---|---|---|")
    print(f"| B-cubed | {b_cubed(found, gold)} |")
    print(f"| CEAF-e | {ceaf_e(found, gold)} |")
    print(f"| links to summits | {links(contacts, labelled)} |\n")
    for line in mistakes(contacts, labelled)[: options.wrong]:
        print(f"- {line}")
    return 0


def _event(contact: Contact, labelled: Labelled) -> str:
    told = [labelled.event_of[r] for r in contact.report_ids]
    return max(sorted(set(told)), key=told.count)


def _line(stored: StoredReport) -> str:
    report = stored.report
    minutes = f" {report.duration_minutes} min" if report.duration_minutes else ""
    place = f" in {report.location}" if report.location else ""
    who = f" {len(report.participants)} people"
    return f"#{stored.report_id} {report.mode} {report.status} {report.date}{minutes}{place}{who} ({stored.family})"


def _stored(row: Mapping[str, object]) -> StoredReport:
    get = row.get
    people = [Participant(**person) for person in _list(get("participants"))]
    ordinal = get("ordinal")
    day, precision, published = get("date"), get("date_precision"), get("published")
    minutes = get("duration_minutes")
    return StoredReport(
        report_id=int(str(row["report"])),
        article_id=int(str(row["article"])),
        outlet=str(row["outlet"]),
        family=str(row["family"]),
        published=datetime.fromisoformat(str(published)) if published else None,
        report=ContactReport(
            participants=tuple(sorted(people, key=lambda p: p.name)),
            mode=Mode(str(row["mode"])),
            status=Status(str(row["status"])),
            date=date.fromisoformat(str(day)) if day else None,
            date_precision=DatePrecision(str(precision)) if precision else None,
            duration_minutes=int(str(minutes)) if minutes else None,
            location=str(row["location"]) if get("location") else None,
            ordinal=Ordinal(**ordinal) if isinstance(ordinal, dict) else None,
            attribution=tuple(str(name) for name in _list(get("attribution"))),
            historical=bool(get("historical")),
            confidence=float(str(row["confidence"])),
            evidence=tuple(Evidence(**span) for span in _list(get("evidence"))),
        ),
    )


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list) else []


if __name__ == "__main__":
    sys.exit(main())
