"""A real relay that misbehaves on command: each fault ends as docs/channels.md says."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from bench.alerts import prove
from bench.faulty_relay import FaultyRelay, serving
from pipeline.alerts.sender import RelayError
from pipeline.settings import Settings
from pipeline.stages import alert
from pipeline.stages.context import StageContext
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.outbox import Message, dead_letters, enqueue, resend

NOW = datetime(2022, 2, 13, 9, tzinfo=UTC)
Outbox = list[tuple[str, str, str]]


class Post:
    """An outbox, and a stage that empties it."""

    def __init__(self, connection: Connection, dsn: str, folder: Path, **settings: Any) -> None:
        rules = folder / "alerts.yaml"
        rules.write_text("rules: []\n")
        values = {"alert_patience": 0, "smtp_timeout": 0.3, "alert_ambiguous": "ask", **settings}
        self.connection = connection
        self.context = StageContext(
            Settings(_env_file=None, home=folder, as_of=NOW, warehouse_dsn=dsn, alerts_file=rules, **values), dsn
        )

    def write(self, *recipients: str) -> None:
        for number, to in enumerate(recipients):
            message = Message(
                None, "feeds", to, "Feeds", "text", "<p>html</p>", f"<{number}@hotline>", NOW, kind="ops", about="m"
            )
            assert enqueue(self.connection, message)
        self.connection.commit()

    def run(self) -> Outbox:
        """The pause after a failure is over; recipient, state and last word of each message after another run."""
        self.rows("UPDATE core.outbox SET next_attempt_at = now() RETURNING 1")
        alert.run(self.context)
        return self.rows(
            "SELECT recipient, state, (SELECT reply FROM core.outbox_attempt AS a WHERE a.outbox_id = o.outbox_id "
            "ORDER BY attempt_id DESC LIMIT 1) FROM core.outbox AS o ORDER BY outbox_id"
        )

    def rows(self, sql: str) -> list[Any]:
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())


@pytest.fixture
def relay() -> Iterator[Callable[..., tuple[FaultyRelay, int]]]:
    """Starts a relay that shows these faults, one a message, and then behaves."""
    running: list[Controller] = []

    def start(*faults: str, **options: Any) -> tuple[FaultyRelay, int]:
        waiting = list(faults)
        handler = FaultyRelay(lambda: waiting.pop(0) if waiting else "", slow_seconds=5)
        running.append(serving(handler, **options))
        return handler, running[-1].port

    yield start
    for controller in running:
        controller.stop(no_assert=True)


# Fault; state and words after the first run; state after the second; copies that the relay has by then.
ENDS = {
    "busy_at_sender": ("waiting", "421 4.3.2 shutting down", "sent", 1),
    "deferred": ("waiting", "450 4.2.1 mailbox busy", "sent", 1),
    "dropped_early": ("waiting", "connection lost before the message was sent", "sent", 1),
    "full": ("waiting", "452 4.3.1 full", "sent", 1),
    "dropped_kept": ("failed", "fate unknown: no answer after the message was sent", "failed", 1),
    "dropped_lost": ("failed", "fate unknown: no answer after the message was sent", "failed", 0),
    "slow": ("failed", "fate unknown: no answer after the message was sent", "failed", 1),
}


def test_each_fault_ends_as_documented(
    warehouse: Connection, warehouse_dsn: str, tmp_path: Path, relay: Callable[..., tuple[FaultyRelay, int]]
) -> None:
    handler, port = relay(*ENDS)
    post = Post(warehouse, warehouse_dsn, tmp_path, smtp_port=port)
    post.write(*[f"{fault}@example.org" for fault in ENDS])
    for (_, state, words), (fault, (first, begins, _, _)) in zip(post.run(), ENDS.items(), strict=True):
        assert (state, words[: len(begins)]) == (first, begins), fault
    assert [state for _, state, _ in post.run()] == [second for _, _, second, _ in ENDS.values()]
    numbers = {f"<{number}@hotline>": copies for number, (_, _, _, copies) in enumerate(ENDS.values())}
    assert {message: handler.kept.count(message) for message in numbers} == numbers
    # The held ones are listed, and go out when somebody asks.
    held = dead_letters(warehouse)
    assert [(letter.fate, letter.recipient.partition("@")[0]) for letter in reversed(held)] == [
        ("unknown", "dropped_kept"),
        ("unknown", "dropped_lost"),
        ("unknown", "slow"),
    ]
    resend(warehouse, held[1].outbox_id)
    assert [state for to, state, _ in post.run() if to.startswith("dropped_lost")] == ["sent"]
    assert handler.kept.count("<5@hotline>") == 1


def test_one_unknown_recipient_and_a_greylisted_one_touch_nobody_else(
    warehouse: Connection, warehouse_dsn: str, tmp_path: Path, relay: Callable[..., tuple[FaultyRelay, int]]
) -> None:
    handler, port = relay()
    post = Post(warehouse, warehouse_dsn, tmp_path, smtp_port=port)
    post.write("nobody@example.org", "grey@example.org", "ann@example.org")
    assert post.run() == [
        ("nobody@example.org", "failed", "550 5.1.1 no such user"),
        ("grey@example.org", "waiting", "451 4.7.1 greylisted, come back"),
        ("ann@example.org", "sent", "250 2.0.0 kept"),
    ]
    assert [state for _, state, _ in post.run()] == ["failed", "sent", "sent"]
    assert sorted(handler.kept) == ["<1@hotline>", "<2@hotline>"]


def test_a_relay_that_wants_tls_gives_up_no_message(
    warehouse: Connection, warehouse_dsn: str, tmp_path: Path, relay: Callable[..., tuple[FaultyRelay, int]]
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    handler, port = relay(tls_context=context, require_starttls=True)
    post = Post(warehouse, warehouse_dsn, tmp_path, smtp_port=port)
    post.write("ann@example.org", "bob@example.org")
    with pytest.raises(RelayError, match=r"530 .*Check HOTLINE_MAIL_FROM, HOTLINE_SMTP_STARTTLS"):
        post.run()
    assert post.rows("SELECT state, count(*) FROM core.outbox GROUP BY 1") == [("waiting", 2)]
    _, port = relay()
    post = Post(warehouse, warehouse_dsn, tmp_path, smtp_port=port)
    assert [state for _, state, _ in post.run()] == ["sent", "sent"]
    assert handler.kept == []


def test_a_relay_that_is_down_holds_up_no_webhook(warehouse: Connection, warehouse_dsn: str, tmp_path: Path) -> None:
    post = Post(warehouse, warehouse_dsn, tmp_path, smtp_port=1)
    post.write("ann@example.org", "webhook+https://gone.example.org/*#12345678")
    with pytest.raises(RelayError):
        post.run()
    assert post.rows("SELECT recipient, state FROM core.outbox ORDER BY outbox_id") == [
        ("ann@example.org", "waiting"),
        ("webhook+https://gone.example.org/*#12345678", "failed"),
    ]


@pytest.mark.slow
@pytest.mark.parametrize(("policy", "contacts", "kills"), [("resend", 60, 10), ("ask", 24, 4)])
def test_kills_and_faults_at_random_lose_nothing_and_double_only_what_is_in_doubt(
    policy: str, contacts: int, kills: int, warehouse_dsn: str, tmp_path: Path
) -> None:
    found = prove(warehouse_dsn, tmp_path, contacts, kills, seed=7, policy=policy)
    assert (found.lost, found.doubled, found.kills) == (0, 0, kills), found
    assert found.faults
    assert found.arrived + found.dead_letters >= contacts
    if policy == "ask":
        assert found.doubled_in_doubt == 0
