"""The example newswire, read without a fault: its tellings settle into just the events that its labels name."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from pipeline.domain import Contact, ContactReport, DatePrecision, Evidence, Participant, StoredReport
from pipeline.newswire.catalogue import load_catalogue
from pipeline.newswire.truth import MODE_GROUPS, Telling, load_truth
from pipeline.reconcile.cluster import reconcile


def _report(report_id: int, article_id: int, telling: Telling) -> StoredReport:
    story = load_truth().stories[telling.story_id]
    page = next(s for s in load_catalogue().stories if s.story_id == telling.story_id)
    # Labels give no evidence; the page's opening stands for it.
    opening = page.blocks[0].text if page.blocks else ""
    return StoredReport(
        report_id=report_id,
        article_id=article_id,
        outlet=story.outlet,
        family=story.family,
        published=page.published,
        report=ContactReport(
            participants=tuple(Participant(p.name, p.country, None, "") for p in telling.participants),
            mode=telling.mode,
            status=telling.status,
            date=telling.date,
            date_precision=DatePrecision.DAY if telling.date else None,
            duration_minutes=telling.duration_minutes,
            location=telling.location,
            ordinal=telling.ordinal,
            attribution=telling.attribution,
            historical=telling.historical,
            confidence=0.9,
            evidence=(Evidence(opening, 0, len(opening)),),
        ),
    )


def _tellings() -> dict[int, Telling]:
    truth = load_truth()
    told = [t for story in truth.articles() if not story.same_as for t in story.contacts]
    return dict(enumerate(told, 1))


@pytest.fixture(scope="module")
def tellings() -> dict[int, Telling]:
    return _tellings()


@pytest.fixture(scope="module")
def contacts(tellings: dict[int, Telling]) -> list[Contact]:
    stories = {story_id: n for n, story_id in enumerate(sorted(load_truth().stories), 1)}
    reports = [_report(i, stories[t.story_id], t) for i, t in tellings.items()]
    random.Random(2022).shuffle(reports)
    return reconcile(reports, {})


def test_no_contact_mixes_two_events(contacts: list[Contact], tellings: dict[int, Telling]) -> None:
    for contact in contacts:
        assert len({tellings[r].event_id for r in contact.report_ids}) == 1, contact


def test_no_event_is_told_as_two_contacts(contacts: list[Contact], tellings: dict[int, Telling]) -> None:
    parts = Counter(
        tellings[c.report_ids[0]].event_id
        for c in contacts
        # A visit whose host is named nowhere in the text may stay on its own.
        if len(c.participants) > 1 or len(load_truth().events[tellings[c.report_ids[0]].event_id].participants) == 1
    )
    assert {event: n for event, n in parts.items() if n > 1} == {}


def test_every_contact_settles_on_the_facts_of_its_event(contacts: list[Contact], tellings: dict[int, Telling]) -> None:
    for contact in contacts:
        event = load_truth().events[tellings[contact.report_ids[0]].event_id]
        if len(contact.participants) < len(event.participants):
            continue
        assert contact.status is event.status, event.event_id
        assert contact.occurred_on == event.date, event.event_id
        assert contact.historical == event.historical, event.event_id
        assert MODE_GROUPS[contact.mode] == event.mode_group, event.event_id
        assert {p.name for p in contact.participants} == {p.name for p in event.participants}, event.event_id
        if event.duration_minutes:
            assert contact.duration_minutes == event.duration_minutes, event.event_id
