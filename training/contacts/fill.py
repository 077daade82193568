"""Fill the slot passages with random leaders and days, read them, and label each candidate: what the model learns from.

    python -m training.contacts.fill OUT.jsonl [--copies 2] [--seed 1] [--limit 9000] [--lost 20]

Prints how many labelled contacts have a candidate in their evidence sentence: what is lost here no model can find.
One JSON object a line: target, context, contact (0/1), historical, status, mode, weight (0: not to be learned from),
fold (0..9 by passage; 0 is for validation), passage, sentence, direct.
"""

from __future__ import annotations

import argparse
import collections
import json
import random
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.domain import Article
from pipeline.understand.candidates import TRIGGER, Candidate
from pipeline.understand.gazetteer import FORMER_WORDS, Gazetteer
from pipeline.understand.reading import Reading, read
from pipeline.understand.registry import Registry
from pipeline.understand.tokens import words
from training.contacts.passages import HERE, passages
from training.contacts.slots import Cast, Filler

Row = dict[str, Any]


@dataclass
class Coverage:
    """How many labelled contacts, by kind, can be found at all."""

    found: collections.Counter[str] = field(default_factory=collections.Counter)
    all: collections.Counter[str] = field(default_factory=collections.Counter)
    lost: list[str] = field(default_factory=list)

    def note(self, kinds: list[str], held: bool, told: str) -> None:
        for kind in ["all", *kinds]:
            self.all[kind] += 1
            self.found[kind] += held
        if not held:
            self.lost.append(told)


def label(
    reading: Reading, cast: Cast, contacts: list[Row], filled: list[str], coverage: Coverage, pid: str
) -> list[Row]:
    """Every candidate of the reading with what the passage says of it."""
    letters = {person_id: letter for letter, person_id in cast.people.items()}
    told = [_sentences_of(reading, evidence) for evidence in filled]
    rows = [_label_one(reading, c, letters, contacts, told) for c in reading.candidates]
    for contact, sentences in zip(contacts, told, strict=True):
        who = set(contact["who"])
        here = [
            {letters.get(p) for p in (c.first, c.second) if p} for c in reading.candidates if c.sentence in sentences
        ]
        pairs = [pair for pair in here if pair <= who and (len(pair) == 2 or len(who) == 1)]
        joined: set[str | None] = set().union(*pairs) if pairs else set()
        held = bool(joined) and len(joined & who) >= max(1, (len(who) + 1) // 2 + (len(who) == 2))
        shown = " / ".join(reading.sentences[k].text for k in sorted(sentences))
        coverage.note(
            [contact["mode"], contact["status"], f"{len(who)} leaders"], held, f"{pid} {sorted(who)}: {shown}"
        )
    return rows


def _sentences_of(reading: Reading, evidence: str) -> set[int]:
    """The numbers of the sentences that the evidence covers, wholly or for the greater part."""
    start = reading.whole.find(evidence)
    if start < 0:
        return set()
    end = start + len(evidence)
    out = set()
    for k, s in enumerate(reading.sentences):
        shared = min(end, s.end) - max(start, s.start)
        if shared > 0 and shared >= 0.5 * min(s.end - s.start, end - start):
            out.add(k)
    return out


def _label_one(
    reading: Reading, c: Candidate, letters: dict[str, str], contacts: list[Row], told: list[set[int]]
) -> Row:
    row: Row = {
        "target": c.target, "context": c.context, "contact": 0, "historical": False, "status": "occurred",
        "mode": "unspecified", "weight": 1.0, "sentence": c.sentence, "direct": c.direct,
    }  # fmt: skip
    pair = {letters.get(p, "?") for p in (c.first, c.second) if p}
    mine = [(x, s) for x, s in zip(contacts, told, strict=True) if pair <= set(x["who"])]
    here = [x for x, s in mine if c.sentence in s and (len(pair) == 2 or len(x["who"]) == 1)]
    if here:
        here.sort(key=lambda x: (len(x["who"]) != len(pair), x["status"] not in ("occurred", "ongoing")))
        mode = "multilateral" if here[0]["mode"] == "summit" else here[0]["mode"]
        return row | {
            "contact": 1, "historical": bool(here[0]["historical"]), "status": here[0]["status"], "mode": mode,
        }  # fmt: skip
    retold = bool(TRIGGER.search(reading.sentences[c.sentence].text)) or reading.sentences[c.sentence].title
    alone = [x for x, k in zip(contacts, told, strict=True) if c.sentence in k and len(x["who"]) == 1]
    if not c.direct and any(set(x["who"]) < pair for x in alone):
        row["weight"] = 0.0  # a visit told without its host: whether the leader of another sentence is it is open
    elif mine and retold:
        row["weight"] = 0.0  # another sentence on a pair that was in contact: it may well tell it again
    elif mine and c.direct:
        row["weight"] = (
            0.3  # "the two took stock of the fund" tells it again in other words; "both dislike cats" does not
        )
    elif "X" in pair and not FORMER_WORDS & set(words(c.target + " " + c.context)):
        row["weight"] = 0.0  # nothing in the marked text tells that one of the two is out of office
    return row


def build(registry: Registry, folder: Path, *, copies: int, seed: int) -> tuple[list[Row], Coverage]:
    """All labelled candidates of all passages of the folder, undecided ones too (weight 0), and what could be found."""
    gazetteer, coverage = Gazetteer.of(registry), Coverage()
    rows: list[Row] = []
    seen: set[tuple[str, str]] = set()
    for copy in range(copies):
        for passage in passages(folder):
            rng = random.Random(f"{seed}/{copy}/{passage['id']}")
            filler = Filler(registry, gazetteer, rng)
            filled = filler.fill(passage)
            article = Article(passage["id"], filled.title, filled.text, filled.on)
            reading = read(gazetteer, article)
            for row in label(reading, filled.cast, passage["contacts"], filled.evidence, coverage, passage["id"]):
                key = (row["target"], row["context"])
                if key not in seen:
                    seen.add(key)
                    rows.append(row | {"passage": passage["id"], "fold": zlib.crc32(passage["id"].encode()) % 10})
    return rows, coverage


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--folder", type=Path, default=HERE, help="where the passages lie")
    parser.add_argument("--leaders", type=Path, default=HERE.parents[1] / "config" / "leaders")
    parser.add_argument("--copies", type=int, default=2, help="how often each passage is filled, each time with others")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=int, default=9000, help="negatives are sampled down to this many rows in all")
    parser.add_argument("--lost", type=int, default=0, help="show so many contacts that have no candidate")
    args = parser.parse_args()
    rows, coverage = build(Registry.load(args.leaders), args.folder, copies=args.copies, seed=args.seed)
    learned = [r for r in rows if r["weight"] > 0]
    if len(learned) > args.limit:
        others = [r for r in learned if not r["contact"]]
        keep = set(map(id, random.Random(args.seed).sample(others, max(0, args.limit - len(learned) + len(others)))))
        learned = [r for r in learned if r["contact"] or id(r) in keep]
    with args.out.open("w", encoding="utf-8") as f:
        for row in learned:
            f.write(json.dumps(row, ensure_ascii=False) + "\n")
    print(
        f"{len(learned)} candidates, {sum(r['contact'] for r in learned)} contacts; {len(rows) - len(learned)} left out"
    )
    print("contacts that have a candidate:")
    for kind, n in sorted(coverage.all.items()):
        print(f"  {kind:14} {coverage.found[kind]:5} of {n:5}  {coverage.found[kind] / n:.3f}")
    for line in coverage.lost[: args.lost]:
        print("lost:", line)


if __name__ == "__main__":
    main()
