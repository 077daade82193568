"""The outbox -> e-mails, webhooks, chats. Each message once, as far as anybody can promise that (docs/alerts.md)."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from pipeline.alerts.channels import Channel, Channels, MailChannel
from pipeline.alerts.digest import write_digests
from pipeline.alerts.heartbeat import beat
from pipeline.alerts.mail import domain_of
from pipeline.alerts.maildir import MailCatcher, holds, listens
from pipeline.alerts.opsmail import tell_ops
from pipeline.alerts.rules import Delivery, load_alerts
from pipeline.alerts.sender import Courier, Fate, Outcome, Relay, RelayError
from pipeline.domain import StageResult
from pipeline.settings import Settings
from pipeline.stages.context import StageContext
from pipeline.stages.desk import open_desk
from pipeline.warehouse.alerting import UNKNOWN, note_unknown, seconds_until_due, unknown_fates
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.ledger import notes_wait
from pipeline.warehouse.outbox import OutboxMessage, claim_messages, mark_failed, mark_sent, undelivered

log = logging.getLogger("hotline.stage")

# A relay that puts a message off: pauses double from 30 seconds to an hour, so this is about two days.
MOST_TRIES = 50
FOUND = "found in the mail folder: it was delivered before, and its sender died before noting that"

REFUSED = "relay_refused"
DOUBTFUL = "fate_unknown"


def run(context: StageContext, limit: int | None = None) -> StageResult:
    """Deliver what is due, oldest first. Raises RelayError where the relay cannot be reached at all."""
    alerts = load_alerts(context.settings.alerts_file)
    heartbeat = alerts.heartbeat
    with context.connection() as connection:
        if any(rule.delivery is not Delivery.IMMEDIATE for rule in alerts.rules) or notes_wait(connection):
            write_digests(connection, open_desk(context.settings), context.now())
            connection.commit()
        if heartbeat is not None:
            beat(connection, heartbeat, context.now(), domain_of(context.settings.mail_from))
            connection.commit()
        if context.settings.ops_recipient is not None:
            domain = domain_of(context.settings.mail_from)
            tell_ops(connection, context.settings.ops_recipient, context.now(), domain)
            connection.commit()
        if undelivered(connection) == 0:
            return StageResult("alert")
        tally = _Tally()
        try:
            if undelivered(connection, "mail"):
                with _relay(context.settings) as relay, Courier(relay) as courier:
                    mail = MailChannel(courier, context.settings.mail_from)
                    _deliver_all(_Sender(context.settings, connection, mail, "mail", courier, relay), limit, tally)
        finally:
            # A relay that is down holds up no webhook and no chat.
            if undelivered(connection, "channel"):
                channels = Channels(context.settings, alerts.recipients())
                _deliver_all(_Sender(context.settings, connection, channels, "channel"), limit, tally)
        left = undelivered(connection)
    return StageResult("alert", tally.taken, tally.sent, dict(+tally.refused), left)


@dataclass(slots=True)
class _Tally:
    taken: int = 0
    sent: int = 0
    refused: Counter[str] = field(default_factory=Counter)


@contextmanager
def _relay(settings: Settings) -> Iterator[Relay]:
    """The relay of the settings; where none is set, a mail catcher of our own for the time of the run."""
    if settings.has_relay:
        yield Relay.of(settings)
        return
    with MailCatcher(settings.home / "mail") as catcher:
        yield Relay(catcher.host, catcher.port)


def _deliver_all(sender: _Sender, limit: int | None, tally: _Tally) -> None:
    """One message at a time: whenever the process dies, at most one is in doubt."""
    deadline = time.monotonic() + sender.settings.alert_patience
    while limit is None or tally.taken < limit:
        # Before the claim: a relay that is down must leave no message in doubt.
        if sender.courier is not None:
            sender.courier.connect()
        claimed = claim_messages(sender.connection, 1, sender.settings.lease_seconds, sender.by)
        if claimed:
            tally.taken += 1
            sender.handle(claimed[0], tally)
            continue
        pause = seconds_until_due(sender.connection, sender.by)
        if pause is None or time.monotonic() + pause > deadline:
            break
        log.info("a message was put off; next try in %.0f s", pause)
        time.sleep(pause + 0.05)


@dataclass(slots=True)
class _Sender:
    settings: Settings
    connection: Connection
    channel: Channel
    by: Literal["mail", "channel"]
    # With mail alone:
    courier: Courier | None = None
    relay: Relay | None = None

    def handle(self, message: OutboxMessage, tally: _Tally) -> None:
        """Deliver one claimed message, unless it has been; note the outcome, and commit."""
        doubts = self._doubts(message)
        if doubts < 0:
            outcome = Outcome(Fate.SENT, FOUND)
        elif doubts > (1 if self.settings.alert_ambiguous == "resend" else 0):
            outcome = Outcome(Fate.PERMANENT, f"{UNKNOWN}not sent again; send it by hand if it is missing")
            tally.refused[DOUBTFUL] += 1
        else:
            try:
                outcome = self.channel.deliver(message)
            except RelayError as fault:
                # It was not even tried: say so, lest its claim, left behind, cast doubt on it.
                mark_failed(self.connection, message.outbox_id, str(fault), permanent=False)
                self.connection.commit()
                raise
            if outcome.fate is Fate.AMBIGUOUS and self._is_kept(message):
                outcome = Outcome(Fate.SENT, FOUND)
        self._note(message, outcome, doubts, tally)
        self.connection.commit()

    def _doubts(self, message: OutboxMessage) -> int:
        """How many earlier deliveries may have gone through; -1 if one did for certain."""
        if not message.abandoned and not message.attempts:
            return 0
        if self._is_kept(message):
            return -1
        # What the catcher of this installation has not kept, it has not taken.
        if self.relay is not None and listens(self.settings.home / "mail", self.relay.port):
            return 0
        if message.abandoned:
            note_unknown(self.connection, message.outbox_id, "its sender died while it held the message")
            self.connection.commit()
        return unknown_fates(self.connection, message.outbox_id)

    def _is_kept(self, message: OutboxMessage) -> bool:
        return holds(self.settings.home / "mail", message.message_id)

    def _note(self, message: OutboxMessage, outcome: Outcome, doubts: int, tally: _Tally) -> None:
        match outcome.fate:
            case Fate.SENT:
                again = " (sent once more: the fate of an earlier try is unknown)" if doubts > 0 else ""
                mark_sent(self.connection, message.outbox_id, outcome.reply + again)
                tally.sent += 1
            case Fate.AMBIGUOUS:
                # Its next turn, by the policy, is the last.
                last = doubts > 0 or self.settings.alert_ambiguous != "resend"
                mark_failed(self.connection, message.outbox_id, UNKNOWN + outcome.reply, permanent=last)
                tally.refused[DOUBTFUL] += last
            case Fate.TRANSIENT:
                last = message.attempts + 1 >= MOST_TRIES
                mark_failed(self.connection, message.outbox_id, outcome.reply, last, outcome.wait_seconds)
                tally.refused[REFUSED] += last
            case Fate.PERMANENT:
                mark_failed(self.connection, message.outbox_id, outcome.reply, permanent=True)
                tally.refused[REFUSED] += not outcome.reply.startswith(UNKNOWN)
        if outcome.fate is not Fate.SENT:
            log.warning("message %d to %s: %s", message.outbox_id, message.recipient, outcome.reply)
