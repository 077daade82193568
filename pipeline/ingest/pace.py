"""How fast we ask: so many requests at once over all, one at a time and a pause between for each host."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pipeline.domain import Reason
from pipeline.ingest.faults import Fault


class Pace:
    """Turnstiles by host. A host whose gap is 0 has no turnstile, only the global one."""

    def __init__(self, concurrency: int) -> None:
        self._all = asyncio.Semaphore(concurrency)
        self._locks: dict[str, asyncio.Lock] = {}
        self._free_at: dict[str, float] = {}

    @asynccontextmanager
    async def turn(self, host: str, gap: float) -> AsyncIterator[None]:
        """Waits for this host's turn and a free place; `gap`: least seconds since its last request ended."""
        if gap <= 0:
            async with self._all:
                yield
            return
        # The host's turn is waited for before the place is taken, so that a slow host holds up no other.
        async with self._locks.setdefault(host, asyncio.Lock()):
            await asyncio.sleep(max(0.0, self._free_at.get(host, 0.0) - time.monotonic()))
            async with self._all:
                try:
                    yield
                finally:
                    self._free_at[host] = time.monotonic() + gap


class Breaker:
    """Leaves a server alone that does not answer: fifty pages of it would wait out fifty deadlines one by one."""

    FAILURES = 3
    REST_SECONDS = 120.0
    _SILENCE = frozenset({Reason.CONNECT_FAILED, Reason.TIMEOUT, Reason.DNS_FAILED})

    def __init__(self) -> None:
        self._failures: dict[str, tuple[int, float]] = {}

    def check(self, server: str) -> None:
        """Raises Fault: connect_failed while `server` rests. After that one request may try it again."""
        count, last = self._failures.get(server, (0, 0.0))
        if count >= self.FAILURES and time.monotonic() < last + self.REST_SECONDS:
            raise Fault(
                Reason.CONNECT_FAILED, f"{server} did not answer {count} times in a row; not asked again for now"
            )

    def note(self, server: str, fault: Fault | None) -> None:
        """How a request to `server` ended."""
        if fault is None or fault.reason not in self._SILENCE:
            self._failures.pop(server, None)
        else:
            self._failures[server] = (self._failures.get(server, (0, 0.0))[0] + 1, time.monotonic())
