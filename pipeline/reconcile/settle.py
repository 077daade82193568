"""The best value of each field of a contact, from all its reports, weighed by independent voices."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import TypeVar

from pipeline.domain import Contact, DatePrecision, Mode, Ordinal, Participant, Status, StoredReport, Told
from pipeline.reconcile.compare import Verdict
from pipeline.reconcile.node import content_key, person_key, place_key
from pipeline.reconcile.standing import standing
from pipeline.reconcile.voices import source_key, voices
from pipeline.reconcile.windows import window_start
from pipeline.reconcile.words import explain, explain_confidence

T = TypeVar("T", bound=Hashable)

# A retelling, or a plan, knows less of what came to pass than the news of it.
RETELLING = 0.5
PLAN = 0.3
# Two voices are never fully independent: they read each other. Each further one counts so much.
FURTHER_VOICE = 0.6
MOST_CONFIDENT = 0.99
# A participant of a large meeting stays if at least this share of the reports' weight names them.
NAMED_BY = 0.15


def settle(contact_id: str, reports: Sequence[StoredReport], links: Sequence[Verdict] = ()) -> Contact:
    """One contact from its reports (at least one), whatever their order."""
    ordered = sorted(reports, key=content_key)
    status = standing(ordered)
    historical = all(r.report.historical for r in ordered)
    vote = _Vote(ordered, status, historical)
    day, precision = _date(vote)
    times = sorted(r.published for r in ordered if r.published is not None)
    participants = _participants(vote)
    ordinal = _ordinal(vote)
    confidence, confidence_reason = _confidence(ordered, status, vote.voices)
    return Contact(
        contact_id=contact_id,
        participants=participants,
        mode=_mode(vote, len(participants)),
        status=status,
        occurred_on=day,
        date_precision=precision,
        duration_minutes=vote.best(lambda r: r.report.duration_minutes),
        location=_location(vote),
        initiator=vote.best(lambda r: r.report.initiator),
        ordinal=ordinal,
        historical=historical,
        topics=vote.union(lambda r: r.report.topics),
        attribution=vote.union(lambda r: r.report.attribution, source_key),
        confidence=confidence,
        first_reported_at=times[0] if times else None,
        last_reported_at=times[-1] if times else None,
        report_ids=tuple(sorted(r.report_id for r in ordered)),
        outlets=tuple(sorted({r.outlet for r in ordered})),
        families=tuple(sorted(set(vote.voices.values()))),
        reason=explain(ordered, links, status, len(set(vote.voices.values()))),
        spread=_spread(vote, status),
        confidence_reason=confidence_reason,
        ordinal_since=_since(ordinal, day, participants),
    )


class _Vote:
    """Voices vote, not links: each has one vote for a field, that of its latest word on it."""

    def __init__(self, reports: Sequence[StoredReport], status: Status, historical: bool) -> None:
        self.reports = reports
        self.voices = voices(reports)
        self._status = status
        self._historical = historical

    def weight(self, stored: StoredReport) -> float:
        weight = max(stored.report.confidence, 0.05)
        if stored.report.historical and not self._historical:
            weight *= RETELLING
        if self._status.happened and not stored.report.status.happened:
            weight *= PLAN
        return weight

    def tally(self, read: Callable[[StoredReport], T | None]) -> dict[T, tuple[float, datetime]]:
        """Weight and latest mention of each value. A voice's later word replaces its earlier: it is a correction.

        A retelling or plan never corrects the news itself, even where it is printed later. A voice that says two things
        at once splits its vote.
        """
        sums: dict[T, tuple[float, datetime]] = {}
        for (_, moment), said in self._words(read).values():
            for value, weight in said.items():
                total, latest = sums.get(value, (0.0, moment))
                sums[value] = (total + weight * max(said.values()) / sum(said.values()), max(latest, moment))
        return sums

    def standing(self, read: Callable[[StoredReport], T | None]) -> dict[T, tuple[str, ...]]:
        """Value -> the voices that stand by it, by name."""
        found: dict[T, set[str]] = defaultdict(set)
        for speaker, (_, said) in self._words(read).items():
            for value in said:
                found[value].add(speaker)
        return {value: tuple(sorted(speakers)) for value, speakers in found.items()}

    def _words(
        self, read: Callable[[StoredReport], T | None]
    ) -> dict[str, tuple[tuple[bool, datetime], dict[T, float]]]:
        """Voice -> the values of its last word, with their weight, and the rank of that word."""
        words: dict[str, tuple[tuple[bool, datetime], dict[T, float]]] = {}
        for stored in self.reports:
            value = read(stored)
            if value is None:
                continue
            weight = self.weight(stored)
            rank = (weight >= max(stored.report.confidence, 0.05), _moment(stored))
            speaker = self.voices[stored.report_id]
            if speaker not in words or rank > words[speaker][0]:
                words[speaker] = (rank, {})
            if rank == words[speaker][0]:
                said = words[speaker][1]
                said[value] = max(said.get(value, 0.0), weight)
        return words

    def best(self, read: Callable[[StoredReport], T | None]) -> T | None:
        """The value that weighs most; of equals, the one told last."""
        sums = self.tally(read)
        return max(sums, key=lambda v: (round(sums[v][0], 6), sums[v][1], str(v)), default=None)

    def union(self, read: Callable[[StoredReport], Iterable[str]], same: Callable[[str], str] = str) -> tuple[str, ...]:
        """All values, those of most voices first. Values that are the `same` are one, in their commonest form."""
        speakers: dict[str, set[str]] = defaultdict(set)
        forms: dict[str, Counter[str]] = defaultdict(Counter)
        for stored in self.reports:
            for value in read(stored):
                speakers[same(value)].add(self.voices[stored.report_id])
                forms[same(value)][value] += 1
        best = {key: max(found, key=lambda v: (found[v], len(v), v)) for key, found in forms.items()}
        return tuple(best[key] for key in sorted(speakers, key=lambda k: (-len(speakers[k]), best[k])))


def _moment(stored: StoredReport) -> datetime:
    return stored.published or datetime.min.replace(tzinfo=UTC)


def _date(vote: _Vote) -> tuple[date | None, DatePrecision | None]:
    for precision in (DatePrecision.DAY, DatePrecision.WEEK, DatePrecision.MONTH):
        sums = vote.tally(partial(_day_of, precision=precision))
        if sums:
            # Of equals, the earlier day: a report printed on the morrow is the likelier to have slipped.
            return min(sums, key=lambda d: (-round(sums[d][0], 6), d)), precision
    return None, None


def _day_of(stored: StoredReport, precision: DatePrecision) -> date | None:
    return stored.report.date if (stored.report.date_precision or DatePrecision.DAY) is precision else None


def _participants(vote: _Vote) -> tuple[Participant, ...]:
    named: dict[str, float] = defaultdict(float)
    forms: dict[str, dict[Participant, float]] = defaultdict(lambda: defaultdict(float))
    total = 0.0
    for stored in vote.reports:
        weight = vote.weight(stored)
        total += weight
        for participant in stored.report.participants:
            key = person_key(participant)
            named[key] += weight
            forms[key][participant] += weight
    kept = [key for key in named if len(named) <= 2 or named[key] >= NAMED_BY * total]
    best = (max(forms[key], key=lambda p: (round(forms[key][p], 6), p.name, p.office)) for key in kept)
    return tuple(sorted(best, key=lambda p: (p.name, p.country)))


def _mode(vote: _Vote, participants: int) -> Mode:
    sums = vote.tally(lambda r: r.report.mode if r.report.mode is not Mode.UNSPECIFIED else None)
    # A visit with its host named is talks; a visit stays one where nobody says that they met.
    rank = (Mode.MULTILATERAL, Mode.IN_PERSON, Mode.VISIT, Mode.PHONE, Mode.VIDEO, Mode.LETTER)
    if participants < 3:
        sums.pop(Mode.MULTILATERAL, None) if len(sums) > 1 else None
    best = max(sums, key=lambda m: (round(sums[m][0], 6), -rank.index(m)), default=Mode.UNSPECIFIED)
    return Mode.MULTILATERAL if participants >= 3 and best in (Mode.IN_PERSON, Mode.VISIT) else best


def _location(vote: _Vote) -> str | None:
    place = vote.best(lambda r: place_key(r.report.location))
    forms = vote.tally(lambda r: r.report.location if place_key(r.report.location) == place else None)
    return max(forms, key=lambda v: (round(forms[v][0], 6), v), default=None) if place else None


def _ordinal(vote: _Vote) -> Ordinal | None:
    count = vote.best(lambda r: r.report.ordinal.count if r.report.ordinal else None)
    if count is None:
        return None
    window = vote.best(
        lambda r: r.report.ordinal.window if r.report.ordinal and r.report.ordinal.count == count else None
    )
    return Ordinal(count, window)


def _since(ordinal: Ordinal | None, day: date | None, participants: Sequence[Participant]) -> date | None:
    if ordinal is None or day is None:
        return None
    return window_start(ordinal.window, day, ordinal.count, frozenset(p.country for p in participants))


def _spread(vote: _Vote, status: Status) -> tuple[Told, ...]:
    """The fields for which voices stand by different values. A plan does not contradict the news of what came of it."""

    def news(stored: StoredReport) -> bool:
        return stored.report.status.happened or not status.happened

    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for stored in vote.reports:
        if stored.report.location and (key := place_key(stored.report.location)):
            forms[key][stored.report.location] += 1
    places = {key: max(found, key=lambda v: (found[v], v)) for key, found in forms.items()}
    values: dict[str, dict[str, tuple[str, ...]]] = {
        "occurred_on": vote.standing(lambda r: _iso(_day_of(r, DatePrecision.DAY)) if news(r) else None),
        "duration_minutes": vote.standing(lambda r: _text(r.report.duration_minutes) if news(r) else None),
        "location": vote.standing(lambda r: place_key(r.report.location) if news(r) else None),
        "mode": vote.standing(lambda r: r.report.mode.value if r.report.mode is not Mode.UNSPECIFIED else None),
    }
    told = [
        Told(field, places[value] if field == "location" else value, families)
        for field, said in values.items()
        if len(said) > 1
        for value, families in said.items()
    ]
    return tuple(sorted(told, key=lambda t: (t.field, -len(t.families), t.value)))


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _text(minutes: int | None) -> str | None:
    return None if minutes is None else str(minutes)


def _confidence(reports: Sequence[StoredReport], status: Status, speakers: Mapping[int, str]) -> tuple[float, str]:
    """Noisy-or over independent voices, of reports that tell the same outcome; and how it came about, in words."""
    best: dict[str, float] = {}
    others = set()
    for stored in reports:
        speaker = speakers[stored.report_id]
        if stored.report.status is status or (status.happened and stored.report.status.happened):
            best[speaker] = max(best.get(speaker, 0.0), stored.report.confidence)
        else:
            others.add(speaker)
    doubt = 1.0
    for place, confidence in enumerate(sorted(best.values(), reverse=True)):
        doubt *= 1 - confidence * (1.0 if place == 0 else FURTHER_VOICE)
    confidence = round(min(1 - doubt, max([MOST_CONFIDENT, *best.values()])), 4)
    return confidence, explain_confidence(confidence, best, len(others - set(best)), FURTHER_VOICE)
