"""Webhooks: a message as versioned JSON (docs/webhook-v1.schema.json), signed, posted to an address of the web."""

from __future__ import annotations

import hashlib
import hmac
import json
import ssl
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpcore

from pipeline.alerts.doorway import CheckedBackend, ForbiddenAddress, fate_of_status, masked
from pipeline.alerts.sender import Fate, Outcome
from pipeline.warehouse.outbox import OutboxMessage

VERSION = 1
EVENTS = {"contact": "contact.new", "update": "contact.update"}
MOST_REPLY = 2000
LONGEST_WAIT = 86400.0
# How far apart the clocks of the two sides may be, and how old a posting that somebody replays.
TOLERANCE = 300.0
_NAMESPACE = uuid.UUID("7d1d4e0c-0f6c-5c1b-9a53-2b1f0a6b3f11")


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where to post, the secret to sign with, and how many seconds to wait for an answer."""

    url: str
    secret: str
    seconds: float = 30.0
    allow_private: bool = False


class WebhookChannel:
    """One receiver. Each delivery has a connection of its own; redirects are not followed."""

    def __init__(self, hook: Webhook) -> None:
        self._hook = hook

    def deliver(self, message: OutboxMessage) -> Outcome:
        """Post once. What broke after the first byte of the posting went out is ambiguous."""
        hook = self._hook
        if not hook.secret:
            return Outcome(
                Fate.TRANSIENT,
                "not sent: there is no secret to sign it with; set HOTLINE_WEBHOOK_SECRET, or write it into the URL: "
                "webhook+https://:SECRET@host/path",
            )
        posted = body(message)
        headers: dict[bytes | str, bytes | str] = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Hotline-Webhook/1",
            "Connection": "close",
            "X-Hotline-Event": EVENTS.get(message.kind, message.kind),
            "X-Hotline-Delivery": delivery_id(message.message_id),
            "X-Hotline-Attempt": str(message.attempts + 1),
            "X-Hotline-Signature": sign(hook.secret, posted, int(time.time())),
        }
        try:
            status, wait, answer = self._post(posted, headers)
        except ForbiddenAddress as fault:
            return Outcome(Fate.PERMANENT, f"not sent: {fault}")
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as fault:
            return Outcome(Fate.TRANSIENT, f"no connection: {self._told(fault)}")
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as fault:
            return Outcome(Fate.AMBIGUOUS, f"no answer after it was posted: {self._told(fault)}")
        except (httpcore.UnsupportedProtocol, ValueError) as fault:
            return Outcome(Fate.PERMANENT, f"not sent: {self._told(fault)}")
        reply = f"{status} {self._told(answer)}".strip()
        if 300 <= status < 400:
            reply += " (redirects are not followed: write the address it leads to)"
        return Outcome(fate_of_status(status), reply, wait)

    def _post(self, posted: bytes, headers: dict[bytes | str, bytes | str]) -> tuple[int, float, str]:
        """Status, the pause that the receiver asks for, and the beginning of its answer."""
        seconds = self._hook.seconds
        limits = {"connect": min(10.0, seconds), "read": seconds, "write": seconds, "pool": seconds}
        with (
            httpcore.ConnectionPool(
                ssl_context=ssl.create_default_context(), network_backend=CheckedBackend(self._hook.allow_private)
            ) as pool,
            pool.stream(
                "POST", self._hook.url, headers=headers, content=posted, extensions={"timeout": limits}
            ) as response,
        ):
            wait = next((value for key, value in response.headers if key.lower() == b"retry-after"), None)
            return response.status, retry_after(wait), _beginning(response, seconds)

    def _told(self, what: Exception | str) -> str:
        """In words, without what the URL may hold of secrets; its host is none."""
        text = what if isinstance(what, str) else str(what) or type(what).__name__
        _, _, rest = self._hook.url.partition("://")[2].partition("/")
        return masked(text, f"x://{rest}")


def body(message: OutboxMessage) -> bytes:
    """What is posted, the same in every attempt."""
    posted: dict[str, Any] = {
        "version": VERSION,
        "id": delivery_id(message.message_id),
        "event": EVENTS.get(message.kind, message.kind),
        "rule": message.rule,
        "written_at": message.as_of.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "follows": delivery_id(message.in_reply_to) if message.in_reply_to else None,
        "subject": message.subject,
        "text": message.text,
        "contact": message.payload,
    }
    return json.dumps(posted, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def delivery_id(message_id: str) -> str:
    """The id of a delivery, the same in every attempt: by it a receiver tells a double."""
    return str(uuid.uuid5(_NAMESPACE, message_id))


def sign(secret: str, posted: bytes, now: int) -> str:
    """The header X-Hotline-Signature: `t` in seconds since 1970, and the HMAC-SHA256 of "t.body" in hex."""
    made = hmac.new(secret.encode(), f"{now}.".encode() + posted, hashlib.sha256).hexdigest()
    return f"t={now},v1={made}"


def verify(secret: str, posted: bytes, header: str, now: float) -> bool:
    """Whether `header` is our signature of `posted`, made within five minutes of `now`."""
    parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    if not parts.get("t", "").isdecimal() or abs(now - int(parts["t"])) > TOLERANCE:
        return False
    return hmac.compare_digest(sign(secret, posted, int(parts["t"])), header)


def retry_after(value: bytes | None) -> float:
    """The seconds that a header Retry-After asks for, in either of its forms; 0 where it asks for nothing."""
    text = (value or b"").decode("ascii", "replace").strip()
    if text.isdecimal():
        return min(float(text), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return 0.0
    seconds = (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), LONGEST_WAIT)


def _beginning(response: httpcore.Response, seconds: float) -> str:
    """The first of the answer's text: the status has told all that matters, so nothing here is a fault."""
    deadline, read = time.monotonic() + seconds, b""
    try:
        for chunk in response.iter_stream():
            read += chunk
            if len(read) >= MOST_REPLY or time.monotonic() > deadline:
                break
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError):
        pass
    return read[:MOST_REPLY].decode("utf-8", "replace")
