"""How long an answer says it stays good, by RFC 9111 and RFC 9110."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.ingest.freshness import fresh_for, retry_after

DATE = ("Date", "Sat, 12 Feb 2022 18:00:00 GMT")
NOW = datetime(2022, 2, 12, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], None),
        ([DATE], None),
        ([("Cache-Control", "max-age=600")], 600),
        ([("cache-control", "public, Max-Age=600, must-revalidate")], 600),
        ([("Cache-Control", "public"), ("Cache-Control", "max-age=60")], 60),
        ([("Cache-Control", 'max-age="600"')], 600),
        ([("Cache-Control", "max-age=600"), ("Age", "200")], 400),
        ([("Cache-Control", "max-age=600"), ("Age", "900")], 0),
        ([("Cache-Control", "max-age=600"), ("Age", "long")], 600),
        ([("Cache-Control", "s-maxage=600")], None),
        ([("Cache-Control", "no-cache, max-age=600")], 0),
        ([("Cache-Control", "no-store")], 0),
        ([("Cache-Control", "max-age=soon")], 0),
        ([("Cache-Control", "max-age=-5")], 0),
        ([("Cache-Control", "max-age=99999999999999999999999")], 2**31),
        ([DATE, ("Expires", "Sat, 12 Feb 2022 18:30:00 GMT")], 1800),
        ([DATE, ("Expires", "Sat, 12 Feb 2022 18:30:00 GMT"), ("Age", "600")], 1200),
        ([DATE, ("Expires", "Saturday, 12-Feb-22 18:30:00 GMT")], 1800),
        ([DATE, ("Expires", "Sat, 12 Feb 2022 17:00:00 GMT")], 0),
        ([DATE, ("Expires", "0")], 0),
        ([("Expires", "Sat, 12 Feb 2022 18:30:00 GMT")], 0),
        ([DATE, ("Expires", "Sat, 12 Feb 2022 18:30:00 GMT"), ("Cache-Control", "max-age=60")], 60),
    ],
)
def test_an_answer_is_fresh_as_long_as_it_says(headers: list[tuple[str, str]], expected: float | None) -> None:
    assert fresh_for(headers) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], None),
        ([("Retry-After", "120")], 120),
        ([("retry-after", " 0 ")], 0),
        ([("Retry-After", "Sat, 12 Feb 2022 19:00:00 GMT")], 3600),
        ([("Retry-After", "Sat, 12 Feb 2022 17:00:00 GMT")], 0),
        # A server whose clock is two hours ahead means the span, not the moment.
        ([("Date", "Sat, 12 Feb 2022 20:00:00 GMT"), ("Retry-After", "Sat, 12 Feb 2022 20:10:00 GMT")], 600),
        ([("Retry-After", "in a while")], None),
        ([("Retry-After", "-5")], None),
        ([("Retry-After", "9" * 400)], 2**31),
    ],
)
def test_a_server_may_ask_to_be_left_alone(headers: list[tuple[str, str]], expected: float | None) -> None:
    assert retry_after(headers, NOW) == expected
