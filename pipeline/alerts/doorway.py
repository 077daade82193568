"""The way out to the web for webhooks and chats: hosts are checked, and answers are told apart."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable

import httpcore

from pipeline.addresses import forbidden, parse_address
from pipeline.alerts.sender import Fate

# Answers to a POST that say "not now" rather than "not this" (RFC 9110, 8470, 6585).
_LATER = (408, 409, 425, 429)


class ForbiddenAddress(Exception):
    """A host that leads off the public internet; the message names it and the setting that would allow it."""


def allowed_addresses(host: str, port: int, allow_private: bool) -> list[str]:
    """The addresses of `host`, all of them allowed. Raises OSError (no such host) or ForbiddenAddress.

    Link-local addresses, at which clouds keep a machine's credentials, are never allowed.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    texts = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for text in texts:
        address = parse_address(text)
        if address is None or address.is_link_local or (forbidden(address) and not allow_private):
            raise ForbiddenAddress(
                f"{host} leads to {text}, which is not on the public internet; for a receiver in your own network set "
                "HOTLINE_WEBHOOK_ALLOW_PRIVATE=true"
            )
    return texts


class CheckedBackend(httpcore.NetworkBackend):
    """Connects to the very address that was checked: a second answer of the name server is never asked for."""

    def __init__(self, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Raises ForbiddenAddress, or httpcore's ConnectError and ConnectTimeout."""
        try:
            addresses = allowed_addresses(host, port, self._allow_private)
        except (OSError, UnicodeError) as fault:
            raise httpcore.ConnectError(f"{host}: {fault}") from fault
        for address in addresses[:-1]:
            try:
                return self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._inner.connect_tcp(addresses[-1], port, timeout, local_address, socket_options)


def fate_of_status(status: int) -> Fate:
    """2xx is sent; 5xx and the 4xx that mean "later" may be tried again; all else is refused for good."""
    if 200 <= status < 300:
        return Fate.SENT
    return Fate.TRANSIENT if status >= 500 or status in _LATER else Fate.PERMANENT


def masked(text: str, url: str) -> str:
    """`text` without the parts of `url` that may be secret, on one line and short enough to keep."""
    for part in sorted(set(re.split(r"[/?&=@:#,]+", url.partition("://")[2])), key=len, reverse=True):
        if len(part) >= 5:
            text = text.replace(part, "***")
    return " ".join(text.split())[:300]
