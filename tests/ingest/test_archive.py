"""The archive: what goes in comes out, whoever reads it, and whatever killed the writer."""

from __future__ import annotations

import asyncio
import gzip
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from pipeline.domain import Page
from pipeline.ingest.archive import Archive, Keeper, files
from pipeline.ingest.client import Client
from pipeline.ingest.warc import WarcFault, members, read_captures
from pipeline.settings import ROOT, Settings

NOW = datetime(2023, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)
LIMIT = 1_000_000


def page(body: bytes = b"<p>news</p>", at: datetime = NOW, **more: Any) -> Page:
    known = {"content_type": "text/html", "charset": "utf-8", "etag": '"1"', **more}
    headers = (("Content-Type", "text/html; charset=utf-8"), ("ETag", '"1"'), ("Content-Encoding", "gzip"))
    return Page("http://a.test/x?utm_source=rss", "http://a.test/x", 200, body, at, headers=headers, **known)


def archive(folder: Path, keep_days: int = 30, now: datetime = NOW) -> Archive:
    return Archive(folder, "Bot (+mailto:ops@example.org)", keep_days, lambda: now)


def bodies(folder: Path) -> list[bytes]:
    return [c.page.body for path, _ in files(folder) for c in read_captures(path, LIMIT)]


def test_a_page_comes_back_as_it_went_in(tmp_path: Path) -> None:
    kept = archive(tmp_path)
    kept.write([(page(), "page"), (page(b"\x00\xff" * 1000), "feed")])
    kept.close()
    [(path, day)] = files(tmp_path)
    first, second = read_captures(path, LIMIT)
    assert day == date(2023, 3, 1)
    assert (first.kind, second.kind) == ("page", "feed")
    assert second.page.body == b"\x00\xff" * 1000
    known = page()
    assert {f: getattr(first.page, f) for f in Page.__slots__ if f != "headers"} == {
        f: getattr(known, f) for f in Page.__slots__ if f != "headers"
    }
    assert ("X-Archive-Orig-Content-Encoding", "gzip") in first.page.headers


def test_other_tools_read_the_files_and_find_their_digests_right(tmp_path: Path) -> None:
    kept = archive(tmp_path)
    kept.write([(page(b"x" * n), "page") for n in range(5)])
    kept.close()
    [(path, _)] = files(tmp_path)
    with path.open("rb") as file:
        assert [r.rec_type for r in ArchiveIterator(file, check_digests="raise")] == ["warcinfo"] + ["response"] * 5
    checker = Checker(type("Options", (), {"inputs": [str(path)], "verbose": False})())
    checker.process_all()
    assert checker.exit_value == 0


def test_each_record_is_a_gzip_member_of_its_own_at_the_place_told(tmp_path: Path) -> None:
    kept = archive(tmp_path)
    places = kept.write([(page(b"one"), "page"), (page(b"two"), "page")])
    kept.close()
    [(path, _)] = files(tmp_path)
    with path.open("rb") as file:
        found = dict(members(file))
    name, _, offset = places[1].partition(":")
    data = path.read_bytes()[int(offset) :][: found[int(offset)]]
    assert name == path.name and gzip.decompress(data).endswith(b"two\r\n\r\n")


@pytest.mark.parametrize("cut", [1, 5, 40, 150])
def test_a_torn_tail_is_cut_off_and_writing_goes_on(tmp_path: Path, cut: int) -> None:
    kept = archive(tmp_path)
    kept.write([(page(b"one"), "page"), (page(b"two"), "page")])
    kept.close()
    [(path, _)] = files(tmp_path)
    for mark in tmp_path.glob(".*.end"):
        mark.unlink()  # as after a crash that came before it was written
    os.truncate(path, path.stat().st_size - cut)
    kept = archive(tmp_path)
    kept.write([(page(b"three"), "page")])
    kept.close()
    assert bodies(tmp_path) == [b"one", b"three"]


def test_rubbish_behind_the_mark_is_cut_off_and_nothing_before_it_is_read_again(tmp_path: Path) -> None:
    kept = archive(tmp_path)
    kept.write([(page(b"one"), "page")])
    kept.close()
    [(path, _)] = files(tmp_path)
    with path.open("ab") as file:
        file.write(b"\0" * 4096)
    kept = archive(tmp_path)
    kept.write([(page(b"two"), "page")])
    kept.close()
    assert bodies(tmp_path) == [b"one", b"two"]


def test_two_workers_write_two_files_and_a_dead_ones_file_is_taken_over(tmp_path: Path) -> None:
    one, two = archive(tmp_path), archive(tmp_path)
    one.write([(page(b"one"), "page")])
    two.write([(page(b"two"), "page")])
    assert len(list(files(tmp_path))) == 2
    one.close()
    three = archive(tmp_path)
    three.write([(page(b"three"), "page")])
    assert len(list(files(tmp_path))) == 2
    assert sorted(bodies(tmp_path)) == [b"one", b"three", b"two"]


def test_a_new_day_begins_a_new_file_and_files_past_their_time_go(tmp_path: Path) -> None:
    kept = archive(tmp_path)
    kept.write([(page(), "page"), (page(at=NOW + timedelta(days=1)), "page")])
    kept.close()
    assert [day for _, day in files(tmp_path)] == [date(2023, 3, 1), date(2023, 3, 2)]
    later = archive(tmp_path, keep_days=30, now=NOW + timedelta(days=31))
    later.write([(page(at=NOW + timedelta(days=31)), "page")])
    later.close()
    assert [day for _, day in files(tmp_path)] == [date(2023, 3, 2), date(2023, 4, 1)]
    assert len(list(tmp_path.glob(".*.end"))) == 2


KILLED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from pipeline.domain import Page
from pipeline.ingest.archive import Archive
at = datetime(2023, 3, 1, tzinfo=UTC)
kept = Archive(Path(sys.argv[1]), "Bot", 30, lambda: at)
import os
for n in range(100_000):
    body = b"%08d" % n + os.urandom(20_000)
    kept.write([(Page("http://a.test/", "http://a.test/", 200, body, at), "page")])
    print(n, flush=True)
"""


def test_a_writer_killed_at_any_moment_loses_nothing_that_it_promised(tmp_path: Path) -> None:
    for seconds in (0.05, 0.13, 0.21):
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
        ) as writer:
            assert writer.stdout is not None
            promised = [writer.stdout.readline()]
            time.sleep(seconds)
            writer.send_signal(signal.SIGKILL)
            promised += writer.stdout.readlines()
        kept = archive(tmp_path)
        kept.write([(page(b"after"), "page")])
        kept.close()
        found = bodies(tmp_path)
        assert found[-1] == b"after"
        last = int([line for line in promised if line.strip()][-1])
        assert {b"%08d" % n for n in range(last + 1)} <= {body[:8] for body in found}
        for path, _ in list(files(tmp_path)):
            path.unlink()


def test_the_client_archives_pages_and_feeds_but_no_faults(web: Any, settings: Settings) -> None:
    good = web.add("/good", b"<p>good</p>", etag='"7"', set_cookie="id=1")
    feed = web.add("/feed", b"<rss/>", content_type="application/rss+xml")
    web.add("/old", status=301, location="/good")
    web.add("/gone", b"gone", status=410)

    async def fetch() -> list[Page]:
        async with Client(settings) as client:
            return [
                await client.fetch(good),
                await client.fetch(feed, kind="feed"),
                await client.fetch(web.url("/old")),
                await client.fetch(web.url("/gone")),
            ]

    fetched = asyncio.run(fetch())
    [(path, _)] = files(settings.home / "archive")
    captures = list(read_captures(path, LIMIT))
    assert [(c.page.url, c.page.final_url, c.kind) for c in captures] == [
        (good, good, "page"), (feed, feed, "feed"), (web.url("/old"), good, "page"),
    ]  # fmt: skip
    assert [bool(p.archived) for p in fetched] == [True, True, True, False]
    assert not any(name.lower() == "set-cookie" for c in captures for name, _ in c.page.headers)


def test_no_archive_where_it_is_switched_off(web: Any, settings: Settings) -> None:
    settings.archive_days = 0

    async def fetch() -> Page:
        async with Client(settings) as client:
            return await client.fetch(web.add("/good", b"good"))

    assert asyncio.run(fetch()).archived is None
    assert not (settings.home / "archive").exists()


def test_an_archive_that_fails_stops_no_news(settings: Settings) -> None:
    (settings.home / "archive").write_text("a file where the folder should be")

    async def keep() -> Page:
        keeper = Keeper(settings)
        kept = await keeper.keep(page(), "page")
        await keeper.close()
        return kept

    assert asyncio.run(keep()) == page()


def test_what_many_tasks_hand_in_is_written_together(settings: Settings) -> None:
    async def keep() -> list[Page]:
        keeper = Keeper(settings)
        kept = await asyncio.gather(*(keeper.keep(page(b"%d" % n), "page") for n in range(50)))
        await keeper.close()
        return kept

    kept = asyncio.run(keep())
    assert len({p.archived for p in kept}) == 50
    assert sorted(bodies(settings.home / "archive")) == sorted(b"%d" % n for n in range(50))


def test_other_crawlers_records_are_read_as_they_were_sent(tmp_path: Path) -> None:
    """Compressed and chunked on the wire, as crawlers that keep the bytes of the wire store them."""
    wire = gzip.compress(b"<p>news</p>")
    chunked = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (wire[:7], wire[7:])) + b"0\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    path = tmp_path / "news.warc.gz"

    def record(kind: str, block: bytes) -> bytes:
        fields = (
            f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: http://b.test/1\r\nWARC-Date: 2023-03-01T00:00:00Z\r\n"
            f"WARC-Record-ID: <urn:uuid:1>\r\nContent-Type: application/http; msgtype={kind}\r\n"
            f"Content-Length: {len(block)}\r\n\r\n"
        )
        return gzip.compress(fields.encode() + block + b"\r\n\r\n")

    path.write_bytes(
        record("request", b"GET /1 HTTP/1.1\r\n\r\n")
        + record("response", head + chunked)
        + record("response", b"HTTP/1.1 404 Not Found\r\n\r\n")
        + record("response", head.replace(b"gzip", b"identity").replace(b"chunked", b"") + b"<p>plain</p>")[:-20]
    )
    captures = list(read_captures(path, LIMIT))
    assert [c.page.body for c in captures][:1] == [b"<p>news</p>"]
    assert captures[0].kind is None and captures[0].page.url == "http://b.test/1"


@pytest.mark.parametrize("content", [b"hello world, this is no archive", b"\x1f\x8bnot really gzip", b"<html></html>"])
def test_a_file_that_is_no_warc_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.warc"
    path.write_bytes(content)
    with pytest.raises(WarcFault, match=r"x\.warc"):
        list(read_captures(path, LIMIT))


def test_an_empty_file_has_no_records(tmp_path: Path) -> None:
    path = tmp_path / "x.warc"
    path.write_bytes(b"")
    assert list(read_captures(path, LIMIT)) == []


def test_a_record_beyond_the_limit_is_passed_over(tmp_path: Path) -> None:
    kept = archive(tmp_path)
    kept.write([(page(b"x" * 2000), "page"), (page(b"small"), "page")])
    kept.close()
    [(path, _)] = files(tmp_path)
    assert [c.page.body for c in read_captures(path, 1000)] == [b"small"]


@pytest.mark.parametrize("kind", ["header", "many headers", "body"])
def test_a_record_that_unpacks_to_far_more_than_a_page_costs_no_memory(tmp_path: Path, kind: str) -> None:
    """100 MB out of a few hundred kilobytes, in a process of its own, whose memory is measured."""
    path = tmp_path / "bomb.warc.gz"
    sound = (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Date: 2023-03-01T00:00:00Z\r\nWARC-Target-URI: https://a.test/\r\n"
    )
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    length = b"Content-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n"
    record = {
        "header": sound + b"X: " + b"a" * 100_000_000,
        "many headers": sound + b"X: y\r\n" * 5_000_000,
        "body": sound + length % (len(http) + 100_000_000) + http + b"a" * 100_000_000 + b"\r\n\r\n",
    }[kind]
    small = sound + length % (len(http) + 5) + http + b"<p>No\r\n\r\n"
    path.write_bytes(gzip.compress(small, 1) + gzip.compress(record, 1) + gzip.compress(small, 1))
    code = (
        "import resource, sys; from pathlib import Path; from pipeline.ingest.warc import WarcFault, read_captures\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; found = 0\n"
        "try:\n"
        "    for _ in read_captures(Path(sys.argv[1]), 5_000_000): found += 1\n"
        "except WarcFault as fault: print(fault)\n"
        "print(found, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True, cwd=ROOT)
    *fault, last = done.stdout.splitlines()
    found, megabytes = map(int, last.split())
    assert megabytes < 40
    if kind == "body":
        assert (fault, found) == ([], 2), "a long answer is passed over, and the next one read"
    else:
        assert "bomb.warc.gz: a record has no header, or one longer than any" in fault[0] and found == 1


def test_a_file_compressed_as_a_whole_is_said_to_be_so(tmp_path: Path) -> None:
    record = b"WARC/1.0\r\nWARC-Type: metadata\r\nContent-Length: 3000000\r\n\r\n" + b"a" * 3_000_000 + b"\r\n\r\n"
    path = tmp_path / "whole.warc.gz"
    path.write_bytes(gzip.compress(record * 2, 1))
    with pytest.raises(WarcFault, match="compressed as a whole"):
        list(read_captures(path, 1_000_000))
