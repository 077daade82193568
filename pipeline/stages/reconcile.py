"""Contact reports -> contacts, and the alerts of what is new: in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pipeline.alerts.desk import Desk
from pipeline.alerts.mail import domain_of
from pipeline.alerts.rules import load_rules
from pipeline.domain import Reason, Stage, StageResult
from pipeline.reconcile.block import settle_fresh
from pipeline.stages.context import StageContext
from pipeline.stages.drain import count_failure
from pipeline.stages.tally import Tally
from pipeline.understand.topicsconfig import load_topics
from pipeline.warehouse.articles import load_article
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.contacts import block_reports, known_contacts, save_contacts
from pipeline.warehouse.queue import QueueItem, advance, claim, waiting

# Items settled in one transaction. Large, so that an alert is written when all that waits has been read: with every
# source, not with the first. A thousand reports settle in seconds.
BATCH = 1000


def run(context: StageContext, limit: int | None = None) -> StageResult:
    """Settle what was understood, oldest first. Raises RulesError or TopicsConfigError for a broken file of config/.

    Several may run at once: the warehouse lets one settle at a time. Where a batch fails, its items are settled one by
    one, so that a faulty item holds up nobody else.
    """
    settings = context.settings
    desk = Desk(
        rules=load_rules(settings.alerts_file),
        labels={topic.topic: topic.label for topic in load_topics(settings.topics_file)},
        domain=domain_of(settings.mail_from),
        max_age_days=settings.alert_max_age_days,
    )
    tally = Tally("reconcile")
    with context.connection() as connection:
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
    contacts = settle_fresh(
        lambda ids: block_reports(connection, ids), lambda ids: known_contacts(connection, ids), articles
    )
    for change in save_contacts(connection, contacts, now, articles):
        if change.kind in ("new", "changed"):
            desk.alert(connection, change.contact, now)
        if change.kind in ("changed", "withdrawn"):
            desk.follow_up(connection, change.contact, now, withdrawn=change.kind == "withdrawn")
    for item in items:
        advance(connection, item.item_id, Stage.RECONCILED)
