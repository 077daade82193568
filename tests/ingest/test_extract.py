"""From bytes to an article: what is kept, what is left out, and that nothing crashes or hangs it."""

from __future__ import annotations

import json
import random
import time
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.domain import Reason
from pipeline.ingest.extract import Extracted, Hint, extract

URL = "https://news.example/world/macron-putin"
LEAD = "French President Emmanuel Macron and his Russian counterpart Vladimir Putin spoke by phone on Saturday."
SECOND = "It was their fourth conversation in recent weeks, the Elysee Palace said, and it took an hour and 40 minutes."
THIRD = "Both stressed that the dialogue had to go on, and agreed to stay in contact over the days to come."
BODY = f"<p>{LEAD}</p><p>{SECOND}</p><p>{THIRD}</p>"
TITLE = "Macron and Putin speak by phone again"


def page(
    body: str = BODY,
    head: str = "",
    title: str = f"<title>{TITLE} | The Wire</title>",
    lang: str = "en",
    before: str = "",
) -> bytes:
    return f"""<!doctype html><html lang="{lang}"><head>{title}{head}</head><body>{before}
    <nav><a href="/">Home</a> <a href="/world">World</a></nav><article><h1>{TITLE}</h1>{body}</article>
    <footer>Copyright The Wire. All rights reserved.</footer></body></html>""".encode()


def ld(**fields: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **fields})}</script>'


def read(body: bytes, **options: object) -> Extracted:
    return extract(body, URL, None, Hint(**options) if options else None)  # type: ignore[arg-type]


def test_an_article_is_its_paragraphs_one_a_line_and_nothing_around_them() -> None:
    found = read(page())
    assert (found.reason, found.title, found.language) == (None, TITLE, "en")
    assert found.text.split("\n") == [LEAD, SECOND, THIRD]


@pytest.mark.parametrize(
    "clutter",
    [
        "<figure><img src=x><figcaption>Vladimir Putin in Sochi in May 2018</figcaption></figure>",
        "<p class='wp-caption-text'>Vladimir Putin in Sochi in May 2018</p>",
        "<div class='article__image-caption'>Vladimir Putin in Sochi in May 2018</div>",
        "<span class='imageCaption'>Vladimir Putin in Sochi in May 2018</span>",
        "<aside>Vladimir Putin in Sochi in May 2018</aside>",
        "<script>var x = 'Vladimir Putin in Sochi in May 2018'</script>",
        "<!-- Vladimir Putin in Sochi in May 2018 -->",
        "<nav>Vladimir Putin in Sochi in May 2018</nav>",
    ],
)
def test_captions_and_clutter_stay_out(clutter: str) -> None:
    text = read(page(f"<p>{LEAD}</p>{clutter}<p>{SECOND}</p><p>{THIRD}</p>")).text
    assert "Sochi" not in text and LEAD in text and THIRD in text


def test_a_paragraph_after_a_caption_is_kept() -> None:
    body = f"<p>{LEAD}</p><p><span class='caption'>Putin in Sochi</span>{SECOND}</p><p>{THIRD}</p>"
    assert read(page(body)).text.split("\n") == [LEAD, SECOND, THIRD]


def test_a_page_laid_out_in_tables_keeps_its_paragraphs() -> None:
    body = f"<table><tr><td width=160>World<br>Sport</td><td><h1>{TITLE}</h1>{BODY}</td></tr></table>"
    html = f"<html><head><title>{TITLE}</title></head><body>{body}</body></html>"
    assert read(html.encode()).text.split("\n")[-3:] == [LEAD, SECOND, THIRD]


def test_lines_of_section_author_and_date_before_the_text_are_left_out() -> None:
    html = f"<html><body><main><p>WORLD</p><h1>{TITLE}</h1><p>By Ann Lee</p>{BODY}</main></body></html>"
    assert read(html.encode()).text.split("\n")[0] == LEAD


def test_text_is_nfc_without_control_and_invisible_characters() -> None:
    text = read(page(BODY.replace("Elysee", "E\u0301lyse\u0301e").replace("fourth", "fo\u200bur\u202eth\x00"))).text
    assert "Élysée" in text and "fourth" in text


def test_a_body_that_only_json_ld_holds_is_taken_from_there() -> None:
    words = " ".join([LEAD, SECOND, THIRD, LEAD.replace("Saturday", "Sunday")])
    html = page("", ld(headline=TITLE, articleBody=words))
    assert read(html).text == words


@pytest.mark.parametrize(
    ("head", "title"),
    [
        (ld(headline="From JSON-LD"), "From JSON-LD"),
        (ld(headline="Cut off in JSON-…") + "<meta property='og:title' content='From OpenGraph'>", "From OpenGraph"),
        ("<meta property='og:title' content='From OpenGraph'>", "From OpenGraph"),
        (
            "<meta property='og:site_name' content='The Wire'><meta property='og:title' content='A - B - The Wire'>",
            "A - B",
        ),
        ("<meta property='og:title' content='Tom &amp;amp; Ann &lt;b&gt;meet&lt;/b&gt;'>", "Tom & Ann meet"),
        ("", TITLE),
    ],
)
def test_the_title_comes_from_the_best_place(head: str, title: str) -> None:
    assert read(page(head=head)).title == title


def test_without_any_title_on_the_page_the_feeds_is_used() -> None:
    html = f"<html><body><article>{BODY}</article></body></html>".encode()
    assert read(html, title="The feed's title").title == "The feed's title"


AT = datetime(2022, 2, 12, 17, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("head", "before", "published", "source"),
    [
        (ld(datePublished="2022-02-12T18:40:00+01:00"), "", AT, "jsonld"),
        (ld(datePublished="2022-02-12T18:40:00"), "", AT, "jsonld"),  # the outlet's own time zone
        (ld(datePublished="2022-02-12"), "", date(2022, 2, 12), "jsonld"),
        (ld(datePublished="garbage"), "<time datetime='2022-02-12T17:40Z'>x</time>", AT, "time"),
        ("<meta property='article:published_time' content='2022-02-12T17:40:00Z'>", "", AT, "og"),
        ("<meta name='parsely-pub-date' content='2022-02-12T17:40:00Z'>", "", AT, "meta"),
        ("<meta name='pubdate' content='Sat, 12 Feb 2022 17:40:00 GMT'>", "", AT, "meta"),
        ("<meta itemprop='datePublished' content='2022-02-12T17:40:00Z'>", "", AT, "meta"),
        ("", "<time datetime='2022-02-12T17:40:00Z'>Saturday</time>", AT, "time"),
        (
            '<script type="application/ld+json">{"@graph": [{"@type": "WebSite"}, {"@type": ["NewsArticle"], '
            '"datePublished": "2022-02-12T17:40:00Z",}]}</script>',
            "",
            AT,
            "jsonld",
        ),
        ('<script type="application/ld+json"><!-- not json at all --></script>', "", None, None),
    ],
)
def test_the_date_comes_from_the_best_place(head: str, before: str, published: object, source: str | None) -> None:
    found = read(page(head=head, before=before), timezone="Europe/Paris")
    assert (found.published, found.published_source) == (published, source)


def test_of_several_articles_in_json_ld_the_pages_own_counts() -> None:
    head = ld(url="https://news.example/other", headline="Another", datePublished="2020-01-01") + ld(
        url=URL + "?utm_source=x", headline="This one", datePublished="2022-02-12"
    )
    found = read(page(head=head))
    assert (found.title, found.published) == ("This one", date(2022, 2, 12))


def test_a_page_without_date_takes_the_feeds_and_with_neither_has_none() -> None:
    assert read(page(), published=AT).published == AT
    assert read(page(), published=AT).published_source == "feed"
    beside = page(before="<aside><time datetime='2020-01-01'>an older story</time></aside>")
    assert read(beside, published=AT).published == AT
    assert read(page()).published is None


def test_a_day_on_the_page_and_a_time_in_the_feed_make_one_time() -> None:
    day = page(head=ld(datePublished="2022-02-13"))
    late = datetime(2022, 2, 12, 23, 30, tzinfo=UTC)  # the 13th already in Paris
    assert read(day, published=late, timezone="Europe/Paris").published == late
    assert read(day, published=datetime(2022, 2, 20, tzinfo=UTC)).published == date(2022, 2, 13)


def test_the_day_in_the_address_overrules_a_feed_that_republishes() -> None:
    url = "https://news.example/2022/feb/12/story"
    assert extract(page(), url, None, Hint(published=AT)).published == AT
    assert extract(page(), url, None, Hint(published=datetime(2022, 6, 1, tzinfo=UTC))).published == date(2022, 2, 12)
    assert extract(page(), url).published_source == "url"


def test_a_date_after_the_fetch_is_nobodys() -> None:
    head = ld(datePublished="2031-01-01T00:00:00Z")
    found = read(page(head=head), published=AT, fetched_at=datetime(2022, 2, 13, tzinfo=UTC))
    assert (found.published, found.published_source) == (AT, "feed")


@pytest.mark.parametrize(
    ("head", "body", "byline"),
    [
        (ld(author={"@type": "Person", "name": "Ann Lee"}), "", "Ann Lee"),
        (ld(author=[{"name": "Ann Lee"}, {"name": "Bo Li"}]), "", "Ann Lee, Bo Li"),
        (ld(author="By Ann Lee"), "", "Ann Lee"),
        ("<meta name='author' content='Ann Lee'>", "", "Ann Lee"),
        ("<meta property='article:author' content='https://facebook.com/x'>", "", None),
        ("", "<a rel='author'>Ann Lee</a>", "Ann Lee"),
        ("", "<div class='author-line'>By <b>Ann Lee</b> PUBLISHED: 10:20, 12 February</div>", "Ann Lee"),
        ("", "", None),
    ],
)
def test_the_byline(head: str, body: str, byline: str | None) -> None:
    assert read(page(body + BODY, head)).byline == byline


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("https://news.example/a", "https://news.example/a"),
        ("/a", "https://news.example/a"),
        ("javascript:void(0)", None),
        ("", None),
    ],
)
def test_the_canonical_address_is_absolute_http_or_nothing(href: str, expected: str | None) -> None:
    assert read(page(head=f"<link rel='canonical' href='{href}'>")).canonical_url == expected


@pytest.mark.parametrize("codec", ["utf-8", "cp1252", "utf-16", "iso8859-15"])
def test_the_text_is_right_whatever_the_encoding(codec: str) -> None:
    html = page(BODY.replace("Elysee", "Élysée"), f"<meta charset='{codec}'>").decode().encode(codec)
    assert "Élysée Palace" in extract(html, URL, f"text/html; charset={codec}").text


def test_a_wrong_charset_in_the_header_does_not_spoil_utf_8() -> None:
    html = page(BODY.replace("Elysee", "Élysée"))
    assert "Élysée Palace" in extract(html, URL, "text/html; charset=iso-8859-1").text


FRENCH = (
    "<p>Le président de la République s'est entretenu samedi avec son homologue russe. Les deux chefs d'État ont parlé "
    "de la situation en Ukraine et des moyens de poursuivre le dialogue dans les jours qui viennent.</p>"
)
RUSSIAN = "<p>Президент России провёл в субботу телефонный разговор с президентом Франции, сообщили в Кремле.</p>"


@pytest.mark.parametrize(
    ("body", "lang", "language", "refused"),
    [
        (FRENCH * 2, "fr", "fr", True),
        (FRENCH * 2, "en", "fr", True),
        (RUSSIAN * 3, "ru", "ru", True),
        (BODY, "ru", "en", False),
        (BODY, "", "en", False),
        (f"<p>{LEAD}</p>", "en-GB", "en", False),
    ],
    ids=["French", "French that says English", "Russian", "English that says Russian", "English unsaid", "a short one"],
)
def test_only_what_is_clearly_not_english_is_refused(body: str, lang: str, language: str, refused: bool) -> None:
    found = read(page(body, lang=lang))
    assert found.language == language
    assert found.reason is (Reason.UNSUPPORTED_LANGUAGE if refused else None)
    assert found.text


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", Reason.NO_TEXT),
        (b"\0" * 5000, Reason.NO_TEXT),
        (b"%PDF-1.7 ...", Reason.UNREADABLE),
        (b"\x89PNG\r\n\x1a\n....", Reason.UNREADABLE),
        (random.Random(7).randbytes(4000).replace(b"<", b"x"), Reason.UNREADABLE),
        (page("<img src=a><img src=b>"), Reason.NO_TEXT),
        (page("<p>For Tuesday read Thursday.</p>"), Reason.TOO_SHORT),
    ],
    ids=["nothing", "nulls", "a PDF", "an image", "noise", "a gallery", "an erratum"],
)
def test_what_holds_no_article_has_a_reason(body: bytes, reason: Reason) -> None:
    found = read(body)
    assert found.reason in (reason, Reason.TOO_SHORT if reason is Reason.NO_TEXT else reason) and found.detail


P = "<p>The two presidents spoke by phone on Saturday for an hour, the Kremlin said in statement number {}.</p>"


@pytest.mark.parametrize(
    "body",
    [
        "".join(P.format(n) for n in range(30_000)),
        "<b>" * 1_500_000,
        "<div class='caption author'>" * 40_000 + BODY,
        "<table>" + "<tr><td><p>some words in a cell</p></td><td>7</td></tr>" * 8_000,
        "<div><div><p>some words in a cell</p></div></div>" * 8_000,
        "<" * 2_000_000,
        "<!--" * 300_000,
        "<script type='application/ld+json'>" + "[" * 500_000 + "</script>" + BODY,
        "<p>" + "a" * 4_000_000,
        "<p>" + "subscribe to " * 200_000,
        "<p>" + " \n" * 1_000_000,
    ],
    ids=["30,000 paragraphs", "tags", "deep", "cells", "divs", "angles", "comments", "brackets", "a word", "prompts",
         "blanks"],
)  # fmt: skip
def test_a_pathological_page_neither_crashes_nor_hangs(body: str) -> None:
    began = time.process_time()
    read(page(body))
    assert time.process_time() - began < 20


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=800))
def test_no_bytes_crash_it(body: bytes) -> None:
    found = read(body)
    assert found.text or found.reason


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_no_damage_to_a_page_crashes_it(data: st.DataObject) -> None:
    body = bytearray(page(head=ld(datePublished="2022-02-12", author={"name": "Ann Lee"})))
    del body[data.draw(st.integers(0, len(body))) :]
    for _ in range(data.draw(st.integers(0, 6))):
        place = data.draw(st.integers(0, max(0, len(body) - 1)))
        body[place : place + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=8))
    found = read(bytes(body), title="x")
    assert found.text or found.reason
    (found.title + found.text + (found.byline or "")).encode("utf-8")


def test_a_lone_surrogate_in_json_ld_does_not_survive() -> None:
    head = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "A \\ud83d talk"}</script>'
    assert read(page(head=head)).title == "A talk"
