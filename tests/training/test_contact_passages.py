"""The training passages are well formed, and filling them labels candidates as they say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.understand.registry import Registry
from training.contacts.fill import Coverage, Row, build
from training.contacts.passages import HERE, faults, passages

LEADERS = Path(__file__).parents[2] / "config" / "leaders"


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry.load(LEADERS)


def test_every_passage_is_well_formed_and_has_an_id_of_its_own() -> None:
    found = list(passages(HERE))
    assert len(found) > 1000
    assert [(p["id"], f) for p in found for f in faults(p)] == []
    assert len({p["id"] for p in found}) == len(found)


GOOD = {
    "id": "x-1",
    "style": "wire",
    "weekday": "Monday",
    "title": None,
    "text": "{A:title} phoned {B:title} on Monday. {C:title} was told by {M:title} that it rained.",
    "contacts": [
        {
            "who": ["A", "B"],
            "mode": "phone",
            "status": "occurred",
            "historical": False,
            "evidence": "{A:title} phoned {B:title} on Monday.",
        }
    ],
    "note": "",
}
BROKEN = {
    "an unknown form": ({"text": GOOD["text"] + " {A:wife}"}, "unknown slot {A:wife}"),
    "an unknown weekday": ({"weekday": "Someday"}, "unknown weekday Someday"),
    "a minister takes part": (
        {"contacts": [GOOD["contacts"][0] | {"who": ["A", "M"]}]},
        "['M'] are no leaders in office",
    ),
    "evidence from elsewhere": (
        {"contacts": [GOOD["contacts"][0] | {"evidence": "They met."}]},
        "evidence is not in the text",
    ),
    "no contact and no reason": ({"contacts": []}, "no note that says why not"),
}


@pytest.mark.parametrize(("change", "fault"), BROKEN.values(), ids=BROKEN.keys())
def test_a_fault_is_named(change: dict[str, object], fault: str) -> None:
    assert faults(GOOD) == []
    assert any(fault in told for told in faults(GOOD | change))


def filled(
    tmp_path: Path, registry: Registry, *rows: dict[str, object], copies: int = 1, seed: int = 1
) -> tuple[list[Row], Coverage]:
    (tmp_path / "some.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return build(registry, tmp_path, copies=copies, seed=seed)


def test_the_pair_of_the_evidence_is_a_contact_and_nobody_else(tmp_path: Path, registry: Registry) -> None:
    rows, coverage = filled(tmp_path, registry, GOOD, copies=5)
    held = [r for r in rows if r["contact"]]
    assert held and all("[unused1] phoned [unused2] on Monday." in r["target"] for r in held)
    assert all((r["mode"], r["status"], r["historical"]) == ("phone", "occurred", False) for r in held)
    assert coverage.found["all"] == coverage.all["all"] == 5
    assert not any(r["contact"] for r in rows if "rained" in r["target"])


def test_the_same_seed_fills_alike_and_another_does_not(tmp_path: Path, registry: Registry) -> None:
    text = {
        "text": "{A:title} spoke in {A:capital} of {B:country}. {C:title} did not meet {D:title}.",
        "contacts": [],
        "note": "n",
    }
    first, again, other = (filled(tmp_path, registry, GOOD | text, seed=s)[0] for s in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_name_alone_is_given_only_to_leaders_whom_a_reader_would_know(tmp_path: Path, registry: Registry) -> None:
    headline = GOOD | {"text": "{A:last} phones {B:last}"}
    headline["contacts"] = [GOOD["contacts"][0] | {"evidence": "{A:last} phones {B:last}"}]
    _, coverage = filled(tmp_path, registry, headline, copies=40)
    assert coverage.found["all"] >= 38


def test_most_contacts_of_our_passages_can_be_found(registry: Registry) -> None:
    """The recall ceiling of the whole system on its own passages."""
    _, coverage = build(registry, HERE, copies=1, seed=1)
    assert coverage.found["all"] / coverage.all["all"] > 0.92
