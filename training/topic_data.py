"""The topic training set: items, one-sentence items, and passages composed of them. Needs no torch."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent / "topics"
LABELS = [
    "deescalation_talks",
    "ceasefire_or_peace_negotiation",
    "military_escalation",
    "sanctions",
    "humanitarian",
    "citizens_evacuation",
    "arms_supply",
    "energy",
    "trade",
]


@dataclass(frozen=True, slots=True)
class Item:
    """A text with a target per label of LABELS, 0 or 1 (or a teacher's probability), and its weight in the loss."""

    text: str
    targets: tuple[float, ...]
    weight: float = 1.0


def read(path: Path, weight: float = 1.0) -> list[Item]:
    """The items of a JSON Lines file; the title, where there is one, begins the text."""
    items = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        row = json.loads(line)
        if unknown := set(row["topics"]) - set(LABELS):
            raise ValueError(f"{path}, line {number}: unknown topics {sorted(unknown)}; known are {', '.join(LABELS)}")
        text = f"{row['title']}. {row['text']}" if row.get("title") else row["text"]
        items.append(Item(text, tuple(float(label in row["topics"]) for label in LABELS), weight))
    return items


def items() -> tuple[list[Item], list[Item]]:
    """The long-worded items and the one-sentence ones. The first are wrier than news is and count half."""
    return read(HERE / "topics.jsonl", 0.5), read(HERE / "plain.jsonl")


def compose(sentences: list[Item], count: int, rng: random.Random) -> list[Item]:
    """Passages of two or three sentences at random; what one of them is about, the passage is about."""
    out = []
    for _ in range(count):
        chosen = rng.sample(sentences, rng.choice((2, 2, 3)))
        text = " ".join(s.text.rstrip(".") + "." for s in chosen)
        out.append(Item(text, tuple(max(column) for column in zip(*(s.targets for s in chosen), strict=True))))
    return out
