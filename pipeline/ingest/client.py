"""The only place that talks to the web: one URL in, one Page out, whatever the web does meanwhile.

Proxies: none, also not those named in the environment. A proxy would resolve names itself, and the address check
(addresses.py) would be void. SSL_CERT_FILE and SSL_CERT_DIR are honoured.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import Literal

import httpcore
import httpx

from pipeline.addresses import is_loopback_host
from pipeline.domain import Page, Reason
from pipeline.ingest.addresses import Guard, GuardedBackend, Resolver, resolve
from pipeline.ingest.archive import Keeper
from pipeline.ingest.decoding import ACCEPT_ENCODING, decoder_for
from pipeline.ingest.faults import Fault, fault_of, reason_of_status
from pipeline.ingest.mediatypes import ACCEPT, acceptable, content_type_of
from pipeline.ingest.pace import Breaker, Pace
from pipeline.ingest.robots import MOST_BYTES as ROBOTS_BYTES
from pipeline.ingest.robots import Robots
from pipeline.ingest.urls import check_url, join
from pipeline.settings import Settings

Kind = Literal["page", "feed", "robots"]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD = frozenset({301, 308})
# An empty header block of this size is hostile; h11 stops by itself at 100 KiB, h2 at 64 KiB.
_HEADER_LIMIT = 4096


class _Transport(httpx.AsyncHTTPTransport):
    """httpx's own transport over a pool whose connections are made by the guarded backend."""

    def __init__(self, backend: GuardedBackend, settings: Settings) -> None:
        context = httpx.create_ssl_context(trust_env=True)
        super().__init__(verify=context, trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=settings.fetch_concurrency * 2,
            max_keepalive_connections=settings.fetch_concurrency,
            keepalive_expiry=10.0,
            http1=True,
            http2=True,
            network_backend=backend,
        )


@dataclass(slots=True)
class _Visit:
    """One fetch under way: where it stands after its redirects, and the seconds it still has."""

    url: str
    kind: Kind
    etag: str | None
    last_modified: str | None
    seconds_left: float
    final_url: str
    seen: set[str] = field(default_factory=set)
    status: int | None = None
    # Where it has moved, as long as each redirect so far was a permanent one.
    moved_to: str | None = None
    moving: bool = True


class Client:
    """Fetches pages and feeds politely and safely. Use it as an async context manager, within one event loop.

    `resolver` and `network` stand in for the system's resolver and sockets.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        resolver: Resolver = resolve,
        network: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._settings = settings
        backend = GuardedBackend(Guard(settings.allow_loopback_port, resolver), network)
        # The transport is used without httpx's client around it: that one would act on Location headers and keep
        # cookies, and an answer must not depend on what was fetched before it.
        self._transport = _Transport(backend, settings)
        self._headers = {
            "User-Agent": settings.user_agent,
            "Accept-Encoding": ACCEPT_ENCODING,
            "Accept-Language": "en,*;q=0.5",
        }
        self._pace = Pace(settings.fetch_concurrency)
        self._breaker = Breaker()
        self._robots = Robots(settings.user_agent, self._read_robots)
        self._keeper = Keeper(settings)

    async def __aenter__(self) -> Client:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections, and the archive's file."""
        await self._transport.aclose()
        await self._keeper.close()

    async def fetch(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None, kind: Kind = "page"
    ) -> Page:
        """GET `url`. Never raises for the web's faults: then `reason` and `detail` are set and the body is empty.

        `etag` and `last_modified` (as a Page brought them) make it conditional: `not_modified` is the answer 304.
        The deadline counts the time of all hops, not the time waited for a host's turn. A page or feed that was had
        is in the archive when this returns.
        """
        visit = _Visit(url, kind, etag, last_modified, self._settings.fetch_timeout, final_url=url)
        try:
            page = await self._travel(visit)
            if page.reason is None and not page.not_modified and kind != "robots":
                page = await self._keeper.keep(page, kind)
            return page
        except asyncio.CancelledError:
            raise
        except Exception as error:  # the web's faults have no other bound than this
            fault = fault_of(error)
            return replace(self._page(visit), reason=fault.reason, detail=fault.detail)

    def _page(self, visit: _Visit) -> Page:
        """The visit so far as a Page without body, dated by the installation's clock."""
        now: datetime = self._settings.now()
        return Page(
            url=visit.url,
            final_url=visit.final_url,
            status=visit.status,
            body=b"",
            fetched_at=now,
            moved_to=visit.moved_to,
        )

    async def _read_robots(self, url: str) -> Page:
        return await self.fetch(url, kind="robots")

    async def _travel(self, visit: _Visit) -> Page:
        """Follow redirects until a page; each hop is checked like the first."""
        url = visit.url
        for _ in range(self._settings.fetch_max_redirects + 1):
            parsed = check_url(url)
            visit.final_url = str(parsed)
            if visit.final_url in visit.seen:
                raise Fault(Reason.TOO_MANY_REDIRECTS, f"a redirect loop over {visit.final_url}")
            visit.seen.add(visit.final_url)
            delay = await self._robots.check(parsed) if visit.kind == "page" else 0.0
            answer = await self._hop(parsed, visit, delay)
            if isinstance(answer, Page):
                return answer
            url = answer
            visit.moving = visit.moving and visit.status in _FOR_GOOD
            visit.moved_to = url if visit.moving else visit.moved_to
        raise Fault(
            Reason.TOO_MANY_REDIRECTS, f"more than {self._settings.fetch_max_redirects} redirects, last to {url}"
        )

    async def _hop(self, url: httpx.URL, visit: _Visit, delay: float) -> Page | str:
        """One request: a Page, or the address it redirects to."""
        gap = 0.0 if is_loopback_host(url.host) else max(self._settings.fetch_host_gap, delay)
        async with self._pace.turn(url.host, gap):
            self._breaker.check(url.netloc.decode("ascii"))
            began = time.monotonic()
            fault = None
            try:
                async with asyncio.timeout(visit.seconds_left):
                    return await self._request(url, visit)
            except TimeoutError as error:
                fault = Fault(Reason.TIMEOUT, f"{url}: not done within {self._settings.fetch_timeout:g} s")
                raise fault from error
            except Exception as error:
                fault = fault_of(error)
                raise fault from error
            finally:
                self._breaker.note(url.netloc.decode("ascii"), fault)
                visit.seconds_left = max(0.0, visit.seconds_left - (time.monotonic() - began))

    async def _request(self, url: httpx.URL, visit: _Visit) -> Page | str:
        headers = {**self._headers, "Accept": ACCEPT[visit.kind]}
        if visit.etag:
            headers["If-None-Match"] = visit.etag
        if visit.last_modified:
            headers["If-Modified-Since"] = visit.last_modified
        limits = dict.fromkeys(("connect", "read", "write", "pool"), visit.seconds_left)
        request = httpx.Request("GET", url, headers=headers, extensions={"timeout": limits})
        response = await self._transport.handle_async_request(request)
        try:
            visit.status = response.status_code
            location = response.headers.get("location", "").strip()
            if response.status_code in _REDIRECTS and location:
                # Where the two do not join, check_url says what is wrong with the location itself.
                return join(str(url), location) or location
            return await self._answer(response, visit)
        finally:
            await response.aclose()

    async def _answer(self, response: httpx.Response, visit: _Visit) -> Page:
        content_type, charset = content_type_of(response.headers.get("content-type"))
        page = replace(
            self._page(visit),
            content_type=content_type,
            charset=charset,
            etag=_short(response.headers.get("etag")),
            last_modified=_short(response.headers.get("last-modified")),
            headers=_few(response.headers.multi_items()),
        )
        if response.status_code == 304:
            return replace(page, not_modified=True)
        reason = reason_of_status(response.status_code)
        if reason is not None:
            return replace(page, reason=reason, detail=f"HTTP {response.status_code} {response.reason_phrase}".strip())
        if visit.kind == "robots":
            return replace(page, body=await self._body(response, ROBOTS_BYTES, cut=True))
        if not acceptable(visit.kind, content_type):
            return replace(page, reason=Reason.UNSUPPORTED_CONTENT_TYPE, detail=f"Content-Type: {content_type}")
        return replace(page, body=await self._body(response, self._settings.fetch_max_bytes))

    async def _body(self, response: httpx.Response, limit: int, cut: bool = False) -> bytes:
        """The decoded body, at most `limit` bytes on the wire and after decoding; `cut` takes what fits instead."""
        declared = response.headers.get("content-length", "")
        if not cut and declared.isascii() and declared.isdigit() and int(declared[:20]) > limit:
            raise Fault(Reason.TOO_LARGE, f"Content-Length {declared[:20]}, the limit is {limit} bytes")
        decoder = decoder_for(response.headers.get("content-encoding"))
        body = bytearray()
        wire = 0
        async for chunk in response.aiter_raw():
            wire += len(chunk)
            for piece in decoder.feed(chunk):
                body += piece
                if max(len(body), wire) > limit:
                    if cut:
                        return bytes(body[:limit])
                    raise Fault(Reason.TOO_LARGE, f"more than {limit} bytes ({wire} on the wire)")
            # An answer that arrives without a pause would keep the loop, and its deadlines, from running.
            await asyncio.sleep(0)
        decoder.finish()
        return bytes(body)


def _short(header: str | None) -> str | None:
    """A validator worth keeping; one of absurd length is not sent back."""
    return header if header and len(header) <= _HEADER_LIMIT else None


def _few(headers: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Headers for the archive, without those of absurd number or length, and without cookies: nobody's business."""
    return tuple((n, v) for n, v in headers[:100] if len(n) + len(v) <= _HEADER_LIMIT and n.lower() != "set-cookie")
