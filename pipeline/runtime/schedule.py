"""The schedule setting, read into what a DAG takes. Cheap to import: every parse of the DAG file reads it."""

from __future__ import annotations

import re
from datetime import timedelta

from pipeline.runtime.errors import BadSchedule

PRESETS = ("@once", "@continuous", "@hourly", "@daily", "@weekly", "@monthly", "@quarterly", "@yearly")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
INTERVAL = re.compile(r"(\d+)\s*([smhd])")
# Below this a run would still be under way when the next is due, and hosts would see us more than they should.
SHORTEST = timedelta(minutes=1)


def parse_schedule(text: str, setting: str = "HOTLINE_SCHEDULE") -> str | timedelta | None:
    """A cron string or preset as it is, `15m`, `2h`, `1d` as an interval, `none` as no schedule at all.

    Raises BadSchedule, which names `setting`.
    """
    text = text.strip()
    if text.lower() in ("none", "off", ""):
        return None
    if text in PRESETS:
        return text
    if found := INTERVAL.fullmatch(text.lower()):
        interval = timedelta(**{UNITS[found[2]]: int(found[1])})
        if interval < SHORTEST:
            raise BadSchedule(f"{setting}={text!r} is shorter than a minute.", "Give 1m or more.")
        return interval
    if len(text.split()) in (5, 6) and not text.startswith("@") and _is_cron(text):
        return text
    raise BadSchedule(
        f"{setting}={text!r} is no schedule.",
        "Give a cron string ('*/15 * * * *'), a preset (@hourly, @daily), an interval (15m, 2h, 1d) or 'none'.",
    )


def _is_cron(text: str) -> bool:
    """Whether Airflow's own cron library reads it."""
    from croniter import croniter

    return bool(croniter.is_valid(text))
