"""Claims: what one sentence says of one contact, gathered from the model's judgements of pairs.

Pairs of one sentence that belong to one contact ("A spoke with B and C in a joint call") become one claim with all
people; "separate calls with B and C" stay two.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from pipeline.domain import Mode, Status
from pipeline.understand.bystanders import only_named, weigh_contact
from pipeline.understand.candidates import Candidate
from pipeline.understand.clauses import OTHER
from pipeline.understand.contact_model import Judgement
from pipeline.understand.cues import COURSE, WAY, Course, Way, has_cue
from pipeline.understand.grouping import Judged, course_of, groups, separately
from pipeline.understand.mention import Mention
from pipeline.understand.parts import SIGN, Part, joins, lists, lists_who, parts, shadow
from pipeline.understand.reading import Reading
from pipeline.understand.tense import weigh, weigh_part

# A pair below this is noise for every further step; what becomes a contact is decided by `assemble` on the whole.
LEAST = 0.35
# "He will come, after two days of talks with B": a plan told beside what has been held.
_HAS_HELD = re.compile(
    r"\b(?:after|following|at the end of|wrapping up|emerging from) (?:(?!\[unused)[^.;,]){0,40}?"
    r"\b(?:talks|meeting|call|conversation|summit|dinner|lunch|breakfast|visit|negotiations|meeting) "
    r"(?:with|between|of) (?:(?!\[unused)[^.;,]){0,20}\[unused[12]\](?!['’]s)",
)
# "Cancelled the summit in a letter": the letter was written.
_IN_A_LETTER = re.compile(
    r"\b(?:in|by|with) (?:an?|his|her|the) (?:[\w-]+ )?letter\b|(?:\b(?:he|she)|\[unused[12]\]) wrote to\b"
)
# A pair of which only one stands in the sentence rests on a guess of who "he" speaks with.
LEAST_INDIRECT = 0.6
LISTED_ODDS = 8.0  # of a list of who took part in what has just been told
REACH = 2  # sentences back in which stands what somebody joined

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

    `status` and `mode` are distributions; `anchors` are the places (in the whole text) of the people's mentions in it;
    `part` is what of the sentence tells of them, blanked elsewhere, where it tells of other contacts as well.
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
    part: str | None = None

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
        return course_of(self.status)

    def way(self, way: Way) -> float:
        return sum(p for m, p in self.mode.items() if WAY[m] is way)

    @property
    def best_way(self) -> Way:
        return max(Way, key=self.way)


def gather(reading: Reading, judgements: Sequence[Judgement]) -> list[Claim]:
    """The claims of an article in the order of its sentences; `judgements` go with `reading.candidates`."""
    by_sentence: dict[int, list[Judged]] = {}
    every: dict[int, list[Judged]] = {}  # those too weak to count by themselves too
    for candidate, judgement in zip(reading.candidates, judgements, strict=True):
        judgement = replace(
            judgement,
            contact=weigh_contact(judgement.contact, candidate.target),
            status=weigh(judgement.status, candidate.target, reading.on),
        )
        every.setdefault(candidate.sentence, []).append((candidate, judgement))
        least = LEAST if candidate.direct else LEAST_INDIRECT
        if judgement.contact >= least:
            by_sentence.setdefault(candidate.sentence, []).append((candidate, judgement))
    mentions: dict[int, list[Mention]] = {}
    for m in reading.mentions:
        mentions.setdefault(m.sentence, []).append(m)
    out: list[Claim] = []
    for k, judged in sorted(by_sentence.items()):
        sentence = reading.sentences[k]
        claims = _of_sentence(
            sentence.text, sentence.start, k, judged, mentions.get(k, []), title=sentence.title, on=reading.on
        )
        out += [one for claim in claims for one in _both(claim)]
    return _joined(reading, mentions, _listed(reading, mentions, every, out))


def _listed(
    reading: Reading,
    mentions: Mapping[int, Sequence[Mention]],
    every: Mapping[int, Sequence[Judged]],
    claims: Sequence[Claim],
) -> list[Claim]:
    """ "Five leaders met in Accra. They were A, B ...": what the first sentence tells, of the people of the second."""
    out = list(claims)
    for k, judged in every.items():
        before, here = reading.sentences[k - 1], reading.sentences[k]
        named = mentions.get(k, [])
        if k == 0 or before.title or not has_cue(before.text) or not lists_who(here.text, here.start, named):
            continue
        people = frozenset(p for m in named if m.leader for p in m.people)
        host = frozenset(p for m in mentions.get(k - 1, ()) if m.leader for p in m.people)
        held = [(c, j) for c, j in judged if c.second is not None and {c.first, c.second} <= people]
        if not held or len(host) > 1:
            continue
        claim = _claim(k - 1, held, mentions.get(k - 1, []))
        course = {s: weigh(claim.status, before.text, reading.on)[s] for s in claim.status}
        odds = LISTED_ODDS * claim.contact / max(1e-6, 1.0 - claim.contact)
        out = [c for c in out if c.sentence != k or not c.people <= people]
        out.append(replace(claim, people=people | host, contact=odds / (1.0 + odds), status=course, direct=True))
    return sorted(out, key=lambda c: c.sentence)


def _joined(reading: Reading, mentions: Mapping[int, Sequence[Mention]], claims: Sequence[Claim]) -> list[Claim]:
    """ "A met B. C joined them": one contact of all three."""
    out = list(claims)
    for k, sentence in enumerate(reading.sentences):
        more = frozenset(joins(sentence.text, sentence.start, mentions.get(k, ()))) if k else frozenset()
        if not more:
            continue
        base = [c for c in out if k - REACH <= c.sentence < k and len(c.people) > 1 and c.direct and c.contact > 0.5]
        if not base or more & base[-1].people:
            continue
        whole = replace(base[-1], people=base[-1].people | more)
        out = [c for c in out if c.sentence != k or not (c.people & more and c.people <= whole.people)]
        out[out.index(base[-1])] = whole
    return out


def _both(claim: Claim) -> list[Claim]:
    """What was held or written, and what is planned, proposed or called off in the same breath; else the claim.

    "A wrote to B proposing a meeting", "A called off the summit with B in a letter", "A will visit B, he said after
    talks with B".
    """
    if len(claim.people) != 2:
        return [claim]
    targets = [target for target, _, _ in claim.targets]
    written = replace(claim, status=_surely(claim.status, Status.OCCURRED), mode=_surely(claim.mode, Mode.LETTER))
    if any(map(_PROPOSES.search, targets)):
        status = _surely(claim.status, Status.PROPOSED)
        return [written, replace(claim, status=status, mode=_surely(claim.mode, Mode.IN_PERSON))]
    if claim.best_course is Course.NOT and any(map(_IN_A_LETTER.search, targets)):
        return [written, replace(claim, mode=_surely(claim.mode, Mode.IN_PERSON))]
    if claim.best_course is Course.FUTURE and any(map(_HAS_HELD.search, targets)):
        return [claim, replace(claim, status=_surely(claim.status, Status.OCCURRED))]
    return [claim]


def _surely(distribution: Mapping[V, float], value: V) -> dict[V, float]:
    return {v: 0.94 if v == value else 0.06 / max(1, len(distribution) - 1) for v in {**distribution, value: 0.0}}


def _of_sentence(
    text: str,
    start: int,
    k: int,
    judged: Sequence[tuple[Candidate, Judgement]],
    mentions: Sequence[Mention],
    *,
    title: bool,
    on: date | None,
) -> list[Claim]:
    pairs = {frozenset((c.first, c.second)): (c, j) for c, j in judged if c.second is not None}
    out = [_claim(k, [(c, j)], mentions) for c, j in judged if c.second is None]
    order = list(dict.fromkeys(p for m in mentions for p in m.people))
    together = lists(text, start, mentions, title=title)
    for part, own in _by_part(parts(text, start, mentions), pairs):
        told = text if part is None else part.text
        separate = separately(told, start, mentions)
        for group in groups(own, order, together, separate=separate):
            held = [found for pair, found in own.items() if pair <= group]
            claim = _claim(k, held, mentions)
            if part is not None:
                marked = re.sub(f"{SIGN}+", OTHER, shadow(told, start, mentions))
                if only_named(marked):
                    continue
                status = weigh_part(claim.status, marked, on)
                anchors = tuple((x, y) for x, y in claim.anchors if not told[x - start : y - start].isspace())
                claim = replace(claim, status=status, anchors=anchors, part=told)
            out.append(claim)
    return out


def _by_part(
    found: Sequence[Part], pairs: Mapping[frozenset[str], Judged]
) -> list[tuple[Part | None, dict[frozenset[str], Judged]]]:
    """The pairs of each part that tells of both; those that no part tells of, though it names one, are dropped."""
    if not found:
        return [(None, dict(pairs))]
    held: list[tuple[Part | None, dict[frozenset[str], Judged]]] = [
        (part, {pair: judged for pair, judged in pairs.items() if pair <= part.people}) for part in found
    ]
    named = frozenset().union(*(part.people for part in found))
    rest = {pair: judged for pair, judged in pairs.items() if not pair <= named}
    return [*held, (None, rest)]


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
