"""What docs/security.md claims, tried from the other side."""

from __future__ import annotations

import json
import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg2
import pytest
from psycopg2 import errors
from typer.testing import CliRunner

from pipeline.cli import build_app
from pipeline.domain import FeedSource
from pipeline.settings import ROOT, Settings, get_settings
from pipeline.stages import backfill
from pipeline.stages.context import StageContext
from pipeline.warehouse.embedded import EmbeddedPostgres
from pipeline.warehouse.feeds import sync_feeds
from tests.conftest import in_database

NOW = datetime(2023, 3, 1, 12, tzinfo=UTC)
DAYS = (date(2000, 1, 1), date(2030, 1, 1))


@pytest.fixture
def context(warehouse_dsn: str, tmp_path: Path) -> StageContext:
    return StageContext.open(Settings(_env_file=None, home=tmp_path, as_of=NOW, warehouse_dsn=warehouse_dsn))


# The analyst


@pytest.mark.parametrize(
    "attack",
    [
        "SELECT * FROM core.outbox",
        "SELECT recipient FROM core.outbox",
        "SELECT * FROM core.feedback",
        "SELECT * FROM staging.page",
        "SELECT * FROM core.article",
        "UPDATE mart.contacts SET status = 'denied'",
        "DELETE FROM mart.alerts",
        "CREATE TABLE mart.mine (a int)",
        "CREATE TABLE public.mine (a int)",
        "CREATE FUNCTION mart.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "SET ROLE hotline_etl",
        "SET SESSION AUTHORIZATION hotline_etl",
        "ALTER ROLE hotline_analyst SUPERUSER",
        "GRANT hotline_etl TO hotline_analyst",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY mart.contacts TO '/tmp/leak.csv'",
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "SELECT lo_import('/etc/passwd')",
        "SELECT rolpassword FROM pg_authid",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'hotline_etl'",
    ],
)
def test_an_analyst_gets_nowhere(analyst_dsn: str, warehouse_dsn: str, attack: str) -> None:
    """Also after switching off what a session may switch off for itself: rights hold, not settings."""
    with closing(psycopg2.connect(analyst_dsn)) as connection, closing(psycopg2.connect(warehouse_dsn)) as ours:
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only TO off; SET statement_timeout TO 0; COMMIT")
        with (
            connection.cursor() as cursor,
            pytest.raises((errors.InsufficientPrivilege, errors.ObjectNotInPrerequisiteState)),
        ):
            cursor.execute(attack)
        with ours.cursor() as cursor:
            cursor.execute("SELECT 1")


def test_no_view_for_analysts_has_an_address_to_mail_to(warehouse_dsn: str) -> None:
    with closing(psycopg2.connect(warehouse_dsn)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'mart' "
            "AND column_name ~ '(recipient|reader|address|email|mail_to|token|password|secret|reply)'"
        )
        assert cursor.fetchall() == []


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ("SELECT count(*) FROM core.outbox", True),
        ("UPDATE staging.feed SET active = false", True),
        ("UPDATE core.outbox SET state = 'waiting'", True),
        ("UPDATE core.outbox SET recipient = 'evil@example.org'", False),
        ("UPDATE core.outbox SET html = 'They are at war'", False),
        ("INSERT INTO core.outbox DEFAULT VALUES", False),
        ("UPDATE core.article SET text = 'They are at war'", False),
        ("UPDATE staging.feed SET url = 'https://evil.test/rss'", False),
        ("DELETE FROM core.contact", False),
        ("UPDATE core.contact SET status = 'denied'", False),
        ("SET ROLE hotline_etl", False),
    ],
)
def test_operators_may_requeue_and_change_no_content(
    postgres: EmbeddedPostgres, warehouse_dsn: str, statement: str, allowed: bool
) -> None:
    dsn = in_database(postgres.ops_dsn, warehouse_dsn.rpartition("/")[2])
    with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cursor:
        if allowed:
            cursor.execute(statement)
        else:
            with pytest.raises(errors.InsufficientPrivilege):
                cursor.execute(statement)


def test_no_role_of_ours_is_a_superuser_and_none_reads_another_database(postgres: EmbeddedPostgres) -> None:
    with closing(psycopg2.connect(postgres.admin_dsn)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication "
            "OR rolbypassrls) AND rolname ~ '^(hotline_|airflow)'"
        )
        assert cursor.fetchall() == []
    for dsn in (postgres.analyst_dsn, postgres.ops_dsn, postgres.dsn):
        with pytest.raises(psycopg2.OperationalError, match="permission denied"):
            psycopg2.connect(in_database(dsn, "airflow")).close()


# Files from strangers


def test_a_link_in_the_import_folder_leads_nowhere_else(context: StageContext, tmp_path: Path) -> None:
    folder, outside = tmp_path / "import" / "news", tmp_path / "outside"
    folder.mkdir(parents=True)
    outside.mkdir()
    line = {"url": "https://a.test/1", "title": "Secret", "text": "Words that are nobody's business. " * 5}
    (outside / "secret.jsonl").write_text(json.dumps(line) + "\n")
    (folder / "link.jsonl").symlink_to(outside / "secret.jsonl")
    (tmp_path / "import" / "door").symlink_to(outside)
    for source in ("news/link.jsonl", "door", "door/secret.jsonl", "../outside", str(outside), "news/../../outside"):
        with pytest.raises(ValueError, match="lies outside"):
            backfill.bring_in(context, source, DAYS)
    # Within a folder that is named, too: such a file is not among its files.
    with pytest.raises(ValueError, match="holds no file"):
        backfill.bring_in(context, "news", DAYS)
    (folder / "own.jsonl").write_text(json.dumps({**line, "title": "Open"}) + "\n")
    assert backfill.bring_in(context, ".", (date(2000, 1, 1), date(2030, 1, 1)))["files"] == 1


def test_hostile_lines_are_told_and_stop_no_import(context: StageContext, tmp_path: Path) -> None:
    good = {"title": "Talks", "text": "They spoke at length about the harvest and the river. " * 3}
    # Random letters: what repeats itself is packed small enough for an index.
    host = "https://" + ".".join(secrets.token_hex(30) for _ in range(100)) + ".test/1"
    lines = [
        {**good, "url": host},
        {**good, "url": "https://a.test/1", "outlet": secrets.token_hex(10_000)},
        {**good, "url": "https://user:password@a.test/2"},
        {**good, "url": "https://[::1/3"},
        {**good, "url": "https://a.test/4", "published": "0001-01-01T00:00:00+14:00"},
        {**good, "url": "https://a.test/5", "title": "nul \x00 and half \ud800", "outlet": "\ud800\x00"},
        {**good, "url": "https://a.test/" + "x" * 1_000_000},
        {**good, "url": "https://a.test/last"},
    ]
    path = tmp_path / "hostile.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    counts, bad = backfill.import_jsonl(context, path)
    assert counts["queued"] + counts["duplicate"] + len(bad) == len(lines)
    assert {b.number for b in bad} >= {1, 2, 3, 4, 7} and 8 not in {b.number for b in bad}


# Servers of strangers


@pytest.fixture
def servers() -> Iterator[tuple[int, int, list[str]]]:
    """(the port that may be asked, a port inside that may not, what was asked of the latter)."""
    asked: list[str] = []

    class Inside(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = b'<rss version="2.0"><channel><title>Secret</title></channel></rss>'
            self.send_response(200)
            self.send_header("Content-Type", "application/rss+xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    inside = ThreadingHTTPServer(("127.0.0.1", 0), Inside)

    class Outside(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            port = inside.server_address[1]
            target = {
                "/port": f"http://127.0.0.1:{port}/rss",
                "/name": f"http://localhost:{port}/rss",
                "/mapped": f"http://[::ffff:127.0.0.1]:{port}/rss",
                "/number": f"http://2130706433:{port}/rss",
                "/file": "file:///etc/passwd",
                "/metadata": "http://169.254.169.254/latest/meta-data/",
            }.get(self.path)
            body = f"<html><head><meta http-equiv=refresh content='0;url=http://127.0.0.1:{port}/rss'></head>".encode()
            self.send_response(301 if target else 200)
            if target:
                self.send_header("Location", target)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    outside = ThreadingHTTPServer(("127.0.0.1", 0), Outside)
    for server in (inside, outside):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield outside.server_address[1], inside.server_address[1], asked
    for server in (inside, outside):
        server.shutdown()
        server.server_close()


def test_feeds_add_follows_no_redirect_into_the_own_network(
    servers: tuple[int, int, list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, inner, asked = servers
    feeds = tmp_path / "feeds.yaml"
    feeds.write_text("feeds:\n- {id: own, url: https://own.test/rss, outlet: Own}\n")
    for name, value in {"FEEDS_FILE": feeds, "HOME": tmp_path, "ALLOW_LOOPBACK_PORT": port}.items():
        monkeypatch.setenv(f"HOTLINE_{name}", str(value))
    get_settings.cache_clear()
    try:
        before = feeds.read_text()
        for path in ("port", "name", "mapped", "number", "file", "metadata", "meta-refresh"):
            done = CliRunner().invoke(build_app(), ["feeds", "add", f"http://127.0.0.1:{port}/{path}"])
            assert done.exit_code != 0 and "Added to" not in done.output, (path, done.output)
            assert "Secret" not in done.output and "root:" not in done.output
        done = CliRunner().invoke(build_app(), ["feeds", "add", f"http://127.0.0.1:{inner}/rss"])
        assert done.exit_code != 0 and "forbidden_address" in done.output
        assert feeds.read_text() == before
    finally:
        get_settings.cache_clear()
    assert asked == []


def test_a_source_outside_the_warehouse_is_no_feed_id_of_another(context: StageContext, tmp_path: Path) -> None:
    """An import cannot put its articles into a configured outlet by its address alone, nor replace its articles."""
    with context.connection() as connection:
        sync_feeds(connection, [FeedSource("courier", "https://courier.test/rss", "Courier", "courier")], NOW)
    path = tmp_path / "news.jsonl"
    text = "They spoke at length about the harvest and the river. " * 3
    path.write_text(
        "".join(json.dumps({"url": "https://courier.test/1", "title": t, "text": text + t}) + "\n" for t in "ab")
    )
    counts, _ = backfill.import_jsonl(context, path)
    assert counts == {"queued": 1, "known": 1}


def test_the_document_names_the_tests_it_rests_on() -> None:
    text = (ROOT / "docs" / "security.md").read_text("utf-8")
    named = re.findall(r"`(tests/[a-z_/]+\.py)`", text)
    assert "tests/security/test_claims.py" in named
    assert [name for name in named if not (ROOT / name).exists()] == []
