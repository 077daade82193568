"""Clauses of a marked sentence that tell of different leaders: "A is in X as B meets C", "A in X; B meets C | D".

Works on text in which the leaders stand as markers, whatever they were called.
"""

from __future__ import annotations

import re

FIRST, SECOND, OTHER = "[unused1]", "[unused2]", "[unused3]"

# Borders of headlines and of prose. "As" and "while" part clauses only before a subject of their own.
_HARD = re.compile(r"\s*(?:;|\||•|·)\s+(?=\S)")
_SOFT = re.compile(
    r",?\s+(?:as|while|whereas)\s+"
    r"(?=(?:[A-Z][\w.-]+(?:['’]s)? |(?:the|its|his|her) |\[unused\d\]['’]s ){0,3}\[unused\d\]"
    r"(?!['’]s)(?:,[^,]{0,60},)?\s+(?:has |have |had |was |is |are |will |also )*"
    r"(?:me(?:t|ets?|eting)|visit\w*|host\w*|welcom\w*|receiv\w*|greet\w*|call(?:s|ed)|phon\w+|spoke|speaks|h[eo]ld\w*|"
    r"arriv\w+|land\w+|travel\w*|fl(?:ew|ies|ying)|tour\w*|talk(?:s|ed)|din(?:es|ed)|wrap\w*|end(?:s|ed))\b)"
)
# "Their talks", "both", "joined": the clauses speak of one event after all.
TOGETHER = re.compile(r"\b(?:together|jointly|joint|join(?:s|ed|ing)?|both|too|trilateral|three-way)\b", re.IGNORECASE)


def own_clause(marked: str) -> str | None:
    """What of a marked sentence tells of the two: the clause that holds both, where another tells of others.

    None where each stands in a clause of its own with somebody else, so that they are no pair; the sentence itself
    where it has no such clauses.

    >>> own_clause("[unused3] is in Oslo to see [unused3] as [unused1] meets [unused2] in Rome.")
    '[unused1] meets [unused2] in Rome.'
    >>> own_clause("[unused1] is in Oslo to see [unused3] as [unused2] meets [unused3].") is None
    True
    """
    for border in (_HARD, _SOFT):
        parts = [p for p in border.split(marked) if p.strip()]
        if len(parts) < 2 or TOGETHER.search(marked):
            continue
        both = [p for p in parts if FIRST in p and SECOND in p]
        if both:
            elsewhere = [p for p in parts if p not in both and OTHER in p and FIRST not in p and SECOND not in p]
            if elsewhere and len(both) == 1:
                return own_clause(both[0])
            continue
        ones = [p for p in parts if FIRST in p], [p for p in parts if SECOND in p]
        if all(ones) and (all(any(OTHER in p for p in own) for own in ones) or "|" in marked):
            return None
    return marked
