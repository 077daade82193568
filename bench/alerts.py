"""Are alerts lost or doubled when processes die and relays misbehave? And how long from feed to mail?

    python -m bench.alerts kills [--contacts 1000] [--kills 200] [--seed 1] [--policy resend|ask]
    python -m bench.alerts latency

`kills`: contacts are settled (each in a transaction with its message, by the real desk) and mailed (by the real stage)
in a process that is ended by SIGKILL at random moments, again and again, into a relay of its own process that drops,
defers, stalls and forgets (bench/faulty_relay.py). Pauses between tries are cut short, nothing else. At the end each
contact must have arrived or be listed as a dead letter, and every double must be one of those whose fate was noted as
unknown. `latency`: one run of all stages over the example newswire, from the first request for a feed to the relay's
"250" for each mail. Both make a PostgreSQL of their own in a temporary folder.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pipeline.alerts import timeline
from pipeline.alerts.desk import Desk
from pipeline.alerts.mail import render
from pipeline.alerts.rules import load_rules
from pipeline.domain import Contact, DatePrecision, Mode, Participant, Status
from pipeline.settings import ROOT, Settings
from pipeline.stages import alert
from pipeline.stages.context import StageContext
from pipeline.warehouse.connect import connect
from pipeline.warehouse.contacts import save_contacts
from pipeline.warehouse.embedded import EmbeddedPostgres
from pipeline.warehouse.migrate import migrate

NOW = datetime(2022, 2, 13, 9, tzinfo=UTC)
RULES = "rules: [{name: everything, recipients: [desk@example.org]}]\n"


@dataclass(frozen=True)
class Verdict:
    """What became of the contacts. `doubled` are those outside the window in which nobody can know."""

    contacts: int
    kills: int
    faults: dict[str, int]
    arrived: int
    dead_letters: int
    lost: int
    doubled: int
    doubled_in_doubt: int
    in_doubt: int
    seconds: float


def contact(number: int) -> Contact:
    """One of many contacts, all different."""
    minutes = 10 + number
    return Contact(
        contact_id=str(UUID(int=(0xA1E47 << 100) + number)),
        participants=(
            Participant("Emmanuel Macron", "FRA", "Q3052772", "President"),
            Participant("Vladimir Putin", "RUS", "Q7747", "President"),
        ),
        mode=Mode.PHONE,
        status=Status.OCCURRED,
        occurred_on=date(2022, 2, 12) - timedelta(days=number % 5),
        date_precision=DatePrecision.DAY,
        duration_minutes=minutes,
        location=None,
        initiator=None,
        ordinal=None,
        historical=False,
        topics=(),
        attribution=(),
        confidence=0.9,
        first_reported_at=NOW - timedelta(hours=1),
        last_reported_at=NOW,
        report_ids=(),
        outlets=("Courier",),
        families=("courier",),
        reason="",
    )


def prove(dsn: str, folder: Path, contacts: int, kills: int, seed: int = 1, policy: str = "resend") -> Verdict:
    """Run it over a migrated, empty warehouse."""
    began, chance = time.monotonic(), random.Random(seed)
    rules, log = folder / "alerts.yaml", folder / "relay.jsonl"
    rules.write_text(RULES)
    relay = subprocess.Popen(
        [sys.executable, "-m", "bench.faulty_relay", "--log", str(log), "--seed", str(seed)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert relay.stdout is not None
        settings = Settings(
            _env_file=None, home=folder, as_of=NOW, warehouse_dsn=dsn, alerts_file=rules, alert_patience=0,
            smtp_port=int(relay.stdout.readline()), smtp_timeout=0.3, alert_ambiguous=policy,
        )  # fmt: skip
        context = StageContext.open(settings)
        desk = Desk(load_rules(rules), {}, "localhost", settings.alert_max_age_days)
        # Templates and fonts are read once, here, and not in each of hundreds of processes.
        render(contact(0), [], "everything", "desk@example.org")
        timeline.draw(date(2022, 2, 12), Mode.PHONE, [])
        killed = rounds = 0
        while killed < kills and rounds < 20 * kills:
            rounds += 1
            # The news comes in by and by, so that there is work in every round.
            known = -(-contacts * min(killed + 1, kills) // kills)
            # Most die while they mail, wherever that is; some before, while they settle.
            mails, pause = (0 if chance.random() < 0.2 else chance.randint(1, 6)), chance.uniform(0, 0.02)
            killed += _round(context, desk, known, partial(_wait, log, mails, pause))
        while _left(dsn, contacts):
            _round(context, desk, contacts, None)
    finally:
        relay.communicate(b"", timeout=10)
    return _verdict(dsn, log, contacts, killed, time.monotonic() - began)


def _wait(log: Path, mails: int, seconds: float, pid: int) -> None:
    """Until the relay has noted that many mails or faults more, and `seconds` longer; or the process is through."""
    start = log.stat().st_size
    for _ in range(mails):
        while (size := log.stat().st_size) == start:
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                return
            time.sleep(0.001)
        start = size
    time.sleep(seconds if mails else seconds * 10)


def _round(context: StageContext, desk: Desk, upto: int, wait: Callable[[int], None] | None) -> bool:
    """Settle and mail in a process of its own, and kill that after `wait`; True if it was killed at work."""
    with connect(context.dsn) as connection, connection.cursor() as cursor:
        # As if the pause after a failure had passed.
        cursor.execute("UPDATE core.outbox SET next_attempt_at = now() WHERE state = 'waiting'")
    connection.close()
    pid = os.fork()
    if pid == 0:
        try:
            _work(context, desk, upto)
        finally:
            # No farewells: the parent's files and connections are not ours to close.
            os._exit(0)
    if wait is not None:
        wait(pid)
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)


def _work(context: StageContext, desk: Desk, upto: int) -> None:
    with context.connection() as connection:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM core.contact")
            (known,) = cursor.fetchone() or (0,)
        for number in range(known, upto):
            found = contact(number)
            save_contacts(connection, [found], NOW)
            desk.alert(connection, found, NOW)
            connection.commit()
    alert.run(context)


def _left(dsn: str, contacts: int) -> bool:
    with connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core.outbox WHERE state <> 'waiting'")
        (done,) = cursor.fetchone() or (0,)
    connection.close()
    return bool(done < contacts)


def _verdict(dsn: str, log: Path, contacts: int, kills: int, seconds: float) -> Verdict:
    noted = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    copies = Counter(line["kept"] for line in noted if "kept" in line)
    with connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT message_id, state, EXISTS (
                SELECT FROM core.outbox_attempt AS attempt
                WHERE attempt.outbox_id = outbox.outbox_id AND starts_with(reply, 'fate unknown'))
            FROM core.outbox
            """
        )
        rows = cursor.fetchall()
    connection.close()
    dead = {message for message, state, _ in rows if state == "failed"}
    doubtful = {message for message, _, doubt in rows if doubt}
    doubled = {message for message, count in copies.items() if count > 1}
    missing = [message for message, _, _ in rows if message not in copies and message not in dead]
    return Verdict(
        contacts=contacts,
        kills=kills,
        faults=dict(Counter(line["fault"] for line in noted if "fault" in line)),
        arrived=len(copies),
        dead_letters=len(dead),
        lost=len(missing) + contacts - len(rows),
        doubled=len(doubled - doubtful),
        doubled_in_doubt=len(doubled & doubtful),
        in_doubt=len(doubtful),
        seconds=round(seconds, 1),
    )


def latency(dsn: str, folder: Path) -> dict[str, Any]:
    """One run of all stages over the newswire: seconds from the first request to each mail's "250"."""
    from pipeline.newswire import NOW as PRESS_NOW
    from pipeline.newswire import Newswire
    from pipeline.newswire.server import feeds_yaml
    from pipeline.stages import extract, fetch, poll, reconcile, understand

    with Newswire() as wire:
        feeds, rules = folder / "feeds.yaml", folder / "alerts.yaml"
        # A rule that is new says nothing of what was known before it: here all of it is to be mailed.
        rules.write_text("rules: [{name: everything, recipients: [desk@example.org], first_run: send}]\n")
        feeds.write_text(feeds_yaml(wire.base_url), encoding="utf-8")
        settings = Settings(
            _env_file=None, home=folder, as_of=PRESS_NOW, warehouse_dsn=dsn, feeds_file=feeds,
            allow_loopback_port=wire.port, alert_patience=0, alerts_file=rules,
        )  # fmt: skip
        context, took = StageContext.open(settings), {}
        start = datetime.now(UTC)
        for stage in (poll, fetch, extract, understand, reconcile, alert):
            began, spent = time.monotonic(), time.process_time()
            stage.run(context)
            name = stage.__name__.rpartition(".")[2]
            took[name] = {"wall": round(time.monotonic() - began, 1), "cpu": round(time.process_time() - spent, 1)}
    with connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT sent_at FROM core.outbox WHERE state = 'sent' ORDER BY sent_at")
        waits = [(row[0] - start).total_seconds() for row in cursor.fetchall()]
        cursor.execute("SELECT count(*) FROM core.article")
        (articles,) = cursor.fetchone() or (0,)
    connection.close()
    return {
        "articles": articles,
        "mails": len(waits),
        "median_seconds": round(statistics.median(waits), 1),
        "p95_seconds": round(statistics.quantiles(waits, n=20, method="inclusive")[-1], 1),
        # Of this process alone, and without PostgreSQL's. On a machine with other work the wall clock tells of that.
        "stage_seconds": took,
    }


@contextmanager
def warehouse() -> Iterator[tuple[str, Path]]:
    """A migrated warehouse, and a folder beside it."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # under root the server runs as another user, who must be able to enter
        server = EmbeddedPostgres(folder / "home")
        try:
            dsn = server.start()
            migrate(dsn)
            yield dsn, folder
        finally:
            server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    kills = commands.add_parser("kills")
    kills.add_argument("--contacts", type=int, default=1000)
    kills.add_argument("--kills", type=int, default=200)
    kills.add_argument("--seed", type=int, default=1)
    kills.add_argument("--policy", choices=("resend", "ask"), default="resend")
    commands.add_parser("latency")
    options = parser.parse_args()
    with warehouse() as (dsn, folder):
        if options.command == "latency":
            print(json.dumps(latency(dsn, folder), indent=1))
            return
        found = prove(dsn, folder, options.contacts, options.kills, options.seed, options.policy)
    print(json.dumps(found.__dict__, indent=1))
    sys.exit(bool(found.lost or found.doubled))


if __name__ == "__main__":
    main()
