"""Follows the journal that the stages of one run write, and says each line in words."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# What a stage takes from its queue and what it makes of it, for a person.
WORDS = {
    "poll": ("feed", "feed read"),
    "fetch": ("item", "page"),
    "extract": ("page", "article"),
    "understand": ("article", "article read"),
    "reconcile": ("article", "article settled"),
    "alert": ("message", "e-mail sent"),
}


@dataclass(slots=True)
class Tally:
    """The counts of one stage over all its tasks in a run."""

    taken: int = 0
    done: int = 0
    left: int = 0
    seconds: float = 0.0
    refused: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)


class Journal:
    """Reads what was appended since the last look; lines that are not whole yet wait for the next."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tallies: dict[str, Tally] = {}
        self._read = 0

    def news(self) -> list[str]:
        """Lines to say since the last call."""
        try:
            with self.path.open("rb") as file:
                file.seek(self._read)
                fresh = file.read()
        except FileNotFoundError:
            return []
        whole = fresh[: fresh.rfind(b"\n") + 1]
        self._read += len(whole)
        return [self._note(json.loads(line)) for line in whole.splitlines()]

    def _note(self, entry: dict[str, Any]) -> str:
        stage = str(entry["stage"])
        tally = self.tallies.setdefault(stage, Tally())
        if "error" in entry:
            tally.errors.append(entry["error"])
            return f"{stage:<11} {entry['error']}"
        tally.taken += entry["taken"]
        tally.done += entry["done"]
        tally.left = entry["left"]
        tally.seconds += entry["seconds"]
        tally.refused.update(entry["refused"])
        return f"{stage:<11} {in_words(stage, entry)} ({entry['seconds']:.1f} s)"


def in_words(stage: str, entry: dict[str, Any]) -> str:
    """ "74 items taken: 66 pages; 8 not: robots_disallowed 1, ..." or "nothing to do"."""
    taken, made = WORDS[stage]
    if not entry["taken"]:
        return "nothing to do"
    text = f"{count(entry['taken'], taken)}: {count(entry['done'], made)}"
    if entry["refused"]:
        reasons = ", ".join(f"{reason} {n}" for reason, n in sorted(entry["refused"].items()))
        text += f"; {sum(entry['refused'].values())} not: {reasons}"
    return text


def count(number: int, noun: str) -> str:
    """ "1 feed", "2 feeds", "3 e-mails sent"."""
    head, _, rest = noun.partition(" ")
    if number != 1:
        # "new item" -> "new items", "article read" -> "articles read", "new contact" -> "new contacts"
        head, rest = (head, f"{rest}s") if head == "new" else (f"{head}s", rest)
    return f"{number} {head} {rest}".rstrip()
