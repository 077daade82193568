"""HTML made harmless to parse, and the few things that are read off its tree besides the article's text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree, html
from trafilatura.utils import load_html

from pipeline.ingest.text import clean, xml_safe

# trafilatura takes a second for 10,000 paragraphs. News pages have some thousands; what lies behind this is cut off.
MOST_TAGS = 40_000
MOST_DESCRIBING = 2_000
MOST_CHARACTERS = 5_000_000
_CAPTION = re.compile(r"caption|(?:photo|image|img|picture)[-_]?(?:credit|title)|photo__title", re.IGNORECASE)
_LONGEST_CAPTION = 80
_AUTHOR_CLASS = re.compile(r"(?:^|[\s_-])(?:byline|author)(?:[_-]*(?:name|line))?(?:\s|$)", re.IGNORECASE)
_BY = re.compile(r"^\W*by\s+", re.IGNORECASE)
_AFTER_AUTHOR = re.compile(r"\b(?:published|updated|posted|last modified)\b|\d", re.IGNORECASE)
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}\.?"
_DAY = re.compile(
    rf"\b(?:{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? (?:19|20)\d\d|\d{{1,2}}(?:st|nd|rd|th)? {_MONTH},? (?:19|20)\d\d"
    r"|(?:19|20)\d\d[-/]\d\d[-/]\d\d|\d{1,2}([./])\d{1,2}\1(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\d{4}|\d[./]\d")
_CHANGED = re.compile(
    r"\b(?:updated?|modified|changed|edited|reviewed|until|through|from)\b\W*(?:on\W*|at\W*)?$", re.IGNORECASE
)
_BESIDE = ("aside", "nav", "footer")
_LONGEST_LINE = 120
# Characters of text on either side of the headline's beginning: a subtitle, a line of authors; a date above it.
_BEHIND_HEADLINE, _BEFORE_HEADLINE = 900, 100
_MOST_DAYS = 20
# A line that gives a date has a few other words: authors, a place, an hour.
_MOST_WORDS, _MOST_WORDS_OF_PARAGRAPH = 14, 25
_HUGE_DATA_URI = re.compile(r"""(data:[a-z]+/[a-z0-9.+-]+;base64,)[A-Za-z0-9+/=]{200,}""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Visible:
    """What a reader sees of the whole page: its words, those on buttons, marked-up times, a line of authors.

    `printed` are the days in lines that are no sentences; the first `near_headline` of them stand beside the headline.
    """

    text: str = ""
    buttons: str = ""
    times: tuple[str, ...] = ()
    byline: str = ""
    has_scripts: bool = False
    printed: tuple[str, ...] = ()
    near_headline: int = 0


def harmless(text: str) -> str:
    """`text` without characters that parsers choke on, and cut where it is beyond any news page."""
    text, _ = xml_safe(text[:MOST_CHARACTERS])
    text = _HUGE_DATA_URI.sub(r"\1", text)
    if text.count("<") > MOST_TAGS:
        end = -1
        for _ in range(MOST_TAGS):
            end = text.find("<", end + 1)
        text = text[:end]
    return text


def describing_elements(markup: str) -> str:
    """The elements in which a page describes itself, in their order: a hundredth of the page, for a slower parser."""
    tree = _parse(markup)
    if tree is None:
        return ""
    found = tree.xpath("//meta | //link | //title | //h1 | //time | //noscript | //script[contains(@type, 'ld+json')]")
    return "".join(
        etree.tostring(e, method="html", encoding="unicode", with_tail=False) for e in found[:MOST_DESCRIBING]
    )


def _parse(markup: str) -> html.HtmlElement | None:
    try:
        return html.document_fromstring(
            markup.encode("utf-8", "replace"), parser=html.HTMLParser(encoding="utf-8", remove_comments=True)
        )
    except (etree.LxmlError, ValueError, AssertionError, RecursionError):
        return None


def read_visible(markup: str) -> Visible:
    """Parses the page on its own, without any judgement of what is article. Never raises for odd pages."""
    tree = _parse(markup)
    if tree is None:
        return Visible()
    has_scripts = tree.find(".//script") is not None
    buttons = [" ".join(b.itertext()) for b in tree.iter("button", "a")] + [
        str(i.get("value") or "") for i in tree.iter("input") if i.get("type") in ("submit", "button")
    ]
    times = [
        str(t.get("datetime"))
        for t in tree.iter("time")
        if t.get("datetime") and not any(a.tag in _BESIDE for a in t.iterancestors())
    ]
    byline = _byline(tree)
    etree.strip_elements(tree, "script", "style", "template", "svg", "noscript", etree.Comment, with_tail=False)
    printed, near = _printed(tree)
    return Visible(
        clean(" ".join(tree.itertext())),
        " | ".join(buttons[:400])[:20_000],
        tuple(times[:5]),
        byline,
        has_scripts,
        printed,
        near,
    )


def _printed(tree: html.HtmlElement) -> tuple[tuple[str, ...], int]:
    """Days printed in short pieces of text: those behind the headline, those closely before it, the others; and how
    many the first two kinds are."""
    headline = next((e for name in ("h1", "h2") if (e := tree.find(f".//{name}")) is not None), None)
    at, seen = 0, 0
    found: list[tuple[int, str]] = []
    # A text behind an element is met before what is within it: the places need not be exact.
    for element in tree.iter():
        if element is headline:
            at = seen
        for raw in (element.text, element.tail):
            if not raw or not (text := raw.strip()):
                continue
            if 6 <= len(text) <= _LONGEST_LINE and _YEAR.search(text):
                days = [d for d in _DAY.finditer(" ".join(text.split())) if not _CHANGED.search(d.string[: d.start()])]
                if days and not _in_prose(text, element):
                    found += [(seen, d[0]) for d in days]
            seen += len(text)
    if headline is None:
        return tuple(day for _, day in found)[:_MOST_DAYS], 0
    behind = [day for place, day in found if at <= place <= at + _BEHIND_HEADLINE]
    before = [day for place, day in found if at - _BEFORE_HEADLINE <= place < at]
    near = (behind + before[::-1])[:_MOST_DAYS]
    return tuple(near + [day for _, day in found][: _MOST_DAYS - len(near)]), len(near)


def _in_prose(text: str, element: html.HtmlElement) -> bool:
    """Whether a piece of text is a sentence or part of one, or stands beside the article."""
    if len(text.split()) > _MOST_WORDS:
        return True
    return any(
        a.tag in _BESIDE
        or (a.tag in ("p", "li", "blockquote") and len(" ".join(a.itertext()).split()) > _MOST_WORDS_OF_PARAGRAPH)
        for a in (element, *element.iterancestors())
    )


def article_tree(markup: str) -> html.HtmlElement | None:
    """The page as trafilatura parses it, without captions outside of <figure>, and with layout tables made plain."""
    tree = load_html(markup)
    if tree is None:
        return None
    for element in tree.xpath("//*[self::p or self::div or self::span or self::small or self::em or self::td][@class]"):
        if _CAPTION.search(element.get("class", "")) and len(" ".join(element.itertext()).split()) < _LONGEST_CAPTION:
            element.drop_tree()
    for table in tree.xpath("//table[.//p or .//h1 or .//h2]"):
        # A table that holds paragraphs is there for the layout; as a table its text would come out as one line.
        for cell in table.iter("table", "tbody", "thead", "tr", "td", "th"):
            cell.tag = "div"
    return tree


def _byline(tree: html.HtmlElement) -> str:
    """The authors as printed, without "By" and what follows them on the line."""
    for element in tree.xpath("//*[@rel='author' or @itemprop='author' or @class]")[:3000]:
        marked = element.get("rel") == "author" or element.get("itemprop") == "author"
        if marked or _AUTHOR_CLASS.search(element.get("class", "")):
            line = " ".join(" ".join(element.itertext()).split())
            line = _AFTER_AUTHOR.split(_BY.sub("", line))[0].strip(" ,|·•-–—")
            if 0 < len(line.split()) <= 12 and len(line) <= 120:
                return line
    return ""
