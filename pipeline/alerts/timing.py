"""When a mail may go out: quiet hours, in the readers' own time zone."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


def quiet_until(now: datetime, begin: time, end: time, zone: ZoneInfo) -> datetime | None:
    """The end of the quiet hours that `now` (aware) falls into, None outside of them.

    They may run over midnight. Across a change of clocks the wall clock counts, as readers' sleep does.
    """
    local = now.astimezone(zone)
    clock = local.time()
    if begin == end:
        return None
    if begin < end:
        quiet, day = begin <= clock < end, local.date()
    else:
        quiet = clock >= begin or clock < end
        day = local.date() + timedelta(days=clock >= begin)
    return datetime.combine(day, end, zone) if quiet else None


def latest(now: datetime, at: time, zone: ZoneInfo) -> datetime:
    """The last moment up to `now` at which the wall clock of the zone showed `at`."""
    local = now.astimezone(zone)
    day = local.date() - timedelta(days=local.time() < at)
    return datetime.combine(day, at, zone)


def latest_weekday(now: datetime, weekday: int, at: time, zone: ZoneInfo) -> datetime:
    """The same for one day of the week, 0 for Monday."""
    moment = latest(now, at, zone)
    return datetime.combine(moment.date() - timedelta(days=(moment.weekday() - weekday) % 7), at, zone)
