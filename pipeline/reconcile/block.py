"""Settle fresh reports against what the warehouse holds, by blocks, so that the cost does not grow with history."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from pipeline.domain import Contact, StoredReport
from pipeline.reconcile.cluster import reconcile
from pipeline.reconcile.linking import may_be_part
from pipeline.reconcile.rulings import NONE, Rulings

Fetch = Callable[[Collection[int]], Sequence[StoredReport]]
KnownOf = Callable[[Collection[int]], Mapping[int, str]]
RulingsOf = Callable[[Sequence[StoredReport]], Rulings]


def settle_fresh(
    fetch: Fetch, known_of: KnownOf, fresh_articles: Collection[int], rulings_of: RulingsOf | None = None
) -> list[Contact]:
    """The contacts that the reports of `fresh_articles` made or may have changed: what has to be saved.

    `fetch` gives the block around some articles: every report near theirs in time that shares a participant;
    `known_of` the contact ids that report ids belong to, `rulings_of` what people decided of a block's reports. The
    block is widened until it holds the whole neighbourhood of
    all that changes, so that settling article by article ends where settling everything at once does. Where a summit
    changed, the talks that are or were linked to it are among the contacts returned.
    """
    articles = set(fresh_articles)
    while True:
        block = fetch(sorted(articles))
        known = known_of([r.report_id for r in block])
        fresh = {r.report_id for r in block if r.article_id in fresh_articles}
        contacts = reconcile(block, known, rulings_of(block) if rulings_of else NONE)
        changed = touched(contacts, known, fresh)
        parts, wholes = kin(contacts, changed)
        ids = {report_id for contact in (*changed, *parts, *wholes) for report_id in contact.report_ids}
        wider = articles | {r.article_id for r in block if r.report_id in ids}
        if wider == articles:
            return _within([*changed, *parts], known)
        articles = wider


def kin(contacts: Collection[Contact], changed: Collection[Contact]) -> tuple[list[Contact], list[Contact]]:
    """Other contacts that the links of what changed depend on: those that may be part of a changed summit, and the
    summits that these and the changed ones may be part of."""
    ids = {c.contact_id for c in changed}
    summits = [c for c in changed if len(c.participants) >= 3]
    parts = [c for c in contacts if c.contact_id not in ids and any(may_be_part(c, whole) for whole in summits)]
    ids |= {c.contact_id for c in parts}
    wholes = [
        c for c in contacts if c.contact_id not in ids and any(may_be_part(part, c) for part in (*changed, *parts))
    ]
    return parts, wholes


def _within(contacts: Sequence[Contact], known: Mapping[int, str]) -> list[Contact]:
    """Without links to what is saved neither now nor before: a summit whose reports still wait. It will bring them."""
    there = {c.contact_id for c in contacts} | set(known.values())
    return [c if c.part_of is None or c.part_of in there else replace(c, part_of=None) for c in contacts]


def touched(contacts: Iterable[Contact], known: Mapping[int, str], fresh: Iterable[int]) -> list[Contact]:
    """Those contacts that fresh reports may have changed: what has to be saved.

    A contact at the rim of a block may show only a part of its reports; unless a fresh report reached it, directly or
    by way of reports that changed hands, it is left as it stands.
    """
    new = set(fresh)
    rest = list(contacts)
    found: list[Contact] = []
    ids: set[str] = set()
    while True:
        reached = [
            c for c in rest if not new.isdisjoint(c.report_ids) or any(known.get(r) in ids for r in c.report_ids)
        ]
        if not reached:
            return found
        found += reached
        taken = {c.contact_id for c in reached}
        rest = [c for c in rest if c.contact_id not in taken]
        ids |= {known[r] for c in reached for r in c.report_ids if r in known}
