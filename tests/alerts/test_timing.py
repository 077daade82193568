"""Quiet hours by the readers' wall clock."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from pipeline.alerts.rules import Rule
from pipeline.alerts.timing import latest, latest_weekday, quiet_until

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


def test_the_latest_weekday_is_today_only_after_its_hour() -> None:
    friday = datetime(2022, 2, 18, 5, tzinfo=UTC)  # 6:00 in Paris
    assert latest_weekday(friday, 4, time(6), PARIS) == datetime(2022, 2, 18, 6, tzinfo=PARIS)
    assert latest_weekday(friday, 4, time(7), PARIS) == datetime(2022, 2, 11, 7, tzinfo=PARIS)
    assert latest_weekday(friday, 0, time(7), PARIS) == datetime(2022, 2, 14, 7, tzinfo=PARIS)


@pytest.mark.parametrize(
    ("delivery", "after", "end"),
    [
        ("daily", "2022-02-12T05:59", "2022-02-12T06:00"),
        ("daily", "2022-02-12T06:00", "2022-02-13T06:00"),
        # The day on which the clocks go back has 25 hours, the one on which they go forward 23.
        ("daily", "2022-10-29T05:30", "2022-10-30T06:00"),
        ("daily", "2022-10-30T05:59", "2022-10-30T06:00"),
        ("daily", "2022-03-26T06:30", "2022-03-27T05:00"),
        ("weekly", "2022-02-12T06:00", "2022-02-14T06:00"),
        ("weekly", "2022-02-14T06:00", "2022-02-21T06:00"),
    ],
)
def test_the_digest_that_a_moment_falls_into(delivery: str, after: str, end: str) -> None:
    rule = Rule.model_validate(
        {"name": "r", "recipients": ["a@example.org"], "delivery": delivery, "timezone": "Europe/Paris"}
    )
    moment = datetime.fromisoformat(after).replace(tzinfo=UTC)
    assert rule.next_digest(moment).astimezone(UTC) == datetime.fromisoformat(end).replace(tzinfo=UTC)
