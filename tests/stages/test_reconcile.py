"""From reports to contacts and alerts in a real warehouse."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from typing import Any

import pytest

from pipeline.alerts.maildir import messages
from pipeline.alerts.rules import RulesError
from pipeline.domain import (
    Analysis,
    Article,
    ContactReport,
    DatePrecision,
    Evidence,
    Mode,
    Participant,
    Stage,
    Status,
    Topic,
)
from pipeline.newswire.catalogue import NOW
from pipeline.newswire.truth import load_truth
from pipeline.stages import alert, extract, fetch, poll, reconcile, understand
from pipeline.stages.context import StageContext
from pipeline.warehouse.connect import connect
from pipeline.warehouse.queue import waiting
from pipeline.warehouse.reports import SETTLING_LOCK

# Fixtures of conftest.py.
Newsroom = Any
Call = Callable[..., ContactReport]

BIDEN = Participant("Joe Biden", "USA", "Q6279", "President")
MACRON = Participant("Emmanuel Macron", "FRA", "Q3052772", "President")
PUTIN = Participant("Vladimir Putin", "RUS", "Q7747", "President")


def read_by_the_labels(context: StageContext) -> None:
    """The stage `understand` with a reader that makes no mistake: the labels beside the newswire's stories."""
    stories = load_truth().by_path()

    def analyse(article: Article) -> Analysis:
        assert article.url is not None
        story = stories["/" + article.url.split("/", 3)[3]]
        evidence = (Evidence(article.title, 0, len(article.title)),) if article.title else ()
        reports = tuple(
            ContactReport(
                participants=tuple(Participant(p.name, p.country, None, "leader") for p in told.participants),
                mode=told.mode,
                status=told.status,
                date=told.date,
                date_precision=DatePrecision.DAY if told.date else None,
                duration_minutes=told.duration_minutes,
                location=told.location,
                ordinal=told.ordinal,
                attribution=told.attribution,
                historical=told.historical,
                confidence=0.9,
                evidence=evidence,
            )
            for told in story.contacts
        )
        return Analysis((Topic("deescalation_talks", 0.9),), reports, "labels")

    understand.run_with(analyse, context)


@pytest.fixture
def understood(context: StageContext) -> StageContext:
    """The whole newswire, fetched and read by its labels."""
    poll.run(context)
    fetch.run(context)
    extract.run(context)
    read_by_the_labels(context)
    return context


CONTACTS = "SELECT contact_id::text, mode, status, occurred_on, duration_minutes, outlets FROM core.contact ORDER BY 1"
OUTBOX = "SELECT contact_id::text, rule, recipient, subject, text, message_id FROM core.outbox ORDER BY 1, 2, 3"


@pytest.mark.slow
def test_each_event_that_earns_a_mail_sends_one_and_nothing_else_does(understood: StageContext) -> None:
    result = reconcile.run(understood)
    assert (result.done, result.left) == (result.taken, 0)
    sent = alert.run(understood)
    folder = understood.settings.home / "mail"
    emails = load_truth().emails()
    mails = {str(m["Subject"]): m.get_body(("plain",)).get_content() for m in messages(folder)}
    assert (sent.done, sent.left) == (len(mails), 0)
    for event in emails:
        names = [p.name for p in event.participants]
        day = f"{event.date:%A}, {event.date.day} {event.date:%B %Y}"
        hits = [s for s, text in mails.items() if all(n in text for n in names) and day in text]
        assert len(hits) in ((0, 1) if event.optional else (1,)), (event.event_id, hits)
    assert len(emails) - sum(e.optional for e in emails) <= len(mails) <= len(emails)
    assert "Macron-Putin: phone call, 12 Feb 2022, 1 h 40 min (Elysee)" in mails
    # Once more: nothing is new, and nothing goes out.
    assert reconcile.run(understood).taken == alert.run(understood).taken == 0
    assert len(messages(folder)) == len(mails)


def test_a_first_report_and_later_copies_make_one_contact_and_one_mail(newsroom: Newsroom, call: Call) -> None:
    newsroom.tells(call(), feed="courier")
    reconcile.run(newsroom.context)
    newsroom.tells(call(duration_minutes=None), feed="herald")
    newsroom.tells(call(mode=Mode.UNSPECIFIED), feed="courier")
    reconcile.run(newsroom.context)
    ((contact_id, _, status, _, minutes, outlets),) = newsroom.rows(CONTACTS)
    assert (status, minutes, outlets) == ("occurred", 100, ["Courier", "Herald"])
    assert [row[0] for row in newsroom.rows(OUTBOX)] == [contact_id]


def test_a_mail_is_written_from_all_that_waits_not_from_the_first_report(newsroom: Newsroom, call: Call) -> None:
    newsroom.tells(call(mode=Mode.UNSPECIFIED, duration_minutes=None, attribution=()), feed="courier")
    newsroom.tells(call(), feed="herald")
    reconcile.run(newsroom.context)
    ((_, _, _, subject, text, _),) = newsroom.rows(OUTBOX)
    assert subject == "Macron-Putin: phone call, 12 Feb 2022, 1 h 40 min (Elysee)"
    assert "2 independent sources" in text
    assert "https://courier.test/1" in text
    assert "> The two spoke for 100 minutes." in text


def test_a_mail_says_when_the_two_were_last_in_contact(newsroom: Newsroom, call: Call) -> None:
    visit = call(mode=Mode.VISIT, location="Moscow", date=date(2022, 2, 7), duration_minutes=300)
    others = call(participants=(BIDEN, PUTIN), date=date(2022, 2, 11))
    for told in (visit, others, call()):
        newsroom.tells(told)
    reconcile.run(newsroom.context)
    texts = {subject: text for _, _, _, subject, text, _ in newsroom.rows(OUTBOX)}
    (mail,) = [text for subject, text in texts.items() if subject.startswith("Macron-Putin: phone")]
    assert "the first contact of the two since 7 Feb 2022 (visit in Moscow)" in mail
    assert "2nd in 30 days by Hotline's count" in mail
    ((pictures, kinds),) = newsroom.rows("SELECT count(picture), count(DISTINCT picture) FROM core.outbox")
    assert (pictures, kinds) == (2, 2)  # the visit is too old to be mailed itself


UPDATES = """
rules:
- {name: asks, recipients: [asks@example.org], updates: true}
- {name: asks-not, recipients: [not@example.org]}
"""


def test_a_denial_after_the_mail_follows_it_up_where_the_rule_asks(newsroom: Newsroom, call: Call) -> None:
    newsroom.context.settings.alerts_file.write_text(UPDATES)
    newsroom.tells(call())
    reconcile.run(newsroom.context)
    newsroom.tells(call(duration_minutes=102), feed="herald")  # corrects nothing
    reconcile.run(newsroom.context)
    for feed in ("herald", "courier"):
        denial = call(status=Status.DENIED, duration_minutes=None, confidence=0.99)
        newsroom.tells(denial, feed=feed, published=NOW - timedelta(days=2))
    reconcile.run(newsroom.context)
    reconcile.run(newsroom.context)
    rows = newsroom.rows(
        "SELECT rule, kind, subject, text, in_reply_to, message_id FROM core.outbox ORDER BY outbox_id"
    )
    assert [(rule, kind) for rule, kind, *_ in rows] == [
        ("asks", "contact"),
        ("asks-not", "contact"),
        ("asks", "update"),
    ]
    assert rows[2][2] == "Re: " + rows[0][2]
    assert "* status: occurred, now denied" in rows[2][3]
    assert rows[2][4] == rows[0][5] != rows[2][5]


def test_a_contact_that_no_report_stands_by_is_withdrawn_in_a_follow_up(newsroom: Newsroom, call: Call) -> None:
    newsroom.context.settings.alerts_file.write_text(UPDATES)
    item = newsroom.tells(call())
    reconcile.run(newsroom.context)
    newsroom.reads_again(item)
    reconcile.run(newsroom.context)
    (text,) = newsroom.rows("SELECT text FROM core.outbox WHERE kind = 'update'")
    assert "* withdrawn: no report stands by it any more" in text[0]


def test_quiet_hours_hold_the_mail_back(newsroom: Newsroom, call: Call) -> None:
    newsroom.context.settings.alerts_file.write_text(
        'rules: [{name: night, recipients: [a@example.org], quiet_hours: ["00:00", "23:59"], timezone: UTC}]'
    )
    newsroom.tells(call())
    reconcile.run(newsroom.context)
    ((wait,),) = newsroom.rows("SELECT extract(epoch FROM next_attempt_at - now())::integer FROM core.outbox")
    now = newsroom.context.now()
    assert abs(wait - (86340 - (now - now.replace(hour=0, minute=0, second=0)).total_seconds())) < 60


def test_a_plan_that_comes_true_is_mailed_when_it_does(newsroom: Newsroom, call: Call) -> None:
    newsroom.tells(call(status=Status.PLANNED), published=NOW - timedelta(days=5))
    reconcile.run(newsroom.context)
    (planned,) = newsroom.rows(CONTACTS)
    assert newsroom.rows(OUTBOX) == []
    newsroom.tells(call())
    reconcile.run(newsroom.context)
    (held,) = newsroom.rows(CONTACTS)
    assert (planned[0], planned[2], held[2]) == (held[0], "planned", "occurred")
    assert len(newsroom.rows(OUTBOX)) == 1


def test_when_two_mailed_contacts_prove_to_be_one_no_third_mail_goes_out(newsroom: Newsroom, call: Call) -> None:
    """A newer reading of the second's only article moves it to the day of the first."""
    second = newsroom.tells(call(date=date(2022, 2, 14)), feed="herald")
    newsroom.tells(call(), feed="courier")
    reconcile.run(newsroom.context)
    assert len(newsroom.rows(OUTBOX)) == 2
    newsroom.reads_again(second, call())
    reconcile.run(newsroom.context)
    living = newsroom.rows("SELECT contact_id::text FROM core.contact WHERE state = 'active'")
    assert len(living) == 1
    assert len(newsroom.rows(OUTBOX)) == 2


def test_rules_decide_and_each_recipient_of_each_rule_gets_one(newsroom: Newsroom, call: Call) -> None:
    newsroom.context.settings.alerts_file.write_text(
        "rules:\n"
        "- {name: russia, recipients: [a@example.org, b@example.org], countries: [RUS]}\n"
        "- {name: china, recipients: [c@example.org], countries: [CHN]}\n"
        "- {name: calls, recipients: [a@example.org], modes: [phone]}\n"
    )
    newsroom.tells(call())
    reconcile.run(newsroom.context)
    found = newsroom.rows(OUTBOX)
    assert sorted((rule, to) for _, rule, to, *_ in found) == [
        ("calls", "a@example.org"),
        ("russia", "a@example.org"),
        ("russia", "b@example.org"),
    ]
    assert len({message_id for *_, message_id in found}) == 3


def test_a_broken_rules_file_stops_the_stage_before_it_takes_anything(newsroom: Newsroom, call: Call) -> None:
    newsroom.tells(call())
    newsroom.context.settings.alerts_file.write_text("rules: [{name: x}]")
    with pytest.raises(RulesError, match="rule 'x': recipients: is missing"):
        reconcile.run(newsroom.context)
    with newsroom.context.connection() as connection:
        assert waiting(connection, Stage.UNDERSTOOD) == 1


def test_articles_without_contacts_pass_through(newsroom: Newsroom, call: Call) -> None:
    newsroom.tells()
    result = reconcile.run(newsroom.context)
    assert (result.taken, result.done, result.left) == (1, 1, 0)
    assert newsroom.rows(CONTACTS) == []


def test_the_limit_holds(newsroom: Newsroom, call: Call) -> None:
    for _ in range(3):
        newsroom.tells(call())
    result = reconcile.run(newsroom.context, limit=2)
    assert (result.taken, result.done, result.left) == (2, 2, 1)


def test_a_faulty_item_holds_up_nobody_else_and_is_refused_at_last(newsroom: Newsroom, call: Call) -> None:
    newsroom.tells(call())
    newsroom.misses_its_article()
    newsroom.tells(call(participants=(BIDEN, MACRON)))
    result = reconcile.run(newsroom.context)
    assert (result.done, result.refused, result.left) == (2, {"retries_exhausted": 1}, 0)
    assert len(newsroom.rows(CONTACTS)) == 2


def test_killed_amid_settling_it_ends_where_it_would_have_ended(newsroom: Newsroom, call: Call) -> None:
    newsroom.tells(call(), feed="courier")
    newsroom.tells(call(), feed="herald")
    with closing(connect(newsroom.context.dsn)) as holder, holder.cursor() as cursor:
        # The stage has claimed its items and waits for the settling lock: there it is killed.
        cursor.execute("SELECT pg_advisory_lock(%s)", (SETTLING_LOCK,))
        stage = newsroom.start("reconcile")
        for _ in range(300):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if cursor.fetchone() == (1,):
                break
            time.sleep(0.1)
        else:
            pytest.fail("the stage never came to the lock")
        stage.kill()
        assert stage.wait(10) == -signal.SIGKILL
    assert newsroom.rows(CONTACTS) == []
    result = reconcile.run(newsroom.context)
    assert (result.done, result.left) == (2, 0)
    assert len(newsroom.rows(CONTACTS)) == len(newsroom.rows(OUTBOX)) == 1


def test_two_at_once_make_what_one_makes(newsroom: Newsroom, call: Call) -> None:
    for n in range(20):
        newsroom.tells(call(date=date(2022, 2, 1 + 3 * (n % 4))), feed=("courier", "herald")[n % 2])
    stages = [newsroom.start("reconcile", limit=10) for _ in range(2)]
    assert [stage.wait(60) for stage in stages] == [0, 0]
    with newsroom.context.connection() as connection:
        assert waiting(connection, Stage.UNDERSTOOD) == 0
    days = [day for _, _, _, day, _, _ in newsroom.rows(CONTACTS)]
    assert sorted(days) == [date(2022, 2, d) for d in (1, 4, 7, 10)]
