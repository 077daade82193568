"""How well `hotline extract` finds the article's text and date on saved news pages with a ground truth of your choice.

    python bench/extraction.py FOLDER [--plain] [--worst N]

FOLDER is a checkout of an evaluation set in one of two forms: `ground-truth.json` (id -> articleBody, url,
datePublished) beside `html/ID.html.gz`, or `dataset/ground_truth.json` (file -> body, url, publishing date) beside
`dataset/html/FILE`. `--plain` measures trafilatura alone on the same pages, `--worst` names the pages with the lowest
score. The score is that of the usual benchmark: shingles of four words, precision and recall averaged over pages.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import trafilatura

from pipeline.ingest.extract import extract

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Case:
    """One page: its bytes and address, the text that is right, and the day of publication where the set tells it."""

    name: str
    body: bytes
    url: str | None
    text: str
    day: str | None


def main() -> None:
    """Read, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--worst", type=int, default=0)
    options = parser.parse_args()
    read: Callable[[Case], tuple[str, str | None]] = _plain if options.plain else _ours
    scores, dated, right, began = [], 0, 0, time.perf_counter()
    for case in cases(options.folder):
        text, day = read(case)
        scores.append((*score(case.text, text), case.name))
        if case.day:
            dated += 1
            right += day == case.day
    seconds = time.perf_counter() - began
    precision, recall = (statistics.mean(s[n] for s in scores) for n in (0, 1))
    f1 = 2 * precision * recall / (precision + recall)
    print(f"pages {len(scores)}  F1 {f1:.4f}  precision {precision:.4f}  recall {recall:.4f}  {seconds:.1f} s")
    if dated:
        print(f"dated {dated}  day right {right / dated:.3f}")
    for precise, complete, name in sorted(scores, key=lambda s: s[0] + s[1])[: options.worst]:
        print(f"{precise:.3f} {complete:.3f} {name}")


def cases(folder: Path) -> Iterator[Case]:
    """The pages of an evaluation set. Raises FileNotFoundError where FOLDER has neither form."""
    if (folder / "ground-truth.json").exists():
        for name, truth in _load(folder / "ground-truth.json").items():
            body = gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes())
            yield Case(name, body, truth.get("url"), truth["articleBody"], _day(truth.get("datePublished")))
        return
    for name, truth in _load(folder / "dataset" / "ground_truth.json").items():
        body = gzip.decompress((folder / "dataset" / "html" / name).read_bytes())
        yield Case(name, body, truth.get("url"), "\n".join(truth["body"]), _day(truth.get("publishing_date")))


def score(right: str, found: str) -> tuple[float, float]:
    """Precision and recall of four-word shingles."""
    truth, guess = _shingles(right), _shingles(found)
    shared = sum((truth & guess).values())
    if not truth and not guess:
        return 1.0, 1.0
    return shared / max(1, sum(guess.values())), shared / max(1, sum(truth.values()))


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    return Counter(s for i in range(max(1, len(words) - 3)) if (s := tuple(words[i : i + 4])))


def _ours(case: Case) -> tuple[str, str | None]:
    found = extract(case.body, case.url)
    return found.text, found.published.isoformat()[:10] if found.published else None


def _plain(case: Case) -> tuple[str, str | None]:
    found = trafilatura.bare_extraction(case.body, url=case.url, include_comments=False, with_metadata=True)
    return str(getattr(found, "text", None) or ""), getattr(found, "date", None)


def _load(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _day(text: str | None) -> str | None:
    try:
        return datetime.fromisoformat(text).date().isoformat() if text else None
    except ValueError:
        return None


if __name__ == "__main__":
    main()
