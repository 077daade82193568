"""Writes alerts into the outbox, in the transaction that settles their contacts: first mails, and follow-ups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipeline.alerts import updates
from pipeline.alerts.capitals import Capitals
from pipeline.alerts.feedback import Ballots
from pipeline.alerts.mail import Dress, message_id
from pipeline.alerts.rules import Delivery, Rule, matches
from pipeline.alerts.story import Story
from pipeline.domain import Contact
from pipeline.warehouse.alerting import Letter, letters, mailed
from pipeline.warehouse.connect import Connection
from pipeline.warehouse.ledger import mark_changed, note_for_digest
from pipeline.warehouse.outbox import Message, enqueue


@dataclass(frozen=True, slots=True)
class Desk:
    """`labels` are readers' words for topic ids, `domain` that of the sender's address, `page` that of the contacts.

    `ballots` make the links by which readers say what they think of a mail.
    """

    rules: tuple[Rule, ...]
    labels: Mapping[str, str]
    domain: str
    max_age_days: int
    capitals: Capitals = field(default_factory=dict)
    page: str | None = None
    ballots: Ballots | None = None

    def dress(self, rule: Rule) -> Dress:
        """How the mails of a rule look."""
        return Dress(self.labels, rule.formats, self.capitals, self.page)

    def dress_for(self, rule: Rule, contact_id: str, to: str) -> Dress:
        """The same for one reader of one contact, who may say what they think of it."""
        links = self.ballots.feedback_links(contact_id, rule.name, to) if self.ballots else ()
        return replace(self.dress(rule), feedback=tuple(links))

    def alert(self, connection: Connection, contact: Contact, now: datetime) -> int:
        """Put what the rules want of a contact into the outbox or the next digest, each once for ever. Does not commit.

        Returns how many messages and notes. A contact that another was merged into counts as told where the other was.
        """
        return self.alert_readers(connection, contact, [(r, to) for r in self.rules for to in r.recipients], now)

    def alert_readers(
        self, connection: Connection, contact: Contact, readers: list[tuple[Rule, str]], now: datetime
    ) -> int:
        """The same for some recipients of some rules."""
        wanted = [(rule, to) for rule, to in readers if matches(rule, contact, now, self.max_age_days)]
        had = mailed(connection, contact.contact_id) if wanted else set()
        story: Story | None = None
        written = 0
        for rule, to in wanted:
            if (rule.name, to) in had:
                continue
            if rule.delivery is Delivery.IMMEDIATE:
                story = story or Story.of(connection, contact)
                written += enqueue(connection, self._message(story, rule, to, now))
            else:
                written += note_for_digest(connection, contact.contact_id, rule.name, to, now)
        return written

    def follow_up(self, connection: Connection, contact: Contact, now: datetime, *, withdrawn: bool = False) -> int:
        """Tell those who were mailed of a contact, and whose rule asks for updates, what is otherwise now.

        Compared is with what they were told last; where a digest told it, the next one looks at it again. Does not
        commit; returns how many messages.
        """
        asking = {rule.name: rule for rule in self.rules if rule.updates}
        if not asking:
            return 0
        mark_changed(connection, contact.contact_id, asking)
        facts = updates.facts(contact, withdrawn=withdrawn)
        story: Story | None = None
        written = 0
        for letter in letters(connection, contact.contact_id):
            rule = asking.get(letter.rule)
            if rule is None or letter.recipient not in rule.recipients:
                continue
            if changes := updates.differences(letter.told, facts, rule.formats):
                story = story or Story.of(connection, contact)
                written += enqueue(connection, self._update(story, rule, letter, changes, facts, now))
        return written

    def _message(self, story: Story, rule: Rule, to: str, now: datetime) -> Message:
        contact = story.contact
        mail = story.mail(rule.name, to, self.dress_for(rule, contact.contact_id, to))
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
        mail = story.mail(rule.name, letter.recipient, self.dress_for(rule, contact_id, letter.recipient), changes)
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
