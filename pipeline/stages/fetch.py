"""Stage fetch: brings the page of each discovered item, or the reason why it cannot be had."""

from __future__ import annotations

import asyncio
import logging

from pipeline.domain import Page, Reason, Stage, StageResult
from pipeline.ingest.client import Client
from pipeline.ingest.faults import TEMPORARY
from pipeline.stages.context import StageContext
from pipeline.stages.tally import Tally
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.pages import save_page
from pipeline.warehouse.queue import QueueItem, advance, claim, refuse, retry, waiting
from pipeline.warehouse.revisits import claim_revisits, note_revisit

log = logging.getLogger("hotline.fetch")


def run(context: StageContext, limit: int | None = None) -> StageResult:
    """Fetch waiting items batch by batch until none is left, or `limit` were taken."""
    with context.connection() as connection:
        return asyncio.run(_Run(context, connection).work(limit))


class _Run:
    def __init__(self, context: StageContext, connection: Connection) -> None:
        self._settings = context.settings
        self._connection = connection
        self._tally = Tally("fetch")
        # Items to be tried again, with the fault. They stay claimed until the end of this run: asked again at once, a
        # server that is down would use up all its tries within a second.
        self._again: dict[int, str] = {}

    async def work(self, limit: int | None) -> StageResult:
        settings = self._settings
        try:
            async with Client(settings) as client:
                while limit is None or self._tally.taken < limit:
                    size = min(
                        settings.batch_size, limit - self._tally.taken if limit is not None else settings.batch_size
                    )
                    items = claim(self._connection, Stage.DISCOVERED, size, settings.lease_seconds)
                    if not items:
                        break
                    self._tally.taken += len(items)
                    await self._batch(client, items)
                await self._revisit(client, limit)
        finally:
            if not self._connection.closed:
                self._give_back()
        left = waiting(self._connection, Stage.DISCOVERED)
        return self._tally.result(left)

    async def _batch(self, client: Client, items: list[QueueItem]) -> None:
        tasks = [asyncio.create_task(_fetch(client, item)) for item in items]
        try:
            for done in asyncio.as_completed(tasks):
                item, page = await done
                self._settle(item, page)
        finally:
            for task in tasks:
                task.cancel()

    async def _revisit(self, client: Client, limit: int | None) -> None:
        """Look again at pages that are due, as far as `limit` leaves room. A page that is gone stays what it was."""
        settings = self._settings
        while limit is None or self._tally.taken < limit:
            size = settings.batch_size if limit is None else min(settings.batch_size, limit - self._tally.taken)
            due = claim_revisits(self._connection, settings.now(), size, settings.lease_seconds)
            if not due:
                return
            self._tally.taken += len(due)
            tasks = [
                asyncio.create_task(client.fetch(one.url, etag=one.etag, last_modified=one.last_modified))
                for one in due
            ]
            try:
                for one, task in zip(due, tasks, strict=True):
                    note_revisit(self._connection, one.item_id, await task, settings.revisit_after)
                    self._connection.commit()
                    self._tally.done += 1
            finally:
                for task in tasks:
                    task.cancel()

    def _settle(self, item: QueueItem, page: Page) -> None:
        """One transaction: the page and the item's next stage, or its refusal."""
        try:
            if page.reason is None:
                save_page(self._connection, item.item_id, page)
                advance(self._connection, item.item_id, Stage.FETCHED)
                self._tally.done += 1
            elif page.reason in TEMPORARY and item.attempts + 1 < self._settings.max_attempts:
                self._again[item.item_id] = f"{page.reason}: {page.detail}"
            else:
                refuse(self._connection, item.item_id, page.reason, page.detail)
                self._tally.refuse(page.reason)
            self._connection.commit()
        except Exception as error:
            if self._connection.closed:
                raise
            self._connection.rollback()
            log.exception("item %d (%s) could not be settled", item.item_id, item.url)
            self._again[item.item_id] = f"{type(error).__name__}: {error}"[:500]

    def _give_back(self) -> None:
        self._connection.rollback()
        for item_id, detail in sorted(self._again.items()):
            if not retry(self._connection, item_id, detail, self._settings.max_attempts):
                self._tally.refuse(Reason.RETRIES_EXHAUSTED)
            self._connection.commit()
        self._again.clear()


async def _fetch(client: Client, item: QueueItem) -> tuple[QueueItem, Page]:
    return item, await client.fetch(item.url)
