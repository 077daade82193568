"""A live blog through fetch, extract, understand and reconcile, seen again while it grows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from pipeline.domain import (
    Analysis,
    Article,
    ContactReport,
    DatePrecision,
    Evidence,
    FeedEntry,
    FeedSource,
    Mode,
    Participant,
    Status,
)  # fmt: skip
from pipeline.ingest.identity import url_key
from pipeline.settings import Settings
from pipeline.stages import extract, fetch, reconcile, understand
from pipeline.stages.context import StageContext
from pipeline.warehouse.feeds import add_entries, sync_feeds

PATH = "/live/crisis"
CALL = "The two presidents spoke by telephone for 90 minutes, the office of the first said in its own statement."
OTHER = "The stock exchange fell by two percent in the first hour of trading, after three good days in a row."
THIRD = "Trains to the border were late all day long, and the station's halls were full of people who waited."
LATER = "A spokesman for the second leader confirmed the call and said that it had been frank and long as well."
INTRO = "Our reporters follow the crisis from the capitals, all day."
START = datetime(2023, 3, 2, 1, 0, tzinfo=UTC)
EVENING = datetime(2023, 3, 1, 20, 0, tzinfo=UTC)


def analyse(article: Article) -> Analysis:
    """A call on the day of publication, wherever a text says that the presidents spoke."""
    if "The two presidents spoke" not in article.text:
        return Analysis((), (), "1")
    start = article.whole.index("The two presidents")
    told = article.published
    day = told.date() if isinstance(told, datetime) else told
    report = ContactReport(
        (Participant("Emmanuel Macron", "FRA", "Q3052772", "President"),
         Participant("Vladimir Putin", "RUS", "Q7747", "President")),
        Mode.PHONE, Status.OCCURRED, day, DatePrecision.DAY, confidence=0.95,
        evidence=(Evidence("The two presidents", start, start + 18),),
    )  # fmt: skip
    return Analysis((), (report,), "1")


def page(*posts: tuple[int, str, str]) -> bytes:
    made = "".join(
        f"<article id=post-{number} class=live-post><h2>{head}</h2>"
        f"<time datetime='{(EVENING + timedelta(hours=number)).isoformat()}'></time><p>{text}</p></article>"
        for number, head, text in sorted(posts, reverse=True)
    )
    stamp = "<meta property='article:published_time' content='2023-03-01T08:00:00Z'>"
    head = f"<html lang=en><head><title>Crisis live</title>{stamp}</head>"
    return f"{head}<h1>Crisis live</h1><p>{INTRO}</p>{made}".encode()


class Desk:
    def __init__(self, context: StageContext, pages: dict[str, bytes], base: str) -> None:
        self.context, self.pages, self.base = context, pages, base

    def run(self, after: float) -> int:
        """All stages, `after` so many seconds from the start; how many articles were understood."""
        self.context.settings.as_of = START + timedelta(seconds=after)
        fetch.run(self.context)
        extract.run(self.context)
        taken = understand.run_with(analyse, self.context).taken
        reconcile.run(self.context)
        return taken

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.context.connection() as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())


@pytest.fixture
def serving() -> Iterator[tuple[dict[str, bytes], int]]:
    """Pages by path, which a test changes, and the port they are served on."""
    pages: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield pages, server.server_address[1]
        server.shutdown()


@pytest.fixture
def desk(serving: tuple[dict[str, bytes], int], warehouse_dsn: str, tmp_path: Any) -> Desk:
    pages, port = serving
    rules = tmp_path / "alerts.yaml"
    rules.write_text("rules:\n- {name: leader-contacts, recipients: [alerts@localhost]}\n")
    settings = Settings(
        _env_file=None, home=tmp_path, as_of=START, warehouse_dsn=warehouse_dsn, alerts_file=rules,
        allow_loopback_port=port, revisit_after=(3600, 21600, 86400),
    )  # fmt: skip
    context = StageContext.open(settings)
    base = f"http://127.0.0.1:{port}"
    with context.connection() as connection:
        sync_feeds(connection, [FeedSource("courier", f"{base}/rss", "Courier", "courier")], START)
        entry = FeedEntry("1", base + PATH, "Told in the feed", published=START)
        add_entries(connection, "courier", [(url_key(base + PATH), entry)], START)
    return Desk(context, pages, base)


def test_each_post_is_an_article_and_a_page_that_grows_brings_only_what_is_new(desk: Desk) -> None:
    desk.pages[PATH] = page((0, "A call", CALL), (1, "Shares fall", OTHER), (2, "Late trains", THIRD))
    assert desk.run(0) == 4
    columns = "title, text, published_at, url, published_source"
    articles = desk.rows(f"SELECT {columns} FROM core.article ORDER BY published_at")
    address = desk.base + PATH
    assert articles == [
        ("Crisis live", INTRO, datetime(2023, 3, 1, 8, tzinfo=UTC), address, "og"),
        ("A call", CALL, EVENING, f"{address}#post-0", "post"),
        ("Shares fall", OTHER, EVENING + timedelta(hours=1), f"{address}#post-1", "post"),
        ("Late trains", THIRD, EVENING + timedelta(hours=2), f"{address}#post-2", "post"),
    ]  # fmt: skip
    assert desk.rows("SELECT occurred_on FROM mart.contacts") == [(EVENING.date(),)]
    # It grows by one post, one is corrected, one has fallen off its end.
    fixed = OTHER.replace("two percent", "three percent")
    desk.pages[PATH] = page((1, "Shares fall", fixed), (2, "Late trains", THIRD), (3, "Moscow confirms", LATER))
    assert desk.run(3600) == 2
    assert desk.rows("SELECT title, revision FROM core.article ORDER BY article_id") == [
        ("Crisis live", 1), ("A call", 1), ("Shares fall", 2), ("Late trains", 1), ("Moscow confirms", 1)
    ]  # fmt: skip
    assert desk.rows("SELECT stage, count(*) FROM staging.item GROUP BY 1") == [("reconciled", 5)]
    assert len(desk.rows("SELECT 1 FROM mart.contacts")) == 1
    # As long as it grows, it is looked at every hour; then at six hours and a day from the last growth.
    assert desk.rows("SELECT due_at - fetched_at, visits FROM staging.revisit") == [(timedelta(hours=1), 0)]
    assert desk.run(7200) == 0
    assert desk.rows("SELECT due_at - fetched_at, visits FROM staging.revisit") == [(timedelta(hours=6), 1)]
    assert desk.rows("SELECT count(*), count(DISTINCT url_hash) FROM staging.item") == [(5, 5)]
    # Posts come by the minute: the feed's own pace must not be judged by them.
    assert desk.rows("SELECT count(*) FROM staging.sighting") == [(1,)]


def test_a_captcha_in_a_live_blogs_place_takes_no_post_away(desk: Desk) -> None:
    desk.pages[PATH] = page((0, "A call", CALL), (1, "Shares fall", OTHER), (2, "Late trains", THIRD))
    desk.run(0)
    desk.pages[PATH] = b"<html><title>Just a moment...</title><p>Checking your browser"
    assert desk.run(3600) == 0
    assert desk.rows("SELECT count(*), max(revision) FROM core.article") == [(4, 1)]
    assert desk.rows("SELECT fault FROM staging.page") == [("captcha_page",)]
