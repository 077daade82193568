"""What a page says about itself: JSON-LD, OpenGraph, other meta elements, canonical and AMP links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bs4 import BeautifulSoup, Tag

from pipeline.ingest.dates import Published, parse_date
from pipeline.ingest.jsonld import article_node, names_of, nodes, text_of
from pipeline.ingest.liveblog import Post, declared_posts
from pipeline.ingest.markup import describing_elements
from pipeline.ingest.text import plain
from pipeline.ingest.urls import join

_SEPARATOR = re.compile(r"\s+(?:\||-|–|—|::|»|·|•)\s+")
_OG_DATES = ("article:published_time", "og:article:published_time", "og:published_time")
_META_DATES = (
    "datepublished", "date", "pubdate", "publishdate", "publish-date", "publish_date", "publication_date",
    "publicationdate", "dc.date", "dc.date.issued", "dc.date.created", "dcterms.date", "dcterms.created",
    "dcterms.issued", "sailthru.date", "parsely-pub-date", "mediator_published_time", "article.published",
    "published-date", "published_time", "article:published", "originalpublicationdate", "iso-8601-publish-date",
    "cxenseparse:recs:publishtime", "rnews:datepublished", "bt:pubdate", "eomportal-pubdate", "timestamp",
    "article_date_original", "citation_publication_date", "analyticsattributes.articledate", "display-date", "created",
)  # fmt: skip
_UPDATES = ("article:modified_time", "og:updated_time", "last-modified", "datemodified", "dcterms.modified")
_AUTHORS = ("author", "byl", "parsely-author", "sailthru.author", "dc.creator", "article:author", "twitter:creator")
_ARTICLE_TYPES = frozenset({"article", "news", "newsarticle", "news_article", "blog"})


@dataclass(frozen=True, slots=True)
class Metadata:
    """None or empty where the page is silent. `free` is schema.org's isAccessibleForFree, `body` its articleBody.

    `posts` are those that a live blog declares. `offset` is the first from UTC that one of its dates names.
    """

    title: str = ""
    site: str = ""
    byline: str | None = None
    published: Published | None = None
    published_source: str | None = None
    offset: timedelta | None = None
    canonical_url: str | None = None
    language: str | None = None
    is_article: bool = False
    free: bool | None = None
    word_count: int | None = None
    body: str = ""
    noscript: str = ""
    heading: str = ""
    window_title: str = ""
    section: str | None = None
    updated: datetime | None = None
    image: str | None = None
    description: str = ""
    posts: tuple[Post, ...] = ()
    is_live: bool = False


def read_metadata(html: str, url: str | None, zone: str = "UTC") -> Metadata:
    """Reads the metadata of a page; `zone` is where a time without offset is meant. Never raises for odd pages."""
    try:
        return _read(html, url, zone)
    except (RecursionError, ValueError, AssertionError):
        return Metadata()


def _read(html: str, url: str | None, zone: str) -> Metadata:
    language, soup = _declared_language(html), BeautifulSoup(describing_elements(html), "lxml")
    meta = _meta(soup)
    node = article_node(list(nodes(s.string or "" for s in _json_scripts(soup))), url)
    site = plain(meta.get("og:site_name", ""), 100) or plain(names_of(node.get("publisher")), 100)
    heading = next((t for h in soup.find_all("h1") if (t := plain(h.get_text(" "), 500))), "")
    window_title = plain(soup.title.get_text(" "), 500) if soup.title else ""
    published, source = _published(node, meta, soup, zone)
    return Metadata(
        title=_title(node, meta, heading, window_title, site),
        site=site,
        byline=_byline(node, meta),
        published=published,
        published_source=source,
        offset=_offset(node, meta, soup),
        canonical_url=_canonical(soup, meta, url),
        language=language or meta.get("content-language") or meta.get("og:locale") or text_of(node.get("inLanguage")),
        is_article=bool(node.get("@article")) or meta.get("og:type", "").lower() in _ARTICLE_TYPES,
        free=_flag(node),
        word_count=_count(node.get("wordCount")),
        body=text_of(node.get("articleBody")),
        noscript=plain(" ".join(n.get_text(" ") for n in soup.find_all("noscript")[:20]), 1000),
        heading=heading,
        window_title=window_title,
        section=plain(names_of(node.get("articleSection")) or meta.get("article:section", ""), 100) or None,
        updated=_updated(node, meta, zone),
        image=join(url, _image(node, meta)),
        description=plain(text_of(node.get("description")) or meta.get("og:description", ""), 2000),
        posts=declared_posts(node, _canonical(soup, meta, url) or url, zone),
        is_live="LiveBlogPosting" in str(node.get("@type")),
    )


def _declared_language(html: str) -> str | None:
    found = re.search(r"""<html[^>]*?\s(?:xml:)?lang\s*=\s*["']?([A-Za-z_-]{2,20})""", html[:20_000], re.IGNORECASE)
    return found[1] if found else None


def _meta(soup: BeautifulSoup) -> dict[str, str]:
    """Content by property, name, itemprop or http-equiv, lower case; the first one counts."""
    found: dict[str, str] = {}
    for element in soup.find_all("meta", content=True):
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            name = str(element.get(attribute) or "").strip().lower()
            content = str(element["content"]).strip()
            if name and content:
                found.setdefault(name, content)
    return found


def _json_scripts(soup: BeautifulSoup) -> Iterable[Tag]:
    return [s for s in soup.find_all("script") if "ld+json" in str(s.get("type") or "").lower()][:50]


def _published(
    node: Mapping[str, Any], meta: Mapping[str, str], soup: BeautifulSoup, zone: str
) -> tuple[Published | None, str | None]:
    """The date of first publication and where it stands, most trustworthy place first."""

    def candidates() -> Iterator[tuple[str, str]]:
        yield "jsonld", text_of(node.get("datePublished")) or text_of(node.get("dateCreated"))
        for name in _OG_DATES:
            yield "og", meta.get(name, "")
        for name in _META_DATES:
            yield "meta", meta.get(name, "")
        for element in soup.find_all("time", datetime=True):
            marked = str(element.get("itemprop") or "") == "datePublished" or element.has_attr("pubdate")
            if marked:
                yield "time", str(element["datetime"])

    for source, text in candidates():
        found = parse_date(text, zone, as_told=True) if text else None
        if found is not None:
            return found, source
    return None, None


def _updated(node: Mapping[str, Any], meta: Mapping[str, str], zone: str) -> datetime | None:
    """When the page says it was last changed; a day alone says too little."""
    for text in (text_of(node.get("dateModified")), *(meta.get(name, "") for name in _UPDATES)):
        found = parse_date(text, zone) if text else None
        if isinstance(found, datetime):
            return found
    return None


def _offset(node: Mapping[str, Any], meta: Mapping[str, str], soup: BeautifulSoup) -> timedelta | None:
    """Systems write UTC in one place and the newsroom's time in another; the latter tells on which day it was."""
    texts = [text_of(node.get(name)) for name in ("datePublished", "dateCreated", "dateModified")]
    texts += [meta.get(name, "") for name in (*_OG_DATES, *_META_DATES, *_UPDATES)]
    texts += [str(element["datetime"]) for element in soup.find_all("time", datetime=True)[:3]]
    for text in texts:
        found = parse_date(text, as_told=True) if text and not text.endswith("Z") else None
        offset = found.utcoffset() if isinstance(found, datetime) else None
        if offset:
            return offset
    return None


def _image(node: Mapping[str, Any], meta: Mapping[str, str]) -> str:
    image = node.get("image")
    image = image[0] if isinstance(image, list) and image else image
    address = image.get("url") if isinstance(image, Mapping) else image
    return meta.get("og:image") or meta.get("twitter:image") or (address if isinstance(address, str) else "")


def _title(node: Mapping[str, Any], meta: Mapping[str, str], heading: str, window_title: str, site: str) -> str:
    headline = plain(text_of(node.get("headline")), 500)
    if headline and not headline.endswith(("…", "...")):
        return headline
    shared = plain(meta.get("og:title", "") or meta.get("twitter:title", ""), 500)
    if shared:
        return _without_site(shared, site)
    if heading:
        return heading
    return headline or _without_site(window_title, site, guess=True)


def _without_site(title: str, site: str, guess: bool = False) -> str:
    """`title` without the outlet's name behind a separator; `guess` drops any short last part."""
    parts = list(_SEPARATOR.finditer(title))
    if not parts:
        return title
    front, last = title[: parts[-1].start()], title[parts[-1].end() :]
    named = bool(site) and (last.casefold() == site.casefold() or site.casefold() in last.casefold())
    guessed = guess and len(last.split()) <= 4 and len(front.split()) >= 3
    return front if named or guessed else title


def _byline(node: Mapping[str, Any], meta: Mapping[str, str]) -> str | None:
    names = names_of(node.get("author")) or next(
        (meta[n] for n in _AUTHORS if meta.get(n) and "://" not in meta[n] and not meta[n].startswith("@")), ""
    )
    return re.sub(r"^\s*by\s+", "", plain(names, 200), flags=re.IGNORECASE) or None


def _canonical(soup: BeautifulSoup, meta: Mapping[str, str], url: str | None) -> str | None:
    for link in soup.find_all("link", href=True):
        if "canonical" in [str(r).lower() for r in (link.get("rel") or [])]:
            found = join(url, str(link["href"]))
            if found:
                return found
    return join(url, meta["og:url"]) if meta.get("og:url") else None


def _flag(node: Mapping[str, Any]) -> bool | None:
    value = node.get("isAccessibleForFree")
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower().rpartition("/")[2] if value is not None else ""
    return {"false": False, "no": False, "true": True, "yes": True}.get(word)


def _count(value: object) -> int | None:
    text = str(value).strip() if isinstance(value, int | str) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None
