"""What ops is told of feeds: one mail for all that was noticed since the last, each trouble once and its end once."""

from __future__ import annotations

from datetime import datetime

from pipeline.alerts.mail import message_id, notice
from pipeline.alerts.plain import plain
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.feedwatch import OpsEvent, mark_told, untold_events
from pipeline.warehouse.outbox import Message, enqueue

RULE = "feeds"
_HEADS = {
    "feed_failing": "Failing",
    "feed_silent": "Silent: fetched fine, but nothing new",
    "feed_recovered": "Answering again",
    "feed_speaking": "Telling news again",
}


def tell_ops(connection: Connection, recipient: str, now: datetime, domain: str) -> int:
    """Put what ops has not been told yet into the outbox, in one mail; returns how many matters. Does not commit."""
    events = untold_events(connection)
    if not events:
        return 0
    subject, text = subject_of(events), body(events)
    about = f"{RULE}-{events[0].event_id}-{events[-1].event_id}"
    enqueue(
        connection,
        Message(
            contact_id=None,
            rule=RULE,
            recipient=recipient,
            subject=subject,
            text=text,
            html=notice(subject, text, "HOTLINE_OPS_RECIPIENT"),
            message_id=message_id(about, RULE, recipient, domain),
            as_of=now,
            kind="ops",
            about=about,
        ),
    )
    mark_told(connection, events)
    return len(events)


def subject_of(events: list[OpsEvent]) -> str:
    """ "Hotline: feed kremlin-en is failing", "Hotline: 3 feeds failing, 1 silent, 2 well again"."""
    if len(events) == 1:
        words = {"feed_failing": "is failing", "feed_silent": "has fallen silent"}
        return f"Hotline: feed {plain(events[0].feed_id, 80)} {words.get(events[0].kind, 'is well again')}"
    counts = [(sum(e.kind == "feed_failing" for e in events), "failing")]
    counts += [(sum(e.kind == "feed_silent" for e in events), "silent")]
    counts += [(sum(e.kind in ("feed_recovered", "feed_speaking") for e in events), "well again")]
    return "Hotline: feeds: " + ", ".join(f"{count} {word}" for count, word in counts if count)


def body(events: list[OpsEvent]) -> str:
    """The matters by kind, each with its feed, address, beginning and words, and what to do."""
    lines: list[str] = []
    for kind, head in _HEADS.items():
        of_kind = [event for event in events if event.kind == kind]
        if of_kind:
            lines += [f"{head}:"]
            for event in of_kind:
                lines += [
                    f"  {plain(event.feed_id, 80)}  since {event.since:%Y-%m-%d %H:%M} UTC  {plain(event.url, 200)}"
                ]
                lines += [f"    {plain(event.detail, 300)}"]
            lines += [""]
    lines += [
        "Each feed is asked again without your doing: less and less often, but once a day at least. This is told once,",
        "and once more when it is over. To look: `hotline feeds health`; to silence one: `hotline feeds pause ID`.",
    ]
    return "\n".join(lines) + "\n"
