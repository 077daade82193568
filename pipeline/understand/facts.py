"""The attributes of one claim, read from its sentence: when, how long, which of a row, where, who asked, who says so.

Where a sentence has several dates or lengths, the one nearest to the words that tell the contact is taken.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pipeline.domain import Ordinal
from pipeline.understand.attribution import AttributionFinder
from pipeline.understand.claims import Claim
from pipeline.understand.clauses import FIRST
from pipeline.understand.cues import Course, Way, cue_places, has_cue
from pipeline.understand.dates import DateSpan, Grain, find_dates
from pipeline.understand.durations import Duration, find_durations
from pipeline.understand.gazetteer import Gazetteer
from pipeline.understand.initiator import find_initiator
from pipeline.understand.mention import Kind
from pipeline.understand.numbers import WHOLE, whole
from pipeline.understand.ordinals import find_ordinals
from pipeline.understand.places import Place, PlaceFinder
from pipeline.understand.reading import Reading
from pipeline.understand.tokens import Token

_I = re.IGNORECASE
_SAID = (
    r"(?:said|says|told|announced|reported|confirmed|stated|added|warned|tweeted|wrote|declared|urged|vowed|insisted|"
    r"denied|revealed|noted|acknowledged|admitted|claimed|accused|condemned|demanded|called for|signed|approved|issued|"
    r"published|aired|broadcast|informed|notified)"
)
# Of what comes to nothing the day of the refusal is no day either: "on Thursday called off the summit".
_OFF_SAID = r"(?:called off|cancell?ed|scrapped|postponed|pulled out|put off|shelved|withdrew|rejected|ruled out)"
_OFF_BEFORE = re.compile(rf"\b{_OFF_SAID}(?: (?:late|early))?(?: on)?\s*$", _I)
_OFF_AFTER = re.compile(rf"^\s+(?:abruptly |suddenly )?{_OFF_SAID}\b", _I)
# The day of a statement is not the day of what it states: "said on Friday", "X on Friday accused".
_SAID_BEFORE = re.compile(
    rf"\b{_SAID}\b(?:\s+(?!that\b)[\w’'-]+){{0,4}}?\s*,?\s*(?:in a [\w ]{{0,20}})?"
    r"(?:on|late|early|late on|early on)?\s*$",
    _I,
)
# The day of words that the contact is about: "apologised for remarks that his minister made last week".
_UTTERED_BEFORE = re.compile(
    r"\b(?:comments?|remarks?|statements?|claims?|accusations?|allegations?|threats?|attacks?)\b[^,;]{0,80}"
    r"\b(?:made|voiced|levell?ed|issued|uttered|launched|carried out)\b[^,;]{0,50}$",
    _I,
)
_SAID_AFTER = re.compile(rf"^\s+(?:\w+\s+)?{_SAID}\b", _I)
_OWNED = re.compile(r"^['’]s\s+(?P<noun>(?:[\w’'-]+\s+){0,3}[\w’'-]+)", _I)
_BREAK = re.compile(
    r"[;:—–]|,\s+(?:where|which|who|while|but|after|before|when|as|whose)\b|\b(?:after|before|but|while|since|until)\b",
    _I,
)
_OTHER_CLAUSE = re.compile(r"\b(?:after|before|following|ahead of)\b.{0,25}$", _I)
# "Was home on Thursday, two days after he had met B": counted from the day named.
_DAYS_APART = re.compile(rf"^(?: \w+)?, (?P<n>an?|{WHOLE}) days? (?P<way>after|before)\b[^,;]{{0,60}}$", _I)
TALK = re.compile(
    r"\b(?:call|talks?|meeting|summit|conversation|visit|trip|session|dinner|lunch|discussions?|negotiations|videoconference|"
    r"conference|phone|telephone|video|zoom|exchange|audience|encounter|signing|ceremony|gala|breakfast|funeral|reception|"
    r"banquet|letter|message)\b",
    _I,
)
_GOES_ON = re.compile(
    r"^\W*(?:(?:[\w’'-]+ ){1,4}(?:said|says) (?:that )?)?"
    r"(?:(?:the|their|this|that|saturday|sunday|monday|tuesday|wednesday|thursday|friday)['’s]*\s+(?:[\w-]+\s+){0,3}?"
    r"(?:calls?|conversations?|talks?|meetings?|summit|discussions?|negotiations?|exchange|session|visit|encounter|two|pair|"
    r"leaders|presidents|men|meal|supper|get-together)|it|they|both|before|after|for|we|in the first call)\b",
    _I,
)


# "Taking part in the summit are ...": the event that the sentences before have dated.
_THE_EVENT = re.compile(
    r"\bthe (?:[\w-]+ ){0,2}(?P<noun>summit|meeting|conference|call|forum|session|videoconference|ceremony)\b", _I
)
# "A, who met B on May 9, was in Oslo. There he met C": the day of another contact.
_BESIDE_THE_STORY = re.compile(r", who(?:se)?\b[^,;]*$")
_HAD_BEFORE = re.compile(r", who(?:se \w+)? had\b[^,;]*$")
SURELY = 0.8  # from here on a claim that it happened outweighs a date ahead
NEAR = 60.0  # characters (a clause's border counts for 40) between date words and the words of the contact


@dataclass(frozen=True, slots=True)
class Facts:
    """What a sentence says of a contact.

    `near` tells that `date` stands close to the words that tell it, `said` that it is the day of a statement about it.
    """

    date: DateSpan | None = None
    near: bool = False
    said: bool = False
    minutes: int | None = None
    ordinal: Ordinal | None = None
    places: tuple[Place, ...] = ()
    initiator: str | None = None
    attribution: tuple[str, ...] = ()


class FactFinder:
    """Reads the attributes of claims; made once per registry."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.g = gazetteer
        self._places = PlaceFinder(gazetteer)
        self._attribution = AttributionFinder(gazetteer.registry.country_by_seat)

    def facts(self, reading: Reading, claim: Claim, *, future: bool | None) -> Facts:
        """The attributes that the claim's own sentence tells; `future` resolves weekdays forward."""
        sentence = reading.sentences[claim.sentence]
        text = claim.part or sentence.text
        cues = self._cues(reading, claim)
        anchors = [(a - sentence.start, b - sentence.start) for a, b in claim.anchors]
        spans = _event_dates(text, reading.on, future=future)
        spans = [s for s in spans if not self._whose(reading, claim, s)]
        span, said = _choose_date(text, spans, cues, anchors)
        near = span is not None and any(_distance(text, span, cue) < NEAR for cue in cues)
        sure = claim.course(Course.HAPPENED) > SURELY
        if (
            span is not None
            and span.day != reading.on
            and not near
            and sure
            and reading.on is not None
            and span.day > reading.on
        ):
            span = None  # the day of something else that the sentence looks forward to
        return Facts(
            span,
            near,
            said,
            self._minutes(reading, claim, cues),
            self._ordinal(text, cues),
            tuple(
                p
                for p in self.places(reading, claim.sentence)
                if text[p.start - sentence.start : p.end - sentence.start].strip()
            ),
            self._initiator(claim),
            tuple(self._attribution.find(sentence.text)),
        )

    def places(self, reading: Reading, k: int) -> list[Place]:
        """The places of sentence `k`."""
        return self._places.find(reading.whole, _tokens_of(reading, k))

    def attribution(self, reading: Reading, k: int) -> list[str]:
        """The sources that sentence `k` names."""
        return self._attribution.find(reading.sentences[k].text)

    def later_minutes(self, reading: Reading, k: int, people: Collection[str]) -> int | None:
        """A length told in sentence `k` of the contact of `people` that the sentence before tells: "It lasted 55
        minutes"; one that names other leaders alone goes on about theirs."""
        named = {p for m in reading.mentions if m.sentence == k and m.leader for p in m.people}
        if named and not named.intersection(people):
            return None
        text = reading.sentences[k].text
        found = find_durations(text)
        found = [d for d in found if d.named] or found
        if len(found) != 1:
            return None
        opens = text[: found[0].start].strip(" '\"“‘-–—") in (
            "",
            "A",
            "An",
            "The",
            "Their",
        )  # "A 40-minute conversation"
        return found[0].minutes if opens or _GOES_ON.match(text) else None

    def later_ordinal(self, reading: Reading, k: int) -> Ordinal | None:
        """A count told in sentence `k` of the contact that the sentence before tells: "It was their third call"."""
        text = reading.sentences[k].text
        found = find_ordinals(text)
        return found[0].ordinal if len(found) == 1 and _GOES_ON.match(text) else None

    def later_date(self, reading: Reading, k: int, *, future: bool | None) -> DateSpan | None:
        """A day told in sentence `k` of the contact that the sentence before tells: "The call took place on Friday"."""
        text = reading.sentences[k].text
        if not _GOES_ON.match(text) or not TALK.search(text[:60]):
            return None
        span, said = _choose_date(text, _event_dates(text, reading.on, future=future), [])
        return None if said else span

    def earlier_date(self, reading: Reading, claim: Claim, *, future: bool | None) -> DateSpan | None:
        """The day of the story so far: "On Tuesday A flew to Oslo. It rained. There he met B".

        The last dated sentence of up to three before counts, if it tells of one of the people.
        """
        for k in range(claim.sentence - 1, max(-1, claim.sentence - 4), -1):
            sentence = reading.sentences[k]
            spans = [s for s in _event_dates(sentence.text, reading.on, future=future) if not s.edge]
            if not spans:
                continue
            if not any(m.sentence == k and claim.people.intersection(m.people) for m in reading.mentions):
                same = _THE_EVENT.search(reading.sentences[claim.sentence].text)
                if same is None or not re.search(rf"\b{same['noun']}\b", sentence.text, _I):
                    return None
            spans = [s for s in spans if not _BESIDE_THE_STORY.search(sentence.text[: s.start])]
            span, said = _choose_date(sentence.text, spans, [])
            return None if said or span is None or span.grain is not Grain.DAY else span
        return None

    def _cues(self, reading: Reading, claim: Claim) -> list[tuple[int, int]]:
        """Where in the sentence the contact is told: words for its way, near the people."""
        sentence = reading.sentences[claim.sentence]
        ways = [claim.best_way, *(w for w in (Way.REMOTE, Way.PRESENT, Way.WRITTEN) if w is not claim.best_way)]
        for way in ways:
            places = cue_places(claim.part or sentence.text, way)
            if places:
                return places
        return [(a - sentence.start, b - sentence.start) for a, b in claim.anchors]

    def _minutes(self, reading: Reading, claim: Claim, cues: Sequence[tuple[int, int]]) -> int | None:
        sentence = reading.sentences[claim.sentence]
        found = [d for d in find_durations(claim.part or sentence.text) if not self._of_others(reading, claim, d)]
        found = [d for d in found if d.named] or found
        if len(found) < 2:
            return found[0].minutes if found else None
        # "with B for 45 minutes and with C for an hour": the last one named before a length owns it
        anchors = [(a - sentence.start, b - sentence.start) for a, b in claim.anchors] or list(cues)
        last = max((a for a, _ in anchors), default=0)
        after = [d for d in found if d.start >= last]
        return (after or found)[0].minutes

    @staticmethod
    def _whose(reading: Reading, claim: Claim, span: DateSpan) -> bool:
        """Whether the day stands in a clause about somebody else: "joined by C, who had met B yesterday"."""
        sentence = reading.sentences[claim.sentence]
        for m in reading.mentions:
            if m.sentence != claim.sentence or not m.leader or claim.people.intersection(m.people) or not m.people:
                continue
            between = sentence.text[m.end - sentence.start : max(0, span.start)]
            if re.match(r",? who(?:se)?\b", between) and not re.search(r"[;:]|, (?:and|but|while|as)\b", between):
                return True
        return False

    @staticmethod
    def _of_others(reading: Reading, claim: Claim, length: Duration) -> bool:
        """Whether the length belongs to a contact of somebody else of the sentence: "B, joined by C, who saw D for an
        hour". The leader named last before it owns it, or the first one behind a length that opens the sentence."""
        start = reading.sentences[claim.sentence].start + length.start
        here = [m for m in reading.mentions if m.sentence == claim.sentence and m.leader and m.people]
        before = [m for m in here if m.start < start]
        owner = before[-1] if before else here[0] if here else None
        if owner is None or claim.people.intersection(owner.people):
            return False
        return owner.kind is not Kind.PRONOUN or len(claim.people) < 2

    @staticmethod
    def _ordinal(text: str, cues: Sequence[tuple[int, int]]) -> Ordinal | None:
        found = find_ordinals(text)
        if not found:
            return None
        return min(found, key=lambda s: min((abs(s.end - a) for a, _ in cues), default=0)).ordinal

    def _initiator(self, claim: Claim) -> str | None:
        for target, first, second in claim.targets:
            found = find_initiator(target)
            if found is None or second is None:
                continue
            if found == FIRST:
                return first
            if found.startswith("["):
                return second
            codes = self.g.registry.country_by_adjective.get(found) or self.g.registry.country_by_name.get(found) or []
            for person in claim.people:
                terms = self.g.registry.leader_terms_on(person, None)
                if any(t.country in codes for t in terms):
                    return person
        return None


def _tokens_of(reading: Reading, k: int) -> list[Token]:
    """The tokens of sentence `k`; they lie in order, so two binary searches find them."""
    first = bisect_left(reading.tokens, k, key=lambda t: t.sentence)
    last = bisect_right(reading.tokens, k, lo=first, key=lambda t: t.sentence)
    return reading.tokens[first:last]


def _event_dates(text: str, published: date | None, *, future: bool | None) -> list[DateSpan]:
    """The date words of a sentence without those that count: "their third call this week"."""
    windows = [(o.start, o.until) for o in find_ordinals(text, firsts=True)]
    spans = find_dates(text, published, future=future)
    return [s for s in spans if s.grain is Grain.DAY or not any(a < s.end and s.start < b for a, b in windows)]


def _choose_date(
    text: str, spans: Sequence[DateSpan], cues: Sequence[tuple[int, int]], anchors: Sequence[tuple[int, int]] = ()
) -> tuple[DateSpan | None, bool]:
    """The date words that date the contact, and whether they are only those of a statement or event beside it."""
    best: tuple[float, DateSpan, bool] | None = None
    for span in spans:
        owned = _OWNED.match(text[span.end :])
        if span.edge and not owned:
            continue
        if owned and not TALK.search(owned["noun"]):
            continue
        aside = _HAD_BEFORE.search(text[: span.start])
        if aside and any(end <= aside.start() for _, end in cues):
            continue  # "embraced B, who had come to Oslo on Sunday"
        before, after = text[max(0, span.start - 80) : span.start], text[span.end : span.end + 40]
        near = min(cues, key=lambda cue: _distance(text, span, cue), default=None)
        said = not owned and bool(
            _SAID_BEFORE.search(before)
            or _SAID_AFTER.match(after)
            or _OFF_BEFORE.search(before)
            or _OFF_AFTER.match(after)
            or _UTTERED_BEFORE.search(text[max(0, span.start - 160) : span.start])
        )
        apart = _DAYS_APART.search(text[span.end : near[0]]) if near is not None and not owned else None
        if apart and span.grain is Grain.DAY and not has_cue(text[: span.start]):
            days = whole(apart["n"]) or 1
            span = replace(span, day=span.day + timedelta(days=days if apart["way"] == "before" else -days))
        elif near is not None and not owned and _OTHER_CLAUSE.search(text[span.end : near[0]]):
            said = True  # "A is to travel on Friday after talks with B": not the day of the talks
        if said and span.grain is not Grain.DAY:
            continue
        cost = _distance(text, span, near) if near is not None else float(span.start)
        cost += 0.3 * sum(_distance(text, span, a) for a in anchors) / max(1, len(anchors))
        cost += 150.0 * said + {Grain.DAY: 0, Grain.WEEK: 15, Grain.MONTH: 15, Grain.YEAR: 40}[span.grain]
        if best is None or cost < best[0]:
            best = (cost, span, said)
    return (best[1], best[2]) if best else (None, False)


def _distance(text: str, span: DateSpan, cue: tuple[int, int]) -> float:
    """Characters between date words and a cue; a clause's border between them counts for many."""
    if span.start < cue[1] and cue[0] < span.end:
        return 0.0
    a, b = (span.end, cue[0]) if span.end <= cue[0] else (cue[1], span.start)
    between = text[a:b]
    return (b - a) + 40.0 * len(_BREAK.findall(between))


def same_day(one: DateSpan, other: DateSpan) -> bool:
    """Whether two date words may name one day: each within the other's period."""
    return one.day <= other.last and other.day <= one.last


def days_before(published: date | None, span: DateSpan) -> int | None:
    """Days from the end of the period to publication; negative for the future."""
    return (published - span.last).days if published else None
