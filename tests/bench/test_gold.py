"""The test set itself: whole, varied, and no passage of the training data."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from bench.ablation import replaced
from bench.scoring import read_rows
from pipeline.domain import Mode, Status
from pipeline.settings import ROOT
from pipeline.understand.topicsconfig import load_topics

GOLD = read_rows(ROOT / "evals" / "gold.jsonl")
TOPICS = {t.topic for t in load_topics(ROOT / "config" / "topics.yaml")} | {"other"}
WORDS = 8


@pytest.mark.parametrize("row", GOLD, ids=lambda r: r["id"])
def test_an_item_is_whole(row: dict[str, Any]) -> None:
    whole, published = f"{row['title']}\n{row['text']}", date.fromisoformat(row["published"])
    assert row["title"] and row["text"] and row["style"] and row["region"]
    assert row["topics"] and set(row["topics"]) <= TOPICS
    assert "other" not in row["topics"] or len(row["topics"]) == 1
    for c in row["contacts"]:
        assert whole[c["ev_start"] : c["ev_end"]] == c["evidence"]
        assert Mode(c["mode"]) and Status(c["status"])
        assert len({p.split("|")[1] for p in c["participants"]}) >= 2
        if c["date"] and date.fromisoformat(c["date"]) < published - timedelta(days=31):
            assert c["historical"]
        if c["date"] and Status(c["status"]).happened:
            assert date.fromisoformat(c["date"]) <= published


def test_ids_and_texts_stand_once() -> None:
    assert len({row["id"] for row in GOLD}) == len({row["text"] for row in GOLD}) == len(GOLD)


def test_the_set_is_large_and_varied() -> None:
    contacts = [c for row in GOLD for c in row["contacts"] if not c.get("optional")]
    assert len(GOLD) >= 120
    assert sum(not any(not c.get("optional") for c in row["contacts"]) for row in GOLD) > len(GOLD) / 4
    assert {row["published"][:4] for row in GOLD} >= {str(y) for y in range(2000, 2027) if y not in (2004, 2010)}
    assert {c["status"] for c in contacts} == {s.value for s in Status}
    assert {c["mode"] for c in contacts} == {m.value for m in Mode}
    assert min(Counter(t for row in GOLD for t in row["topics"]).values()) >= 5
    assert len({p for c in contacts for p in c["participants"]}) > 100


def runs(text: str) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return (tuple(words[k : k + WORDS]) for k in range(len(words) - WORDS + 1))


def texts(value: Any) -> Iterator[str]:
    """Every string in a JSON value."""
    if isinstance(value, str):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(part)


def test_no_eight_words_in_a_row_stand_in_the_training_data_too() -> None:
    files = [*(ROOT / "training").rglob("*.jsonl"), *(ROOT / "config").glob("topics.yaml")]
    assert len(files) > 5
    trained = {
        run
        for file in files
        for line in file.read_text(encoding="utf-8").splitlines()
        for text in (texts(json.loads(line)) if file.suffix == ".jsonl" and line.strip() else (line,))
        for run in runs(text)
    }
    assert len(trained) > 10_000
    shared = {row["id"]: " ".join(r) for row in GOLD for r in runs(f"{row['title']} {row['text']}") if r in trained}
    assert not shared


def test_an_arm_of_the_ablation_puts_the_parts_back_and_refuses_names_that_are_gone() -> None:
    class Owner:
        part = 1

    with replaced(Owner, part=2):
        assert Owner.part == 2
    assert Owner.part == 1
    with pytest.raises(AttributeError), replaced(Owner, other=2):
        pass
