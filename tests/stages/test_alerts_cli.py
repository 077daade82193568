"""`hotline alerts`, over a real warehouse with contacts in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli import build_app
from pipeline.domain import ContactReport, Mode, Status
from pipeline.newswire.catalogue import NOW
from pipeline.settings import get_settings
from pipeline.stages import alert, reconcile
from pipeline.warehouse.outbox import claim_messages, mark_failed

Newsroom = Any
Call = Callable[..., ContactReport]
Hotline = Callable[..., Result]


@pytest.fixture
def hotline(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hotline]:
    """The command line on the newsroom's installation."""
    known = newsroom.context.settings
    monkeypatch.setenv("HOTLINE_WAREHOUSE_DSN", newsroom.context.dsn)
    monkeypatch.setenv("HOTLINE_HOME", str(known.home))
    monkeypatch.setenv("HOTLINE_ALERTS_FILE", str(known.alerts_file))
    monkeypatch.setenv("COLUMNS", "200")
    get_settings.cache_clear()
    yield lambda *arguments: CliRunner().invoke(build_app(), ["alerts", *arguments])
    get_settings.cache_clear()


def test_list_shows_the_rules(hotline: Hotline) -> None:
    result = hotline("list")
    assert result.exit_code == 0
    for word in ("leader-contacts", "alerts@localhost", "anybody", ">= 0.5", "7"):
        assert word in result.output


def test_list_says_what_is_wrong_with_the_file(newsroom: Newsroom, hotline: Hotline) -> None:
    newsroom.context.settings.alerts_file.write_text("rules: [{name: x}]")
    result = hotline("list")
    assert result.exit_code == 1
    assert "rule 'x': recipients: is missing" in result.output
    assert "Traceback" not in result.output


def test_preview_prints_the_mail_and_writes_its_html(
    newsroom: Newsroom, hotline: Hotline, call: Call, tmp_path: Path
) -> None:
    newsroom.tells(call())
    reconcile.run(newsroom.context)
    ((contact_id,),) = newsroom.rows("SELECT contact_id::text FROM core.contact")
    page = tmp_path / "mail.html"
    result = hotline("preview", contact_id, "--html", str(page))
    assert result.exit_code == 0
    assert "Subject: Macron-Putin: phone call, 12 Feb 2022, 1 h 40 min (Elysee)" in result.output
    assert "> The two spoke for 100 minutes." in result.output
    assert "would not mail it" not in result.output
    assert page.read_text().startswith("<!DOCTYPE html>")
    assert "cid:" not in page.read_text()
    # Unless told where, it goes under the installation's own folder.
    own = newsroom.context.settings.home / "previews" / f"{contact_id}.html"
    assert f"The HTML part is in {own}" in hotline("preview", contact_id).output
    assert own.exists()
    assert "Name a contact" in hotline("preview").output


@pytest.mark.parametrize("key", ["not-an-id", "7e0c3a3c-2f56-5d5f-a0a4-0b3c1c1f6a01"])
def test_preview_of_no_contact_says_so(key: str, hotline: Hotline) -> None:
    result = hotline("preview", key)
    assert result.exit_code == 1
    assert "hotline contacts" in result.output


def test_test_tells_what_would_have_been_mailed_and_why_not_the_rest(
    newsroom: Newsroom, hotline: Hotline, call: Call
) -> None:
    newsroom.tells(call())
    newsroom.tells(call(status=Status.DENIED, date=date(2022, 2, 9)))
    reconcile.run(newsroom.context)
    result = hotline("test", "--since", "2022-02-01")
    assert "leader-contacts: 1 of 2 contacts" in result.output
    assert "mail  Macron-Putin: phone call, 12 Feb 2022" in result.output
    assert "it is denied" in result.output
    assert "0 of 0 contacts" in hotline("test", "leader-contacts", "--since", "2022-03-01").output
    assert "No rule is named 'other'; there are: leader-contacts." in hotline("test", "other").output


def test_outbox_lists_messages_with_their_fate(newsroom: Newsroom, hotline: Hotline, call: Call) -> None:
    assert "The outbox is empty." in hotline("outbox").output
    newsroom.tells(call())
    reconcile.run(newsroom.context)
    assert "waiting" in hotline("outbox").output
    alert.run(newsroom.context)
    assert "sent" in hotline("outbox", "--state", "sent").output
    assert "No message is waiting." in hotline("outbox", "--state", "waiting").output
    assert hotline("outbox", "--state", "lost").exit_code == 1


DAILY = """
rules:
- {name: desk, recipients: [a@example.org, b@example.org], delivery: daily, at: "07:00", timezone: Europe/Paris}
- {name: leader-contacts, recipients: [alerts@localhost]}
"""


def test_digests_in_list_preview_and_test(
    newsroom: Newsroom, hotline: Hotline, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_AS_OF", NOW.isoformat())
    newsroom.context.settings.alerts_file.write_text(DAILY)
    assert "there is nothing in the warehouse yet, so all that the first run brings is mailed" in hotline("list").output
    newsroom.tells(call())
    newsroom.tells(call(date=date(2022, 2, 14), mode=Mode.VIDEO, duration_minutes=30), published=NOW)
    reconcile.run(newsroom.context)
    listed = hotline("list").output
    assert "daily, 07:00 Europe/Paris" in listed
    assert "desk, b@example.org: 2 wait for the next digest; none was made yet." in listed
    tested = hotline("test", "desk").output
    assert "desk: 2 of 2 contacts" in tested
    assert "daily digest of 13 Feb 2022, 07:00 CET: 1 new\n    Macron-Putin: phone call, 12 Feb 2022" in tested
    shown = hotline("preview", "--digest", "desk").output
    assert "2 new contacts (Macron-Putin)" in shown
    assert "The first run after" in shown
    monkeypatch.setenv("HOTLINE_AS_OF", (NOW + timedelta(days=1)).isoformat())
    get_settings.cache_clear()
    assert "It is due: the next run sends it." in hotline("preview", "--digest", "desk").output
    # Nothing was taken by looking at it.
    assert "desk, a@example.org: 2 wait for the next digest" in hotline("list").output
    assert "mails at once" in hotline("preview", "--digest", "leader-contacts").output


def test_list_tells_what_a_new_reader_will_not_be_sent(newsroom: Newsroom, hotline: Hotline, call: Call) -> None:
    newsroom.tells(call())
    reconcile.run(newsroom.context)
    newsroom.context.settings.alerts_file.write_text(DAILY)
    assert "desk, a@example.org: new; 1 contact known by now will not be mailed" in hotline("list").output
    reconcile.run(newsroom.context)
    assert "because it was known before (primed): 1 contact." in hotline("list").output


def test_dead_letters_are_listed_and_sent_again(newsroom: Newsroom, hotline: Hotline, call: Call) -> None:
    assert "No message is dead" in hotline("dead").output
    newsroom.tells(call())
    reconcile.run(newsroom.context)
    with newsroom.context.connection() as connection:
        (message,) = claim_messages(connection, 1, 60)
        mark_failed(connection, message.outbox_id, "554 5.7.1 taken\x1b]0;x\x07 for spam", permanent=True)
    listed = hotline("dead").output
    assert "has not arrived" in listed
    assert "554 5.7.1 taken]0;x for spam" in listed
    assert "the next run sends" in hotline("resend", str(message.outbox_id)).output
    assert alert.run(newsroom.context).done == 1
    again = hotline("resend", str(message.outbox_id))
    assert again.exit_code == 1
    assert "it is sent, not failed. Nothing was changed" in again.output
