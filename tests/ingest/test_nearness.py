"""Copies are told from other texts about the same event."""

from __future__ import annotations

import random

import pytest

from pipeline.ingest.nearness import LEAST_SHINGLES, SAME_TEXT, bands, resemblance, shingles

_random = random.Random(7)
_STOCK = [f"word{n}" for n in range(4000)]


def text(words: int, seed: int) -> list[str]:
    return random.Random(seed).choices(_STOCK, k=words)


def nearness(one: list[str], other: list[str]) -> tuple[float, bool]:
    """Resemblance, and whether a band is shared."""
    a, b = shingles(" ".join(one)), shingles(" ".join(other))
    return resemblance(a, b), bool(set(bands(a)) & set(bands(b)))


def test_the_same_text_is_the_same_whatever_its_case_and_punctuation() -> None:
    words = text(300, 1)
    assert nearness(words, [w.upper() + "," for w in words]) == (1.0, True)


@pytest.mark.parametrize("kept", [0.5, 0.7, 0.9])
def test_a_copy_cut_at_its_end_is_found(kept: float) -> None:
    words = text(400, 2)
    alike, found = nearness(words, words[: int(len(words) * kept)])
    assert alike == 1.0 and found


@pytest.mark.parametrize("seed", range(20))
def test_a_copy_with_another_head_and_words_changed_here_and_there_is_found(seed: int) -> None:
    words = text(350, seed)
    edited = text(25, seed + 1000) + words[30:300]
    for n in range(10, len(edited), 40):
        edited[n] = "changed"
    alike, found = nearness(words, edited)
    assert alike >= SAME_TEXT and found


@pytest.mark.parametrize("seed", range(5))
def test_two_reporters_who_share_their_quotations_are_two(seed: int) -> None:
    quotations = text(70, seed)
    one, other = text(250, seed + 100) + quotations, text(250, seed + 200) + quotations
    assert nearness(one, other)[0] < SAME_TEXT


def test_other_texts_share_nothing() -> None:
    assert nearness(text(300, 1), text(300, 2)) == (0.0, False)


def test_a_text_too_short_to_tell_has_no_bands_and_resembles_nothing() -> None:
    words = text(LEAST_SHINGLES + 3, 1)
    assert len(shingles(" ".join(words))) < LEAST_SHINGLES
    assert bands(shingles(" ".join(words))) == [] and nearness(words, words)[0] == 0.0


def test_bands_are_the_same_in_every_process_and_fit_the_warehouse() -> None:
    found = bands(shingles(" ".join(f"w{n}" for n in range(100))))
    assert len(found) == 40 and all(-(2**63) <= n < 2**63 for n in found)
    assert found[0] == FIRST_BAND


# Stored prints are compared with new ones: a change of the hashing would part them, and needs a migration.
FIRST_BAND = 355517777049309456
