"""Quality floors: analyses the test set in evals/ and fails where a measure falls below its floor.

    python -m bench.gate [--gold evals/gold.jsonl] [--floors evals/floors.yaml] [--by style] [--quiet]

Prints all tables, then each broken floor with the measure, its value, the floor and the items that lowered it.
Exit status: 0 all floors hold, 1 one is broken, 2 the files cannot be used.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import yaml

from bench.running import answers, load
from bench.scoring import MEASURES, Value, collect, overall, read_rows
from bench.tables import report
from pipeline.settings import ROOT, Settings

SIDES = ("at_least", "at_most")


def main() -> int:
    """Analyse, score, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, default=ROOT / "evals" / "gold.jsonl")
    parser.add_argument("--floors", type=Path, default=ROOT / "evals" / "floors.yaml")
    parser.add_argument("--by", action="append", default=[], help="a field of the gold rows to group by")
    parser.add_argument("--quiet", action="store_true", help="print broken floors alone")
    options = parser.parse_args()
    try:
        floors = read_floors(options.floors)
        gold = read_rows(options.gold)
    except (OSError, ValueError) as error:
        print(f"make eval: {error}", file=sys.stderr)
        return 2
    started = time.perf_counter()
    # What is measured is what is shipped: topics and models of the repository, whatever this machine is set to.
    shipped = Settings(
        _env_file=None,
        leaders_dir=ROOT / "config" / "leaders",
        topics_file=ROOT / "config" / "topics.yaml",
        models_dir=ROOT / "models",
        home=options.gold.parent / "nothing-trained-here",
        topic_model=None,
    )
    analyser = load(settings=shipped)
    marks = collect(gold, answers(analyser, options.gold), options.by or ["style"])
    if not options.quiet:
        print(report(marks, options.by or ["style"]), end="\n\n")
    faults = broken(overall(marks), floors)
    for fault in faults:
        print(fault)
    took = f"{len(gold)} items, {analyser.version}, {time.perf_counter() - started:.0f} s"
    print(f"Floors broken: {len(faults)} ({took})" if faults else f"All floors hold ({took})")
    return 1 if faults else 0


def read_floors(file: Path) -> dict[str, dict[str, float]]:
    """`at_least` and `at_most`, each measure -> number. Raises OSError, ValueError with the file and the mend."""
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ValueError(f"{file}: not valid YAML ({str(error).splitlines()[0]})") from None
    if not isinstance(found, dict) or set(found) - set(SIDES) or not all(isinstance(v, dict) for v in found.values()):
        raise ValueError(f"{file}: holds `at_least:` and `at_most:`, each with lines `measure: number`")
    for side, floors in found.items():
        for measure, bound in floors.items():
            if measure not in MEASURES:
                raise ValueError(f"{file}: {side} names {measure!r}; known are {', '.join(MEASURES)}")
            if isinstance(bound, bool) or not isinstance(bound, int | float) or not 0 <= bound <= 1:
                raise ValueError(f"{file}: {measure}: {bound!r} is not a number from 0 to 1")
    if not found.get("at_least"):
        raise ValueError(f"{file}: there is no floor under at_least:, so nothing would be held")
    return {side: dict(found.get(side) or {}) for side in SIDES}


def broken(values: Mapping[str, Value], floors: Mapping[str, Mapping[str, float]]) -> list[str]:
    """A few lines for each measure that is beyond its bound, or that could not be measured at all."""
    out = []
    for side, bounds in floors.items():
        for measure, bound in bounds.items():
            value = values[measure]
            words = side.replace("_", " ")
            if value.share is None:
                out.append(f"BROKEN {measure}: nothing to measure it on, but it must be {words} {bound}")
            elif value.share < bound if side == "at_least" else value.share > bound:
                items = "".join(f"\n  {item}" for item in value.wrong)
                out.append(f"BROKEN {measure}: {value.share:.3f}, but it must be {words} {bound}; items:{items}")
    return out


if __name__ == "__main__":
    sys.exit(main())
