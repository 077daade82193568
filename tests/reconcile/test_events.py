"""Floors on the labelled events of evals/events.jsonl, slightly under what is measured by `bench.coreference`."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from bench.coreference import EVENTS, Labelled, b_cubed, ceaf_e, groups, links, mistakes, read_events
from pipeline.domain import Contact
from pipeline.reconcile.cluster import reconcile

SMALL = 400_000  # bytes


@pytest.fixture(scope="module")
def labelled() -> Labelled:
    return read_events()


@pytest.fixture(scope="module")
def contacts(labelled: Labelled) -> list[Contact]:
    return reconcile(labelled.reports, {})


def test_reports_find_to_their_events(labelled: Labelled, contacts: list[Contact]) -> None:
    found, gold = [frozenset(c.report_ids) for c in contacts], groups(labelled.event_of)
    wrong = "\n".join(mistakes(contacts, labelled))
    for score in (b_cubed(found, gold), ceaf_e(found, gold)):
        assert score.precision >= 0.97, wrong
        assert score.recall >= 0.97, wrong


def test_bilaterals_are_linked_to_their_summits(labelled: Labelled, contacts: list[Contact]) -> None:
    score = links(contacts, labelled)
    assert score.precision >= 0.95, mistakes(contacts, labelled)
    assert score.recall >= 0.85, mistakes(contacts, labelled)


def test_the_set_is_what_its_readme_says(labelled: Labelled) -> None:
    assert len(labelled.reports) >= 300
    assert len(set(labelled.event_of.values())) >= 60
    assert EVENTS.stat().st_size < SMALL
    assert len(labelled.event_of) == len(labelled.reports)
    assert set(labelled.part_of.values()) <= set(labelled.event_of.values())
    articles = {(r.article_id, r.outlet, r.published) for r in labelled.reports}
    assert max(Counter(article for article, _, _ in articles).values()) == 1
    for stored in labelled.reports:
        assert stored.published is not None
        assert (stored.report.date or date.min) <= date(2030, 1, 1)
        assert stored.report.participants


def test_measures_on_a_split_and_a_merger() -> None:
    gold = [frozenset({1, 2, 3, 4}), frozenset({5, 6})]
    split = [frozenset({1, 2}), frozenset({3, 4}), frozenset({5, 6})]
    assert (b_cubed(split, gold).precision, round(b_cubed(split, gold).recall, 3)) == (1.0, 0.667)
    assert b_cubed([frozenset(range(1, 7))], gold).recall == 1.0
    # One of the halves is matched (2 * 2 / 6), the other with nothing.
    assert round(ceaf_e(split, gold).precision, 3) == round((2 / 3 + 1) / 3, 3)
    assert round(ceaf_e(split, gold).recall, 3) == round((2 / 3 + 1) / 2, 3)
