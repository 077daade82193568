"""Articles in files to report files: as `hotline analyse`, whichever file they stand in, whole after any break."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from pipeline.bulk import work
from pipeline.bulk.faults import BulkFault
from pipeline.bulk.schema import SCHEMA, reading_of
from pipeline.bulk.sources import plan
from pipeline.bulk.work import do_part
from pipeline.cli import build_app
from pipeline.cli.analyse import run
from pipeline.domain import Page
from pipeline.ingest import linefile
from pipeline.ingest.linefile import UnpackFault, read_lines
from pipeline.ingest.warc import page_record
from pipeline.settings import Settings
from pipeline.understand.analyse import Analyser
from pipeline.understand.jsonl import dump
from tests.bulk.conftest import CALL, QUIET

Lines = Callable[..., Path]


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings(_env_file=None)


@pytest.fixture(scope="session")
def analyser(settings: Settings) -> Analyser:
    """The one that `do_part` has loaded, so that it is loaded once."""
    return work._analyser(settings, 1)


def reports(out: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for path in sorted(out.glob("*.parquet")):
        rows += pq.read_table(path).to_pylist()
    return sorted(rows, key=lambda r: (r["source_file"], r["source_row"]))


def test_results_are_those_of_hotline_analyse_field_by_field(
    news: list[dict[str, Any]], lines: Lines, tmp_path: Path, settings: Settings, analyser: Analyser
) -> None:
    path = lines(*news[:6], b"{broken", b"", b'{"id": 7, "text": 5}', *news[6:])
    told = io.BytesIO()
    assert run(analyser, path.read_bytes().splitlines(), told) == 2
    parts = plan([path], 5)
    assert [(p.first, p.rows) for p in parts][:3] == [(1, 5), (6, 6), (12, 5)] and parts[-1].rows == 0
    done = [do_part(part, tmp_path / "out", settings) for part in parts]
    rows = reports(tmp_path / "out")
    assert [r["source_row"] for r in rows] == [n for n in range(1, len(news) + 4) if n != 8]
    found = []
    for row in rows:
        if row["error"] is None:
            article, analysis = reading_of(row)
            assert analysis.version == analyser.version
            found.append(json.loads(dump(article.id, analysis)))
        else:
            found.append({"id": int(row["id"]) if row["id"] else None, "error": row["error"]})
    assert found == [json.loads(line) for line in told.getvalue().splitlines()]
    assert sum(d.contacts for d in done) == sum(len(f.get("contacts", ())) for f in found) > 3
    assert (sum(d.rows for d in done), sum(d.errors for d in done)) == (len(rows), 2)


def test_jsonl_gzip_parquet_and_warc_give_the_same(
    lines: Lines, tmp_path: Path, settings: Settings, analyser: Analyser
) -> None:
    plain = lines(CALL, QUIET)
    (tmp_path / "packed.jsonl.gz").write_bytes(gzip.compress(plain.read_bytes()))
    table = pa.table({k: [CALL.get(k), QUIET.get(k)] for k in ("url", "title", "text", "outlet")})
    at = pa.array([datetime(2022, 2, 12, 18, 40, tzinfo=UTC), None], pa.timestamp("ms", tz="UTC"))
    pq.write_table(table.append_column("published", at), tmp_path / "news.parquet")
    html = f"<html lang=en><head><title>{CALL['title']}</title><meta property='article:published_time' " + (
        f"content='{CALL['published']}'></head><body><article><h1>{CALL['title']}</h1><p>{CALL['text']}</p>"
        "<p>Neither office wanted to say more about it on the next day.</p></article></body></html>"
    )
    page = Page(
        str(CALL["url"]), str(CALL["url"]), 200, html.encode(), datetime(2022, 2, 13, tzinfo=UTC), "text/html",
        headers=(("Content-Type", "text/html; charset=utf-8"),),
    )  # fmt: skip
    (tmp_path / "crawl.warc.gz").write_bytes(page_record(page, "page"))
    files = ["articles.jsonl", "packed.jsonl.gz", "news.parquet", "crawl.warc.gz"]
    for part in plan([tmp_path / name for name in files], 1):
        do_part(part, tmp_path / "out", settings)
    by_file: dict[str, list[dict[str, Any]]] = {}
    for row in reports(tmp_path / "out"):
        by_file.setdefault(row.pop("source_file"), []).append(row)
    assert by_file["articles.jsonl"] == by_file["packed.jsonl.gz"] == by_file["news.parquet"]
    assert len(by_file["articles.jsonl"]) == 2
    (told,) = by_file["crawl.warc.gz"]
    assert told["url"] == CALL["url"] and told["published_source"] != "none"
    contact, likewise = told["contacts"][0], by_file["articles.jsonl"][0]["contacts"][0]
    assert contact["duration_minutes"] == 90 and contact["evidence"][0] == likewise["evidence"][0]
    assert {**contact, "evidence": [], "confidence": 0} == {**likewise, "evidence": [], "confidence": 0}


def test_a_broken_job_goes_on_and_a_changed_source_is_read_anew(
    lines: Lines, tmp_path: Path, settings: Settings, analyser: Analyser
) -> None:
    path, out = lines(CALL, QUIET), tmp_path / "out"
    first, second = plan([path], 1)
    done = do_part(first, out, settings)
    file = Path(done.path)
    written = file.stat().st_mtime_ns
    again = [do_part(part, out, settings) for part in (first, second)]
    assert [d.kept for d in again] == [True, False] and file.stat().st_mtime_ns == written
    assert (again[0].rows, again[0].contacts, again[0].errors) == (1, 1, 0)
    file.write_bytes(file.read_bytes()[:-20])  # torn, as no break of ours leaves it
    assert not do_part(first, out, settings).kept
    path.write_bytes(json.dumps(QUIET).encode() + b"\n" + json.dumps(CALL).encode() + b"\n")
    assert not do_part(plan([path], 1)[0], out, settings).kept
    assert reports(out)[0]["url"] == QUIET["url"]
    assert not [p for p in out.iterdir() if p.name.startswith(".")]


def test_half_characters_and_long_lines_lose_nothing_else(
    lines: Lines, tmp_path: Path, settings: Settings, analyser: Analyser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linefile, "LONGEST_LINE", 2000)
    half = json.dumps({**CALL, "title": "\ud83d Leaders speak"}).encode()
    (part,) = plan([lines(b'{"id": "' + b"x" * 9000 + b'"}', half)], 10)
    do_part(part, tmp_path / "out", settings)
    long, told = reports(tmp_path / "out")
    assert long["error"] == "the line is longer than any article"
    article, analysis = reading_of(told)
    assert article.title == "\ufffd Leaders speak" and analysis.contacts[0].evidence[0].text == CALL["text"]


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linefile, "_UNSUSPECTED", 1_000_000)
    for name, content in (("lines", b"{}\n" * 1_000_000), ("one", b"x" * 20_000_000)):
        path = tmp_path / f"{name}.jsonl.gz"
        path.write_bytes(gzip.compress(content))
        with pytest.raises(UnpackFault, match="times its size"):
            for _ in read_lines(path):
                pass
    torn = tmp_path / "torn.jsonl.gz"
    torn.write_bytes(gzip.compress(b'{"id": 1}\n' * 50)[:-9])
    with pytest.raises(UnpackFault, match="damaged"):
        list(read_lines(torn))


def test_files_that_are_none_are_named(tmp_path: Path, lines: Lines) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(BulkFault, match="holds no file"):
        plan([tmp_path / "empty"], 1)
    (tmp_path / "news.txt").write_text("news")
    with pytest.raises(BulkFault, match="Its name should end in"):
        plan([tmp_path / "news.txt"], 1)
    (tmp_path / "news.parquet").write_text("news")
    with pytest.raises(BulkFault, match="no Parquet file"):
        plan([tmp_path / "news.parquet"], 1)


def test_the_command_needs_no_spark(lines: Lines, tmp_path: Path) -> None:
    path = lines(CALL, b"{broken")
    done = CliRunner().invoke(build_app(), ["bulk", str(path), "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert "1 articles with 1 contact reports in 1 files" in done.output and "1 rows hold no article" in done.output
    pq.ParquetDataset(tmp_path / "out").read().cast(SCHEMA)
    assert asdict(plan([path], 3)[0])["kind"] == "jsonl"
