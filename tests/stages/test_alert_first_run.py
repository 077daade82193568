"""What a new rule gets of the past: nothing, unless it asks; and what the first run of all gets: everything."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.domain import Analysis, Article, ContactReport, Status
from pipeline.newswire.catalogue import NOW
from pipeline.stages import reconcile, understand
from pipeline.stages.backfill import import_jsonl
from pipeline.warehouse.ledger import primed_since

# Fixtures of conftest.py.
Newsroom = Any
Call = Callable[..., ContactReport]

SENT = "SELECT rule, recipient FROM core.outbox ORDER BY 1, 2"
PRIMED = "SELECT rule, recipient, primed FROM core.alert_reader ORDER BY 1, 2"
OLD_AND_NEW = (
    "rules:\n- {name: leader-contacts, recipients: [alerts@localhost, late@example.org]}\n"
    "- {name: fresh, recipients: [new@example.org]%s}\n"
)


def test_on_a_fresh_installation_all_that_the_first_run_brings_is_news(newsroom: Newsroom, call: Call) -> None:
    newsroom.tells(call())
    reconcile.run(newsroom.context)
    assert newsroom.rows(SENT) == [("leader-contacts", "alerts@localhost")]
    assert newsroom.rows(PRIMED) == [("leader-contacts", "alerts@localhost", 0)]


def test_a_new_rule_or_recipient_is_not_sent_what_was_there_and_is_sent_what_comes(
    newsroom: Newsroom, call: Call
) -> None:
    newsroom.tells(call())
    newsroom.tells(call(date=date(2022, 2, 18), status=Status.PLANNED, duration_minutes=None))
    reconcile.run(newsroom.context)
    newsroom.context.settings.alerts_file.write_text(OLD_AND_NEW % "")
    # A further report of the known call changes it, and is no reason to mail it.
    newsroom.tells(call(duration_minutes=None), feed="herald")
    reconcile.run(newsroom.context)
    assert newsroom.rows(SENT) == [("leader-contacts", "alerts@localhost")]
    assert newsroom.rows(PRIMED) == [
        ("fresh", "new@example.org", 1),
        ("leader-contacts", "alerts@localhost", 0),
        ("leader-contacts", "late@example.org", 1),
    ]
    with newsroom.context.connection() as connection:
        hour_ago = datetime.now(UTC) - timedelta(hours=1)
        assert [number for _, _, number in primed_since(connection, hour_ago)] == [1, 1]
        assert primed_since(connection, hour_ago + timedelta(hours=2)) == []
    newsroom.tells(call(date=date(2022, 2, 15), duration_minutes=30))
    reconcile.run(newsroom.context)
    assert len(newsroom.rows(SENT)) == 4


def test_a_plan_known_before_the_rule_is_news_when_it_comes_true(newsroom: Newsroom, call: Call) -> None:
    newsroom.tells(call(status=Status.PLANNED, duration_minutes=None))
    reconcile.run(newsroom.context)
    newsroom.context.settings.alerts_file.write_text(OLD_AND_NEW % "")
    newsroom.tells(call(), feed="herald", published=NOW)
    reconcile.run(newsroom.context)
    assert ("fresh", "new@example.org") in newsroom.rows(SENT)


def test_a_rule_can_ask_for_the_last_days(newsroom: Newsroom, call: Call) -> None:
    newsroom.tells(call())
    newsroom.tells(call(date=date(2022, 1, 20)), published=datetime(2022, 1, 20, 12, tzinfo=UTC))
    reconcile.run(newsroom.context)
    newsroom.context.settings.alerts_file.write_text(OLD_AND_NEW % ", first_run: send")
    for _ in range(2):
        reconcile.run(newsroom.context)
    # The older one is past the rule's days, and is primed.
    assert newsroom.rows(SENT) == [("fresh", "new@example.org"), ("leader-contacts", "alerts@localhost")]
    assert ("fresh", "new@example.org", 1) in newsroom.rows(PRIMED)


@pytest.mark.parametrize("published", ["2021-06-02T10:00:00Z", None])
def test_an_import_of_old_articles_mails_nobody(
    published: str | None, newsroom: Newsroom, call: Call, tmp_path: Path
) -> None:
    lines = [
        {"url": f"https://old.test/{n}", "title": f"Talks {n}", "text": "The two spoke. " * 40, "published": published}
        for n in range(3)
    ]
    file = tmp_path / "old.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    counts, bad = import_jsonl(newsroom.context, file)
    assert (counts["queued"], bad) == (3, [])

    def analyse(article: Article) -> Analysis:
        day = date(2021, 6, 1) if article.published else None
        told = call(date=day, date_precision=None if day is None else call().date_precision, evidence=())
        return Analysis((), (told,), "1")

    understand.run_with(analyse, newsroom.context)
    reconcile.run(newsroom.context)
    assert newsroom.rows("SELECT count(*) > 0 FROM core.contact") == [(True,)]
    assert newsroom.rows(SENT) == []
