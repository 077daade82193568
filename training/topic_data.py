"""The topic training set: items, one-sentence items, whole articles, and passages composed of them. Needs no torch."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path

from pipeline.domain import Article
from pipeline.understand.topics import passages
from pipeline.understand.topicsconfig import load_topics

TOPICS_FILE = Path(__file__).resolve().parent.parent / "config" / "topics.yaml"
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
    """A text with a target per label of LABELS, 0 or 1 (or a teacher's probability), and its weight in the loss.

    Of an article `passages` are those that the model reads at run time, and the loudest speaks for it, as there.
    """

    passages: tuple[str, ...]
    targets: tuple[float, ...]
    weight: float = 1.0

    @property
    def text(self) -> str:
        """All of it."""
        return " ".join(self.passages)


def read(path: Path, weight: float = 1.0, whole: bool = False) -> list[Item]:
    """The items of a JSON Lines file; the title, where there is one, begins the text.

    `whole`: they are articles, to be cut into passages as at run time; otherwise each is one passage.
    """
    items = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        row = json.loads(line)
        if unknown := set(row["topics"]) - set(LABELS):
            raise ValueError(f"{path}, line {number}: unknown topics {sorted(unknown)}; known are {', '.join(LABELS)}")
        text = f"{row['title']}. {row['text']}" if row.get("title") else row["text"]
        parts = passages(Article("", row["title"] or "", row["text"])) if whole else [text]
        items.append(Item(tuple(parts), tuple(float(label in row["topics"]) for label in LABELS), weight))
    return items


def items() -> tuple[list[Item], list[Item], list[Item]]:
    """The long-worded items, the one-sentence ones and the articles. The first are wrier than news and count half."""
    plain = read(HERE / "plain.jsonl") + examples(TOPICS_FILE)
    return read(HERE / "topics.jsonl", 0.5), plain, read(HERE / "news.jsonl", whole=True)


def examples(topics_file: Path) -> list[Item]:
    """What the topics file says of the shipped topics; its counterexamples belong to none of them."""
    out = []
    for topic in load_topics(topics_file):
        if topic.topic in LABELS:
            targets = tuple(float(label == topic.topic) for label in LABELS)
            out += [Item((sentence,), targets) for sentence in topic.examples]
            out += [Item((sentence,), (0.0,) * len(LABELS)) for sentence in topic.not_examples]
    return out


def compose(sentences: list[Item], count: int, rng: random.Random) -> list[Item]:
    """Passages of two or three sentences at random; what one of them is about, the passage is about."""
    out = []
    for _ in range(count):
        chosen = rng.sample(sentences, rng.choice((2, 2, 3)))
        text = " ".join(s.text.rstrip(".") + "." for s in chosen)
        out.append(Item((text,), tuple(max(column) for column in zip(*(s.targets for s in chosen), strict=True))))
    return out
