"""Quiet hours by the readers' wall clock."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from pipeline.alerts.timing import latest, quiet_until

PARIS = ZoneInfo("Europe/Paris")
NIGHT = (time(22), time(6, 30))


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2022-02-12T20:59", None),  # 21:59 in Paris
        ("2022-02-12T21:00", "2022-02-13T05:30"),
        ("2022-02-13T01:00", "2022-02-13T05:30"),
        ("2022-02-13T05:29", "2022-02-13T05:30"),
        ("2022-02-13T05:30", None),
        # The night on which the clocks go forward is an hour shorter.
        ("2022-03-26T21:30", "2022-03-27T04:30"),
    ],
)
def test_a_night_over_midnight(now: str, end: str | None) -> None:
    found = quiet_until(datetime.fromisoformat(now).replace(tzinfo=UTC), *NIGHT, PARIS)
    assert (found.astimezone(UTC) if found else None) == (
        datetime.fromisoformat(end).replace(tzinfo=UTC) if end else None
    )


def test_quiet_hours_within_a_day() -> None:
    noon = datetime(2022, 2, 12, 12, tzinfo=UTC)
    assert quiet_until(noon, time(12), time(14), ZoneInfo("UTC")) == datetime(2022, 2, 12, 14, tzinfo=UTC)
    assert quiet_until(noon, time(13), time(14), ZoneInfo("UTC")) is None
    assert quiet_until(noon, time(12), time(12), ZoneInfo("UTC")) is None


def test_the_latest_time_of_day_may_be_yesterday_s() -> None:
    early = datetime(2022, 2, 12, 5, tzinfo=UTC)  # 6:00 in Paris
    assert latest(early, time(7), PARIS) == datetime(2022, 2, 11, 7, tzinfo=PARIS)
    assert latest(early, time(6), PARIS) == datetime(2022, 2, 12, 6, tzinfo=PARIS)
