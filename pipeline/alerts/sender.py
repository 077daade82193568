"""Deliver one message over SMTP, and tell what became of it: taken, refused for now, refused for good, or unknown."""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr
from enum import StrEnum
from types import TracebackType

from pipeline.settings import Settings

CONNECT_SECONDS = 30.0

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Fate(StrEnum):
    """What became of a delivery."""

    SENT = "sent"
    TRANSIENT = "transient"
    PERMANENT = "permanent"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`reply` is the server's own answer, or the fault of the line; `wait_seconds` the pause that it asks for."""

    fate: Fate
    reply: str
    wait_seconds: float = 0.0


class RelayError(Exception):
    """The relay cannot be used at all: no message was tried. The message names it and the mend."""


@dataclass(frozen=True, slots=True)
class Relay:
    """Where and how to send. `tls` is TLS from the first byte (port 465), `starttls` an upgrade (port 587)."""

    host: str
    port: int
    user: str | None = None
    password: str | None = None
    starttls: bool = False
    tls: bool = False
    context: ssl.SSLContext | None = None
    # RFC 5321 4.5.3.2.6 asks for ten minutes after the data: a server that is cut off early and has the message all the
    # same is how mails get doubled. Two minutes cover what real relays take, and keep a task within its time.
    reply_seconds: float = 120.0

    @classmethod
    def of(cls, settings: Settings) -> Relay:
        """The relay of the settings; only where `smtp_conn_id` or `smtp_port` is set. Raises RelayError."""
        if settings.smtp_conn_id:
            return _by_airflow(settings.smtp_conn_id, settings.smtp_timeout)
        secret = settings.smtp_password
        return cls(
            host=settings.smtp_host,
            port=settings.smtp_port,
            user=settings.smtp_user,
            password=secret.get_secret_value() if secret else None,
            starttls=settings.smtp_starttls,
            tls=settings.smtp_tls,
            reply_seconds=settings.smtp_timeout,
        )

    def __str__(self) -> str:
        return f"SMTP relay {self.host}:{self.port}"


class Courier:
    """A connection to a relay, opened when first needed and again after it breaks. Not for several threads."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Courier:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def connect(self) -> None:
        """Make sure of a connection that is alive. Raises RelayError."""
        if self._smtp is not None:
            # Relays hang up on the idle: better found out now than in the middle of a message.
            try:
                if self._smtp.noop()[0] != 250:
                    self._drop()
            except (smtplib.SMTPException, OSError):
                self._drop()
        if self._smtp is None:
            self._smtp = self._open()

    def close(self) -> None:
        """Say goodbye if the line is up; never raises."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with contextlib.suppress(Exception):
                if smtp.sock is not None:
                    smtp.sock.settimeout(5)
                smtp.quit()
            smtp.close()

    def deliver(self, message: EmailMessage, sender: str, recipient: str) -> Outcome:
        """Send `message` to one recipient.

        Raises RelayError only if no connection could be had, or the relay takes nothing from us at all.
        """
        data = _wire_form(message)
        self.connect()
        smtp = self._smtp
        assert smtp is not None
        try:
            code, answer = smtp.mail(parseaddr(sender)[1])
            if code >= 500:
                # So far the relay knows of us, and of no message: none is to be given up for a fault of the settings.
                self._refused(code, answer)
                raise RelayError(
                    f"{self._relay} takes no mail from {parseaddr(sender)[1]}: {_reply(code, answer)}. Check "
                    "HOTLINE_MAIL_FROM, HOTLINE_SMTP_STARTTLS, HOTLINE_SMTP_TLS and HOTLINE_SMTP_USER."
                )
            if code == 250:
                code, answer = smtp.rcpt(recipient)
            if code not in (250, 251):
                return self._refused(code, answer)
            code, answer = smtp.docmd("data")
            if code != 354:
                return self._refused(code, answer)
        except (smtplib.SMTPException, OSError) as fault:
            # The server has not seen the message: it can be sent again without a second thought.
            self._drop()
            return Outcome(Fate.TRANSIENT, f"connection lost before the message was sent: {_words(fault)}")
        try:
            smtp.send(data)
            code, answer = smtp.getreply()
        except (smtplib.SMTPException, OSError) as fault:
            self._drop()
            return Outcome(Fate.AMBIGUOUS, f"no answer after the message was sent: {_words(fault)}")
        if code == 250:
            return Outcome(Fate.SENT, _reply(code, answer))
        return self._refused(code, answer)

    def _refused(self, code: int, answer: bytes) -> Outcome:
        """4xx may be tried again, 5xx not. The line stays up for the next message if the server lets it."""
        outcome = Outcome(Fate.PERMANENT if code >= 500 else Fate.TRANSIENT, _reply(code, answer))
        if code == 421 or code < 0:
            self._drop()
        elif self._smtp is not None:
            try:
                self._smtp.rset()
            except (smtplib.SMTPException, OSError):
                self._drop()
        return outcome

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def _open(self) -> smtplib.SMTP:
        relay = self._relay
        if relay.user and not (relay.tls or relay.starttls) and relay.host not in _LOOPBACK:
            raise RelayError(
                f"{relay}: a password would go out in the clear. Set HOTLINE_SMTP_STARTTLS=true (port 587) or "
                "HOTLINE_SMTP_TLS=true (port 465)."
            )
        context = relay.context or ssl.create_default_context()
        smtp: smtplib.SMTP | None = None
        try:
            if relay.tls:
                smtp = smtplib.SMTP_SSL(
                    relay.host, relay.port, timeout=CONNECT_SECONDS, context=context, local_hostname="localhost"
                )
            else:
                smtp = smtplib.SMTP(relay.host, relay.port, timeout=CONNECT_SECONDS, local_hostname="localhost")
            smtp.ehlo_or_helo_if_needed()
            if relay.starttls:
                smtp.starttls(context=context)
                smtp.ehlo()
            if relay.user:
                smtp.login(relay.user, relay.password or "")
        except (smtplib.SMTPException, OSError) as fault:
            if smtp is not None:
                smtp.close()
            raise RelayError(f"{relay}: {_words(fault)}. {_mend(fault)}") from fault
        if smtp.sock is not None:
            smtp.sock.settimeout(relay.reply_seconds)
        return smtp


def _by_airflow(conn_id: str, reply_seconds: float) -> Relay:
    """An Airflow connection of type smtp, its extras read as Airflow's own SmtpHook reads them. Raises RelayError."""
    # Inside a task Airflow is loaded already; elsewhere it takes seconds, and only this setting asks for it.
    try:
        from airflow.sdk import BaseHook

        found = BaseHook.get_connection(conn_id)
    except Exception as fault:
        raise RelayError(
            f"The Airflow connection {conn_id!r} (HOTLINE_SMTP_CONN_ID) cannot be had: {type(fault).__name__}: "
            f"{fault}. Add it under Admin, Connections, or as AIRFLOW_CONN_{conn_id.upper()}."
        ) from fault
    if found.conn_type != "smtp" or not found.host:
        raise RelayError(
            f"The Airflow connection {conn_id!r} is of type {found.conn_type!r}: it must be smtp, with a host"
        )
    extra = found.extra_dejson
    plain, no_starttls = _is_set(extra.get("disable_ssl")), _is_set(extra.get("disable_tls"))
    return Relay(
        host=found.host,
        port=int(found.port or (25 if plain else 465)),
        user=found.login or None,
        password=found.password,
        starttls=plain and not no_starttls,
        tls=not plain,
        reply_seconds=reply_seconds,
    )


def _is_set(value: object) -> bool:
    return str(value).lower() in ("true", "1")


def check_relay(relay: Relay) -> str:
    """Connect and log in, send nothing: one line on how it went. Raises RelayError."""
    with Courier(relay) as courier:
        courier.connect()
    return f"{relay} answers" + (" and takes the login" if relay.user else "")


def _wire_form(message: EmailMessage) -> bytes:
    """The message with CRLF, dots doubled at line starts, and the end mark (RFC 5321 4.5.2)."""
    raw = re.sub(rb"\r\n|\r|\n", b"\r\n", message.as_bytes())
    if not raw.endswith(b"\r\n"):
        raw += b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", raw) + b".\r\n"


def _reply(code: int, answer: bytes) -> str:
    return f"{code} {answer.decode('utf-8', 'replace')}".strip()[:500]


def _words(fault: Exception) -> str:
    if isinstance(fault, smtplib.SMTPResponseException):
        raw = fault.smtp_error
        return _reply(fault.smtp_code, raw if isinstance(raw, bytes) else str(raw).encode())
    return str(fault) or type(fault).__name__


def _mend(fault: Exception) -> str:
    if isinstance(fault, smtplib.SMTPAuthenticationError):
        return "Check HOTLINE_SMTP_USER and HOTLINE_SMTP_PASSWORD."
    if isinstance(fault, smtplib.SMTPNotSupportedError):
        return "The server does not offer what the settings ask for: check HOTLINE_SMTP_STARTTLS and HOTLINE_SMTP_TLS."
    if isinstance(fault, ssl.SSLError):
        return "Check HOTLINE_SMTP_TLS (port 465) against HOTLINE_SMTP_STARTTLS (port 587), and the certificate."
    return "Check HOTLINE_SMTP_HOST and HOTLINE_SMTP_PORT, and that the relay is up."
