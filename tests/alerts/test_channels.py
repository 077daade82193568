"""Recipients as rules write them, and that no secret of a channel is ever shown."""

from __future__ import annotations

import copy
import json
import logging
import os
import subprocess
import sys
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from pipeline.alerts.channels import Channels, parse_recipient
from pipeline.alerts.rules import RulesError, load_rules
from pipeline.alerts.sender import Fate, Outcome
from pipeline.settings import Settings
from pipeline.warehouse.outbox import OutboxMessage

HOOK = "webhook+https://:a-secret-of-many-letters@hooks.example.org/in/tok3n-of-path"
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#desk"


def test_a_recipient_is_shown_without_its_secrets() -> None:
    assert parse_recipient("desk@example.org") == "desk@example.org"
    hook, slack = parse_recipient(HOOK), parse_recipient(SLACK)
    assert (hook.way, slack.way) == ("webhook", "chat")
    assert hook.startswith("webhook+https://hooks.example.org/*#")
    assert slack.startswith("slack://*#")
    assert parse_recipient("gotify://push.example.org/Abcdefghijklmno").startswith("gotify://push.example.org/*#")
    shown = f"{hook} {slack} {hook!r} {slack!r} {hook.url} {slack.url!r}"
    assert not any(secret in shown for secret in ("secret-of", "tok3n", "T1JJ3T3L2", "TIiajkd"))
    assert hook.url.get_secret_value() == copy.deepcopy(hook).url.get_secret_value() == HOOK


def test_two_targets_of_one_service_are_two_recipients() -> None:
    assert parse_recipient(SLACK) != parse_recipient(SLACK.replace("#desk", "#night"))


def test_a_secret_from_the_environment_may_change_and_the_recipient_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    written = "webhook+https://:${HOOK_SECRET_OF_TEST}@hooks.example.org/in"
    with pytest.raises(ValueError, match="the environment variable HOOK_SECRET_OF_TEST is not set"):
        parse_recipient(written)
    monkeypatch.setenv("HOOK_SECRET_OF_TEST", "first-secret-of-all")
    first = parse_recipient(written)
    monkeypatch.setenv("HOOK_SECRET_OF_TEST", "second-secret-of-all")
    second = parse_recipient(written)
    assert first == second
    assert "second-secret-of-all" in second.url.get_secret_value()


NONSENSE = {
    "desk": "is not an e-mail address",
    "desk@example.org, b@example.org": "is not an e-mail address",
    "https://hooks.example.org/tok3n": r"a webhook is written webhook\+https",
    "webhook+https:///tok3n": "names no host",
    "webhook+https://h.example.org:tok3n/": "cannot be read",
    "webhook+https://h.example.org/a#tok3n": "no server gets to see",
    "webhook+https://tok3n@h.example.org/": "shorter than 16",
    "webhook+https://h.example.org/tok3n tok3n": "one word",
    "webhook+https://h.example.org/${tok3n-": "not closed",
    "slack://tok3n": "no service that Apprise knows, or its URL is not complete",
    "carrierpigeon://tok3n/x": "no service that Apprise knows",
    "mailto://tok3n:p@example.org": "write a plain address",
    "json://localhost/tok3n": r"write webhook\+https",
    "dbus://tok3n": "this machine alone",
}


@pytest.mark.parametrize(("text", "mend"), NONSENSE.items(), ids=NONSENSE)
def test_what_is_no_recipient_is_told_with_its_mend_and_without_its_secrets(
    text: str, mend: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(ValueError, match=mend) as caught:
        parse_recipient(text)
    assert "tok3n" not in str(caught.value) + caplog.text + "".join(capfd.readouterr())


def test_rules_take_channels_and_faults_in_them_name_the_rule_alone(tmp_path: Path) -> None:
    path = tmp_path / "alerts.yaml"
    path.write_text(f"rules: [{{name: desk, recipients: [desk@example.org, '{HOOK}', '{SLACK}']}}]")
    (rule,) = load_rules(path)
    assert "secret-of" not in repr(rule) + rule.model_dump_json()
    assert rule.recipients[1].startswith("webhook+https://hooks.example.org/*#")
    path.write_text(f"rules: [{{name: desk, recipients: ['{HOOK}#tok3n', '{HOOK}']}}]")
    with pytest.raises(RulesError, match="rule 'desk': recipients: the webhook's URL has a #fragment") as caught:
        load_rules(path)
    assert "secret-of" not in str(caught.value)
    assert "tok3n" not in str(caught.value)


class Service(BaseHTTPRequestHandler):
    """A chat service of one's own that answers as told, in turn."""

    answers: list[int]
    got: list[dict[str, str]]

    def do_POST(self) -> None:
        self.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        status = self.answers.pop(0)
        if status == 0:  # hang up without an answer
            self.close_connection = True
            return
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def told(recipient: str) -> OutboxMessage:
    text = "They spoke for 100 minutes.\n\n--\nYou get this because ...\n"
    return OutboxMessage(
        1, None, "desk", recipient, "Macron-Putin: <phone> call", text, "<p>", "<1@h>", datetime.now(UTC), 0
    )


def test_a_chat_service_gets_subject_and_text_and_its_answers_are_told_apart(caplog: pytest.LogCaptureFixture) -> None:
    handler = type("Handler", (Service,), {"answers": [200, 403, 503, 0], "got": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    recipient = parse_recipient(f"gotify://127.0.0.1:{server.server_port}/Sekretoken12345")
    settings = Settings(_env_file=None, webhook_allow_private=True, webhook_timeout=5)
    outcomes: list[Outcome] = []
    try:
        with caplog.at_level(logging.DEBUG):
            for _ in range(4):
                outcomes.append(Channels(settings, [recipient]).deliver(told(recipient)))
            guarded = Channels(Settings(_env_file=None), [recipient]).deliver(told(recipient))
    finally:
        server.shutdown()
        server.server_close()
    gone = Channels(settings, [recipient]).deliver(told(recipient))
    assert [o.fate for o in outcomes] == [Fate.SENT, Fate.PERMANENT, Fate.TRANSIENT, Fate.AMBIGUOUS], outcomes
    assert guarded.fate is Fate.PERMANENT
    assert "HOTLINE_WEBHOOK_ALLOW_PRIVATE" in guarded.reply
    assert gone.fate is Fate.TRANSIENT
    assert handler.got[0]["title"] == "Macron-Putin: <phone> call"
    assert handler.got[0]["message"] == "They spoke for 100 minutes."
    assert "Sekretoken" not in caplog.text + "".join(o.reply for o in (*outcomes, guarded, gone))


def test_a_channel_that_keeps_failing_is_left_alone_for_the_rest_of_the_run() -> None:
    recipient = parse_recipient("webhook+http://:a-secret-of-many-letters@127.0.0.1:1/")
    channels = Channels(Settings(_env_file=None, webhook_allow_private=True), [recipient])
    replies = [channels.deliver(told(recipient)).reply.partition(":")[0] for _ in range(3)]
    assert replies == ["no connection", "no connection", "not tried"]


def test_a_channel_that_no_rule_names_any_more_gets_nothing() -> None:
    outcome = Channels(Settings(_env_file=None), ["desk@example.org"]).deliver(told("slack://*#12345678"))
    assert outcome.fate is Fate.PERMANENT
    assert "no rule names this channel any more" in outcome.reply


@pytest.mark.slow
def test_mail_by_an_airflow_connection(tmp_path: Path) -> None:
    code = (
        "from pipeline.settings import Settings; from pipeline.alerts.sender import Relay, RelayError\n"
        "def of(name): return Relay.of(Settings(_env_file=None, smtp_conn_id=name))\n"
        "r = of('relay_a'); print(r.host, r.port, r.user, r.password, r.tls, r.starttls)\n"
        "r = of('relay_b'); print(r.host, r.port, r.user, r.tls, r.starttls)\n"
        "try: of('relay_none')\n"
        "except RelayError as fault: print(fault)\n"
    )
    environment = {
        **os.environ,
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW_CONN_RELAY_A": "smtp://me:p%40ss@mail.example.org:587?disable_ssl=true",
        "AIRFLOW_CONN_RELAY_B": '{"conn_type": "smtp", "host": "mail.example.org"}',
    }
    root = Path(__file__).parents[2]
    out = subprocess.run([sys.executable, "-c", code], env=environment, cwd=root, capture_output=True, text=True).stdout
    assert "mail.example.org 587 me p@ss False True" in out
    assert "mail.example.org 465 None True False" in out
    assert "AIRFLOW_CONN_RELAY_NONE" in out
