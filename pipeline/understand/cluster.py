"""Which claims of one article tell of one contact, and which of another one.

Claims of the same people go together unless their words set them apart: another way (a call, a visit), another course
(held, planned, called off), other days, history against news. A claim without any word for a contact ("the two agreed
on more aid") never stands alone when there is something it can belong to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from pipeline.understand.claims import Claim
from pipeline.understand.cues import (
    BY_CALL,
    FACE_TO_FACE,
    LETTER,
    MEET_ALONE,
    MEETING,
    PHONE,
    TRAVEL,
    VIDEO,
    Course,
    Way,
    has_cue,
    without_press_lines,
)
from pipeline.understand.dates import Grain
from pipeline.understand.facts import Facts, same_day
from pipeline.understand.places import Place

OLD = timedelta(days=31)  # contacts older than this at publication are history
# Times that have no date, and are no news.
_LONG_PAST = re.compile(
    r"\b(?:(?:some|a long|long) (?:time )?ago|(?:many |several |a few )?(?:months|years) (?:ago|earlier|before)|"
    r"back in (?:(?:19|20)\d\d|the \d|(?:january|february|march|april|may|june|july|august|september|october|november|"
    r"december)|(?:spring|summer|autumn|winter)))\b",
    re.IGNORECASE,
)
# "This was their second conversation": the one told before, in whatever way it was held.
_THIS_WAS = re.compile(
    r"^\W*(?:This|It|That) (?:is|was|marks|marked) (?:already |only |just )?(?:the|their|his|her|a) (?:[\w-]+ ){0,3}"
    r"(?:conversation|contact|exchange|talks|discussion)\b"
)
# Words that make one call of three people.
_JOINT = re.compile(
    r"\b(?:joint\w*|together|three-way|trilateral|three-party|conference call|video ?conference|"
    r"group call|"
    r"four-way|quadrilateral|both|summit|all three)\b",
    re.IGNORECASE,
)
# Words for talks of the two beside those in company.
_ALONE = re.compile(
    r"\b(?:alone|one-on-one|one-to-one|tete-a-tete|tête-à-tête|bilateral(?:ly)?|privately|separate(?:ly)?|aside|"
    r"just the two)\b",
    re.IGNORECASE,
)
SURE = 0.65  # a probability from which a judgement sets claims apart


@dataclass(frozen=True, slots=True)
class Told:
    """A claim with the facts of its sentence; `text` is that sentence.

    `old` tells that it speaks of history, `loose` that its only words for a meeting ("talks") fit calls as well.
    """

    claim: Claim
    facts: Facts
    text: str
    title: bool
    way: Way
    cue: bool
    old: bool
    loose: bool

    @classmethod
    def of(cls, claim: Claim, facts: Facts, text: str, title: bool, on: date | None, *, past: bool = False) -> Told:
        """`past` tells that the text around speaks of years gone by."""
        dated = on is not None and facts.date is not None and not facts.said
        past = claim.historical > 0.5 or past or bool(_LONG_PAST.search(text))
        old = facts.date.last < on - OLD if dated and facts.date and on else past
        loose = not (FACE_TO_FACE.search(text) or TRAVEL.search(text))
        return cls(claim, facts, text, title, _way(claim, text), has_cue(text), old, loose)

    @property
    def course(self) -> Course | None:
        """The course, where it is sure."""
        best = self.claim.best_course
        return best if self.claim.course(best) >= SURE else None

    @property
    def weight(self) -> float:
        """How much the claim counts in votes."""
        return self.claim.contact * (1.0 if self.cue else 0.25) * (1.0 if self.claim.direct else 0.5)


@dataclass(slots=True)
class Group:
    """The claims of one contact."""

    people: frozenset[str]
    told: list[Told] = field(default_factory=list)
    extra_places: list[Place] = field(default_factory=list)

    @property
    def way(self) -> Way:
        """The way most claims agree on; OPEN only where none says more."""
        votes = {w: 0.0 for w in Way if w is not Way.OPEN}
        for t in self.told:
            if t.way is not Way.OPEN:
                votes[t.way] += t.weight * (0.3 if t.way is Way.PRESENT and t.loose else 1.0)
        best = max(votes, key=lambda w: votes[w])
        return best if votes[best] > 0 else Way.OPEN

    @property
    def course(self) -> Course:
        """The course of the weightiest claims."""
        return max(Course, key=lambda c: sum(t.weight * t.claim.course(c) for t in self.told))

    @property
    def sentences(self) -> set[int]:
        return {t.claim.sentence for t in self.told}


def _way(claim: Claim, text: str) -> Way:
    """The way a claim tells by its words; OPEN where only the model guesses it."""
    text = without_press_lines(text)
    if any(BY_CALL.search(target) for target, _, _ in claim.targets) and (claim.part is None or PHONE.search(text)):
        return Way.REMOTE
    if _THIS_WAS.match(text):
        return Way.OPEN
    best = claim.best_way
    words = {
        Way.REMOTE: PHONE.search(text) or VIDEO.search(text),
        Way.PRESENT: MEETING.search(text) or TRAVEL.search(text),
        Way.WRITTEN: LETTER.search(text),
    }
    if best is Way.OPEN or words[best]:
        return best
    held = [w for w, found in words.items() if found]
    # of a part the model has not judged the way by itself
    least = 0.15 if claim.part is None else 0.0
    return held[0] if len(held) == 1 and claim.way(held[0]) > least else Way.OPEN


def cluster(told: Sequence[Told]) -> list[Group]:
    """The contacts that the claims (in the order of the text) tell of; claims of two people or more."""
    groups: list[Group] = []
    for item in sorted(told, key=lambda t: (not t.cue, t.claim.sentence)):
        home = _home(item, groups)
        if home is None:
            home = Group(item.claim.people)
            groups.append(home)
        home.told.append(item)
    groups = _absorb(groups)
    for group in groups:
        group.told.sort(key=lambda t: t.claim.sentence)
    return sorted(groups, key=lambda g: g.told[0].claim.sentence)


def _home(item: Told, groups: Sequence[Group]) -> Group | None:
    """The group of the same people that the claim fits, the nearest in the text first."""
    fits = [g for g in groups if g.people == item.claim.people and all(_compatible(item, t) for t in g.told)]
    if not fits and not item.cue:
        fits = [g for g in groups if g.people == item.claim.people]
    if not fits and not item.cue:
        fits = [g for g in groups if g.people > item.claim.people]
    return min(fits, key=lambda g: _gap(item, g), default=None)


def _gap(item: Told, group: Group) -> tuple[bool, bool, int]:
    nearest = min(abs(item.claim.sentence - k) for k in group.sentences)
    dated = item.facts.date is not None and any(
        t.facts.date is not None and same_day(item.facts.date, t.facts.date) for t in group.told
    )
    return not dated, group.course is not item.claim.best_course, nearest


def _compatible(a: Told, b: Told) -> bool:
    """Whether two claims of the same people may tell of one contact."""
    if a.claim.sentence == b.claim.sentence and a.cue and b.cue:
        return False
    if Way.OPEN not in (a.way, b.way) and a.way is not b.way and not _same_talks(a, b):
        return False
    if a.cue and b.cue and a.old is not b.old:
        return False
    courses = {a.course, b.course} - {None}
    if a.cue and b.cue and len(courses) == 2 and Course.HAPPENED in courses:
        return False
    return dates_agree(a, b)


def _same_talks(a: Told, b: Told) -> bool:
    """ "Leaders hold talks" in a headline may be the call of the text; "a meeting" may be the video meeting."""
    here, remote = (a, b) if a.way is Way.PRESENT else (b, a)
    if here.way is not Way.PRESENT or remote.way is not Way.REMOTE or not here.loose:
        return False
    same = (
        here.facts.date is not None and remote.facts.date is not None and same_day(here.facts.date, remote.facts.date)
    )
    return (here.title or same) and bool(VIDEO.search(remote.text) or not MEET_ALONE.search(here.text))


def dates_agree(a: Told, b: Told) -> bool:
    """Whether the date words of two claims may name one day; claims without any agree with all."""
    one, other = a.facts.date, b.facts.date
    if one is None or other is None or a.facts.said or b.facts.said:
        return True
    if same_day(one, other):
        return True
    if one.grain is Grain.DAY and other.grain is Grain.DAY:
        return False
    # "this week" in one place, last Friday in another: coarse words are loose
    slack = timedelta(days=7)
    return one.day <= other.last + slack and other.day <= one.last + slack


def _absorb(groups: list[Group]) -> list[Group]:
    """Pairs that are part of a larger contact of the same way and time go into it."""
    out: list[Group] = []
    groups = [part for group in groups for part in _one_by_one(group, groups)]
    for group in sorted(groups, key=lambda g: -len(g.people)):
        alone = any(t.cue and t.claim.direct and _ALONE.search(t.text) for t in group.told)
        wider = [
            g
            for g in out
            if g.people > group.people
            and (g.way is group.way or Way.OPEN in (g.way, group.way))
            and g.course is group.course
            and not (alone and len(group.people) == 2)
            and all(dates_agree(a, b) for a in g.told for b in group.told)
        ]
        if wider:
            wider[0].told += group.told
        else:
            out.append(group)
    return out


def _one_by_one(group: Group, groups: Sequence[Group]) -> list[Group]:
    """ "A spoke to B and C" are two calls where the article tells of the call with B by itself; else the group."""
    if len(group.people) != 3 or group.way is not Way.REMOTE or any(_JOINT.search(t.text) for t in group.told):
        return [group]
    alone = [
        g
        for g in groups
        if g.people < group.people
        and g.way is Way.REMOTE
        and g.course is group.course
        and any(t.cue and t.claim.direct and t.way is Way.REMOTE for t in g.told)
    ]
    if not alone:
        return [group]
    first = group.told[0].claim.targets[0][1]  # who stands first in the sentence called the others
    if not all(first in g.people for g in alone):
        return [group]
    parts = []
    for other in sorted(group.people - {first}):
        pair = frozenset((first, other))
        known = next((g for g in alone if g.people == pair), None)
        if known is None:
            parts.append(Group(pair, [_narrowed(t, pair) for t in group.told]))
        else:
            known.told += [_narrowed(t, pair) for t in group.told]
    return parts


def _narrowed(told: Told, people: frozenset[str]) -> Told:
    return replace(told, claim=replace(told.claim, people=people))
