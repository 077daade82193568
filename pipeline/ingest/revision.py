"""Whether a page that was fetched again still holds its article: what replaces it at a revisit is often none."""

from __future__ import annotations

import re

from pipeline.domain import Reason
from pipeline.ingest.nearness import shingles

# Of an article's words, less than this is left, and most of that was there before: cut off, not corrected.
_CUT_OFF, _OWN = 0.5, 0.8
_WORD = re.compile(r"\w+")
# Texts shorter than this share no run of five words by mere chance of wording.
_LEAST_RUNS = 20


def no_revision(title: str, text: str, new_title: str, new_text: str) -> tuple[Reason, str] | None:
    """Why a new wording is not taken for a revision of the old one, in one reason and in words; None: it is one.

    A correction brings words of its own, however short it is; a teaser in the article's place brings none. A page with
    neither a run of five words nor half of the title in common is another page: a front page, a notice, a new story
    under an old address.
    """
    old, new = shingles(text), shingles(new_text)
    if len(old) < _LEAST_RUNS or not len(new):
        return None
    shared = len(set(old.tolist()) & set(new.tolist()))
    if len(new) < _CUT_OFF * len(old) and shared >= _OWN * len(new):
        return Reason.PAYWALL_TEASER, f"{len(new_text.split())} of the article's {len(text.split())} words are left"
    words, new_words = (set(_WORD.findall(t.casefold())) for t in (title, new_title))
    if shared == 0 and len(words & new_words) * 2 < len(words):
        return Reason.SOFT_NOT_FOUND, f"the page holds something else now: {new_title[:100]!r}"
    return None
