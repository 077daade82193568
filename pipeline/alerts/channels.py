"""Whom an alert goes to, and by which way: one small interface for mail, webhooks and chat services."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable
from typing import Literal, Protocol
from urllib.parse import unquote, urlsplit

from dotenv import dotenv_values
from pydantic import SecretStr

from pipeline.alerts.chat import ChatChannel, check_chat
from pipeline.alerts.mail import compose
from pipeline.alerts.sender import Courier, Fate, Outcome
from pipeline.alerts.webhooks import Webhook, WebhookChannel
from pipeline.settings import ROOT, Settings
from pipeline.warehouse.outbox import OutboxMessage

Way = Literal["mail", "webhook", "chat"]

# An address as SMTP's RCPT takes it, nothing that could open a second header or a second recipient.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SCHEME = re.compile(r"[a-z0-9][a-z0-9+-]*")
LEAST_SECRET = 16
# A recipient that fails so often in one run is left alone for the rest of it.
MOST_FAULTS = 2


class Channel(Protocol):
    """A way out for messages."""

    def deliver(self, message: OutboxMessage) -> Outcome:
        """Try once to deliver `message`, and tell what became of it, with the other side's own words."""


class Recipient(str):
    """A recipient under the name by which it is shown, stored and logged.

    A mail address is its own name. That of a channel, "slack://*#3fa9c1d2", tells the service and not the address with
    its tokens: that is in `url` alone. The number is made from the address as it was written, so that a token from an
    environment variable can change without the recipient becoming another one.
    """

    way: Way
    url: SecretStr

    # The defaults are for copies alone, which bring their attributes along.
    def __new__(cls, name: str, way: Way = "mail", url: str = "") -> Recipient:
        made = super().__new__(cls, name)
        made.way, made.url = way, SecretStr(url)
        return made


def is_address(text: str) -> bool:
    """Whether `text` is one plain e-mail address, name@host."""
    return _ADDRESS.fullmatch(text) is not None


def parse_recipient(text: str) -> Recipient:
    """A recipient as rules write it: an e-mail address, `webhook+https://...`, or an Apprise URL such as slack://...

    `${NAME}` in a URL stands for an environment variable. Raises ValueError with the mend; it never tells the URL.
    """
    if "://" not in text:
        if not is_address(text):
            raise ValueError(
                f"{text!r} is not an e-mail address (name@host, without angle brackets) or a channel's URL"
            )
        return Recipient(text, "mail", text)
    scheme = text.partition("://")[0].lower()
    if not _SCHEME.fullmatch(scheme) or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("a channel's URL is one word of ASCII characters, such as webhook+https://hooks.example.org/a")
    url = _VARIABLE.sub(_value, text)
    if "${" in url or "$(" in url:
        raise ValueError(f"the {scheme}:// URL holds a ${{...}} that is not closed, or names no environment variable")
    number = hashlib.sha256(text.encode()).hexdigest()[:8]
    if scheme in ("webhook+https", "webhook+http"):
        return Recipient(f"{scheme}://{_webhook_host(url)}/*#{number}", "webhook", url)
    if scheme in ("http", "https", "webhook"):
        raise ValueError(f"{scheme}:// is no channel; a webhook is written webhook+https://host/path")
    host = check_chat(scheme, url)
    return Recipient(f"{scheme}://{host}*#{number}", "chat", url)


def _value(found: re.Match[str]) -> str:
    """What a variable of the environment, or of the file .env, holds."""
    name = found[1]
    value = os.environ.get(name) or dotenv_values(ROOT / ".env").get(name)
    if not value:
        raise ValueError(f"the environment variable {name} is not set; set it, also for Airflow's own processes")
    return value


def _webhook_host(url: str) -> str:
    """The host of a webhook, checked with the rest of its URL. Raises ValueError."""
    try:
        parts = urlsplit(url.removeprefix("webhook+"))
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("the webhook's URL cannot be read: webhook+https://host:port/path") from None
    if not host:
        raise ValueError("the webhook's URL names no host: webhook+https://host/path")
    if parts.fragment:
        raise ValueError("the webhook's URL has a #fragment, which no server gets to see; take it out")
    if secret := unquote(parts.password or parts.username or ""):
        _strong(secret)
    return host


def _strong(secret: str) -> None:
    if len(secret) < LEAST_SECRET:
        raise ValueError(
            f"the webhook's secret is shorter than {LEAST_SECRET} characters; make one with `openssl rand -hex 32`"
        )


class MailChannel:
    """Mail, by a relay."""

    def __init__(self, courier: Courier, sender: str) -> None:
        self._courier = courier
        self._sender = sender

    def deliver(self, message: OutboxMessage) -> Outcome:
        """As Channel says. Raises RelayError if the relay cannot be reached: then nothing was tried."""
        try:
            composed = compose(
                subject=message.subject,
                text=message.text,
                html=message.html,
                sender=self._sender,
                recipient=message.recipient,
                rule=message.rule,
                message_id=message.message_id,
                as_of=message.as_of,
                picture=message.picture,
                in_reply_to=message.in_reply_to,
            )
        except ValueError as fault:
            return Outcome(Fate.PERMANENT, f"not sent: it makes no valid e-mail ({fault})")
        return self._courier.deliver(composed, self._sender, message.recipient)


class Channels:
    """All channels that the rules name, by the names under which the outbox knows them."""

    def __init__(self, settings: Settings, recipients: Iterable[str]) -> None:
        """`recipients` are those of all rules; mail addresses among them are passed over."""
        self._settings = settings
        self._known = {str(r): r for r in recipients if isinstance(r, Recipient) and r.way != "mail"}
        self._faults: Counter[str] = Counter()

    def deliver(self, message: OutboxMessage) -> Outcome:
        """As Channel says; a channel that keeps failing is not asked again in this run."""
        recipient = self._known.get(message.recipient)
        if recipient is None:
            return Outcome(Fate.PERMANENT, "not sent: no rule names this channel any more (or its URL was changed)")
        if self._faults[message.recipient] >= MOST_FAULTS:
            return Outcome(Fate.TRANSIENT, "not tried: the channel failed several times in this run")
        outcome = self._channel(recipient).deliver(message)
        if outcome.fate in (Fate.TRANSIENT, Fate.AMBIGUOUS):
            self._faults[message.recipient] += 1
        else:
            del self._faults[message.recipient]
        return outcome

    def _channel(self, recipient: Recipient) -> Channel:
        url = recipient.url.get_secret_value()
        if recipient.way == "chat":
            return ChatChannel(url, self._settings.webhook_timeout, self._settings.webhook_allow_private)
        parts = urlsplit(url.removeprefix("webhook+"))
        own = unquote(parts.password or parts.username or "")
        common = self._settings.webhook_secret
        return WebhookChannel(
            Webhook(
                url=parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl(),
                secret=own or (common.get_secret_value() if common else ""),
                seconds=self._settings.webhook_timeout,
                allow_private=self._settings.webhook_allow_private,
            )
        )
