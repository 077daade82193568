"""How fast we ask: so many requests at once over all, one at a time and a pause between for each host."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Pace:
    """Turnstiles by host. A host whose gap is 0 has no turnstile, only the global one."""

    def __init__(self, concurrency: int) -> None:
        self._all = asyncio.Semaphore(concurrency)
        self._locks: dict[str, asyncio.Lock] = {}
        self._free_at: dict[str, float] = {}

    @asynccontextmanager
    async def turn(self, host: str, gap: float) -> AsyncIterator[None]:
        """Waits for this host's turn and a free place; `gap` is the least seconds since its last request began."""
        if gap <= 0:
            async with self._all:
                yield
            return
        # The host's turn is waited for before the place is taken, so that a slow host holds up no other.
        async with self._locks.setdefault(host, asyncio.Lock()):
            await asyncio.sleep(max(0.0, self._free_at.get(host, 0.0) - time.monotonic()))
            async with self._all:
                self._free_at[host] = time.monotonic() + gap
                yield
