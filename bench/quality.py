"""How good `hotline analyse` is on a gold file: overall, by a field of the articles, by mode and status, by topic.

    python -m bench.quality GOLD.jsonl [--by source_repo] [--by unit] [--models models] [--wrong 20] [--scorer FILE]

GOLD has one article a line with `contacts` and `topics`, in the form that evals/README.md gives. Prints Markdown
tables, then the seconds per 1,000 articles. `--wrong` lists that many contacts that were missed, made up or mistaken.
A scorer of your own is called as `SCORER GOLD PREDICTIONS` after that.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.running import answers, load
from bench.scoring import collect, f1, read_rows
from bench.tables import report


def main() -> int:
    """Analyse, score, report; the exit status of the scorer, if one is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--by", action="append", default=[], help="a field of the gold rows to group by")
    parser.add_argument("--models", type=Path, default=None)
    parser.add_argument("--wrong", type=int, default=0)
    parser.add_argument("--scorer", type=Path, default=None)
    options = parser.parse_args()
    gold = read_rows(options.gold)
    by = options.by or [f for f in ("source_repo", "style") if any(f in row for row in gold)][:1]
    analyser = load(options.models)
    started = time.perf_counter()
    found = answers(analyser, options.gold)
    seconds = time.perf_counter() - started
    marks = collect(gold, found, by)
    print(report(marks, by))
    for wrong in f1(marks, "core").wrong[: options.wrong]:
        print(f"- {wrong}")
    print(
        f"\n{analyser.version}: {len(gold)} articles, {1000 * seconds / max(1, len(gold)):.0f} s per 1,000", flush=True
    )
    if options.scorer is None:
        return 0
    with tempfile.TemporaryDirectory() as folder:
        predictions = Path(folder) / "predictions.jsonl"
        predictions.write_text("".join(json.dumps(row) + "\n" for row in found), encoding="utf-8")
        command = [sys.executable, str(options.scorer), str(options.gold), str(predictions)]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
