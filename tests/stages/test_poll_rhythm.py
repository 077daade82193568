"""How often a feed is asked, what its failures and its silence lead to, and what ops is told: over a real server."""

from __future__ import annotations

import contextlib
import email
import email.policy
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from pipeline.domain import StageResult
from pipeline.settings import Settings
from pipeline.stages import alert, poll
from pipeline.stages.context import StageContext

START = datetime(2022, 2, 12, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class Press:
    """One server; `says[path]` is (status, headers, body), or a list of moments: a feed with an entry for each."""

    port: int = 0
    says: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def answer(self, path: str) -> tuple[int, dict[str, str], bytes]:
        said = self.says.get(path, (404, {}, b""))
        return (200, {}, rss(said)) if isinstance(said, list) else said


def rss(moments: list[datetime], extra: str = "") -> bytes:
    items = "".join(
        f"<item><title>{m:%d %H:%M}</title><link>https://n.test/{m:%d%H%M%S}</link>"
        f"<pubDate>{m:%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>"
        for m in moments
    )
    return f'<rss version="2.0"><channel><title>N</title>{extra}{items}</channel></rss>'.encode()


def hourly(until: datetime, count: int = 10) -> list[datetime]:
    return [until - HOUR * n for n in range(count)]


@pytest.fixture
def press() -> Iterator[Press]:
    room = Press()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            room.asked.append((self.path, dict(self.headers)))
            status, headers, body = room.answer(self.path)
            self.send_response_only(status)  # without its own Date: the clock is the test's
            for name, value in {"Content-Type": "application/rss+xml", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        room.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield room
        server.shutdown()
        thread.join()


@dataclass
class Desk:
    """The poll stage over that server, with a clock that the test moves."""

    press: Press
    settings: Settings

    def configure(self, *feeds: str) -> None:
        rows = "".join(f"  - {{id: {f}, url: 'http://127.0.0.1:{self.press.port}/{f}', outlet: {f}}}\n" for f in feeds)
        self.settings.feeds_file.write_text(f"feeds:\n{rows}", encoding="utf-8")

    def context(self, at: datetime) -> StageContext:
        return StageContext.open(self.settings.model_copy(update={"as_of": at}))

    def poll(self, at: datetime) -> StageResult:
        return poll.run(self.context(at))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with self.context(START).connection() as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.fetchall())

    def health(self, columns: str, feed: str = "n") -> tuple[Any, ...]:
        return self.rows(f"SELECT {columns} FROM mart.feed_health WHERE feed_id = '{feed}'")[0]

    def events(self) -> list[tuple[Any, ...]]:
        return self.rows("SELECT kind, feed, since, ended_at FROM core.ops_event ORDER BY event_id")


@pytest.fixture
def desk(press: Press, warehouse_dsn: str, tmp_path: Path) -> Desk:
    settings = Settings(
        _env_file=None,
        home=tmp_path,
        warehouse_dsn=warehouse_dsn,
        feeds_file=tmp_path / "feeds.yaml",
        alerts_file=tmp_path / "alerts.yaml",
        allow_loopback_port=press.port,
        archive_days=0,
        alert_patience=0,
    )
    settings.alerts_file.write_text("rules:\n- {name: all, recipients: [desk@localhost]}\n", encoding="utf-8")
    made = Desk(press, settings)
    made.configure("n")
    return made


def test_an_hourly_feed_is_asked_twice_an_hour_and_no_more(desk: Desk) -> None:
    desk.press.says["/n"] = hourly(START)
    assert desk.poll(START).taken == 1
    assert desk.poll(START + timedelta(minutes=25)).taken == 0
    assert desk.poll(START + timedelta(minutes=34)).taken == 1
    assert desk.health("wait_why") == ("half of its usual gap of 1 h",)


@pytest.mark.parametrize(
    ("headers", "extra", "hours", "why"),
    [
        ({"Cache-Control": "max-age=7200"}, "", 2, "its Cache-Control says 2 h"),
        ({"Cache-Control": "max-age=7200", "Age": "3600"}, "", 1, "its Cache-Control says 1 h"),
        ({}, "<ttl>180</ttl>", 3, "its ttl says 3 h"),
        (
            {},
            '<sy:updatePeriod xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">daily</sy:updatePeriod>'
            '<sy:updateFrequency xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">6</sy:updateFrequency>',
            4,
            "its sy:updatePeriod says 4 h",
        ),
        ({"Cache-Control": "max-age=31536000"}, "", 6, "its Cache-Control says 365 d, at most 6 h"),
    ],
)
def test_a_feed_is_left_alone_as_long_as_it_asks(
    desk: Desk, headers: dict[str, str], extra: str, hours: float, why: str
) -> None:
    desk.press.says["/n"] = (200, headers, rss(hourly(START), extra))
    desk.poll(START)
    assert desk.health("wait_why") == (why,)
    assert desk.poll(START + HOUR * hours * 0.98).taken == 0
    assert desk.poll(START + HOUR * hours * 1.11).taken == 1


def test_a_feed_that_did_not_change_keeps_its_rhythm(desk: Desk) -> None:
    desk.press.says["/n"] = (200, {"ETag": '"1"'}, rss(hourly(START)))
    desk.poll(START)
    before = desk.health("wait")
    desk.press.says["/n"] = (304, {}, b"")
    desk.poll(START + HOUR)
    assert desk.press.asked[-1][1]["If-None-Match"] == '"1"'
    assert (desk.health("wait"), desk.health("health")) == (before, ("healthy",))


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("when", ["28800", "Sat, 12 Feb 2022 14:00:00 GMT"], ids=["seconds", "a date"])
def test_a_server_that_asks_for_time_gets_it(desk: Desk, status: int, when: str) -> None:
    desk.press.says["/n"] = (status, {"Retry-After": when, "Date": "Sat, 12 Feb 2022 06:00:00 GMT"}, b"")
    desk.poll(START)
    assert desk.poll(START + 7.9 * HOUR).taken == 0
    assert desk.poll(START + 8 * HOUR).taken == 1


@pytest.mark.parametrize(("status", "weight"), [(404, 1.0), (410, 1.0), (500, 0.5), (403, 0.5), (429, 0.25)])
def test_a_failure_weighs_by_its_kind_and_any_feed_comes_back(desk: Desk, status: int, weight: float) -> None:
    desk.press.says["/n"] = (status, {}, b"")
    desk.poll(START)
    assert desk.health("failures") == (weight,)
    now = START
    for _ in range(40):
        now += timedelta(days=1)
        assert desk.poll(now).taken == 1, "a feed is asked once a day at least, however long it fails"
    assert desk.health("failures, failed_in_row, failing_since") == (41 * weight, 41, START)
    desk.press.says["/n"] = hourly(now)
    assert desk.poll(now + timedelta(days=1)).done == 1
    assert desk.health("health, failures, failed_in_row") == ("healthy", 0, 0)


def test_ops_is_told_of_failures_in_a_row_once_and_of_their_end_once(desk: Desk) -> None:
    now = START
    for polls in range(1, 8):
        assert desk.poll(now).taken == 1
        assert len(desk.events()) == (1 if polls >= 3 else 0)
        now += timedelta(days=1)
    assert desk.events() == [("feed_failing", "n", START, None)]
    desk.press.says["/n"] = hourly(now)
    desk.poll(now)
    desk.poll(now + HOUR)
    assert desk.events() == [("feed_failing", "n", START, now), ("feed_recovered", "n", START, None)]


def test_two_failures_and_a_success_are_no_trouble(desk: Desk) -> None:
    now = START
    for turn in range(9):
        desk.press.says["/n"] = hourly(now) if turn % 3 == 2 else (500, {}, b"")
        desk.poll(now)
        now += timedelta(days=1)
    assert desk.events() == []


def test_a_feed_that_answers_but_tells_nothing_new_for_three_gaps_is_silent(desk: Desk) -> None:
    tenth = [START - 10 * HOUR * n for n in range(12)]
    desk.press.says["/n"] = tenth
    for hours in range(0, 31, 6):
        desk.poll(START + HOUR * hours)
    assert desk.health("health") == ("healthy",)
    desk.poll(START + HOUR * 37)
    assert desk.health("health, usual_gap") == ("silent", 10 * HOUR)
    desk.poll(START + HOUR * 44)
    back = START + HOUR * 51
    desk.press.says["/n"] = [back, *tenth]
    desk.poll(back)
    assert desk.events() == [("feed_silent", "n", START, back), ("feed_speaking", "n", START, None)]
    assert desk.health("health") == ("healthy",)


def test_a_feed_whose_news_another_told_first_is_not_silent(desk: Desk) -> None:
    desk.configure("all", "part")
    for day in range(6):
        now = START + timedelta(days=day)
        desk.press.says["/all"] = desk.press.says["/part"] = hourly(now)
        desk.poll(now)
    assert desk.health("items, health", "part") == (0, "healthy")


def test_a_permanent_redirect_is_noted_with_the_address_to_write(desk: Desk) -> None:
    base = f"http://127.0.0.1:{desk.press.port}"
    desk.press.says["/n"] = (301, {"Location": "/moved"}, b"")
    desk.press.says["/moved"] = (308, {"Location": "/here"}, b"")
    desk.press.says["/here"] = hourly(START)
    desk.poll(START)
    assert desk.health("health, moved_to") == ("healthy", f"{base}/here")
    desk.press.says["/n"] = (302, {"Location": "/moved"}, b"")
    desk.poll(START + HOUR)
    assert desk.health("moved_to") == (None,)


def test_what_a_temporary_redirect_leads_on_to_is_not_its_new_address(desk: Desk) -> None:
    desk.press.says["/n"] = (301, {"Location": "/moved"}, b"")
    desk.press.says["/moved"] = (302, {"Location": "/today"}, b"")
    desk.press.says["/today"] = hourly(START)
    desk.poll(START)
    assert desk.health("moved_to") == (f"http://127.0.0.1:{desk.press.port}/moved",)


def test_a_limit_takes_those_that_waited_longest(desk: Desk) -> None:
    desk.configure("a", "b", "c")
    for name in "abc":
        desk.press.says[f"/{name}"] = hourly(START)
    for day in range(3):
        poll.run(desk.context(START + timedelta(days=day)), limit=1)
    assert [path for path, _ in desk.press.asked] == ["/a", "/b", "/c"]


def test_a_sitemap_index_is_followed_one_level_deep(desk: Desk) -> None:
    base = f"http://127.0.0.1:{desk.press.port}"
    page = "<url><loc>https://n.test/{}</loc><news:news><news:title>T {}</news:title></news:news></url>"
    start = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
    desk.press.says["/n"] = (
        200,
        {"ETag": '"index"'},
        f"<sitemapindex><sitemap><loc>{base}/a</loc></sitemap><sitemap><loc>{base}/gone</loc></sitemap>"
        f"<sitemap><loc>{base}/n</loc></sitemap></sitemapindex>".encode(),
    )
    desk.press.says["/a"] = (200, {}, f"{start}{page.format(1, 1)}{page.format(2, 2)}</urlset>".encode())
    desk.poll(START)
    assert desk.rows("SELECT title FROM staging.item ORDER BY 1") == [("T 1",), ("T 2",)]
    health, problems = desk.health("health, last_problems")
    assert (
        health == "faulty"
        and any("http_not_found" in p for p in problems)
        and any("index within" in p for p in problems)
    )
    desk.press.says["/a"] = (200, {}, f"{start}{page.format(3, 3)}</urlset>".encode())
    desk.poll(START + 7 * HOUR)
    assert "If-None-Match" not in desk.press.asked[-1][1], "the index may stay as it is while its parts change"
    assert desk.rows("SELECT count(*) FROM staging.item") == [(3,)]


def test_an_index_of_which_no_part_can_be_read_has_failed(desk: Desk) -> None:
    desk.press.says["/n"] = (200, {}, b"<sitemapindex><sitemap><loc>/gone</loc></sitemap></sitemapindex>")
    assert desk.poll(START).refused == {"http_not_found": 1}


def test_the_same_clock_again_asks_good_feeds_again_and_failed_ones_not(desk: Desk) -> None:
    desk.configure("n", "gone")
    desk.press.says["/n"] = hourly(START)
    assert desk.poll(START).taken == 2
    assert desk.poll(START).taken == 1, "under a frozen clock no time can pass"


class Inbox:
    """A relay that keeps what it is given."""

    def __init__(self) -> None:
        self.mails: list[email.message.EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 ok"


def test_ops_is_mailed_each_trouble_once_and_its_end_once(desk: Desk) -> None:
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port, server_hostname="localhost")
    with contextlib.ExitStack() as stack:
        controller.start()
        stack.callback(controller.stop)
        desk.settings = desk.settings.model_copy(
            update={"smtp_host": "127.0.0.1", "smtp_port": port, "ops_recipient": "ops@localhost"}
        )
        now = START
        for _ in range(5):
            desk.poll(now)
            alert.run(desk.context(now))
            now += timedelta(days=1)
        assert [mail["Subject"] for mail in inbox.mails] == ["Hotline: feed n is failing"]
        desk.press.says["/n"] = hourly(now)
        for later in (0, 1):
            desk.poll(now + HOUR * later)
            alert.run(desk.context(now + HOUR * later))
    assert [mail["Subject"] for mail in inbox.mails] == ["Hotline: feed n is failing", "Hotline: feed n is well again"]
    text = inbox.mails[0].get_body(("plain",)).get_content()
    assert "http_not_found" in text and "2022-02-12 06:00 UTC" in text and inbox.mails[0]["To"] == "ops@localhost"


def test_without_a_recipient_the_events_stay_to_be_told(desk: Desk) -> None:
    for day in range(4):
        desk.poll(START + timedelta(days=day))
        alert.run(desk.context(START + timedelta(days=day)))
    assert desk.rows("SELECT notified_at FROM core.ops_event") == [(None,)]
