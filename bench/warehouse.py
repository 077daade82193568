"""How long analysts wait: a warehouse of generated news, every query of the cookbook, and searches.

    python -m bench.warehouse [--articles 100000] [--words 150] [--runs 3] [--loaders 1] [--dsn ...]

Makes an embedded server of its own in a temporary directory (--home puts it elsewhere, --keep leaves it), loads the
articles with COPY, and prints Markdown tables: what was loaded in which time, and for each query the median of the
runs, the rows, and the node at the top of its plan. --dsn measures in an empty database of yours instead. A tenth of
the articles tell of a contact, eight of them of each. The news spans five years: a day's share grows with --articles.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from bench.invented import News, load_news
from bench.tables import table
from pipeline.settings import ROOT, Settings
from pipeline.stages.dimensions import sync_dimensions
from pipeline.warehouse.connect import connect
from pipeline.warehouse.embedded import EmbeddedPostgres
from pipeline.warehouse.migrate import migrate

COOKBOOK = ROOT / "sql" / "cookbook"
ONE = "SELECT contact_id FROM contact_history LIMIT 1"
SEARCHES = {
    "search: a word of every second article": "SELECT * FROM search('government')",
    "search: two frequent words": "SELECT * FROM search('parliament border')",
    "search: a rare word": "SELECT * FROM search('zeppelin')",
    "search: a frequent word and a leader": "SELECT * FROM search('government', leader => 'Q7747')",
    "search: a phrase in a month": "SELECT * FROM search('\"spoke by phone\"', '2025-06-01', '2025-06-30')",
    "search: a word misspelt": "SELECT * FROM search('zepelin')",
    "one contact's timeline": f"SELECT * FROM contact_timeline WHERE contact_id = ({ONE})",
    "one contact": f"SELECT * FROM contacts WHERE contact_id = ({ONE})",
    "articles of one day": "SELECT * FROM articles WHERE published_on = '2025-06-01'",
}


def main() -> None:
    """Load, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--words", type=int, default=150, help="words an article")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--loaders", type=int, default=1, help="connections that copy articles at once")
    parser.add_argument("--dsn", help="an empty database, as its owner")
    parser.add_argument("--home", type=Path, help="where the server's files go, and stay")
    parser.add_argument("--keep", action="store_true", help="leave the server and its data")
    parser.add_argument("--measure-only", action="store_true", help="the data are there already (--home or --dsn)")
    parser.add_argument("--only", action="append", help="these queries alone, by a part of their name")
    parser.add_argument("--plans", action="store_true", help="print each plan in full")
    options = parser.parse_args()
    with warehouse(options) as dsn:
        if not options.measure_only:
            migrate(dsn)
            with closing(connect(dsn)) as connection:
                sync_dimensions(connection, Settings())
            print(loaded(dsn, News(options.articles, options.words), options.loaders), flush=True)
        with closing(connect(dsn)) as connection:
            with connection.cursor() as cursor:
                # As the analysts' role is set up.
                cursor.execute("SET search_path TO mart")
                cursor.execute("SELECT set_config('statement_timeout', '60s', false)")
            connection.commit()
            print(measured(connection, options.runs, options.only or [""], options.plans))


@contextmanager
def warehouse(options: argparse.Namespace) -> Iterator[str]:
    """The DSN of the warehouse to fill."""
    if options.dsn:
        yield options.dsn
        return
    home = options.home or Path(tempfile.mkdtemp(prefix="hotline-bench-"))
    home.mkdir(parents=True, exist_ok=True)
    # Under root the server runs as another user, who must be able to enter.
    home.chmod(0o755)
    server = EmbeddedPostgres(home, durable=False)
    try:
        yield server.start()
    finally:
        if options.keep or options.home:
            server.release()
        else:
            server.remove()
            shutil.rmtree(home)


def loaded(dsn: str, news: News, loaders: int) -> str:
    """Load the news; a table of rows, bytes and seconds."""
    rows = [
        [name, f"{count:,}", f"{seconds:.1f}", f"{count / max(seconds, 0.001):,.0f}"]
        for name, count, seconds in load_news(dsn, news, loaders)
    ]
    started = time.perf_counter()
    with closing(connect(dsn)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")
            cursor.execute("SELECT pg_database_size(current_database())")
            size = (cursor.fetchone() or (0,))[0]
    rows.append(["vacuum, analyze", "", f"{time.perf_counter() - started:.1f}", ""])
    return table(["table", "rows", "seconds", "rows a second"], rows) + f"\n\nDatabase: {size / 1e6:,.0f} MB\n"


def measured(connection: Any, runs: int, only: list[str], plans: bool) -> str:
    """Ask every query; a table of median seconds, rows and the top of the plan."""
    queries = {path.stem: path.read_text(encoding="utf-8") for path in sorted(COOKBOOK.glob("*.sql"))} | SEARCHES
    rows = []
    for name, query in queries.items():
        if not any(part in name for part in only):
            continue
        seconds, count, top = ask(connection, query, runs)
        if plans:
            print(f"\n## {name}\n" + plan(connection, query))
        rows.append([name, seconds, count, top])
    return table(["query", "s", "rows", "top of the plan"], rows)


def ask(connection: Any, query: str, runs: int) -> tuple[str, str, str]:
    """Median seconds with all rows fetched, how many rows, and the node at the top of the plan."""
    times, count = [], 0
    for _ in range(runs):
        started = time.perf_counter()
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(query)
                count = len(cursor.fetchall())
        except Exception as fault:
            if not type(fault).__module__.startswith("psycopg2"):
                raise
            return f"> {time.perf_counter() - started:.0f}", "-", str(fault).strip().partition("\n")[0]
        times.append(time.perf_counter() - started)
    with connection, connection.cursor() as cursor:
        cursor.execute("EXPLAIN (FORMAT JSON) " + query)
        (answer,) = cursor.fetchone()
    found = answer if isinstance(answer, list) else json.loads(answer)
    node = found[0]["Plan"]
    return f"{statistics.median(times):.3f}", f"{count:,}", f"{node['Node Type']} (cost {node['Total Cost']:,.0f})"


def plan(connection: Any, query: str) -> str:
    """The plan as it ran."""
    with connection, connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) " + query)
        return "\n".join(row[0] for row in cursor.fetchall())


if __name__ == "__main__":
    main()
