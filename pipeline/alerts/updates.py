"""Follow-ups: what a mail told of a contact, and what has become otherwise since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pipeline.alerts import phrases
from pipeline.alerts.formats import ENGLISH, Formats
from pipeline.domain import Contact, Mode

Told = Mapping[str, Any]

# A visit or talks in person, a call or a video call: the difference corrects nothing that matters.
_WAYS = {
    Mode.PHONE: "remote",
    Mode.VIDEO: "remote",
    Mode.IN_PERSON: "in person",
    Mode.VISIT: "in person",
    Mode.MULTILATERAL: "in person",
    Mode.LETTER: "letter",
    Mode.UNSPECIFIED: "",
}
# Durations are rounded by those who tell them: what differs less is no correction.
CLOSE = 0.15


def facts(contact: Contact, *, withdrawn: bool = False) -> dict[str, Any]:
    """What a mail tells of a contact, as plain values fit for JSON."""
    return {
        "status": contact.status.value,
        "day": contact.occurred_on.isoformat() if contact.occurred_on and contact.date_precision else None,
        "mode": contact.mode.value,
        "minutes": contact.duration_minutes,
        "who": sorted(p.wikidata_id or f"{p.name}|{p.country}" for p in contact.participants),
        "names": phrases.headline_names(contact),
        "withdrawn": withdrawn,
    }


def differences(before: Told, now: Told, formats: Formats = ENGLISH) -> list[str]:
    """What has become otherwise, in words; facts that were unknown before correct nothing."""
    if now["withdrawn"]:
        return [] if before["withdrawn"] else ["withdrawn: no report stands by it any more"]
    out = ["reported anew"] if before["withdrawn"] else []
    if before["status"] != now["status"] and {before["status"], now["status"]} != {"occurred", "ongoing"}:
        out.append(f"status: {before['status']}, now {now['status']}")
    if before["who"] != now["who"]:
        out.append(f"leaders: {before['names']}, now {now['names']}")
    if before["day"] and now["day"] and before["day"] != now["day"]:
        days = [formats.short_day(date.fromisoformat(told["day"])) for told in (before, now)]
        out.append(f"day: {days[0]}, now {days[1]}")
    ways = _WAYS[Mode(before["mode"])], _WAYS[Mode(now["mode"])]
    if all(ways) and ways[0] != ways[1]:
        out.append(f"how: {phrases.MODES[Mode(before['mode'])]}, now {phrases.MODES[Mode(now['mode'])]}")
    if before["minutes"] and now["minutes"] and abs(before["minutes"] - now["minutes"]) > CLOSE * before["minutes"]:
        out.append(f"length: {formats.duration(before['minutes'])}, now {formats.duration(now['minutes'])}")
    return out
