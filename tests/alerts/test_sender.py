"""Against real SMTP servers that take, defer, refuse, hang and hang up."""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
import ssl
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pipeline.alerts.mail import compose
from pipeline.alerts.maildir import MailCatcher, messages
from pipeline.alerts.sender import Courier, Fate, Relay, RelayError, check_relay


class Script:
    """A server that answers as told: `rcpt` and `data` are replies; after the data it may `hang` or `drop` the line."""

    def __init__(self, rcpt: str = "250 ok", data: str = "250 kept", hang: float = 0, drop: bool = False) -> None:
        self.rcpt, self.data, self.hang, self.drop = rcpt, data, hang, drop
        self.kept: list[bytes] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.kept.append(envelope.content)
        if self.drop:
            server.transport.abort()
        if self.hang:
            await asyncio.sleep(self.hang)
        return self.data


@pytest.fixture
def serve() -> Iterator[Callable[..., Relay]]:
    running: list[Controller] = []

    def start(handler: object, **options: Any) -> Relay:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        controller = Controller(handler, hostname="127.0.0.1", port=port, server_hostname="localhost", **options)
        controller.start()
        running.append(controller)
        return Relay("127.0.0.1", port, reply_seconds=1.0)

    yield start
    for controller in running:
        controller.stop()


def message(text: str = "Body\n.\n.dot\n") -> EmailMessage:
    return compose(
        subject="Talks", text=text, html="<p>Body</p>", sender="hotline@localhost", recipient="a@localhost",
        rule="r", message_id="<1@localhost>", as_of=dt.datetime(2022, 2, 16, tzinfo=dt.UTC),
    )  # fmt: skip


def deliver(relay: Relay) -> tuple[Fate, str]:
    with Courier(relay) as courier:
        outcome = courier.deliver(message(), "Hotline <hotline@localhost>", "a@localhost")
    return outcome.fate, outcome.reply


def test_a_taken_message_arrives_as_it_was_with_dots(tmp_path: Path) -> None:
    with MailCatcher(tmp_path) as catcher, Courier(Relay(catcher.host, catcher.port)) as courier:
        outcome = courier.deliver(message(), "hotline@localhost", "a@localhost")
    assert outcome.fate is Fate.SENT
    assert outcome.reply.startswith("250 2.0.0 kept as ")
    (kept,) = messages(tmp_path)
    text, _ = kept.iter_parts()
    assert text.get_content() == "Body\n.\n.dot\n"


REFUSALS = {
    "a recipient deferred": ({"rcpt": "451 4.7.1 greylisted"}, Fate.TRANSIENT, "451 4.7.1 greylisted"),
    "a recipient unknown": ({"rcpt": "550 5.1.1 no such user"}, Fate.PERMANENT, "550 5.1.1 no such user"),
    "a full disk": ({"data": "452 4.3.1 full"}, Fate.TRANSIENT, "452 4.3.1 full"),
    "taken for spam": ({"data": "554 5.7.1 spam"}, Fate.PERMANENT, "554 5.7.1 spam"),
    "going down": ({"rcpt": "421 4.3.2 shutting down"}, Fate.TRANSIENT, "421 4.3.2 shutting down"),
}


@pytest.mark.parametrize(("script", "fate", "reply"), REFUSALS.values(), ids=REFUSALS)
def test_for_now_and_for_good_are_told_apart(
    script: dict[str, str], fate: Fate, reply: str, serve: Callable[..., Relay]
) -> None:
    assert deliver(serve(Script(**script))) == (fate, reply)


def test_a_refusal_spoils_nothing_for_the_next_message(serve: Callable[..., Relay]) -> None:
    script = Script(rcpt="550 5.1.1 no such user")
    with Courier(serve(script)) as courier:
        assert courier.deliver(message(), "h@localhost", "x@localhost").fate is Fate.PERMANENT
        script.rcpt = "250 ok"
        assert courier.deliver(message(), "h@localhost", "a@localhost").fate is Fate.SENT
    assert len(script.kept) == 1


@pytest.mark.parametrize("script", [{"hang": 30}, {"drop": True}], ids=["hangs", "hangs up"])
def test_no_answer_after_the_data_is_ambiguous_for_the_server_may_have_it(
    script: dict[str, Any], serve: Callable[..., Relay]
) -> None:
    server = Script(**script)
    fate, reply = deliver(serve(server))
    assert fate is Fate.AMBIGUOUS
    assert reply.startswith("no answer after the message was sent")
    assert len(server.kept) == 1


class DropsAtRcpt(Script):
    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        server.transport.abort()
        return "250 ok"


def test_a_line_lost_before_the_data_is_not_ambiguous_and_heals(serve: Callable[..., Relay]) -> None:
    with Courier(serve(DropsAtRcpt())) as courier:
        for _ in range(2):
            outcome = courier.deliver(message(), "h@localhost", "a@localhost")
            assert outcome.fate is Fate.TRANSIENT
            assert outcome.reply.startswith("connection lost before the message was sent")


def test_no_server_at_all_is_no_outcome_of_the_message() -> None:
    with pytest.raises(RelayError, match=r"SMTP relay 127.0.0.1:1: .*Check HOTLINE_SMTP_HOST and HOTLINE_SMTP_PORT"):
        deliver(Relay("127.0.0.1", 1))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for localhost and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


def _login(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"user", b"secret"), handled=False)


@pytest.mark.parametrize("how", ["starttls", "tls"])
def test_tls_and_login_by_the_settings(how: str, certificate: Path, serve: Callable[..., Relay]) -> None:
    server_context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server_context.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=str(certificate))
    options: dict[str, Any] = {"authenticator": _login, "auth_required": True}
    if how == "tls":
        options |= {"ssl_context": server_context, "auth_require_tls": False}
    else:
        options |= {"tls_context": server_context, "require_starttls": True}
    script = Script()
    port = serve(script, **options).port
    relay = Relay("localhost", port, "user", "secret", **{how: True}, context=trusting, reply_seconds=5)
    assert deliver(relay)[0] is Fate.SENT
    assert check_relay(relay) == f"SMTP relay localhost:{port} answers and takes the login"
    with pytest.raises(RelayError, match="Check HOTLINE_SMTP_USER and HOTLINE_SMTP_PASSWORD"):
        deliver(Relay("localhost", port, "user", "wrong", **{how: True}, context=trusting))
    with pytest.raises(RelayError, match="and the certificate"):
        deliver(Relay("localhost", port, "user", "secret", **{how: True}))


def test_a_password_never_leaves_in_the_clear() -> None:
    with pytest.raises(RelayError, match="password would go out in the clear"):
        deliver(Relay("relay.example.org", 25, "user", "secret"))


def test_starttls_that_is_not_offered_is_not_done_without(serve: Callable[..., Relay]) -> None:
    script = Script()
    port = serve(script).port
    with pytest.raises(RelayError, match="does not offer what the settings ask for"):
        deliver(Relay("127.0.0.1", port, starttls=True))
    assert script.kept == []
