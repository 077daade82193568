"""The client against a real server on loopback: what it asks for, what it takes, and how each fault ends."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import time
import zlib
from typing import Any

import pytest

from pipeline.domain import Page, Reason
from pipeline.ingest.client import Client
from pipeline.ingest.faults import Fault
from pipeline.ingest.mediatypes import content_type_of
from pipeline.ingest.pace import Breaker
from pipeline.settings import Settings

PAGE = b"<html><body><p>The two presidents spoke by phone.</p></body></html>"


def get(settings: Settings, url: str, **options: Any) -> Page:
    async def once() -> Page:
        async with Client(settings) as client:
            return await client.fetch(url, **options)

    return asyncio.run(once())


def test_a_page_comes_with_its_bytes_type_and_validators(web: Any, settings: Settings) -> None:
    url = web.add("/a", PAGE, content_type="text/html; charset=ISO-8859-1", etag='"v1"', last_modified="yesterday")
    page = get(settings, url)
    assert (page.status, page.body, page.content_type, page.charset) == (200, PAGE, "text/html", "iso-8859-1")
    assert (page.etag, page.last_modified, page.reason, page.final_url) == ('"v1"', "yesterday", None, url)


def test_the_request_names_us_and_offers_only_codings_we_undo(web: Any, settings: Settings) -> None:
    get(settings.model_copy(update={"user_agent": "TestBot/1 (+mailto:ops@example.org)"}), web.add("/a", PAGE))
    headers = web.seen[-1].headers
    assert headers["user-agent"] == "TestBot/1 (+mailto:ops@example.org)"
    assert headers["accept-encoding"] == "gzip, deflate"
    assert "cookie" not in headers and "referer" not in headers


def test_validators_make_it_conditional_and_304_is_no_fault(web: Any, settings: Settings) -> None:
    url = web.add("/feed", b"", status=304, content_type=None)
    page = get(settings, url, etag='"v1"', last_modified="Sat, 12 Feb 2022 18:00:00 GMT", kind="feed")
    assert page.not_modified and page.reason is None
    assert web.seen[-1].headers["if-none-match"] == '"v1"'
    assert web.seen[-1].headers["if-modified-since"] == "Sat, 12 Feb 2022 18:00:00 GMT"


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, Reason.HTTP_FORBIDDEN),
        (403, Reason.HTTP_FORBIDDEN),
        (404, Reason.HTTP_NOT_FOUND),
        (410, Reason.HTTP_GONE),
        (418, Reason.HTTP_CLIENT_ERROR),
        (429, Reason.HTTP_TOO_MANY_REQUESTS),
        (451, Reason.HTTP_FORBIDDEN),
        (500, Reason.HTTP_SERVER_ERROR),
        (503, Reason.HTTP_SERVER_ERROR),
        (300, Reason.PROTOCOL_ERROR),
        (302, Reason.PROTOCOL_ERROR),  # without Location
    ],
)
def test_each_status_has_its_reason(web: Any, settings: Settings, status: int, reason: Reason) -> None:
    page = get(settings, web.add("/a", b"sorry", status=status))
    assert (page.reason, page.status, page.body) == (reason, status, b"")


def test_gzip_and_both_kinds_of_deflate_are_undone(web: Any, settings: Settings) -> None:
    bare = zlib.compressobj(wbits=-15)
    bodies = {
        "/gzip": ("gzip", gzip.compress(PAGE)),
        "/two-members": ("gzip", gzip.compress(PAGE[:20]) + gzip.compress(PAGE[20:])),
        "/padded": ("gzip", gzip.compress(PAGE) + b"\0" * 9),
        "/zlib": ("deflate", zlib.compress(PAGE)),
        "/bare": ("deflate", bare.compress(PAGE) + bare.flush()),
        "/identity": ("identity", PAGE),
    }
    for path, (coding, body) in bodies.items():
        page = get(settings, web.add(path, body, content_encoding=coding))
        assert (path, page.body, page.detail) == (path, PAGE, None)


def test_a_body_that_expands_over_several_pieces_comes_out_whole(web: Any, settings: Settings) -> None:
    body = b"".join(b"<p>%d</p>" % n for n in range(200_000))
    large = settings.model_copy(update={"fetch_max_bytes": 5_000_000})
    assert get(large, web.add("/a", gzip.compress(body), content_encoding="gzip")).body == body
    zeros = b"\0" * 4_000_000
    assert get(large, web.add("/z", gzip.compress(zeros), content_encoding="gzip")).body == zeros


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", PAGE),
        ("gzip", gzip.compress(PAGE)[:-12]),
        ("br", PAGE),
        ("gzip, gzip", gzip.compress(gzip.compress(PAGE))),
    ],
    ids=["not gzip at all", "cut short", "never offered", "stacked"],
)
def test_a_coding_that_lies_is_a_protocol_error(web: Any, settings: Settings, coding: str, body: bytes) -> None:
    assert get(settings, web.add("/a", body, content_encoding=coding)).reason is Reason.PROTOCOL_ERROR


def test_a_page_too_large_by_its_own_word_is_not_downloaded(web: Any, settings: Settings) -> None:
    page = get(settings, web.add("/a", PAGE, Content_Length="31457280"))
    assert page.reason is Reason.TOO_LARGE and "31457280" in (page.detail or "")


def test_an_endless_body_is_cut_off_at_the_limit(web: Any, settings: Settings) -> None:
    sent = 0

    def endless(sock: socket.socket, request: Any) -> None:
        nonlocal sent
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        while True:
            sock.sendall(b"<p>more</p>" * 1000)
            sent += 11_000

    page = get(settings, web.raw("/a", endless))
    assert page.reason is Reason.TOO_LARGE and page.body == b""
    assert sent < 10_000_000  # what the kernel's buffers swallow, not more


def test_a_compression_bomb_is_refused_before_it_is_in_memory(web: Any, settings: Settings) -> None:
    engine = zlib.compressobj(9, wbits=31)
    bomb = b"".join(engine.compress(b"\0" * 10_000_000) for _ in range(10)) + engine.flush()
    assert len(bomb) < settings.fetch_max_bytes
    page = get(settings, web.add("/a", bomb, content_encoding="gzip"))
    assert page.reason is Reason.TOO_LARGE


def test_a_server_that_drips_is_left_at_the_deadline(web: Any, settings: Settings) -> None:
    def drip(sock: socket.socket, request: Any) -> None:
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5000\r\n\r\n")
        for _ in range(100):
            sock.sendall(b"x")
            time.sleep(0.1)

    began = time.monotonic()
    page = get(settings.model_copy(update={"fetch_timeout": 0.6}), web.raw("/a", drip))
    assert page.reason is Reason.TIMEOUT
    assert time.monotonic() - began < 3


def test_the_deadline_counts_all_hops_together(web: Any, settings: Settings) -> None:
    def slow(sock: socket.socket, request: Any) -> None:
        time.sleep(0.4)
        here = int(request.path[2:])
        sock.sendall(f"HTTP/1.1 302 F\r\nLocation: /r{here + 1}\r\nContent-Length: 0\r\n\r\n".encode())

    for n in range(6):
        web.raw(f"/r{n}", slow)
    few = settings.model_copy(update={"fetch_timeout": 1.0, "fetch_max_redirects": 9})
    assert get(few, web.url("/r0")).reason is Reason.TIMEOUT


@pytest.mark.parametrize(
    "answer",
    [
        b"220 mail.example ESMTP\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 900\r\n\r\ntoo short",
        b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"a" * 2_000_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nnonsense",
        b"",
    ],
    ids=["another protocol", "shorter than declared", "headers of 2 MB", "broken chunks", "no answer"],
)
def test_an_answer_against_the_protocol_ends_in_a_reason(web: Any, settings: Settings, answer: bytes) -> None:
    page = get(settings, web.raw("/a", lambda sock, request: sock.sendall(answer)))
    assert page.reason in (Reason.PROTOCOL_ERROR, Reason.CONNECT_FAILED) and page.detail


@pytest.mark.parametrize(
    ("content_type", "kind", "taken"),
    [
        ("text/html; charset=utf-8", "page", True),
        ("application/xhtml+xml", "page", True),
        (None, "page", True),
        ("text/plain", "page", True),
        ("application/pdf", "page", False),
        ("image/jpeg", "page", False),
        ("application/rss+xml", "page", False),
        ("application/rss+xml", "feed", True),
        ("text/xml", "feed", True),
        ("text/html", "feed", True),
        ("video/mp4", "feed", False),
    ],
)
def test_only_types_that_can_be_read_are_taken(
    web: Any, settings: Settings, content_type: str | None, kind: str, taken: bool
) -> None:
    page = get(settings, web.add("/a", PAGE, content_type=content_type), kind=kind)
    assert page.reason is (None if taken else Reason.UNSUPPORTED_CONTENT_TYPE)


def test_redirects_are_followed_relative_ones_too(web: Any, settings: Settings) -> None:
    web.add("/old/a", status=301, location="../new/b?x=1#top")
    web.add("/new/b", PAGE)
    page = get(settings, web.url("/old/a"))
    assert (page.body, page.url, page.final_url) == (PAGE, web.url("/old/a"), web.url("/new/b?x=1"))


def test_a_redirect_loop_is_seen_at_once_and_a_long_chain_at_the_limit(web: Any, settings: Settings) -> None:
    web.add("/a", status=302, location="/b")
    web.add("/b", status=302, location="/a")
    page = get(settings, web.url("/a"))
    assert page.reason is Reason.TOO_MANY_REDIRECTS and "loop" in (page.detail or "")
    for n in range(9):
        web.add(f"/c{n}", status=302, location=f"/c{n + 1}")
    web.seen.clear()
    assert get(settings, web.url("/c0")).reason is Reason.TOO_MANY_REDIRECTS
    assert [p for p in web.paths() if p != "/robots.txt"] == ["/c0", "/c1", "/c2", "/c3"]


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("ftp://example.org/a", Reason.UNSUPPORTED_SCHEME),
        ("file:///etc/passwd", Reason.UNSUPPORTED_SCHEME),
        ("javascript:alert(1)", Reason.UNSUPPORTED_SCHEME),
        ("http://[::1", Reason.BAD_URL),
        ("http://exa mple.org:port/", Reason.BAD_URL),
        ("http://example.org:99999/", Reason.BAD_URL),
    ],
)
def test_what_is_no_web_address_is_not_followed(web: Any, settings: Settings, target: str, reason: Reason) -> None:
    assert get(settings, target).reason is reason
    assert get(settings, web.add("/r", status=302, location=target)).reason is reason


def test_nobody_listening_is_connect_failed(settings: Settings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    page = get(settings.model_copy(update={"allow_loopback_port": port}), f"http://127.0.0.1:{port}/", kind="feed")
    assert page.reason is Reason.CONNECT_FAILED


def test_a_certificate_nobody_vouches_for_is_tls_failed(settings: Settings, tls_web: Any) -> None:
    own = settings.model_copy(update={"allow_loopback_port": tls_web.port})
    page = get(own, f"https://127.0.0.1:{tls_web.port}/")
    assert page.reason is Reason.TLS_FAILED and "certificate" in (page.detail or "").lower()


def test_ssl_errors_below_httpx_are_told_apart() -> None:
    import httpx

    from pipeline.ingest.faults import fault_of

    error = httpx.ConnectError("handshake")
    error.__cause__ = ssl.SSLCertVerificationError("self-signed certificate")
    assert fault_of(error).reason is Reason.TLS_FAILED


def test_many_at_once_keep_to_the_concurrency(web: Any, settings: Settings) -> None:
    under_way, most = 0, 0

    def slow(sock: socket.socket, request: Any) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        time.sleep(0.05)
        under_way -= 1
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    for n in range(20):
        web.raw(f"/{n}", slow)

    async def crowd() -> list[Page]:
        async with Client(settings.model_copy(update={"fetch_concurrency": 4})) as client:
            return await asyncio.gather(*(client.fetch(web.url(f"/{n}")) for n in range(20)))

    pages = asyncio.run(crowd())
    assert all(page.reason is None for page in pages)
    assert 2 <= most <= 4


def test_a_server_that_does_not_answer_is_left_alone_after_three_tries(settings: Settings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    async def one_by_one() -> list[Page]:
        async with Client(settings.model_copy(update={"allow_loopback_port": port})) as client:
            return [await client.fetch(f"http://127.0.0.1:{port}/{n}", kind="feed") for n in range(5)]

    pages = asyncio.run(one_by_one())
    assert {page.reason for page in pages} == {Reason.CONNECT_FAILED}
    assert ["3 times in a row" in (page.detail or "") for page in pages] == [False, False, False, True, True]


def test_one_good_answer_wipes_out_earlier_silence() -> None:
    breaker, silence = Breaker(), Fault(Reason.TIMEOUT, "no answer")
    for ended in (silence, silence, None, silence, silence, Fault(Reason.TOO_LARGE, "it answers"), silence, silence):
        breaker.note("news.example", ended)
        breaker.check("news.example")
    breaker.note("news.example", silence)
    with pytest.raises(Fault, match=r"news\.example did not answer 3 times"):
        breaker.check("news.example")
    breaker.check("other.example")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("text/html; charset=UTF-8", ("text/html", "utf-8")),
        ('TEXT/HTML;charset="windows-1252"', ("text/html", "windows-1252")),
        ("text/html; charset", ("text/html", None)),
        ("", (None, None)),
        (None, (None, None)),
        ("text/html; charset*=nonsense'x'%ff", ("text/html", None)),
    ],
)
def test_content_type_headers_are_read_as_far_as_they_make_sense(header: str | None, expected: Any) -> None:
    assert content_type_of(header) == expected
