"""Which contacts are part of a larger one: the talks of two beside the summit of many."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from pipeline.domain import Contact, DatePrecision, Mode, Status, StoredReport
from pipeline.reconcile.geography import countries_of
from pipeline.reconcile.node import PERSONAL, person_key, place_key

# Guests meet on the eve of a summit, and on the morrow.
BESIDE: Final = timedelta(days=1)
# Contacts further apart than this are never linked, whatever their reports say of their days.
REACH: Final = timedelta(days=6)
_OFF = (Status.CANCELLED, Status.DENIED)


@dataclass(frozen=True, slots=True)
class _Whole:
    """A contact of three or more, with all that its reports say of days and places."""

    contact: Contact
    people: frozenset[str]
    first: date
    last: date
    places: frozenset[str]
    countries: frozenset[str]
    articles: frozenset[int]


def link(contacts: Sequence[Contact], reports: Sequence[StoredReport]) -> list[Contact]:
    """The same contacts, in the same order, with `part_of` set where one belongs to a larger one.

    A part has fewer of the same participants, who meet in person at the place of the whole between the eve of its first
    day and the morrow of its last; or on its days, where one of the two has no place or one article tells both. Of
    several wholes, the one with the best such reason, then the nearest in time, then the largest.
    """
    stored = {r.report_id: r for r in reports}
    wholes = [whole for c in contacts if (whole := _whole(c, [stored[r] for r in c.report_ids])) is not None]
    linked = []
    for contact in contacts:
        best = _best(contact, [stored[r] for r in contact.report_ids], wholes) if wholes else None
        linked.append(replace(contact, part_of=best))
    return linked


def may_be_part(part: Contact, whole: Contact) -> bool:
    """Whether another report of either could make or undo their being part and whole: what is settled together."""
    if len(whole.participants) < 3 or part.contact_id == whole.contact_id or not _fits(part, whole):
        return False
    if part.occurred_on is None or whole.occurred_on is None or abs(part.occurred_on - whole.occurred_on) > REACH:
        return False
    if len(part.participants) >= len(whole.participants):
        return False
    # A report may add or drop a participant of a summit, and no more.
    missing = len(_people(part) - _people(whole))
    return missing <= (1 if len(part.participants) >= 3 else 0)


def _fits(part: Contact, whole: Contact) -> bool:
    return whole.mode in PERSONAL and (part.mode in PERSONAL or part.mode is Mode.UNSPECIFIED)


def _best(part: Contact, reports: Sequence[StoredReport], wholes: Sequence[_Whole]) -> str | None:
    day = part.occurred_on
    if day is None or part.date_precision is not DatePrecision.DAY:
        return None
    people, articles = _people(part), frozenset(r.article_id for r in reports)
    places = _places(reports)
    found = []
    for whole in wholes:
        contact = whole.contact
        if not people < whole.people or not _fits(part, contact) or abs(day - whole.first) > REACH:
            continue
        if (part.status.happened and not contact.status.happened) or (contact.status in _OFF) != (part.status in _OFF):
            continue
        reason = _reason(day, places, articles, whole)
        if reason is not None:
            away = max(whole.first - day, day - whole.last, timedelta(0)).days
            # Names and times rather than ids, which depend on the order of arrival.
            told = (sorted(p.name for p in contact.participants), str(contact.first_reported_at), contact.contact_id)
            found.append((reason, away, -len(whole.people), told))
    return min(found)[3][2] if found else None


def _reason(day: date, places: Collection[str], articles: Collection[int], whole: _Whole) -> int | None:
    """How good a reason there is to link, 0 the best; None if there is none."""
    during = whole.first <= day <= whole.last
    near = whole.first - BESIDE <= day <= whole.last + BESIDE
    countries = frozenset(c for place in places for c in countries_of(place))
    if places and whole.places:
        here = not whole.places.isdisjoint(places) or not whole.countries.isdisjoint(countries)
        if here and near:
            return 0
        known = bool(countries) and bool(whole.countries)
        return 1 if not here and not known and during and not whole.articles.isdisjoint(articles) else None
    return 2 if during else None


def _whole(contact: Contact, reports: Sequence[StoredReport]) -> _Whole | None:
    if len(contact.participants) < 3 or contact.mode not in PERSONAL:
        return None
    days = [
        r.report.date for r in reports if r.report.date is not None and r.report.date_precision is DatePrecision.DAY
    ]
    if not days:
        return None
    places = _places(reports)
    return _Whole(
        contact=contact,
        people=_people(contact),
        first=min(days),
        last=max(days),
        places=places,
        countries=frozenset(c for place in places for c in countries_of(place)),
        articles=frozenset(r.article_id for r in reports),
    )


def _people(contact: Contact) -> frozenset[str]:
    return frozenset(person_key(p) for p in contact.participants)


def _places(reports: Sequence[StoredReport]) -> frozenset[str]:
    return frozenset(place for r in reports if (place := place_key(r.report.location)) is not None)
