"""Webhooks, posted to a real server: what it gets, and what its answers make of the message."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import jsonschema
import pytest

from pipeline.alerts.doorway import ForbiddenAddress, allowed_addresses
from pipeline.alerts.rules import load_rules
from pipeline.alerts.sender import Fate, Outcome
from pipeline.alerts.webhooks import Webhook, WebhookChannel, body, retry_after, verify
from pipeline.domain import Contact
from pipeline.settings import Settings
from pipeline.stages import alert
from pipeline.stages.context import StageContext
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.contacts import save_contacts
from pipeline.warehouse.outbox import Message, OutboxMessage, enqueue

DOCS = Path(__file__).parents[2] / "docs"
SECRET = "a-secret-of-many-letters"
MESSAGE = OutboxMessage(
    outbox_id=1,
    contact_id="0f0e0d0c-0000-4000-8000-00000000000a",
    rule="desk",
    recipient="webhook+https://h/*#1",
    subject="Macron-Putin: phone call – \u202e<b>",
    text="They spoke.\r\n",
    html="",
    message_id="<1@hotline>",
    as_of=datetime(2022, 2, 12, 20, tzinfo=UTC),
    attempts=0,
)
CONTACT: dict[str, Any] = {
    "contact_id": MESSAGE.contact_id, "state": "active", "mode": "phone", "status": "occurred",
    "participants": [{"name": "Emmanuel Macron", "country": "FRA", "wikidata_id": None, "office": "President"}],
    "occurred_on": "2022-02-12", "date_precision": "day", "duration_minutes": 100, "location": None,
    "initiator": None, "ordinal": {"count": 4, "window": "recent weeks"}, "historical": False, "topics": ["talks"],
    "attribution": [], "first_reported_at": "2022-02-12T18:40:00+00:00", "last_reported_at": None,
    "outlets": ["Courier"], "families": ["courier"], "confidence": 0.98,
    "sources": [{"outlet": "C", "family": "c", "url": "https://c.test/1", "title": "T", "published_at": None}],
}  # fmt: skip


@dataclass
class Receiver:
    """A receiver that answers as told; `status` 0 hangs up without a word, -1 says nothing for a while."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    answer: bytes = b"thanks"
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    port: int = 0

    def deliver(self, message: OutboxMessage = MESSAGE, path: str = "/in/tok3n-of-path") -> Outcome:
        hook = Webhook(f"http://127.0.0.1:{self.port}{path}", SECRET, seconds=0.5, allow_private=True)
        return WebhookChannel(hook).deliver(message)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.got.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            if told.status < 0:
                time.sleep(1)
            if told.status <= 0:
                return
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told.answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.port = server.server_port
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield told
    server.shutdown()
    server.server_close()


def documented_check() -> Callable[[str, bytes, str], bool]:
    """The example of the docs, as a reader would copy it."""
    (code,) = re.findall(r"```python\n(.*?)```", (DOCS / "channels.md").read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    return names["is_from_hotline"]  # type: ignore[no-any-return]


def test_a_receiver_gets_signed_json_by_the_schema_the_same_in_every_attempt(receiver: Receiver) -> None:
    assert receiver.deliver(replace(MESSAGE, payload=CONTACT)) == Outcome(Fate.SENT, "200 thanks")
    receiver.deliver(replace(MESSAGE, payload=CONTACT, attempts=1))
    (first, posted), (second, again) = receiver.got
    assert posted == again
    assert first["X-Hotline-Delivery"] == second["X-Hotline-Delivery"] == json.loads(posted)["id"]
    assert (first["X-Hotline-Attempt"], second["X-Hotline-Attempt"]) == ("1", "2")
    assert first["Content-Type"] == "application/json; charset=utf-8"
    for check in (documented_check(), lambda *a: verify(*a, time.time())):
        assert check(SECRET, posted, first["X-Hotline-Signature"])
        assert not check(SECRET, posted + b" ", first["X-Hotline-Signature"])
        assert not check("another-secret-altogether", posted, first["X-Hotline-Signature"])
    assert not verify(SECRET, posted, first["X-Hotline-Signature"], time.time() + 301)
    told = json.loads(posted)
    assert (told["event"], told["subject"], told["contact"]) == ("contact.new", MESSAGE.subject, CONTACT)


def test_the_schema_holds_for_every_kind_of_message_and_refuses_others() -> None:
    schema = json.loads((DOCS / "webhook-v1.schema.json").read_text(encoding="utf-8"))
    check = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    for kind in ("contact", "update", "digest", "heartbeat", "ops"):
        check.validate(json.loads(body(replace(MESSAGE, kind=kind, payload=CONTACT, in_reply_to="<0@hotline>"))))
    told = json.loads(body(MESSAGE))
    check.validate(told)
    for wrong in ({"version": 2}, {"event": "party"}, {"contact": {**CONTACT, "mode": "pigeon"}}, {"id": None}):
        assert not check.is_valid({**told, **wrong})


ANSWERS = {
    201: Fate.SENT,
    204: Fate.SENT,
    301: Fate.PERMANENT,
    400: Fate.PERMANENT,
    401: Fate.PERMANENT,
    404: Fate.PERMANENT,
    408: Fate.TRANSIENT,
    409: Fate.TRANSIENT,
    410: Fate.PERMANENT,
    425: Fate.TRANSIENT,
    429: Fate.TRANSIENT,
    500: Fate.TRANSIENT,
    503: Fate.TRANSIENT,
    0: Fate.AMBIGUOUS,
    -1: Fate.AMBIGUOUS,
}


def test_answers_are_told_apart_and_redirects_not_followed(receiver: Receiver) -> None:
    receiver.headers = {"Location": f"http://127.0.0.1:{receiver.port}/elsewhere"}
    for status, fate in ANSWERS.items():
        receiver.status, before = status, len(receiver.got)
        receiver.answer = b"" if status == 204 else b"see /in/tok3n-of-path\r\nX: y"
        outcome = receiver.deliver()
        assert outcome.fate is fate, status
        assert len(receiver.got) == before + 1
        assert "tok3n" not in outcome.reply
        assert "\n" not in outcome.reply


def test_a_receiver_may_ask_for_a_pause(receiver: Receiver) -> None:
    receiver.status, receiver.headers = 503, {"retry-after": "120"}
    assert receiver.deliver().wait_seconds == 120
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert 85 < retry_after(soon.encode()) <= 90
    assert [retry_after(v) for v in (b"9" * 30, b"-5", b"soon", b"", None)] == [86400, 0, 0, 0, 0]


def test_an_endless_answer_is_not_read_to_its_end(receiver: Receiver) -> None:
    receiver.answer = b"a" * 20_000_000
    began = time.monotonic()
    assert len(receiver.deliver().reply) < 320
    assert time.monotonic() - began < 5


def test_no_receiver_is_put_off_and_nothing_goes_out_unsigned(receiver: Receiver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    nobody = WebhookChannel(Webhook(f"http://127.0.0.1:{port}/", SECRET, allow_private=True)).deliver(MESSAGE)
    assert (nobody.fate, nobody.reply.partition(":")[0]) == (Fate.TRANSIENT, "no connection")
    tls = WebhookChannel(Webhook(f"https://127.0.0.1:{receiver.port}/", SECRET, allow_private=True)).deliver(MESSAGE)
    assert (tls.fate, tls.reply.partition(":")[0]) == (Fate.TRANSIENT, "no connection")
    unsigned = WebhookChannel(Webhook(f"http://127.0.0.1:{receiver.port}/", "", allow_private=True)).deliver(MESSAGE)
    assert (unsigned.fate, "HOTLINE_WEBHOOK_SECRET" in unsigned.reply) == (Fate.TRANSIENT, True)
    assert receiver.got == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
def test_this_machine_is_not_called_however_it_is_written(host: str, receiver: Receiver) -> None:
    outcome = WebhookChannel(Webhook(f"http://{host}:{receiver.port}/", SECRET)).deliver(MESSAGE)
    assert outcome.fate in (Fate.PERMANENT, Fate.TRANSIENT)
    assert receiver.got == []
    if host in ("127.0.0.1", "localhost"):
        assert "HOTLINE_WEBHOOK_ALLOW_PRIVATE" in outcome.reply


def test_private_addresses_open_by_the_setting_and_a_cloud_s_credentials_never() -> None:
    for host in ("10.0.0.8", "192.168.1.1", "169.254.169.254", "100.100.100.200"):
        with pytest.raises(ForbiddenAddress):
            allowed_addresses(host, 443, allow_private=False)
    assert allowed_addresses("10.0.0.8", 443, allow_private=True) == ["10.0.0.8"]
    with pytest.raises(ForbiddenAddress):
        allowed_addresses("169.254.169.254", 80, allow_private=True)


def test_by_a_rule_through_the_outbox_with_the_contact_as_data_after_the_pause_that_was_asked_for(
    receiver: Receiver,
    warehouse: Connection,
    warehouse_dsn: str,
    contact: Callable[..., Contact],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    rules = tmp_path / "alerts.yaml"
    url = f"webhook+http://:{SECRET}@127.0.0.1:{receiver.port}/in/tok3n-of-path"
    rules.write_text(f"rules: [{{name: desk, recipients: ['{url}']}}]")
    (recipient,) = load_rules(rules)[0].recipients
    told = contact(report_ids=())
    save_contacts(warehouse, [told], MESSAGE.as_of)
    message = Message(told.contact_id, "desk", recipient, "Talks", "text", "<p>", "<1@hotline>", MESSAGE.as_of)
    assert enqueue(warehouse, message)
    warehouse.commit()
    settings = Settings(
        _env_file=None, home=tmp_path, warehouse_dsn=warehouse_dsn, alerts_file=rules, alert_patience=0,
        webhook_allow_private=True,
    )  # fmt: skip
    receiver.status, receiver.headers = 503, {"Retry-After": "300"}
    assert alert.run(StageContext(settings, warehouse_dsn)).left == 1
    with warehouse, warehouse.cursor() as cursor:
        cursor.execute("SELECT recipient, extract(epoch FROM next_attempt_at - now())::integer FROM core.outbox")
        assert cursor.fetchone() == (str(recipient), 300)
        cursor.execute("UPDATE core.outbox SET next_attempt_at = now()")
    receiver.status = 202
    assert alert.run(StageContext(settings, warehouse_dsn)).done == 1
    posted = json.loads(receiver.got[1][1])
    schema = json.loads((DOCS / "webhook-v1.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(posted, schema, format_checker=jsonschema.FormatChecker())
    assert posted["contact"]["participants"][1]["name"] == "Vladimir Putin"
    assert posted["contact"]["duration_minutes"] == told.duration_minutes
    # Nowhere in what is kept or logged is the address with its secrets.
    with warehouse, warehouse.cursor() as cursor:
        cursor.execute("SELECT string_agg(o::text, '') FROM core.outbox AS o")
        kept = str(cursor.fetchone())
        cursor.execute("SELECT string_agg(a::text, '') FROM core.outbox_attempt AS a")
        kept += str(cursor.fetchone()) + caplog.text
    assert "503 thanks" in kept
    assert SECRET not in kept
    assert "tok3n" not in kept
