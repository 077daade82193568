"""What mail programs choke on, or strip, or hide, is in none of our mails."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

from pipeline.alerts.digestmail import Entry, render_digest
from pipeline.alerts.formats import Formats
from pipeline.alerts.mail import Dress, Mail, Source, notice, render
from pipeline.domain import Contact, Participant

Build = Callable[..., Contact]
BuildSource = Callable[..., Source]

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>\r\n\u202e&amp;{{ 7*7 }}'
# Gmail cuts a mail off behind this many bytes.
LONGEST = 102_000
VOID = {"meta", "br", "img", "link", "hr", "input"}
# Elements that every mail program shows, and that run, load or post nothing.
HARMLESS = {
    "html", "head", "meta", "title", "style", "body", "div", "span", "table", "tr", "td", "h1", "h2", "p", "br", "a",
    "img", "blockquote", "strong", "em", "pre", "ul", "ol", "li",
}  # fmt: skip


class Page(HTMLParser):
    """Reads a page and keeps what a lint asks for."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.faults: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        self.faults += [f"<{tag}> is never closed" for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")


def lint(html: str) -> list[str]:
    """The faults of the HTML part of a mail, in words."""
    page = Page(html)
    return [*page.faults, *_document(html, page), *(fault for tag in page.tags for fault in _element(*tag))]


def _document(html: str, page: Page) -> Iterator[str]:
    metas = {attrs.get("name", ""): attrs for tag, attrs in page.tags if tag == "meta"}
    if not html.startswith("<!DOCTYPE html>"):
        yield "no doctype: old layout rules apply"
    if not any(tag == "html" and attrs.get("lang") for tag, attrs in page.tags):
        yield "no language: screen readers guess one"
    if not any("charset" in attrs for tag, attrs in page.tags if tag == "meta"):
        yield "no charset"
    if "viewport" not in metas:
        yield "no viewport: phones shrink it"
    for name in ("color-scheme", "supported-color-schemes"):
        if "dark" not in metas.get(name, {}).get("content", ""):
            yield f"no {name} with dark: programs invert its colours by themselves"
    if "prefers-color-scheme: dark" not in html:
        yield "no colours for dark mode"
    if not any("max-width:600px" in attrs.get("style", "") for tag, attrs in page.tags if tag == "table"):
        yield "no table of 600 px around it all"
    if len(html.encode()) > LONGEST:
        yield f"{len(html.encode())} bytes: Gmail cuts it off"
    style = "".join(re.findall(r"<style>(.*?)</style>", html, re.DOTALL)) + "".join(
        attrs.get("style", "") for _, attrs in page.tags
    )
    for bad in re.findall(r"@import|url\(|expression\(|position:\s*(?:fixed|absolute)|javascript:", style):
        yield f"{bad!r} in a style"


def _element(tag: str, attrs: dict[str, str]) -> Iterator[str]:
    if tag not in HARMLESS:
        yield f"<{tag}> is stripped, or runs or loads something"
    for name in attrs:
        if name.startswith("on") or name in ("srcset", "background", "formaction"):
            yield f"{name} in <{tag}>"
    if tag == "img" and not (attrs.get("src", "").startswith("cid:") and attrs.get("alt") and attrs.get("width")):
        yield "a picture must come with the mail (cid:), and have words and a width"
    if tag == "a" and not re.match(r"https?://[^\s\"'<>]+$|mailto:", attrs.get("href", "")):
        yield f"a link to {attrs.get('href')!r}"
    if tag == "table" and attrs.get("role") != "presentation":
        yield "a table that screen readers read out as one"
    widths = [int(w) for w in re.findall(r"(?<![-\w])width:(\d+)px", attrs.get("style", ""))]
    if attrs.get("width", "").isdigit():
        widths.append(int(attrs["width"]))
    if any(width > 600 for width in widths):
        yield f"<{tag}> is wider than 600 px"


DRESS = Dress(
    {"deescalation_talks": "De-escalation talks"},
    Formats("fr", "Europe/Paris"),
    {},
    "https://hotline.example.org/leader-contacts",
    (("Right", "https://hotline.example.org/f?a=1&b=2"), ("Wrong", "https://hotline.example.org/f?a=1&b=3")),
)


def evil(contact: Build) -> Contact:
    people = (Participant(EVIL, "FRA", None, EVIL), Participant("Vladimir Putin", "RUS", "Q7747", EVIL))
    return contact(participants=people, location=EVIL, topics=(EVIL,), attribution=(EVIL,), reason=EVIL, initiator=EVIL)


def evil_source(source: BuildSource) -> Source:
    return source(outlet=EVIL, title=EVIL, quotes=(EVIL,), url="javascript:alert(1)")


def all_mails(contact: Build, source: BuildSource) -> dict[str, Mail]:
    """One of each kind, plain and hostile."""
    args: tuple[Any, ...] = ("a-rule", "a@example.org")
    entries = [
        Entry(
            contact(
                contact_id=f"7e0c3a3c-2f56-5d5f-a0a4-0b3c1c1f6a{n:02}", occurred_on=date(2022, 2, 12) - timedelta(n)
            ),
            ("the first contact of the two since 7 Feb 2022 (visit in Moscow)",),
            source(),
        )
        for n in range(60)
    ]
    bad = Entry(evil(contact), (EVIL,), evil_source(source), (EVIL,))
    day = date(2022, 2, 16)
    return {
        "contact": render(contact(), [source()], *args, news=["first"], picture_alt="a timeline", dress=DRESS),
        "bare": render(contact(attribution=(), topics=(), reason=""), [], *args),
        "update": render(contact(), [source()], *args, changes=["status: occurred, now denied"], dress=DRESS),
        "hostile": render(evil(contact), [evil_source(source)], *args, None, [EVIL], EVIL, [EVIL], DRESS),
        "digest": render_digest(*args, day, entries, entries[:1], DRESS),
        "hostile digest": render_digest(*args, day, [bad], [bad], DRESS),
        "notice": Mail(
            "Hotline: 1 feed", text := "Hotline: 1 feed.\n\n  feed <b>\n", notice("Hotline: 1 feed", text, "x")
        ),
        "empty digest": render_digest(*args, day, [], [], Dress()),
    }


@pytest.mark.parametrize(
    "kind", ["contact", "bare", "update", "hostile", "digest", "hostile digest", "empty digest", "notice"]
)
def test_every_mail_passes(kind: str, contact: Build, source: BuildSource) -> None:
    mail = all_mails(contact, source)[kind]
    assert lint(mail.html) == []
    assert "\n" not in mail.subject
    assert not {"\r", "\u202e"} & set(mail.subject + mail.text + mail.html)
    assert "<script>" not in mail.html
    assert "javascript:" not in mail.text + mail.html
    assert max(len(line) for line in mail.text.splitlines()) < 998


def test_links_for_readers_stand_in_both_parts(contact: Build, source: BuildSource) -> None:
    mail = all_mails(contact, source)["contact"]
    page = "https://hotline.example.org/leader-contacts/contact/7e0c3a3c-2f56-5d5f-a0a4-0b3c1c1f6a01"
    for part in (mail.text, mail.html):
        assert page in part
        assert "change the rule there" in part
    assert "https://hotline.example.org/f?a=1&b=2" in mail.text
    assert 'href="https://hotline.example.org/f?a=1&amp;b=2"' in mail.html


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ("<script>x</script>", "<script> is stripped"),
        ('<img src="https://x.test/pixel.gif" alt="" width="1">', "must come with the mail"),
        ('<img src="cid:a" width="20">', "must come with the mail"),
        ('<a href="javascript:alert(1)">x</a>', "a link to"),
        ('<td onclick="x">', "onclick in <td>"),
        ('<table role="presentation" width="720"></table>', "wider than 600 px"),
        ('<div style="background:url(https://x.test/a.png)"></div>', "'url(' in a style"),
        ("<div>", "<div> is never closed"),
        ("<p>", "no colours for dark mode"),
    ],
)
def test_the_lint_finds_what_it_is_for(html: str, fault: str) -> None:
    assert any(fault in found for found in lint(html))
