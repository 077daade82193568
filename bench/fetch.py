"""How fast the fetch engine is beside bare httpx, and whether it keeps its manners, against a server of 500 hosts.

    python bench/fetch.py [--pages 20000] [--hosts 500] [--size 30000] [--gap 0.2] [--concurrency 16]
                          [--memory PAGES]

Three measurements in one run, all over the same server, a process of its own:
1. bare httpx: one AsyncClient, as many tasks as `--concurrency`, every body read.
2. Hotline's client: robots.txt, address checks, per-host turns, byte limits, and the archive on disk. The gap between
   two requests to one host is 0 here, so that both are held by the machine and not by manners.
3. Manners: `--seconds` of pages at `--gap` seconds; the server notes each request, and counts those that came sooner
   after their host's last one, or while that one was still under way.
1 and 2 take turns, eight times each, and are compared in seconds and in this process's CPU seconds, which others on
the machine disturb less. `--memory 100000` measures only how the resident set grows over so many pages of our engine.

The hosts are names (`host-017.bench.test`) that a resolver of the bench's own leads to the server, so the engine's
own address guard is replaced by one that lets these names pass.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import random
import socket
import statistics
import tempfile
import time
from collections import defaultdict
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

import httpcore
import httpx
import psutil

from pipeline.ingest.addresses import SocketOptions
from pipeline.ingest.client import Client
from pipeline.settings import Settings

ROUNDS = 8
PUBLIC = "93.184.216.34"  # any address of the public internet: the bench's network leads it to loopback


class Home(httpcore.AsyncNetworkBackend):
    """Sockets that all lead to the bench's server, whatever address was checked."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: SocketOptions | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return await self._inner.connect_tcp("127.0.0.1", self._port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def serve(pipe: Pipe, size: int) -> None:
    """The server's process: HTTP/1.1 with keep-alive; sends its notes (host -> [(begun, ended)]) when asked."""
    notes: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    prose = b" ".join(b"word%d" % n for n in random.Random(1).choices(range(5000), k=size // 7))
    body = b"<html><body><p>" + prose[: size - 30] + b"</p></body></html>"
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    robots = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                begun = time.monotonic()
                path = head.split(b" ", 2)[1]
                host = next(
                    line[5:].strip().decode().partition(":")[0]
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"host:")
                )
                writer.write(robots if path == b"/robots.txt" else page)
                await writer.drain()
                notes[host].append((begun, time.monotonic()))
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    async def main() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0, backlog=1000)
        pipe.send(server.sockets[0].getsockname()[1])
        loop = asyncio.get_running_loop()
        while await loop.run_in_executor(None, pipe.recv) == "notes":
            pipe.send(dict(notes))
            notes.clear()

    asyncio.run(main())


def broken(notes: dict[str, list[tuple[float, float]]], gap: float) -> int:
    """Requests that came less than `gap` seconds after their host's last answer had been sent."""
    # The server's clock and the client's run apart by what a packet takes on loopback.
    slack = 0.01
    return sum(
        later[0] - earlier[1] < gap - slack
        for times in notes.values()
        for earlier, later in zip(sorted(times), sorted(times)[1:], strict=False)
    )


async def bare(port: int, urls: list[str], concurrency: int) -> float:
    """Seconds that httpx alone takes."""
    todo = iter(urls)
    transport = httpx.AsyncHTTPTransport()  # with the limits that httpx has by itself
    # httpx has no public way to give every host one address.
    transport._pool._network_backend = Home(port)  # type: ignore[attr-defined]

    async def work(client: httpx.AsyncClient) -> None:
        for url in todo:
            response = await client.get(url)
            assert response.status_code == 200 and response.content

    began = time.perf_counter()
    async with httpx.AsyncClient(transport=transport) as client:
        await asyncio.gather(*(work(client) for _ in range(concurrency)))
    return time.perf_counter() - began


async def ours(client: Client, urls: list[str], workers: int, seconds: float = 3600.0) -> tuple[int, float]:
    """Pages that the engine had, and its seconds; no page is begun after `seconds`."""
    todo = iter(urls)
    had = 0
    began = time.perf_counter()

    async def work() -> None:
        nonlocal had
        for url in todo:
            if time.perf_counter() - began > seconds:
                return
            page = await client.fetch(url)
            assert page.reason is None, (page.reason, page.detail)
            had += 1

    await asyncio.gather(*(work() for _ in range(workers)))
    return had, time.perf_counter() - began


async def somewhere(host: str, port: int) -> list[str]:
    """A resolver that knows every name."""
    return [PUBLIC]


async def compare(port: int, urls: list[str], settings: Settings) -> None:
    """Bare httpx and the engine in turns, so that whatever else the machine does falls on both."""
    ratios, thrift, memory = [], [], []
    size = max(1, len(urls) // ROUNDS)
    async with Client(settings, resolver=somewhere, network=Home(port)) as client:
        for start in range(0, size * ROUNDS, size):
            part = urls[start : start + size]
            clock = [time.process_time()]
            alone = await bare(port, part, settings.fetch_concurrency)
            clock.append(time.process_time())
            had, took = await ours(client, part, settings.fetch_concurrency)
            clock.append(time.process_time())
            thrift.append((clock[1] - clock[0]) / (clock[2] - clock[1]))
            ratios.append(alone / took)
            memory.append(psutil.Process().memory_info().rss / 2**20)
            print(
                f"  httpx {had / alone:4.0f} pages/s, Hotline {had / took:4.0f}, ratio {ratios[-1]:.2f},"
                f" in CPU seconds {thrift[-1]:.2f}",
                flush=True,
            )
    print(
        f"{'with' if settings.archive_days else 'without'} archive: median ratio {statistics.median(ratios):.2f}, "
        f"in CPU seconds {statistics.median(thrift):.2f}; "
        f"memory {memory[0]:.0f} MiB after the first part, {memory[-1]:.0f} MiB after the last",
        flush=True,
    )


async def endure(port: int, urls: list[str], settings: Settings) -> None:
    """The engine alone, part by part: its pages a second and the memory after each."""
    async with Client(settings, resolver=somewhere, network=Home(port)) as client:
        for start in range(0, len(urls), max(1, len(urls) // 10)):
            part = urls[start : start + max(1, len(urls) // 10)]
            had, took = await ours(client, part, settings.fetch_concurrency)
            memory = psutil.Process().memory_info().rss / 2**20
            print(f"  {start + had} pages: {had / took:.0f} pages/s, {memory:.1f} MiB", flush=True)


async def polite(port: int, urls: list[str], settings: Settings, seconds: float) -> tuple[int, float]:
    """The engine at its gap, with more tasks than places, so that hosts have to be waited for."""
    async with Client(settings, resolver=somewhere, network=Home(port)) as client:
        return await ours(client, urls, settings.fetch_concurrency * 8, seconds)


def main() -> None:
    """Start the server, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("pages", 20_000), ("hosts", 500), ("size", 30_000), ("concurrency", 16), ("seconds", 20)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--gap", type=float, default=0.2)
    parser.add_argument("--memory", type=int, metavar="PAGES")
    options = parser.parse_args()
    here, there = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(there, options.size), daemon=True)
    server.start()
    port = here.recv()
    urls = [f"http://host-{n % options.hosts:03}.bench.test/page/{n}" for n in range(options.memory or options.pages)]
    random.Random(1).shuffle(urls)
    try:
        for archive_days in (400,) if options.memory else (0, 400):
            with tempfile.TemporaryDirectory() as home:
                settings = Settings(
                    _env_file=None,
                    home=Path(home),
                    fetch_concurrency=options.concurrency,
                    fetch_host_gap=0.0,
                    archive_days=archive_days,
                )
                asyncio.run(endure(port, urls, settings) if options.memory else compare(port, urls, settings))
        if options.memory:
            return
        here.send("notes")
        here.recv()
        with tempfile.TemporaryDirectory() as home:
            settings = Settings(
                _env_file=None,
                home=Path(home),
                fetch_concurrency=options.concurrency,
                fetch_host_gap=options.gap,
            )
            had, took = asyncio.run(polite(port, urls, settings, options.seconds))
        here.send("notes")
        notes = here.recv()
        print(f"manners: {had} pages of {len(notes)} hosts in {took:.0f} s, {broken(notes, options.gap)} too soon")
    finally:
        here.send("stop")
        server.terminate()
        server.join()


if __name__ == "__main__":
    print(f"{os.cpu_count()} cores, {socket.gethostname()}, load {os.getloadavg()[0]:.1f}")
    main()
