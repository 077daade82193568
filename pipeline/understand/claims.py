"""Claims: what one sentence says of one contact, gathered from the model's judgements of pairs.

Pairs of one sentence that belong to one contact ("A spoke with B and C in a joint call") become one claim with all
people; "separate calls with B and C" stay two.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from pipeline.domain import Mode, Status
from pipeline.understand.bystanders import weigh_contact
from pipeline.understand.candidates import MAX_LEADERS, Candidate
from pipeline.understand.contact_model import Judgement
from pipeline.understand.cues import COURSE, SEPARATE, WAY, Course, Way
from pipeline.understand.mention import Mention
from pipeline.understand.reading import Reading
from pipeline.understand.tense import weigh

# A pair below this is noise for every further step; what becomes a contact is decided by `assemble` on the whole.
LEAST = 0.35
# A pair of which only one stands in the sentence rests on a guess of who "he" speaks with.
LEAST_INDIRECT = 0.6


V = TypeVar("V")
_PROPOSES = re.compile(
    r"\[unused\d\][^.;]{0,60}\b(?:wr(?:ote|itten|ites)|sen(?:t|ds)|letter|message)\b[^.;]{0,80}\[unused\d\]"
    r"[^.;]{0,60}\b(?:propos\w+|offer(?:s|ed|ing)|suggest\w*|invit\w+|request\w*|asking for|seek(?:s|ing))\b"
    r"[^.;]{0,60}\b(?:meet|meeting|talks|summit|visit)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Claim:
    """Sentence `sentence` tells, with probability `contact`, a contact of `people` (one for a lone traveller).

    `status` and `mode` are distributions; `anchor` are the places (in the whole text) of the people's mentions in it.
    """

    people: frozenset[str]
    sentence: int
    contact: float
    historical: float
    status: Mapping[Status, float]
    mode: Mapping[Mode, float]
    direct: bool
    targets: tuple[tuple[str, str, str | None], ...] = ()  # (marked text, first, second)
    anchors: tuple[tuple[int, int], ...] = field(default=())

    @property
    def best_status(self) -> Status:
        return max(self.status, key=lambda s: self.status[s])

    @property
    def best_mode(self) -> Mode:
        return max(self.mode, key=lambda m: self.mode[m])

    def course(self, course: Course) -> float:
        """The probability that the contact, if any, took this course."""
        return sum(p for s, p in self.status.items() if COURSE[s] is course)

    @property
    def best_course(self) -> Course:
        return _course(self.status)

    def way(self, way: Way) -> float:
        return sum(p for m, p in self.mode.items() if WAY[m] is way)

    @property
    def best_way(self) -> Way:
        return max(Way, key=self.way)


def gather(reading: Reading, judgements: Sequence[Judgement]) -> list[Claim]:
    """The claims of an article in the order of its sentences; `judgements` go with `reading.candidates`."""
    by_sentence: dict[int, list[tuple[Candidate, Judgement]]] = {}
    for candidate, judgement in zip(reading.candidates, judgements, strict=True):
        judgement = replace(
            judgement,
            contact=weigh_contact(judgement.contact, candidate.target),
            status=weigh(judgement.status, candidate.target, reading.on),
        )
        least = LEAST if candidate.direct else LEAST_INDIRECT
        if judgement.contact >= least:
            by_sentence.setdefault(candidate.sentence, []).append((candidate, judgement))
    mentions: dict[int, list[Mention]] = {}
    for m in reading.mentions:
        mentions.setdefault(m.sentence, []).append(m)
    out: list[Claim] = []
    for k, judged in sorted(by_sentence.items()):
        sentence = reading.sentences[k]
        claims = _of_sentence(sentence.text, sentence.start, k, judged, mentions.get(k, []))
        out += [part for claim in claims for part in _letter_and_proposal(claim)]
    return out


def _letter_and_proposal(claim: Claim) -> list[Claim]:
    """ "A wrote to B proposing a meeting" tells of a letter, and of a meeting that may be; else the claim as it is."""
    if len(claim.people) != 2 or not any(_PROPOSES.search(target) for target, _, _ in claim.targets):
        return [claim]
    letter = replace(claim, status=_surely(claim.status, Status.OCCURRED), mode=_surely(claim.mode, Mode.LETTER))
    meeting = replace(claim, status=_surely(claim.status, Status.PROPOSED), mode=_surely(claim.mode, Mode.IN_PERSON))
    return [letter, meeting]


def _surely(distribution: Mapping[V, float], value: V) -> dict[V, float]:
    return {v: 0.94 if v == value else 0.06 / max(1, len(distribution) - 1) for v in {**distribution, value: 0.0}}


def _of_sentence(
    text: str, start: int, k: int, judged: Sequence[tuple[Candidate, Judgement]], mentions: Sequence[Mention]
) -> list[Claim]:
    pairs = {frozenset((c.first, c.second)): (c, j) for c, j in judged if c.second is not None}
    out = [_claim(k, [(c, j)], mentions) for c, j in judged if c.second is None]
    order = list(dict.fromkeys(p for m in mentions for p in m.people))
    for group in _groups(pairs, order, separate=_separate(text, mentions, start)):
        held = [found for pair, found in pairs.items() if pair <= group]
        out.append(_claim(k, held, mentions))
    return out


def _separate(text: str, mentions: Sequence[Mention], start: int) -> str:
    """Whether one speaker had contacts with each of several: "each", or "others" if the speaker stands not before them.

    A title "Telephone conversations with A and B" tells of calls of somebody with each of them, none of the two.
    """
    found = SEPARATE.search(text)
    if found is None:
        return ""
    subject = any(m.people and m.start - start < found.start() for m in mentions)
    return "each" if subject or not found.group().lower().endswith(("with", "to")) else "others"


def _groups(
    pairs: Mapping[frozenset[str], tuple[Candidate, Judgement]], order: Sequence[str], *, separate: str
) -> list[frozenset[str]]:
    """Which people were in contact together: the largest sets in which every pair was judged so, alike.

    To three or more who were, one more belongs with whom most were: of a list the model doubts some pair or other.
    """
    if separate == "others":
        return []
    crowd = len(order) > MAX_LEADERS  # then only pairs with the first of them were judged
    left = dict(pairs)
    out: list[frozenset[str]] = []
    while left:
        best = max(left, key=lambda p: left[p][1].contact)
        group = set(best)
        if not separate:
            for person in sorted(set().union(*left) - group, key=lambda p: order.index(p) if p in order else 99):
                mates = [frozenset((person, member)) for member in group]
                alike = [m for m in mates if _alike(left, best, m) or (crowd and order[0] not in m)]
                if len(alike) == len(mates) or (len(mates) > 2 and len(alike) * 2 > len(mates)):
                    group.add(person)
        out.append(frozenset(group))
        left = {pair: v for pair, v in left.items() if not pair <= group}
    if separate and len(out) > 2 and order:
        # "A had calls with B and C": the pair of B and C is no contact of its own
        centre = order[0]
        spokes = {p for g in out if centre in g for p in g}
        out = [g for g in out if centre in g or not g <= spokes]
    elif separate and len(out) == 3 and order:
        out = [g for g in out if order[0] in g]
    return out


def _alike(
    pairs: Mapping[frozenset[str], tuple[Candidate, Judgement]], one: frozenset[str], other: frozenset[str]
) -> bool:
    return other in pairs and _course(pairs[one][1].status) is _course(pairs[other][1].status)


def _course(status: Mapping[Status, float]) -> Course:
    return max(Course, key=lambda course: sum(p for s, p in status.items() if COURSE[s] is course))


def _claim(k: int, held: Sequence[tuple[Candidate, Judgement]], mentions: Sequence[Mention]) -> Claim:
    people = frozenset(p for c, _ in held for p in (c.first, c.second) if p is not None)
    n = len(held)
    return Claim(
        people,
        k,
        max(j.contact for _, j in held),
        sum(j.historical for _, j in held) / n,
        {s: sum(j.status[s] for _, j in held) / n for s in held[0][1].status},
        {m: sum(j.mode[m] for _, j in held) / n for m in held[0][1].mode},
        any(c.direct for c, _ in held),
        tuple((c.target, c.first, c.second) for c, _ in held),
        tuple((m.start, m.end) for m in mentions if people.intersection(m.people)),
    )
