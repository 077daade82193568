"""Builders: one line a report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.domain import (
    ContactReport,
    DatePrecision,
    Evidence,
    Mode,
    Ordinal,
    Participant,
    Status,
    StoredReport,
)

LEADERS = {
    "macron": Participant("Emmanuel Macron", "FRA", "Q3052772", "President"),
    "putin": Participant("Vladimir Putin", "RUS", "Q7747", "President"),
    "scholz": Participant("Olaf Scholz", "DEU", "Q61053", "Chancellor"),
    "zelensky": Participant("Volodymyr Zelensky", "UKR", "Q3874799", "President"),
    "biden": Participant("Joe Biden", "USA", "Q6279", "President"),
    "duda": Participant("Andrzej Duda", "POL", "Q31191", "President"),
}


def make_report(
    report_id: int,
    who: str = "macron putin",
    mode: str = "phone",
    day: str | None = "2022-02-12",
    *,
    status: str = "occurred",
    precision: str = "day",
    told: str | None = "2022-02-12T18:00",
    outlet: str | None = None,
    family: str | None = None,
    article: int | None = None,
    minutes: int | None = None,
    place: str | None = None,
    nth: int | None = None,
    text: str = "",
    historical: bool = False,
    confidence: float = 0.9,
    attribution: tuple[str, ...] = (),
    topics: tuple[str, ...] = (),
    start: int = 0,
) -> StoredReport:
    outlet = outlet or f"Outlet {report_id}"
    people = sorted((LEADERS[name] for name in who.split()), key=lambda p: p.name)
    return StoredReport(
        report_id=report_id,
        article_id=article or 1000 + report_id,
        outlet=outlet,
        family=family or outlet.lower(),
        published=datetime.fromisoformat(told).replace(tzinfo=UTC) if told else None,
        report=ContactReport(
            participants=tuple(people),
            mode=Mode(mode),
            status=Status(status),
            date=date.fromisoformat(day) if day else None,
            date_precision=DatePrecision(precision) if day else None,
            duration_minutes=minutes,
            location=place,
            ordinal=Ordinal(nth, "recent weeks") if nth else None,
            attribution=attribution,
            topics=topics,
            historical=historical,
            confidence=confidence,
            evidence=(Evidence(text, start, start + len(text)),) if text else (),
        ),
    )


@pytest.fixture(scope="session")
def report() -> Callable[..., StoredReport]:
    return make_report


@pytest.fixture(scope="session")
def hours() -> Callable[[int], timedelta]:
    return lambda n: timedelta(hours=n)
