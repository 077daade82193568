"""The ordinal audit: an article's "their fourth call in recent weeks" against the contacts that we hold.

The view mart.coverage_gaps counts by the same rules; a test holds the two together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from pipeline.domain import Contact, Mode, Status
from pipeline.reconcile.node import PERSONAL, REMOTE, person_key, place_key

# "Their third meeting" may have been one of three or four; it was hardly a summit of twenty.
SMALL: Final = 4


@dataclass(frozen=True, slots=True)
class Gap:
    """A contact that reports count as the `claimed`-th from a day on, of which we hold `held`, itself included."""

    contact_id: str
    claimed: int
    held: int
    missing: int
    held_on: tuple[date, ...]
    reason: str


def audit(contacts: Iterable[Contact], covered_from: date | None = None) -> list[Gap]:
    """The gaps, in the order of contacts. `covered_from` is the day of our first article.

    Counted are contacts that took place between the first day of the window and the claiming contact's day, of all its
    participants and at most a few more, in the same group of modes; of a lone traveller, visits to the same place.
    """
    held = list(contacts)
    by_person: dict[str, list[Contact]] = defaultdict(list)
    for contact in held:
        for participant in contact.participants:
            by_person[person_key(participant)].append(contact)
    gaps = []
    for claim in held:
        if claim.ordinal is None or claim.ordinal_since is None or claim.occurred_on is None:
            continue
        if claim.status in (Status.CANCELLED, Status.DENIED) or not claim.participants:
            continue
        if len(claim.participants) == 1 and claim.location is None:
            continue
        near = by_person[person_key(claim.participants[0])]
        days = sorted(c.occurred_on for c in near if c.occurred_on is not None and _counts(claim, c))
        if claim.ordinal.count > 1 + len(days):
            gaps.append(_gap(claim, claim.ordinal.count, days, covered_from))
    return gaps


def _counts(claim: Contact, other: Contact) -> bool:
    since, day = claim.ordinal_since, claim.occurred_on
    if other.contact_id == claim.contact_id or not other.status.happened or other.occurred_on is None:
        return False
    if since is None or day is None or not since <= other.occurred_on <= day:
        return False
    who = {person_key(p) for p in claim.participants}
    if not who <= {person_key(p) for p in other.participants}:
        return False
    if len(other.participants) > max(SMALL, len(who)) or not _one_group(claim.mode, other.mode):
        return False
    return len(who) > 1 or place_key(claim.location) == place_key(other.location)


def _one_group(one: Mode, other: Mode) -> bool:
    modes = {one, other}
    if Mode.UNSPECIFIED in modes:
        return Mode.LETTER not in modes
    return modes <= REMOTE or modes <= PERSONAL or modes == {Mode.LETTER}


def _gap(claim: Contact, claimed: int, days: Sequence[date], covered_from: date | None) -> Gap:
    held = 1 + len(days)
    since, window = claim.ordinal_since, claim.ordinal.window if claim.ordinal else None
    reason = (
        f'reports count {claimed} contacts from {since} to {claim.occurred_on} ("{window}"), '
        f"{held} {'is' if held == 1 else 'are'} held: {claimed - held} missing"
    )
    if covered_from is not None and since is not None and covered_from > since:
        reason += f"; our first article is of {covered_from}"
    return Gap(claim.contact_id, claimed, held, claimed - held, tuple(days), reason)
