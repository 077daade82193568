"""Writes alerts into the outbox, in the transaction that settles their contacts: first mails, and follow-ups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from pipeline.alerts import updates
from pipeline.alerts.mail import message_id
from pipeline.alerts.rules import Rule, matches
from pipeline.alerts.story import Story
from pipeline.domain import Contact
from pipeline.warehouse.alerting import Letter, letters, mailed
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.outbox import Message, enqueue


@dataclass(frozen=True, slots=True)
class Desk:
    """`labels` are readers' words for topic ids, `domain` that of the sender's address."""

    rules: tuple[Rule, ...]
    labels: Mapping[str, str]
    domain: str
    max_age_days: int

    def alert(self, connection: Connection, contact: Contact, now: datetime) -> int:
        """Put the messages that the rules want of a contact into the outbox, each once for ever. Does not commit.

        Returns how many. A contact that another was merged into counts as mailed where the other was.
        """
        wanted = [(r, to) for r in self.rules if matches(r, contact, now, self.max_age_days) for to in r.recipients]
        if not wanted:
            return 0
        had = mailed(connection, contact.contact_id)
        new = [(rule, to) for rule, to in wanted if (rule.name, to) not in had]
        if not new:
            return 0
        story = Story.of(connection, contact)
        return sum(enqueue(connection, self._message(story, rule, to, now)) for rule, to in new)

    def follow_up(self, connection: Connection, contact: Contact, now: datetime, *, withdrawn: bool = False) -> int:
        """Tell those who were mailed of a contact, and whose rule asks for updates, what is otherwise now.

        Compared is with what they were told last. Does not commit; returns how many messages.
        """
        asking = {rule.name: rule for rule in self.rules if rule.updates}
        if not asking:
            return 0
        facts = updates.facts(contact, withdrawn=withdrawn)
        story: Story | None = None
        written = 0
        for letter in letters(connection, contact.contact_id):
            rule = asking.get(letter.rule)
            changes = updates.differences(letter.told, facts) if rule and letter.recipient in rule.recipients else []
            if rule and changes:
                story = story or Story.of(connection, contact)
                written += enqueue(connection, self._update(story, rule, letter, changes, facts, now))
        return written

    def _message(self, story: Story, rule: Rule, to: str, now: datetime) -> Message:
        mail = story.mail(rule.name, to, self.labels)
        contact = story.contact
        return Message(
            contact_id=contact.contact_id,
            rule=rule.name,
            recipient=to,
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            message_id=message_id(contact.contact_id, rule.name, to, self.domain),
            as_of=now,
            picture=story.picture,
            told=updates.facts(contact),
            wait_seconds=rule.hold_seconds(now),
        )

    def _update(
        self, story: Story, rule: Rule, letter: Letter, changes: list[str], facts: updates.Told, now: datetime
    ) -> Message:
        contact_id = story.contact.contact_id
        about = f"{contact_id}/{letter.updates + 1}"
        mail = story.mail(rule.name, letter.recipient, self.labels, changes)
        first = replace(self._message(story, rule, letter.recipient, now), told=facts)
        return replace(
            first,
            # Mail programs put into one thread what answers a mail and keeps its subject.
            subject=f"Re: {letter.subject}",
            text=mail.text,
            html=mail.html,
            kind="update",
            about=about,
            in_reply_to=letter.message_id,
            message_id=message_id(about.replace("/", "-"), rule.name, letter.recipient, self.domain),
        )
