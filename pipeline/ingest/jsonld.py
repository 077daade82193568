"""schema.org in JSON-LD as newsrooms write it: in lists, graphs, with comments, and often not quite JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipeline.ingest.identity import url_key

_WRAPPING = re.compile(
    r"^\s*(?:<!--|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[|//<!\[CDATA\[)|(?:-->|\]\]>|/\*\s*\]\]>\s*\*/)\s*$"
)
_TRAILING_COMMA = re.compile(r",\s*([}\]])")
_ARTICLE = re.compile(r"(?:Article|Posting|Report)$")
_MOST_NODES = 500
_MOST_CHARACTERS = 2_000_000


def nodes(scripts: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Every object of all scripts that has a type, outer ones first. What is not JSON is passed over."""
    count = 0
    for script in scripts:
        for node in _walk(_load(script), 0):
            count += 1
            if count > _MOST_NODES:
                return
            yield node


def article_node(found: list[dict[str, Any]], url: str | None) -> Mapping[str, Any]:
    """The node that describes the article of this page, with "@article" set; else the WebPage; else nothing.

    Pages list related articles as well: the one with this page's address counts, otherwise the first.
    """
    articles = [n for n in found if any(_ARTICLE.search(t) for t in _types(n))]
    if articles:
        here = url_key(url) if url else None
        own = [n for n in articles if here and here in {url_key(a) for a in _addresses(n)}]
        # A live blog's posts have its address, too, and it need not name its own.
        own = [n for n in articles if "liveBlogUpdate" in n and (n in own or not _addresses(n))] or own
        with_date = [n for n in articles if n.get("datePublished")]
        best = (own or with_date or articles)[0]
        return {**best, "@article": True}
    return next((n for n in found if {"WebPage", "ItemPage"} & set(_types(n)) and n.get("datePublished")), {})


def text_of(value: object) -> str:
    """A string out of a string, number, `{"@value": ...}`, `{"name": ...}`, or the first of a list of these."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, Mapping):
        value = value.get("@value") or value.get("name")
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def names_of(value: object) -> str:
    """Names of one or many persons or organisations, joined by commas."""
    many = value if isinstance(value, list) else [value]
    names = [text_of(one).strip() for one in many[:20]]
    return ", ".join(dict.fromkeys(name for name in names if name and "://" not in name))


def _load(script: str) -> Any:
    text = _WRAPPING.sub("", script[:_MOST_CHARACTERS]).strip().rstrip(";")
    for attempt in (text, _TRAILING_COMMA.sub(r"\1", text)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _walk(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > 6:
        return
    if isinstance(value, list):
        for one in value[:_MOST_NODES]:
            yield from _walk(one, depth + 1)
    elif isinstance(value, dict):
        if _types(value):
            yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item", "hasPart", "liveBlogUpdate"):
            if key in value and isinstance(value[key], dict | list):
                yield from _walk(value[key], depth + 1)


def _types(node: Mapping[str, Any]) -> list[str]:
    kind = node.get("@type")
    return [str(k).rpartition("/")[2] for k in (kind if isinstance(kind, list) else [kind]) if k]


def _addresses(node: Mapping[str, Any]) -> list[str]:
    page = node.get("mainEntityOfPage")
    page = page.get("@id") if isinstance(page, dict) else page
    return [a for a in (node.get("url"), page, node.get("@id")) if isinstance(a, str) and a]
