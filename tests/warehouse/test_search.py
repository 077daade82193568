"""Search by words and by likeness, over articles and over the sentences that contacts rest on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

from pipeline.domain import Analysis, ContactReport, Evidence, Stage
from pipeline.settings import ROOT
from pipeline.warehouse.analyses import save_analysis
from pipeline.warehouse.articles import ArticleRecord, save_article
from pipeline.warehouse.connect import connect
from pipeline.warehouse.queue import advance
from pipeline.warehouse.schema_docs import schema_page
from pipeline.warehouse.search import ensure_trigrams, search

House = Any


def write(house: House, title: str, text: str, day: date, *reports: ContactReport) -> int:
    """One article with these reports in it; the evidence of each is the whole text."""
    item_id = house.item()
    url = f"http://news.test/{item_id}"
    article_id = save_article(house.conn, item_id, ArticleRecord(title, text, day, "en", url, url, None, "feed"))
    assert article_id is not None
    advance(house.conn, item_id, Stage.EXTRACTED)
    save_analysis(house.conn, article_id, Analysis((), reports, "1"))
    house.conn.commit()
    return article_id


def told(house: House, title: str, text: str) -> ContactReport:
    """The call, resting on the whole of `text`."""
    start = len(title) + 1
    return replace(house.call(), evidence=(Evidence(text, start, start + len(text)),))


@pytest.fixture
def analyst(house: House, analyst_dsn: str) -> Iterator[Connection]:
    """A few articles, as analysts may see them."""
    sentence = "The Élysée said that the two spoke for 100 minutes."
    write(house, "A long call", sentence, date(2022, 2, 12), told(house, "A long call", sentence))
    write(house, "Markets fall", "The Elysee had no comment on markets.", date(2022, 2, 14))
    write(
        house, "Zelenskyy tours the front", "The president visited soldiers. He was calling for help.", date(2022, 3, 1)
    )
    with closing(connect(analyst_dsn)) as connection:
        yield connection


def titles(conn: Connection, words: str, **filters: Any) -> list[str]:
    options = {"since": None, "until": None, "leader": None, "limit": 50} | filters
    return [row[2] for row in search(conn, words, **options).rows]


def test_sentences_of_contacts_come_first_and_accents_do_not_matter(analyst: Connection) -> None:
    answer = search(analyst, "elysee", None, None, None, 50)
    first, second = (dict(zip(answer.columns, row, strict=True)) for row in answer.rows)
    assert (first["title"], first["found_in"]) == ("A long call", "evidence")
    assert first["participants"] == "Emmanuel Macron (FRA), Vladimir Putin (RUS)"
    assert (second["title"], second["found_in"], second["participants"]) == ("Markets fall", "text", None)
    assert "«Elysee»" in second["snippet"]


def test_words_phrases_alternatives_and_exclusions(analyst: Connection) -> None:
    expected = {
        "minute speaking": [],
        "minute speak OR calls": ["A long call", "Zelenskyy tours the front"],
        '"no comment"': ["Markets fall"],
        "Élysée -markets": ["A long call"],
        "the": [],
        "": [],
        "xylophone": [],
        "it's (a) 'trap' & ! \\ %": [],
    }
    assert {words: titles(analyst, words) for words in expected} == expected


def test_days_and_leaders_narrow_it_down(analyst: Connection) -> None:
    assert titles(analyst, "elysee", since=date(2022, 2, 13)) == ["Markets fall"]
    assert titles(analyst, "elysee", until=date(2022, 2, 13)) == ["A long call"]
    for leader in ("macron", "fra", "Q7747"):
        assert titles(analyst, "elysee", leader=leader) == ["A long call"]
    assert titles(analyst, "elysee", leader="scholz") == []
    assert titles(analyst, "elysee", limit=1) == ["A long call"]


def test_a_misspelt_word_is_said_to_be_only_like_it(analyst: Connection) -> None:
    (row,) = search(analyst, "Zelenski", None, None, None, 50).rows
    assert row[3] == "similar"


def test_analysts_search_but_do_not_read_the_tables_behind(analyst: Connection) -> None:
    with analyst.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
        cursor.execute("SELECT search FROM core.article")


def test_an_article_longer_than_an_index_can_hold_is_stored(house: House) -> None:
    words = " ".join(f"w{number}" for number in range(400_000))
    write(house, "Long", words, date(2022, 2, 1))
    assert titles(house.conn, "w17") == ["Long"]


def test_without_the_extension_nothing_fails_and_it_is_said_what_to_run(
    house: House, postgres: Any, caplog: pytest.LogCaptureFixture
) -> None:
    write(house, "Zelenskyy tours the front", "The president visited soldiers.", date(2022, 3, 1))
    house.rows("DROP EXTENSION pg_trgm CASCADE; SELECT 1")
    assert titles(house.conn, "Zelenski") == []
    assert titles(house.conn, "tours the fro") == ["Zelenskyy tours the front"]
    house.conn.commit()
    # As a role that may not make it.
    dsn = postgres.ops_dsn.rpartition("/")[0] + "/" + house.dsn.rpartition("/")[2]
    with closing(connect(dsn)) as ops:
        (advice,) = ensure_trigrams(ops)
    assert "CREATE EXTENSION pg_trgm" in advice and advice in caplog.text
    assert ensure_trigrams(house.conn) == []
    house.conn.commit()
    assert titles(house.conn, "Zelenski") == ["Zelenskyy tours the front"]


# at the terminal


def hotline(house: House, analyst_dsn: str, *words: str) -> subprocess.CompletedProcess[str]:
    """The command on this warehouse, without settings of the machine's own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    ours = {"HOTLINE_WAREHOUSE_DSN": house.dsn, "HOTLINE_ANALYST_DSN": analyst_dsn, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *words],
        env=clean | ours,
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        timeout=120,
        check=False,
    )


def test_search_and_the_schema_at_the_terminal(
    analyst: Connection, house: House, analyst_dsn: str, tmp_path: Path
) -> None:
    shown = hotline(house, analyst_dsn, "search", "elysee", "minutes", "--leader", "Putin").stdout
    assert "2022-02-12  A long call  The Courier\n" in shown
    assert "in a sentence about a contact: Emmanuel Macron (FRA), Vladimir Putin (RUS)\n" in shown
    assert "for 100 «minutes»" in shown
    (line,) = hotline(house, analyst_dsn, "search", "Zelenski", "--json").stdout.splitlines()
    assert json.loads(line)["found_in"] == "similar"
    assert hotline(house, analyst_dsn, "search", "xylophone").stdout == "Nothing found.\n"
    wrong = hotline(house, analyst_dsn, "search", "elysee", "--since", "yesterday")
    assert (wrong.returncode, "'yesterday' is no day" in wrong.stdout) == (1, True)
    assert hotline(house, analyst_dsn, "docs", "schema", "--out", str(tmp_path / "schema.md")).returncode == 0
    assert (tmp_path / "schema.md").read_text(encoding="utf-8") == schema_page(house.conn)
