"""Which of the judged pairs of a sentence are one contact of several, and which are contacts one by one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pipeline.domain import Status
from pipeline.understand.candidates import MAX_LEADERS, Candidate
from pipeline.understand.contact_model import Judgement
from pipeline.understand.cues import COURSE, SEPARATE, WAY, Course, Way
from pipeline.understand.mention import Mention
from pipeline.understand.parts import SIGN, in_turn, shadow

Judged = tuple[Candidate, Judgement]
# "Before that I spoke with A and B": the speaker did, whoever that is, and not the two with each other.
_I_SPOKE = re.compile(
    rf"^[^{SIGN}]*\b(?:I|we) (?:also |then |have |had )*(?:spoke|spoken|talked|met|called|phoned|rang|wrote)\b"
    rf"[^{SIGN}]*{SIGN}"
)


def separately(text: str, start: int, mentions: Sequence[Mention]) -> str:
    """Whether one speaker had contacts with each of several: "each", or "others" if the speaker stands not before them.

    "turn" tells that they came one after the other, where those of one list may still have come together.

    A title "Telephone conversations with A and B" tells of calls of somebody with each of them, none of the two.
    """
    dim = shadow(text, start, mentions)
    if _I_SPOKE.search(dim) and not re.search(rf"{SIGN}[”\"']? (?:said|told|wrote|added)\b", dim):
        return "others"
    found = SEPARATE.search(text)
    if found is None:
        return "turn" if in_turn(text, start, mentions) else ""
    subject = any(m.people and m.start - start < found.start() for m in mentions)
    return "each" if subject or not found.group().lower().endswith(("with", "to")) else "others"


def groups(
    pairs: Mapping[frozenset[str], Judged], order: Sequence[str], together: Sequence[Sequence[str]], *, separate: str
) -> list[frozenset[str]]:
    """Which people were in contact together: the largest sets in which every pair was judged so, alike.

    To three or more who were, one more belongs with whom most were, and one of a list (`together`) with whom the
    others of it were: of a list the model doubts some pair or other. `order` are the people in the order of the text.
    """
    if separate == "others":
        return []
    crowd = len(order) > MAX_LEADERS  # then only pairs with the first of them were judged
    left = dict(pairs)
    out: list[frozenset[str]] = []
    while left:
        best = max(left, key=lambda p: left[p][1].contact)
        group = set(best)
        if separate != "each":
            for person in sorted(set().union(*left) - group, key=lambda p: order.index(p) if p in order else 99):
                mates = [frozenset((person, member)) for member in group]
                alike = [m for m in mates if _alike(left, best, m)]
                most = len(alike) == len(mates) or (len(mates) > 2 and len(alike) * 2 > len(mates) and not crowd)
                if (most and not separate) or (_shares(person, group, left, best, order, together)):
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


def _shares(
    person: str,
    group: set[str],
    pairs: Mapping[frozenset[str], Judged],
    best: frozenset[str],
    order: Sequence[str],
    together: Sequence[Sequence[str]],
) -> bool:
    """Whether a list names the person with somebody of the group, and so shares what is told.

    Of those who were rung ("called B and C") each may have had a call; those who rang, and who met, did so together.
    """
    for names in together:
        if person not in names or not group & set(names):
            continue
        others = group - set(names)
        if not others:  # all of them in one list: "B, C and D met"
            return any(_alike(pairs, best, frozenset((person, member))) for member in group)
        objects = min(map(order.index, others)) < order.index(names[0])
        mode = pairs[best][1].mode
        if objects and sum(p for m, p in mode.items() if WAY[m] is Way.PRESENT) < 0.5:
            continue
        if any(_alike(pairs, best, frozenset((person, member))) for member in others):
            return True
    return False


def _alike(pairs: Mapping[frozenset[str], Judged], one: frozenset[str], other: frozenset[str]) -> bool:
    return other in pairs and course_of(pairs[one][1].status) is course_of(pairs[other][1].status)


def course_of(status: Mapping[Status, float]) -> Course:
    """The likeliest course of a distribution of statuses."""
    return max(Course, key=lambda course: sum(p for s, p in status.items() if COURSE[s] is course))
