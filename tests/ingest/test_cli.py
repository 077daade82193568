"""`hotline extract` and `hotline feed` as outsiders call them: the form of their output, and any bytes whatever."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from pipeline.cli import build_app
from pipeline.settings import ROOT

PAGE = """<html lang="en"><head><title>Talks</title><link rel="canonical" href="/a">
<meta property="article:published_time" content="2022-02-12T18:40:00+01:00">
<meta name="author" content="Ann Lee"></head>
<body><article><h1>Talks</h1><p>The two presidents spoke by phone on Saturday for an hour and 40 minutes,
the Élysée said.</p></article></body></html>""".encode()
FEED = b"""<rss version="2.0"><channel><title>W</title>
<item><title>T</title><link>/a</link><guid isPermaLink="false">1</guid>
<description>S</description><pubDate>Sat, 12 Feb 2022 17:40:00 GMT</pubDate></item></channel></rss>"""


def hotline(*arguments: str, stdin: bytes | None = None, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", "from pipeline.cli import main; main()", *arguments]
    return subprocess.run(
        command, input=stdin, capture_output=True, cwd=ROOT, env={**os.environ, **environment}, timeout=60
    )


def run(tmp_path: Path, command: str, body: bytes) -> list[dict[str, object]]:
    """The command within this process, over a saved file."""
    file = tmp_path / "saved"
    file.write_bytes(body)
    result = CliRunner().invoke(build_app(), [command, str(file), "--url", "https://news.example/feed"])
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout_bytes.decode("utf-8").splitlines()]


def test_extract_prints_one_json_line_in_the_stable_form(tmp_path: Path) -> None:
    assert run(tmp_path, "extract", PAGE) == [
        {
            "url": "https://news.example/feed",
            "canonical_url": "https://news.example/a",
            "title": "Talks",
            "byline": "Ann Lee",
            "published": "2022-02-12T18:40:00+01:00",
            "language": "en",
            "text": "The two presidents spoke by phone on Saturday for an hour and 40 minutes, the Élysée said.",
            "error": None,
        }
    ]


def test_feed_prints_entries_and_then_the_feed(tmp_path: Path) -> None:
    assert run(tmp_path, "feed", FEED) == [
        {
            "id": "1",
            "link": "https://news.example/a",
            "title": "T",
            "summary": "S",
            "published": "2022-02-12T17:40:00Z",
            "updated": None,
            "author": None,
        },
        {"feed": {"format": "rss20", "title": "W", "problems": []}},
    ]


def test_a_day_without_time_is_printed_as_a_day(tmp_path: Path) -> None:
    [line] = run(tmp_path, "extract", PAGE.replace(b"2022-02-12T18:40:00+01:00", b"2022-02-12"))
    assert line["published"] == "2022-02-12"


def test_what_cannot_be_read_is_an_error_or_a_problem_not_a_failure(tmp_path: Path) -> None:
    [line] = run(tmp_path, "extract", b"%PDF-1.4")
    assert line["text"] == "" and str(line["error"]).startswith("unreadable: ")
    assert run(tmp_path, "feed", b"<html>") == [
        {"feed": {"format": None, "title": "", "problems": ["not_a_feed", "an HTML page, not a feed"]}}
    ]


def test_a_dash_reads_standard_input_and_the_output_is_utf_8_in_any_locale() -> None:
    done = hotline("extract", "-", stdin=PAGE, LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0, done.stderr
    assert "Élysée" in json.loads(done.stdout.decode("utf-8"))["text"]


def test_a_file_that_is_not_there_is_told_in_one_line() -> None:
    done = hotline("feed", "/no/such/feed.xml")
    assert done.returncode == 2
    assert done.stderr.decode().strip() == (
        "/no/such/feed.xml: No such file or directory; name a file that can be read, or - for standard input"
    )


@pytest.mark.parametrize("command", ["extract", "feed"])
def test_a_saved_file_may_be_cut_off_anywhere(tmp_path: Path, command: str) -> None:
    body = PAGE if command == "extract" else FEED
    for end in range(0, len(body), 11):
        assert run(tmp_path, command, body[:end])


@pytest.mark.parametrize("command", ["extract", "feed"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=400))
def test_no_bytes_crash_the_commands(tmp_path: Path, command: str, body: bytes) -> None:
    lines = run(tmp_path, command, body)
    assert lines and json.dumps(lines)
