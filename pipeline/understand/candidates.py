"""Which leaders may be in contact in which sentence, and the marked text that the model judges.

In the marked text the two leaders stand as markers, whatever they were called ("the French president", "he",
"Macron"), so that no name, country or office can sway the judgement (entity markers: Baldini Soares et al. 2019).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from pipeline.understand.mentions import Kind, Mention
from pipeline.understand.sentences import Sentence

FIRST, SECOND, OTHER = "[unused1]", "[unused2]", "[unused3]"
MAX_LEADERS = 7  # pairs are drawn among so many leaders of one sentence; of longer lists only pairs with the first
WINDOW = 420  # characters kept around the two leaders in a very long sentence

# Stems of words that can tell a contact; a sentence with one leader alone is only a candidate with one of them.
TRIGGER = re.compile(
    r"\b(call|phon|rang\b|ring\b|telephon|spoke|speak|talk|convers|discuss|met\b|meet|visit|travel|trip|tour|summit|video|"
    r"virtual|letter|wrote|writ|message|cable|host|welcom|receiv|greet|dinner|lunch|breakfast|handshak|shook|shak|"
    r"summon|arriv|land|fl[ie]|flew|head|go(es|ing)?\b|bilateral|negotiat|sat down|sit down|face|tete|tête|hotline|"
    r"confer|contact|dial|exchange|told|tells|ask|urge|warn|invit|reach|encounter|one-on-one|hug|embrac|snub|cancel)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two leaders (or one traveller: `second` is None) in sentence `sentence`, with the text for the model.

    `direct` tells that both are mentioned in the sentence itself, not one in its neighbourhood.
    """

    first: str
    second: str | None
    sentence: int
    target: str
    context: str
    direct: bool = True


def candidates(text: str, sentences: Sequence[Sentence], mentions: Sequence[Mention]) -> list[Candidate]:
    """All candidate pairs and lone travellers of a text, sentence by sentence."""
    by_sentence: dict[int, list[Mention]] = {}
    for m in mentions:
        by_sentence.setdefault(m.sentence, []).append(m)
    out: list[Candidate] = []
    for k, sentence in enumerate(sentences):
        here = _leaders(by_sentence.get(k, ()))
        if len(here) > MAX_LEADERS:
            pairs = [(here[0], other) for other in here[1:]]
        else:
            pairs = list(combinations(here, 2))
        for a, b in pairs:
            out.append(_make(text, sentences, by_sentence, k, a, b, direct=True))
        if len(here) == 1 and TRIGGER.search(sentence.text):
            for b in _nearby(by_sentence, k, here[0]):
                out.append(_make(text, sentences, by_sentence, k, here[0], b, direct=False))
            out.append(_make(text, sentences, by_sentence, k, here[0], None, direct=True))
    return out


def _leaders(mentions: Sequence[Mention]) -> list[str]:
    found: list[str] = []
    for m in mentions:
        if m.leader:
            found += [p for p in m.people if p not in found]
    return found


def _nearby(by_sentence: dict[int, list[Mention]], k: int, person: str) -> list[str]:
    """Up to two other leaders of the sentence before or of the title."""
    found: list[str] = []
    for j in (k - 1, 0):
        if 0 <= j < k:
            found += [p for p in _leaders(by_sentence.get(j, ())) if p != person and p not in found]
    return found[:2]


def _make(
    text: str,
    sentences: Sequence[Sentence],
    by_sentence: dict[int, list[Mention]],
    k: int,
    a: str,
    b: str | None,
    *,
    direct: bool,
) -> Candidate:
    def marked(j: int) -> str:
        return mark(text, sentences[j], by_sentence.get(j, ()), a, b)

    neighbours = [j for j in (0, k - 1, k + 1) if 0 <= j < len(sentences) and j != k]
    context = " | ".join(marked(j)[:WINDOW] for j in dict.fromkeys(neighbours))
    return Candidate(a, b, k, _crop(marked(k)), context, direct)


def mark(text: str, sentence: Sentence, mentions: Sequence[Mention], a: str, b: str | None) -> str:
    """The sentence with the two leaders (and any others) replaced by their markers."""
    out, at = [], sentence.start
    for m in mentions:
        if not m.people or not m.leader or m.start < at or m.end > sentence.end:
            continue
        signs = [FIRST if p == a else SECOND if p == b else OTHER for p in m.people]
        name = " and ".join(dict.fromkeys(signs))
        if m.kind is Kind.PRONOUN:
            if name == OTHER:
                continue
            if m.text.lower() in ("his", "hers", "her"):
                name += "'s" if m.text.lower() != "her" else ""
        out += [text[at : m.start], name]
        at = m.end
    out.append(text[at : sentence.end])
    return " ".join("".join(out).split())


def _crop(marked: str) -> str:
    if len(marked) <= WINDOW:
        return marked
    places = [m.start() for m in re.finditer(re.escape(FIRST) + "|" + re.escape(SECOND), marked)]
    if not places:
        return marked[:WINDOW]
    middle = (places[0] + places[min(len(places) - 1, 3)]) // 2
    start = max(0, middle - WINDOW // 2)
    return marked[start : start + WINDOW]
