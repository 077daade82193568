"""Contacts are a function of the set of reports: no order of arrival, no split of the stream, no id changes them."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.domain import Contact, StoredReport
from pipeline.reconcile.block import settle_fresh
from pipeline.reconcile.cluster import reconcile

Report = Callable[..., StoredReport]
START = date(2022, 2, 1)

WHO = [
    "macron putin",
    "macron putin",
    "macron putin",
    "macron scholz",
    "putin scholz",
    "macron putin scholz",
    "macron putin scholz zelensky",
    "macron",
]
MODES = ["phone", "video", "in_person", "visit", "unspecified", "multilateral"]
STATUSES = ["occurred", "occurred", "occurred", "planned", "cancelled", "denied", "proposed", "ongoing"]
TEXTS = ["", "They spoke on Saturday.", "They spoke again at length.", "A call took place."]


@st.composite
def specs(draw: st.DrawFn) -> dict[str, object]:
    """One report. Small pools, so that reports meet, agree and contradict each other often."""
    day = draw(st.integers(0, 60) | st.integers(10, 16))
    told = datetime.combine(START + timedelta(days=day + draw(st.integers(0, 3))), datetime.min.time())
    return {
        "who": draw(st.sampled_from(WHO)),
        "mode": draw(st.sampled_from(MODES)),
        "day": draw(st.sampled_from([(START + timedelta(days=day)).isoformat()] * 4 + [None])),
        "precision": draw(st.sampled_from(["day"] * 5 + ["week", "month"])),
        "told": (told + timedelta(hours=draw(st.integers(0, 23)))).isoformat(),
        "status": draw(st.sampled_from(STATUSES)),
        "outlet": draw(st.sampled_from(["A", "B", "C", "D", "E"])),
        "minutes": draw(st.sampled_from([None, None, 100, 105, 30])),
        "place": draw(st.sampled_from([None, None, "Moscow", "Kyiv"])),
        "nth": draw(st.sampled_from([None, None, 4, 5])),
        "text": draw(st.sampled_from(TEXTS)),
        "start": draw(st.integers(0, 3)) * 100,
        "historical": draw(st.sampled_from([False] * 5 + [True])),
        "confidence": draw(st.sampled_from([0.6, 0.9, 0.97])),
    }


@st.composite
def worlds(draw: st.DrawFn) -> list[tuple[int, dict[str, object]]]:
    """Reports with the article that each stands in."""
    return draw(st.lists(st.tuples(st.integers(1, 12), specs()), min_size=1, max_size=16))


def build(world: list[tuple[int, dict[str, object]]], report: Report) -> list[StoredReport]:
    """Reports of one article share its outlet and its time."""
    heads: dict[int, dict[str, object]] = {}
    built = []
    for i, (article, spec) in enumerate(world, 1):
        head = heads.setdefault(article, {k: spec[k] for k in ("told", "outlet")})
        built.append(report(i, article=article, **{**spec, **head}))
    return built


def facts(contacts: list[Contact], names: dict[int, int]) -> set[tuple[object, ...]]:
    """Everything but ids, reports under their names; of a link, the reports of what it leads to."""
    members = {c.contact_id: frozenset(names[r] for r in c.report_ids) for c in contacts}
    return {
        (
            members[c.contact_id],
            members[c.part_of] if c.part_of else None,
            replace(c, contact_id="", report_ids=(), part_of=None),
        )
        for c in contacts
    }


@settings(max_examples=60, deadline=None)
@given(worlds(), st.randoms(use_true_random=False))
def test_shuffled_reports_under_other_ids_give_the_same_contacts(
    report: Report, world: list[tuple[int, dict[str, object]]], chance: random.Random
) -> None:
    reports = build(world, report)
    renamed = list(range(101, 101 + len(reports)))
    chance.shuffle(renamed)
    others = [replace(r, report_id=new) for r, new in zip(reports, renamed, strict=True)]
    names = {new: r.report_id for r, new in zip(reports, renamed, strict=True)}
    chance.shuffle(others)
    before = facts(reconcile(reports, {}), {r.report_id: r.report_id for r in reports})
    assert facts(reconcile(others, {}), names) == before


@settings(max_examples=60, deadline=None)
@given(worlds(), st.randoms(use_true_random=False))
def test_a_stream_settled_in_batches_ends_where_one_settling_ends(
    report: Report, world: list[tuple[int, dict[str, object]]], chance: random.Random
) -> None:
    """The same contacts, links and values; on the way each identity stays with its reports, and none is shared."""
    reports = build(world, report)
    house = Warehouse(reports)
    articles = sorted({r.article_id for r in reports})
    chance.shuffle(articles)
    while articles:
        before = dict(house.known)
        house.settle([articles.pop() for _ in range(min(len(articles), chance.randint(1, 4)))])
        check_identities(before, house.known)
    names = {r.report_id: r.report_id for r in reports}
    assert set(house.known) == set(names)
    assert facts(house.standing(), names) == facts(reconcile(reports, {}), names)
    # Settled once more, all at once: nothing moves, no contact changes its name.
    again = reconcile(reports, house.known)
    assert {c.contact_id: c for c in again} == {c.contact_id: c for c in house.standing()}


def check_identities(before: Mapping[int, str], after: Mapping[int, str]) -> None:
    """An id goes to nobody but a contact with reports of its own; where reports stayed together, so did their id."""
    was, now = members(before), members(after)
    for contact_id, reports in now.items():
        former = {before[r] for r in reports if r in before}
        assert contact_id not in was or contact_id in former, "an id went to strangers"
        # Nobody joined and nobody left but those who are new: the name is kept.
        if len(former) == 1 and was[next(iter(former))] <= reports:
            assert contact_id in former, "a contact that only grew got another name"
    # Of a contact that fell apart, one part keeps the name, unless a larger one took that part in.
    for contact_id, reports in was.items():
        heirs = {after[r] for r in reports}
        assert contact_id in heirs or heirs <= {*was}, "a name was lost to a new one"


def members(known: Mapping[int, str]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for report_id, contact_id in known.items():
        found.setdefault(contact_id, set()).add(report_id)
    return found


class Warehouse:
    """What settling asks of the warehouse, in memory: the block of some articles, and who belongs to whom."""

    def __init__(self, reports: list[StoredReport]) -> None:
        self.all = reports
        self.here: set[int] = set()
        self.known: dict[int, str] = {}
        self.saved: dict[str, Contact] = {}

    def settle(self, articles: list[int]) -> None:
        self.here |= set(articles)
        for contact in settle_fresh(self._block, self._known_of, articles):
            self.saved[contact.contact_id] = contact
            for report_id in contact.report_ids:
                self.known[report_id] = contact.contact_id

    def standing(self) -> list[Contact]:
        """What is saved of the contacts that have reports."""
        return [self.saved[contact_id] for contact_id in sorted(set(self.known.values()))]

    def _block(self, articles: Collection[int]) -> list[StoredReport]:
        """As the warehouse has it: what is near, and the other reports of contacts so touched."""
        near = self._near(articles)
        touched = {self.known[r.report_id] for r in near if r.report_id in self.known}
        ids = {r.report_id for r in near} | {r for r, contact_id in self.known.items() if contact_id in touched}
        return [r for r in self.all if r.report_id in ids]

    def _near(self, articles: Collection[int]) -> list[StoredReport]:
        seeds = [r for r in self.all if r.article_id in articles]
        return [
            r
            for r in self.all
            if r.article_id in self.here
            and any(
                {p.name for p in r.report.participants} & {p.name for p in s.report.participants}
                and abs(_when(r) - _when(s)) <= timedelta(days=40)
                for s in seeds
            )
        ]

    def _known_of(self, report_ids: Collection[int]) -> dict[int, str]:
        return {r: self.known[r] for r in report_ids if r in self.known}


def _when(stored: StoredReport) -> datetime:
    if stored.report.date is not None:
        return datetime.combine(stored.report.date, datetime.min.time(), UTC)
    assert stored.published is not None
    return stored.published
