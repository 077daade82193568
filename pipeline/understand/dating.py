"""When a contact was, and so whether it is news or history, planned or held: settled from all that its claims say.

A date is taken where the text attaches one; a fresh report without any gets the day of publication; in every other case
there is no date rather than a guess.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.domain import DatePrecision, Status
from pipeline.understand.cluster import OLD, Group
from pipeline.understand.cues import COURSE, Course, Way
from pipeline.understand.dates import DateSpan, Grain, find_dates
from pipeline.understand.facts import TALK, FactFinder
from pipeline.understand.reading import Reading

_FINEST = {Grain.DAY: 0, Grain.WEEK: 1, Grain.MONTH: 2, Grain.YEAR: 3}
# Words of sentences that look back: what they tell is not the news of the day.
_BACK = re.compile(
    r"\b(?:last|recent|recently|previous|previously|earlier this (?:week|month|year)|ago|since|once|at the time|"
    r"in the past|then-|years?)\b",
    re.IGNORECASE,
)
# "Had met" looks back too, but for reported speech: "the Kremlin said that they had met".
HAD = re.compile(
    r"^(?!.*\b(?:said|says|told|announced|reported|confirmed|according|stated)\b.*\bhad\b)"
    r".*\bhad (?:\w+ly |just )?(?:met|spoken|held|sat|flown|gone|rung|written|\w+ed)\b",
    re.IGNORECASE | re.DOTALL,
)
_THEN = re.compile(r"\b(?:at the time|back then|that (?:year|month|summer|autumn|winter|spring)|then)\b", re.IGNORECASE)
# "Before his talks with C": one day has both.
_SAME_DAY = re.compile(
    r"(?<!\bday )(?<!days )(?<!weeks )(?<!months )(?<!week )\b(?:before|after|ahead of|following) "
    r"(?:(?:his|her|their|the|a|an) )?(?:[\w-]+ ){0,4}?"
    r"(?:talks|meeting|lunch|dinner|breakfast|session|hosting|receiving|seeing|lunching|dining|welcoming)\b",
    re.IGNORECASE,
)
# Words that move the story on from the day told before.
AFTERWARDS = re.compile(
    r"\b(?:after that|afterwards?|later|then|subsequently|next|followed|following|before that)\b", re.IGNORECASE
)
# "Has met", "speaking after a meeting": told of the day itself, unless words like "since" or "times" look back.
JUST = re.compile(
    r"^(?!.*\b(?:since|times|last|recent|recently|years?|months?|previous|previously|ago|once|ever|never)\b).*"
    r"(?:\b(?:has|have) (?:just |now )?(?:met|spoken|arrived|landed|called|telephoned|phoned|held|ended|begun|"
    r"concluded|had|hosted|received|welcomed|discussed)\b|"
    r"\bspeaking (?:after|at|during|alongside|following|before)\b)",
    re.IGNORECASE | re.DOTALL,
)
ALSO = re.compile(r"\b(?:also|as well|in addition|in turn)\b", re.IGNORECASE)
STAMP = re.compile(r"\W{0,3}[0-2]?\d[:.h][0-5]\d\b")  # a live blog's entry: "15:05 The two shake hands"


@dataclass(frozen=True, slots=True)
class Dated:
    """The day (or first day of the week or month) of a contact, with what follows from it.

    `told` is the status that the claims tell, `status` the one that remains once the date is known.
    """

    told: Status
    status: Status
    day: date | None
    precision: DatePrecision | None
    historical: bool
    around: date | None = None  # a day of the time that is meant, where it is too coarse to be a date


class Dater:
    """Settles dates of groups of claims."""

    def __init__(self, finder: FactFinder) -> None:
        self._finder = finder

    def settle(self, reading: Reading, group: Group, groups: Sequence[Group], *, own_only: bool = False) -> Dated:
        """Date, status and age of the contact of `group`; `own_only` looks at no other sentence than its own."""
        status = told = status_of(group)
        span, said = self._span(reading, group, groups, status, own_only=own_only)
        historical = _historical(reading.on, group, None if said else span)
        if said and historical:
            span = None
        held = COURSE[status] is Course.HAPPENED
        if span is not None and span.precision is not None and reading.on is not None and not said:
            if held and span.day > reading.on:
                if _sure(group, Course.HAPPENED) and not any(t.facts.near and t.facts.date == span for t in group.told):
                    span = None  # the day of something else that the sentence speaks of
                else:
                    status, held = Status.PLANNED, False
            elif (
                status is Status.PLANNED
                and span.explicit
                and span.last < reading.on
                and not _sure(group, Course.FUTURE)
            ):
                status, held = Status.OCCURRED, True
        if span is not None:
            return Dated(told, status, span.day if span.precision else None, span.precision, historical, span.day)
        day = None
        if held and not historical and not own_only:
            day = reading.on if _is_the_news(group, status) else self._same_occasion(reading, group, groups)
        return Dated(told, status, day, DatePrecision.DAY if day else None, historical)

    def _span(
        self, reading: Reading, group: Group, groups: Sequence[Group], status: Status, *, own_only: bool
    ) -> tuple[DateSpan | None, bool]:
        """The date words of the claims, the finest first; else of the sentences around; last, the day it was stated."""
        telling = [t for t in group.told if t.cue] or group.told
        own = [t for t in telling if t.facts.date is not None]
        held = COURSE[status] is Course.HAPPENED
        found = [t for t in own if not t.facts.said and (t.claim.best_course is Course.HAPPENED) is held]
        if found:
            best = min(found, key=lambda t: (_FINEST[t.facts.date.grain] if t.facts.date else 9, -t.weight))
            return best.facts.date, False
        if not own_only:
            span = self._around(reading, group, groups, status, alone=not own)
            if span is not None:
                return span, False
        if own and held:
            return max(own, key=lambda t: t.weight).facts.date, True
        return None, False

    def _around(
        self, reading: Reading, group: Group, groups: Sequence[Group], status: Status, *, alone: bool
    ) -> DateSpan | None:
        """A date of the sentence that goes on about the contact, or the day of the story so far."""
        for k in following(group, groups, len(reading.sentences), reach=1):
            span = self._finder.later_date(reading, k, future=ahead(status))
            if span is not None:
                return span
        for t in group.told if alone else ():
            if t.cue and not looks_back(t.text) and not AFTERWARDS.search(t.text):
                span = self._finder.earlier_date(reading, t.claim, future=ahead(status))
                if span is not None:
                    return span
        return None

    def _same_sentence(self, reading: Reading, group: Group, groups: Sequence[Group]) -> date | None:
        """ "A met B before his talks with C": the day of the other contact that the sentence names."""
        for t in group.told:
            whole = reading.sentences[t.claim.sentence].text
            if group.way is not Way.PRESENT or looks_back(t.text) or not _SAME_DAY.search(whole):
                continue
            for other in groups:
                if other is group or not other.people & group.people or other.way is not Way.PRESENT:
                    continue
                named = {p for m in reading.mentions if m.sentence == t.claim.sentence for p in m.people}
                status = status_of(other)
                if other.people <= named and COURSE[status] is Course.HAPPENED:
                    span, said = self._span(reading, other, groups, status, own_only=False)
                    if span is not None and not said and span.grain is Grain.DAY:
                        return span.day if reading.on is None or span.day <= reading.on else None
                    if span is None and _is_the_news(other, status):
                        return reading.on
        return None

    def _same_occasion(self, reading: Reading, group: Group, groups: Sequence[Group]) -> date | None:
        """ "He also met C": the day of the contact told before, of one of the same people in the same way."""
        first = group.told[0]
        beside = self._same_sentence(reading, group, groups)
        if beside is not None:
            return beside
        if not ALSO.search(first.text) or looks_back(first.text) or group.way is Way.OPEN:
            return None
        for other in reversed(groups):
            if other.told[0].claim.sentence >= first.claim.sentence or other.way is not group.way:
                continue
            if other.people & group.people:
                status = status_of(other)
                span, _ = self._span(reading, other, groups, status, own_only=False)
                if span is not None:
                    return (
                        span.day if span.grain is Grain.DAY and (reading.on is None or span.day <= reading.on) else None
                    )
                held = COURSE[status] is Course.HAPPENED and _is_the_news(other, status)
                return reading.on if held else None
        # a headline that speaks of such talks of one of them with others
        title = reading.sentences[0]
        named = any(m.sentence == 0 and group.people.intersection(m.people) for m in reading.mentions)
        return reading.on if title.title and named and TALK.search(title.text) and not looks_back(title.text) else None


def in_years_gone_by(reading: Reading, k: int) -> bool:
    """Whether sentence `k` goes on about a time that the sentence before has dated more than a month ago.

    "In 2019 he came to power. He had met B twice": the pluperfect, or a plain "then", with an old year beside it.
    """
    text = reading.sentences[k].text
    if reading.on is None or k == 0 or not (HAD.match(text[:2000]) or _THEN.search(text)):
        return False
    spans = find_dates(reading.sentences[k - 1].text, reading.on)
    return bool(spans) and all(s.explicit and s.last < reading.on - OLD for s in spans)


def looks_back(sentence: str) -> bool:
    """Whether a sentence tells of a time before the news of the day."""
    return bool(_BACK.search(sentence) or HAD.match(sentence[:2000]))


def ahead(status: Status) -> bool | None:
    """Which way weekdays point: forward for plans, back for what happened, to the nearest for what was called off."""
    return None if status is Status.CANCELLED else COURSE[status] is Course.FUTURE


def following(group: Group, groups: Sequence[Group], count: int, *, reach: int) -> list[int]:
    """The sentences right after the group's claims, up to `reach` each, that no other contact claims."""
    taken = {k for g in groups if g is not group for k in g.sentences}
    out: list[int] = []
    for t in group.told:
        for k in range(t.claim.sentence + 1, min(count, t.claim.sentence + 1 + reach)):
            if k in taken:
                break
            if k not in out:
                out.append(k)
    return out


def status_of(group: Group) -> Status:
    """The status that the weightiest claims tell; plans that came to nothing go by the one that says so."""
    off = [t for t in group.told if t.cue and t.claim.course(Course.NOT) > 0.7]
    if off and group.course is Course.FUTURE:
        return max(off, key=lambda t: t.weight).claim.best_status
    votes: dict[Status, float] = {}
    for t in group.told:
        for status, p in t.claim.status.items():
            votes[status] = votes.get(status, 0.0) + p * t.weight
    return max(votes, key=lambda s: (COURSE[s] is group.course, votes[s]))


def _sure(group: Group, course: Course) -> bool:
    """Whether the claims leave next to no doubt about the course."""
    weight = sum(t.weight for t in group.told) or 1.0
    return sum(t.weight * t.claim.course(course) for t in group.told) / weight > 0.9


def _historical(on: date | None, group: Group, span: DateSpan | None) -> bool:
    """Whether the contact is older than a month at publication: by its date, else by the model."""
    if span is not None and on is not None:
        return span.last < on - OLD
    weight = sum(t.weight for t in group.told) or 1.0
    return sum(t.weight * (1.0 if t.old else t.claim.historical) for t in group.told) / weight > 0.5


def _is_the_news(group: Group, status: Status) -> bool:
    """Whether the article reports the contact as of its day: told in its title or first sentences, or by the minute."""
    telling = [t for t in group.told if t.cue or len(group.told) == 1]
    if status is Status.ONGOING or any(STAMP.match(t.text) or JUST.search(t.text) for t in telling):
        return True
    return any(t.claim.sentence <= 2 and not looks_back(t.text) for t in telling)
