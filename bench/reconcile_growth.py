"""What one more report costs to settle, as the history grows: it must not grow with it.

    python -m bench.reconcile_growth [--sizes 1000 10000 100000] [--new 60] [--per-day 20]

Starts an embedded PostgreSQL of its own in a temporary directory and fills it by COPY with settled reports of invented
events, five reports of each, `--per-day` of them a day: a longer history is a further past. After each size, `--new`
reports of the newest events, and of new ones, are settled one by one in transactions of their own, then as many in one
batch. Prints milliseconds per new report: by the clock, which other work on the machine slows, and of processor time of
this process and its database backend together; and how many reports lie in the block that is settled with one.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import random
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from psycopg2.extensions import connection as Connection

from pipeline.stages.reconcile import derive
from pipeline.warehouse.connect import connect
from pipeline.warehouse.embedded import EmbeddedPostgres
from pipeline.warehouse.migrate import migrate
from pipeline.warehouse.reports import block_reports

END = date(2024, 6, 30)
NOW = datetime(2024, 7, 1, 12, tzinfo=UTC)
EACH = 5  # reports of an event
OUTLETS, LEADERS = 60, 150
TICKS = os.sysconf("SC_CLK_TCK")
PLACES = ("Geneva", "Vienna", "Oslo", "Doha", "Istanbul", "Rome")
MODES = ("phone", "phone", "phone", "in_person", "visit", "video")
WORDS = (
    "grain",
    "border",
    "prisoners",
    "gas",
    "sanctions",
    "ceasefire",
    "trade",
    "visas",
    "corridor",
    "energy",
    "ports",
)


@dataclass(frozen=True, slots=True)
class Event:
    """What happened: the `number`-th before END; negative numbers are of END itself."""

    number: int
    day: date
    people: tuple[int, ...]
    mode: str
    place: str | None
    minutes: int

    @property
    def contact_id(self) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"event {self.number}"))


def event(number: int, per_day: int) -> Event:
    """The same number gives the same event. A few leaders are in most of the news; one event in twenty is a summit."""
    chance = random.Random(number)
    size = 8 if number % 20 == 0 else 2
    people: dict[int, None] = {}
    while len(people) < size:
        people[min(int(LEADERS ** chance.random()), LEADERS - 1)] = None
    mode = "multilateral" if size > 2 else chance.choice(MODES)
    place = chance.choice(PLACES) if mode not in ("phone", "video") else None
    day = END - timedelta(days=max(number, 0) * EACH // per_day)
    return Event(number, day, tuple(sorted(people)), mode, place, chance.choice((20, 45, 60, 90)))


class Writer:
    """Fills the warehouse by COPY; ids are given out in order."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._next = 1

    def outlets(self) -> None:
        rows = [(n, f"Outlet {n}", f"family {n % 45}", "paper", "en", "UTC") for n in range(1, OUTLETS + 1)]
        self._copy("core.outlet (outlet_id, name, family, kind, language, timezone)", rows)
        feeds = [(f"feed {n}", n, f"http://{n}.test/", NOW, NOW) for n in range(1, OUTLETS + 1)]
        self._copy("staging.feed (feed_id, outlet_id, url, added_at, updated_at)", feeds)

    def reports(self, told: Sequence[tuple[Event, int]], settled: bool) -> list[int]:
        """One article with one report for each (event, hours after its day); returns the article ids."""
        first = self._next
        self._next += len(told)
        numbered = list(enumerate(told, first))
        chance = random.Random(first)
        stage = "reconciled" if settled else "understood"
        items, articles, analyses, reports, people, evidence = [], [], [], [], [], []
        for n, (e, hours) in numbered:
            at = datetime.combine(e.day, datetime.min.time(), UTC) + timedelta(hours=hours)
            outlet = chance.randint(1, OUTLETS)
            url, key, digest = f"http://news.test/{n}", f"news.test/{n}", _hash(n)
            items.append((n, key, digest, url, f"feed {outlet}", f"Story {n}", "", at, stage, at, at))
            articles.append(
                (n, n, outlet, url, key, digest, digest, f"Story {n}", "Text.", "en", at, at.date(), "feed", 1)
            )
            analyses.append((n, n, "bench"))
            minutes = e.minutes + chance.choice((0, 0, 5)) if chance.random() < 0.5 else None
            where = e.place if chance.random() < 0.7 else None
            mode = e.mode if chance.random() < 0.85 else "unspecified"
            reports.append((n, n, n, 0, mode, "occurred", e.day, "day", e.day, minutes, where, False, 0.9))
            people += [
                (n, p, f"Q{who}", e.day, f"Leader {who:03}", "USA", f"Q{who}", "President")
                for p, who in enumerate(e.people)
            ]
            text = f"Leaders {e.people[0]} and {e.people[1]} spoke about {' and '.join(chance.sample(WORDS, 3))} ({n})."
            evidence.append((n, 0, text, 0, len(text)))
        self._copy(
            "staging.item (item_id, url_key, url_hash, url, feed_id, title, summary, published, stage, discovered_at, "
            "stage_at)", items,
        )  # fmt: skip
        self._copy(
            "core.article (article_id, item_id, outlet_id, url, canonical_key, canonical_hash, content_hash, title, "
            "text, language, published_at, published_on, published_source, words)", articles,
        )  # fmt: skip
        self._copy("core.analysis (analysis_id, article_id, version)", analyses)
        self._copy(
            "core.contact_report (report_id, analysis_id, article_id, position, mode, status, occurred_on, "
            "date_precision, reference_on, duration_minutes, location, historical, confidence)", reports,
        )  # fmt: skip
        self._copy(
            "core.report_participant (report_id, position, person_key, reference_on, name, country, wikidata_id, "
            "office)",
            people,
        )
        self._copy("core.report_evidence (report_id, position, text, start_offset, end_offset)", evidence)
        if settled:
            self._contacts({e.number: e for e, _ in told}.values())
            self._copy("core.contact_member (report_id, contact_id)", [(n, e.contact_id) for n, (e, _) in numbered])
        return [n for n, _ in numbered]

    def _contacts(self, events: Iterable[Event]) -> None:
        contacts, people = [], []
        for e in events:
            at = datetime.combine(e.day, datetime.min.time(), UTC)
            minutes = e.minutes
            contacts.append(
                (e.contact_id, e.mode, "occurred", e.day, "day", minutes, e.place, False, 0.9, at, at, at, at)
            )
            people += [
                (e.contact_id, p, f"Q{who}", f"Leader {who:03}", "USA", f"Q{who}", "President")
                for p, who in enumerate(e.people)
            ]
        self._copy(
            "core.contact (contact_id, mode, status, occurred_on, date_precision, duration_minutes, location, "
            "historical, confidence, first_reported_at, last_reported_at, created_at, updated_at)", contacts,
        )  # fmt: skip
        self._copy(
            "core.contact_participant (contact_id, position, person_key, name, country, wikidata_id, office)", people
        )

    def _copy(self, target: str, rows: Sequence[tuple[Any, ...]]) -> None:
        lines = "".join(
            "\t".join("\\N" if v is None else str(v).replace("\\", "\\\\") for v in row) + "\n" for row in rows
        )
        with self._conn.cursor() as cursor:
            cursor.copy_expert(f"COPY {target} FROM STDIN", io.StringIO(lines))


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds by the clock and of processor time."""

    clock: float
    processor: float


def measure(conn: Connection, articles: Sequence[int]) -> Cost:
    """Settle these articles in one transaction."""
    pid = conn.info.backend_pid
    started, used = time.perf_counter(), time.process_time() + _used_by(pid)
    derive(conn, articles, NOW)
    conn.commit()
    return Cost(1000 * (time.perf_counter() - started), 1000 * (time.process_time() + _used_by(pid) - used))


def grow(conn: Connection, sizes: Sequence[int], new: int, per_day: int) -> None:
    """Fill, measure, print, for each size."""
    writer = Writer(conn)
    writer.outlets()
    print(
        "| reports held | filled in | block | one by one: clock (p95) | processor | in one batch: clock | processor |"
    )
    print("|---|---|---|---|---|---|---|", flush=True)
    held = 0
    for size in sizes:
        started = time.perf_counter()
        while held < size:
            last = min(size, held + 20_000)
            # Whole events only.
            rows = [(event(n // EACH, per_day), 18 + n % EACH * 6) for n in range(held, last)]
            writer.reports(rows, settled=True)
            held = last
        conn.commit()
        with conn.cursor() as cursor:
            cursor.execute("ANALYZE")
        conn.commit()
        filled = time.perf_counter() - started
        # The same news at every size, so that nothing but the history differs.
        told = [list(_news(n, new, per_day)) for n in range(2)]
        articles = writer.reports(told[0], settled=False)
        conn.commit()
        blocks = [len(block_reports(conn, [a])) for a in articles[:: max(1, new // 10)]]
        conn.rollback()
        costs = [measure(conn, [a]) for a in articles]
        batch = writer.reports(told[1], settled=False)
        conn.commit()
        whole = measure(conn, batch)
        clocks = sorted(c.clock for c in costs)
        print(
            f"| {size:,} | {filled:.0f} s | {statistics.mean(blocks):.0f} | {statistics.median(clocks):.0f} ms "
            f"({clocks[int(0.95 * (len(clocks) - 1))]:.0f}) | {statistics.mean(c.processor for c in costs):.0f} ms "
            f"| {whole.clock / new:.0f} ms | {whole.processor / new:.0f} ms |",
            flush=True,
        )


def _news(seed: int, count: int, per_day: int) -> Iterator[tuple[Event, int]]:
    """Reports that come in now: half tell of the newest events, half of events that nobody told before."""
    chance = random.Random(seed)
    for n in range(count):
        yield event(chance.randrange(40) if n % 2 else -chance.randrange(10**9), per_day), 30


def main() -> int:
    """Start a server, measure, remove it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--new", type=int, default=60)
    parser.add_argument("--per-day", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hotline-growth-") as directory:
        # Under root the server runs as another user, who must be able to enter.
        Path(directory).chmod(0o755)
        server = EmbeddedPostgres(Path(directory), durable=False)
        try:
            dsn = server.start()
            migrate(dsn)
            with closing(connect(dsn)) as conn:
                grow(conn, sorted(options.sizes), options.new, options.per_day)
        finally:
            server.remove()
    return 0


def _used_by(pid: int) -> float:
    """Processor seconds that a process has used; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def _hash(number: int) -> str:
    return "\\x" + hashlib.sha256(str(number).encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
