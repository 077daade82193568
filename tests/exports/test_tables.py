"""Views, event records and feeds written from a warehouse, by the functions and by the commands."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import feedparser
import icalendar
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from psycopg2.extensions import connection as Connection
from typer.testing import CliRunner, Result

from pipeline.cli import build_app
from pipeline.domain import Status
from pipeline.exports.cells import cell
from pipeline.exports.errors import ExportFault
from pipeline.exports.events import COLUMNS
from pipeline.exports.marts import export_marts
from pipeline.settings import get_settings
from pipeline.warehouse import extracts
from pipeline.warehouse.extracts import mart_views, told_contacts
from tests.exports.conftest import HOSTILE, A, B, C, D, E

Hotline = Callable[..., Result]


@pytest.fixture
def hotline(exports_dsn: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hotline]:
    """Runs a command of `hotline` over the warehouse of these tests."""
    monkeypatch.setenv("HOTLINE_WAREHOUSE_DSN", exports_dsn)
    monkeypatch.setenv("HOTLINE_AS_OF", "2022-02-16T06:00:00Z")
    get_settings.cache_clear()
    yield lambda *words: CliRunner().invoke(build_app(), [str(word) for word in words])
    get_settings.cache_clear()


def manifest(directory: Path) -> dict[str, Any]:
    found = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def test_every_view_becomes_parquet_with_its_types_and_comments(
    exports: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extracts, "BATCH", 2)
    written = export_marts(exports, tmp_path, now=datetime(2022, 2, 16, tzinfo=UTC))
    assert [file.view for file in written] == [view.name for view in mart_views(exports)]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["manifest.json", *(file.file for file in written)]
    )
    contacts = pq.read_table(tmp_path / "contacts.parquet")
    types = {field.name: field.type for field in contacts.schema}
    assert types["occurred_on"] == pa.date32()
    assert types["first_reported_at"] == pa.timestamp("us", tz="UTC")
    assert types["topics"] == pa.list_(pa.string())
    assert (types["reports"], types["confidence"], types["historical"]) == (pa.int32(), pa.float64(), pa.bool_())
    row = next(row for row in contacts.to_pylist() if row["contact_id"] == A)
    assert (row["occurred_on"], row["topics"], row["reports"]) == (date(2022, 2, 12), ["deescalation_talks"], 2)
    assert b"Calls" not in (contacts.schema.field("mode").metadata or {}).get(b"comment", b"")
    assert contacts.schema.field("duration_minutes").metadata[b"comment"] == b"How long it took, in minutes."
    reports = pq.read_table(tmp_path / "contact_reports.parquet")
    assert json.loads(reports.column("evidence_spans")[0].as_py()) == [{"text": "Macron spoke", "start": 8, "end": 20}]
    assert pq.read_schema(tmp_path / "feed_health.parquet").field("wait").metadata[b"unit"] == b"seconds"


def test_the_manifest_counts_and_vouches_for_the_files(exports: Connection, tmp_path: Path) -> None:
    export_marts(exports, tmp_path, "csv", ["mart.contacts", "dim_country"], since=date(2022, 2, 1))
    told = manifest(tmp_path)
    assert (told["format"], told["since"], told["formulas_guarded"]) == ("csv", "2022-02-01", True)
    files = {file["view"]: file for file in told["files"]}
    assert set(files) == {"contacts", "dim_country"}
    for file in files.values():
        body = (tmp_path / file["file"]).read_bytes()
        assert file["sha256"] == sha256(body).hexdigest()
        assert file["bytes"] == len(body)
    # The one of January is left out; the one without a day is of the day it was told.
    with (tmp_path / "contacts.csv").open(encoding="utf-8", newline="") as rows:
        assert {row["contact_id"] for row in csv.DictReader(rows)} == {A, B, D}
    assert files["contacts"]["rows"] == 3
    assert (files["contacts"]["since"], files["dim_country"]["since"]) == ("occurred_on, first_reported_at", None)
    assert files["dim_country"]["rows"] == 3


@pytest.mark.parametrize(("guard", "before"), [(True, "'"), (False, "")])
def test_formulas_are_guarded_unless_told_otherwise(
    exports: Connection, tmp_path: Path, guard: bool, before: str
) -> None:
    export_marts(exports, tmp_path, "csv", ["contact_reports"], guard=guard)
    with (tmp_path / "contact_reports.csv").open(encoding="utf-8", newline="") as rows:
        titles = {row["title"] for row in csv.DictReader(rows)}
    assert before + HOSTILE in titles


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("=1+1", "'=1+1"), ("+7", "'+7"), ("-x", "'-x"), ("@a", "'@a"), ("\t=a", "'\t=a"), (" =a", "' =a"),
        ("＝a", "'＝a"),
        ("a=b", "a=b"), ("", ""), (None, ""), (-1, "-1"), (-0.5, "-0.5"), (True, "true"), (["=a"], '["=a"]'),
        (date(2022, 2, 12), "2022-02-12"), ({"a": None}, '{"a": null}'),
    ],
)  # fmt: skip
def test_cells(value: object, expected: str) -> None:
    assert cell(value) == expected


def test_an_export_that_fails_leaves_the_former_one_whole(
    exports: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_marts(exports, tmp_path, "csv", ["alerts", "contacts"])
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    original = extracts.mart_rows

    def failing(conn: Connection, view: Any, *rest: Any) -> Iterator[Any]:
        if view.name == "contacts":
            raise OSError("disk full")
        return original(conn, view, *rest)

    monkeypatch.setattr("pipeline.exports.marts.mart_rows", failing)
    with pytest.raises(OSError, match="disk full"):
        export_marts(exports, tmp_path, "csv", since=date(2030, 1, 1))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    # The connection is usable afterwards, and may write again.
    with exports.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE fine (n integer)")
    exports.rollback()


def test_an_unknown_view_is_told_with_those_there_are(exports: Connection, tmp_path: Path) -> None:
    with pytest.raises(ExportFault, match="There is no view contatcs") as caught:
        export_marts(exports, tmp_path / "new", names=["contatcs"])
    assert "contact_reports" in caught.value.mend


def test_contacts_come_with_sources_and_changes_and_the_gone_only_when_asked_for(exports: Connection) -> None:
    found = {contact.contact_id: contact for contact in told_contacts(exports)}
    assert set(found) == {A, B, D, E}
    assert [source.outlet for source in found[A].sources] == ["The Courier", "Herald"]
    assert found[A].sources[0].evidence == "Macron spoke"
    assert (found[A].changes, found[B].changes, found[B].status) == (0, 1, Status.CANCELLED)
    everything = {contact.contact_id: contact for contact in told_contacts(exports, gone=True)}
    assert (everything[C].gone, everything[C].changes) == (True, 1)
    assert [c.contact_id for c in told_contacts(exports, limit=1)] == [B], "the latest changed first"
    exports.rollback()


# the commands


def test_the_command_writes_tables_and_says_what(hotline: Hotline, tmp_path: Path) -> None:
    done = hotline("export", tmp_path / "out", "--view", "contacts", "--format", "csv")
    assert done.exit_code == 0, done.output
    assert "contacts.csv: 4 rows" in done.output
    assert manifest(tmp_path / "out")["written_at"] == "2022-02-16T06:00:00+00:00"
    missing = hotline("export", tmp_path / "out", "--view", "nothing")
    assert (missing.exit_code, "There is no view nothing" in missing.output) == (1, True)


def test_the_command_writes_feeds_and_a_calendar(hotline: Hotline, tmp_path: Path) -> None:
    for name in ("contacts.rss", "contacts.atom", "contacts.json", "contacts.ics"):
        done = hotline("export", tmp_path / name)
        assert done.exit_code == 0, done.output
    assert len(feedparser.parse((tmp_path / "contacts.rss").read_bytes()).entries) == 4
    assert len(json.loads((tmp_path / "contacts.json").read_bytes())["items"]) == 4
    calendar = icalendar.Calendar.from_ical((tmp_path / "contacts.ics").read_bytes())
    status = {str(event["uid"])[:36]: (event["status"], event["sequence"]) for event in calendar.walk("VEVENT")}
    assert status == {A: ("CONFIRMED", 0), B: ("CANCELLED", 1), C: ("CANCELLED", 1), E: ("CONFIRMED", 0)}
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_the_command_writes_event_records(hotline: Hotline, tmp_path: Path) -> None:
    assert hotline("events", tmp_path / "events.csv", "--since", "2022-02-01").exit_code == 0
    with (tmp_path / "events.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [(r["Actor1Code"], r["Actor2Code"], r["EventCode"], r["SQLDATE"]) for r in rows] == [
        ("FRAGOV", "RUSGOV", "041", "20220212"),
        ("RUSGOV", "FRAGOV", "041", "20220212"),
    ]
    first = rows[0]
    assert (first["NumSources"], first["NumArticles"], first["Confidence"]) == ("2", "2", "0.98")
    assert first["SourceURLs"].split() == ["http://news.test/1", "http://news.test/2"]
    assert len({row["GlobalEventID"] for row in rows}) == 2
    done = hotline("events", tmp_path / "events.jsonl", "--planned")
    assert done.exit_code == 0, done.output
    records = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    again = {row["GlobalEventID"] for row in rows}
    assert again < {record["GlobalEventID"] for record in records}, "ids stay from one export to the next"
    planned = [r for r in records if r["ContactID"] == D]
    assert {(r["EventCode"], r["PloverEvent"], r["DatePrecision"]) for r in planned} == {("036", "AGREE", "reported")}
    assert {r["ContactID"] for r in records} == {A, D, E}, "what was cancelled is no event"
    wrong = hotline("events", tmp_path / "events.txt")
    assert (wrong.exit_code, "format is not known" in wrong.output) == (1, True)
