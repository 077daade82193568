"""`hotline alerts ...`: the rules, what they would mail, what a mail looks like, and what became of those sent."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli import alertmails
from pipeline.cli.alertkit import Fault, choose, faults, load, warehouse
from pipeline.cli.terminal import Terminal

if TYPE_CHECKING:
    from pipeline.alerts.mail import Mail
    from pipeline.alerts.rules import Rule
    from pipeline.domain import Contact
    from pipeline.warehouse.connect import Connection


def register(app: typer.Typer) -> None:
    """Add this file's commands to `app`."""
    group = typer.Typer(no_args_is_help=True, help="E-mail alerts: rules, previews, and what was sent.")
    group.command("list")(list_rules)
    group.command("preview")(preview)
    group.command("test")(test_rule)
    alertmails.add_to(group)
    app.add_typer(group, name="alerts")


def list_rules() -> None:
    """Check config/alerts.yaml, and list its rules, and what their readers are not sent because it is older."""
    from rich.table import Table

    from pipeline.runtime.errors import RuntimeFault

    terminal = Terminal()
    with faults(terminal):
        rules = load()
        table = Table("rule", "recipients", "who", "modes", "topics", "confidence", "days", "when")
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
                _when(rule),
            )
        terminal.console.print(table) if rules else terminal.say("No rules: nothing is mailed.")
        try:
            with warehouse() as connection:
                for line in _readers(connection, rules):
                    terminal.say(line)
        except RuntimeFault:
            terminal.say("(The warehouse does not run, so that what was sent to whom cannot be told here.)")


def preview(
    contact_id: Annotated[str | None, typer.Argument(help="As `hotline contacts` prints it.")] = None,
    rule: Annotated[str | None, typer.Option(help="As this rule would mail it; the first one, unless given.")] = None,
    digest: Annotated[str | None, typer.Option(help="Show the next digest of this rule instead.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the HTML part here, not under .hotline/previews.")] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open the HTML part in the browser.")] = False,
) -> None:
    """Show the mail about a contact, or a rule's next digest, as it would be now; nothing is sent."""
    terminal = Terminal()
    with faults(terminal):
        if (contact_id is None) == (digest is None):
            raise Fault("Name a contact (`hotline contacts` lists them), or a rule with --digest.")
        if contact_id is not None:
            mail, picture, name, note = _contact_mail(contact_id, rule)
        else:
            mail, picture, name, note = _digest_mail(str(digest))
        terminal.say(f"Subject: {mail.subject}\n\n{mail.text}")
        path = _write(mail, picture, name, html)
        terminal.say(f"The HTML part is in {path}")
        if note:
            terminal.say(note)
        if open_it:
            typer.launch(str(path))


def test_rule(
    rule: Annotated[str | None, typer.Argument(help="The rule's name; every rule, unless given.")] = None,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Contacts from this day on.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="So many contacts at most.")] = 100,
) -> None:
    """Show which past contacts a rule would have mailed when they were first reported, and why not the others."""
    from pipeline.alerts.mail import subject
    from pipeline.alerts.rules import Delivery
    from pipeline.warehouse.contacts import find_contacts

    terminal = Terminal()
    with faults(terminal):
        rules = load()
        chosen = [choose(rules, rule)] if rule else list(rules)
        with warehouse() as connection:
            contacts = find_contacts(connection, since=since.date() if since else None, limit=limit)
        for one in chosen:
            verdicts = [(contact, _why_not(one, contact)) for contact in contacts]
            fitting = [contact for contact, reason in verdicts if reason is None]
            terminal.say(f"{one.name}: {len(fitting)} of {len(contacts)} contacts")
            if one.delivery is not Delivery.IMMEDIATE:
                _say_digests(terminal, one, fitting)
            for contact, reason in verdicts:
                if reason is not None:
                    terminal.say(f"  no    {subject(contact, one.formats)}")
                    terminal.say(f"        {reason}")
                elif one.delivery is Delivery.IMMEDIATE:
                    terminal.say(f"  mail  {subject(contact, one.formats)}")


def _say_digests(terminal: Terminal, rule: Rule, contacts: Iterable[Contact]) -> None:
    """The digests that these contacts would have filled, the latest first."""
    from pipeline.alerts.mail import subject

    periods: dict[datetime, list[Contact]] = {}
    for contact in contacts:
        periods.setdefault(rule.next_digest(_first_told(contact)), []).append(contact)
    for end, filled in sorted(periods.items(), key=lambda period: period[0], reverse=True):
        terminal.say(f"  {rule.delivery} digest of {rule.formats.moment(end)}: {len(filled)} new")
        for contact in filled:
            terminal.say(f"    {subject(contact, rule.formats)}")


def _readers(connection: Connection, rules: tuple[Rule, ...]) -> list[str]:
    """In words, what is not sent to whom because it was known before, and what waits for a digest."""
    from pipeline.alerts.rules import Delivery
    from pipeline.runtime.journal import count
    from pipeline.warehouse.ledger import count_to_prime, readers

    known, lines = readers(connection), []
    for rule in rules:
        for to in rule.recipients:
            reader = known.get((rule.name, to))
            if reader is None:
                there = count_to_prime(connection)
                what = (
                    "there is nothing in the warehouse yet, so all that the first run brings is mailed"
                    if there == 0
                    else f"the next run sends what fits of {count(there, 'contact')} known by now and is not too old"
                    if rule.first_run == "send"
                    else f"{count(there, 'contact')} known by now will not be mailed (`first_run: send` would)"
                )
                lines.append(f"{rule.name}, {to}: new; {what}.")
                continue
            if reader.primed:
                lines.append(
                    f"{rule.name}, {to}: first seen {reader.as_of:%Y-%m-%d}; what it is not mailed, because it "
                    f"was known before (primed): {count(reader.primed, 'contact')}."
                )
            if rule.delivery is not Delivery.IMMEDIATE:
                last = f"the last one ended {reader.last}" if reader.last else "none was made yet"
                lines.append(f"{rule.name}, {to}: {reader.waiting} wait for the next digest; {last}.")
    return lines


def _contact_mail(contact_id: str, rule: str | None) -> tuple[Mail, bytes | None, str, str]:
    """The mail about a contact, its picture, its name as a file, and a note for the user."""
    from pipeline.alerts.mail import Dress
    from pipeline.alerts.story import Story
    from pipeline.settings import get_settings
    from pipeline.stages.desk import open_desk
    from pipeline.warehouse.contacts import load_contacts

    key, rules = _uuid(contact_id), load()
    chosen = choose(rules, rule) if rule else (rules[0] if rules else None)
    with warehouse() as connection:
        contact = load_contacts(connection, [key]).get(key)
        if contact is None:
            raise Fault(f"There is no contact {contact_id}. `hotline contacts` lists them.")
        story = Story.of(connection, contact)
    desk = open_desk(get_settings())
    if chosen is None:
        return story.mail("no-rule", "nobody@localhost", Dress(desk.labels)), story.picture, key, ""
    to = chosen.recipients[0]
    mail = story.mail(chosen.name, to, desk.dress_for(chosen, key, to))
    reason = _why_not(chosen, contact)
    return mail, story.picture, key, f"(The rule {chosen.name} would not mail it: {reason}.)" if reason else ""


def _digest_mail(name: str) -> tuple[Mail, None, str, str]:
    """The next digest of a rule for its first recipient, by what waits for it now."""
    from pipeline.alerts.digest import contents, digest_mail, period_due
    from pipeline.alerts.rules import Delivery
    from pipeline.settings import get_settings
    from pipeline.stages.desk import open_desk
    from pipeline.warehouse.ledger import readers

    settings = get_settings()
    rule = choose(load(), name)
    if rule.delivery is Delivery.IMMEDIATE:
        raise Fault(f"The rule {name} mails at once; a digest needs `delivery: daily` or `weekly`.")
    desk, now, to = open_desk(settings), settings.now(), rule.recipients[0]
    with warehouse() as connection:
        found = contents(connection, desk, rule, to)
        reader = readers(connection).get((rule.name, to))
        # It locked what it read, and changes nothing.
        connection.rollback()
    due = period_due(rule, reader, now) if reader else None
    end = rule.next_digest(now)
    mail = digest_mail(desk, rule, to, due or end.date(), found)
    when = "It is due: the next run sends it." if due else f"The first run after {rule.formats.moment(end)} sends it."
    return mail, None, f"digest-{name}", when


def _write(mail: Mail, picture: bytes | None, name: str, path: Path | None) -> Path:
    """Put the HTML part where a browser can read it. A browser knows no parts of a mail: pictures stand in the page."""
    from pipeline.alerts.mail import CID
    from pipeline.settings import get_settings

    if path is None:
        path = get_settings().home / "previews" / f"{name}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
    data = base64.b64encode(picture or b"").decode()
    try:
        path.write_text(mail.html.replace(f"cid:{CID}", f"data:image/png;base64,{data}"), encoding="utf-8")
    except OSError as fault:
        raise Fault(f"The HTML part cannot be written to {path}: {fault.strerror}.") from fault
    return path


def _when(rule: Rule) -> str:
    """ "at once", "daily, 07:00 Europe/Paris"."""
    from pipeline.alerts.rules import Delivery

    if rule.delivery is Delivery.IMMEDIATE:
        return "at once"
    day = f" {rule.weekday}" if rule.delivery is Delivery.WEEKLY else ""
    return f"{rule.delivery}{day}, {rule.at:%H:%M} {rule.timezone}"


def _days(rule: Rule) -> int:
    from pipeline.settings import get_settings

    return get_settings().alert_max_age_days if rule.max_age_days is None else rule.max_age_days


def _first_told(contact: Contact) -> datetime:
    from pipeline.alerts.rules import last_day

    day = last_day(contact)
    return contact.first_reported_at or (datetime.combine(day, time(), UTC) if day else datetime.now(UTC))


def _why_not(rule: Rule, contact: Contact) -> str | None:
    """The verdict as of the contact's first report: what would have been mailed then."""
    from pipeline.alerts.rules import why_not

    return why_not(rule, contact, _first_told(contact), _days(rule))


def _uuid(text: str) -> str:
    import uuid

    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise Fault(f"{text!r} is no contact id; `hotline contacts` prints them.") from None
