"""Who sought the contact: "A called B", "took a call from B", "at the request of the B side".

Reads the marked text of a candidate, in which the two leaders stand as markers whatever they were called.
"""

from __future__ import annotations

import re

from pipeline.understand.clauses import FIRST, SECOND

_I = re.IGNORECASE
_WHO = rf"(?P<who>{re.escape(FIRST)}|{re.escape(SECOND)})"
_OTHER = rf"(?:{re.escape(FIRST)}|{re.escape(SECOND)})"
_ADVERB = (
    r"(?:(?:also|then|later|again|has|have|had|on \w+day|today|yesterday|earlier|personally|separately|just|,)\s*)*"
)
_ASIDE = r"(?:,[^,.;]{0,40},)?\s*"
_BY_PHONE = r"(?:called|calls|phoned|phones|telephoned|telephones|rang|rings|dialled|dialed)"
_CALL = r"(?:(?:tele)?phone |telephone |video )?(?:call|conversation)"
_SIDE = r"(?:(?:the )?(?P<side>[A-Z][\w-]+(?: [A-Z][\w-]+)?)(?:'s|’s)? (?:side|party)\b|" + _WHO + ")"

_A = r"(?:an? |the )?(?:[\w-]+ ){0,4}?"
_AT_WISH, _WISH = r"\bat (?:the|an?) ", r"(?:request|initiative|behest|suggestion|urging)"
_TOOK = r"\b(?:took|taken|takes|received|receives|had|got|gets|fielded|answered) "
_SUBJECT = rf"{_WHO}\s*{_ASIDE}{_ADVERB}"
_PATTERNS = [
    # these care for capitals: a side is named by an adjective
    re.compile(rf"{_AT_WISH}{_WISH} of {_SIDE}"),
    re.compile(rf"\bat (?:the )?{_SIDE}['’]?s?\s*(?:own )?{_WISH}\b"),
    re.compile(rf"\b(?:initiated|requested|proposed|sought|placed) by {_SIDE}"),
    *(
        re.compile(pattern, _I)
        for pattern in (
            rf"{_TOOK}{_A}{_CALL} from {_WHO}",
            rf"{_SUBJECT}{_BY_PHONE}\s+(?:up\s+)?{_OTHER}(?!['’]s)",
            rf"{_SUBJECT}(?:placed|made|initiated|requested) {_A}{_CALL}\b",
            rf"{_SUBJECT}(?:wrote|writes|written|sent|sends) {_A}(?:to )?{_OTHER}",
            rf"\b(?:letter|message|telegram|cable|note) from {_WHO}",
            rf"{_WHO}['’]s (?:[\w-]+ ){{0,2}}?(?:letter|message|telegram) to {_OTHER}",
            rf"{_WHO}['’]s (?:phone |telephone )?call (?:to|with) {_OTHER}",
            rf"\ba (?:[\w-]+ ){{0,2}}?{_CALL} from {_WHO}",
        )
    ),
]


def find_initiator(target: str) -> str | None:
    """What the marked text says: the marker FIRST or SECOND, the adjective of a "side" as printed, or None.

    >>> find_initiator("[unused1] took a call from [unused2] on Friday.")
    '[unused2]'
    >>> find_initiator("At the request of the Ruritanian side, [unused1] spoke by phone with [unused2].")
    'Ruritanian'
    """
    text = re.sub(r"^At\b", "at", target[:2000])
    for pattern in _PATTERNS:
        m = pattern.search(text)
        if m is not None:
            return m.groupdict().get("side") or m["who"]
    return None
