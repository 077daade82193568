"""The heartbeat: once a day, what came and how the feeds do, so that silence never has two meanings."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pipeline.alerts.mail import message_id, notice
from pipeline.alerts.plain import plain
from pipeline.alerts.rules import Heartbeat
from pipeline.alerts.timing import latest
from pipeline.warehouse.alerting import Signs, signs
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.outbox import Message, enqueue

RULE = "heartbeat"
MOST_FEEDS = 12


def beat(connection: Connection, heartbeat: Heartbeat, now: datetime, domain: str) -> int:
    """Put the day's heartbeat into the outbox, once for each recipient; returns how many. Does not commit."""
    moment = latest(now, heartbeat.at, ZoneInfo(heartbeat.timezone))
    day = moment.date().isoformat()
    found = signs(connection, now - timedelta(days=1))
    subject, text = subject_of(found), body(found)
    return sum(
        enqueue(
            connection,
            Message(
                contact_id=None,
                rule=RULE,
                recipient=to,
                subject=subject,
                text=text,
                html=notice(subject, text, "`heartbeat` in config/alerts.yaml"),
                message_id=message_id(f"heartbeat-{day}", RULE, to, domain),
                as_of=now,
                kind="heartbeat",
                about=day,
            ),
        )
        for to in heartbeat.recipients
    )


def subject_of(found: Signs) -> str:
    """ "Hotline: no new contacts; 118 of 121 feeds healthy, last article 12 minutes ago"."""
    new = f"{found.contacts or 'no'} new contact{'s' if found.contacts != 1 else ''}"
    last = "no article yet" if found.minutes is None else f"last article {_ago(found.minutes)} ago"
    return f"Hotline: {new}; {found.healthy} of {found.feeds} feeds healthy, {last}"


def body(found: Signs) -> str:
    """The same with the feeds that are in trouble, and what waits or failed."""
    lines = [
        f"{subject_of(found)}.",
        "",
        f"In the last 24 hours: {found.contacts} new contacts, {found.articles} articles.",
    ]
    if found.waiting_mails or found.failed_mails:
        lines.append(
            f"Mails: {found.waiting_mails} waiting, {found.failed_mails} not delivered (`hotline alerts outbox`)."
        )
    if found.trouble:
        lines += ["", "Feeds in trouble:"]
        lines += [f"  {plain(feed, 60)}: {plain(why, 100)}" for feed, why in found.trouble[:MOST_FEEDS]]
        if (more := len(found.trouble) - MOST_FEEDS) > 0:
            lines.append(f'  ... and {more} more (`hotline sql "select * from mart.feed_health"`)')
    return "\n".join(lines) + "\n"


def _ago(minutes: float) -> str:
    for unit, size in (("day", 1440), ("hour", 60)):
        if minutes >= 2 * size:
            return f"{minutes / size:.0f} {unit}s"
    return f"{minutes:.0f} minute{'' if round(minutes) == 1 else 's'}"
