"""The posts of a live blog: as its page declares them in JSON-LD, or as its markup tells them apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from lxml import etree, html

from pipeline.ingest.dates import parse_date
from pipeline.ingest.identity import site_of, url_key
from pipeline.ingest.jsonld import text_of
from pipeline.ingest.text import clean, one_line, plain
from pipeline.ingest.urls import join

# Fewer are an article with a box in it, not a live blog.
LEAST_POSTS = 3
_MOST_POSTS = 500
_MOST_TEXT = 20_000
_LEAST_WORDS = 5
_LIVE_ADDRESS = re.compile(r"(?:^|[/_-])live(?:[/_-]|blog|text|ticker|updates?|$)", re.IGNORECASE)
_POST = re.compile(r"(?:^|[\s_-])(?:live|post|block|entry|update|item)(?:$|[\s_-]|\d)|liveblog", re.IGNORECASE)
_NO_POST = re.compile(r"comment|related|promo|teaser|recommend|sidebar|widget|\bad[-_s]", re.IGNORECASE)
_IDS = ("id", "data-block-id", "data-post-id", "data-entry-id", "data-id")
_HEADS = ("h2", "h3", "h4", "h5")
_TEXT = ("p", "blockquote", "li")


@dataclass(frozen=True, slots=True)
class Post:
    """One post. `url` is its own address, or the page's with its id behind "#"; `key` its identity, which is neither
    its place on the page nor its wording. `title` is its own headline, or how its text begins. None: it has no time.
    """

    key: str
    url: str
    title: str
    published: datetime | None
    text: str

    @property
    def whole(self) -> str:
        return self.text if self.text.startswith(self.title.rstrip("…")) else f"{self.title}\n{self.text}"


def is_live_address(url: str | None) -> bool:
    """Whether an address calls its page a live one."""
    return bool(_LIVE_ADDRESS.search(urlsplit(url).path)) if url else False


def split(posts: tuple[Post, ...]) -> bool:
    """Whether posts can stand for themselves: there are some, and the time of each is told."""
    return len(posts) >= LEAST_POSTS and all(post.published is not None for post in posts)


def declared_posts(node: Mapping[str, Any], url: str | None, zone: str) -> tuple[Post, ...]:
    """The posts in a LiveBlogPosting's liveBlogUpdate, oldest first, each once."""
    updates = node.get("liveBlogUpdate")
    updates = [updates] if isinstance(updates, Mapping) else updates
    return _ordered(_declared(updates, url, zone), url) if isinstance(updates, list) else ()


def _declared(updates: list[Any], url: str | None, zone: str) -> Iterator[tuple[str, Post]]:
    for told in updates[:_MOST_POSTS]:
        text = _lines(text_of(told.get("articleBody"))) if isinstance(told, Mapping) else ""
        if not text:
            continue
        when = parse_date(text_of(told.get("datePublished")), zone, as_told=True)
        address = next((a for name in ("url", "@id", "mainEntityOfPage") if (a := _address(told.get(name)))), "")
        anchor, own = _anchor_or_own(address, url)
        title = plain(text_of(told.get("headline")), 500) or one_line(text, 100)
        yield anchor, Post("", own, title, when if isinstance(when, datetime) else None, text)


def _address(value: object) -> str:
    if isinstance(value, Mapping):
        value = value.get("@id") or value.get("url")
    return value.strip() if isinstance(value, str) else ""


def _anchor_or_own(address: str, page: str | None) -> tuple[str, str]:
    """The id of a post within its page, or its own address; both empty where it has neither."""
    told = join(page, address.partition("#")[0] or page or "") if address else None
    if told is None:
        return "", ""
    anchor = address.partition("#")[2]
    if anchor and (page is None or urlsplit(told).path == urlsplit(page).path):
        return unquote(anchor), ""
    foreign = page is not None and (site_of(told) != site_of(page) or url_key(told) == url_key(page))
    return "", "" if foreign else told


def marked_posts(markup: str, url: str | None, zone: str) -> tuple[Post, ...]:
    """The posts that a page's elements tell apart: an id, a full time and a text of its own each; oldest first."""
    try:
        tree = html.document_fromstring(
            markup.encode("utf-8", "replace"), parser=html.HTMLParser(encoding="utf-8", remove_comments=True)
        )
    except (etree.LxmlError, ValueError, AssertionError, RecursionError):
        return ()
    found: dict[html.HtmlElement, Post] = {}
    anchors: dict[html.HtmlElement, str] = {}
    for time in tree.iter("time"):
        if len(found) >= _MOST_POSTS:
            break
        when = parse_date(str(time.get("datetime") or ""), zone, as_told=True)
        if not isinstance(when, datetime):
            continue
        element = next((e for e in time.iterancestors("article", "section", "div", "li") if _is_post(e)), None)
        # The first time in a post is when it was written; others are of what it quotes.
        if element is None or element in found:
            continue
        head = next((h for h in element.iter(*_HEADS) if h.text_content().strip()), None)
        text = _text_in(element)
        if len(text.split()) >= _LEAST_WORDS:
            title = plain(" ".join(head.itertext()), 500) if head is not None else ""
            found[element] = Post("", "", title or one_line(text, 100), when, text)
            anchors[element] = next(str(i) for name in _IDS if (i := element.get(name)))
    outer = {a for element in found for a in element.iterancestors() if a in found}
    return _ordered([(anchors[e], post) for e, post in found.items() if e not in outer], url)


def _is_post(element: html.HtmlElement) -> bool:
    names = f"{element.get('id') or ''} {element.get('class') or ''}"
    marked = element.tag == "article" or bool(_POST.search(names))
    return marked and any(element.get(name) for name in _IDS) and not _NO_POST.search(names)


def _text_in(element: html.HtmlElement) -> str:
    parts = [e for e in element.iter(*_TEXT) if not any(a.tag in _TEXT for a in _within(e, element))]
    return clean("\n".join(" ".join(part.itertext()).replace("\n", " ") for part in parts))[:_MOST_TEXT]


def _within(element: html.HtmlElement, outer: html.HtmlElement) -> Iterator[html.HtmlElement]:
    for ancestor in element.iterancestors():
        if ancestor is outer:
            return
        yield ancestor


def _lines(text: str) -> str:
    """Text in which paragraphs may be told by line ends or by markup."""
    pieces = re.split(r"\n\s*\n|</p>|<br\s*/?>", text[: _MOST_TEXT * 2])
    return "\n".join(line for piece in pieces if (line := plain(piece, _MOST_TEXT)))


def _ordered(posts: Iterable[tuple[str, Post]], url: str | None) -> tuple[Post, ...]:
    """Oldest first, each once, with identity and address."""
    page = url or ""
    kept: dict[str, Post] = {}
    counted: dict[str, int] = {}
    for anchor, post in sorted(posts, key=lambda pair: _moment(pair[1])):
        if not anchor and not post.url:
            # Without id, a post is known by its time: its wording may change.
            told = post.published.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ") if post.published else _hash(post.text)
            counted[told] = counted.get(told, 0) + 1
            anchor = f"t{told}" if counted[told] == 1 else f"t{told}-{counted[told]}"
        address = post.url or f"{page.partition('#')[0]}#{quote(anchor, safe=_SAFE)}"
        key = url_key(post.url) if post.url else f"{url_key(page) if page else ''}#{anchor}"
        kept.setdefault(key, replace(post, key=key, url=address))
    return tuple(kept.values())


_SAFE = "!$&'()*+,;=:@~-._/?%"


def _moment(post: Post) -> float:
    return post.published.timestamp() if post.published else 0.0


def _hash(text: str) -> str:
    return sha256(text[:80].encode()).hexdigest()[:12]
