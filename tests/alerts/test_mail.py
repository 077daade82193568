"""The mail says it all, in both parts, and nothing in an article can break out of it."""

from __future__ import annotations

import email
from collections.abc import Callable
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import pytest

from pipeline.alerts.mail import Mail, Source, compose, message_id, render, subject
from pipeline.domain import Contact, Mode, Participant, Status

Build = Callable[..., Contact]
BuildSource = Callable[..., Source]


def mail(contact: Contact, *sources: Source) -> Mail:
    labels = {"deescalation_talks": "De-escalation talks"}
    return render(contact, sources, "leader-contacts", "alerts@localhost", labels)


SUBJECTS = {
    "a call": ({}, "Macron-Putin: phone call, 12 Feb 2022, 1 h 40 min (Elysee)"),
    "without duration or source": (
        {"duration_minutes": None, "attribution": ()},
        "Macron-Putin: phone call, 12 Feb 2022",
    ),
    "talks somewhere": (
        {"mode": Mode.IN_PERSON, "location": "Moscow", "duration_minutes": 300, "attribution": ()},
        "Macron-Putin: talks in person in Moscow, 12 Feb 2022, 5 h",
    ),
    "a visit": (
        {"mode": Mode.VISIT, "location": "Kyiv", "duration_minutes": None, "attribution": ()},
        "Macron-Putin: visit to Kyiv, 12 Feb 2022",
    ),
    "a summit": (
        {"mode": Mode.MULTILATERAL, "location": "Oslo", "duration_minutes": None, "attribution": ()},
        "Macron-Putin: summit in Oslo, 12 Feb 2022",
    ),
    "under way": (
        {"status": Status.ONGOING, "duration_minutes": None, "attribution": ()},
        "Macron-Putin: phone call (under way), 12 Feb 2022",
    ),
}


@pytest.mark.parametrize(("changes", "line"), SUBJECTS.values(), ids=SUBJECTS)
def test_subject(changes: dict[str, Any], line: str, contact: Build) -> None:
    assert subject(contact(**changes)) == line


def test_both_parts_tell_every_fact(contact: Build, source: BuildSource) -> None:
    made = mail(contact(location="Moscow", initiator="Emmanuel Macron"), source())
    for part in (made.text, made.html):
        for fact in (
            "Emmanuel Macron, President (FRA)",
            "Vladimir Putin, President (RUS)",
            "phone call",
            "Saturday, 12 February 2022",
            "1 h 40 min (100 minutes)",
            "Moscow",
            "de-escalation talks, citizens evacuation",
            "4th in recent weeks",
            "Elysee Palace, AFP",
            "2 independent sources (3 outlets)",
            "very likely right (98 of 100)",
            "Northern Wire, 12 Feb 2022, 18:40 UTC",
            "French and Russian presidents spend 100 minutes on the phone",
            "https://example.org/world/macron-putin-call",
            "The two presidents spoke by telephone for an hour and 40 minutes on Saturday, the Elysee said.",
            "7e0c3a3c-2f56-5d5f-a0a4-0b3c1c1f6a01",
            "leader-contacts",
            "alerts@localhost",
            "unsubscribe leader-contacts",
        ):
            assert fact in part, fact


def test_one_source_of_each_family_comes_before_its_copies(contact: Build, source: BuildSource) -> None:
    later = datetime(2022, 2, 12, 20, tzinfo=UTC)
    copies = [source(title=f"Copy {n}", published=later) for n in range(8)]
    made = mail(contact(), *copies, source(title="Own report", family="harbour", outlet="Harbour Post"))
    assert made.text.index("Own report") < made.text.index("Copy 0")
    assert "... and 7 more articles." in made.text
    assert "Copy 1" not in made.text


def test_the_same_contact_makes_the_same_mail(contact: Build, source: BuildSource) -> None:
    one, two = source(), source(outlet="Other", family="other")
    assert mail(contact(), one, two) == mail(contact(), two, one)


EVIL = [
    "<script>alert(1)</script>",
    "Talks\r\nBcc: everyone@example.org\r\n\r\n<b>new body</b>",
    "\u202eevil\u202c \u200bzero\u200dwidth",
    "{{ 7 * 7 }} {% raw %}",
    '"><img src=x onerror=alert(1)>',
    "\x00\x1b]0;title\x07",
]


@pytest.mark.parametrize("text", EVIL)
def test_nothing_in_an_article_breaks_out(text: str, contact: Build, source: BuildSource) -> None:
    evil = contact(
        location=text, initiator=text, attribution=(text,), topics=(text,), reason=text,
        participants=(Participant(text, "FRA", None, text), Participant("Vladimir Putin", "RUS", "Q7747", "President")),
    )  # fmt: skip
    made = mail(evil, source(outlet=text, title=text, quotes=(text,), url="javascript:alert(1)"))
    page = Tags()
    page.feed(made.html)
    assert page.tags <= OURS
    assert not page.handlers
    assert "javascript:" not in made.html + made.text
    assert not {"\r", "\x00", "\x1b", "\u202e", "\u200b", "\u200d"} & set(made.subject + made.text + made.html)
    assert "\n" not in made.subject
    assert "49" not in made.subject
    sent = wire(made)
    assert sent["Bcc"] is None
    assert sent["To"] == "alerts@localhost"
    assert [p.get_content_type() for p in sent.iter_parts()] == ["text/plain", "text/html"]


OURS = {"html", "head", "meta", "title", "style", "body", "div", "table", "tr", "td"}
OURS |= {"h1", "h2", "br", "a", "blockquote"}


class Tags(HTMLParser):
    """The elements and event handlers that a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]


def wire(made: Mail, **changes: Any) -> EmailMessage:
    """The message after a journey through bytes."""
    parts: dict[str, Any] = {
        "subject": made.subject, "text": made.text, "html": made.html, "sender": "Hotline <hotline@example.org>",
        "recipient": "alerts@localhost", "rule": "leader-contacts", "message_id": "<x@example.org>",
        "as_of": datetime(2022, 2, 16, 6, tzinfo=UTC),
    }  # fmt: skip
    raw = compose(**{**parts, **changes}).as_bytes()
    assert max(len(line) for line in raw.splitlines()) <= 998
    assert raw.isascii()
    return email.message_from_bytes(raw, _class=EmailMessage, policy=policy.default)


def test_headers_that_tools_understand(contact: Build, source: BuildSource) -> None:
    sent = wire(mail(contact(), source()))
    assert sent["From"] == "Hotline <hotline@example.org>"
    assert sent["Subject"] == "Macron-Putin: phone call, 12 Feb 2022, 1 h 40 min (Elysee)"
    assert sent["Date"] == "Wed, 16 Feb 2022 06:00:00 +0000"
    assert sent["List-Id"] == "Hotline alerts <leader-contacts.hotline.example.org>"
    assert sent["List-Unsubscribe"] == "<mailto:hotline@example.org?subject=unsubscribe%20leader-contacts>"
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent.get_content_type() == "multipart/alternative"


def test_the_picture_stands_inside_the_page_with_words_for_it(contact: Build, source: BuildSource) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
    made = render(contact(), [source()], "r", "a@example.org", {}, ["the first <b> since"], 'a "timeline"')
    text, page = wire(made, picture=picture).iter_parts()
    assert page.get_content_type() == "multipart/related"
    html, image = page.iter_parts()
    assert (image.get_content(), image["Content-ID"]) == (picture, "<timeline>")
    assert image.get_content_disposition() == "inline"
    assert 'src="cid:timeline" alt="a &#34;timeline&#34;"' in html.get_content()
    assert "the first &lt;b&gt; since" in html.get_content()
    assert "Why news    the first <b> since" in text.get_content()


def test_without_a_picture_the_page_asks_for_none(contact: Build, source: BuildSource) -> None:
    assert "cid:" not in mail(contact(), source()).html


def test_letters_of_all_scripts_arrive(contact: Build, source: BuildSource) -> None:
    made = mail(contact(attribution=("Élysée",)), source(title="Зеленський і Макрон", quotes=("习近平" * 100,)))
    sent = wire(made)
    assert sent["Subject"].endswith("(Élysée)")
    text, html = [p.get_content() for p in sent.iter_parts()]
    assert "Зеленський і Макрон" in text
    assert "习近平" * 100 in html


def test_a_line_end_in_a_header_is_refused_not_sent(contact: Build, source: BuildSource) -> None:
    made = mail(contact(), source())
    with pytest.raises(ValueError, match="linefeed"):
        wire(made, subject="Talks\nBcc: x@example.org")


def test_the_message_id_depends_on_contact_rule_and_recipient_alone() -> None:
    ids = {
        message_id("c", "r", "a@b", "d"),
        message_id("c2", "r", "a@b", "d"),
        message_id("c", "r2", "a@b", "d"),
        message_id("c", "r", "a2@b", "d"),
    }
    assert len(ids) == 4
    assert message_id("c", "r", "A@b", "d") in ids


def test_a_headline_is_not_quoted_below_itself(contact: Build, source: BuildSource) -> None:
    title = source().title
    made = mail(contact(), source(quotes=(title, "They spoke.")))
    assert made.text.count(title) == 1
    assert "> They spoke." in made.text
