"""An SMTP server that misbehaves on command, for tests and for bench/alerts.py. What it keeps, it writes down.

python -m bench.faulty_relay --log KEPT.jsonl --seed 1 --share 0.15     # prints its port, serves until it is killed
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import socket
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

# Where a fault strikes, and whether the message is kept in spite of it.
BEFORE = ("busy_at_sender", "deferred", "dropped_early")
AFTER = ("full", "dropped_kept", "dropped_lost", "slow")
FAULTS = (*BEFORE, *AFTER)


class FaultyRelay:
    """A handler for aiosmtpd. `choose` names the fault of a message to come, or "" for none.

    Besides: addresses that begin with `nobody` are unknown (550), those with `grey` are greylisted (451, once each).
    """

    def __init__(self, choose: Callable[[], str] = str, log: Path | None = None, slow_seconds: float = 30.0) -> None:
        self.choose = choose
        self.kept: list[str] = []
        self.struck: Counter[str] = Counter()
        self._log = log.open("a", encoding="utf-8") if log else None
        self._slow_seconds = slow_seconds
        self._grey: set[str] = set()

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        session.fault = self._strike(self.choose())
        if session.fault == "busy_at_sender":
            return "421 4.3.2 shutting down"
        envelope.mail_from = address
        return "250 ok"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if address.startswith("nobody"):
            return "550 5.1.1 no such user"
        if address.startswith("grey") and address not in self._grey:
            self._grey.add(address)
            return "451 4.7.1 greylisted, come back"
        if session.fault == "deferred":
            return "450 4.2.1 mailbox busy"
        if session.fault == "dropped_early":
            server.transport.abort()
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if session.fault == "full":
            return "452 4.3.1 full"
        if session.fault == "dropped_lost":
            server.transport.abort()
            return "250 never heard"
        self._keep(envelope.content)
        if session.fault == "dropped_kept":
            server.transport.abort()
        if session.fault == "slow":
            await asyncio.sleep(self._slow_seconds)
        return "250 2.0.0 kept"

    def _keep(self, content: bytes) -> None:
        found = re.search(rb"(?im)^Message-ID:\s*(<[^>]*>)", content)
        self.kept.append(found[1].decode() if found else "")
        self._note({"kept": self.kept[-1]})

    def _strike(self, fault: str) -> str:
        if fault:
            self.struck[fault] += 1
            self._note({"fault": fault})
        return fault

    def _note(self, what: dict[str, str]) -> None:
        if self._log:
            self._log.write(json.dumps(what) + "\n")
            self._log.flush()


def serving(handler: FaultyRelay, **options: Any) -> Controller:
    """A started server on a free port of loopback; `stop()` ends it."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port, server_hostname="localhost", **options)
    controller.start()
    return controller


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", type=float, default=0.15, help="of messages that meet a fault")
    parser.add_argument("--slow", type=float, default=5.0, help="seconds that a slow answer takes")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    handler = FaultyRelay(
        lambda: chance.choice(FAULTS) if chance.random() < options.share else "", options.log, options.slow
    )
    controller = serving(handler)
    print(controller.port, flush=True)
    # Whoever started us holds the other end; when they go, so do we.
    sys.stdin.read()
    controller.stop()


if __name__ == "__main__":
    main()
