"""robots.txt by RFC 9309: read once per origin, kept for a day, obeyed for pages.

Feeds are not asked for: an outlet publishes them for programs, and each was put into feeds.yaml by a person.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx
from protego import Protego

from pipeline.domain import Page, Reason
from pipeline.ingest.faults import Fault

# RFC 9309: a crawler reads at least 500 KiB, keeps a copy for at most 24 hours, and treats an unreachable file as
# "disallow all"; that verdict is kept only for a while, since servers come back.
MOST_BYTES = 500 * 1024
KEEP_SECONDS = 24 * 3600.0
KEEP_FAILURE_SECONDS = 600.0
# A crawl-delay beyond this would stop an outlet's news for good; it is obeyed up to here.
LONGEST_DELAY = 30.0

# The page on the same origin would fail in the same way, so its own reason is the honest one.
_SAME_FOR_PAGE = frozenset(
    {Reason.DNS_FAILED, Reason.CONNECT_FAILED, Reason.TLS_FAILED, Reason.FORBIDDEN_ADDRESS, Reason.BAD_URL}
)


@dataclass(frozen=True, slots=True)
class Rules:
    """What one origin's robots.txt says; `parser` is None where everything is allowed, `fault` where nothing is."""

    parser: Protego | None
    fault: Fault | None
    until: float


class Robots:
    """The rules of the origins met so far. `read` fetches a robots.txt by the same guarded client."""

    def __init__(self, agent: str, read: Callable[[str], Awaitable[Page]]) -> None:
        self._agent = agent
        self._read = read
        self._rules: dict[str, Rules] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def check(self, url: httpx.URL) -> float:
        """The crawl-delay in seconds (0: none) where `url` may be fetched; raises Fault where it may not."""
        rules = await self._rules_of(url)
        if rules.fault is not None:
            raise rules.fault
        if rules.parser is None:
            return 0.0
        if not rules.parser.can_fetch(str(url), self._agent):
            raise Fault(Reason.ROBOTS_DISALLOWED, f"{origin(url)}/robots.txt disallows {url.path}")
        return min(float(rules.parser.crawl_delay(self._agent) or 0.0), LONGEST_DELAY)

    async def _rules_of(self, url: httpx.URL) -> Rules:
        key = origin(url)
        async with self._locks.setdefault(key, asyncio.Lock()):
            rules = self._rules.get(key)
            if rules is None or rules.until < time.monotonic():
                rules = self._rules[key] = judge(await self._read(f"{key}/robots.txt"), time.monotonic())
        return rules


def origin(url: httpx.URL) -> str:
    """`scheme://host[:port]`: what a robots.txt speaks for."""
    host = f"[{url.host}]" if ":" in url.host else url.host
    return f"{url.scheme}://{host}" + (f":{url.port}" if url.port else "")


def judge(page: Page, now: float) -> Rules:
    """The rules that an answer to GET /robots.txt amounts to."""
    if page.reason is None:
        return Rules(Protego.parse(page.body.decode("utf-8", "replace")), None, now + KEEP_SECONDS)
    status = page.status or 0
    # 429 is a 4xx by number but a "come back later" by meaning: treated as unreachable.
    if 400 <= status < 500 and status != 429:
        return Rules(None, None, now + KEEP_SECONDS)
    if page.reason in (Reason.TOO_MANY_REDIRECTS, Reason.UNSUPPORTED_CONTENT_TYPE):
        return Rules(None, None, now + KEEP_SECONDS)
    reason = page.reason if page.reason in _SAME_FOR_PAGE else Reason.ROBOTS_UNREACHABLE
    detail = f"{page.url}: {page.reason}: {page.detail}"
    return Rules(None, Fault(reason, detail), now + KEEP_FAILURE_SECONDS)
