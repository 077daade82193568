"""Pages as WARC/1.1 records (ISO 28500), one gzip member each, and back: ours, and those of other crawlers."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipeline.domain import Page
from pipeline.ingest.mediatypes import content_type_of
from pipeline.ingest.text import one_line

# WARC lets writers add fields of their own: the address asked for (redirects led from it to the target), and what it
# was asked as.
ASKED, KIND = "Hotline-Requested-URI", "Hotline-Kind"
_ON_THE_WIRE = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_PIECE = 256 * 1024
_LEVEL = 3
_MOST_HEADERS = 1024 * 1024


class WarcFault(ValueError):
    """The file is no WARC, or no longer: the message says which and why."""


@dataclass(frozen=True, slots=True)
class Capture:
    """One answer out of an archive; `kind` is page or feed, or None where another crawler wrote it."""

    page: Page
    kind: str | None


def page_record(page: Page, kind: str) -> bytes:
    """The answer as a gzip member. Its body is decoded, so the headers about its form on the wire are renamed."""
    headers = [
        (f"X-Archive-Orig-{name}" if name.lower() in _ON_THE_WIRE else name, one_line(value, 8000))
        for name, value in page.headers
    ]
    headers.append(("Content-Length", str(len(page.body))))
    fields = {"WARC-Date": _stamp(page.fetched_at), ASKED: page.url, KIND: kind}
    http = StatusAndHeaders(f"{page.status} ", headers, "HTTP/1.1")
    return _record("response", page.final_url, page.body, fields, http)


def info_record(name: str, at: datetime, agent: str) -> bytes:
    """The record that opens a file: which file it is, who wrote it, for which site operators to turn to."""
    lines = f"software: Hotline\r\nformat: WARC File Format 1.1\r\nhttp-header-user-agent: {one_line(agent, 500)}\r\n"
    return _record("warcinfo", None, lines.encode(), {"WARC-Date": _stamp(at), "WARC-Filename": name}, None)


def _record(kind: str, url: str | None, body: bytes, fields: dict[str, str], http: Any) -> bytes:
    out = BytesIO()
    writer = WARCWriter(out, gzip=False, warc_version="1.1")
    kind_of_body = "" if http else "application/warc-fields"
    record = writer.create_warc_record(
        url,
        kind,
        payload=BytesIO(body),
        length=len(body),
        warc_content_type=kind_of_body,
        warc_headers_dict=fields,
        http_headers=http,
    )
    writer.write_record(record)
    # Compressed here: warcio's own level takes five times as long, for a hundredth less.
    return gzip.compress(out.getvalue(), _LEVEL, mtime=0)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def members(file: BinaryIO, start: int = 0) -> Iterator[tuple[int, int]]:
    """Offset and length of each whole gzip member of `file` from `start` on; ends before the first torn one."""
    file.seek(start)
    engine, begin, position, buffer = zlib.decompressobj(31), start, start, b""
    while data := buffer or file.read(_PIECE):
        try:
            engine.decompress(data)
        except zlib.error:
            return
        buffer = engine.unused_data
        position += len(data) - len(buffer)
        if engine.eof:
            yield begin, position - begin
            engine, begin = zlib.decompressobj(31), position


def read_captures(path: Path, limit: int) -> Iterator[Capture]:
    """The successful answers of a WARC file, plain or compressed by record, in their order.

    An answer of more than `limit` bytes is passed over; a torn end just ends the file. Raises WarcFault for a file that
    is no WARC, OSError for one that cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(5)
        if head and head != b"WARC/" and not head.startswith(b"\x1f\x8b"):
            raise WarcFault(f"{path}: no WARC file: it begins with {head!r}, not with WARC/ or as gzip does")
        packed = head.startswith(b"\x1f\x8b")
        file.seek(0)
        try:
            for record in _packed_records(file, limit + _MOST_HEADERS) if packed else ArchiveIterator(file):
                capture = _capture(record, limit)
                if capture is not None:
                    yield capture
        except (ArchiveLoadFailed, WarcFault) as error:
            raise WarcFault(f"{path}: {error}") from error
        except (AttributeError, ValueError, TypeError) as error:  # how warcio trips over what is no header
            raise WarcFault(f"{path}: it holds something that is no WARC record ({error})") from error
        except (EOFError, zlib.error):
            return


def _packed_records(file: BinaryIO, most: int) -> Iterator[Any]:
    """The records of a file that is compressed by record. No more than `most` bytes of one are unpacked: a few
    kilobytes may claim to be gigabytes. Larger ones are passed over. Raises WarcFault, zlib.error at a torn end.
    """
    waiting, first = b"", True
    while waiting or (waiting := file.read(_PIECE)):
        engine, found, size = zlib.decompressobj(31), bytearray(), 0
        while not engine.eof:
            if not waiting and not (waiting := file.read(_PIECE)):
                raise EOFError
            try:
                piece = engine.decompress(waiting, _PIECE)
            except zlib.error as error:
                if not first:
                    raise
                raise WarcFault(f"it begins as gzip does, and is none ({error})") from error
            waiting = engine.unused_data if engine.eof else engine.unconsumed_tail
            size += len(piece)
            found += piece[: most - len(found)]
        first = False
        if size <= most:
            yield from ArchiveIterator(BytesIO(bytes(found)))
        elif size > _told_size(found):
            raise WarcFault(
                "it is compressed as a whole, or damaged: a WARC file is compressed by record. "
                "`warcio recompress OLD NEW` makes one."
            )


def _told_size(record: bytearray) -> int:
    """How long a record says that it is, its end included. Raises WarcFault for one without an end to its header."""
    header, end, _ = bytes(record[:_MOST_HEADERS]).partition(b"\r\n\r\n")
    told = re.search(rb"^Content-Length:[ \t]*(\d{1,15})\r?$", header, re.IGNORECASE | re.MULTILINE)
    if not end or told is None:
        raise WarcFault("a record has no header, or one longer than any")
    return len(header) + len(end) + int(told[1]) + len(b"\r\n\r\n")


def _capture(record: Any, limit: int) -> Capture | None:
    """The record as a page, None for what is no successful answer. Odd records are passed over, not raised."""
    if record.rec_type != "response" or record.http_headers is None:
        return None
    fields, http = record.rec_headers, record.http_headers
    url = str(fields.get_header("WARC-Target-URI") or "").strip("<> ")
    at = _moment(fields.get_header("WARC-Date"))
    code = http.get_statuscode()
    if not url.startswith(("http://", "https://")) or at is None or not (code.isdigit() and 200 <= int(code) < 300):
        return None
    try:
        body = record.content_stream().read(limit + 1)
    except (zlib.error, ValueError, EOFError):
        return None
    if len(body) > limit:
        return None
    content_type, charset = content_type_of(http.get_header("Content-Type"))
    page = Page(
        url=fields.get_header(ASKED) or url,
        final_url=url,
        status=int(code),
        body=body,
        fetched_at=at,
        content_type=content_type,
        charset=charset,
        etag=http.get_header("ETag"),
        last_modified=http.get_header("Last-Modified"),
        headers=tuple((str(n), str(v)) for n, v in http.headers),
    )
    return Capture(page, fields.get_header(KIND))


def _moment(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
