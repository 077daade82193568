"""Who really speaks: a publisher under several labels is one voice, and so is an agency and who prints its words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from pipeline.domain import StoredReport
from pipeline.reconcile.node import content_key

# A sentence of this many letters that two papers share to the letter was written once.
WRITTEN_ONCE = 60

# "PARIS, Feb 12 (Agency) - ", "KYIV (Agency) — "
_DATELINE = re.compile(r"^[^\s].{0,60}?(?:\([^)]{2,40}\)|\d)\s*[-–—]+\s+")
_NOT_WORD = re.compile(r"[\W_]+")


def voices(reports: Sequence[StoredReport]) -> dict[int, str]:
    """Report id -> the family whose word it is: its own, or that of the earliest report whose sentence it repeats."""
    said: dict[str, str] = {}
    found = {}
    for stored in sorted(reports, key=content_key):
        sentences = [s for e in stored.report.evidence if len(s := _bare(e.text)) >= WRITTEN_ONCE]
        voice = next((said[s] for s in sentences if s in said), stored.family)
        for sentence in sentences:
            said.setdefault(sentence, voice)
        found[stored.report_id] = voice
    return found


def source_key(name: str) -> str:
    """A named source for comparison: "the Élysée Palace" and "Elysee" agree."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).casefold()
    return plain.strip().removeprefix("the ").removesuffix(" palace").strip()


def _bare(text: str) -> str:
    return _NOT_WORD.sub(" ", _DATELINE.sub("", text)).casefold().strip()
