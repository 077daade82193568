"""The gate: what breaks a floor, what it says, and that the command fails."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.gate import broken, read_floors
from bench.scoring import MEASURES, Value
from pipeline.settings import ROOT

FLOORS = ROOT / "evals" / "floors.yaml"


def scored(**changed: Value) -> dict[str, Value]:
    best = {m: Value(0.0 if m == "historical as current" else 1.0, 9) for m in MEASURES}
    return best | {name.replace("_", " "): value for name, value in changed.items()}


def test_all_right_breaks_nothing() -> None:
    assert broken(scored(), read_floors(FLOORS)) == []


def test_a_broken_floor_names_measure_value_floor_and_items() -> None:
    faults = broken(scored(alert_recall=Value(0.4999, 4, ("eu-01 (missed: gold A + B)", "eu-02 (x)"))),
                    {"at_least": {"alert recall": 0.5}})  # fmt: skip
    assert faults == [
        "BROKEN alert recall: 0.500, but it must be at least 0.5; items:\n  eu-01 (missed: gold A + B)\n  eu-02 (x)"
    ]


def test_a_value_on_its_floor_holds() -> None:
    assert broken(scored(date=Value(0.5, 4)), {"at_least": {"date": 0.5}}) == []


def test_history_told_as_news_is_held_from_above() -> None:
    faults = broken(scored(historical_as_current=Value(0.2, 5, ("eu-08 (x)",))), read_floors(FLOORS))
    assert len(faults) == 1
    assert "historical as current: 0.200, but it must be at most" in faults[0]


def test_a_measure_without_items_is_broken_not_passed() -> None:
    assert "nothing to measure it on" in broken(scored(date=Value(None, 0)), {"at_least": {"date": 0.5}})[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds `at_least:`"),
        ("at_least: [", "not valid YAML"),
        ("at_least: 3", "holds `at_least:`"),
        ("atleast:\n  date: 0.5", "holds `at_least:`"),
        ("at_least:\n  dates: 0.5", "at_least names 'dates'; known are alert precision"),
        ("at_least:\n  date: high", "date: 'high' is not a number from 0 to 1"),
        ("at_least:\n  date: 88", "date: 88 is not a number from 0 to 1"),
        ("at_most:\n  historical as current: 0.1", "nothing would be held"),
    ],
)
def test_a_wrong_file_of_floors_is_told(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "floors.yaml"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"floors\.yaml") as caught:
        read_floors(file)
    assert message in str(caught.value)


def test_the_command_fails_on_a_floor_that_cannot_be_reached_and_passes_on_one_that_is(tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    lines = (ROOT / "evals" / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    gold.write_text("\n".join(line for line in lines if '"id": "mx-31"' in line or '"id": "mx-13"' in line) + "\n")
    floors = tmp_path / "floors.yaml"
    # Neither item asks for quiet, so a floor on it can be held by no model.
    for measure, status, said in (
        ("pair f1", 0, "All floors hold (2 items"),
        ("quiet", 1, "Floors broken: 1 (2 items"),
    ):
        floors.write_text(f"at_least:\n  {measure}: 0.0\n")
        done = subprocess.run(
            [sys.executable, "-m", "bench.gate", "--gold", str(gold), "--floors", str(floors), "--quiet"],
            cwd=ROOT, capture_output=True, text=True, timeout=200, check=False,
        )  # fmt: skip
        assert done.returncode == status, done.stdout + done.stderr
        assert said in done.stdout


def test_the_command_says_which_file_is_wrong(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.gate", "--floors", str(tmp_path / "none.yaml")],
        cwd=ROOT, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "none.yaml" in done.stderr
    assert done.stdout == ""
