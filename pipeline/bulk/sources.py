"""Articles out of WARC, JSON Lines and Parquet files, cut into parts that can be read apart from one another."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.bulk.faults import BulkFault
from pipeline.bulk.parquet import checked_batches
from pipeline.bulk.schema import ReadArticle
from pipeline.domain import FeedSource
from pipeline.ingest.dateline import read_dateline
from pipeline.ingest.extract import LEAST_WORDS, Hint, extract
from pipeline.ingest.identity import article_url, site_of
from pipeline.ingest.linefile import read_lines
from pipeline.ingest.mediatypes import acceptable
from pipeline.ingest.warc import read_captures
from pipeline.understand.jsonl import LineError, parse

Kind = Literal["warc", "jsonl", "parquet"]
ENDINGS: dict[str, Kind] = {
    ".warc": "warc",
    ".warc.gz": "warc",
    ".jsonl": "jsonl",
    ".jsonl.gz": "jsonl",
    ".parquet": "parquet",
}
TEXTS = ("id", "url", "title", "text", "language", "timezone", "outlet", "byline", "html")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of work: `rows` lines or rows of a file from number `first` on (0: to the end), which begins at byte
    `start`. `size` and `changed` (ns) say which file it was."""

    path: str
    kind: Kind
    size: int
    changed: int
    first: int = 1
    start: int = 0
    rows: int = 0


def plan(paths: Iterable[Path], rows: int) -> list[Part]:
    """Cut files, and those in folders, into parts of about `rows` articles. JSON Lines are read through once to find
    where lines begin; WARC and compressed files are one part each. Raises BulkFault, OSError."""
    parts: list[Part] = []
    for path in paths:
        found = sorted(p for p in path.rglob("*") if p.is_file() and _kind(p)) if path.is_dir() else [path]
        if not found:
            raise BulkFault(f"{path} holds no file that ends in {', '.join(ENDINGS)}")
        for file in found:
            parts += _parts(file.resolve(), rows)
    return parts


def _kind(path: Path) -> Kind | None:
    return next((kind for ending, kind in ENDINGS.items() if path.name.endswith(ending)), None)


def _parts(path: Path, rows: int) -> list[Part]:
    kind = _kind(path)
    if kind is None:
        raise BulkFault(f"{path}: which kind of file is this? Its name should end in {', '.join(ENDINGS)}")
    stat = path.stat()
    whole = Part(str(path), kind, stat.st_size, stat.st_mtime_ns)
    if kind == "parquet":
        try:
            total = pq.read_metadata(path).num_rows
        except pa.ArrowException as error:
            raise BulkFault(f"{path}: no Parquet file: {error}") from error
        return [_cut(whole, first, 0, min(rows, total - first + 1)) for first in range(1, total + 1, rows)]
    if kind == "warc" or path.name.endswith(".gz"):
        return [whole]
    begins = [(line.number, line.start) for line in _every(path, rows)]
    lasts = [number for number, _ in begins[1:]]
    counts = [last - number for (number, _), last in zip(begins, lasts, strict=False)]
    return [_cut(whole, number, start, n) for (number, start), n in zip(begins, [*counts, 0], strict=True)]


def _every(path: Path, rows: int) -> Iterator[Any]:
    for count, line in enumerate(read_lines(path)):
        if count % rows == 0:
            yield line


def _cut(whole: Part, first: int, start: int, rows: int) -> Part:
    return Part(whole.path, whole.kind, whole.size, whole.changed, first, start, rows)


def articles(part: Part, feeds: Mapping[str, FeedSource], page_limit: int) -> Iterator[ReadArticle]:
    """The articles of a part, and for each row that holds none a row that says why.

    `feeds` has the outlet of a site; `page_limit` bounds pages in bytes. Raises BulkFault, WarcFault, OSError.
    """
    if part.kind == "warc":
        for number, capture in enumerate(read_captures(Path(part.path), page_limit), 1):
            page = capture.page
            if capture.kind in (None, "page") and acceptable("page", page.content_type) and page.body.strip():
                header = f"{page.content_type or 'text/html'}; charset={page.charset}" if page.charset else None
                yield from _of_page(
                    number, page.url, page.final_url, page.body, header or page.content_type, page.fetched_at, feeds
                )
    elif part.kind == "jsonl":
        for line in read_lines(Path(part.path), part.start, part.first):
            if part.rows and line.number >= part.first + part.rows:
                return
            yield from _of_line(line.number, line.text, feeds)
    else:
        yield from _of_parquet(part, feeds)


def _of_page(
    number: int,
    asked: str,
    url: str,
    body: bytes,
    header: str | None,
    fetched_at: datetime | None,
    feeds: Mapping[str, FeedSource],
) -> Iterator[ReadArticle]:
    """The article of a page; of a live blog its head, and each post as an article of its own."""
    feed = feeds.get(site_of(url))
    timezone = feed.timezone if feed else "UTC"
    found = extract(body, url, header, Hint(timezone=timezone, fetched_at=fetched_at))
    if found.reason is not None:
        yield ReadArticle(number, asked, asked, url, error=f"{found.reason}: {found.detail or 'no more is known'}")
        return
    page = ReadArticle(
        row=number,
        id=asked,
        asked_url=asked,
        url=article_url(url, found.canonical_url),
        title=found.title,
        text=found.head if found.posts else found.text,
        published=found.published,
        published_source=found.published_source or "none",
        language=found.language,
        outlet=feed.outlet if feed else None,
        timezone=timezone,
        byline=found.byline,
        section=found.section,
        updated=found.updated,
        image=found.image,
        dateline=found.dateline,
        wire=found.wire,
    )
    yield page
    for post in found.posts:
        if len(post.text.split()) < LEAST_WORDS:
            continue
        opening = read_dateline(post.text)
        yield replace(
            page,
            id=post.url,
            asked_url=post.url,
            url=post.url,
            identity=post.key,
            title=post.title,
            text=post.text,
            published=post.published,
            published_source="post",
            byline=None,
            updated=None,
            image=None,
            dateline=opening.place,
            wire=opening.wire,
        )


def _of_line(number: int, line: bytes | None, feeds: Mapping[str, FeedSource]) -> Iterator[ReadArticle]:
    if line is None:
        yield ReadArticle(number, error="the line is longer than any article")
        return
    if number == 1:
        line = line.removeprefix(b"\xef\xbb\xbf")
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        told = None  # told in words by `parse`
    yield from _of_fields(number, told, line, feeds)


def _of_fields(number: int, told: Any, line: bytes, feeds: Mapping[str, FeedSource]) -> Iterator[ReadArticle]:
    """An article in the form of `hotline analyse`; the address stands in for an id, `html` for title and text."""
    row = told if isinstance(told, dict) else {}
    url = row.get("url") if isinstance(row.get("url"), str) else None
    feed = feeds.get(site_of(url)) if url and url.startswith(("http://", "https://")) else None
    html = row.get("html")
    if url and isinstance(html, str) and html.strip() and not row.get("text"):
        yield from _of_page(number, url, url, html.encode("utf-8", "replace"), "text/html; charset=utf-8", None, feeds)
        return
    changed = {}
    if row.get("id") is None and url:
        changed["id"] = url
    if row.get("timezone") is None and feed:
        changed["timezone"] = feed.timezone
    try:
        article_id, article = parse(json.dumps({**row, **changed}).encode() if changed else line)
    except LineError as error:
        known = error.article_id
        yield ReadArticle(number, str(known) if known is not None else None, error=str(error))
        return
    byline = row.get("byline")
    yield ReadArticle(
        row=number,
        id=str(article_id),
        asked_url=article.url,
        url=article.url,
        title=article.title,
        text=article.text,
        published=article.published,
        published_source="import" if article.published else "none",
        language=article.language,
        outlet=article.outlet or (feed.outlet if feed else None),
        timezone=article.timezone,
        byline=byline if isinstance(byline, str) else None,
    )


def _of_parquet(part: Part, feeds: Mapping[str, FeedSource]) -> Iterator[ReadArticle]:
    """Columns as the fields of JSON Lines; `published` may be a time, a day, or text."""
    path = Path(part.path)
    with pq.ParquetFile(path) as file:
        names = set(file.schema_arrow.names)
        if not {"title", "text", "html"} & names or not {"id", "url"} & names:
            raise BulkFault(
                f"{path}: it needs columns id or url, and title, text or html; it has {', '.join(sorted(names))[:300]}"
            )
        wanted = [name for name in (*TEXTS, "published") if name in names]
        for number, row in checked_batches(path, file, wanted, part.first, part.rows):
            if isinstance(row, str):
                yield ReadArticle(number, error=row)
                continue
            told = {name: _plain(value) for name, value in row.items()}
            yield from _of_fields(number, told, json.dumps(told).encode(), feeds)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | None) else str(value)
