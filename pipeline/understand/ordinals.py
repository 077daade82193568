"""Which contact of a row it was: "the fourth call in recent weeks" is (4, "recent weeks").

A "first" is left out: "first since the war" counts nothing that anybody could check.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.domain import Ordinal
from pipeline.understand.numbers import ORDINAL, WHOLE, ordinal, whole

_I = re.IGNORECASE
LONGEST = 4000  # characters of a sentence that are read
_NOUN = (
    r"(?:calls?|conversations?|talks?|meetings?|visits?|trips?|summits?|encounters?|exchanges?|contacts?|discussions?|"
    r"dialogues?|phone[- ]calls?|videoconferences?|tete-a-tete|tête-à-tête|letters?|messages?|face-to-face)"
)
_KIND = (
    r"(?:(?:such|tele)?phone|telephone|telephonic|video|virtual|online|bilateral|face-to-face|in-person|official|"
    r"working|state|direct|personal|formal|annual|known|consecutive|long|lengthy|brief|round of|three-way|trilateral|"
    r"one-on-one|private|leaders['’]?|summit|round|public|foreign|peace|overseas|such|phone|separate|top-level)"
)
_COUNTED = re.compile(rf"\b(?P<n>{ORDINAL})[\s,]+(?:{_KIND}[\s,]+){{0,4}}(?:of\s+)?{_NOUN}\b", _I)
_TIME = re.compile(rf"\bfor (?:at least )?(?:the|a) (?P<n>{ORDINAL}) (?:straight |consecutive )?time\b", _I)
_MARKS = re.compile(rf"\b(?:was|is|marks?|marked|be) (?:only |just )?the (?P<n>{ORDINAL}) time\b", _I)
_THEIR = re.compile(
    rf"\b(?:their|his|her) (?P<n>{ORDINAL})\b(?=\s+(?:in|of|since|this|within|such)\b|\s*[,.;]|\s*$|\s+with\b)", _I
)
_TIMES = re.compile(
    r"\b(?:has|have|had|having)\s+(?:now\s+|already\s+|also\s+|since\s+)*(?:spoken|talked|met|called|phoned|conferred|"
    rf"visited|received|hosted)\b[^.;!?]{{0,80}}?\b(?:(?P<n>{WHOLE}) times|(?P<twice>twice))\b",
    _I,
)
_WINDOW = re.compile(
    rf"\b(?:in|over|within|during|for)\s+(?:the\s+)?(?P<in>(?:recent|the past|the last|past|last|less than|as many|"
    rf"just|about|under|(?:{WHOLE}|an?)\b)[\w\s-]{{0,24}}?(?:days?|weeks?|months?|years?|hours?|fortnight))\b"
    r"|\b(?P<this>(?:so far )?this (?:week|month|year|spring|summer|autumn|fall|winter))\b"
    r"|\bof (?P<of>the (?:week|month|year|day))\b"
    r"|\b(?P<since>since (?:(?!\b(?:and|to|said|says|as|who|which|with|but|while|after|at|in which)\b)"
    r"[\w'’.-]+\s?){1,7})",
    _I,
)
_NOT_AFTER = re.compile(r"^\s*(?:to last|time around)", _I)


@dataclass(frozen=True, slots=True)
class OrdinalSpan:
    """Characters `start`..`end` of a sentence count a contact, in a window whose words end at `until`."""

    start: int
    end: int
    until: int
    ordinal: Ordinal


def find_ordinals(sentence: str, *, firsts: bool = False) -> list[OrdinalSpan]:
    """The counts of contacts in a sentence, in its order; `firsts` adds those of one, whose window may be asked for."""
    sentence = sentence[:LONGEST]
    found: list[OrdinalSpan] = []
    for pattern in (_COUNTED, _TIME, _MARKS, _THEIR, _TIMES):
        for m in pattern.finditer(sentence):
            count = 2 if m.groupdict().get("twice") else ordinal(m["n"]) or whole(m["n"])
            if count is None or not (1 if firsts else 2) <= count <= 500 or _NOT_AFTER.match(sentence[m.end() :]):
                continue
            if all(m.end() <= s.start or m.start() >= s.end for s in found):
                window, until = _window(sentence, m.end())
                found.append(OrdinalSpan(m.start(), m.end(), until, Ordinal(count, window)))
    return sorted(found, key=lambda s: s.start)


def _window(sentence: str, start: int) -> tuple[str | None, int]:
    """The stretch of time that is counted over, as worded, without its preposition; and where its words end."""
    end = next((start + m.start() for m in re.finditer(r"[.;!?]\s", sentence[start:])), len(sentence))
    m = _WINDOW.search(sentence, start, min(end, start + 140))
    if m is None:
        return None, start
    text = next(v for v in m.groupdict().values() if v)
    return " ".join(text.split()).rstrip(" ,.-'’"), m.end()
