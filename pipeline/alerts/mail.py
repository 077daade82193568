"""One contact as an e-mail: a subject that says it all, a text and an HTML part, and headers that tools understand."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline.alerts import phrases
from pipeline.alerts.capitals import Capitals, clocks
from pipeline.alerts.formats import ENGLISH, Formats
from pipeline.alerts.plain import plain, safe_link
from pipeline.domain import Contact, Mode, Status

# A mail is read in a minute: a few sources in full, the rest as a number.
MOST_SOURCES = 6
MOST_QUOTES = 2
QUOTE_LENGTH = 400
# Long enough that no Message-ID or link is folded: some readers trip over a header that starts on its second line.
WIRE = SMTP.clone(max_line_length=300)
TITLE_LENGTH = 200
CID = "timeline"  # Content-ID of the inline picture


@dataclass(frozen=True, slots=True)
class Source:
    """One article that reports the contact. `quotes` are its evidence sentences, `url` as published."""

    outlet: str
    family: str
    url: str | None
    title: str
    published: datetime | None
    quotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dress:
    """What the mails of a rule have in common, whatever they tell.

    `labels` are readers' words for topic ids, `capitals` the clocks that stand beside a time, `page` the address of the
    page of contacts (no link without it). `feedback` are words and addresses by which readers say what they think of a
    mail.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    formats: Formats = ENGLISH
    capitals: Capitals = field(default_factory=dict)
    page: str | None = None
    feedback: tuple[tuple[str, str], ...] = ()

    def contact_page(self, contact_id: str) -> str | None:
        """Where a browser shows the contact."""
        return safe_link(f"{self.page.rstrip('/')}/contact/{contact_id}") if self.page else None


PLAIN_DRESS = Dress()


@dataclass(frozen=True, slots=True)
class Mail:
    """What a reader gets: both parts say the same."""

    subject: str
    text: str
    html: str


def render(
    contact: Contact,
    sources: Sequence[Source],
    rule: str,
    recipient: str,
    labels: Mapping[str, str] | None = None,
    news: Sequence[str] = (),
    picture_alt: str | None = None,
    changes: Sequence[str] = (),
    dress: Dress = PLAIN_DRESS,
) -> Mail:
    """The mail about `contact` that `rule` sends to `recipient`. Pure.

    `labels`, where given, stand for those of `dress`. `news` says why the contact is news (novelty.told), `picture_alt`
    what the inline picture shows that `compose` is going to be handed. In a follow-up, `changes` are what has become
    otherwise.
    """
    dress = dress if labels is None else replace(dress, labels=labels)
    view = _view(contact, sources, rule, recipient, dress, news)
    view |= {
        "picture_alt": plain(picture_alt, 500) if picture_alt else None,
        "cid": CID,
        "changes": [plain(c, 200) for c in changes],
    }
    return print_mail("contact", subject(contact, dress.formats), view)


def print_mail(template: str, subject: str, view: Mapping[str, object]) -> Mail:
    """Both parts of a mail from the templates of that name."""
    environment = _environment()
    return Mail(
        subject=subject,
        text=re.sub(r"\n{3,}", "\n\n", environment.get_template(f"{template}.txt").render(view)).strip() + "\n",
        html=environment.get_template(f"{template}.html").render(view),
    )


def notice(subject: str, text: str, named_in: str) -> str:
    """The HTML part of a mail to those who run the installation; `named_in` is what names its recipient."""
    lines = text.removeprefix(f"{subject}.").strip("\n").split("\n")
    view = {"headline": subject, "lines": lines, "named_in": named_in}
    return _environment().get_template("notice.html").render(view)


def subject(contact: Contact, formats: Formats = ENGLISH, *, dated: bool = True) -> str:
    """ "Macron-Putin: phone call, 12 Feb 2022, 1 h 40 min (Elysee)"; without the day unless `dated`."""
    parts = [_how_and_where(contact)]
    if contact.status is Status.ONGOING:
        parts[0] += " (under way)"
    if dated:
        parts.append(phrases.when_short(contact, formats))
    if contact.duration_minutes:
        parts.append(formats.duration(contact.duration_minutes))
    said = phrases.voice(contact.attribution[0]) if contact.attribution else ""
    return f"{phrases.headline_names(contact)}: {', '.join(parts)}{f' ({said})' if said else ''}"


def _how_and_where(contact: Contact) -> str:
    """ "visit to Kyiv", "summit in Oslo"; a call is nowhere."""
    how, place = phrases.MODES[contact.mode], plain(contact.location or "", 40)
    if contact.mode is Mode.MULTILATERAL:
        how = "summit"
    if not place or contact.mode not in (Mode.VISIT, Mode.IN_PERSON, Mode.MULTILATERAL):
        return how
    return f"{how} {'to' if contact.mode is Mode.VISIT else 'in'} {place}"


def message_id(contact_id: str, rule: str, recipient: str, domain: str) -> str:
    """The same for the same contact, rule and recipient, in every attempt: so that a doubled send can be recognised."""
    digest = hashlib.sha256(f"{rule}\n{recipient.casefold()}".encode()).hexdigest()[:16]
    return f"<{contact_id}.{digest}@{domain}>"


def domain_of(address: str) -> str:
    """The domain of the sender's address: "localhost" for "Hotline <hotline@localhost>"."""
    return parseaddr(address)[1].rpartition("@")[2] or "localhost"


def compose(
    *,
    subject: str,
    text: str,
    html: str,
    sender: str,
    recipient: str,
    rule: str,
    message_id: str,
    as_of: datetime,
    picture: bytes | None = None,
    in_reply_to: str | None = None,
) -> EmailMessage:
    """The message as it goes over the wire, with the PNG `picture` inside.

    Raises ValueError on line ends in a header: nothing is silently dropped.
    """
    name, address = parseaddr(sender)
    message = EmailMessage(policy=WIRE)
    message["From"] = formataddr((name or "Hotline", address))
    message["To"] = recipient
    message["Subject"] = subject
    message["Date"] = format_datetime(as_of)
    message["Message-ID"] = message_id
    if in_reply_to:
        message["In-Reply-To"] = message["References"] = in_reply_to
    message["List-Id"] = f"Hotline alerts <{rule}.hotline.{domain_of(sender)}>"
    message["List-Unsubscribe"] = f"<mailto:{address}?subject=unsubscribe%20{rule}>"
    # RFC 3834: so that out-of-office robots keep quiet.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    if picture is not None:
        page = message.get_body(("html",))
        assert page is not None
        page.add_related(picture, "image", "png", cid=f"<{CID}>", filename=f"{CID}.png", disposition="inline")
    return message


def _view(
    contact: Contact, sources: Sequence[Source], rule: str, recipient: str, dress: Dress, news: Sequence[str]
) -> dict[str, object]:
    """Everything the templates print, as plain lines: they decide nothing."""
    formats, shown = dress.formats, choose(sources)
    people = [f"{plain(p.name, 80)}, {plain(p.office, 60)} ({plain(p.country, 6)})" for p in contact.participants]
    facts = [("Who", people), ("How", [_how(contact)]), ("When", [phrases.when_long(contact, formats)])]
    if contact.duration_minutes:
        minutes = contact.duration_minutes
        exact = f" ({formats.number(minutes)} minutes)" if minutes > 60 else ""
        facts.append(("How long", [formats.duration(minutes) + exact]))
    if contact.location:
        facts.append(("Where", [plain(contact.location, 100)]))
    if contact.initiator:
        facts.append(("Sought by", [plain(contact.initiator, 100)]))
    if contact.topics:
        facts.append(("About", [", ".join(phrases.topic(t, dress.labels) for t in contact.topics)]))
    if news:
        facts.append(("Why news", [plain(line, 200) for line in news]))
    elif contact.ordinal:
        facts.append(("Which", [f"{phrases.ordinal(contact.ordinal)}, by the reports' own count"]))
    if contact.attribution:
        facts.append(("Says who", [", ".join(plain(a, 60) for a in contact.attribution[:5])]))
    facts.append(("Sources", [sources_line(contact, formats)]))
    # Reports tell the day of a contact and no hour: the one time that is known is that of the first report.
    if contact.first_reported_at:
        beside = clocks(contact.first_reported_at, contact.participants, dress.capitals)
        told = formats.moment(contact.first_reported_at) + (f" ({beside})" if beside else "")
        facts.append(("First told", [told]))
    facts.append(("Confidence", [confidence_line(contact)]))
    return {
        "headline": subject(contact, formats),
        "facts": facts,
        "sources": [source_view(source, formats) for source in shown],
        "more": len(sources) - len(shown),
        "reason": plain(contact.reason, 600),
        "contact_id": plain(contact.contact_id, 40),
        "page": dress.contact_page(contact.contact_id),
        "feedback": dress.feedback,
        "rule": rule,
        "recipient": recipient,
    }


def confidence_line(contact: Contact) -> str:
    """ "very likely right (98 of 100)"."""
    return f"{phrases.confidence(contact.confidence)} ({min(round(contact.confidence * 100), 99)} of 100)"


def _how(contact: Contact) -> str:
    how = phrases.MODES[contact.mode]
    return f"{how}, under way when reported" if contact.status is Status.ONGOING else how


def sources_line(contact: Contact, formats: Formats = ENGLISH) -> str:
    """ "2 independent sources (3 outlets)"."""
    families, outlets = len(contact.families), len(contact.outlets)
    independent = "one source" if families == 1 else f"{formats.number(families)} independent sources"
    if outlets > families:
        independent += f" ({formats.number(outlets)} outlets)"
    return independent


def choose(sources: Sequence[Source]) -> list[Source]:
    """The earliest article of each family first, then the others, earliest first."""
    ordered = sorted(sources, key=lambda s: (s.published is None, s.published or 0, s.outlet, s.title))
    firsts = {source.family: source for source in reversed(ordered)}
    return [s for s in ordered if firsts[s.family] is s][:MOST_SOURCES] or ordered[:MOST_SOURCES]


def source_view(source: Source, formats: Formats = ENGLISH) -> dict[str, object]:
    """A source as the templates print it."""
    return {
        "outlet": plain(source.outlet, 80),
        "title": plain(source.title, TITLE_LENGTH) or "(no title)",
        "url": safe_link(source.url),
        "published": formats.moment(source.published) if source.published else "no time given",
        "quotes": quotes_of(source)[:MOST_QUOTES],
    }


def quotes_of(source: Source) -> list[str]:
    """Its evidence sentences, made plain; not its headline, which stands above them."""
    headline = plain(source.title, TITLE_LENGTH)
    return [quote for q in source.quotes if (quote := plain(q, QUOTE_LENGTH)) and quote != headline]


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).resolve().parent / "templates"),
        autoescape=lambda name: bool(name) and str(name).endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
