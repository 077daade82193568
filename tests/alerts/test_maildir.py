"""The bundled mail catcher keeps what it says it kept."""

from __future__ import annotations

import smtplib
from pathlib import Path

from pipeline.alerts.maildir import MailCatcher, as_mailbox, holds, messages


def send(catcher: MailCatcher, subject: str = "Talks", message_id: str = "<1@localhost>") -> None:
    text = f"Subject: {subject}\r\nMessage-ID: {message_id}\r\n\r\nBody of {subject}\r\n.dot\r\n"
    with smtplib.SMTP(catcher.host, catcher.port, local_hostname="localhost") as smtp:
        smtp.sendmail("hotline@localhost", ["alerts@localhost"], text)


def test_a_message_lands_in_new_whole(tmp_path: Path) -> None:
    with MailCatcher(tmp_path / "mail") as catcher:
        send(catcher)
    (kept,) = messages(tmp_path / "mail")
    assert kept["Delivered-To"] == "alerts@localhost"
    assert kept["Return-Path"] == "<hotline@localhost>"
    assert kept.get_content() == "Body of Talks\n.dot\n"
    assert not list((tmp_path / "mail" / "tmp").iterdir())
    assert [m["Subject"] for m in as_mailbox(tmp_path / "mail")] == ["Talks"]


def test_a_doubled_message_is_kept_twice(tmp_path: Path) -> None:
    with MailCatcher(tmp_path) as catcher:
        send(catcher)
        send(catcher)
    assert len(messages(tmp_path)) == 2


def test_holds_finds_by_message_id_read_or_unread(tmp_path: Path) -> None:
    with MailCatcher(tmp_path) as catcher:
        send(catcher, message_id="<2@localhost>")
    assert holds(tmp_path, "<2@localhost>")
    assert not holds(tmp_path, "<3@localhost>")
    (new,) = (tmp_path / "new").iterdir()
    new.rename(tmp_path / "cur" / f"{new.name}:2,S")
    assert holds(tmp_path, "<2@localhost>")


def test_an_absent_folder_holds_nothing(tmp_path: Path) -> None:
    assert messages(tmp_path / "none") == []
    assert not holds(tmp_path / "none", "<1@localhost>")


def test_it_listens_on_loopback_only_and_stops(tmp_path: Path) -> None:
    catcher = MailCatcher(tmp_path)
    catcher.start()
    assert catcher.host == "127.0.0.1"
    port = catcher.port
    catcher.stop()
    catcher.stop()
    again = MailCatcher(tmp_path, port)
    again.start()
    again.stop()
