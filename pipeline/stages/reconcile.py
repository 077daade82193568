"""Contact reports -> contacts, and the alerts of what is new: in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from pipeline.alerts.desk import Desk
from pipeline.alerts.firstrun import meet
from pipeline.domain import Contact, Reason, Stage, StageResult, StoredReport
from pipeline.reconcile.block import settle_fresh
from pipeline.reconcile.doubt import doubt
from pipeline.reconcile.rulings import NONE, Rulings
from pipeline.stages.context import StageContext
from pipeline.stages.desk import open_desk
from pipeline.stages.drain import count_failure
from pipeline.stages.tally import Tally
from pipeline.warehouse.articles import load_article
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.contacts import Change, block_reports, known_contacts, save_contacts
from pipeline.warehouse.doubts import save_doubts
from pipeline.warehouse.queue import QueueItem, advance, claim, waiting
from pipeline.warehouse.rebuild import is_quiet, kin_of
from pipeline.warehouse.review import withdraw_rejected
from pipeline.warehouse.rulings import bound_articles, rulings

log = logging.getLogger("hotline.stage")

# Items settled in one transaction. Large, so that an alert is written when all that waits has been read: with every
# source, not with the first. A thousand reports settle in seconds.
BATCH = 1000


def run(context: StageContext, limit: int | None = None) -> StageResult:
    """Settle what was understood, oldest first. Raises RulesError or TopicsConfigError for a broken file of config/.

    Several may run at once: the warehouse lets one settle at a time. Where a batch fails, its items are settled one by
    one, so that a faulty item holds up nobody else.
    """
    settings = context.settings
    desk = open_desk(settings)
    tally = Tally("reconcile")
    with context.connection() as connection:
        if primed := meet(connection, desk, context.now()):
            log.info("new readers of alerts: %d contacts known before are not sent (docs/alerts.md)", primed)
        connection.commit()
        while limit is None or tally.taken < limit:
            batch = BATCH if limit is None else min(BATCH, limit - tally.taken)
            items = claim(connection, Stage.UNDERSTOOD, batch, settings.lease_seconds)
            if not items:
                break
            tally.taken += len(items)
            if not _settled(connection, items, desk, context, tally, last_try=len(items) == 1):
                for item in items if len(items) > 1 else ():
                    _settled(connection, [item], desk, context, tally, last_try=True)
        return tally.result(waiting(connection, Stage.UNDERSTOOD))


def _settled(
    connection: Connection,
    items: Sequence[QueueItem],
    desk: Desk,
    context: StageContext,
    tally: Tally,
    last_try: bool,
) -> bool:
    """Settle some items and commit; where that fails, undo it and, on the last try, count it against the item."""
    try:
        settle(connection, items, desk, context.now())
        connection.commit()
    except Exception as fault:
        if connection.closed:
            raise
        connection.rollback()
        most = context.settings.max_attempts
        if last_try and not count_failure(connection, "reconcile", items[0], fault, most):
            tally.refuse(Reason.RETRIES_EXHAUSTED)
        return False
    tally.done += len(items)
    return True


def settle(connection: Connection, items: Sequence[QueueItem], desk: Desk, now: datetime) -> None:
    """Settle the reports of some items, put alerts into the outbox, and pass the items on. Does not commit."""
    articles = [load_article(connection, item.item_id)[0] for item in items]
    for change in derive(connection, articles, now):
        if change.kind in ("new", "changed") and not is_quiet(connection, change.contact):
            desk.alert(connection, change.contact, now)
        if change.kind in ("changed", "withdrawn"):
            desk.follow_up(connection, change.contact, now, withdrawn=change.kind == "withdrawn")
    for item in items:
        advance(connection, item.item_id, Stage.RECONCILED)


def derive(connection: Connection, articles: Collection[int], now: datetime) -> list[Change]:
    """Settle the reports of some articles by what they say and by what people decided, and save what comes out.

    Contacts that one of these articles no longer speaks of are settled from what is left. Does not commit.
    """
    fresh = {*articles, *kin_of(connection, articles)}
    seen: dict[int, StoredReport] = {}
    ruled = NONE

    def fetch(ids: Collection[int]) -> list[StoredReport]:
        nonlocal ruled
        bound = {*ids, *bound_articles(connection, ids)}
        block = block_reports(connection, bound)
        seen.update((r.report_id, r) for r in block)
        ruled = rulings_for(connection, block)
        return block

    contacts = settle_fresh(fetch, lambda ids: known_contacts(connection, ids), fresh, lambda _: ruled)
    changes = save_contacts(connection, contacts, now, articles)
    note_doubts(connection, contacts, seen, ruled)
    rejected = [r for r, stored in seen.items() if r in ruled.rejected and stored.article_id in fresh]
    withdraw_rejected(connection, rejected, [c.contact_id for c in contacts], now)
    return changes


def rulings_for(connection: Connection, reports: Collection[StoredReport]) -> Rulings:
    """What people decided, as far as it binds these reports."""
    ruled = rulings(connection, {r.article_id for r in reports})
    return Rulings(ruled.together, ruled.apart, ruled.rejected)


def note_doubts(
    connection: Connection, contacts: Sequence[Contact], reports: Mapping[int, StoredReport], ruled: Rulings
) -> None:
    """Write down which of these contacts a person should look at."""
    found = {c.contact_id: doubt(c, [reports[r] for r in c.report_ids], ruled.rejected) for c in contacts}
    rows = {key: (d.score, d.kinds, d.why, d.hanging) for key, d in found.items() if d is not None}
    save_doubts(connection, list(found), rows)
