"""A server that means harm: each of its answers ends in a named reason within its deadline, and the run goes on."""

from __future__ import annotations

import contextlib
import gzip
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.domain import FeedEntry, FeedSource
from pipeline.ingest.identity import url_key
from pipeline.settings import Settings
from pipeline.stages import extract, fetch
from pipeline.stages.context import StageContext
from pipeline.warehouse.feeds import add_entries, sync_feeds

DEADLINE = 3.0
HTML = b"Content-Type: text/html\r\n"
WORDS = b"<p>The two presidents spoke by telephone for ninety minutes on Wednesday, the office of the first said. "
Send = Callable[[socket.socket], None]


def answer(head: bytes, body: bytes = b"", status: bytes = b"200 OK", length: int | None = None) -> Send:
    size = b"Content-Length: %d\r\n" % (len(body) if length is None else length)
    return lambda sock: sock.sendall(
        b"HTTP/1.1 " + status + b"\r\n" + size + head + b"Connection: close\r\n\r\n" + body
    )


def to(place: str) -> Send:
    return answer(f"Location: {place}\r\n".encode(), status=b"302 Found")


def drip(first: bytes, piece: bytes, pause: float) -> Send:
    def send(sock: socket.socket) -> None:
        sock.sendall(first)
        for _ in range(200):
            sock.sendall(piece)
            time.sleep(pause)

    return send


def flood(first: bytes, piece: bytes, times: int) -> Send:
    def send(sock: socket.socket) -> None:
        sock.sendall(first)
        for _ in range(times):
            sock.sendall(piece)

    return send


START = b"HTTP/1.1 200 OK\r\n"
BOMB = gzip.compress(b"\0" * 50_000_000)

# The path, what it does, and the reasons that are true of it.
HOSTILE: dict[str, tuple[Send, set[str]]] = {
    "/slow-headers": (drip(START, b"X-A: b\r\n", 0.1), {"timeout"}),
    "/slow-body": (drip(START + HTML + b"\r\n", b"x", 0.1), {"timeout"}),
    "/slow-status": (drip(b"HTTP", b"/", 0.2), {"timeout", "protocol_error"}),
    "/silent": (lambda sock: time.sleep(DEADLINE + 2), {"timeout"}),
    "/endless-body": (flood(START + HTML + b"\r\n", b"x" * 65536, 4000), {"too_large"}),
    "/endless-chunks": (
        flood(START + HTML + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65536 + b"\r\n", 4000),
        {"too_large"},
    ),
    "/bomb": (answer(HTML + b"Content-Encoding: gzip\r\n", BOMB), {"too_large"}),
    "/bomb-in-a-bomb": (answer(HTML + b"Content-Encoding: gzip, gzip\r\n", gzip.compress(BOMB)), {"protocol_error"}),
    "/huge-headers": (flood(START, b"X-Pad: " + b"a" * 8000 + b"\r\n", 1300), {"protocol_error", "connect_failed"}),
    "/one-huge-header": (flood(START + b"X-Pad: ", b"a" * 65536, 160), {"protocol_error", "connect_failed"}),
    "/loop": (to("/loop"), {"too_many_redirects"}),
    "/loop-of-two": (to("/loop-back"), {"too_many_redirects"}),
    "/loop-back": (to("/loop-of-two"), {"too_many_redirects"}),
    "/chain": (to("/chain1"), {"too_many_redirects"}),
    **{f"/chain{n}": (to(f"/chain{n + 1}"), {"too_many_redirects"} if n < 3 else {"article"}) for n in range(1, 8)},
    "/to-loopback": (to("http://127.0.0.1:22/"), {"forbidden_address"}),
    "/to-localhost": (to("http://localhost:5432/"), {"forbidden_address"}),
    "/to-metadata": (to("http://169.254.169.254/latest/meta-data/"), {"forbidden_address"}),
    "/to-mapped": (to("http://[::ffff:169.254.169.254]/"), {"forbidden_address"}),
    "/to-mapped-loopback": (to("http://[::ffff:127.0.0.1]:9/"), {"forbidden_address"}),
    "/to-nat64": (to("http://[64:ff9b::a9fe:a9fe]/"), {"forbidden_address"}),
    "/to-private": (to("http://10.0.0.1/"), {"forbidden_address"}),
    "/to-number": (to("http://2130706433/"), {"forbidden_address"}),
    "/to-octal": (to("http://0177.0.0.1/"), {"bad_url"}),
    "/to-file": (to("file:///etc/passwd"), {"unsupported_scheme"}),
    "/to-gopher": (to("gopher://127.0.0.1/"), {"unsupported_scheme"}),
    "/to-login": (to("http://user:secret@example.org/"), {"bad_url"}),
    "/to-nothing": (to("http://"), {"too_many_redirects"}),
    "/short": (answer(HTML, b"<p>cut", length=50_000), {"protocol_error", "connect_failed"}),
    "/negative": (lambda s: s.sendall(START + HTML + b"Content-Length: -1\r\n\r\nx"), {"protocol_error"}),
    "/two-lengths": (
        lambda s: s.sendall(START + HTML + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"),
        {"protocol_error"},
    ),
    "/bad-chunk": (lambda s: s.sendall(START + HTML + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"), {"protocol_error"}),
    "/no-http": (lambda s: s.sendall(b"SSH-2.0-OpenSSH_9.0\r\n"), {"protocol_error"}),
    "/nothing": (lambda s: None, {"protocol_error", "connect_failed"}),
    "/broken-gzip": (answer(HTML + b"Content-Encoding: gzip\r\n", b"\x1f\x8b" + b"\xff" * 500), {"protocol_error"}),
    "/binary": (answer(HTML, bytes(range(256)) * 100), {"unreadable", "no_text"}),
    "/not-utf8": (answer(b"Content-Type: text/html; charset=utf-8\r\n", WORDS * 20 + b"\xff\xfe\xc3"), {"article"}),
    "/no-charset": (answer(b"Content-Type: text/html; charset=klingon\r\n", WORDS * 20 + b"\x93x\x94"), {"article"}),
    "/deep": (answer(HTML, b"<div>" * 60_000 + b"x"), {"no_text", "unreadable", "too_short"}),
    "/video": (answer(b"Content-Type: video/mp4\r\n", b"x" * 100), {"unsupported_content_type"}),
    "/lying-length": (answer(HTML, b"", length=10**15), {"too_large"}),
}  # fmt: skip
GOOD = answer(
    b"Content-Type: text/html; charset=utf-8\r\n", b"<html lang=en><title>Presidents speak</title>" + WORDS * 20
)


@pytest.fixture
def port() -> Iterator[int]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                self.request.settimeout(10)
                path = self.request.recv(65536).split(b" ")[1].decode()
                if path == "/robots.txt":
                    answer(b"", status=b"404 Not Found")(self.request)
                else:
                    HOSTILE.get(path, (GOOD, set()))[0](self.request)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True
        block_on_close = False
        request_queue_size = 100

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.slow
def test_every_trick_ends_in_its_reason_and_the_good_pages_are_had(
    port: int, warehouse_dsn: str, tmp_path: Path
) -> None:
    settings = Settings(
        _env_file=None,
        home=tmp_path,
        warehouse_dsn=warehouse_dsn,
        allow_loopback_port=port,
        fetch_timeout=DEADLINE,
        fetch_max_bytes=1_000_000,
        max_attempts=1,
    )
    context = StageContext.open(settings)
    silent = [path for path, (_, right) in HOSTILE.items() if "timeout" in right]
    others = [path for path in HOSTILE if path not in silent]
    # A server that is silent three times in a row is left alone for a while, good pages and all: so two at a time.
    for group in (others, silent[:2], silent[2:]):
        paths = [p for path in group for p in (path, f"/good{path}")]
        with context.connection() as connection:
            sync_feeds(connection, [FeedSource("f", "http://f.example/", "F", "f")], context.now())
            urls = [f"http://127.0.0.1:{port}{path}" for path in paths]
            add_entries(connection, "f", [(url_key(u), FeedEntry(u, u, "Told")) for u in urls], context.now())
        began = time.monotonic()
        result = fetch.run(context)
        assert (result.taken, result.left) == (len(paths), 0)
        # Nothing here waits for a host's turn, so the deadlines are all the time there is.
        assert time.monotonic() - began < 3 * DEADLINE + 20
    extract.run(context)
    fates = rows(context, "SELECT url, coalesce(reason::text, 'article'), detail, stage FROM staging.item")
    assert not [f for f in fates if f[3] in ("discovered", "fetched")]
    told = {url.removeprefix(f"http://127.0.0.1:{port}"): (fate, detail) for url, fate, detail, _ in fates}
    # The good pages print one text, so all but one are copies of it; so may be a page that is only oddly encoded.
    also = {"article": {"article", "duplicate"}}
    wrong = {
        path: told[path]
        for path, (_, right) in HOSTILE.items()
        if told[path][0] not in set().union(right, *(also.get(r, set()) for r in right))
    }
    assert not wrong
    assert all(detail for fate, detail in told.values() if fate != "article")
    good = [fate for path, (fate, _) in told.items() if path.startswith("/good")]
    assert set(good) <= {"article", "duplicate"} and len(good) == len(HOSTILE)


def rows(context: StageContext, sql: str) -> list[tuple[Any, ...]]:
    with context.connection() as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())
