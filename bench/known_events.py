"""What a month of feed items becomes for events that are known: is each found, and is none told twice?

    python -m bench.known_events ITEMS.jsonl.gz [--events bench/known_events.yaml] [--show]

ITEMS has one object a line: feed (its address), published, title, summary, link (not in this repository). The items
that name all leaders of an event, from five days before it to seven after, are analysed, and all their reports become
contacts together. Prints a Markdown table. `--show` lists the reports of each contact with the sentence they rest on.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from bench.running import load
from bench.tables import table
from pipeline.domain import Article, Contact, Status, StoredReport
from pipeline.reconcile.cluster import reconcile

EVENTS = Path(__file__).resolve().with_name("known_events.yaml")
BEFORE, AFTER = timedelta(days=5), timedelta(days=7)
HAPPENED = (Status.OCCURRED, Status.ONGOING)


@dataclass(frozen=True, slots=True)
class Event:
    """A meeting that took place: who, by the beginnings of their surnames, and its first and last day."""

    name: str
    leaders: tuple[str, ...]
    first: date
    last: date

    def may_be_told_by(self, item: dict[str, Any]) -> bool:
        """Whether the item names all the leaders, and is of the days around."""
        day = datetime.fromisoformat(item["published"]).date()
        text = f"{item['title']} {item['summary']}"
        return self.first - BEFORE <= day <= self.last + AFTER and all(
            re.search(rf"\b{re.escape(name)}", text) for name in self.leaders
        )

    def is_(self, contact: Contact) -> bool:
        """Whether a contact is this event, or one of its talks: all the leaders, and one of its days."""
        return (
            contact.occurred_on is not None
            and self.first <= contact.occurred_on <= self.last
            and self.names(p.name for p in contact.participants)
        )

    def names(self, people: Iterable[str]) -> bool:
        """Whether all the leaders are among the people."""
        told = list(people)
        return all(any(re.search(rf"\b{re.escape(name)}", person) for person in told) for name in self.leaders)


def read_known(path: Path = EVENTS) -> list[Event]:
    """The events of a file. Raises ValueError that names the file and the event for one that is not in order."""
    events = []
    for row in yaml.safe_load(path.read_text(encoding="utf-8"))["events"]:
        try:
            events.append(Event(row["name"], tuple(row["leaders"]), row["from"], row["to"]))
            if not (isinstance(row["from"], date) and row["from"] <= row["to"] and len(row["leaders"]) > 1):
                raise ValueError("needs two leaders, and `from` not after `to`")
        except (KeyError, TypeError, ValueError) as fault:
            raise ValueError(f"{path}: {row}: {fault!r}") from fault
    return events


def gather(items: Iterable[dict[str, Any]], events: Sequence[Event]) -> list[tuple[dict[str, Any], set[str]]]:
    """The items that may tell of an event, each address once, with the names of those events."""
    seen: set[str] = set()
    out = []
    for item in items:
        told = {event.name for event in events if event.may_be_told_by(item)}
        if told and item["link"] not in seen:
            seen.add(item["link"])
            out.append((item, told))
    return out


def settle(items: Sequence[dict[str, Any]]) -> tuple[list[Contact], dict[int, StoredReport]]:
    """The contacts that the items' reports become, and the reports by id; a feed's host stands for its family."""
    articles = [
        Article(str(number), i["title"], i["summary"], datetime.fromisoformat(i["published"]))
        for number, i in enumerate(items)
    ]
    reports: dict[int, StoredReport] = {}
    for number, (item, analysis) in enumerate(zip(items, load().analyse_many(articles), strict=True)):
        host = urlsplit(item["feed"]).hostname or item["feed"]
        published = datetime.fromisoformat(item["published"])
        for report in analysis.contacts:
            key = len(reports) + 1
            reports[key] = StoredReport(key, number, host, host, published, report)
    return reconcile(list(reports.values()), {}), reports


def row_of(
    event: Event, items: int, contacts: Sequence[Contact], reports: dict[int, StoredReport]
) -> tuple[list[str], list[Contact]]:
    """A line of the table, and the contacts in it. Talks beside a summit that is there itself are no second telling."""
    of_leaders = sum(event.names(p.name for p in r.report.participants) for r in reports.values())
    found = [c for c in contacts if event.is_(c) and not c.historical and c.status in HAPPENED]
    whole = [c for c in found if c.part_of not in {other.contact_id for other in found}]
    told = "; ".join(f"{c.mode} {c.occurred_on:%d %b}, {len(c.report_ids)} reports" for c in found) or "none"
    return [event.name, str(items), str(of_leaders), told, {0: "missed", 1: "once"}.get(len(whole), "twice")], found


def main() -> None:
    """Read, analyse, settle, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("items", type=Path)
    parser.add_argument("--events", type=Path, default=EVENTS)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    events = read_known(options.events)
    with gzip.open(options.items, "rt", encoding="utf-8") as lines:
        chosen = gather(map(json.loads, lines), events)
    contacts, reports = settle([item for item, _ in chosen])
    rows, shown = [], []
    for event in events:
        row, found = row_of(event, sum(event.name in told for _, told in chosen), contacts, reports)
        rows.append(row)
        shown += [(event, contact) for contact in found]
    print(f"{len(chosen)} items, {len(reports)} reports, {len(contacts)} contacts\n")
    print(table(["event", "items that name them", "reports", "contacts on its days", "told"], rows))
    for event, contact in shown if options.show else []:
        print(f"\n{event.name}: {contact.mode} {contact.occurred_on} {contact.location}: {contact.reason}")
        for key in contact.report_ids:
            report = reports[key].report
            print(f"  {report.mode} {report.date} {report.location} | {report.evidence[0].text[:240]}")


if __name__ == "__main__":
    main()
