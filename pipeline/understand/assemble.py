"""From judged pairs to the contacts of one article: merge, date, name, and keep what is sure enough.

An e-mail for a contact that did not happen is the worst error, so what happened lately must be surer than the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from pipeline.domain import (
    ContactReport,
    Evidence,
    Mode,
    Ordinal,
    Participant,
    Status,
    Topic,
)
from pipeline.understand.attribution import fold_sources
from pipeline.understand.claims import Claim, gather
from pipeline.understand.cluster import Group, Told, cluster, dates_agree
from pipeline.understand.contact_model import Judgement
from pipeline.understand.cues import (
    COURSE,
    LETTER,
    MEETING,
    PHONE,
    SUMMIT,
    TRAVEL,
    VIDEO,
    Course,
    Way,
    without_press_lines,
)
from pipeline.understand.dating import Dated, Dater, ahead, following, in_years_gone_by
from pipeline.understand.facts import TALK, FactFinder
from pipeline.understand.gazetteer import Gazetteer
from pipeline.understand.journeys import journeys
from pipeline.understand.mention import Kind
from pipeline.understand.places import Place
from pipeline.understand.reading import Reading

LEAST_NEWS = 0.5  # confidence of a contact that happened now: it may raise an alert
LEAST_OTHER = 0.65  # of plans, denials and history
LEAST_AGAIN = 0.8  # of a second one of the same leaders that the text gives no day: often the same one in other words
LEAST_INDIRECT = 0.85  # of one whose leaders never stand in one sentence
LEAST_CUELESS = 0.9  # of one told without any word for a contact
LEAST_VISIT = 0.5  # of a journey whose host is not named
MOST_EVIDENCE = 3
MOST_SOURCES = 4


TOGETHER = re.compile(r"\b(?:together|jointly|side by side|accompan\w+|joint)\b", re.IGNORECASE)
_AT = re.compile(r"\b(?:in|at|to|into|inside|outside|from) (?P<the>(?:the )?)$", re.IGNORECASE)
MEANWHILE = re.compile(r"\b(?:as|while|(?:hours?|days?) (?:after|before))\b", re.IGNORECASE)


class Assembler:
    """Makes contact reports of judgements; made once per registry."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.g = gazetteer
        self._finder = FactFinder(gazetteer)
        self._dater = Dater(self._finder)

    def assemble(
        self, reading: Reading, judgements: Sequence[Judgement], topics: Sequence[Topic]
    ) -> tuple[ContactReport, ...]:
        """The contacts of an article in the order of its text; `judgements` go with `reading.candidates`."""
        told = [self._told(reading, claim) for claim in gather(reading, judgements)]
        pairs = [t for t in told if len(t.claim.people) > 1 and self._two_countries(reading, t.claim)]
        groups = cluster([t for t in pairs if not self._elsewhere(reading, t)])
        lone = journeys(self.g, reading, [t for t in told if len(t.claim.people) == 1], groups)
        names = tuple(t.topic for t in topics)
        reports: list[tuple[int, ContactReport]] = []
        for group in groups:
            report = self._report(reading, group, groups, names)
            if report is not None:
                reports.append((group.told[0].claim.sentence, report))
        for item, place in lone:
            report = self._visit(reading, item, place, names)
            if report is not None:
                reports.append((item.claim.sentence, report))
        return tuple(r for _, r in sorted(reports, key=lambda r: r[0]))

    # -- claims ----------------------------------------------------------------------------------------------------

    def _told(self, reading: Reading, claim: Claim) -> Told:
        sentence = reading.sentences[claim.sentence]
        future = ahead(claim.best_status)
        facts = self._finder.facts(reading, claim, future=future)
        past = in_years_gone_by(reading, claim.sentence)
        return Told.of(claim, facts, claim.part or sentence.text, sentence.title, reading.on, past=past)

    def _two_countries(self, reading: Reading, claim: Claim) -> bool:
        found = [reading.participant(self.g, p, None) for p in claim.people]
        return len({p.country for p in found if p is not None}) > 1

    def _countries(self, reading: Reading, people: Iterable[str]) -> set[str]:
        return {p.country for i in people if (p := reading.participant(self.g, i, None)) is not None}

    def _elsewhere(self, reading: Reading, told: Told) -> bool:
        """ "A flew to Kyiv hours after B arrived in Moscow": journeys, of which none leads to the other's country."""
        led = {p.country for p in told.facts.places if p.destination and p.country is not None}
        anchors = told.claim.anchors
        between = reading.whole[anchors[0][1] : anchors[-1][0]] if len(anchors) > 1 else ""
        if not led or TOGETHER.search(told.text) or (MEETING.search(told.text) and not MEANWHILE.search(between)):
            return False
        return not led & self._countries(reading, told.claim.people)

    # -- reports ---------------------------------------------------------------------------------------------------

    def _report(
        self, reading: Reading, group: Group, groups: Sequence[Group], topics: tuple[str, ...]
    ) -> ContactReport | None:
        dated = self._dater.settle(reading, group, groups)
        status, when, historical = dated.status, dated.day, dated.historical
        participants = self._participants(reading, group.people, when or dated.around, historical=historical)
        if len(participants) < 2 or len({p.country for p in participants}) < 2:
            return None
        confidence = _confidence(group, dated.told)
        if confidence < _least(group, groups, dated):
            return None
        place = self._place(reading, group, participants) or (None if historical else self._title_place(reading, group))
        mode = _mode(reading, group, groups, participants, place)
        present = mode in (Mode.IN_PERSON, Mode.VISIT, Mode.MULTILATERAL)
        minutes, ordinal = self._later(reading, group, groups)
        initiator = next((t.facts.initiator for t in group.told if t.facts.initiator), None)
        asked = reading.participant(self.g, initiator, None) if initiator else None
        return ContactReport(
            participants,
            mode,
            status,
            when,
            dated.precision,
            minutes,
            place.name if place and present else None,
            asked.name if asked else None,
            ordinal,
            self._sources(reading, group, groups),
            topics,
            historical,
            round(confidence, 4),
            _evidence(reading, group.told),
        )

    def _visit(self, reading: Reading, item: Told, place: Place, topics: tuple[str, ...]) -> ContactReport | None:
        """A journey with nobody named at its end: one participant and a location."""
        group = Group(item.claim.people, [item])
        dated = self._dater.settle(reading, group, [], own_only=True)
        status, when, historical = dated.status, dated.day, dated.historical
        confidence = item.claim.contact * item.claim.course(COURSE[dated.told])
        if confidence < LEAST_VISIT:
            return None
        participants = self._participants(reading, item.claim.people, when, historical=historical)
        if not participants:
            return None
        return ContactReport(
            participants, Mode.VISIT, status, when, dated.precision, location=place.name,
            attribution=fold_sources(item.facts.attribution)[:MOST_SOURCES], topics=topics, historical=historical,
            confidence=round(confidence, 4), evidence=_evidence(reading, [item]),
        )  # fmt: skip

    def _participants(
        self, reading: Reading, people: frozenset[str], when: date | None, *, historical: bool
    ) -> tuple[Participant, ...]:
        """Those in office on the day; of an old contact without a day, those who ever were."""
        on = when or (None if historical else reading.on)
        found = [p for i in people if (p := reading.participant(self.g, i, on)) is not None]
        return tuple(sorted(found, key=lambda p: (p.name, p.country)))

    def _later(self, reading: Reading, group: Group, groups: Sequence[Group]) -> tuple[int | None, Ordinal | None]:
        """Length and count: from the claims, else from the sentences that go on about the contact."""
        minutes = next((t.facts.minutes for t in group.told if t.facts.minutes and t.cue), None)
        ordinal = next((t.facts.ordinal for t in group.told if t.facts.ordinal), None)
        for k in following(group, groups, len(reading.sentences), reach=2):
            minutes = minutes or self._finder.later_minutes(reading, k, group.people)
            ordinal = ordinal or self._finder.later_ordinal(reading, k)
        return minutes, ordinal

    def _place(self, reading: Reading, group: Group, participants: Sequence[Participant]) -> Place | None:
        """Where it was: in one of their countries first, a city before a country, the nearest to their names."""
        homes = {p.country for p in participants}
        telling = [t for t in group.told if t.cue] or group.told
        found = [(p, _distance(p, t)) for t in telling for p in t.facts.places] + [(p, 0) for p in group.extra_places]
        found += [(p, 0) for t in telling for p in self._seats(reading, t)]
        kinds = {"city": 0, "country": 1, "spot": 2}
        best = min(
            found, key=lambda f: (f[0].kind == "spot", f[0].country not in homes, kinds[f[0].kind], f[1]), default=None
        )
        return best[0] if best else None

    def _seats(self, reading: Reading, told: Told) -> list[Place]:
        """The seats of those who met as places: "in Downing Street"."""
        out: list[Place] = []
        start = reading.sentences[told.claim.sentence].start
        for m in reading.mentions:
            if (
                m.sentence != told.claim.sentence
                or m.kind is not Kind.SEAT
                or not told.claim.people.intersection(m.people)
            ):
                continue
            before = _AT.search(reading.whole[start : m.start])
            host = reading.participant(self.g, m.people[0], None)
            if before is not None and host is not None and told.text[m.start - start : m.end - start].strip():
                out.append(Place(m.start, m.end, before["the"] + m.text, host.country, "spot", False))
        return out

    def _title_place(self, reading: Reading, group: Group) -> Place | None:
        """The one place of the title, for a contact of somebody in it that the first sentences tell."""
        if not reading.sentences or not reading.sentences[0].title or min(group.sentences) > 2:
            return None
        if not any(m.sentence == 0 and group.people.intersection(m.people) for m in reading.mentions):
            return None
        found = [p for p in self._finder.places(reading, 0) if p.kind != "spot"]
        return found[0] if len(found) == 1 else None

    def _sources(self, reading: Reading, group: Group, groups: Sequence[Group]) -> tuple[str, ...]:
        out = [s for t in group.told for s in t.facts.attribution]
        for k in following(group, groups, len(reading.sentences), reach=2):
            if k - 1 in group.sentences or TALK.search(reading.sentences[k].text):
                out += self._finder.attribution(reading, k)
        return fold_sources(out)[:MOST_SOURCES]


# -- votes -----------------------------------------------------------------------------------------------------------


def _confidence(group: Group, status: Status) -> float:
    """The best claim's probability that there is a contact of this course; claims by guessed people must be sure."""
    course = COURSE[status]
    sure = [t for t in group.told if t.claim.direct or t.claim.contact >= LEAST_INDIRECT]
    return max(
        (t.claim.contact * (t.claim.course(course) if t.course else 0.5 + t.claim.course(course) / 2) for t in sure),
        default=0.0,
    )


def _mode(
    reading: Reading, group: Group, groups: Sequence[Group], participants: Sequence[Participant], place: Place | None
) -> Mode:
    """The mode by the model's way and the article's words: `phone`, `video` and `letter` only where it says so."""
    text = without_press_lines(" ".join([t.text for t in group.told]))
    way = group.way
    if way is Way.OPEN:
        weight = sum(t.weight for t in group.told) or 1.0
        votes = {w: sum(t.weight * t.claim.way(w) for t in group.told) / weight for w in Way}
        way = max(votes, key=lambda w: votes[w])
        near = {k for t in group.told for k in (0, t.claim.sentence - 1, t.claim.sentence + 1)}
        around = " ".join(reading.sentences[k].text for k in sorted(near) if 0 <= k < len(reading.sentences))
        text += " " + without_press_lines(around)
        if way is Way.OPEN:  # "spoke with B and, separately, with C": by phone, if the talk with B was
            beside = [g for g in groups if g is not group and g.sentences & group.sentences and g.people & group.people]
            if beside and all(g.way is Way.REMOTE for g in beside):
                way = Way.REMOTE
                text += " " + " ".join(t.text for g in beside for t in g.told)
    if way is Way.REMOTE:
        phone, video = PHONE.search(text), VIDEO.search(text)
        score = {m: sum(t.weight * t.claim.mode[m] for t in group.told) for m in (Mode.PHONE, Mode.VIDEO)}
        if video and (not phone or score[Mode.VIDEO] > score[Mode.PHONE]):
            return Mode.VIDEO
        return Mode.PHONE if phone else Mode.UNSPECIFIED
    if way is Way.WRITTEN:
        return Mode.LETTER if LETTER.search(text) else Mode.UNSPECIFIED
    if way is Way.OPEN:
        return Mode.UNSPECIFIED
    if len(participants) > 2:
        many = sum(t.weight * t.claim.mode[Mode.MULTILATERAL] for t in group.told)
        if SUMMIT.search(text) or many > 0.5 * sum(t.weight for t in group.told):
            return Mode.MULTILATERAL
    if place is not None and place.country is not None:
        return Mode.VISIT if place.country in {p.country for p in participants} else Mode.IN_PERSON
    visit = sum(t.weight * (t.claim.mode[Mode.VISIT] - t.claim.mode[Mode.IN_PERSON]) for t in group.told)
    return Mode.VISIT if visit > 0 and TRAVEL.search(text) else Mode.IN_PERSON


def _least(group: Group, groups: Sequence[Group], dated: Dated) -> float:
    """The confidence that a contact needs to be reported."""
    if not any(t.claim.direct for t in group.told):
        return LEAST_INDIRECT
    if COURSE[dated.status] is not Course.HAPPENED or dated.historical:
        return LEAST_OTHER
    if not any(t.cue for t in group.told):
        return LEAST_CUELESS
    weight = sum(t.weight for t in group.told)
    again = any(
        g is not group
        and g.people >= group.people
        and g.course is Course.HAPPENED
        and sum(t.weight for t in g.told) > weight
        and all(dates_agree(a, b) for a in g.told for b in group.told)
        for g in groups
    )
    return LEAST_AGAIN if again else LEAST_NEWS


def _distance(place: Place, told: Told) -> int:
    """Characters from the last of the people's mentions to the place."""
    return min((abs(place.start - end) for _, end in told.claim.anchors[-1:]), default=0)


def _evidence(reading: Reading, told: Sequence[Told]) -> tuple[Evidence, ...]:
    """The sentences that tell the contact, the strongest first."""
    best = sorted(told, key=lambda t: (-t.weight, t.claim.sentence))
    out: dict[int, Evidence] = {}
    for t in best:
        sentence = reading.sentences[t.claim.sentence]
        out.setdefault(t.claim.sentence, Evidence(sentence.text, sentence.start, sentence.end))
    return tuple(out.values())[:MOST_EVIDENCE]
