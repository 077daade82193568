"""Report files into the warehouse: each row once, whole, and by name where it cannot be taken."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from pipeline.bulk import parquet, work
from pipeline.bulk.faults import BulkFault
from pipeline.bulk.schema import SCHEMA, ReadArticle, row_of
from pipeline.bulk.sources import plan
from pipeline.bulk.work import do_part
from pipeline.cli import build_app
from pipeline.domain import (
    Analysis,
    ContactReport,
    DatePrecision,
    Evidence,
    Mode,
    Ordinal,
    Page,
    Participant,
    Stage,
    Status,
    Topic,
)
from pipeline.ingest.warc import page_record
from pipeline.settings import ROOT, Settings
from pipeline.stages import backfill, extract, reconcile, understand
from pipeline.stages.bulkload import import_reports, report_files
from pipeline.stages.context import StageContext
from pipeline.warehouse.queue import waiting
from tests.bulk.conftest import CALL, QUIET

AT = datetime(2022, 2, 12, 18, 40, tzinfo=UTC)
ARTICLE = ReadArticle(
    row=1,
    id="1",
    asked_url="https://www.courier.test/call?utm_source=rss",
    url="https://courier.test/call",
    title="Leaders speak",
    text="They spoke for 100 minutes.\nIt was their fourth call in recent weeks.",
    published=AT,
    published_source="jsonld",
    language="en",
    outlet="Courier",
    timezone="Europe/Paris",
    byline="A. Reporter",
    section="World",
    updated=AT,
    image="https://courier.test/1.jpg",
    dateline="PARIS",
    wire=None,
)
SENTENCE = "They spoke for 100 minutes."
REPORT = ContactReport(
    participants=(
        Participant("Emmanuel Macron", "FRA", "Q3052772", "President"),
        Participant("Vladimir Putin", "RUS", "Q7747", "President"),
    ),
    mode=Mode.PHONE,
    status=Status.OCCURRED,
    date=AT.date(),
    date_precision=DatePrecision.DAY,
    duration_minutes=100,
    location="Moscow",
    initiator="Emmanuel Macron",
    ordinal=Ordinal(4, "recent weeks"),
    attribution=("Elysee Palace",),
    topics=("deescalation_talks",),
    historical=False,
    confidence=0.95,
    evidence=(Evidence(SENTENCE, 14, 14 + len(SENTENCE)),),
)
READING = Analysis((Topic("deescalation_talks", 0.9),), (REPORT,), "rules-1+a+b")
TABLES = [
    *("staging.item", "staging.sighting", "core.outlet", "core.article", "core.analysis", "core.article_topic"),
    *("core.contact_report", "core.report_participant", "core.report_evidence", "core.contact"),
]


def told(article: ReadArticle = ARTICLE, analysis: Analysis | None = READING, **changes: Any) -> dict[str, Any]:
    return {**row_of("news.jsonl", article, analysis), **changes}


def written(tmp_path: Path, *rows: dict[str, Any], name: str = "r.parquet", schema: pa.Schema = SCHEMA) -> Path:
    path = tmp_path / name
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), path)
    return path


def rows(context: StageContext, sql: str) -> list[tuple[Any, ...]]:
    with context.connection() as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def content(context: StageContext) -> dict[str, list[tuple[Any, ...]]]:
    return {table: rows(context, f"SELECT * FROM {table} ORDER BY 1, 2") for table in TABLES}


def test_the_warehouse_has_each_field_and_a_second_load_changes_nothing(context: StageContext, tmp_path: Path) -> None:
    path = written(tmp_path, told())
    assert import_reports(context, path) == ({"loaded": 1}, [])
    assert rows(
        context,
        "SELECT url, title, text, published_at, published_on::text, published_source, article.language, "
        "byline, section, "
        "article.updated_at, image, dateline, name FROM core.article JOIN core.outlet USING (outlet_id)",
    ) == [
        (
            *(ARTICLE.url, ARTICLE.title, ARTICLE.text, AT, "2022-02-12", "jsonld", "en", "A. Reporter", "World", AT),
            *(ARTICLE.image, "PARIS", "Courier"),
        )
    ]
    assert rows(
        context, "SELECT version, topic, score FROM core.analysis JOIN core.article_topic USING (analysis_id)"
    ) == [("rules-1+a+b", "deescalation_talks", 0.9)]
    with context.connection() as connection:
        assert waiting(connection, Stage.UNDERSTOOD) == 1
        block = reconcile.block_reports(
            connection, [a for (a,) in rows(context, "SELECT article_id FROM core.article")]
        )
        assert [stored.report for stored in block] == [REPORT]
    assert reconcile.run(context).done == 1
    second = "https://courier.test/2"
    quiet = told(replace(ARTICLE, asked_url=second, url=second, text="Other words."), Analysis((), (), "v"))
    both = written(tmp_path, told(), quiet, name="both.parquet")
    before = content(context)
    assert import_reports(context, path) == ({"known": 1}, [])
    assert import_reports(context, both, only_contacts=True) == ({"known": 1, "without_contact": 1}, [])
    assert content(context) == before
    assert rows(context, "SELECT occurred_on::text, duration_minutes, location FROM mart.contacts") == [
        ("2022-02-12", 100, "Moscow")
    ]


def test_bulk_and_the_stages_fill_a_warehouse_alike(
    context: StageContext, new_database: Callable[..., str], tmp_path: Path, news: list[dict[str, Any]],
    lines: Callable[..., Path],
) -> None:  # fmt: skip
    path = lines(*news[:8], CALL, QUIET)
    assert backfill.import_jsonl(context, path)[0]["queued"] == 10
    # The same analyser for both: what is compared is how its answers are kept.
    analyser = work._analyser(Settings(_env_file=None), 1)
    assert understand.run_with(analyser.analyse, context).done == 10
    other = replace(context, dsn=new_database())
    for part in plan([path], 4):
        do_part(part, tmp_path / "out", Settings(_env_file=None))
    for file in report_files([tmp_path / "out"]):
        assert import_reports(other, file)[1] == []
    query = (
        "SELECT article.url, title, text, published_at, published_on, outlet.name, version, position, mode, status, "
        "occurred_on, date_precision, reference_on, duration_minutes, location, initiator, ordinal_count, "
        "ordinal_window, attribution, topics, historical, confidence, "
        "(SELECT array_agg((p.*)::text ORDER BY p.position) FROM (SELECT position, person_key, name, country, office "
        " FROM core.report_participant AS r WHERE r.report_id = contact_report.report_id) AS p), "
        "(SELECT array_agg((e.*)::text ORDER BY e.position) FROM (SELECT position, text, start_offset, end_offset "
        " FROM core.report_evidence AS r WHERE r.report_id = contact_report.report_id) AS e), "
        "(SELECT array_agg((topic, score)::text ORDER BY topic) FROM core.article_topic AS t "
        " WHERE t.analysis_id = analysis.analysis_id) "
        "FROM core.article JOIN core.outlet USING (outlet_id) JOIN core.analysis USING (article_id) "
        "LEFT JOIN core.contact_report USING (analysis_id) ORDER BY article.url, position"
    )
    ours = [row for row in rows(context, query) if row[5] != "Courier"]
    assert [row for row in rows(other, query) if row[5] != "Courier"] == ours and len(ours) >= 8


def test_a_live_blogs_posts_are_articles_as_in_the_stages(
    context: StageContext, new_database: Callable[..., str], tmp_path: Path
) -> None:
    texts = [
        f"At {n} o'clock the envoys sat down again in the hall by the river, and nobody spoke." for n in (9, 12, 18)
    ]
    updates = [
        {"@type": "BlogPosting", "headline": f"Round {n}", "articleBody": text,
         "datePublished": f"2023-03-01T0{n}:00:00Z",
         "url": f"https://courier.test/live#p{n}"}
        for n, text in enumerate(texts)
    ]  # fmt: skip
    node = {"@type": "LiveBlogPosting", "headline": "Talks: live", "datePublished": "2023-03-01T00:00:00Z",
            "description": "What the envoys do all day, hour by hour, as it happens in the hall by the river.",
            "liveBlogUpdate": updates}  # fmt: skip
    script = f'<script type="application/ld+json">{json.dumps(node)}</script>'
    html = f"<html lang=en><head><title>Talks: live</title>{script}</head><body><h1>Talks: live</h1></body></html>"
    url = "https://courier.test/live"
    at = datetime(2023, 3, 1, 12, tzinfo=UTC)
    (tmp_path / "live.warc.gz").write_bytes(
        page_record(Page(url, url, 200, html.encode(), at, headers=(("Content-Type", "text/html"),)), "page")
    )
    assert backfill.import_warc(context, tmp_path / "live.warc.gz") == {"queued": 1}
    extract.run(context)
    other = replace(context, dsn=new_database())
    for part in plan([tmp_path / "live.warc.gz"], 10):
        do_part(part, tmp_path / "out", Settings(_env_file=None))
    (file,) = report_files([tmp_path / "out"])
    assert import_reports(other, file)[0] == {"loaded": 4}
    query = (
        "SELECT article.url, canonical_key, url_key, title, text, published_at, published_source, dateline, section "
        "FROM core.article JOIN staging.item USING (item_id) ORDER BY 1"
    ).replace("title", "article.title", 1)
    assert rows(other, query) == rows(context, query)


def test_bad_rows_are_named_with_the_mend_and_the_others_are_in(context: StageContext, tmp_path: Path) -> None:
    def contact(**changes: Any) -> list[dict[str, Any]]:
        return [{**told()["contacts"][0], **changes}]

    bad = [
        (told(error="the line is not JSON"), "news.jsonl, row 1: the line is not JSON"),
        (told(schema_version=9), "schema_version is 9, not 1"),
        (told(asked_url=None, url=None), "url is missing"),
        (told(asked_url="ftp://courier.test/1"), "only http and https"),
        (told(asked_url="https://" + "a" * 300 + ".test/1"), "no host has a name of"),
        (told(outlet="x" * 300), "outlet: a name of 300 letters"),
        (told(timezone="Mars/Olympus"), "give an IANA name"),
        (told(text=None), "text is missing"),
        (told(title=" ", text="", contacts=[]), "title and text are empty"),
        (told(model_version=" "), "model_version is empty"),
        (told(contacts=contact(mode="telepathy")), "contact 1: 'telepathy' is not a valid Mode"),
        (told(contacts=contact(confidence=float("nan"))), "confidence is nan"),
        (told(contacts=contact(date=None)), "date and date_precision go together"),
        (told(contacts=contact(duration_minutes=-5)), "duration_minutes is -5"),
        (told(contacts=contact(participants=[])), "participants: there are none"),
        (told(contacts=contact(evidence=[{"text": "They never spoke.", "start": 14, "end": 31}])), "does not stand at"),
        (told(contacts=contact(ordinal={"count": 0, "window": None})), "the count is 0"),
        (told(topics=[{"topic": "t", "score": 0.5}] * 2), "stands twice"),
    ]
    good = told(replace(ARTICLE, asked_url="https://courier.test/2", url="https://courier.test/2", text="Other words."),
                Analysis((), (), "v"))  # fmt: skip
    path = written(tmp_path, *(row for row, _ in bad), good)
    counts, found = import_reports(context, path)
    assert counts == {"bad": len(bad), "loaded": 1}
    assert [row.number for row in found] == list(range(1, len(bad) + 1))
    for row, (_, words) in zip(found, bad, strict=True):
        assert words in row.fault
    mended = written(tmp_path, told(), good)
    assert import_reports(context, mended)[0] == {"loaded": 1, "known": 1}


def test_the_command_names_file_and_row(context: StageContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_WAREHOUSE_DSN", context.dsn)
    from pipeline.settings import get_settings

    get_settings.cache_clear()
    path = written(tmp_path, told(), told(error="nothing to read"), name="part-1.parquet")
    try:
        done = CliRunner().invoke(build_app(), ["import", "reports", str(tmp_path)])
        assert done.exit_code == 1
        assert f"{path}: 1 bad, 1 loaded" in done.output
        assert "row 2: news.jsonl, row 1: nothing to read" in done.output
        path.write_bytes(path.read_bytes()[:100])
        done = CliRunner().invoke(build_app(), ["import", "reports", str(path)])
        assert done.exit_code == 1 and "no Parquet file, or a damaged one" in done.output
    finally:
        get_settings.cache_clear()


def test_what_is_here_already_is_left_alone(context: StageContext, tmp_path: Path) -> None:
    path = written(tmp_path, told())
    import_reports(context, path)
    reconcile.run(context)
    newer = told(analysis=replace(READING, version="rules-2+a+b", contacts=(replace(REPORT, duration_minutes=90),)))
    reworded = told(replace(ARTICLE, text="They spoke."), Analysis((), (), "v"))
    copy = told(replace(ARTICLE, asked_url="https://courier.test/print/call"))
    path = written(tmp_path, newer, reworded, copy)
    before = content(context)["core.contact_report"]
    assert import_reports(context, path)[0] == {"other_version": 1, "other_wording": 1, "duplicate": 1}
    assert content(context)["core.contact_report"] == before
    assert import_reports(context, path, replace=True)[0] == {"replaced": 1, "other_wording": 1, "duplicate": 1}
    reconcile.run(context)
    assert rows(context, "SELECT duration_minutes FROM mart.contacts") == [(90,)]
    assert rows(context, "SELECT count(*) FROM core.contact") == [(1,)]


def test_days_are_the_outlets_own(context: StageContext, tmp_path: Path) -> None:
    """An article read by another day than it has here is read here; a source first heard of keeps the file's zone."""
    late = replace(ARTICLE, published=datetime(2022, 2, 12, 23, 30, tzinfo=UTC), timezone="UTC")
    elsewhere = replace(
        late, asked_url="https://eve.test/1", url="https://eve.test/1", outlet=None, timezone="Asia/Tokyo"
    )
    path = written(tmp_path, told(late), told(elsewhere))
    assert import_reports(context, path)[0] == {"read_here": 1, "loaded": 1}
    assert import_reports(context, path)[0] == {"read_here": 1, "known": 1}
    assert rows(
        context,
        "SELECT name, timezone, published_on::text, stage FROM core.article JOIN core.outlet USING (outlet_id) "
        "JOIN staging.item USING (item_id) ORDER BY name",
    ) == [
        ("Courier", "Europe/Paris", "2022-02-13", "extracted"),
        ("eve.test", "Asia/Tokyo", "2022-02-13", "understood"),
    ]


def test_killed_in_the_middle_it_goes_on(context: StageContext, tmp_path: Path) -> None:
    articles = [
        replace(ARTICLE, asked_url=f"https://courier.test/{n}", url=f"https://courier.test/{n}", title=f"Call {n:05}")
        for n in range(90)
    ]
    shifted = replace(REPORT, evidence=(Evidence(SENTENCE, 11, 11 + len(SENTENCE)),))
    path = written(tmp_path, *(told(a, replace(READING, contacts=(shifted,))) for a in articles))
    environment = {**os.environ, "HOTLINE_WAREHOUSE_DSN": context.dsn, "HOTLINE_HOME": str(tmp_path)}
    command = [sys.executable, "-c", "from pipeline.cli import main; main()", "import", "reports", str(path)]
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while rows(context, "SELECT count(*) FROM core.article") < [(20,)] and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    ((half,),) = rows(context, "SELECT count(*) FROM core.contact_report")
    assert 20 <= half < 90
    assert import_reports(context, path)[0] == {"known": half, "loaded": 90 - half}
    assert rows(context, "SELECT count(*), count(DISTINCT article_id) FROM core.contact_report") == [(90, 90)]


def test_foreign_parquet_is_refused_in_words(context: StageContext, tmp_path: Path) -> None:
    other = tmp_path / "other.parquet"
    pq.write_table(pa.table({"a": [1]}), other)
    with pytest.raises(BulkFault, match=r"no report file: it lacks schema_version.* `hotline bulk`"):
        import_reports(context, other)
    numbers = SCHEMA.set(SCHEMA.get_field_index("title"), pa.field("title", pa.list_(pa.int64())))
    with pytest.raises(BulkFault, match="row group 1 cannot be read"):
        import_reports(context, written(tmp_path, told(title=[1]), schema=numbers))
    with pytest.raises(BulkFault, match="there is no report file"):
        report_files([tmp_path / "nowhere"])
    large = SCHEMA.set(SCHEMA.get_field_index("text"), pa.field("text", pa.large_string()))
    assert import_reports(context, written(tmp_path, told(), schema=large))[0] == {"loaded": 1}


def test_a_small_file_that_unpacks_to_gigabytes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list in one row repeats one long value. Both in processes of their own."""
    path = tmp_path / "bomb.parquet"
    write = (
        "import sys, pyarrow as pa, pyarrow.parquet as pq; from pipeline.bulk.schema import SCHEMA; "
        "text = {'text': 'x' * 1_000_000, 'start': 0, 'end': 1}; row = {n: None for n in SCHEMA.names}; "
        "row['contacts'] = [{'evidence': [text] * 300}]; "
        "pq.write_table(pa.Table.from_pylist([row], schema=SCHEMA), sys.argv[1])"
    )
    read = (
        "import sys; from pathlib import Path; import pyarrow.parquet as pq; from pipeline.bulk import parquet; "
        "from pipeline.bulk.schema import SCHEMA; parquet.MOST_MEMORY = 100_000_000; path = Path(sys.argv[1]); "
        "list(parquet.checked_batches(path, pq.ParquetFile(path), SCHEMA.names, schema=SCHEMA))"
    )
    subprocess.run([sys.executable, "-c", write, path], cwd=ROOT, check=True)
    assert path.stat().st_size < 3_000_000
    done = subprocess.run([sys.executable, "-c", read, path], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "unpacks to more memory than news needs. Write it anew" in done.stderr
    monkeypatch.setattr(parquet, "MOST_COLUMN", 5_000_000)
    long = written(tmp_path, told(text="x" * 6_000_000))
    with pq.ParquetFile(long) as file, pytest.raises(BulkFault, match="has a column of 6,"):
        list(parquet.checked_batches(long, file, SCHEMA.names))
