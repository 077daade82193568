"""Links in a mail by which readers say what they think of it: signed, for one purpose, and not voted by robots."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from pipeline.alerts.desk import Desk
from pipeline.alerts.feedback import BadLink, Ballots
from pipeline.alerts.rules import load_rules
from pipeline.cli import build_app as command_line
from pipeline.domain import Contact
from pipeline.runtime.feedback_page import Limiter, build_app
from pipeline.settings import Settings, get_settings
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.contacts import save_contacts

NOW = datetime.now(UTC)
BALLOTS = Ballots("a-secret-of-many-letters", "https://airflow.example.org", 60)
ID = "7e0c3a3c-2f56-5d5f-a0a4-0b3c1c1f6a01"


def test_a_link_says_what_was_sealed_and_no_more() -> None:
    links = BALLOTS.feedback_links(ID, "desk", "Ann@example.org", NOW)
    assert [words for words, _ in links] == ["Right", "Wrong", "Duplicate"]
    assert all(url.startswith("https://airflow.example.org/hotline/feedback?t=") and len(url) < 200 for _, url in links)
    opened = [BALLOTS.open(url.partition("?t=")[2], NOW) for _, url in links]
    assert [b.verdict for b in opened] == ["right", "wrong", "duplicate"]
    assert {(b.contact_id, b.rule) for b in opened} == {(ID, "desk")}
    # One voice however the address is written; another reader is another; the address itself is not to be had.
    again, other = (
        BALLOTS.open(BALLOTS.seal(ID, "right", "desk", to, NOW), NOW - timedelta(1))
        for to in ("ann@EXAMPLE.org", "bob@example.org")
    )
    assert again.reader == opened[0].reader != other.reader
    assert b"example" not in base64.urlsafe_b64decode(links[0][1].partition("?t=")[2] + "===")


def test_a_link_expires_and_none_can_be_changed_or_made_without_the_secret() -> None:
    token = BALLOTS.seal(ID, "right", "desk", "ann@example.org", NOW)
    with pytest.raises(BadLink, match="expired"):
        BALLOTS.open(token, NOW + timedelta(seconds=2))
    before = NOW - timedelta(1)
    raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    for place in range(len(raw)):
        forged = bytes(raw[:place]) + bytes([raw[place] ^ 1]) + bytes(raw[place + 1 :])
        with pytest.raises(BadLink, match="not whole"):
            BALLOTS.open(base64.urlsafe_b64encode(forged).rstrip(b"=").decode(), before)
    for nonsense in ("", "x", token[:-4], token + "A", "é" * 40, "A" * 5000, "=" * 10, "\x00"):
        with pytest.raises(BadLink):
            BALLOTS.open(nonsense, before)
    with pytest.raises(BadLink):
        replace(BALLOTS, secret="another-secret-altogether").open(token, before)


def test_channels_get_no_links_and_without_a_secret_nobody_does() -> None:
    assert BALLOTS.feedback_links(ID, "desk", "slack://*#12345678", NOW) == []
    assert Ballots.of(Settings(_env_file=None)) is None
    made = Ballots.of(Settings(_env_file=None, feedback_secret="s" * 16, page_url="https://x.example.org/airflow/"))
    assert made is not None
    assert made.base == "https://x.example.org/airflow"


@pytest.fixture
def page(
    warehouse: Connection, warehouse_dsn: str, contact: Callable[..., Contact], monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    """The page over a warehouse with one contact."""
    save_contacts(warehouse, [contact(contact_id=ID, report_ids=())], NOW)
    warehouse.commit()
    monkeypatch.setenv("HOTLINE_WAREHOUSE_DSN", warehouse_dsn)
    monkeypatch.setenv("HOTLINE_FEEDBACK_SECRET", BALLOTS.secret)
    get_settings.cache_clear()
    yield TestClient(build_app())
    get_settings.cache_clear()


def said(conn: Connection) -> list[tuple[Any, ...]]:
    with conn, conn.cursor() as cursor:
        cursor.execute("SELECT verdict, comment, rule, contact_id::text FROM mart.feedback ORDER BY feedback_id")
        return list(cursor.fetchall())


def link(verdict: str, reader: str = "ann@example.org", contact_id: str = ID, days: int = 1) -> str:
    token = BALLOTS.seal(contact_id, verdict, "desk", reader, datetime.now(UTC) + timedelta(days=days))
    return f"/feedback?t={token}"


def test_a_look_asks_and_only_a_press_of_the_button_counts(page: TestClient, warehouse: Connection) -> None:
    for look in (page.get, page.head):
        look(link("wrong"))
    asked = page.get(link("wrong"))
    assert asked.status_code == 200
    assert "You are about to say that this contact is wrong" in asked.text
    assert "Macron-Putin: phone call" in asked.text
    assert said(warehouse) == []
    assert page.post(link("wrong"), data={"comment": " <b>not</b> them\x00 "}).status_code == 200
    assert said(warehouse) == [("wrong", "<b>not</b> them\ufffd", "desk", ID)]
    # The same reader again: a change of mind. Another reader: another voice.
    page.post(link("right"), data={"comment": ""})
    page.post(link("duplicate", "bob@example.org"), data={"comment": ""})
    assert [row[0] for row in said(warehouse)] == ["right", "duplicate"]


def test_what_is_not_signed_shows_nothing_and_does_nothing(page: TestClient, warehouse: Connection) -> None:
    for address, status in (
        ("/feedback", 400),
        ("/feedback?t=" + "A" * 90, 400),
        (link("wrong", days=-1), 410),
        (link("wrong", contact_id="0f0e0d0c-0000-4000-8000-00000000000a"), 404),
    ):
        for answer in (page.get(address), page.post(address, data={"comment": "x"})):
            assert answer.status_code == status
            assert "Macron" not in answer.text
            assert answer.headers["Cache-Control"] == "no-store"
    assert page.post(link("wrong"), content=b"comment=" + b"a" * 9000).status_code == 413
    assert said(warehouse) == []


def test_calls_are_counted_by_the_minute() -> None:
    clock = [0.0]
    limiter = Limiter(each=2, together=3, clock=lambda: clock[0])
    assert [limiter.admits(who) for who in ("a", "a", "a", "b", "c")] == [True, True, False, False, False]
    clock[0] = 60.0
    assert limiter.admits("a")
    client = TestClient(build_app(Limiter(each=0)))
    assert (client.get("/feedback").status_code, client.post("/feedback").status_code) == (429, 429)


def test_it_is_listed_and_exported_for_training(page: TestClient) -> None:
    page.post(link("wrong"), data={"comment": "it was\nBelarus"})
    page.post(link("right", "bob@example.org"), data={"comment": ""})
    run = CliRunner().invoke
    listed = run(command_line(), ["feedback", "list", "--verdict", "wrong"]).output
    assert "Emmanuel Macron (FRA), Vladimir Putin (RUS)" in listed
    assert "it was Belarus" in listed
    assert "right" not in listed
    assert run(command_line(), ["feedback", "list", "--verdict", "perhaps"]).exit_code == 1
    rows = [json.loads(line) for line in run(command_line(), ["feedback", "export"]).output.splitlines()]
    assert [row["verdict"] for row in rows] == ["right", "wrong"]
    assert rows[0]["contact"]["contact_id"] == ID
    assert rows[0]["reports"] == []


def test_a_mail_carries_the_links_of_its_own_reader_and_a_chat_carries_none(
    warehouse: Connection, contact: Callable[..., Contact], tmp_path: Path
) -> None:
    rules = tmp_path / "alerts.yaml"
    rules.write_text(
        "rules: [{name: desk, max_age_days: 3000, recipients: [ann@example.org, bob@example.org, "
        "'webhook+https://:a-secret-of-many-letters@hooks.example.org/']}]"
    )
    told = contact(contact_id=ID, report_ids=())
    save_contacts(warehouse, [told], NOW)
    assert Desk(load_rules(rules), {}, "localhost", 7, ballots=BALLOTS).alert(warehouse, told, NOW) == 3
    with warehouse.cursor() as cursor:
        cursor.execute("SELECT text, html FROM core.outbox ORDER BY outbox_id")
        ann, bob, hook = cursor.fetchall()
    readers = set()
    for part in (*ann, *bob):
        opened = [
            BALLOTS.open(token, datetime.now(UTC)) for token in re.findall(r"/hotline/feedback\?t=([\w-]+)", part)
        ]
        assert [ballot.verdict for ballot in opened] == ["right", "wrong", "duplicate"]
        readers |= {ballot.reader for ballot in opened}
    assert len(readers) == 2
    assert "hotline/feedback" not in "".join(hook)
