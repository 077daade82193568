"""Upkeep: what is let go of, what never is, and ops' weekly mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.domain import FeedEntry, FeedSource, Page, Reason, Stage
from pipeline.settings import Settings
from pipeline.stages import maintenance
from pipeline.stages.context import StageContext
from pipeline.warehouse.feeds import PollRecord, add_entries, record_poll, sync_feeds
from pipeline.warehouse.outbox import Message, enqueue
from pipeline.warehouse.pages import save_page
from pipeline.warehouse.queue import advance, refuse
from pipeline.warehouse.revisits import plan_revisits

NOW = datetime(2023, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def make(warehouse_dsn: str, tmp_path: Path) -> Callable[..., StageContext]:
    def make(**changes: Any) -> StageContext:
        settings = Settings(_env_file=None, home=tmp_path, as_of=NOW, warehouse_dsn=warehouse_dsn, **changes)
        return StageContext.open(settings)

    context = make()
    with context.connection() as connection:
        sync_feeds(
            connection,
            [FeedSource("a", "http://a.test/rss", "A", "a"), FeedSource("b", "http://b.test/rss", "B", "b")],
            NOW,
        )
    return make


def rows(context: StageContext, sql: str) -> list[tuple[Any, ...]]:
    with context.connection() as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall()) if cursor.description else []


def item(context: StageContext, number: int, to: Stage) -> int:
    url = f"http://a.test/{number}"
    with context.connection() as connection:
        add_entries(connection, "a", [(url, FeedEntry(url, url, "Title"))], NOW)
        with connection.cursor() as cursor:
            cursor.execute("SELECT max(item_id) FROM staging.item")
            ((item_id,),) = cursor.fetchall()
        save_page(connection, item_id, Page(url, url, 200, b"<p>text</p>", NOW))
        if to is Stage.REFUSED:
            refuse(connection, item_id, Reason.NO_TEXT, "x")
        else:
            advance(connection, item_id, to)
    return int(item_id)


def poll(context: StageContext, feed: str, reason: Reason | None = None) -> None:
    with context.connection() as connection:
        record_poll(
            connection,
            PollRecord(feed, NOW, 0.1, 200, reason, reason and "went wrong <b>", False, 3, 1, None, None, ()),
        )


def test_old_bytes_polls_and_words_go_and_what_is_needed_stays(make: Callable[..., StageContext]) -> None:
    context = make(keep_pages_days=30, keep_polls_days=90, keep_mails_days=400)
    old, waiting, fresh = (
        item(context, 1, Stage.RECONCILED),
        item(context, 2, Stage.FETCHED),
        item(context, 3, Stage.RECONCILED),
    )
    for feed in ("a", "a", "b"):
        poll(context, feed)
    with context.connection() as connection:
        for about in ("sent", "waiting"):
            enqueue(
                connection,
                Message(None, "r", "x@test", "S", "words", "<p>", f"{about}@id", NOW, kind="ops", about=about),
            )
    rows(context, f"UPDATE staging.item SET stage_at = now() - interval '31 days' WHERE item_id IN ({old}, {waiting})")
    rows(context, "UPDATE staging.feed_poll SET recorded_at = now() - interval '91 days'")
    rows(context, "UPDATE core.outbox SET enqueued_at = now() - interval '401 days'")
    rows(context, "UPDATE core.outbox SET state = 'sent', sent_at = enqueued_at WHERE about = 'sent'")

    assert maintenance.retire(context) == {"pages_emptied": 1, "polls_deleted": 1, "mails_emptied": 1}

    bodies = dict(rows(context, "SELECT item_id, length(body) > 0 FROM staging.page"))
    assert bodies == {old: False, waiting: True, fresh: True}
    # The latest poll of a feed tells its health, however old it is.
    assert rows(context, "SELECT feed_id, count(*) FROM staging.feed_poll GROUP BY 1 ORDER BY 1") == [
        ("a", 1),
        ("b", 1),
    ]
    # Whom was told of what stays, or it would be told again.
    assert rows(context, "SELECT about, text, recipient FROM core.outbox ORDER BY 1") == [
        ("sent", "", "x@test"), ("waiting", "words", "x@test"),
    ]  # fmt: skip
    assert maintenance.retire(context) == {"pages_emptied": 0, "polls_deleted": 0, "mails_emptied": 0}


def test_zero_days_keep_all(make: Callable[..., StageContext]) -> None:
    context = make(keep_pages_days=0, keep_polls_days=0, keep_mails_days=0)
    item(context, 1, Stage.RECONCILED)
    rows(context, "UPDATE staging.item SET stage_at = now() - interval '9 years'")
    assert set(maintenance.retire(context).values()) == {0}


def test_revisits_of_refused_items_go_and_late_ones_are_counted(make: Callable[..., StageContext]) -> None:
    context = make()
    gone, late = item(context, 1, Stage.REFUSED), item(context, 2, Stage.RECONCILED)
    with context.connection() as connection:
        for item_id in (gone, late):
            plan_revisits(connection, item_id, datetime.now(UTC) - timedelta(days=2), (3600.0,))
    assert maintenance.tidy_revisits(context) == {"revisits_dropped": 1, "revisits_late": 1}
    assert rows(context, "SELECT item_id FROM staging.revisit") == [(late,)]


def test_vacuum_takes_the_tables_that_changed(make: Callable[..., StageContext]) -> None:
    context = make()
    item(context, 1, Stage.RECONCILED)
    rows(context, "SELECT pg_stat_force_next_flush()")
    tables = maintenance.vacuum(context)["tables"]
    assert rows(context, "SELECT last_vacuum IS NOT NULL FROM pg_stat_user_tables WHERE relname = 'item'") == [
        ("staging.item" in tables,)
    ]


def test_ops_is_told_of_the_feeds_once_a_week(make: Callable[..., StageContext]) -> None:
    assert maintenance.report_feeds(make())["mails"] == 0, "nobody is to be told"
    context = make(ops_recipient="ops@example.test")
    poll(context, "a", Reason.TIMEOUT)
    poll(context, "b")
    assert maintenance.report_feeds(context) == {"mails": 1, "feeds": 2}
    assert maintenance.report_feeds(context)["mails"] == 0
    ((subject, text, html, about),) = rows(context, "SELECT subject, text, html, about FROM core.outbox")
    assert subject == "Hotline: 1 of 2 feeds need a look"
    assert "a  failing  A" in text and "went wrong <b>" in text and "b  " not in text
    assert "<b>" not in html and "went wrong &lt;b&gt;" in html
    assert "HOTLINE_OPS_RECIPIENT" in html, "the design of our other mails says what names its reader"
    assert about == "feed_health-2023-W09" and date.fromisocalendar(2023, 9, 3) == NOW.date()
