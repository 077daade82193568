"""`hotline alerts ...`: the rules, what they would mail, what a mail looks like, and what became of those sent."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.terminal import Terminal

if TYPE_CHECKING:
    from pipeline.alerts.rules import Rule
    from pipeline.domain import Contact
    from pipeline.warehouse.connect import Connection


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    group = typer.Typer(no_args_is_help=True, help="E-mail alerts: rules, previews, and what was sent.")
    group.command("list")(list_rules)
    group.command("preview")(preview)
    group.command("test")(test_rule)
    group.command("outbox")(outbox)
    app.add_typer(group, name="alerts")


def list_rules() -> None:
    """Check config/alerts.yaml, and list its rules."""
    from rich.table import Table

    terminal = Terminal()
    with _faults(terminal):
        rules = _rules()
        table = Table("rule", "recipients", "who", "modes", "topics", "confidence", "days")
        for rule in rules:
            pairs = [" + ".join(pair) for pair in rule.pairs]
            within = [f"within {group}" for group in rule.between]
            table.add_row(
                rule.name,
                "\n".join(rule.recipients),
                ", ".join([*rule.leaders, *rule.countries, *rule.groups, *within, *pairs]) or "anybody",
                ", ".join(rule.modes) or "any",
                ", ".join(rule.topics) or "any",
                f">= {rule.min_confidence:g}",
                str(_days(rule)),
            )
        terminal.console.print(table) if rules else terminal.say("No rules: nothing is mailed.")


def preview(
    contact_id: Annotated[str, typer.Argument(help="As `hotline contacts` prints it.")],
    rule: Annotated[str | None, typer.Option(help="As this rule would mail it; the first one, unless given.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the HTML part to this file.")] = None,
) -> None:
    """Show the mail about a contact, whether or not a rule would send it; nothing is sent."""
    from pipeline.alerts.mail import CID
    from pipeline.alerts.story import Story
    from pipeline.settings import get_settings
    from pipeline.understand.topicsconfig import load_topics
    from pipeline.warehouse.contacts import load_contacts

    terminal = Terminal()
    with _faults(terminal):
        key, rules = _uuid(contact_id), _rules()
        chosen = _choose(rules, rule) if rule else (rules[0] if rules else None)
        with _warehouse() as connection:
            contact = load_contacts(connection, [key]).get(key)
            if contact is None:
                raise _Fault(f"There is no contact {contact_id}. `hotline contacts` lists them.")
            story = Story.of(connection, contact)
        name, recipient = (chosen.name, chosen.recipients[0]) if chosen else ("no-rule", "nobody@localhost")
        labels = {topic.topic: topic.label for topic in load_topics(get_settings().topics_file)}
        mail = story.mail(name, recipient, labels)
        terminal.say(f"Subject: {mail.subject}\n\n{mail.text}")
        if html:
            # A browser knows no parts of a mail: there the picture stands in the page itself.
            data = base64.b64encode(story.picture or b"").decode()
            html.write_text(mail.html.replace(f"cid:{CID}", f"data:image/png;base64,{data}"), encoding="utf-8")
            terminal.say(f"The HTML part is in {html}.")
        if chosen and (reason := _why_not(chosen, contact)):
            terminal.say(f"(The rule {chosen.name} would not mail it: {reason}.)")


def test_rule(
    rule: Annotated[str | None, typer.Argument(help="The rule's name; every rule, unless given.")] = None,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Contacts from this day on.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="So many contacts at most.")] = 100,
) -> None:
    """Show which past contacts a rule would have mailed when they were first reported, and why not the others."""
    from pipeline.alerts.mail import subject
    from pipeline.warehouse.contacts import find_contacts

    terminal = Terminal()
    with _faults(terminal):
        rules = _rules()
        chosen = [_choose(rules, rule)] if rule else list(rules)
        with _warehouse() as connection:
            contacts = find_contacts(connection, since=since.date() if since else None, limit=limit)
        for one in chosen:
            verdicts = [(contact, _why_not(one, contact)) for contact in contacts]
            terminal.say(f"{one.name}: {sum(v is None for _, v in verdicts)} of {len(contacts)} contacts")
            for contact, reason in verdicts:
                terminal.say(f"  {'mail' if reason is None else 'no  '}  {subject(contact)}")
                if reason is not None:
                    terminal.say(f"        {reason}")


def outbox(
    state: Annotated[str | None, typer.Option(help="Only those waiting, sent or failed.")] = None,
    limit: Annotated[int, typer.Option(min=1)] = 50,
) -> None:
    """List the latest messages and what the relay said of each."""
    from pipeline.warehouse.alerting import outbox_lines

    terminal = Terminal()
    with _faults(terminal):
        if state not in (None, "waiting", "sent", "failed"):
            raise _Fault(f"--state takes waiting, sent or failed, not {state!r}.")
        with _warehouse() as connection:
            lines = outbox_lines(connection, state, limit)
        if not lines:
            terminal.say("The outbox is empty." if state is None else f"No message is {state}.")
        for line in lines:
            when = line.sent_at or line.enqueued_at
            terminal.say(
                f"{line.outbox_id:>6}  {line.state:<8} {when:%Y-%m-%d %H:%M}  {line.recipient}  {line.subject}"
            )
            if line.state != "sent" and line.attempts:
                again = f", next try {line.next_attempt_at:%Y-%m-%d %H:%M} UTC" if line.state == "waiting" else ""
                terminal.say(f"        {line.attempts} tried{again}: {line.last_reply}")


class _Fault(Exception):
    """What the user can mend; printed without a traceback."""


@contextmanager
def _faults(terminal: Terminal) -> Iterator[None]:
    from pipeline.alerts.rules import RulesError

    with terminal.faults():
        try:
            yield
        except (_Fault, RulesError) as fault:
            terminal.say(str(fault))
            raise typer.Exit(1) from None


@contextmanager
def _warehouse() -> Iterator[Connection]:
    from pipeline.settings import get_settings
    from pipeline.stages.context import StageContext

    with StageContext.open(get_settings()).connection() as connection:
        yield connection


def _rules() -> tuple[Rule, ...]:
    from pipeline.alerts.rules import load_rules
    from pipeline.settings import get_settings

    return load_rules(get_settings().alerts_file)


def _choose(rules: tuple[Rule, ...], name: str) -> Rule:
    for rule in rules:
        if rule.name == name:
            return rule
    raise _Fault(f"No rule is named {name!r}; there are: {', '.join(r.name for r in rules) or 'none'}.")


def _days(rule: Rule) -> int:
    from pipeline.settings import get_settings

    return get_settings().alert_max_age_days if rule.max_age_days is None else rule.max_age_days


def _why_not(rule: Rule, contact: Contact) -> str | None:
    """The verdict as of the contact's first report: what would have been mailed then."""
    from pipeline.alerts.rules import last_day, why_not

    day = last_day(contact)
    told = contact.first_reported_at or (datetime.combine(day, time(), UTC) if day else datetime.now(UTC))
    return why_not(rule, contact, told, _days(rule))


def _uuid(text: str) -> str:
    import uuid

    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise _Fault(f"{text!r} is no contact id; `hotline contacts` prints them.") from None
