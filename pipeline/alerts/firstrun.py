"""What a new rule, or a new recipient of one, gets of the past: nothing, unless the rule asks for it.

On a fresh installation the warehouse is empty when the rules are first seen, so that all its first run brings is news.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pipeline.alerts.desk import Desk
from pipeline.alerts.rules import Rule
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.contacts import find_contacts
from pipeline.warehouse.ledger import add_reader, prime, readers
from pipeline.warehouse.rebuild import is_quiet

# More than any rule mails of its last days; a limit there must be.
MOST_SENT = 1000


def meet(connection: Connection, desk: Desk, now: datetime) -> int:
    """Note the recipients that no run has seen yet, and prime the contacts that the warehouse holds already.

    By `first_run: send` those of the last days that fit the rule are sent instead. Does not commit; returns how many
    contacts were primed. To be called before a run settles anything.
    """
    known = readers(connection)
    primed = 0
    for rule in desk.rules:
        for to in rule.recipients:
            if (rule.name, to) not in known and add_reader(connection, rule.name, to, now):
                if rule.first_run == "send":
                    _send_recent(connection, desk, rule, to, now)
                primed += prime(connection, rule.name, to, now)
    return primed


def _send_recent(connection: Connection, desk: Desk, rule: Rule, to: str, now: datetime) -> None:
    days = desk.max_age_days if rule.max_age_days is None else rule.max_age_days
    # By the first day of a week or month, which is how the warehouse files them.
    since = (now - timedelta(days=days + 31)).date()
    for contact in reversed(find_contacts(connection, since=since, limit=MOST_SENT)):
        # What a rebuild or a review has brought to light is no news to anybody.
        if is_quiet(connection, contact):
            continue
        desk.alert_readers(connection, contact, [(rule, to)], now)
