"""Which network addresses may be connected to, and the connection that goes to the very address that was checked.

A URL comes from strangers: a feed, a redirect. Unchecked, it could make us read the machine's own services, its
network or a cloud's metadata (SSRF). So a name is resolved here, each of its addresses is checked, and the
connection is made to the checked address itself: a second, different answer of the name server is never asked for.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable

import httpcore

from pipeline.addresses import forbidden, is_loopback_host, parse_address
from pipeline.domain import Reason
from pipeline.ingest.faults import Fault

Resolver = Callable[[str, int], Awaitable[list[str]]]
SocketOptions = Iterable[httpcore.SOCKET_OPTION]

MOST_ADDRESSES_TRIED = 4


async def resolve(host: str, port: int) -> list[str]:
    """All addresses of `host` by the system's resolver, in its order. Raises OSError where there is none."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Guard:
    """Resolves and checks hosts. Loopback is open on `loopback_port` alone, to a host that says it is loopback.

    The last condition keeps a stranger's domain from pointing at the one open port.
    """

    def __init__(self, loopback_port: int | None, resolver: Resolver = resolve) -> None:
        self._loopback_port = loopback_port
        self._resolver = resolver

    async def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of `host`, every one of them allowed. Raises Fault: dns_failed or forbidden_address."""
        try:
            found = await self._resolver(host, port)
        except (OSError, UnicodeError) as error:  # UnicodeError: a label too long for IDNA
            raise Fault(Reason.DNS_FAILED, f"{host}: {error}") from error
        if not found:
            raise Fault(Reason.DNS_FAILED, f"{host}: no address")
        for text in found:
            self._check(host, port, text)
        return found

    def _check(self, host: str, port: int, text: str) -> None:
        address = parse_address(text)
        if address is None:
            raise Fault(Reason.DNS_FAILED, f"{host}: the resolver answered {text!r}, which is no address")
        if address.is_loopback and port == self._loopback_port and is_loopback_host(host):
            return
        if forbidden(address):
            raise Fault(
                Reason.FORBIDDEN_ADDRESS, f"{host}:{port} leads to {address}, which is not on the public internet"
            )


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects only to addresses that a Guard has passed. TLS still names the host, as httpcore sets SNI by the URL."""

    def __init__(self, guard: Guard, inner: httpcore.AsyncNetworkBackend | None = None) -> None:
        self._guard = guard
        self._inner = inner or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: SocketOptions | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, check, connect to one of the checked addresses. Raises Fault, or httpcore's errors."""
        addresses = await self._guard.addresses(host, port)
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in addresses[:MOST_ADDRESSES_TRIED]:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        assert failure is not None  # the guard never returns an empty list
        raise failure

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: SocketOptions | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Never: no URL leads to a socket file."""
        raise Fault(Reason.FORBIDDEN_ADDRESS, f"unix socket {path}")

    async def sleep(self, seconds: float) -> None:
        """As httpcore asks for between its retries."""
        await asyncio.sleep(seconds)
