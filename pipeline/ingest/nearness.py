"""Which texts are copies of one another, though cut, retitled or edited here and there: MinHash over word shingles.

A paper that prints an agency's report cuts its end, changes its head and a word here and there; most runs of five words
stay. The share of runs in common is what counts, and MinHash (Broder 1997) finds candidates for it without comparing
all with all: texts that share a *band* are worth a look, `resemblance` then tells.
"""

from __future__ import annotations

import hashlib
import re

import numpy as np
from numpy.typing import NDArray

SHINGLE_WORDS = 5
BANDS, ROWS = 40, 3
# Fewer runs than this are a headline or a notice: too little to tell who wrote it.
LEAST_SHINGLES = 40
# Of the shorter text's runs, this share is in the longer one: the same text. Two reporters at one press conference
# share its quotations, which seldom make up a third.
SAME_TEXT = 0.6

Shingles = NDArray[np.uint64]

_WORD = re.compile(r"\w+")
_GENERATOR = np.random.default_rng(20230301)
_MULTIPLIERS = _GENERATOR.integers(1, 2**63, BANDS * ROWS, dtype=np.uint64) | np.uint64(1)
_SUMMANDS = _GENERATOR.integers(0, 2**63, BANDS * ROWS, dtype=np.uint64)
_PIECE = 4096


def shingles(text: str) -> Shingles:
    """Hashes of the text's runs of five words, sorted, each once. Case and punctuation do not count."""
    words = _WORD.findall(text.casefold())
    runs = {" ".join(words[n : n + SHINGLE_WORDS]) for n in range(len(words) - SHINGLE_WORDS + 1)}
    hashes = (int.from_bytes(hashlib.blake2b(run.encode(), digest_size=8).digest(), "little") for run in runs)
    return np.unique(np.fromiter(hashes, np.uint64, len(runs)))


def bands(found: Shingles) -> list[int]:
    """BANDS signed 64-bit numbers; texts alike share at least one, most likely. Empty where the text is too short."""
    if len(found) < LEAST_SHINGLES:
        return []
    least = np.full(BANDS * ROWS, np.iinfo(np.uint64).max, np.uint64)
    for start in range(0, len(found), _PIECE):
        piece = found[start : start + _PIECE, None] * _MULTIPLIERS[None, :] + _SUMMANDS[None, :]
        # The low bits of a product depend on few bits of the factors: the high ones count.
        least = np.minimum(least, (piece ^ (piece >> np.uint64(29))).min(axis=0))
    numbers = []
    for band, rows in enumerate(least.reshape(BANDS, ROWS)):
        mark = hashlib.blake2b(rows.tobytes(), digest_size=8, key=band.to_bytes(2, "little")).digest()
        numbers.append(int.from_bytes(mark, "little", signed=True))
    return numbers


def resemblance(one: Shingles, other: Shingles) -> float:
    """Share of the shorter text's runs that the longer one has too, 0 to 1; 0 where either is too short to tell."""
    shorter = min(len(one), len(other))
    if shorter < LEAST_SHINGLES:
        return 0.0
    return len(np.intersect1d(one, other, assume_unique=True)) / shorter
