"""One contact, the seed's, and its variations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pipeline.alerts.mail import Source
from pipeline.domain import Contact, DatePrecision, Mode, Ordinal, Participant, Status

CALL = Contact(
    contact_id="7e0c3a3c-2f56-5d5f-a0a4-0b3c1c1f6a01",
    participants=(
        Participant("Emmanuel Macron", "FRA", "Q3052772", "President"),
        Participant("Vladimir Putin", "RUS", "Q7747", "President"),
    ),
    mode=Mode.PHONE,
    status=Status.OCCURRED,
    occurred_on=date(2022, 2, 12),
    date_precision=DatePrecision.DAY,
    duration_minutes=100,
    location=None,
    initiator=None,
    ordinal=Ordinal(4, "recent weeks"),
    historical=False,
    topics=("deescalation_talks", "citizens_evacuation"),
    attribution=("Elysee Palace", "AFP"),
    confidence=0.98,
    first_reported_at=datetime(2022, 2, 12, 18, 40, tzinfo=UTC),
    last_reported_at=datetime(2022, 2, 13, 7, 5, tzinfo=UTC),
    report_ids=(1, 2, 3),
    outlets=("Harbour Post", "Meridian", "Northern Wire"),
    families=("harbour", "northern wire"),
    reason="3 reports by 2 independent sources; same pair, 12 Feb 2022, phone = phone, duration 100 = 100",
)


@pytest.fixture(scope="session")
def contact() -> Callable[..., Contact]:
    """The seed's call, with some fields changed."""

    def build(**changes: Any) -> Contact:
        return replace(CALL, **changes)

    return build


@pytest.fixture(scope="session")
def source() -> Callable[..., Source]:
    def build(**changes: Any) -> Source:
        plain = Source(
            outlet="Northern Wire",
            family="northern wire",
            url="https://example.org/world/macron-putin-call",
            title="French and Russian presidents spend 100 minutes on the phone",
            published=datetime(2022, 2, 12, 18, 40, tzinfo=UTC),
            quotes=("The two presidents spoke by telephone for an hour and 40 minutes on Saturday, the Elysee said.",),
        )
        return replace(plain, **changes)

    return build
