"""The slot passages: reading them, and what can be wrong with one (README.md beside this file has the format).

python -m training.contacts.passages      # names each fault; exit status 1 if there is one
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.domain import Mode, Status

HERE = Path(__file__).resolve().parent
SLOT = re.compile(r"\{([^{}]*)\}")
LEADERS = frozenset("ABCDEFO")
OTHERS = frozenset("MNXP")
PLAIN = frozenset({"AGENCY", "PAPER", "TV", "SUMMIT", "CITY"})
FORMS = frozenset(
    ["", "last", "title", "short", "office", "the", "leader", "dem", "country", "capital", "seat", "he", "him", "his"]
)
STYLES = frozenset(
    [
        "wire", "paper", "broadcast", "rss", "readout", "state_media", "tabloid", "liveblog", "caption", "analysis",
        "headline",
    ]
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MODES = frozenset(Mode) | {"summit"}  # "summit" is an older word for multilateral

Passage = dict[str, Any]


def passages(folder: Path = HERE) -> Iterator[Passage]:
    """All slot passages of the folder, file by file in the order of their names."""
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                if line.strip():
                    yield json.loads(line)


def whole(passage: Passage) -> str:
    """Title and text, as they are read."""
    return f"{passage['title'] or ''}\n{passage['text']}"


def faults(passage: Passage) -> list[str]:
    """What is wrong with a passage, in words; empty if nothing is."""
    out, letters, text = [], set(), whole(passage)
    for slot in SLOT.findall(text):
        letter, _, form = slot.partition(":")
        if slot in PLAIN:
            continue
        if letter not in LEADERS | OTHERS or form.lower() not in FORMS:
            out.append(f"unknown slot {{{slot}}}")
        letters.add(letter)
    if passage["style"] not in STYLES:
        out.append(f"unknown style {passage['style']}")
    if passage["weekday"] not in WEEKDAYS:
        out.append(f"unknown weekday {passage['weekday']}")
    if not passage["contacts"] and not passage.get("note"):
        out.append("no contact, and no note that says why not")
    for contact in passage["contacts"]:
        who = set(contact["who"])
        if who - letters:
            out.append(f"participants {sorted(who - letters)} are not in the text")
        if who & OTHERS:
            out.append(f"participants {sorted(who & OTHERS)} are no leaders in office")
        if len(who) < (1 if contact["mode"] == "visit" else 2):
            out.append("too few participants")
        if contact["mode"] not in MODES or contact["status"] not in frozenset(Status):
            out.append(f"unknown mode {contact['mode']} or status {contact['status']}")
        if not contact["evidence"] or contact["evidence"] not in text:
            out.append("the evidence is not in the text")
    return out


def main() -> int:
    """Check all passages of this folder."""
    seen: set[str] = set()
    told = []
    for passage in passages():
        told += [f"{passage['id']}: {fault}" for fault in faults(passage)]
        if passage["id"] in seen:
            told.append(f"{passage['id']}: the id stands twice")
        seen.add(passage["id"])
    print("\n".join([*told, f"{len(seen)} passages, {len(told)} faults"]))
    return bool(told)


if __name__ == "__main__":
    sys.exit(main())
