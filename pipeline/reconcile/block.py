"""Settle fresh reports against what the warehouse holds, by blocks, so that the cost does not grow with history."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from pipeline.domain import Contact, StoredReport
from pipeline.reconcile.cluster import reconcile

Fetch = Callable[[Collection[int]], Sequence[StoredReport]]
KnownOf = Callable[[Collection[int]], Mapping[int, str]]


def settle_fresh(fetch: Fetch, known_of: KnownOf, fresh_articles: Collection[int]) -> list[Contact]:
    """The contacts that the reports of `fresh_articles` made or may have changed: what has to be saved.

    `fetch` gives the block around some articles: every report near theirs in time that shares a participant;
    `known_of` the contact ids that report ids belong to. The block is widened until it holds the whole neighbourhood of
    all that changes, so that settling article by article ends where settling everything at once does.
    """
    articles = set(fresh_articles)
    while True:
        block = fetch(sorted(articles))
        known = known_of([r.report_id for r in block])
        fresh = {r.report_id for r in block if r.article_id in fresh_articles}
        changed = touched(reconcile(block, known), known, fresh)
        ids = {report_id for contact in changed for report_id in contact.report_ids}
        wider = articles | {r.article_id for r in block if r.report_id in ids}
        if wider == articles:
            return changed
        articles = wider


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
