"""The loop that stages over items share: claim a batch, work item by item, one transaction each."""

from __future__ import annotations

import logging
from collections.abc import Callable

from structlog.contextvars import bound_contextvars

from pipeline.domain import Reason, Stage, StageResult
from pipeline.stages.context import StageContext
from pipeline.stages.tally import Tally
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.queue import QueueItem, claim, retry, waiting

log = logging.getLogger("hotline.stage")

# What a piece of work answers: None where it went through, or why it refused the item.
Work = Callable[[Connection, QueueItem], Reason | None]


def drain(context: StageContext, name: str, queue: Stage, limit: int | None, work: Work) -> StageResult:
    """Hand each item of `queue` to `work` until none is left or `limit` were taken.

    `work` does all its writing, the item's own `advance` or `refuse` included, on the connection it is given; that is
    committed when it returns and rolled back when it raises. Then the try is counted, and at last the item is refused.
    """
    tally = Tally(name)
    settings = context.settings
    with context.connection() as connection:
        while limit is None or tally.taken < limit:
            batch = settings.batch_size if limit is None else min(settings.batch_size, limit - tally.taken)
            items = claim(connection, queue, batch, settings.lease_seconds)
            if not items:
                break
            for item in items:
                tally.taken += 1
                # In every line that is logged meanwhile, by whomever.
                with bound_contextvars(item_id=item.item_id, feed_id=item.feed_id):
                    try:
                        reason = work(connection, item)
                        connection.commit()
                    except Exception as fault:
                        if not count_failure(connection, name, item, fault, settings.max_attempts):
                            tally.refuse(Reason.RETRIES_EXHAUSTED)
                        continue
                if reason is None:
                    tally.done += 1
                else:
                    tally.refuse(reason)
        return tally.result(waiting(connection, queue))


def count_failure(connection: Connection, name: str, item: QueueItem, fault: Exception, most: int) -> bool:
    """Undo an item's work and count the try; False if it was refused. Raises `fault` if the connection is gone:
    that is no fault of the item's."""
    if connection.closed:
        raise fault
    connection.rollback()
    log.exception("%s: item %d (%s) failed", name, item.item_id, item.url, exc_info=fault)
    kept = retry(connection, item.item_id, f"{type(fault).__name__}: {fault}"[:500], most)
    connection.commit()
    return kept
