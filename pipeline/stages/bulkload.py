"""Report files into the warehouse: articles with what another machine read in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.bulk.faults import BulkFault
from pipeline.bulk.parquet import checked_batches
from pipeline.bulk.schema import SCHEMA, ReadArticle, reading_of
from pipeline.domain import Analysis, FeedEntry
from pipeline.ingest.identity import url_key
from pipeline.ingest.urls import MOST_CHARACTERS
from pipeline.stages.backfill import Sources, checked
from pipeline.stages.context import StageContext
from pipeline.stages.dimensions import sync_dimensions
from pipeline.stages.families import recognise
from pipeline.warehouse.articles import ArticleRecord
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.readings import Taken, take_reading, timezone_of

# Faults are told for so many rows of a file; the others are counted.
MOST_TOLD = 100
# What a feed can name, and what lies within the calendars of Python and PostgreSQL in any time zone.
EARLIEST, LATEST = 1000, 9000


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row of a report file, counted from 1, that could not be taken, and why."""

    number: int
    fault: str


def report_files(paths: list[Path]) -> list[Path]:
    """The files, and those in folders, by name. Raises BulkFault for what is not there."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(p for p in path.rglob("*.parquet") if not p.name.startswith(".")) if path.is_dir() else [path]
        if not inside or not path.exists():
            raise BulkFault(f"{path}: there is no report file. Write some: hotline bulk FILES --out DIR")
        found += inside
    return found


def import_reports(
    context: StageContext, path: Path, replace: bool = False, only_contacts: bool = False
) -> tuple[Counter[str], list[BadRow]]:
    """Load a report file; safe to repeat and to kill, since each row is taken as a whole and known afterwards.

    Counts are by `Taken`, `bad` rows, of which the first are told, and with `only_contacts` those that tell of none and
    are passed over: `without_contact`. Raises BulkFault, OSError.
    """
    counts: Counter[str] = Counter()
    bad: list[BadRow] = []
    with context.connection() as connection:
        sync_dimensions(connection, context.settings)
        sources = Sources(connection, context.now())
        for number, found in _readings(path):
            try:
                if isinstance(found, str):
                    raise ValueError(found)
                if only_contacts and not found[1].contacts:
                    counts["without_contact"] += 1
                    continue
                counts[_take(connection, sources, *found, replace)] += 1
                # One by one: an article's family is found under a lock that other workers wait for.
                connection.commit()
            except Exception as fault:
                if connection.closed:
                    raise
                connection.rollback()
                # Sources that the row had made are gone with it.
                sources = Sources(connection, context.now())
                counts["bad"] += 1
                if len(bad) < MOST_TOLD:
                    bad.append(BadRow(number, str(fault).strip()))
    return counts, bad


def _readings(path: Path) -> Iterator[tuple[int, tuple[ReadArticle, Analysis] | str]]:
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, ValueError) as error:
        raise BulkFault(f"{path}: no Parquet file, or a damaged one: {error}") from error
    with file:
        if missing := [name for name in SCHEMA.names if name not in file.schema_arrow.names]:
            raise BulkFault(f"{path}: no report file: it lacks {', '.join(missing)}. `hotline bulk` writes them.")
        for number, row in checked_batches(path, file, SCHEMA.names, schema=SCHEMA):
            if isinstance(row, str):
                yield number, row
                continue
            try:
                yield number, reading_of(row)
            except (ValueError, TypeError, KeyError) as fault:
                yield number, str(fault)


def _take(connection: Connection, sources: Sources, article: ReadArticle, analysis: Analysis, replace: bool) -> Taken:
    """Load one row. Raises ValueError for one that the warehouse cannot hold."""
    asked, url = article.asked_url or article.url, article.url or article.asked_url
    if not asked or not url:
        raise ValueError("url is missing: the warehouse knows articles by their addresses")
    for address in (asked, url):
        checked(address)
    if not article.title.strip() and not article.text.strip():
        raise ValueError("title and text are empty")
    if len(article.identity or "") > MOST_CHARACTERS:
        raise ValueError(f"identity: {len(article.identity or '')} letters; an address has {MOST_CHARACTERS} at most")
    published = article.published
    for name, day in (("published", published), ("updated_at", article.updated)):
        if day is not None and not EARLIEST <= day.year <= LATEST:
            raise ValueError(f"{name} lies in the year {day.year}")
    feed_id = sources.of(asked, outlet=article.outlet or "", make=True)
    assert feed_id is not None  # made where it was missing
    record = ArticleRecord(
        title=article.title,
        text=article.text,
        published=published,
        language=article.language,
        url=url,
        canonical_key=article.identity or url_key(url),
        byline=article.byline,
        published_source=article.published_source,
        section=article.section,
        updated=article.updated,
        image=article.image,
        dateline=article.dateline,
        wire=article.wire,
    )
    if article.timezone != "UTC" and article.timezone not in available_timezones():
        raise ValueError(f"timezone {article.timezone[:60]!r} is none; give an IANA name such as Europe/Paris")
    same_day = _same_day(published, article.timezone, timezone_of(connection, feed_id, article.timezone))
    at = published if isinstance(published, datetime) else None
    entry = FeedEntry(asked, asked, article.title, published=at)
    taken, article_id = take_reading(
        connection,
        feed_id,
        article.identity or url_key(asked),
        entry,
        record,
        analysis if same_day else None,
        sources.now,
        replace,
    )
    if article_id is not None:
        recognise(connection, article_id, article.text)
    return taken


def _same_day(published: object, there: str, here: str) -> bool:
    """Whether the article was read by the day that it has here: dates of contacts hang on it."""
    if not isinstance(published, datetime) or there == here:
        return True
    return published.astimezone(ZoneInfo(there)).date() == published.astimezone(ZoneInfo(here)).date()
