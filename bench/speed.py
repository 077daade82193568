"""How long 1,000 articles take on two cores: the stories of the example newswire, over and over.

    python -m bench.speed [--articles 400] [--runs 5] [--threads 2] [--models models]

Prints a Markdown table with the median of the runs and their range. The process is held to as many cores as it has
threads, so a larger machine gives the same figure; the models are loaded and warmed before the clock starts.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from bench.running import load
from bench.tables import table
from pipeline.domain import Article
from pipeline.newswire.catalogue import load_catalogue
from pipeline.settings import get_settings


def main() -> None:
    """Load, warm up, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=400)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--models", type=Path, default=None)
    options = parser.parse_args()
    with contextlib.suppress(AttributeError):  # macOS has no such call; there the threads alone hold it back
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: options.threads])
    analyser = load(options.models, get_settings().model_copy(update={"threads": options.threads}))
    batch = list(islice(cycle(stories()), options.articles))
    words = statistics.mean(len(a.whole.split()) for a in batch)
    list(analyser.analyse_many(batch[:16]))
    seconds = []
    for _ in range(options.runs):
        started = time.perf_counter()
        contacts = sum(len(a.contacts) for a in analyser.analyse_many(batch))
        seconds.append(1000 * (time.perf_counter() - started) / len(batch))
    load_average = f"{os.getloadavg()[0]:.1f}"
    middle = f"{statistics.median(seconds):.1f}"
    spread = f"{min(seconds):.1f} to {max(seconds):.1f}"
    head = ["models", "s per 1,000 articles", "range", "runs", "threads", "words an article", "contacts", "load"]
    row = [analyser.version, middle, spread, str(options.runs), str(options.threads), f"{words:.0f}", str(contacts)]
    print(table(head, [[*row, load_average]]))


def stories() -> Iterator[Article]:
    """Every story of the newswire as an article."""
    for story in load_catalogue().stories:
        text = "\n".join(block.text for block in story.blocks if block.text)
        yield Article(story.story_id, story.title, text, story.published, story.outlet.language)


if __name__ == "__main__":
    main()
