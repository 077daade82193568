"""Which leaders may be in contact in which sentence, and the marked text that the model judges.

In the marked text the two leaders stand as markers, whatever they were called ("the French president", "he",
"Macron"), so that no name, country or office can sway the judgement (entity markers: Baldini Soares et al. 2019).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from pipeline.understand.clauses import FIRST, OTHER, SECOND, own_clause
from pipeline.understand.mention import Kind, Mention
from pipeline.understand.sentences import Sentence

MAX_LEADERS = 7  # pairs are drawn among so many leaders of one sentence; of longer lists only pairs with the first
MAX_NEARBY = 3  # leaders of the neighbourhood that are paired with the only one of a sentence
REACH = 3  # sentences back in which those are looked for, besides the title
WINDOW = 420  # characters kept around the two leaders in a very long sentence

# Stems of words that can tell a contact; a sentence with one leader alone is only a candidate with one of them.
TRIGGER = re.compile(
    r"\b(call|phon|rang\b|ring\b|telephon|spoke|speak|talk|convers|discuss|met\b|meet|visit|travel|trip|tour|summit|video|"
    r"virtual|letter|wrote|writ|message|cable|host|welcom|receiv|greet|dinner|lunch|breakfast|handshak|shook|shak|"
    r"summon|arriv|land|fl[ie]|flew|head|go(es|ing)?\b|bilateral|negotiat|sat down|sit down|face|tete|tête|hotline|"
    r"confer|contact|dial|exchange|told|tells|ask|urge|warn|invit|reach|encounter|one-on-one|hug|embrac|snub|cancel|see\b|"
    r"sees\b|seen\b|saw\b|expect|due\b|journey|plan|attend|join|return|c[oa]me\b|coming|postpon|delay|stay|depart|left\b|sit\b|"
    r"sat\b|drop|scrap|touch|await|back from|wrap|intend|together|meantime|at the|will be|both\b|clos|gave|rule|leav)",
    re.IGNORECASE,
)
# Words that name a contact as a thing: with them a sentence without any leader may go on about the pair before it.
THING = re.compile(
    r"\b(calls?|conversations?|talks|meetings?|summit|visits?|letters?|messages?|phone|telephone|exchange|discussions?|"
    r"encounter|session|audience|dinner|lunch|breakfast|trip|spoke|spoken|met|meet|talked|hotline|line|negotiations?|first|second|"
    r"third|fourth|again|held|announced|postponed|cancelled|round|lasted|hours?|minutes|agreed|together)\b",
    re.IGNORECASE,
)
# What stands before a name and tells no more than the marker does.
_LEADING = re.compile(r"\b(?:[Tt]he |Mr\.? |Mrs\.? |Ms\.? )$")
# "his Korean counterpart, Yoon Suk Yeol," is one leader named twice.
_TWICE = re.compile(r"(\[unused\d\])(?: \1|, \1(?:,|(?=[.;)]|$)))(?!')")
# "A, not pictured,", "B (R)": where somebody stands in a photograph.
_SIDE = r"(?:left|right|cent(?:er|re))"
_UNSEEN = r"not (?:pictured|shown|seen)"
_PHOTO = re.compile(
    rf"(?<=\])(?:\s?\((?:[LRC]|{_SIDE}|{_UNSEEN}|(?:2nd|3rd|second|third|far) (?:from )?(?:the )?(?:{_SIDE}|[LR]))\)|"
    rf",? ?\b(?:{_UNSEEN}|(?:(?:front|back|top|bottom|far|second from) )?{_SIDE})(?:,|(?=[.;])|(?= and\b)))(?=\W)"
)
# "A, accompanied, from left to right, by ministers ..., meets B": who stood around is no part of the news.
_BESIDE = re.compile(
    r"(\[unused\d\]),? (?:accompanied|flanked|joined|surrounded|escorted)\b(?:(?!\[unused)[^;]){1,600}?,"
    r"(?= (?:meets?|met|speaks|spoke|shak\w+|shook|talks|listens|arriv\w+|welcom\w+|greets?|walks?|poses?|attends?|"
    r"looks)\b)"
)
Nations = Callable[[str], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two leaders (or one traveller: `second` is None) in sentence `sentence`, with the text for the model.

    `direct` tells that all of them are mentioned in the sentence itself, none only in its neighbourhood.
    """

    first: str
    second: str | None
    sentence: int
    target: str
    context: str
    direct: bool = True


def candidates(
    text: str,
    sentences: Sequence[Sentence],
    mentions: Sequence[Mention],
    nations: Nations,
    places: Mapping[int, Collection[str]],
) -> list[Candidate]:
    """All candidate pairs and lone travellers of a text, sentence by sentence.

    `nations` tells which countries a person leads: two leaders of one country are no pair. `places` has the countries
    that each sentence names: "He flies to Kyiv" may be a visit to the Ukrainian president of another sentence.
    """
    by_sentence: dict[int, list[Mention]] = {}
    for m in mentions:
        by_sentence.setdefault(m.sentence, []).append(m)
    everybody = _leaders(mentions)

    def about(k: int) -> list[str]:
        """Leaders whom the sentence does not name, but whose seat or country it does."""
        seats = [m.people[0] for m in by_sentence.get(k, ()) if m.kind is Kind.SEAT and m.people]
        return seats + [p for p in everybody if p not in seats and nations(p) & frozenset(places.get(k, ()))]

    make = _Maker(text, sentences, by_sentence)
    out: list[Candidate] = []
    before: tuple[int, list[tuple[str, str]]] = (-99, [])  # the last sentence that names a pair, and its pairs
    for k, sentence in enumerate(sentences):
        here = _leaders(by_sentence.get(k, ()))
        pairs = [(here[0], p) for p in here[1:]] if len(here) > MAX_LEADERS else list(combinations(here, 2))
        pairs = [(a, b) for a, b in pairs if not nations(a) & nations(b)]
        made = [(a, b, make(k, a, b)) for a, b in pairs]
        pairs = [(a, b) for a, b, candidate in made if candidate is not None]
        out += [candidate for *_, candidate in made if candidate is not None]
        if len(here) == 1 and TRIGGER.search(sentence.text):
            a = here[0]
            near = [p for p in dict.fromkeys((*about(k), *_nearby(by_sentence, k))) if not nations(a) & nations(p)]
            out += [c for b in (*near[:MAX_NEARBY], None) if (c := make(k, a, b, direct=b is None)) is not None]
            if near and before[0] < k - 1:
                before = k, [(a, near[0])]
        elif not here and THING.search(sentence.text):
            meant = about(k)[:MAX_NEARBY]
            if len(meant) >= 2:
                pairs = [(a, b) for a, b in combinations(meant, 2) if not nations(a) & nations(b)]
            elif k - before[0] <= REACH:
                pairs = before[1][:MAX_NEARBY]
            out += [c for a, b in pairs if (c := make(k, a, b, direct=False)) is not None]
        if pairs:
            before = k, pairs
    return out


def _leaders(mentions: Sequence[Mention]) -> list[str]:
    found: list[str] = []
    for m in mentions:
        if m.leader:
            found += [p for p in m.people if p not in found]
    return found


def _nearby(by_sentence: dict[int, list[Mention]], k: int) -> list[str]:
    """The leaders of the sentences before, the nearest first, and of the title."""
    found: list[str] = []
    for j in (*range(k - 1, max(-1, k - 1 - REACH), -1), 0):
        if j < k:
            found += [p for p in _leaders(by_sentence.get(j, ())) if p not in found]
    return found


@dataclass(slots=True)
class _Maker:
    """Makes candidates of one text."""

    text: str
    sentences: Sequence[Sentence]
    by_sentence: dict[int, list[Mention]]

    def __call__(self, k: int, a: str, b: str | None, *, direct: bool = True) -> Candidate | None:
        """The candidate; None where clauses keep the two of them apart."""
        target: str | None = self._marked(k, a, b)
        if direct and b is not None and target is not None:
            target = own_clause(target)
        if target is None:
            return None
        neighbours = [j for j in (0, k - 1, k + 1) if 0 <= j < len(self.sentences) and j != k]
        context = " | ".join(self._marked(j, a, b)[:WINDOW] for j in dict.fromkeys(neighbours))
        return Candidate(a, b, k, _crop(target), context, direct)

    def _marked(self, j: int, a: str, b: str | None) -> str:
        return mark(self.text, self.sentences[j], self.by_sentence.get(j, ()), a, b)


def mark(text: str, sentence: Sentence, mentions: Sequence[Mention], a: str, b: str | None) -> str:
    """The sentence with the two leaders (and any others) replaced by their markers."""
    out, at = [], sentence.start
    for m in mentions:
        if m.start < at or m.end > sentence.end:
            continue
        name = _sign(m, a, b)
        if name is None:
            continue
        before = _LEADING.sub("", text[at : m.start])
        if m.former and "former" not in before[-20:].lower():
            name = "former " + name
        out += [before, name]
        at = m.end
    out.append(text[at : sentence.end])
    return _TWICE.sub(r"\1", _BESIDE.sub(r"\1", _PHOTO.sub("", " ".join("".join(out).split()))))


def _sign(m: Mention, a: str, b: str | None) -> str | None:
    """What stands for the mention in the marked text; None where it stays as it is."""
    signs = list(dict.fromkeys(FIRST if p == a else SECOND if p == b else OTHER for p in m.people))
    if not signs:
        return None
    if m.kind is Kind.SEAT:
        return f"{signs[0]}'s office" if signs[0] != OTHER else None
    if not m.leader:
        return None
    name = " and ".join(signs)
    if m.kind is Kind.PRONOUN and name == OTHER:
        return None
    own = m.text.lower() in ("his", "hers", "their") and m.kind in (Kind.PRONOUN, Kind.PLURAL)
    return name + "'s" if own else name


def _crop(marked: str) -> str:
    if len(marked) <= WINDOW:
        return marked
    places = [m.start() for m in re.finditer(re.escape(FIRST) + "|" + re.escape(SECOND), marked)]
    if not places:
        return marked[:WINDOW]
    middle = (places[0] + places[min(len(places) - 1, 3)]) // 2
    start = max(0, middle - WINDOW // 2)
    return marked[start : start + WINDOW]
