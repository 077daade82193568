"""The bundled mail catcher: a real SMTP server on loopback that keeps each message in a Maildir.

It takes the place of a relay until one is configured. Messages are written as they come, one file each, a doubled one
twice: a catcher that hid doubles would hide our faults.
"""

from __future__ import annotations

import asyncio
import contextlib
import mailbox
import os
import secrets
import socket
import time
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

_PORT = "catcher.port"


class MailCatcher:
    """`with MailCatcher(home / "mail") as catcher:` listens on `catcher.host`, `catcher.port` until the block ends."""

    host = "127.0.0.1"

    def __init__(self, folder: Path, port: int = 0) -> None:
        """`port` 0 takes a free one. Raises OSError from `start` where the port is taken."""
        self.folder = folder
        self.port = port
        self._controller: _Controller | None = None

    def start(self) -> None:
        make_maildir(self.folder)
        listener = socket.create_server((self.host, self.port))
        self.port = listener.getsockname()[1]
        self._controller = _Controller(_Keep(self.folder), listener)
        self._controller.start()
        (self.folder / _PORT).write_text(f"{self.port}\n")

    def stop(self) -> None:
        """Stop listening; safe to call twice."""
        if self._controller is not None:
            (self.folder / _PORT).unlink(missing_ok=True)
            self._controller.stop(no_assert=True)
            self._controller = None

    def __enter__(self) -> MailCatcher:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def make_maildir(folder: Path) -> None:
    """The three folders of a Maildir."""
    for name in ("tmp", "new", "cur"):
        (folder / name).mkdir(parents=True, exist_ok=True)


def messages(folder: Path) -> list[EmailMessage]:
    """All messages of a Maildir, oldest first; empty where there is none."""
    found = []
    for path in sorted(_files(folder), key=lambda p: (p.stat().st_mtime_ns, p.name)):
        with path.open("rb") as file:
            found.append(BytesParser(_class=EmailMessage, policy=policy.default).parse(file))
    return found


def holds(folder: Path, message_id: str) -> bool:
    """Whether a message with this Message-ID lies in the Maildir. Reads headers only."""
    parser = BytesHeaderParser()
    for path in _files(folder):
        with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
            if (parser.parse(file)["Message-ID"] or "").strip() == message_id:
                return True
    return False


def listens(folder: Path, port: int) -> bool:
    """Whether what listens on this loopback port is the catcher that keeps its mail in `folder`."""
    try:
        return (folder / _PORT).read_text().strip() == str(port)
    except OSError:
        return False


def as_mailbox(folder: Path) -> mailbox.Maildir:
    """The folder for Python's own mailbox module."""
    return mailbox.Maildir(folder, create=False)


def _files(folder: Path) -> Iterator[Path]:
    for name in ("new", "cur"):
        if (folder / name).is_dir():
            yield from (folder / name).iterdir()


class _Keep:
    """aiosmtpd's handler: the answer 250 is given when the message is on disk, and not before."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        name = f"{time.time_ns()}.{os.getpid()}_{secrets.token_hex(4)}.hotline"
        head = f"Return-Path: <{envelope.mail_from}>\r\n" + "".join(
            f"Delivered-To: {recipient}\r\n" for recipient in envelope.rcpt_tos
        )
        content: Any = envelope.content
        await asyncio.to_thread(self._write, name, head.encode("utf-8", "replace") + content)
        return f"250 2.0.0 kept as {name}"

    def _write(self, name: str, content: bytes) -> None:
        """By the Maildir protocol: whole in tmp, then renamed, so that no reader or crash sees a half of it."""
        part = self._folder / "tmp" / name
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.rename(self._folder / "new" / name)


class _Controller(Controller):
    """Listens on a socket that is bound already: no race for a free port."""

    def __init__(self, handler: _Keep, listener: socket.socket) -> None:
        host, port = listener.getsockname()[:2]
        super().__init__(handler, hostname=host, port=port, server_hostname="localhost", ident="Hotline mail catcher")
        self._listener = listener

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self._listener)
