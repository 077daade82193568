"""Digests: one mail for a period with all that is new, each contact once ever, whatever is restarted."""

from __future__ import annotations

import email
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from pipeline.alerts.maildir import messages
from pipeline.domain import ContactReport, Mode, Status
from pipeline.stages import alert, reconcile
from pipeline.stages.context import StageContext

# Fixtures of conftest.py.
Newsroom = Any
Call = Callable[..., ContactReport]

# 08:00 in Paris: the period of that day ended an hour ago.
TUESDAY = datetime(2022, 2, 15, 7, tzinfo=UTC)
DAILY = (
    "rules: [{name: desk, recipients: [a@example.org], delivery: daily, at: '07:00', timezone: Europe/Paris, %s"
    "max_age_days: 30}]"
)
DIGESTS = "SELECT period::text, contacts, updates, outbox_id IS NOT NULL FROM core.digest ORDER BY digest_id"


class Days:
    """The newsroom's stages, run at moments of the test's choice."""

    def __init__(self, newsroom: Newsroom) -> None:
        self.room = newsroom

    def at(self, moment: datetime) -> StageContext:
        context = self.room.context
        return replace(context, settings=context.settings.model_copy(update={"as_of": moment}))

    def run(self, moment: datetime) -> None:
        reconcile.run(self.at(moment))
        alert.run(self.at(moment))

    def rules(self, text: str) -> None:
        self.room.context.settings.alerts_file.write_text(text)

    def mails(self) -> list[email.message.EmailMessage]:
        return list(messages(self.room.context.settings.home / "mail"))

    def text(self) -> str:
        body = self.mails()[-1].get_body(("plain",))
        assert body is not None
        return str(body.get_content())


@pytest.fixture
def days(newsroom: Newsroom) -> Days:
    made = Days(newsroom)
    made.rules(DAILY % "")
    return made


def test_all_that_is_new_in_one_mail_at_the_hour_and_each_contact_once(
    days: Days, newsroom: Newsroom, call: Call
) -> None:
    newsroom.tells(call(), published=TUESDAY)
    newsroom.tells(call(date=date(2022, 2, 14), mode=Mode.VIDEO, duration_minutes=45), feed="herald", published=TUESDAY)
    days.run(TUESDAY)
    assert days.mails() == []  # the period in which the rule was first seen is not over
    for _ in range(2):
        days.run(TUESDAY + timedelta(hours=23))
    (mail,) = days.mails()
    assert mail["Subject"] == "Hotline daily digest, 16 Feb 2022: 2 new contacts (Macron-Putin)"
    text = days.text()
    assert text.index("Monday, 14 February 2022") < text.index("Saturday, 12 February 2022")
    assert "* Macron-Putin: video call, 45 min (Elysee)" in text
    assert "https://courier.test/1" in text
    # Another telling of both is nothing new, and an empty period is not mailed.
    newsroom.tells(call(), feed="herald", published=TUESDAY)
    days.run(TUESDAY + timedelta(hours=47))
    assert len(days.mails()) == 1
    assert newsroom.rows(DIGESTS) == [("2022-02-16", 2, 0, True), ("2022-02-17", 0, 0, False)]
    # What comes later on the day of an empty digest waits for the next.
    newsroom.tells(call(date=date(2022, 2, 16)), published=TUESDAY)
    days.run(TUESDAY + timedelta(hours=49))
    assert len(days.mails()) == 1
    days.run(TUESDAY + timedelta(hours=72))
    assert "16 February 2022" in days.text()


def test_killed_between_writing_and_sending_it_goes_out_once(days: Days, newsroom: Newsroom, call: Call) -> None:
    newsroom.tells(call(), published=TUESDAY)
    days.run(TUESDAY)
    due = days.at(TUESDAY + timedelta(days=1))
    # The first run dies before its commit, the second after: the third finds the mail in the outbox.
    for commits in (False, True):
        with pytest.raises(KeyboardInterrupt), newsroom.context.connection() as connection:
            from pipeline.alerts.digest import write_digests
            from pipeline.stages.desk import open_desk

            assert write_digests(connection, open_desk(due.settings), due.now()) == 1
            if commits:
                connection.commit()
            raise KeyboardInterrupt
    alert.run(due)
    assert len(days.mails()) == 1
    assert newsroom.rows("SELECT count(*), count(DISTINCT message_id) FROM core.outbox") == [(1, 1)]


def test_weekly_on_its_weekday(days: Days, newsroom: Newsroom, call: Call) -> None:
    days.rules("rules: [{name: desk, recipients: [a@example.org], delivery: weekly, weekday: Friday, max_age_days: 3}]")
    newsroom.tells(call(), published=TUESDAY)
    days.run(TUESDAY)
    days.run(TUESDAY + timedelta(days=2, hours=23))
    assert days.mails() == []  # Friday, 06:00
    # Its age is that of the day it was noted, not of the day of the digest.
    days.run(TUESDAY + timedelta(days=3, hours=1))
    assert [m["Subject"] for m in days.mails()] == ["Hotline weekly digest, 18 Feb 2022: 1 new contact (Macron-Putin)"]


def test_an_empty_digest_says_so_where_asked(days: Days, newsroom: Newsroom) -> None:
    days.rules(DAILY % "empty_digest: line, ")
    days.run(TUESDAY)
    days.run(TUESDAY + timedelta(days=1))
    days.run(TUESDAY + timedelta(days=1, hours=1))
    (mail,) = days.mails()
    assert mail["Subject"] == "Hotline daily digest, 16 Feb 2022: no new contacts"
    assert "Nothing new since the last digest." in days.text()


def test_what_is_denied_before_the_digest_is_not_told_and_after_it_is_an_update(
    days: Days, newsroom: Newsroom, call: Call
) -> None:
    days.rules(DAILY % "updates: true, ")
    newsroom.tells(call(), published=TUESDAY)
    wrong = newsroom.tells(call(date=date(2022, 2, 14), duration_minutes=20), feed="herald", published=TUESDAY)
    days.run(TUESDAY)
    newsroom.reads_again(wrong)
    days.run(TUESDAY + timedelta(hours=23))
    assert days.mails()[-1]["Subject"] == "Hotline daily digest, 16 Feb 2022: 1 new contact (Macron-Putin)"
    for feed in ("herald", "courier"):
        denial = call(status=Status.DENIED, duration_minutes=None, confidence=0.99)
        newsroom.tells(denial, feed=feed, published=TUESDAY + timedelta(days=1))
    days.run(TUESDAY + timedelta(hours=47))
    assert days.mails()[-1]["Subject"].startswith("Hotline daily digest, 17 Feb 2022: no new contacts, 1 update")
    assert "status: occurred, now denied" in days.text()
    days.run(TUESDAY + timedelta(hours=71))
    assert len(days.mails()) == 2


def test_two_contacts_that_prove_to_be_one_before_the_digest_are_told_as_one(
    days: Days, newsroom: Newsroom, call: Call
) -> None:
    second = newsroom.tells(call(date=date(2022, 2, 14)), feed="herald", published=TUESDAY)
    newsroom.tells(call(), published=TUESDAY)
    days.run(TUESDAY)
    newsroom.reads_again(second, call())
    days.run(TUESDAY + timedelta(hours=23))
    assert "1 new contact " in days.mails()[-1]["Subject"]
    assert newsroom.rows("SELECT count(*) FROM core.alert_note WHERE told IS NULL") == [(0,)]


def test_from_digests_to_single_mails_and_back_nothing_is_lost_or_doubled(
    days: Days, newsroom: Newsroom, call: Call
) -> None:
    newsroom.tells(call(), published=TUESDAY)
    days.run(TUESDAY)
    days.rules("rules: [{name: desk, recipients: [a@example.org], max_age_days: 30}]")
    newsroom.tells(call(date=date(2022, 2, 14)), feed="herald", published=TUESDAY)
    days.run(TUESDAY + timedelta(hours=1))
    assert sorted(m["Subject"].split(":")[0] for m in days.mails()) == [
        "Hotline last digest, 15 Feb 2022",
        "Macron-Putin",
    ]
    days.rules(DAILY % "")
    newsroom.tells(call(), call(date=date(2022, 2, 14)), feed="herald", published=TUESDAY)
    days.run(TUESDAY + timedelta(days=1))
    assert len(days.mails()) == 2
