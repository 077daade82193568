"""The plain sentences made from patterns are well-formed training rows."""

import random
import re

from pipeline.domain import Mode, Status
from training.contacts.patterns import expand, rows


def test_every_row_is_whole() -> None:
    made = rows(6, random.Random(2))
    assert len(made) > 800
    for row in made:
        text = f"{row['target']} {row['context']}"
        assert not re.search(r"[$<>|]", text.replace(" | ", " ")), text
        assert "[unused1]" in text
        assert Mode(str(row["mode"])) and Status(str(row["status"]))
        assert text.count("(") == text.count(")") == 0


def test_every_mode_and_status_is_there_and_a_quarter_is_none() -> None:
    made = rows(6, random.Random(2))
    held = [r for r in made if r["contact"]]
    assert {r["mode"] for r in held} == {m.value for m in Mode}
    assert {r["status"] for r in held} == {s.value for s in Status}
    assert 0.2 < 1 - len(held) / len(made) < 0.6


def test_copies_of_one_pattern_lie_in_one_fold() -> None:
    folds: dict[object, set[object]] = {}
    for row in rows(6, random.Random(2)):
        folds.setdefault(row["passage"], set()).add(row["fold"])
    assert all(len(f) == 1 for f in folds.values())


def test_the_same_seed_gives_the_same_rows() -> None:
    assert rows(2, random.Random(5)) == rows(2, random.Random(5))


def test_choices_slots_and_markers_are_filled() -> None:
    text = expand("$1 (met|saw|) $2 in <city> .", random.Random(1))
    assert re.fullmatch(r"\[unused1\] ((met|saw) )?\[unused2\] in [A-Z]\w+\.", text)
