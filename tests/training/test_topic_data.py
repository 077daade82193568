"""The topic training files are what the trainer takes them for."""

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from training.topic_data import LABELS, compose, items, read


def test_every_item_is_labelled_and_every_label_has_items() -> None:
    long, plain = items()
    for part in (long, plain):
        counts = Counter(label for item in part for label, t in zip(LABELS, item.targets, strict=True) if t)
        assert min(counts[label] for label in LABELS) >= 20
        assert sum(not any(item.targets) for item in part) >= 100


def test_no_text_stands_twice() -> None:
    long, plain = items()
    texts = Counter(item.text for item in long + plain)
    assert [t for t, n in texts.items() if n > 1] == []


def test_a_composed_passage_is_about_what_its_sentences_are_about() -> None:
    _, plain = items()
    by_text = {item.text.rstrip("."): item for item in plain}
    for passage in compose(plain, 50, random.Random(1)):
        parts = [item for text, item in by_text.items() if f"{text}." in passage.text]
        for j in range(len(LABELS)):
            if passage.targets[j]:
                assert any(part.targets[j] for part in parts)


def test_an_unknown_topic_is_told_by_line(tmp_path: Path) -> None:
    file = tmp_path / "items.jsonl"
    file.write_text(json.dumps({"text": "a", "topics": []}) + "\n" + json.dumps({"text": "b", "topics": ["x"]}) + "\n")
    with pytest.raises(ValueError, match=r"line 2: unknown topics \['x'\]"):
        read(file)
