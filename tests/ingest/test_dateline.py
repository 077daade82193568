"""Datelines and signatures of agencies, in the forms that papers print."""

from __future__ import annotations

import pytest

from pipeline.ingest.dateline import agency, read_dateline

REST = "The two presidents spoke by telephone on Saturday."


@pytest.mark.parametrize(
    ("opening", "place", "wire"),
    [
        ("MOSCOW, Feb 12 (Reuters) - ", "MOSCOW", "Reuters"),
        ("PARIS (AFP) — ", "PARIS", "AFP"),
        ("KYIV, Ukraine (AP) — ", "KYIV, Ukraine", "AP"),
        ("WASHINGTON/MOSCOW, Feb 12 (Reuters) - ", "WASHINGTON/MOSCOW", "Reuters"),
        ("BEIJING, Feb. 12 (Xinhua) -- ", "BEIJING", "Xinhua"),
        ("ANKARA - ", "ANKARA", None),
        ("SEOUL, Feb. 12 (Yonhap) -- ", "SEOUL", "Yonhap"),
        ("NEW DELHI: ", "NEW DELHI", None),
        ("TOKYO, 12 February 2022 (Kyodo) – ", "TOKYO", "Kyodo"),
        ("(Reuters) - ", None, "Reuters"),
        ("", None, None),
        ("EXCLUSIVE REPORT FROM OUR DESK - ", None, None),
        ("He said (in Paris) - ", None, None),
    ],
)
def test_openings(opening: str, place: str | None, wire: str | None) -> None:
    found = read_dateline(opening + REST)
    assert (found.place, found.wire) == (place, wire)


@pytest.mark.parametrize(
    ("byline", "last", "wire"),
    [
        ("Reuters", REST, "Reuters"),
        ("Jane Doe and Agence France-Presse", REST, "AFP"),
        ("Jane Doe, Associated Press", REST, "AP"),
        ("A. P. Smith", REST, None),
        (None, "(with inputs from PTI)", "PTI"),
        (None, "Source: TASS", "TASS"),
        (None, "(AFP)", "AFP"),
        (None, "He cited Reuters.", None),
    ],
)
def test_bylines_and_signatures(byline: str | None, last: str, wire: str | None) -> None:
    assert read_dateline(f"{REST}\n{last}", byline).wire == wire


def test_an_agency_has_one_name_however_it_signs() -> None:
    assert agency("Thomson Reuters") == agency("reuters") == agency("Reuters/AFP") == "Reuters"
    assert agency("The Courier") is None
