"""Chat services by Apprise: Slack, Teams, Telegram and all the others it knows."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from pipeline.alerts.doorway import ForbiddenAddress, allowed_addresses, fate_of_status, masked
from pipeline.alerts.sender import Fate, Outcome
from pipeline.warehouse.outbox import OutboxMessage

# What Apprise can do, and we do not by it: mail and web requests have ways of our own, the rest stays on this machine.
NOT_BY_APPRISE = {
    **dict.fromkeys(("mailto", "mailtos"), "write a plain address, name@host"),
    **dict.fromkeys(("json", "jsons", "xml", "xmls", "form", "forms"), "write webhook+https://host/path"),
    **dict.fromkeys(
        ("dbus", "kde", "qt", "glib", "gnome", "macosx", "windows", "syslog", "blink1"),
        "it would speak to this machine alone",
    ),
}
_STATUS = re.compile(r"error=(\d{3})\b")
_NEVER_SENT = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeout|CERTIFICATE_VERIFY|SSLError|getaddrinfo|refused", re.I
)


def check_chat(scheme: str, url: str) -> str:
    """Whether Apprise knows what to do with `url`; returns what of its host may be shown, with a slash, or nothing.

    Raises ValueError with the mend.
    """
    if mend := NOT_BY_APPRISE.get(scheme):
        raise ValueError(f"{scheme}:// is no channel here: {mend}")
    with _overheard():
        plugin = _plugin(url)
    if plugin is None:
        raise ValueError(
            f"{scheme}:// is no service that Apprise knows, or its URL is not complete; see https://appriseit.com/services/"
        )
    return f"{plugin.host}/" if _self_hosted(plugin) else ""


class ChatChannel:
    """One target of a chat service."""

    def __init__(self, url: str, seconds: float, allow_private: bool) -> None:
        self._url = url
        self._seconds = seconds
        self._allow_private = allow_private

    def deliver(self, message: OutboxMessage) -> Outcome:
        """Post subject and text once."""
        with _overheard() as heard:
            plugin = _plugin(self._url)
            if plugin is None:
                return Outcome(Fate.PERMANENT, "not sent: Apprise cannot use this URL any more")
            if _self_hosted(plugin):
                try:
                    allowed_addresses(plugin.host, plugin.port or 443, self._allow_private)
                except ForbiddenAddress as fault:
                    return Outcome(Fate.PERMANENT, f"not sent: {fault}")
                except (OSError, UnicodeError) as fault:
                    return Outcome(Fate.TRANSIENT, f"no connection: {fault}")
            plugin.socket_connect_timeout, plugin.socket_read_timeout = min(10.0, self._seconds), self._seconds
            if "overflow=" not in self._url:
                plugin.overflow_mode = "truncate"
            sent = _post(plugin, message)
        return self._outcome(sent, str(plugin.service_name), heard)

    def _outcome(self, sent: bool, service: str, heard: list[logging.LogRecord]) -> Outcome:
        """Apprise answers yes or no; why not, it only logs."""
        if sent:
            return Outcome(Fate.SENT, f"{service} took it")
        told = [r.getMessage() for r in heard]
        words = masked(next((r.getMessage() for r in reversed(heard) if r.levelno >= logging.WARNING), ""), self._url)
        for line in reversed(told):
            if status := _STATUS.search(line):
                fate = fate_of_status(int(status[1]))
                # A service may say no in a 200.
                return Outcome(Fate.PERMANENT if fate is Fate.SENT else fate, words)
        fault = next((line for line in reversed(told) if "Exception" in line), None)
        if fault is None:
            return Outcome(Fate.PERMANENT, words or f"{service} did not take it, and did not say why")
        if _NEVER_SENT.search(fault):
            return Outcome(Fate.TRANSIENT, f"no connection: {words}")
        return Outcome(Fate.AMBIGUOUS, f"no answer after it was posted: {words}")


def _post(plugin: Any, message: OutboxMessage) -> bool:
    import apprise

    out = apprise.Apprise(asset=plugin.asset)
    out.add(plugin)
    # The footer tells how to stop mails; a chat is no mail.
    text = message.text.split("\n-- \n")[0].split("\n--\n")[0].strip()
    return bool(out.notify(title=message.subject, body=text, body_format=apprise.NotifyFormat.TEXT))


def _plugin(url: str) -> Any:
    """Apprise's object for `url`; None if it makes no sense to it."""
    import apprise

    asset = apprise.AppriseAsset(app_id="Hotline", app_desc="Hotline", app_url="", async_mode=False)
    return apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)


def _self_hosted(plugin: Any) -> bool:
    """Whether the URL names a host; with the services that have a fixed one, that place holds a token."""
    return "host" in plugin.template_tokens and bool(plugin.host) and urlsplit(f"//{plugin.host}").hostname is not None


class _Listener(logging.Handler):
    def __init__(self, records: list[logging.LogRecord]) -> None:
        super().__init__(logging.DEBUG)
        self._records = records

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append(record)


@contextmanager
def _overheard() -> Iterator[list[logging.LogRecord]]:
    """What Apprise logs in the meantime; it goes nowhere else, for its lines, and urllib3's, can hold tokens."""
    records: list[logging.LogRecord] = []
    handler = _Listener(records)
    loggers = [logging.getLogger(name) for name in ("apprise", "urllib3")]
    before = [(logger.propagate, logger.level) for logger in loggers]
    for logger in loggers:
        logger.addHandler(handler)
        logger.propagate = False
        logger.setLevel(logging.DEBUG if logger.name == "apprise" else logging.WARNING)
    try:
        yield records
    finally:
        for logger, (propagate, level) in zip(loggers, before, strict=True):
            logger.removeHandler(handler)
            logger.propagate = propagate
            logger.setLevel(level)
