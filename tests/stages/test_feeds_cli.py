"""`hotline feeds ...` at a terminal: over the newswire's server and a real warehouse."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from pipeline.cli import build_app
from pipeline.ingest.feedsconfig import load_rows
from pipeline.newswire import Newswire
from pipeline.settings import get_settings
from pipeline.stages import poll
from pipeline.stages.context import StageContext

Run = Callable[..., Result]


@pytest.fixture
def run(context: StageContext, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs `hotline feeds ...` with the room's settings, as its environment would say them."""
    known = context.settings
    for name in ("home", "feeds_file", "allow_loopback_port"):
        monkeypatch.setenv(f"HOTLINE_{name.upper()}", str(getattr(known, name)))
    monkeypatch.setenv("HOTLINE_WAREHOUSE_DSN", context.dsn)
    monkeypatch.setenv("HOTLINE_AS_OF", known.now().isoformat())
    monkeypatch.setenv("COLUMNS", "240")
    get_settings.cache_clear()

    def go(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(build_app(), ["feeds", *arguments])
        assert result.exit_code == code, result.output
        return result

    yield go
    get_settings.cache_clear()


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]


def test_list_shows_all_rows_also_those_not_enabled(run: Run, context: StageContext) -> None:
    document = yaml.safe_load(context.settings.feeds_file.read_text(encoding="utf-8"))
    document["feeds"][0]["enabled"] = False
    context.settings.feeds_file.write_text(yaml.safe_dump(document), encoding="utf-8")
    found = lines(run("list", "--json"))
    assert [row["enabled"] for row in found].count(False) == 1
    assert f"{len(found)} feeds, {len(found) - 1} of them enabled" in run("list").stdout


def test_check_asks_each_feed_and_names_the_bad_ones(run: Run) -> None:
    answers = {row["feed"]: row for row in lines(run("check", "--json", code=1))}
    bad = {feed: row["result"] for feed, row in answers.items() if row["result"] != "ok"}
    assert bad == {"capital-old": "not_a_feed", "steppe-archive": "http_not_found"}
    good = next(row for row in answers.values() if row["result"] == "ok")
    assert good["format"] and good["entries"] > 0 and good["newest"].startswith("2022-02")
    assert f"{len(answers) - 2} of {len(answers)} can be read" in run("check", code=1).stdout


def test_check_of_one_good_feed_ends_well_and_of_an_unknown_one_with_its_mend(run: Run) -> None:
    good = next(row["feed"] for row in lines(run("check", "--json", code=1)) if row["result"] == "ok")
    assert "1 of 1 can be read" in run("check", good).stdout
    assert "no feed 'nobody'" in run("check", "nobody", code=2).stdout


def test_check_offline_reads_the_file_alone(run: Run, context: StageContext, wire: Newswire) -> None:
    assert "all in good form" in run("check", "--offline").stdout
    assert not wire.hits
    context.settings.feeds_file.write_text("feeds:\n- {id: A b, url: x, outlet: A}\n", encoding="utf-8")
    said = run("check", "--offline", code=2).stdout
    assert "feed 1 (A b): id:" in said and "write an absolute" in said


def test_add_asks_the_feed_and_writes_its_row(run: Run, context: StageContext) -> None:
    rows = {row.id: row for row in load_rows(context.settings.feeds_file)}
    good = next(iter(rows.values()))
    file = context.settings.feeds_file
    file.write_text("feeds:\n- {id: a, url: 'https://a.example/', outlet: A}\n", encoding="utf-8")
    said = run("add", good.url, "--family", "courier", "--country", "GBR", "--timezone", "Europe/London").stdout
    assert "entries" in said and "Added to" in said
    row = load_rows(file)[-1]
    assert (row.url, row.family, row.country, bool(row.outlet)) == (good.url, "courier", "GBR", True)


def test_add_refuses_a_page_and_a_row_with_a_mistake(run: Run, context: StageContext) -> None:
    page = next(row.url for row in load_rows(context.settings.feeds_file) if row.id == "capital-old")
    before = context.settings.feeds_file.read_bytes()
    assert "not_a_feed" in run("add", page, code=2).stdout
    assert "country: 'Britain' is not valid" in run("add", "https://x.example/", "--outlet", "X", "--unchecked",
                                                    "--country", "Britain", code=2).stdout  # fmt: skip
    assert context.settings.feeds_file.read_bytes() == before


def test_health_shows_the_sick_and_all_on_demand(run: Run, context: StageContext) -> None:
    poll.run(context)
    sick = {row["feed_id"] for row in lines(run("health", "--json"))}
    assert {"capital-old", "steppe-archive"} <= sick
    assert len(lines(run("health", "--all", "--json"))) == len(load_rows(context.settings.feeds_file))
    assert "http_not_found" in run("health").stdout or "HTTP 404" in run("health").stdout


def test_a_paused_feed_is_not_asked_until_resumed(run: Run, context: StageContext) -> None:
    every = len(load_rows(context.settings.feeds_file))
    assert "left alone until" in run("pause", "capital-old", "--days", "3", "--why", "moving house").stdout
    assert poll.run(context).taken == every - 1
    paused = [row for row in lines(run("health", "--json", "--all")) if row["health"] == "paused"]
    assert [(row["feed_id"], row["paused_why"]) for row in paused] == [("capital-old", "moving house")]
    run("resume", "capital-old")
    assert poll.run(context).taken >= 1
    assert not [row for row in lines(run("health", "--json", "--all")) if row["health"] == "paused"]
    assert "no feed 'nobody'" in run("pause", "nobody", code=2).stdout


def test_opml_goes_out_and_comes_in(run: Run, context: StageContext, tmp_path: Path) -> None:
    rows = load_rows(context.settings.feeds_file)
    opml = tmp_path / "feeds.opml"
    assert f"{len(rows)} feeds written" in run("export", str(opml)).stdout
    context.settings.feeds_file.write_text(
        "feeds:\n- {id: mine, url: 'https://mine.example/', outlet: M}\n", encoding="utf-8"
    )
    assert "would add" in run("import", str(opml), "--dry-run").stdout
    assert len(load_rows(context.settings.feeds_file)) == 1
    assert f"{len(rows)} feeds, 0 left out" in run("import", str(opml)).stdout
    # The export groups them by kind.
    assert sorted(load_rows(context.settings.feeds_file)[1:], key=str) == sorted(rows, key=str)
    assert f"0 feeds, {len(rows)} left out" in run("import", str(opml)).stdout


def test_add_says_what_to_do_and_never_adds_an_address_twice(run: Run, context: StageContext, wire: Newswire) -> None:
    rows = load_rows(context.settings.feeds_file)
    before = context.settings.feeds_file.read_bytes()
    assert f"{rows[0].id} has this address already" in run("add", rows[0].url, code=2).stdout
    for url, mend in (
        (f"{wire.base_url}/no-such-feed", "look on the outlet's site"),
        ("http://10.0.0.1/rss", "private addresses are never asked"),
        ("ftp://news.example/rss", "begins with https://"),
    ):
        assert mend in run("add", url, code=2).stdout
    assert context.settings.feeds_file.read_bytes() == before


FEEDS = """# ours
feeds:
  - {id: a, url: "https://a.example/", outlet: A}  # keep
  # b is slow
  - id: b
    url: https://b.example/
    outlet: B

  - {id: c, url: "https://c.example/", outlet: C, enabled: true, family: c}
"""


def test_retire_marks_the_row_with_its_reason_and_touches_nothing_else(run: Run, context: StageContext) -> None:
    file = context.settings.feeds_file
    file.write_text(FEEDS, encoding="utf-8")
    for feed in "abc":
        assert "asked no more from the next run on" in run("retire", feed, "--why", "moved to\na paywall").stdout
    assert [(row.id, row.enabled) for row in load_rows(file)] == [("a", False), ("b", False), ("c", False)]
    today = context.now().date()
    text = file.read_text(encoding="utf-8")
    assert f"  # b is slow\n  # Retired on {today}: moved to a paywall\n  - id: b\n    enabled: false\n" in text
    kept = [line for line in text.splitlines() if "Retired" not in line and line.strip() != "enabled: false"]
    told = "\n".join(kept).replace(", enabled: false}  # keep", "}  # keep").replace("enabled: false", "enabled: true")
    assert told + "\n" == FEEDS
    assert "retired already" in run("retire", "a", code=2).stdout
    assert "no feed 'x'" in run("retire", "x", code=2).stdout
