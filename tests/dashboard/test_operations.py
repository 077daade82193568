"""The page for ops: its numbers, and that a dead letter is sent again only by who may, from that page."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from fastapi import HTTPException
from fastapi.testclient import TestClient
from psycopg2.extensions import connection as Connection

from pipeline.dashboard.app import build_app
from pipeline.warehouse.outbox import Message, claim_messages, enqueue, mark_failed

ACTION = "/operations/resend/{}"


@pytest.fixture
def dead(filled: Connection) -> int:
    """The id of a message that was refused for good."""
    contact_id = "00000000-0000-0000-0000-000000000001"
    enqueue(filled, Message(contact_id, "all", "a@b.test", "S", "t", "h", "<1@x>", datetime(2022, 2, 13, tzinfo=UTC)))
    filled.commit()
    (message,) = claim_messages(filled, 1, 60)
    mark_failed(filled, message.outbox_id, "550 no such user", permanent=True)
    filled.commit()
    return message.outbox_id


@pytest.fixture
def acting(client: TestClient) -> TestClient:
    """A reader who may act; tests change `allowed`."""
    return TestClient(build_app(dependencies=[], actor=lambda: "olga"))


def state(conn: Connection) -> list[str]:
    with conn, conn.cursor() as cursor:
        cursor.execute("SELECT state FROM core.outbox")
        return [row[0] for row in cursor.fetchall()]


def test_the_numbers_are_those_of_the_warehouse(dead: int, client: TestClient) -> None:
    page = client.get("/operations").text
    assert "550 no such user" in page
    assert "1 failed" in page
    assert re.search(r"Items that moved</td><td class=.number.>4<", page)
    assert re.search(r"waiting, extracted</td><td class=.number.>4<", page)
    assert re.search(r"new contacts</td><td class=.number.>4<", page)
    assert 'rules-test</td><td class="number">4 articles' in page
    assert '<form method="post"' not in page


def test_a_dead_letter_is_sent_again_from_the_page(dead: int, acting: TestClient, filled: Connection) -> None:
    page = acting.get("/operations").text
    (token,) = re.findall(r'name="token" value="([^"]+)"', page)
    answer = acting.post(ACTION.format(dead), data={"token": token})
    assert f"Message {dead} is in the queue again" in answer.text
    assert state(filled) == ["waiting"]
    assert acting.post(ACTION.format(dead), data={"token": token}).status_code == 409


def test_a_form_of_another_site_does_nothing(dead: int, acting: TestClient, filled: Connection) -> None:
    (token,) = re.findall(r'name="token" value="([^"]+)"', acting.get("/operations").text)
    wrong = [
        acting.post(ACTION.format(dead)),
        acting.post(ACTION.format(dead), data={"token": token[:-1] + ("A" if token[-1] != "A" else "B")}),
        acting.post(ACTION.format(dead), data={"token": token}, headers={"Sec-Fetch-Site": "cross-site"}),
        TestClient(acting.app).post(ACTION.format(dead), data={"token": token}),
    ]
    assert [answer.status_code for answer in wrong] == [403] * 4
    assert state(filled) == ["failed"]


def test_who_may_not_act_is_refused(dead: int, client: TestClient, filled: Connection) -> None:
    def nobody() -> str:
        raise HTTPException(403, "not you")

    refused = TestClient(build_app(dependencies=[], actor=nobody))
    (token,) = re.findall(r'name="token" value="([^"]+)"', refused.get("/operations").text)
    assert refused.post(ACTION.format(dead), data={"token": token}).status_code == 403
    assert client.post(ACTION.format(dead), data={"token": token}).status_code in (404, 405)
    assert state(filled) == ["failed"]
