"""How well `hotline extract` finds the article's text and date on saved news pages with a ground truth of your choice.

    python bench/extraction.py FOLDER [--plain] [--worst N]

FOLDER is a checkout of an evaluation set in one of three forms: `ground-truth.json` (id -> articleBody, url,
datePublished) beside `html/ID.html.gz`, or `dataset/ground_truth.json` (file -> body, url, publishing date) beside
`dataset/html/FILE`; or, for dates alone, `tests/eval_*.json` (address -> file, date) with the files below `tests/`.
`--plain` measures trafilatura (for dates alone: htmldate) by itself on the same pages, `--worst` names the pages with
the lowest score. The score is that of the usual benchmark: shingles of four words, precision and recall averaged over
pages.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import trafilatura
from htmldate import find_date

from pipeline.ingest.charset import decode
from pipeline.ingest.extract import extract
from pipeline.ingest.language import language_of
from pipeline.ingest.markup import harmless, read_visible
from pipeline.ingest.metadata import read_metadata

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Case:
    """One page: its bytes and address, the text that is right, and the day of publication where the set tells it."""

    name: str
    body: bytes
    url: str | None
    text: str | None
    day: str | None


def main() -> None:
    """Read, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--worst", type=int, default=0)
    options = parser.parse_args()
    read: Callable[[Case], tuple[str, str | None]] = _plain if options.plain else _ours
    scores: list[tuple[float, float, str]] = []
    dates, began = Dates(), time.perf_counter()
    for case in cases(options.folder):
        text, day = read(case)
        if case.text is not None:
            scores.append((*score(case.text, text), case.name))
        if case.day:
            dates.add(case, day)
    seconds = time.perf_counter() - began
    dates.print(options.worst)
    if not scores:
        return
    precision, recall = statistics.mean(s[0] for s in scores), statistics.mean(s[1] for s in scores)
    f1 = 2 * precision * recall / (precision + recall)
    print(f"pages {len(scores)}  F1 {f1:.4f}  precision {precision:.4f}  recall {recall:.4f}  {seconds:.1f} s")
    for precise, complete, name in sorted(scores, key=lambda s: s[0] + s[1])[: options.worst]:
        print(f"{precise:.3f} {complete:.3f} {name}")


class Dates:
    """Days found and right, over all pages, those in English, and those that call themselves articles."""

    def __init__(self) -> None:
        self._right: defaultdict[str, list[bool]] = defaultdict(list)
        self._wrong: list[str] = []

    def add(self, case: Case, day: str | None) -> None:
        markup = harmless(decode(case.body, None).text)
        page = read_metadata(markup, case.url)
        english = language_of(read_visible(markup).text, page.language) == "en"
        groups = {"all": True, "English": english, "articles": page.is_article,
                  "English articles": english and page.is_article}  # fmt: skip
        for name, member in groups.items():
            if member:
                self._right[name].append(day == case.day)
        if day != case.day:
            self._wrong.append(f"{case.day} not {day}  {case.name}")

    def print(self, worst: int) -> None:
        for name, right in self._right.items():
            print(f"dated, {name}: {len(right)}  day right {statistics.mean(right):.3f}")
        print("\n".join(self._wrong[:worst]))


def cases(folder: Path) -> Iterator[Case]:
    """The pages of an evaluation set. Raises FileNotFoundError where FOLDER has neither form."""
    if (folder / "ground-truth.json").exists():
        for name, truth in _load(folder / "ground-truth.json").items():
            body = gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes())
            yield Case(name, body, truth.get("url"), truth["articleBody"], _day(truth.get("datePublished")))
        return
    dated = sorted((folder / "tests").glob("eval_*.json"))
    if dated and not (folder / "dataset").exists():
        files = {path.name: path for path in (folder / "tests").rglob("*") if path.is_file()}
        for url, truth in (pair for path in dated for pair in _load(path).items()):
            # Some have no date by themselves: those hold nothing to compare.
            if truth.get("file") in files and _day(truth.get("date")):
                yield Case(url, files[truth["file"]].read_bytes(), url, None, truth["date"])
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
    if case.text is None:
        return "", find_date(decode(case.body, None).text, url=case.url, original_date=True, extensive_search=True)
    found = trafilatura.bare_extraction(case.body, url=case.url, include_comments=False, with_metadata=True)
    return str(getattr(found, "text", None) or ""), getattr(found, "date", None)


def _load(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _day(text: object) -> str | None:
    try:
        return datetime.fromisoformat(text).date().isoformat() if isinstance(text, str) else None
    except ValueError:
        return None


if __name__ == "__main__":
    main()
