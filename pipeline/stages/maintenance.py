"""Upkeep of an installation: retention, vacuum, and the weekly mail to ops of how the feeds do. All safe to repeat."""

from __future__ import annotations

from typing import Any

from pipeline.alerts.mail import domain_of, message_id, notice
from pipeline.alerts.plain import plain
from pipeline.stages.context import StageContext
from pipeline.warehouse import retention
from pipeline.warehouse.outbox import Message, enqueue
from pipeline.warehouse.reads import FeedHealth, feed_health

RULE = "feed_health"
# A page that should have been looked at again a day ago: the fetch does not keep up.
LATE_HOURS = 24.0
WELL = ("healthy", "new")


def retire(context: StageContext) -> dict[str, Any]:
    """Let go of what is older than the settings say; returns how many of each."""
    settings = context.settings
    with context.connection() as connection:
        return {
            "pages_emptied": retention.empty_pages(connection, settings.keep_pages_days),
            "polls_deleted": retention.delete_polls(connection, settings.keep_polls_days),
            "mails_emptied": retention.empty_mails(connection, settings.keep_mails_days),
        }


def tidy_revisits(context: StageContext) -> dict[str, Any]:
    """Drop revisits that will never be due, and count those that are late."""
    with context.connection() as connection:
        return {
            "revisits_dropped": retention.drop_stale_revisits(connection),
            "revisits_late": retention.overdue_revisits(connection, LATE_HOURS),
        }


def vacuum(context: StageContext) -> dict[str, Any]:
    """Vacuum and analyse what changed; returns the tables."""
    with context.connection() as connection:
        return {"tables": retention.vacuum(connection)}


def report_feeds(context: StageContext) -> dict[str, Any]:
    """Put this week's mail of how the feeds do into the outbox, once a week, if there is a recipient."""
    settings, now = context.settings, context.now()
    if settings.ops_recipient is None:
        return {"mails": 0, "why": "HOTLINE_OPS_RECIPIENT is not set"}
    year, week, _ = now.isocalendar()
    about = f"{RULE}-{year}-W{week:02}"
    with context.connection() as connection:
        feeds = feed_health(connection)
        subject, text = subject_of(feeds), body(feeds)
        written = enqueue(
            connection,
            Message(
                contact_id=None,
                rule=RULE,
                recipient=settings.ops_recipient,
                subject=subject,
                text=text,
                html=notice(subject, text, "HOTLINE_OPS_RECIPIENT"),
                message_id=message_id(about, RULE, settings.ops_recipient, domain_of(settings.mail_from)),
                as_of=now,
                kind="ops",
                about=about,
            ),
        )
    return {"mails": int(written), "feeds": len(feeds)}


def subject_of(feeds: list[FeedHealth]) -> str:
    """ "Hotline: 12 of 249 feeds need a look", "Hotline: all 249 feeds are well"."""
    sick = sum(feed.health not in WELL for feed in feeds)
    return f"Hotline: {sick} of {len(feeds)} feeds need a look" if sick else f"Hotline: all {len(feeds)} feeds are well"


def body(feeds: list[FeedHealth]) -> str:
    """Counts by health, then each feed that is not well with why, the worst first."""
    counts: dict[str, int] = {}
    for feed in feeds:
        counts[feed.health] = counts.get(feed.health, 0) + 1
    lines = ["The feeds this week: " + (", ".join(f"{n} {health}" for health, n in sorted(counts.items())) or "none")]
    for feed in feeds:
        if feed.health not in WELL:
            why = feed.last_detail or feed.last_reason or "; ".join(feed.problems) or "nothing new for long"
            lines += [
                "",
                f"  {plain(feed.feed_id, 80)}  {feed.health}  {plain(feed.outlet, 80)}",
                f"    {plain(why, 300)}",
            ]
    lines += ["", "To look: `hotline feeds health`; to silence one: `hotline feeds pause ID`. This comes once a week."]
    return "\n".join(lines) + "\n"
