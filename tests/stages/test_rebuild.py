"""Rebuilding: identities stay, the difference is told, nobody is mailed. And late truth, through the stage."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli import build_app
from pipeline.domain import Analysis, Article, ContactReport, Mode, Participant, Stage, Status
from pipeline.newswire.catalogue import NOW
from pipeline.settings import get_settings
from pipeline.stages import alert, reconcile
from pipeline.stages.rebuild import Outcome, rebuild
from pipeline.warehouse import rebuild as reads
from pipeline.warehouse.queue import waiting
from pipeline.warehouse.rebuild import Scope, Window, cut

Newsroom = Any
Call = Callable[..., ContactReport]

BIDEN = Participant("Joe Biden", "USA", "Q6279", "President")
MACRON = Participant("Emmanuel Macron", "FRA", "Q3052772", "President")
SCHOLZ = Participant("Olaf Scholz", "DEU", "Q61053", "Chancellor")
CONTACTS = "SELECT contact_id::text, state, status, occurred_on, duration_minutes FROM core.contact ORDER BY 1"
ACTIVE = "SELECT contact_id::text FROM core.contact WHERE state = 'active' ORDER BY occurred_on, contact_id"
OUTBOX = "SELECT contact_id::text, rule, recipient, kind, state, message_id FROM core.outbox ORDER BY outbox_id"


def rebuilt(newsroom: Newsroom, scope: Scope = Scope(), analyse: Any = None) -> Outcome:
    with newsroom.context.connection() as connection:
        return rebuild(connection, scope, NOW, analyse)


def told(outcome: Outcome) -> dict[str, int]:
    return {kind: count for kind, count in outcome.counts.items() if count}


def reader(answers: dict[str, tuple[ContactReport, ...]], version: str = "2") -> Callable[[Article], Analysis]:
    """An analysis that says of each article, by its title, what the table says."""
    return lambda article: Analysis((), answers[article.title], version)


def test_a_rebuild_over_several_windows_finds_what_settling_one_by_one_found(
    newsroom: Newsroom, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(36):
        day = date(2022, 1, 1) + timedelta(days=5 * (n // 2) + n % 3)
        pair = (MACRON, (BIDEN, SCHOLZ)[n % 4 // 3])
        mode = (Mode.PHONE, Mode.UNSPECIFIED, Mode.VIDEO)[n % 5 // 2]
        when = NOW - timedelta(days=40) + timedelta(days=n)
        newsroom.tells(call(participants=pair, date=day, mode=mode), feed=("courier", "herald")[n % 2], published=when)
        if n % 7 == 0:
            reconcile.run(newsroom.context)
    reconcile.run(newsroom.context)
    before, mails = newsroom.rows(CONTACTS), newsroom.rows(OUTBOX)
    monkeypatch.setattr(reads, "MARGIN", timedelta(days=15))
    monkeypatch.setattr(reads.cut, "__defaults__", (6,))
    outcome = rebuilt(newsroom)
    assert (outcome.reports, told(outcome)) == (36, {})
    assert (newsroom.rows(CONTACTS), newsroom.rows(OUTBOX)) == (before, mails)


def test_windows_are_cut_by_count_and_at_gaps() -> None:
    day = date(2022, 2, 1)
    days = [(day + timedelta(days=n), 3) for n in range(4)] + [(day + timedelta(days=100), 1)]
    assert cut(days, 7) == [
        Window(day, day + timedelta(days=1), 6),
        Window(day + timedelta(days=2), day + timedelta(days=3), 6),
        Window(day + timedelta(days=100), day + timedelta(days=100), 1),
    ]


def test_a_better_reading_merges_splits_changes_and_withdraws_and_nobody_is_mailed(
    newsroom: Newsroom, call: Call
) -> None:
    """All in one rebuild: what was mailed, what is merged, what is new; then another report of the new one."""
    answers: dict[str, tuple[ContactReport, ...]] = {}

    def tells(report: ContactReport, later: ContactReport | None, feed: str = "courier") -> None:
        number = newsroom.tells(report, feed=feed)
        ((title,),) = newsroom.rows("SELECT title FROM core.article WHERE item_id = %s", number)
        answers[title] = (later,) if later else ()

    biden = call(participants=(BIDEN, MACRON))
    scholz = call(participants=(MACRON, SCHOLZ))
    tells(call(), call(duration_minutes=105))  # changed
    tells(call(date=date(2022, 2, 14)), call(duration_minutes=105), "herald")  # merged into the former
    tells(biden, biden)
    tells(biden, replace(biden, date=date(2022, 2, 10)), "herald")  # split off
    tells(scholz, None)  # withdrawn
    tells(replace(scholz, status=Status.PLANNED, date=date(2022, 2, 20)), replace(scholz, date=date(2022, 2, 11)))
    reconcile.run(newsroom.context)
    mails = newsroom.rows(OUTBOX)
    assert len(mails) == 4
    ids = {row[0] for row in newsroom.rows("SELECT contact_id::text FROM core.contact")}
    outcome = rebuilt(newsroom, analyse=reader(answers))
    assert (outcome.articles, outcome.reread) == (6, 6)
    # Changed are the two below, and the contact that lost a report to the one split off: it is less sure.
    assert told(outcome) == {"split": 1, "merged": 1, "changed": 3, "withdrawn": 1}
    changed = [d.fields for d in outcome.differences.values() if d.kind == "changed"]
    assert {f["duration_minutes"] for f in changed if "duration_minutes" in f} == {(100, 105)}
    assert ("planned", "occurred") in {f.get("status") for f in changed}
    assert {d.contact_id for d in outcome.differences.values() if d.kind != "split"} <= ids
    assert newsroom.rows(OUTBOX) == mails
    # What the rebuild found is no news, however many more tell of it; a second rebuild finds nothing.
    newsroom.tells(replace(biden, date=date(2022, 2, 10)), feed="courier")
    newsroom.tells(replace(scholz, date=date(2022, 2, 11)), feed="herald")
    assert reconcile.run(newsroom.context).done == 2
    assert newsroom.rows(OUTBOX) == mails
    assert told(rebuilt(newsroom)) == {}
    assert alert.run(newsroom.context).taken == len(mails)


def test_a_plan_that_a_rebuild_found_is_news_when_it_comes_true(newsroom: Newsroom, call: Call) -> None:
    item = newsroom.tells(published=NOW - timedelta(days=3))
    reconcile.run(newsroom.context)
    ((title,),) = newsroom.rows("SELECT title FROM core.article WHERE item_id = %s", item)
    planned = call(status=Status.PLANNED, duration_minutes=None)
    assert told(rebuilt(newsroom, analyse=reader({title: (planned,)}))) == {"new": 1}
    assert newsroom.rows(OUTBOX) == []
    newsroom.tells(call(), published=NOW - timedelta(hours=3))
    reconcile.run(newsroom.context)
    assert len(newsroom.rows(OUTBOX)) == 1


def test_what_waits_to_be_settled_is_left_for_that_and_mailed(newsroom: Newsroom, call: Call) -> None:
    newsroom.tells(call())
    assert rebuilt(newsroom).reports == 0
    with newsroom.context.connection() as connection:
        assert waiting(connection, Stage.UNDERSTOOD) == 1
    reconcile.run(newsroom.context)
    assert len(newsroom.rows(OUTBOX)) == 1


def test_only_what_is_in_scope_is_derived_anew(newsroom: Newsroom, call: Call) -> None:
    newsroom.tells(call())
    newsroom.tells(call(participants=(BIDEN, SCHOLZ)))
    newsroom.tells(call(date=date(2022, 1, 20)), published=NOW - timedelta(days=20))
    reconcile.run(newsroom.context)
    newsroom.rows("UPDATE core.contact SET duration_minutes = 1 RETURNING 1")
    found = rebuilt(newsroom, Scope(since=date(2022, 2, 1), leader="putin"))
    assert (found.reports, told(found)) == (1, {"changed": 1})
    assert told(rebuilt(newsroom)) == {"changed": 2}


def test_a_contact_that_one_of_its_reports_no_longer_speaks_of_rests_on_the_others(
    newsroom: Newsroom, call: Call
) -> None:
    newsroom.tells(call())
    item = newsroom.tells(call(), feed="herald")
    reconcile.run(newsroom.context)
    newsroom.reads_again(item)
    reconcile.run(newsroom.context)
    assert newsroom.rows("SELECT outlets FROM core.contact") == [(["Courier"],)]


@pytest.fixture
def hotline(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Result]]:
    monkeypatch.setenv("HOTLINE_WAREHOUSE_DSN", newsroom.context.dsn)
    monkeypatch.setenv("HOTLINE_HOME", str(newsroom.context.settings.home))
    get_settings.cache_clear()
    yield lambda *arguments: CliRunner().invoke(build_app(), ["rebuild", *arguments])
    get_settings.cache_clear()


def test_the_command_shows_the_difference_and_commits_only_when_told_to(
    newsroom: Newsroom, call: Call, hotline: Callable[..., Result]
) -> None:
    newsroom.tells(call())
    reconcile.run(newsroom.context)
    newsroom.rows("UPDATE core.contact SET duration_minutes = 90 RETURNING 1")
    dry = hotline()
    assert dry.exit_code == 0
    assert "1 changed" in dry.output
    assert "duration minutes: 90 -> 100" in dry.output
    assert "Nothing was committed. --yes commits." in dry.output
    *rows, last = map(json.loads, hotline("--json", "--since", "2022-02-01").output.splitlines())
    assert [row["fields"] for row in rows] == [{"duration_minutes": [90, 100]}]
    assert (last["summary"]["counts"]["changed"], last["summary"]["committed"]) == (1, False)
    assert newsroom.rows("SELECT duration_minutes FROM core.contact") == [(90,)]
    assert "Committed" in hotline("--yes").output
    assert newsroom.rows("SELECT duration_minutes FROM core.contact") == [(100,)]
    assert "Nothing is otherwise." in hotline().output


# late truth

HISTORY = (
    "SELECT kind, changes -> 'status', changes -> 'duration_minutes' FROM core.contact_history "
    "WHERE changes ?| ARRAY['status', 'duration_minutes'] AND kind <> 'new' ORDER BY history_id"
)


def test_a_denial_after_the_fact_changes_the_status_once_it_outweighs_the_news(newsroom: Newsroom, call: Call) -> None:
    newsroom.tells(call(confidence=0.8))
    reconcile.run(newsroom.context)
    weak = call(status=Status.DENIED, duration_minutes=None, confidence=0.6)
    newsroom.tells(weak, feed="herald", published=NOW - timedelta(days=2))
    reconcile.run(newsroom.context)
    assert [row[2] for row in newsroom.rows(CONTACTS)] == ["occurred"]
    newsroom.tells(replace(weak, confidence=0.95), feed="herald", published=NOW - timedelta(days=1))
    reconcile.run(newsroom.context)
    assert [row[2] for row in newsroom.rows(CONTACTS)] == ["denied"]
    assert newsroom.rows(HISTORY) == [("changed", ["occurred", "denied"], None)]


def test_a_correction_changes_the_field_with_its_history(newsroom: Newsroom, call: Call) -> None:
    """The paper's own later word counts, in another article or in the same one read again."""
    newsroom.tells(call())
    reconcile.run(newsroom.context)
    item = newsroom.tells(call(duration_minutes=105), published=NOW - timedelta(hours=5))
    reconcile.run(newsroom.context)
    newsroom.reads_again(item, call(duration_minutes=110))
    reconcile.run(newsroom.context)
    assert newsroom.rows(HISTORY) == [("changed", None, [100, 105]), ("changed", None, [105, 110])]
    assert len(newsroom.rows(ACTIVE)) == 1
