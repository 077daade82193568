"""No URL, redirect or name may lead us off the public internet: each trick by its name."""

from __future__ import annotations

import asyncio
import ipaddress
import itertools
import time
from collections.abc import Iterable
from typing import Any

import httpcore
import pytest

from pipeline.addresses import forbidden
from pipeline.domain import Page, Reason
from pipeline.ingest.client import Client
from pipeline.settings import Settings

PUBLIC = "93.184.216.34"
PAGE = b"<html><p>ok</p></html>"


class Dialler(httpcore.AsyncNetworkBackend):
    """Notes which address is dialled, and rings at the local test server instead."""

    def __init__(self, port: int) -> None:
        self.dialled: list[str] = []
        self._port = port
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.dialled.append(host)
        return await self._inner.connect_tcp("127.0.0.1", self._port, timeout)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Names:
    """A resolver by a table; each asking takes the next answer of a name, the last one stays."""

    def __init__(self, **table: list[list[str]]) -> None:
        self.table = {name.replace("_", "."): answers for name, answers in table.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        answers = self.table.get(host, [[host]])
        return answers.pop(0) if len(answers) > 1 else answers[0]


def get(settings: Settings, url: str, names: Names, dialler: Dialler) -> Page:
    async def once() -> Page:
        async with Client(settings, resolver=names, network=dialler) as client:
            return await client.fetch(url)

    return asyncio.run(once())


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192", "198.18.0.1", "224.0.0.1", "239.1.1.1",
        "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001::1", "fe80::1", "fc00::1", "fd00:ec2::254",
        "ff02::1", "2001:db8::1",
    ],
)  # fmt: skip
def test_an_address_off_the_public_internet_is_forbidden(address: str) -> None:
    assert forbidden(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"])
def test_a_public_address_is_not(address: str) -> None:
    assert not forbidden(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1/",
        "http://127.0.0.1:22/",
        "http://localhost:5432/",
        "http://localhost./",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[fe80::1%25eth0]/",
        "http://10.0.0.8/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://127.0.0.1.:80/",
        "http://0/",
        "http://public.example@127.0.0.1/",
        "http://user:pass@public.example/",
        "http://public.example\\@127.0.0.1/",
        "http://private.example/",
        "http://mixed.example/",
        "http://mapped.example/",
        "https://private.example/",
    ],
)
def test_no_redirect_leads_inside(web: Any, settings: Settings, target: str) -> None:
    names = Names(
        public_example=[[PUBLIC]],
        private_example=[["192.168.0.10"]],
        mixed_example=[[PUBLIC, "10.0.0.1"]],
        mapped_example=[["::ffff:127.0.0.1"]],
        **{"localhost": [["127.0.0.1", "::1"]], "localhost.": [["127.0.0.1"]]},
    )
    web.add("/", PAGE)
    web.add("/away", status=302, location=target)
    for url in (target, "http://public.example/away"):
        dialler = Dialler(web.port)
        page = get(settings, url, names, dialler)
        assert page.reason in (Reason.FORBIDDEN_ADDRESS, Reason.BAD_URL, Reason.DNS_FAILED), (url, page)
        assert page.body == b"" and page.detail
        assert set(dialler.dialled) <= {PUBLIC}


def test_the_address_that_was_checked_is_the_one_connected_to(web: Any, settings: Settings) -> None:
    """DNS rebinding: the second answer would be loopback; it is never asked for between check and connection."""
    web.add("/a", PAGE)
    web.add("/robots.txt", b"", content_type="text/plain", connection="close")
    names = Names(rebind_example=[[PUBLIC], [PUBLIC], ["127.0.0.1"]])
    dialler = Dialler(web.port)
    page = get(settings, "http://rebind.example/a", names, dialler)
    assert page.body == PAGE
    assert dialler.dialled == [PUBLIC] * len(names.asked)
    page = get(settings, "http://rebind.example/a", names, dialler)
    assert page.reason is Reason.FORBIDDEN_ADDRESS
    assert set(dialler.dialled) == {PUBLIC}


def test_the_host_header_keeps_the_name(web: Any, settings: Settings) -> None:
    web.add("/a", PAGE)
    get(settings, "http://News.example:80/a", Names(news_example=[[PUBLIC]]), Dialler(web.port))
    assert {r.headers["host"] for r in web.seen} == {"news.example"}


def test_tls_names_and_checks_the_host_though_an_address_is_dialled(
    tls_web: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tls_web.certificate))
    names = Names(news_example=[[PUBLIC]], other_example=[[PUBLIC]])
    dialler = Dialler(tls_web.port)
    page = get(settings, "https://news.example/a", names, dialler)
    assert (page.body, page.detail) == (b"secret", None)
    assert set(tls_web.asked) == {"news.example"} and set(dialler.dialled) == {PUBLIC}
    assert get(settings, "https://other.example/a", names, dialler).reason is Reason.TLS_FAILED


def test_the_newswires_port_is_open_to_loopback_names_alone(web: Any, settings: Settings) -> None:
    web.add("/a", PAGE)
    names = Names(localhost=[["127.0.0.1"]], evil_example=[["127.0.0.1"]])
    dialler = Dialler(web.port)
    assert get(settings, f"http://localhost:{web.port}/a", names, dialler).body == PAGE
    assert get(settings, f"http://127.0.0.1:{web.port}/a", names, dialler).body == PAGE
    assert get(settings, f"http://evil.example:{web.port}/a", names, dialler).reason is Reason.FORBIDDEN_ADDRESS
    closed = settings.model_copy(update={"allow_loopback_port": None})
    assert get(closed, f"http://127.0.0.1:{web.port}/a", names, dialler).reason is Reason.FORBIDDEN_ADDRESS


def test_a_name_that_does_not_resolve_is_dns_failed(web: Any, settings: Settings) -> None:
    async def nothing(host: str, port: int) -> list[str]:
        raise OSError("Name or service not known")

    async def once() -> Page:
        async with Client(settings, resolver=nothing) as client:
            return await client.fetch("http://gone.example/a")

    page = asyncio.run(once())
    assert page.reason is Reason.DNS_FAILED and "gone.example" in (page.detail or "")


def test_one_host_is_asked_no_faster_than_the_gap(web: Any, settings: Settings) -> None:
    starts: list[float] = []

    def note(sock: Any, request: Any) -> None:
        starts.append(time.monotonic())
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    for n in range(4):
        web.raw(f"/{n}", note)
    names = Names(slow_example=[[PUBLIC]])

    async def four() -> None:
        slow = settings.model_copy(update={"fetch_host_gap": 0.25})
        async with Client(slow, resolver=names, network=Dialler(web.port)) as client:
            await asyncio.gather(*(client.fetch(f"http://slow.example/{n}") for n in range(4)))

    asyncio.run(four())
    gaps = [b - a for a, b in itertools.pairwise(starts)]
    assert len(gaps) == 3 and min(gaps) >= 0.24
