"""Review over a real warehouse: decisions take effect, outlive rebuilds and newer readings, and can be undone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from pipeline.cli import build_app
from pipeline.domain import ContactReport, Evidence, Mode, Status
from pipeline.newswire.catalogue import NOW
from pipeline.settings import get_settings
from pipeline.stages import reconcile
from pipeline.stages.rebuild import rebuild, resettle
from pipeline.warehouse import review
from pipeline.warehouse.doubts import queue
from pipeline.warehouse.rebuild import Scope

Newsroom = Any
Call = Callable[..., ContactReport]

ACTIVE = "SELECT contact_id::text FROM core.contact WHERE state = 'active' ORDER BY occurred_on, contact_id"
OUTBOX = "SELECT contact_id::text, state FROM core.outbox ORDER BY outbox_id"


class Desk:
    """Somebody who reviews."""

    def __init__(self, newsroom: Newsroom) -> None:
        self.newsroom = newsroom

    def does(self, what: Callable[..., int], *arguments: Any, note: str = "") -> int:
        with self.newsroom.context.connection() as connection:
            return what(connection, *arguments, by="ada", now=NOW, settle=resettle, note=note)

    def sees(self) -> list[tuple[str, ...]]:
        with self.newsroom.context.connection() as connection:
            return [row.kinds for row in queue(connection)]

    def rebuilds(self) -> dict[str, int]:
        with self.newsroom.context.connection() as connection:
            return {k: n for k, n in rebuild(connection, Scope(), NOW).counts.items() if n}

    @property
    def contacts(self) -> list[str]:
        return [row[0] for row in self.newsroom.rows(ACTIVE)]

    def reports(self, contact_id: str) -> list[int]:
        sql = (
            "SELECT report_id FROM core.contact_member JOIN core.contact_report USING (report_id) "
            "WHERE is_current AND contact_id = %s::uuid ORDER BY 1"
        )
        return [row[0] for row in self.newsroom.rows(sql, contact_id)]


@pytest.fixture
def desk(newsroom: Newsroom) -> Desk:
    return Desk(newsroom)


def test_a_doubtful_merger_is_queued_until_confirmed_and_again_when_its_status_changes(
    newsroom: Newsroom, desk: Desk, call: Call
) -> None:
    newsroom.tells(call())
    vague = call(date=date(2022, 2, 13), mode=Mode.UNSPECIFIED, duration_minutes=None)
    newsroom.tells(replace(vague, evidence=(Evidence("They conferred.", 0, 15),)), feed="herald")
    reconcile.run(newsroom.context)
    (contact,) = desk.contacts
    assert desk.sees() == [("merge",)]
    done = desk.does(review.confirm, contact)
    assert desk.sees() == []
    desk.does(review.undo, done)
    assert desk.sees() == [("merge",)]
    desk.does(review.confirm, contact)
    for feed in ("herald", "courier"):
        newsroom.tells(call(status=Status.DENIED, confidence=0.99), feed=feed, published=NOW - timedelta(days=2))
    reconcile.run(newsroom.context)
    (kinds,) = desk.sees()
    assert "status" in kinds


def test_what_is_rejected_is_withdrawn_unmailed_and_stays_so(newsroom: Newsroom, desk: Desk, call: Call) -> None:
    item = newsroom.tells(call())
    reconcile.run(newsroom.context)
    (contact,) = desk.contacts
    done = desk.does(review.reject, contact, note="a quiz question")
    assert desk.contacts == []
    assert newsroom.rows(OUTBOX) == [(contact, "failed")]
    history = "SELECT kind, changes FROM core.contact_history ORDER BY history_id DESC LIMIT 1"
    assert newsroom.rows(history) == [
        ("withdrawn", {"state": ["active", "withdrawn"], "rejected": [False, True]})
    ]  # fmt: skip
    # Neither a rebuild, nor a newer reading of the article, nor another paper that copies it brings it back.
    assert desk.rebuilds() == {}
    newsroom.reads_again(item, call(duration_minutes=95))
    newsroom.tells(call(), feed="herald")
    reconcile.run(newsroom.context)
    assert desk.rebuilds() == {}
    assert (desk.contacts, newsroom.rows(OUTBOX)) == ([], [(contact, "failed")])
    desk.does(review.undo, done)
    assert desk.contacts == [contact]
    assert len(desk.reports(contact)) == 2
    assert newsroom.rows(OUTBOX) == [(contact, "waiting")]


def test_merged_contacts_stay_merged_over_newer_readings_until_it_is_undone(
    newsroom: Newsroom, desk: Desk, call: Call
) -> None:
    first = newsroom.tells(call())
    newsroom.tells(call(), feed="herald")
    newsroom.tells(call(date=date(2022, 4, 20)))
    reconcile.run(newsroom.context)
    one, other = desk.contacts
    done = desk.does(review.merge, other, one, note="the second paper mistook the month")
    assert desk.contacts == [one]
    assert desk.rebuilds() == {}
    newsroom.reads_again(first, call(duration_minutes=101))
    reconcile.run(newsroom.context)
    assert (desk.contacts, len(desk.reports(one))) == ([one], 3)
    assert newsroom.rows("SELECT state, merged_into::text FROM core.contact WHERE contact_id = %s::uuid", other) == [
        ("merged", one)
    ]
    desk.does(review.undo, done)
    assert len(desk.contacts) == 2
    assert desk.rebuilds() == {}
    assert len(newsroom.rows(OUTBOX)) == 1  # April's is too far ahead to be news


def test_a_split_holds_against_later_reports_and_is_not_mailed(newsroom: Newsroom, desk: Desk, call: Call) -> None:
    item = newsroom.tells(call())
    newsroom.tells(call(), feed="herald")
    newsroom.tells(call(duration_minutes=None), feed="herald")
    reconcile.run(newsroom.context)
    (contact,) = desk.contacts
    report = desk.reports(contact)[0]
    done = desk.does(review.split, contact, [report])
    assert sorted(len(desk.reports(c)) for c in desk.contacts) == [1, 2]
    newsroom.reads_again(item, call(duration_minutes=99))
    reconcile.run(newsroom.context)
    assert sorted(len(desk.reports(c)) for c in desk.contacts) == [1, 2]
    assert desk.rebuilds() == {}
    assert newsroom.rows(OUTBOX) == [(contact, "waiting")]
    desk.does(review.undo, done)
    assert [len(desk.reports(c)) for c in desk.contacts] == [3]


def test_decisions_that_make_no_sense_are_refused_in_words(newsroom: Newsroom, desk: Desk, call: Call) -> None:
    newsroom.tells(call())
    reconcile.run(newsroom.context)
    (contact,) = desk.contacts
    (report,) = desk.reports(contact)
    for fault, what, arguments in (
        ("are one contact already", review.merge, (contact, contact)),
        ("takes some reports, and leaves some", review.split, (contact, [report])),
        ("has no report 99", review.split, (contact, [99])),
        ("There is no action 7", review.undo, (7,)),
    ):
        with pytest.raises(review.ReviewFault, match=fault):
            desk.does(what, *arguments)
    done = desk.does(review.reject, contact)
    with pytest.raises(review.ReviewFault, match="is withdrawn"):
        desk.does(review.confirm, contact)
    desk.does(review.undo, done)
    with pytest.raises(review.ReviewFault, match=f"{done} was undone by {done + 1}"):
        desk.does(review.undo, done)


@pytest.fixture
def hotline(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Result]]:
    monkeypatch.setenv("HOTLINE_WAREHOUSE_DSN", newsroom.context.dsn)
    monkeypatch.setenv("HOTLINE_HOME", str(newsroom.context.settings.home))
    monkeypatch.setenv("HOTLINE_ALERTS_FILE", str(newsroom.context.settings.alerts_file))
    get_settings.cache_clear()
    yield lambda *arguments: CliRunner().invoke(build_app(), arguments)
    get_settings.cache_clear()


def test_the_command_line_lists_shows_decides_and_logs(
    newsroom: Newsroom, desk: Desk, call: Call, hotline: Callable[..., Result]
) -> None:
    newsroom.tells(call(confidence=0.5))
    reconcile.run(newsroom.context)
    (contact,) = desk.contacts
    assert "confidence 0.50" in hotline("review", "list").output
    assert [json.loads(line)["contact_id"] for line in hotline("review", "list", "--json").output.splitlines()] == [
        contact
    ]
    shown = hotline("review", "show", contact[:8]).output
    assert "> The two spoke for 100 minutes." in shown
    assert "In the queue" in shown
    rejected = hotline("review", "reject", contact[:8], "--by", "grace", "--note", "satire")
    assert (rejected.exit_code, desk.contacts) == (0, [])
    assert "Undo: hotline review undo 1" in rejected.output
    assert "grace  reject" in (told := hotline("review", "log").output)
    assert ": satire" in told
    assert hotline("review", "undo", "1").exit_code == 0
    assert desk.contacts == [contact]
    again = hotline("review", "undo", "1")
    assert (again.exit_code, "was undone by 2" in again.output) == (1, True)


def test_the_command_line_splits_merges_and_confirms(
    newsroom: Newsroom, desk: Desk, call: Call, hotline: Callable[..., Result]
) -> None:
    newsroom.tells(call())
    newsroom.tells(call(), feed="herald")
    reconcile.run(newsroom.context)
    (contact,) = desk.contacts
    report = desk.reports(contact)[1]
    split = hotline("review", "split", contact, str(report), "--by", "ada")
    (other,) = set(desk.contacts) - {contact}
    assert (split.exit_code, f"are of {other} now" in split.output) == (0, True)
    merged = hotline("review", "merge", other, contact, "--by", "ada")
    assert (merged.exit_code, desk.contacts) == (0, [c for c in (contact, other) if c in merged.output][:1])
    assert hotline("review", "confirm", desk.contacts[0]).exit_code == 0
    for words, mend in ((("confirm", other if other not in desk.contacts else contact), "was merged into"),
                        (("show", "zzzz"), "There is no contact")):  # fmt: skip
        wrong = hotline("review", *words)
        assert (wrong.exit_code, mend in wrong.output, "Traceback" in wrong.output) == (1, True, False)
