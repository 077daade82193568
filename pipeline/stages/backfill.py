"""News from files instead of the web: our own archive read again, and the archives and articles of others."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline.domain import FeedEntry, Page
from pipeline.ingest.archive import files
from pipeline.ingest.dateline import read_dateline
from pipeline.ingest.dates import parse_date
from pipeline.ingest.faults import Fault
from pipeline.ingest.identity import site_of, url_key
from pipeline.ingest.linefile import read_lines
from pipeline.ingest.mediatypes import acceptable
from pipeline.ingest.text import clean
from pipeline.ingest.urls import check_url
from pipeline.ingest.warc import read_captures
from pipeline.stages.context import StageContext
from pipeline.stages.families import recognise
from pipeline.warehouse.articles import ArticleRecord
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.imports import add_article, add_page, add_source, feed_urls, feeds_of_outlets
from pipeline.warehouse.pages import put_back

# Items queued in one transaction. What is queued is known when the file is read again, so a break costs nothing.
BATCH = 100
# Of a host by the rules of DNS; of an outlet as in feeds.yaml. What is longer fits into no index.
LONGEST_HOST, LONGEST_NAME = 253, 200
OWN_ARCHIVE = "archive"
KINDS = (".warc", ".warc.gz", ".jsonl", ".jsonl.gz")
DAY_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d{2})-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])")

Days = tuple[date, date]


def bring_in(
    context: StageContext, source: str, days: Days, any_site: bool = False, again: bool = False
) -> dict[str, int]:
    """Queue the news of `days` (first and last, inclusive, UTC) out of `source`; safe to repeat and to kill.

    `source` is "archive", our own, or a file or folder below the import folder of the settings. Returns counts, those
    of the functions below and `files`, `faulty_lines`. Raises ValueError for a source that is not there or lies
    outside, WarcFault for a damaged file.
    """
    if source == OWN_ARCHIVE:
        return dict(reextract(context, *days))
    counts: Counter[str] = Counter()
    for path in _sources(context, source):
        if not _may_hold(path, days):
            continue
        counts["files"] += 1
        if path.name.endswith((".jsonl", ".jsonl.gz")):
            found, bad = import_jsonl(context, path, days)
            counts["faulty_lines"] += len(bad)
        else:
            found = import_warc(context, path, any_site, again, days)
        counts += found
    return dict(counts)


def _sources(context: StageContext, source: str) -> list[Path]:
    """The files that `source` names. A path out of the import folder is refused: the UI must not read any file."""
    folder = (context.settings.import_dir or context.settings.home / "import").resolve()
    path = (folder / source).resolve()
    if not path.is_relative_to(folder):
        raise ValueError(f"{source!r} lies outside {folder}. Move it there, or set HOTLINE_IMPORT_DIR.")
    files_of = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    # A link inside may lead out again.
    known = [p for p in files_of if p.name.endswith(KINDS) and p.resolve().is_relative_to(folder)]
    if not known:
        raise ValueError(f"{path} holds no file that ends in {', '.join(KINDS)}. Put one there, or name another.")
    return known


def _may_hold(path: Path, days: Days) -> bool:
    """Whether a file may hold news of `days`. A capture that began at night goes on into the next day."""
    named = [date(int(y), int(m), int(d)) for y, m, d in DAY_IN_NAME.findall(path.name) if _is_day(y, m, d)]
    return not named or any(days[0] - timedelta(days=1) <= day <= days[1] for day in named)


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def reextract(context: StageContext, first: date, last: date) -> Counter[str]:
    """Queue the pages that were fetched from `first` to `last` (inclusive, UTC) to be extracted again.

    Counts: `queued`; `older` (fetched again since: the later page counts); `busy` (on its way already); `unknown` (not
    in this warehouse). Raises WarcFault for a file of the archive that is damaged.
    """
    counts: Counter[str] = Counter()
    limit = context.settings.fetch_max_bytes
    with context.connection() as connection:
        for path, _ in files(context.settings.home / "archive", first, last):
            for number, capture in enumerate(read_captures(path, limit), 1):
                if capture.kind == "page":
                    counts[put_back(connection, url_key(capture.page.url), capture.page)] += 1
                if number % BATCH == 0:
                    connection.commit()
            connection.commit()
    return counts


def import_warc(
    context: StageContext, path: Path, any_site: bool = False, again: bool = False, days: Days | None = None
) -> Counter[str]:
    """Queue the pages of a WARC file to be extracted. Of other sites than the feeds' only with `any_site`.

    Counts: `queued`; `known` (its address was fetched before; `again` takes the file's page all the same);
    `other_site`; `not_a_page`; `other_day` (not fetched within `days`). Raises WarcFault, OSError.
    """
    counts: Counter[str] = Counter()
    with context.connection() as connection:
        sources = Sources(connection, context.now())
        for number, capture in enumerate(read_captures(path, context.settings.fetch_max_bytes), 1):
            if days is not None and not days[0] <= capture.page.fetched_at.astimezone(UTC).date() <= days[1]:
                counts["other_day"] += 1
                continue
            page = replace(capture.page, archived=path.name)
            counts[_queue(connection, sources, page, capture.kind, any_site, again)] += 1
            if number % BATCH == 0:
                connection.commit()
    return counts


def _queue(connection: Connection, sources: Sources, page: Page, kind: str | None, any_site: bool, again: bool) -> str:
    if kind not in (None, "page") or not acceptable("page", page.content_type) or not page.body.strip():
        return "not_a_page"
    try:
        for address in (page.url, page.final_url):
            checked(address)
    except ValueError:
        return "not_a_page"
    feed_id = sources.of(page.final_url, make=any_site)
    if feed_id is None:
        return "other_site"
    return "queued" if add_page(connection, feed_id, url_key(page.url), page, sources.now, again) else "known"


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line of a JSON Lines file that could not be taken, counted from 1, and why."""

    number: int
    fault: str


def import_jsonl(context: StageContext, path: Path, days: Days | None = None) -> tuple[Counter[str], list[BadLine]]:
    """Queue the articles of a JSON Lines file to be understood; the lines that hold none are passed over and told.

    A line has `url`, `title` and `text`, and may have `published`, `outlet`, `language`, `byline`; or `url` and `html`,
    then the page is extracted. Counts: `queued`, `known`, `duplicate`; with `days`, `other_day` for what was published
    (a page: fetched) on others, and `undated`. Raises OSError.
    """
    counts: Counter[str] = Counter()
    bad: list[BadLine] = []
    with context.connection() as connection:
        sources = Sources(connection, context.now())
        for line in read_lines(path):
            try:
                if line.text is None:
                    raise ValueError("longer than any article")
                counts[_take(connection, sources, line.text, days)] += 1
            except ValueError as fault:
                bad.append(BadLine(line.number, str(fault)))
            # One by one: an article's family is found under a lock that other workers wait for.
            connection.commit()
    return counts, bad


def _take(connection: Connection, sources: Sources, line: bytes, days: Days | None) -> str:
    """Queue one line. Raises ValueError for one that is no article."""
    try:
        told = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from error
    if not isinstance(told, dict):
        raise ValueError(f"an object was expected, not {type(told).__name__}")
    url = _text(told, "url")
    checked(url)
    if days is not None:
        told_at = _when(told, "published") or _when(told, "fetched_at")
        if told_at is None:
            return "undated"
        if not days[0] <= (told_at.date() if isinstance(told_at, datetime) else told_at) <= days[1]:
            return "other_day"
    feed_id = sources.of(url, outlet=_text(told, "outlet", optional=True), make=True)
    assert feed_id is not None  # made where it was missing
    if html := _text(told, "html", optional=True):
        at = _when(told, "fetched_at")
        fetched_at = at if isinstance(at, datetime) else sources.now
        page = Page(url, url, 200, html.encode("utf-8", "replace"), fetched_at, "text/html", "utf-8")
        return "queued" if add_page(connection, feed_id, url_key(url), page, sources.now) else "known"
    title, text = clean(_text(told, "title")).replace("\n", " "), clean(_text(told, "text"))
    published, byline = _when(told, "published"), _text(told, "byline", optional=True) or None
    opening = read_dateline(text, byline)
    record = ArticleRecord(
        title=title,
        text=text,
        published=published,
        language=_text(told, "language", optional=True) or None,
        url=url,
        canonical_key=url_key(url),
        byline=byline,
        published_source="import" if published else "none",
        dateline=opening.place,
        wire=opening.wire,
    )
    at = published if isinstance(published, datetime) else None
    article_id = add_article(connection, feed_id, FeedEntry(url, url, title, published=at), record, sources.now)
    if isinstance(article_id, int):
        recognise(connection, article_id, text)
        return "queued"
    return article_id


def _text(told: dict[str, Any], name: str, optional: bool = False) -> str:
    value = told.get(name)
    if value is None and optional:
        return ""
    if not isinstance(value, str) or not (value.strip() or optional):
        raise ValueError(f"{name} is missing" if value is None else f"{name} should be text that is not empty")
    return value


def _when(told: dict[str, Any], name: str) -> datetime | date | None:
    text = _text(told, name, optional=True)
    found = parse_date(text)
    if text and found is None:
        raise ValueError(f"{name} {text[:60]!r} is no time; give it as 2022-02-12T18:40:00Z or 2022-02-12")
    return found.astimezone(UTC) if isinstance(found, datetime) else found


def checked(url: str) -> None:
    """Raises ValueError for one that no fetch would follow."""
    try:
        host = check_url(url).host
    except Fault as fault:
        raise ValueError(f"url is no http(s) address: {fault.detail}") from fault
    if len(host) > LONGEST_HOST:
        raise ValueError(f"url: no host has a name of {len(host)} letters")


class Sources:
    """Which feed stands for a site or an outlet; `now` is the installation's clock."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.now = now
        self._connection = connection
        self._by_site: dict[str, str] = {}
        for feed_id, url in feed_urls(connection).items():
            self._by_site.setdefault(site_of(url), feed_id)
        self._by_outlet = feeds_of_outlets(connection)

    def of(self, url: str, outlet: str = "", make: bool = False) -> str | None:
        """The feed id for a page; a source is made where there is none and `make` says so, else None.

        Raises ValueError for an outlet that is no name.
        """
        if len(outlet) > LONGEST_NAME:
            raise ValueError(f"outlet: a name of {len(outlet)} letters; give one of {LONGEST_NAME} at most")
        if outlet in self._by_outlet:
            return self._by_outlet[outlet]
        site = site_of(url)
        if not outlet and site in self._by_site:
            return self._by_site[site]
        if not make:
            return None
        feed_id = add_source(self._connection, site, outlet or site, self.now)
        self._by_outlet[outlet or site] = feed_id
        self._by_site.setdefault(site, feed_id)
        return feed_id
