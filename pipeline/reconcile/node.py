"""Reports that say the very same thing, folded into one node: what `compare` weighs against each other."""

from __future__ import annotations

import calendar
import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from pipeline.domain import ContactReport, DatePrecision, Mode, Participant, Status, StoredReport

# How far a report without a date may lie from the event it tells of, in days before and after its publication.
# A happening is told within days; a plan is kept, dropped or denied within about a week and a half.
TOLD = (-4, 1)
ANNOUNCED = (-1, 10)

REMOTE = frozenset({Mode.PHONE, Mode.VIDEO})
PERSONAL = frozenset({Mode.IN_PERSON, Mode.VISIT, Mode.MULTILATERAL})

_MONTHS = "jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec"
_MONTH = rf"(?:{_MONTHS})[a-z]*\.?"
_DAY_NAMED = re.compile(
    rf"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:today|tonight|yesterday)\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}\b|\b{_MONTH} \d{{1,2}}\b",
    re.IGNORECASE,
)
# "Again" alone is no sign: it mostly means again after earlier days.
_SECOND_TIME = re.compile(
    r"\b(?:(?:second|another) (?:phone |telephone |video )?(?:call|conversation|meeting)[^.]{0,40} (?:that|same) day"
    r"|again (?:later |late )?(?:that|in|on|at|the same)(?: the)?(?: same)? (?:day|evening|night|afternoon)"
    r"|later (?:in the|the same|that) (?:day|evening|night)|twice|for the second time (?:that|in a) day)\b",
    re.IGNORECASE,
)
_MORNING = re.compile(r"\bmorning\b", re.IGNORECASE)
_LATE = re.compile(r"\b(?:evening|night)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{4,}|\d+")


@dataclass(frozen=True, slots=True)
class Span:
    """The days on which the event may have been. `basis` says how we know: a day, a week, a month, or publication."""

    first: date
    last: date
    basis: str

    @property
    def exact(self) -> bool:
        return self.basis == "day"


@dataclass(frozen=True, slots=True)
class Node:
    """Reports alike in all that matters for matching. `span` is None where nothing places it in time."""

    key: tuple[str, ...]
    reports: tuple[StoredReport, ...]
    people: frozenset[str]
    mode: Mode
    status: Status
    span: Span | None
    duration: int | None
    ordinal: int | None
    location: str | None
    historical: bool
    second_time: bool
    part_of_day: str
    day_named: bool
    first_published: datetime | None
    last_published: datetime | None
    articles: frozenset[int]
    families: frozenset[str]
    words: tuple[frozenset[str], ...]

    @property
    def countries(self) -> frozenset[str]:
        """The participants' countries."""
        return frozenset(p.country for p in self.reports[0].report.participants)


def crosses_midnight(a: Span | None, b: Span | None) -> bool:
    """Whether both are exact days, and not the same."""
    return a is not None and b is not None and a.exact and b.exact and a != b


def person_key(participant: Participant) -> str:
    """Who a participant is, whatever the outlet calls them."""
    return participant.wikidata_id or f"{participant.name}|{participant.country}"


def people_of(report: ContactReport) -> frozenset[str]:
    return frozenset(person_key(p) for p in report.participants)


def content_key(stored: StoredReport) -> tuple[str, ...]:
    """Orders reports by what they say, never by the id they got on arrival."""
    report = stored.report
    return (
        _iso(stored.published),
        stored.family,
        stored.outlet,
        _iso(report.date),
        report.mode.value,
        report.status.value,
        str(report.duration_minutes),
        str(report.ordinal),
        *sorted(people_of(report)),
        *(f"{e.start:09d} {e.text}" for e in report.evidence),
    )


def place_key(location: str | None) -> str | None:
    """A place for comparison: "the Kremlin, Moscow" and "Kremlin" agree."""
    if not location or not location.strip():
        return None
    return location.split(",")[0].casefold().removeprefix("the ").strip() or None


def span_of(stored: StoredReport) -> Span | None:
    """When the event may have been; None if the report gives neither a date nor (for news) a publication time."""
    report = stored.report
    if report.date is not None:
        if report.date_precision is DatePrecision.MONTH:
            first = report.date.replace(day=1)
            return Span(first, first.replace(day=calendar.monthrange(first.year, first.month)[1]), "month")
        if report.date_precision is DatePrecision.WEEK:
            return Span(report.date, report.date + timedelta(days=6), "week")
        return Span(report.date, report.date, "day")
    if report.historical or stored.published is None:
        return None
    day = stored.published.astimezone(UTC).date()
    before, after = TOLD if report.status.happened else ANNOUNCED
    return Span(day + timedelta(days=before), day + timedelta(days=after), "published")


def fold(reports: Iterable[StoredReport], single: Collection[int] = ()) -> list[Node]:
    """The nodes of a set of reports, ordered by content; reports with ids in `single` are folded with no other."""
    ordered = sorted(reports, key=content_key)
    seconds = _second_times(ordered)
    groups: dict[tuple[str, ...], list[StoredReport]] = defaultdict(list)
    for stored in ordered:
        alone = (f"{stored.report_id:020d}",) if stored.report_id in single else ()
        groups[(*_signature(stored, stored.report_id in seconds), *alone)].append(stored)
    return [_node(key, members, members[0].report_id in seconds) for key, members in sorted(groups.items())]


def _signature(stored: StoredReport, second_time: bool) -> tuple[str, ...]:
    report, span = stored.report, span_of(stored)
    return (
        _iso(span.first) if span else "",
        span.basis if span else "",
        "|".join(sorted(people_of(report))),
        report.mode.value,
        report.status.value,
        str(report.duration_minutes),
        str(report.ordinal.count) if report.ordinal else "",
        place_key(report.location) or "",
        "historical" if report.historical else "",
        "second" if second_time else "",
        part_of_day(report),
        # Nothing places these in time: only reports of one day can be taken for one.
        "" if span else (stored.published.astimezone(UTC).date().isoformat() if stored.published else "never"),
    )


def _second_times(ordered: list[StoredReport]) -> set[int]:
    """Reports that their article marks as a further contact of the same people, day and mode as one told beside it."""
    told: dict[tuple[object, ...], list[StoredReport]] = defaultdict(list)
    for stored in ordered:
        report = stored.report
        told[(stored.article_id, people_of(report), report.date, report.mode, report.historical)].append(stored)
    return {
        stored.report_id
        for group in told.values()
        if len(group) > 1
        for stored in group
        if _marks_second(stored) and any(_apart(stored, other) and not _marks_second(other) for other in group)
    }


def part_of_day(report: ContactReport) -> str:
    """ "early" or "late" where the evidence names just one of them, else empty."""
    early = any(_MORNING.search(e.text) for e in report.evidence)
    late = any(_LATE.search(e.text) for e in report.evidence)
    return "" if early == late else "early" if early else "late"


def _marks_second(stored: StoredReport) -> bool:
    return any(_SECOND_TIME.search(e.text) for e in stored.report.evidence)


def _apart(one: StoredReport, other: StoredReport) -> bool:
    return not {(e.start, e.end) for e in one.report.evidence} & {(e.start, e.end) for e in other.report.evidence}


def _node(key: tuple[str, ...], members: list[StoredReport], second_time: bool) -> Node:
    report = members[0].report
    times = [m.published for m in members if m.published is not None]
    return Node(
        key=key,
        reports=tuple(members),
        people=people_of(report),
        mode=report.mode,
        status=report.status,
        span=span_of(members[0]),
        duration=report.duration_minutes,
        ordinal=report.ordinal.count if report.ordinal else None,
        location=place_key(report.location),
        historical=report.historical,
        second_time=second_time,
        part_of_day=part_of_day(report),
        day_named=any(_DAY_NAMED.search(e.text) for m in members for e in m.report.evidence),
        first_published=min(times) if times else None,
        last_published=max(times) if times else None,
        articles=frozenset(m.article_id for m in members),
        families=frozenset(m.family for m in members),
        words=tuple(_words(m.report) for m in members[:5]),
    )


def _words(report: ContactReport) -> frozenset[str]:
    names = {word for p in report.participants for word in p.name.casefold().split()}
    return frozenset(w for e in report.evidence for w in _WORD.findall(e.text.casefold())) - names


def _iso(value: date | datetime | None) -> str:
    return value.isoformat() if value is not None else ""
