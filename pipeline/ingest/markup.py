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
_HUGE_DATA_URI = re.compile(r"""(data:[a-z]+/[a-z0-9.+-]+;base64,)[A-Za-z0-9+/=]{200,}""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Visible:
    """What a reader sees of the whole page: its words, those on buttons, marked-up times, a line of authors."""

    text: str = ""
    buttons: str = ""
    times: tuple[str, ...] = ()
    byline: str = ""
    has_scripts: bool = False


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
        if t.get("datetime") and not any(a.tag in ("aside", "nav", "footer") for a in t.iterancestors())
    ]
    byline = _byline(tree)
    etree.strip_elements(tree, "script", "style", "template", "svg", "noscript", etree.Comment, with_tail=False)
    return Visible(
        clean(" ".join(tree.itertext())), " | ".join(buttons[:400])[:20_000], tuple(times[:5]), byline, has_scripts
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
