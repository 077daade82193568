"""From articles to reports in a real warehouse: the stage's own duties, with an analysis of the test's choice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.domain import Analysis, Article, ContactReport, Stage, Topic
from pipeline.settings import ROOT
from pipeline.stages import understand
from pipeline.warehouse.queue import waiting

Newsroom = Any
Call = Callable[..., ContactReport]

REPORTS = "SELECT article_id, mode, duration_minutes FROM core.contact_report ORDER BY 1"


def reading(call: Call) -> Callable[[Article], Analysis]:
    return lambda article: Analysis((Topic("trade", 0.8),), (call(),), "test")


def test_each_article_is_analysed_once_and_passed_on(newsroom: Newsroom, call: Call) -> None:
    for _ in range(3):
        newsroom.prints()
    result = understand.run_with(reading(call), newsroom.context)
    assert (result.stage, result.taken, result.done, result.left) == ("understand", 3, 3, 0)
    assert [row[1:] for row in newsroom.rows(REPORTS)] == [("phone", 100)] * 3
    assert newsroom.rows("SELECT count(*) FROM core.article_topic") == [(3,)]
    with newsroom.context.connection() as connection:
        assert waiting(connection, Stage.UNDERSTOOD) == 3
    assert understand.run_with(reading(call), newsroom.context).taken == 0


def test_the_limit_holds(newsroom: Newsroom, call: Call) -> None:
    for _ in range(3):
        newsroom.prints()
    result = understand.run_with(reading(call), newsroom.context, limit=2)
    assert (result.taken, result.left) == (2, 1)


def test_an_article_that_cannot_be_analysed_is_refused_with_the_error_and_stops_no_other(
    newsroom: Newsroom, call: Call
) -> None:
    newsroom.prints(title="Sound")
    newsroom.prints(title="Broken")
    tries = []

    def analyse(article: Article) -> Analysis:
        if article.title == "Broken":
            tries.append(article)
            raise ValueError("no such sentence")
        return reading(call)(article)

    result = understand.run_with(analyse, newsroom.context)
    assert (result.done, result.refused, result.left) == (1, {"retries_exhausted": 1}, 0)
    assert len(tries) == newsroom.context.settings.max_attempts
    ((detail,),) = newsroom.rows("SELECT detail FROM staging.item WHERE stage = 'refused'")
    assert "ValueError: no such sentence" in detail


def test_a_lost_warehouse_is_no_fault_of_the_article(newsroom: Newsroom) -> None:
    newsroom.prints()

    def analyse(article: Article) -> Analysis:
        newsroom.rows("SELECT pg_terminate_backend(lease_pid) FROM staging.item WHERE lease_pid IS NOT NULL")
        return Analysis((), (), "test")

    with pytest.raises(Exception, match=r"terminat|closed"):
        understand.run_with(analyse, newsroom.context)
    assert newsroom.rows("SELECT stage, attempts FROM staging.item") == [("extracted", 0)]
    assert understand.run_with(lambda _: Analysis((), (), "test"), newsroom.context).done == 1


KILLED = """
import os, signal
from pipeline.domain import Analysis
from pipeline.settings import get_settings
from pipeline.stages import understand
from pipeline.stages.context import StageContext

def analyse(article):
    if article.title == "Talks 02":
        os.kill(os.getpid(), signal.SIGKILL)
    return Analysis((), (), "test")

understand.run_with(analyse, StageContext.open(get_settings()))
"""


def test_killed_amid_an_article_it_loses_and_doubles_nothing(newsroom: Newsroom, call: Call) -> None:
    for _ in range(3):
        newsroom.prints()
    environment = {**os.environ, "HOTLINE_WAREHOUSE_DSN": newsroom.context.dsn}
    assert subprocess.run([sys.executable, "-c", KILLED], env=environment, cwd=ROOT).returncode == -signal.SIGKILL
    with newsroom.context.connection() as connection:
        assert waiting(connection, Stage.EXTRACTED) == 2
    assert understand.run_with(reading(call), newsroom.context).done == 2
    assert newsroom.rows("SELECT count(*), count(DISTINCT article_id) FROM core.analysis") == [(3, 3)]
