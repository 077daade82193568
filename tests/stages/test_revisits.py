"""Pages that change, copies and originals: with a real server whose pages change, and a clock that is put forward."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
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
from pipeline.warehouse.revisits import claim_revisits

START = datetime(2023, 3, 1, 12, 0, tzinfo=UTC)
PARAGRAPH = (
    "The two presidents spoke by telephone for {minutes} minutes on Wednesday about the grain corridor, the office of "
    "the first said in a statement that was published in the evening, and agreed to speak again within the week."
)
MORE = "A spokesman for the second leader confirmed the call and said that it had been frank, long and useful to both."


@dataclass
class Site:
    """Pages by path, which a test changes while the server runs; `asked` holds the requests' conditions."""

    port: int = 0
    pages: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def put(self, path: str, title: str, *paragraphs: str, canonical: str | None = None) -> None:
        link = f'<link rel="canonical" href="{self.url(canonical)}">' if canonical else ""
        body = "".join(f"<p>{text}</p>" for text in paragraphs)
        self.pages[path] = (
            f"<html lang=en><head><title>{title}</title>{link}</head><body><article><h1>{title}</h1>{body}</article>"
        ).encode()


@pytest.fixture
def site() -> Iterator[Site]:
    state = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = state.pages.get(self.path)
            if self.path != "/robots.txt":
                state.asked.append((self.path, self.headers["If-None-Match"]))
            etag = f'"{hash(body)}"'
            status = 404 if body is None else 304 if self.headers["If-None-Match"] == etag else 200
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("ETag", etag)
            self.send_header("Content-Length", str(len(body or b"") if status == 200 else 0))
            self.end_headers()
            if status == 200:
                self.wfile.write(body or b"")

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield state
        server.shutdown()


@dataclass
class Desk:
    """The pipeline from fetch to reconcile, with an analysis that reads the minutes out of the text."""

    site: Site
    context: StageContext

    def discover(self, *paths: str, now: datetime = START) -> None:
        with self.context.connection() as connection:
            sync_feeds(connection, [FeedSource("courier", "http://c.test/rss", "Courier", "courier")], now)
            entries = [FeedEntry(p, self.site.url(p), "Told in the feed", published=now) for p in paths]
            add_entries(connection, "courier", [(url_key(e.link or ""), e) for e in entries], now)

    def run(self, after: float = 0) -> dict[str, int]:
        """All stages, `after` so many seconds from the start; what each took."""
        self.context.settings.as_of = START + timedelta(seconds=after)
        taken = {"fetch": fetch.run(self.context).taken, "extract": extract.run(self.context).taken}
        taken["understand"] = understand.run_with(analyse, self.context).taken
        taken["reconcile"] = reconcile.run(self.context).taken
        return taken

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.context.connection() as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())


def analyse(article: Article) -> Analysis:
    words = article.whole.split()
    if "minutes" not in words:
        return Analysis((), (), "1")
    start = article.whole.index("The two presidents")
    report = ContactReport(
        (Participant("Emmanuel Macron", "FRA", "Q3052772", "President"),
         Participant("Vladimir Putin", "RUS", "Q7747", "President")),
        Mode.PHONE, Status.OCCURRED, date(2023, 3, 1), DatePrecision.DAY,
        duration_minutes=int(words[words.index("minutes") - 1]), confidence=0.95,
        evidence=(Evidence("The two presidents", start, start + 18),),
    )  # fmt: skip
    return Analysis((), (report,), "1")


@pytest.fixture
def desk(site: Site, warehouse_dsn: str, tmp_path: Path) -> Desk:
    rules = tmp_path / "alerts.yaml"
    rules.write_text("rules:\n- {name: leader-contacts, recipients: [alerts@localhost]}\n")
    settings = Settings(
        _env_file=None, home=tmp_path, as_of=START, warehouse_dsn=warehouse_dsn, alerts_file=rules,
        allow_loopback_port=site.port, revisit_after=(3600, 21600, 86400),
    )  # fmt: skip
    return Desk(site, StageContext.open(settings))


def test_a_changed_page_is_a_revision_and_its_facts_are_derived_anew(site: Site, desk: Desk) -> None:
    site.put("/1", "Presidents speak", PARAGRAPH.format(minutes=90), MORE)
    desk.discover("/1")
    desk.run()
    contacts = desk.rows("SELECT contact_id, duration_minutes FROM mart.contacts")
    assert [minutes for _, minutes in contacts] == [90]
    assert desk.run(3599)["fetch"] == 0
    site.put("/1", "Presidents speak for long", PARAGRAPH.format(minutes=105), MORE)
    assert desk.run(3600) == {"fetch": 1, "extract": 1, "understand": 1, "reconcile": 1}
    assert desk.rows("SELECT title, revision, text LIKE '%%105 minutes%%' FROM core.article") == [
        ("Presidents speak for long", 2, True)
    ]
    [(title, revision, new_title, difference)] = desk.rows(
        "SELECT title, revision, new_title, difference FROM core.article_revision"
    )
    assert (title, revision, new_title) == ("Presidents speak", 1, "Presidents speak for long")
    assert [line[:1] for line in difference.split("\n")] == ["@", "-", "+"] and "105 minutes" in difference
    assert desk.rows("SELECT contact_id, duration_minutes FROM mart.contacts") == [(contacts[0][0], 105)]
    assert desk.rows("SELECT revision, is_current FROM core.analysis ORDER BY 1") == [(1, False), (2, True)]
    assert desk.rows("SELECT count(*) FROM core.outbox") == [(1,)], "the contact was mailed already"


def test_visits_follow_the_schedule_and_end_with_it(site: Site, desk: Desk) -> None:
    site.put("/1", "Presidents speak", PARAGRAPH.format(minutes=90), MORE)
    desk.discover("/1")
    for after, visits in ((0, 1), (3600, 2), (3700, 2), (21600, 3), (86400, 4), (900_000, 4)):
        desk.run(after)
        assert len(site.asked) == visits, after
    assert site.asked[0][1] is None and all(condition for _, condition in site.asked[1:])
    assert desk.rows("SELECT count(*) FROM staging.revisit") == [(0,)]
    assert desk.rows("SELECT revision FROM core.article") == [(1,)]
    assert desk.rows("SELECT stage FROM staging.item") == [("reconciled",)]


BLOCK = b"<html><title>Just a moment...</title><p>Checking your browser"
OTHER = b"<html lang=en><title>Today in sport</title><p>The home side won by two goals to nil on a wet evening. " * 3
TEASER = f"<html lang=en><title>Presidents speak</title><article><h1>Presidents speak</h1><p>{MORE}</p>".encode()


@pytest.mark.parametrize(
    ("page", "fault"),
    [(None, "http_not_found"), (BLOCK, "captcha_page"), (b"", "no_text"), (OTHER, "soft_not_found"),
     (TEASER, "paywall_teaser")],
)  # fmt: skip
def test_whatever_a_page_becomes_its_article_stays(site: Site, desk: Desk, page: bytes | None, fault: str) -> None:
    site.put("/1", "Presidents speak", PARAGRAPH.format(minutes=90), MORE)
    good = site.pages["/1"]
    desk.discover("/1")
    desk.run()
    [before] = desk.rows("SELECT etag, archived, fetched_at FROM staging.page")
    if page is None:
        del site.pages["/1"]
    else:
        site.pages["/1"] = page
    desk.run(3600)
    assert desk.rows("SELECT stage, reason FROM staging.item") == [("reconciled", None)]
    assert desk.rows("SELECT revision FROM core.article") == [(1,)]
    assert len(desk.rows("SELECT 1 FROM mart.contacts")) == 1
    assert desk.rows("SELECT fault, fault_at FROM staging.page") == [(fault, START + timedelta(hours=1))]
    # The page that the article was read from is still ours: for conditional requests, and to be extracted again.
    assert desk.rows("SELECT etag, archived, fetched_at FROM staging.page") == [before]
    assert desk.rows("SELECT 1 FROM staging.page_again") == []
    site.pages["/1"] = good.replace(b"90 minutes", b"105 minutes")
    desk.run(21600)
    assert desk.rows("SELECT revision FROM core.article") == [(2,)]
    assert desk.rows("SELECT fault, fetched_at FROM staging.page") == [(None, START + timedelta(hours=6))]


def test_a_revision_that_takes_the_news_back_takes_the_contact_back(site: Site, desk: Desk) -> None:
    site.put("/1", "Presidents speak", PARAGRAPH.format(minutes=90), MORE)
    desk.discover("/1")
    desk.run()
    site.put("/1", "Correction: no call", "The office of the president took back its statement about a call.", MORE)
    desk.run(3600)
    assert desk.rows("SELECT 1 FROM mart.contacts") == []


def test_a_page_dated_anew_keeps_the_date_of_its_first_publication(site: Site, desk: Desk) -> None:
    stamp = '<meta property="article:published_time" content="{}">'
    site.put("/1", "Presidents speak", PARAGRAPH.format(minutes=90), MORE)
    bare = site.pages["/1"]
    site.pages["/1"] = bare.replace(b"<head>", b"<head>" + stamp.format("2023-03-01T11:00:00Z").encode())
    desk.discover("/1")
    desk.run()
    site.put("/1", "Presidents speak at last", PARAGRAPH.format(minutes=90), MORE)
    bare = site.pages["/1"]
    site.pages["/1"] = bare.replace(b"<head>", b"<head>" + stamp.format("2023-03-01T12:30:00Z").encode())
    desk.run(3600)
    assert desk.rows("SELECT revision, published_at FROM core.article") == [(2, datetime(2023, 3, 1, 11, tzinfo=UTC))]


def test_visits_that_a_dead_worker_had_taken_are_due_again_when_its_lease_is_over(site: Site, desk: Desk) -> None:
    site.put("/1", "Presidents speak", PARAGRAPH.format(minutes=90), MORE)
    desk.discover("/1")
    desk.run()
    now = START + timedelta(hours=1)
    with desk.context.connection() as dying:
        assert len(claim_revisits(dying, now, 10, 900)) == 1
        assert claim_revisits(dying, now, 10, 900) == []
    assert desk.run(3600)["fetch"] == 0
    assert desk.run(3600 + 900)["fetch"] == 1


def test_old_news_is_not_visited_again(site: Site, desk: Desk) -> None:
    site.put("/1", "Presidents speak", PARAGRAPH.format(minutes=90), MORE)
    desk.discover("/1", now=START - timedelta(days=4))
    desk.run()
    assert desk.rows("SELECT 1 FROM staging.revisit") == []


@pytest.mark.parametrize("first", ["copy", "original"])
@pytest.mark.parametrize("settled", [False, True])
def test_the_original_becomes_the_article_whichever_is_read_first(
    site: Site, desk: Desk, first: str, settled: bool
) -> None:
    site.put("/story", "Presidents speak", PARAGRAPH.format(minutes=90), MORE)
    site.put("/lite/9", "Presidents speak", PARAGRAPH.format(minutes=90), canonical="/story")
    order = ["/lite/9", "/story"] if first == "copy" else ["/story", "/lite/9"]
    desk.discover(order[0])
    if settled:
        desk.run()
    desk.discover(order[1])
    desk.run()
    assert desk.rows("SELECT url, text LIKE '%%A spokesman%%' FROM core.article") == [(site.url("/story"), True)]
    fates = dict(desk.rows("SELECT url, coalesce(reason::text, stage::text) FROM staging.item"))
    assert fates == {site.url("/story"): "reconciled", site.url("/lite/9"): "duplicate"}
    assert len(desk.rows("SELECT 1 FROM mart.contacts")) == 1
    assert desk.rows("SELECT count(*) FROM core.outbox") == [(1,)]


def test_a_text_that_an_outlet_prints_under_every_title_is_no_article(site: Site, desk: Desk) -> None:
    site.put("/1", "Presidents speak", PARAGRAPH.format(minutes=90), MORE)
    notice = (
        "Our apologies: for the time being, this story can be read in our app only, which costs you nothing at all."
    )
    for number, title in ((2, "Ministers meet"), (3, "Shares fall"), (4, "Trains late")):
        site.put(f"/{number}", title, notice)
    desk.discover("/1", "/2", "/3", "/4")
    desk.run()
    assert desk.rows("SELECT title FROM core.article ORDER BY 1") == [("Ministers meet",), ("Presidents speak",)]
    reasons = desk.rows("SELECT reason, detail LIKE 'same text as article%%' FROM staging.item WHERE stage = 'refused'")
    assert reasons == [("duplicate", True)] * 2


def test_bytes_that_the_archive_has_leave_the_warehouse(site: Site, desk: Desk) -> None:
    site.put("/1", "Presidents speak", PARAGRAPH.format(minutes=90), MORE)
    desk.discover("/1")
    desk.run()
    [(kept, archived)] = desk.rows("SELECT length(body), archived FROM staging.page")
    name, _, offset = archived.partition(":")
    assert kept == 0 and (desk.context.settings.home / "archive" / name).stat().st_size > int(offset)
