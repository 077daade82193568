"""How good `hotline analyse` is on a gold file, by a scorer of your choice.

    python bench/quality.py GOLD.jsonl SCORER.py [SCORER OPTIONS...]

GOLD has one article a line with `contacts` and `topics`; SCORER is called as `SCORER.py GOLD PREDICTIONS [OPTIONS]`.
Prints the scorer's report, then the seconds per 1,000 articles (models loaded, `HOTLINE_THREADS` threads).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pipeline.cli.analyse import run
from pipeline.settings import get_settings
from pipeline.understand.analyse import Analyser


def main() -> int:
    """Analyse, score, report; the scorer's exit status."""
    if len(sys.argv) < 3:
        print(__doc__)
        return 2
    gold, scorer = Path(sys.argv[1]), Path(sys.argv[2])
    settings = get_settings()
    analyser = Analyser.load(
        settings.leaders_dir,
        settings.topics_file,
        settings.models_dir,
        settings.threads,
        settings.own_topics_dir,
    )
    with tempfile.TemporaryDirectory() as folder:
        predictions = Path(folder) / "predictions.jsonl"
        started = time.perf_counter()
        with gold.open("rb") as source, predictions.open("wb") as out:
            run(analyser, source, out)
        seconds = time.perf_counter() - started
        done = subprocess.run([sys.executable, str(scorer), str(gold), str(predictions), *sys.argv[3:]], check=False)
    with gold.open("rb") as file:
        articles = sum(1 for line in file if line.strip())
    print(f"{analyser.version}: {articles} articles, {1000 * seconds / max(1, articles):.0f} s per 1,000", flush=True)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
