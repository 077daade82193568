"""Decisions from the page: who may, what follows, and that each can be undone there."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient
from psycopg2.extensions import connection as Connection

from pipeline.dashboard.app import build_app

FIRST, SECOND = (f"00000000-0000-0000-0000-{n:012d}" for n in (1, 2))


@pytest.fixture
def acting(client: TestClient) -> TestClient:
    return TestClient(build_app(dependencies=[], actor=lambda: "olga"))


def token_on(page: str) -> str:
    return re.findall(r'name="token" value="([^"]+)"', page)[0]


def states(conn: Connection) -> dict[str, str]:
    with conn, conn.cursor() as cursor:
        cursor.execute("SELECT contact_id::text, state FROM core.contact ORDER BY 1")
        return dict(cursor.fetchall())


def test_a_contact_is_rejected_and_comes_back(filled: Connection, acting: TestClient) -> None:
    token = token_on(acting.get(f"/contact/{FIRST}").text)
    page = acting.post(f"/review/reject/{FIRST}", data={"token": token, "note": "a rumour <b>"}).text
    assert states(filled)[FIRST] == "withdrawn"
    assert "olga" in page and "a rumour &lt;b&gt;" in page
    (number,) = re.findall(r"review/undo/(\d+)", page)
    acting.post(f"/review/undo/{number}", data={"token": token})
    assert states(filled)[FIRST] == "active"


def test_contacts_merge_and_the_page_leads_to_the_one_that_lives(filled: Connection, acting: TestClient) -> None:
    token = token_on(acting.get(f"/contact/{FIRST}").text)
    answer = acting.post(f"/review/merge/{FIRST}", data={"token": token, "other": SECOND})
    assert answer.text.count("<article>") == 2
    assert sorted(states(filled)[c] for c in (FIRST, SECOND)) == ["active", "merged"]
    reports = re.findall(r'name="reports" value="(\d+)"', answer.text)
    living = str(answer.url).rpartition("/")[2]
    acting.post(f"/review/split/{living}", data={"token": token, "reports": reports[:1]})
    assert acting.get(f"/contact/{living}").text.count("<article>") == 1


def test_what_cannot_be_decided_says_why(filled: Connection, acting: TestClient) -> None:
    token = token_on(acting.get(f"/contact/{FIRST}").text)
    answer = acting.post(f"/review/merge/{FIRST}", data={"token": token, "other": "abcd"})
    assert answer.status_code == 409
    assert "no contact abcd" in answer.json()["detail"]
    assert acting.post("/review/undo/999", data={"token": token}).status_code == 409


def test_without_the_right_nothing_can_be_decided(filled: Connection, client: TestClient) -> None:
    assert '<form method="post"' not in client.get(f"/contact/{FIRST}").text
    assert client.post(f"/review/reject/{FIRST}", data={"token": "x"}).status_code in (404, 405)
    assert states(filled)[FIRST] == "active"
