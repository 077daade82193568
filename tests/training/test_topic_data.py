"""The topic training files are what the trainer takes them for."""

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from pipeline.settings import ROOT
from pipeline.understand.topics import PASSAGE_WORDS
from training.topic_data import LABELS, compose, examples, items, read


def test_every_item_is_labelled_and_every_label_has_items() -> None:
    for part in items():
        counts = Counter(label for item in part for label, t in zip(LABELS, item.targets, strict=True) if t)
        assert min(counts[label] for label in LABELS) >= 20
        assert sum(not any(item.targets) for item in part) >= 100


def test_no_text_stands_twice() -> None:
    texts = Counter(item.text for part in items() for item in part)
    assert [t for t, n in texts.items() if n > 1] == []


def test_a_composed_passage_is_about_what_its_sentences_are_about() -> None:
    _, plain, _ = items()
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


def test_articles_are_cut_as_at_run_time_and_say_what_the_whole_is_about() -> None:
    _, _, news = items()
    long = [item for item in news if len(item.passages) > 3]
    assert len(long) >= 60
    assert all(
        len(passage.split()) <= PASSAGE_WORDS for item in long for passage in item.passages if "." in passage[:-1]
    )
    assert {len(item.targets) for item in long} == {len(LABELS)}


def test_the_examples_of_the_topics_file_train_too() -> None:
    found = examples(ROOT / "config" / "topics.yaml")
    counts = Counter(label for item in found for label, t in zip(LABELS, item.targets, strict=True) if t)
    assert set(counts) == set(LABELS)
    assert sum(not any(item.targets) for item in found) == 18
