"""What can go wrong between a URL and its bytes, each with its reason from the closed list."""

from __future__ import annotations

import ssl

import httpx

from pipeline.domain import Reason

# Worth another try later: the page may well be there. All others stay as they are until somebody mends something.
TEMPORARY = frozenset(
    {
        Reason.DNS_FAILED,
        Reason.CONNECT_FAILED,
        Reason.TIMEOUT,
        Reason.PROTOCOL_ERROR,
        Reason.ROBOTS_UNREACHABLE,
        Reason.HTTP_TOO_MANY_REQUESTS,
        Reason.HTTP_SERVER_ERROR,
    }
)

_BY_STATUS = {
    401: Reason.HTTP_FORBIDDEN,
    403: Reason.HTTP_FORBIDDEN,
    404: Reason.HTTP_NOT_FOUND,
    410: Reason.HTTP_GONE,
    429: Reason.HTTP_TOO_MANY_REQUESTS,
    451: Reason.HTTP_FORBIDDEN,
}


class Fault(Exception):
    """A fetch ended without a page; `reason` is for counting, `detail` for the person who looks into it."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def reason_of_status(status: int) -> Reason | None:
    """The reason that an HTTP status gives, None for a success."""
    if 200 <= status < 300:
        return None
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if 400 <= status < 500:
        return Reason.HTTP_CLIENT_ERROR
    if 500 <= status < 600:
        return Reason.HTTP_SERVER_ERROR
    return Reason.PROTOCOL_ERROR


def fault_of(error: Exception) -> Fault:
    """Translates what httpx (or the layers below it) raised."""
    if isinstance(error, Fault):
        return error
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, Fault):
            return cause
        if isinstance(cause, ssl.SSLError):
            return Fault(Reason.TLS_FAILED, _words(cause))
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return Fault(Reason.TIMEOUT, _words(error))
    if isinstance(error, httpx.UnsupportedProtocol):
        return Fault(Reason.UNSUPPORTED_SCHEME, _words(error))
    if isinstance(error, httpx.InvalidURL):
        return Fault(Reason.BAD_URL, _words(error))
    if isinstance(error, httpx.ConnectError):
        return Fault(Reason.CONNECT_FAILED, _words(error))
    if isinstance(error, httpx.ReadError | httpx.WriteError | httpx.NetworkError):
        return Fault(Reason.CONNECT_FAILED, f"the connection broke: {_words(error)}")
    return Fault(Reason.PROTOCOL_ERROR, _words(error))


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")[:500]
