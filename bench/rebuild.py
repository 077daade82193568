"""How long a rebuild takes and how much memory it needs, on generated news.

    python -m bench.rebuild [--reports 10000 100000] [--per-day 120]

For each size a warehouse of its own is filled with articles of one report each (about eight for an event, of 60 leaders
of whom a few are in the news daily), and rebuilt twice: first all contacts are new, then none is otherwise. Prints a
Markdown table: seconds by the clock, and of one core in Python itself (the database's share is the rest), with the peak
of resident memory of that process; each rebuild runs in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from psycopg2.extras import execute_values

from bench.tables import table
from pipeline.domain import FeedSource
from pipeline.stages.rebuild import rebuild
from pipeline.warehouse.connect import Connection, connect
from pipeline.warehouse.embedded import EmbeddedPostgres
from pipeline.warehouse.feeds import sync_feeds
from pipeline.warehouse.migrate import migrate
from pipeline.warehouse.rebuild import Scope
from pipeline.warehouse.text import digest

START = date(2015, 1, 1)
LEADERS = [(f"Q{n}", f"Leader {n:02}", f"C{n:02}") for n in range(60)]
OUTLETS = 40
MODES = ("phone", "phone", "phone", "in_person", "in_person", "visit", "video", "unspecified")
WORDS = [a + b + c for a in ("ta", "mo", "ri", "se") for b in ("lun", "ved", "kor", "pas") for c in ("ta", "no", "ri")]
BATCH = 2_000
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def main() -> None:
    """Fill, rebuild twice, print; for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--per-day", type=int, default=120)
    parser.add_argument("--rebuild", metavar="DSN", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.rebuild:
        print(json.dumps(measure(options.rebuild)))
        return
    rows = []
    for count in options.reports:
        for what, found in zip(("all new", "nothing otherwise"), run(count, options.per_day), strict=True):
            megabytes = f"{found['megabytes']:.0f}"
            clock, python = f"{found['seconds']:.0f}", f"{found['cpu']:.0f}"
            rows.append([f"{count:,}", what, f"{found['contacts']:,}", clock, python, megabytes])
            print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    head = ["reports", "rebuild", "contacts", "seconds", "of them in Python", "peak MB"]
    print(table(head, rows))
    print(f"\n{os.cpu_count()} cores, load {os.getloadavg()[1]:.1f}")


def run(count: int, per_day: int) -> Iterator[dict[str, Any]]:
    """Both rebuilds of a fresh warehouse with so many reports."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as directory:
        Path(directory).chmod(0o755)
        server = EmbeddedPostgres(Path(directory), durable=False)
        try:
            server.start()
            migrate(server.dsn)
            with closing(connect(server.dsn)) as connection:
                fill(connection, count, per_day)
            for _ in range(2):
                command = [sys.executable, "-m", "bench.rebuild", "--rebuild", server.dsn]
                yield json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        finally:
            server.remove()


def measure(dsn: str) -> dict[str, Any]:
    """One rebuild, committed."""
    with closing(connect(dsn)) as connection:
        began, cpu = time.perf_counter(), time.process_time()
        outcome = rebuild(connection, Scope(), NOW)
        connection.commit()
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024)
    return {"contacts": outcome.contacts, "seconds": seconds, "cpu": cpu, "megabytes": peak, "counts": outcome.counts}


def fill(connection: Connection, count: int, per_day: int) -> None:
    """Outlets, and articles with one report each, all settled but for their contacts."""
    sources = [FeedSource(f"f{n}", f"https://f{n}.test/", f"Outlet {n:02}", f"family {n // 2}") for n in range(OUTLETS)]
    sync_feeds(connection, sources, NOW)
    batch: list[dict[str, Any]] = []
    for number, report in enumerate(_reports(count, per_day)):
        batch.append({"n": number, **report})
        if len(batch) == BATCH:
            _write(connection, batch)
            batch.clear()
    _write(connection, batch)
    connection.commit()
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _reports(count: int, per_day: int) -> Iterator[dict[str, Any]]:
    """Events in the order of their days, each told by one to twenty outlets with the slips that outlets make."""
    chance = random.Random(20220212)
    made = 0
    while made < count:
        day = START + timedelta(days=made // per_day)
        people = sorted({min(int(chance.expovariate(1 / 12)), len(LEADERS) - 1) for _ in range(2)})
        people = people if len(people) == 2 else [people[0], (people[0] + 1) % len(LEADERS)]
        mode, minutes = chance.choice(MODES), chance.choice((None, 30, 45, 60, 90, 100))
        for _ in range(min(1 + int(chance.expovariate(1 / 7)), 20)):
            slip = chance.random()
            told = None if slip < 0.15 else day + timedelta(days=1) if slip < 0.25 else day
            yield {
                "people": people,
                "mode": mode if chance.random() < 0.85 else "unspecified",
                "day": told,
                "at": datetime(day.year, day.month, day.day, 12, tzinfo=UTC) + timedelta(hours=chance.uniform(0, 30)),
                "minutes": minutes if chance.random() < 0.6 else None,
                "outlet": chance.randrange(OUTLETS),
                "confidence": round(chance.uniform(0.6, 0.98), 3),
                "text": f"The two spoke about {' '.join(chance.choices(WORDS, k=12))}.",
            }
            made += 1
            if made == count:
                return


def _write(connection: Connection, batch: list[dict[str, Any]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT feed_id, outlet_id FROM staging.feed")
        outlets = dict(cursor.fetchall())
        urls = [f"https://f{r['outlet']}.test/{r['n']}" for r in batch]
        items = execute_values(
            cursor,
            "INSERT INTO staging.item (feed_id, url, url_key, url_hash, title, summary, stage, discovered_at) "
            "VALUES %s RETURNING item_id",
            [
                (f"f{r['outlet']}", u, u, digest(u), "Talks", "", "reconciled", r["at"])
                for r, u in zip(batch, urls, strict=True)
            ],
            page_size=BATCH,
            fetch=True,
        )
        articles = execute_values(
            cursor,
            "INSERT INTO core.article (item_id, outlet_id, url, canonical_key, canonical_hash, content_hash, title, "
            "text, published_at, published_on, published_source, words) VALUES %s RETURNING article_id",
            [
                (item, outlets[f"f{r['outlet']}"], u, u, digest(u), digest(u, "text"), "Talks", r["text"], r["at"],
                 r["at"].date(), "feed", 12)
                for r, u, (item,) in zip(batch, urls, items, strict=True)
            ],
            page_size=BATCH,
            fetch=True,
        )  # fmt: skip
        analyses = execute_values(
            cursor,
            "INSERT INTO core.analysis (article_id, version) VALUES %s RETURNING analysis_id",
            [(article, "generated") for (article,) in articles],
            page_size=BATCH,
            fetch=True,
        )
        reference = [r["day"] or r["at"].date() for r in batch]
        reports = execute_values(
            cursor,
            "INSERT INTO core.contact_report (analysis_id, article_id, position, mode, status, occurred_on, "
            "date_precision, reference_on, duration_minutes, historical, confidence) VALUES %s RETURNING report_id",
            [
                (analysis, article, 0, r["mode"], "occurred", r["day"], "day" if r["day"] else None, on, r["minutes"],
                 False, r["confidence"])
                for r, on, (article,), (analysis,) in zip(batch, reference, articles, analyses, strict=True)
            ],
            page_size=BATCH,
            fetch=True,
        )  # fmt: skip
        execute_values(
            cursor,
            "INSERT INTO core.report_participant (report_id, position, reference_on, person_key, name, country, "
            "wikidata_id, office) VALUES %s",
            [
                (report, n, on, LEADERS[p][0], LEADERS[p][1], LEADERS[p][2], LEADERS[p][0], "President")
                for r, on, (report,) in zip(batch, reference, reports, strict=True)
                for n, p in enumerate(r["people"])
            ],
            page_size=BATCH,
        )
        execute_values(
            cursor,
            "INSERT INTO core.report_evidence (report_id, position, text, start_offset, end_offset) VALUES %s",
            [
                (report, 0, r["text"], 6, 6 + len(r["text"]))
                for r, (report,) in zip(batch, reports, strict=True)
            ],
            page_size=BATCH,
        )  # fmt: skip


if __name__ == "__main__":
    main()
