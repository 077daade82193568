"""The outbox leaves by a real SMTP server, once, whatever server and process do."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from pipeline.alerts.maildir import MailCatcher, messages
from pipeline.alerts.sender import RelayError
from pipeline.domain import ContactReport
from pipeline.stages import alert, reconcile
from pipeline.stages.context import StageContext

Newsroom = Any
Call = Callable[..., ContactReport]

STATES = "SELECT state, count(*) FROM core.outbox GROUP BY 1 ORDER BY 1"
REPLIES = "SELECT outcome, reply FROM core.outbox_attempt ORDER BY attempt_id"


@dataclass
class Relay:
    """A relay that keeps what it takes, and misbehaves as told, in turn: one trick for each message."""

    tricks: list[Callable[[Any], Any]] = field(default_factory=list)
    kept: list[bytes] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if address.startswith("nobody"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        trick = self.tricks.pop(0) if self.tricks else None
        if trick is None:
            self.kept.append(envelope.content)
            return "250 2.0.0 queued"
        answer = trick(self, server, envelope)
        return str(await answer) if asyncio.iscoroutine(answer) else str(answer)


def defers(relay: Relay, server: Any, envelope: Any) -> str:
    return "451 4.7.1 greylisted, come back"


def refuses(relay: Relay, server: Any, envelope: Any) -> str:
    return "554 5.7.1 taken for spam"


def keeps_and_hangs_up(relay: Relay, server: Any, envelope: Any) -> str:
    relay.kept.append(envelope.content)
    server.transport.abort()
    return "250 never heard"


async def _hang(relay: Relay, envelope: Any) -> str:
    relay.kept.append(envelope.content)
    await asyncio.sleep(30)
    return "250 too late"


def keeps_and_hangs(relay: Relay, server: Any, envelope: Any) -> Any:
    return _hang(relay, envelope)


@pytest.fixture
def relay() -> Iterator[Relay]:
    handler = Relay()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        handler.port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port, server_hostname="localhost")
    controller.start()
    yield handler
    controller.stop()


def with_settings(newsroom: Newsroom, **changes: Any) -> StageContext:
    return replace(
        newsroom.context, settings=newsroom.context.settings.model_copy(update={"smtp_timeout": 1.0, **changes})
    )


def fill(newsroom: Newsroom, call: Call, messages: int = 1) -> None:
    """That many contacts, each with a message in the outbox."""
    for n in range(messages):
        newsroom.tells(call(date=date(2022, 2, 9 + 2 * n), duration_minutes=60 + n))
    reconcile.run(newsroom.context)
    assert newsroom.rows(STATES) == [("waiting", messages)]


def due_now(newsroom: Newsroom) -> None:
    """The pause after a failure is over."""
    with newsroom.context.connection() as connection, connection.cursor() as cursor:
        cursor.execute("UPDATE core.outbox SET next_attempt_at = now()")


def test_with_no_relay_set_mail_goes_into_the_mail_folder(newsroom: Newsroom, call: Call) -> None:
    fill(newsroom, call, 3)
    result = alert.run(newsroom.context)
    assert (result.stage, result.taken, result.done, result.refused, result.left) == ("alert", 3, 3, {}, 0)
    kept = messages(newsroom.context.settings.home / "mail")
    assert [m["To"] for m in kept] == ["alerts@localhost"] * 3
    assert kept[0]["Subject"] == "Macron-Putin: phone call, 9 Feb 2022, 1 h (Elysee)"
    assert newsroom.rows(STATES) == [("sent", 3)]
    assert alert.run(newsroom.context).taken == 0
    assert len(messages(newsroom.context.settings.home / "mail")) == 3


def test_by_a_relay_with_the_server_s_answer_recorded(newsroom: Newsroom, call: Call, relay: Relay) -> None:
    fill(newsroom, call, 2)
    assert alert.run(with_settings(newsroom, smtp_port=relay.port)).done == 2
    assert len(relay.kept) == 2
    assert newsroom.rows(REPLIES) == [("sent", "250 2.0.0 queued")] * 2


def test_the_limit_holds(newsroom: Newsroom, call: Call) -> None:
    fill(newsroom, call, 3)
    result = alert.run(newsroom.context, limit=2)
    assert (result.taken, result.done, result.left) == (2, 2, 1)


def test_put_off_is_tried_again_refused_is_not(newsroom: Newsroom, call: Call, relay: Relay) -> None:
    fill(newsroom, call, 3)
    relay.tricks = [defers, refuses]
    context = with_settings(newsroom, smtp_port=relay.port)
    result = alert.run(context)
    assert (result.taken, result.done, result.refused, result.left) == (3, 1, {"relay_refused": 1}, 1)
    assert alert.run(context).taken == 0
    due_now(newsroom)
    assert alert.run(context).done == 1
    assert newsroom.rows(STATES) == [("failed", 1), ("sent", 2)]
    assert newsroom.rows(REPLIES) == [
        ("failed", "451 4.7.1 greylisted, come back"),
        ("refused", "554 5.7.1 taken for spam"),
        ("sent", "250 2.0.0 queued"),
        ("sent", "250 2.0.0 queued"),
    ]


def test_one_run_waits_for_a_relay_that_puts_off_as_long_as_it_has_patience(
    newsroom: Newsroom, call: Call, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.warehouse.outbox.FIRST_PAUSE_SECONDS", 0.3)
    fill(newsroom, call)
    relay.tricks = [defers, defers]
    result = alert.run(with_settings(newsroom, smtp_port=relay.port, alert_patience=20))
    assert (result.taken, result.done, result.left) == (3, 1, 0)


def test_one_recipient_s_refusal_does_not_touch_the_others(newsroom: Newsroom, call: Call, relay: Relay) -> None:
    newsroom.context.settings.alerts_file.write_text(
        "rules: [{name: all, recipients: [nobody@example.org, somebody@example.org]}]"
    )
    newsroom.tells(call())
    reconcile.run(newsroom.context)
    result = alert.run(with_settings(newsroom, smtp_port=relay.port))
    assert (result.done, result.refused) == (1, {"relay_refused": 1})
    assert b"To: somebody@example.org" in relay.kept[0]


@pytest.mark.parametrize("trick", [keeps_and_hangs, keeps_and_hangs_up])
def test_no_answer_after_the_data_is_sent_once_more_under_the_same_id_and_said_so(
    trick: Callable[..., Any], newsroom: Newsroom, call: Call, relay: Relay
) -> None:
    fill(newsroom, call)
    relay.tricks = [trick]
    context = with_settings(newsroom, smtp_port=relay.port)
    assert alert.run(context).done == 0
    due_now(newsroom)
    assert alert.run(context).done == 1
    assert len(relay.kept) == 2
    assert len({line for mail in relay.kept for line in mail.splitlines() if line.startswith(b"Message-ID")}) == 1
    (_, first), (_, second) = newsroom.rows(REPLIES)
    assert first.startswith("fate unknown: no answer after the message was sent")
    assert second == "250 2.0.0 queued (sent once more: the fate of an earlier try is unknown)"


def test_a_relay_that_never_answers_gets_it_twice_and_no_more(newsroom: Newsroom, call: Call, relay: Relay) -> None:
    fill(newsroom, call)
    relay.tricks = [keeps_and_hangs_up] * 5
    context = with_settings(newsroom, smtp_port=relay.port)
    refused = []
    for _ in range(4):
        refused.append(alert.run(context).refused)
        due_now(newsroom)
    assert refused == [{}, {"fate_unknown": 1}, {}, {}]
    assert len(relay.kept) == 2
    assert newsroom.rows(STATES) == [("failed", 1)]


def test_by_the_policy_hold_it_is_never_sent_again(newsroom: Newsroom, call: Call, relay: Relay) -> None:
    fill(newsroom, call)
    relay.tricks = [keeps_and_hangs_up]
    context = with_settings(newsroom, smtp_port=relay.port, alert_ambiguous="hold")
    assert alert.run(context).refused == {"fate_unknown": 1}
    due_now(newsroom)
    assert alert.run(context).taken == 0
    assert len(relay.kept) == 1


def test_a_relay_that_is_down_fails_the_stage_and_leaves_no_message_in_doubt(
    newsroom: Newsroom, call: Call, relay: Relay
) -> None:
    fill(newsroom, call)
    with pytest.raises(RelayError, match="Check HOTLINE_SMTP_HOST"):
        alert.run(with_settings(newsroom, smtp_port=1))
    assert newsroom.rows(REPLIES) == []
    assert alert.run(with_settings(newsroom, smtp_port=relay.port)).done == 1
    assert newsroom.rows(REPLIES) == [("sent", "250 2.0.0 queued")]


def kills(victim: list[subprocess.Popen[bytes]]) -> Callable[..., str]:
    """A trick: the message is kept, and its sender dies before it hears so."""

    def trick(relay: Relay, server: Any, envelope: Any) -> str:
        relay.kept.append(envelope.content)
        victim[0].kill()
        victim[0].wait()
        return "250 2.0.0 queued"

    return trick


def test_killed_between_the_relay_s_yes_and_its_note_it_is_sent_once_more_and_said_so(
    newsroom: Newsroom, call: Call, relay: Relay
) -> None:
    fill(newsroom, call, 3)
    victim: list[subprocess.Popen[bytes]] = []
    relay.tricks = [kills(victim)]
    victim.append(newsroom.start("alert", smtp_port=relay.port))
    assert victim[0].wait(60) == -signal.SIGKILL
    assert alert.run(with_settings(newsroom, smtp_port=relay.port)).done == 3
    # One message at a time is claimed: one is in doubt, and doubled; the others are not.
    assert len(relay.kept) == 4
    assert [reply for _, reply in newsroom.rows(REPLIES)][:2] == [
        "fate unknown: its sender died while it held the message",
        "250 2.0.0 queued (sent once more: the fate of an earlier try is unknown)",
    ]


@pytest.mark.slow
def test_with_the_bundled_catcher_kill_9_at_any_moment_loses_and_doubles_nothing(
    newsroom: Newsroom, call: Call
) -> None:
    fill(newsroom, call, 4)
    folder = newsroom.context.settings.home / "mail"
    with MailCatcher(folder) as catcher:
        for kept in range(1, 4):
            stage = newsroom.start("alert", smtp_port=catcher.port)
            _wait_for(lambda kept=kept: len(list((folder / "new").iterdir())) >= kept, stage)
            # Somewhere between the rename into new/ and the note in the warehouse, or in the next message.
            os.kill(stage.pid, signal.SIGKILL)
            stage.wait()
        result = alert.run(with_settings(newsroom, smtp_port=catcher.port))
    assert result.left == 0
    ids = [m["Message-ID"] for m in messages(folder)]
    assert len(ids) == len(set(ids)) == 4
    assert newsroom.rows(STATES) == [("sent", 4)]


def _wait_for(holds: Callable[[], bool], stage: subprocess.Popen[bytes]) -> None:
    for _ in range(6000):
        if holds() or stage.poll() is not None:
            return
        time.sleep(0.005)
    pytest.fail("the stage sent nothing")


def test_what_the_mail_folder_holds_is_marked_sent_not_sent_again(newsroom: Newsroom, call: Call) -> None:
    """The worst moment, made certain: kept by the catcher, claimed by a sender that is dead, and noted by nobody."""
    fill(newsroom, call)
    folder = newsroom.context.settings.home / "mail"
    assert alert.run(newsroom.context).done == 1
    with newsroom.context.connection() as connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM core.outbox_attempt")
        cursor.execute(
            "UPDATE core.outbox SET state = 'waiting', sent_at = NULL, attempts = 0, next_attempt_at = now(), "
            "lease_pid = 1, lease_backend_start = now(), lease_until = now() + interval '1 hour'"
        )
    assert alert.run(newsroom.context).done == 1
    assert len(messages(folder)) == 1
    ((_, reply),) = newsroom.rows(REPLIES)
    assert reply.startswith("found in the mail folder")


def test_what_the_catcher_does_not_hold_was_not_sent_however_often_its_sender_died(
    newsroom: Newsroom, call: Call
) -> None:
    fill(newsroom, call)
    for _ in range(3):
        with newsroom.context.connection() as connection, connection.cursor() as cursor:
            cursor.execute(
                "UPDATE core.outbox SET lease_pid = 1, lease_backend_start = now(), lease_until = now() + '1 hour'"
            )
    assert alert.run(newsroom.context).done == 1
    assert newsroom.rows("SELECT count(*) FROM core.outbox_attempt") == [(1,)]


def test_the_heartbeat_goes_out_once_a_day_after_its_hour(newsroom: Newsroom) -> None:
    context = newsroom.context
    context.settings.alerts_file.write_text(
        'rules: []\nheartbeat: {recipients: [ops@example.org], at: "07:00", timezone: Europe/Paris}'
    )
    for _ in range(2):
        alert.run(context)
    tomorrow = StageContext(
        context.settings.model_copy(update={"as_of": context.now() + timedelta(days=1)}), context.dsn
    )
    alert.run(tomorrow)
    subjects = [m["Subject"] for m in messages(context.settings.home / "mail")]
    assert subjects == ["Hotline: no new contacts; 2 of 2 feeds healthy, no article yet"] * 2
    assert len(newsroom.rows("SELECT DISTINCT about FROM core.outbox WHERE kind = 'heartbeat'")) == 2
