"""The outbox: one message for one contact, rule and recipient, whatever is run again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

from pipeline.warehouse.alerting import unknown_fates
from pipeline.warehouse.contacts import save_contacts
from pipeline.warehouse.outbox import (
    Message,
    claim_messages,
    dead_letters,
    enqueue,
    mark_failed,
    mark_sent,
    resend,
    undelivered,
)

House = Any
A = "0f0e0d0c-0000-4000-8000-00000000000a"
LEASE = 600


@pytest.fixture
def message(house: House) -> Message:
    """A message about a contact that is in the warehouse."""
    (report_id,) = house.report_ids(house.understood(house.call()))
    save_contacts(house.conn, [house.contact(A, report_id)], house.now)
    return Message(A, "any", "desk@example.org", "Macron – Putin", "text", "<p>html</p>", "<1@hotline>", house.now)


def test_a_message_comes_back_as_it_was(house: House, message: Message) -> None:
    assert enqueue(house.conn, message)
    (claimed,) = claim_messages(house.conn, 10, LEASE)
    assert (claimed.subject, claimed.text, claimed.html, claimed.message_id) == (
        "Macron – Putin",
        "text",
        "<p>html</p>",
        "<1@hotline>",
    )
    assert (claimed.contact_id, claimed.rule, claimed.recipient, claimed.as_of, claimed.attempts) == (
        A,
        "any",
        "desk@example.org",
        house.now,
        0,
    )


def test_a_picture_comes_back_byte_for_byte(house: House, message: Message) -> None:
    enqueue(house.conn, replace(message, picture=b"\x00\xff\x89PNG"))
    (claimed,) = claim_messages(house.conn, 10, LEASE)
    assert claimed.picture == b"\x00\xff\x89PNG"


def test_the_second_message_for_one_contact_rule_and_recipient_is_not_taken(house: House, message: Message) -> None:
    assert enqueue(house.conn, message)
    assert not enqueue(house.conn, replace(message, subject="again", message_id="<2@hotline>"))
    assert enqueue(house.conn, replace(message, recipient="other@example.org", message_id="<3@hotline>"))


def test_a_message_about_no_contact_is_refused(house: House, message: Message) -> None:
    with pytest.raises(psycopg2.errors.ForeignKeyViolation):
        enqueue(house.conn, replace(message, contact_id=A[:-1] + "b"))


def test_a_sent_message_is_never_claimed_again(house: House, message: Message) -> None:
    enqueue(house.conn, message)
    (claimed,) = claim_messages(house.conn, 10, LEASE)
    mark_sent(house.conn, claimed.outbox_id, "250 OK")
    assert claim_messages(house.conn, 10, LEASE) == []
    assert undelivered(house.conn) == 0
    assert house.rows("SELECT outcome, reply FROM core.outbox_attempt") == [("sent", "250 OK")]
    with pytest.raises(LookupError):
        mark_sent(house.conn, claimed.outbox_id, "250 OK")


def test_a_failed_message_waits_longer_each_time(house: House, message: Message) -> None:
    enqueue(house.conn, message)
    pauses = []
    for _ in range(3):
        (claimed,) = claim_messages(house.conn, 10, LEASE)
        mark_failed(house.conn, claimed.outbox_id, "451 try later", permanent=False)
        house.conn.commit()
        assert claim_messages(house.conn, 10, LEASE) == []
        pauses.append(house.one("SELECT extract(epoch FROM next_attempt_at - now())::integer FROM core.outbox"))
        house.rows("UPDATE core.outbox SET next_attempt_at = now() RETURNING 1")
    assert [round(pause / 10) * 10 for pause in pauses] == [30, 60, 120]
    assert claim_messages(house.conn, 10, LEASE)[0].attempts == 3


def test_a_message_refused_for_good_is_not_tried_again(house: House, message: Message) -> None:
    enqueue(house.conn, message)
    (claimed,) = claim_messages(house.conn, 10, LEASE)
    mark_failed(house.conn, claimed.outbox_id, "550 no such user", permanent=True)
    assert claim_messages(house.conn, 10, LEASE) == []
    assert house.one("SELECT state FROM core.outbox") == "failed"


def test_a_claim_ends_with_its_connection(house: House, message: Message, another: Callable[[], Connection]) -> None:
    enqueue(house.conn, message)
    house.conn.commit()
    sender = another()
    assert claim_messages(sender, 10, LEASE)
    assert claim_messages(house.conn, 10, LEASE) == []
    sender.close()
    for _ in range(200):
        if claimed := claim_messages(house.conn, 10, LEASE):
            break
    assert claimed[0].message_id == "<1@hotline>"


def test_a_dead_letter_is_listed_with_its_fate_and_goes_out_again_when_asked(house: House, message: Message) -> None:
    enqueue(house.conn, message)
    enqueue(house.conn, replace(message, recipient="b@example.org", message_id="<2@hotline>"))
    for reply in ("550 no such user", "fate unknown: no answer after the message was sent"):
        (claimed,) = claim_messages(house.conn, 1, LEASE)
        mark_failed(house.conn, claimed.outbox_id, reply, permanent=True)
    unknown, refused = dead_letters(house.conn)
    assert (refused.fate, refused.last_reply, refused.attempts) == ("refused", "550 no such user", 1)
    assert (unknown.fate, unknown.recipient) == ("unknown", "b@example.org")
    assert unknown_fates(house.conn, unknown.outbox_id) == 1
    resend(house.conn, unknown.outbox_id, "ann")
    assert unknown_fates(house.conn, unknown.outbox_id) == 0
    assert [letter.outbox_id for letter in dead_letters(house.conn)] == [refused.outbox_id]
    (again,) = claim_messages(house.conn, 10, LEASE)
    assert (again.message_id, again.attempts) == ("<2@hotline>", 0)
    assert house.one("SELECT reply FROM core.outbox_attempt WHERE outcome = 'requeued'") == (
        "to be sent again, asked for by ann"
    )


def test_only_a_dead_letter_is_sent_again(house: House, message: Message) -> None:
    enqueue(house.conn, message)
    (claimed,) = claim_messages(house.conn, 10, LEASE)
    with pytest.raises(LookupError, match="it is waiting, not failed"):
        resend(house.conn, claimed.outbox_id)
    mark_sent(house.conn, claimed.outbox_id, "250 OK")
    with pytest.raises(LookupError, match="it is sent, not failed"):
        resend(house.conn, claimed.outbox_id)
    with pytest.raises(LookupError, match="there is no such message"):
        resend(house.conn, -1)


def test_channels_are_claimed_apart_from_mail_and_carry_the_contact_as_data(house: House, message: Message) -> None:
    enqueue(house.conn, message)
    enqueue(house.conn, replace(message, recipient="webhook+https://hooks.example.org/#1a2b", message_id="<2@hotline>"))
    assert (undelivered(house.conn), undelivered(house.conn, "mail"), undelivered(house.conn, "channel")) == (2, 1, 1)
    (mail,) = claim_messages(house.conn, 10, LEASE, "mail")
    (hook,) = claim_messages(house.conn, 10, LEASE, "channel")
    assert (mail.recipient, mail.payload) == ("desk@example.org", None)
    assert hook.payload is not None
    assert (hook.payload["contact_id"], hook.payload["occurred_on"], hook.payload["duration_minutes"]) == (
        A,
        "2022-02-12",
        100,
    )
    assert [p["name"] for p in hook.payload["participants"]] == ["Emmanuel Macron", "Vladimir Putin"]
    assert [s["outlet"] for s in hook.payload["sources"]] == ["The Courier"]


def test_the_other_side_may_ask_for_a_longer_pause(house: House, message: Message) -> None:
    enqueue(house.conn, message)
    (claimed,) = claim_messages(house.conn, 10, LEASE)
    mark_failed(house.conn, claimed.outbox_id, "503 busy", permanent=False, wait_seconds=900)
    house.conn.commit()
    assert house.one("SELECT next_attempt_at > now() + interval '14 minutes' FROM core.outbox") is True
