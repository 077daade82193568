"""One part of the work: articles in, a report file out. The same function for every engine, and without one."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.bulk.schema import SCHEMA, VERSION, ReadArticle, row_of
from pipeline.bulk.sources import Part, articles
from pipeline.domain import Analysis, Article, FeedSource
from pipeline.ingest.feedsconfig import load_feeds
from pipeline.ingest.identity import site_of
from pipeline.settings import Settings
from pipeline.understand.analyse import BATCH, Analyser

if TYPE_CHECKING:
    from collections.abc import Mapping

NOTE = b"hotline.reports"
_GROUP = 512


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a part: `errors` of its `rows` hold no article. `seconds` and `cpu` are of this process."""

    path: str
    rows: int
    errors: int
    contacts: int
    seconds: float
    cpu: float
    kept: bool = False


def do_part(part: Part, out: Path, settings: Settings, feeds: bool = False, threads: int = 1) -> Done:
    """Write the reports of a part into folder `out`, and say what was done.

    A file that is there, of the same source and by the same models, is kept; so a broken job is simply run again. It
    appears whole or not at all. `feeds`: outlets and time zones are those of the feeds file. Raises BulkFault,
    WarcFault, OSError; ModelError, RegistryError, FeedsError for this machine's configuration.
    """
    begun, cpu = time.monotonic(), time.process_time()
    analyser = _analyser(settings, threads)
    note = {
        "schema_version": VERSION,
        "model_version": analyser.version,
        "source": Path(part.path).name,
        "size": part.size,
        "changed": part.changed,
        "first": part.first,
        "rows": part.rows,
        "feeds": feeds,
    }
    path = out / name_of(part)
    if (old := _kept(path, note)) is not None:
        return old
    outlets = _outlets(settings.feeds_file) if feeds else {}
    out.mkdir(parents=True, exist_ok=True)
    unfinished = out / f".{path.name}.{uuid.uuid4().hex[:8]}"
    rows = errors = contacts = 0
    schema = SCHEMA.with_metadata({NOTE: json.dumps(note).encode()})
    try:
        with pq.ParquetWriter(unfinished, schema, compression="zstd") as writer:
            read = analysed(analyser, articles(part, outlets, settings.fetch_max_bytes))
            source = Path(part.path).name
            while batch := list(islice(read, _GROUP)):
                writer.write_batch(pa.RecordBatch.from_pylist([row_of(source, *pair) for pair in batch], schema=schema))
                rows += len(batch)
                errors += sum(analysis is None for _, analysis in batch)
                contacts += sum(len(analysis.contacts) for _, analysis in batch if analysis)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return Done(str(path), rows, errors, contacts, time.monotonic() - begun, time.process_time() - cpu)


def analysed(analyser: Analyser, source: Iterable[ReadArticle]) -> Iterator[tuple[ReadArticle, Analysis | None]]:
    """Each article with its analysis, in order; those with an error with none."""
    reading = iter(source)
    while batch := list(islice(reading, BATCH)):
        good = [
            Article(a.id or "", a.title, a.text, a.published, a.language, a.url, a.timezone, a.outlet)
            for a in batch
            if a.error is None
        ]
        found = analyser.analyse_many(good)
        for article in batch:
            yield article, (next(found) if article.error is None else None)


def name_of(part: Part) -> str:
    """The name of a part's report file: the same for the same part, another for a file of that name elsewhere."""
    mark = hashlib.sha256(part.path.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{Path(part.path).name.partition('.')[0]}-{mark}-{part.first:010}.parquet"


def _kept(path: Path, note: dict[str, object]) -> Done | None:
    """What a former run left of this part, if it is whole and of the same making."""
    try:
        metadata = pq.read_metadata(path)
    except (OSError, pa.ArrowException):
        return None
    if (metadata.metadata or {}).get(NOTE) != json.dumps(note).encode():
        return None
    table = pq.read_table(path, columns=["error", "contacts"])
    contacts = sum(len(row or ()) for row in table["contacts"].to_pylist())
    return Done(str(path), len(table), len(table) - table["error"].null_count, contacts, 0.0, 0.0, kept=True)


def _analyser(settings: Settings, threads: int) -> Analyser:
    return _load(
        settings.leaders_dir,
        settings.topics_file,
        settings.models_dir,
        threads,
        settings.own_topics_dir,
        settings.topic_model,
        settings.hub_device,
    )


@lru_cache(maxsize=1)
def _load(
    leaders_dir: Path,
    topics_file: Path,
    models_dir: Path,
    threads: int,
    own_topics_dir: Path,
    topic_model: str | None,
    hub_device: str,
) -> Analyser:
    """One a process: a worker of an engine does many parts."""
    return Analyser.load(leaders_dir, topics_file, models_dir, threads, own_topics_dir, topic_model, hub_device)


@lru_cache(maxsize=1)
def _outlets(feeds_file: Path) -> Mapping[str, FeedSource]:
    found: dict[str, FeedSource] = {}
    for feed in load_feeds(feeds_file):
        found.setdefault(site_of(feed.url), feed)
    return found
