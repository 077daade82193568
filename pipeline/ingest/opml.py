"""OPML (opml.org): the lists of feeds that readers exchange, into rows of feeds.yaml and out of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import urlsplit

from lxml import etree

from pipeline.ingest.charset import decode
from pipeline.ingest.faults import Fault
from pipeline.ingest.feedsconfig import FeedRow
from pipeline.ingest.feedxml import PROLOG, loosened
from pipeline.ingest.text import xml_safe
from pipeline.ingest.urls import check_url

MOST_OUTLINES = 20_000


class OpmlError(ValueError):
    """The file is no OPML; the message says what it is instead."""


@dataclass(frozen=True, slots=True)
class Imported:
    """Rows that an OPML file brings, and what of it was left out, in words."""

    rows: tuple[FeedRow, ...]
    left_out: tuple[str, ...]


def read_opml(body: bytes, known: Iterable[FeedRow] = ()) -> Imported:
    """The feeds of an OPML file that `known` lacks, whatever depth they stand at. Raises OpmlError.

    Our own exports bring back all keys of a row; other files only address and title, so the rest is filled by default.
    """
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    text = loosened(PROLOG.sub("", xml_safe(decode(body).text)[0].lstrip(), count=1))
    try:
        tree = etree.fromstring(text.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise OpmlError(f"not XML that can be read: {error}") from error
    root = tree.tag if tree is not None and isinstance(tree.tag, str) else "?"
    if tree is None or root.lower() != "opml":
        raise OpmlError(f"not OPML: the document's root is <{root}>")
    rows: list[FeedRow] = []
    left_out: list[str] = []
    ids = {row.id for row in known}
    urls = {row.url for row in known}
    for number, outline in enumerate(tree.iter("outline")):
        url = _attribute(outline, "xmlUrl")
        if not url:
            continue
        if number >= MOST_OUTLINES:
            left_out.append(f"all after the first {MOST_OUTLINES} outlines")
            break
        if url in urls:
            left_out.append(f"{url}: is there already")
            continue
        try:
            check_url(url)
            row = _row(outline, url, ids)
        except (Fault, ValueError) as error:
            left_out.append(f"{url[:200]}: {str(error).partition(chr(10))[0]}")
            continue
        rows.append(row)
        ids.add(row.id)
        urls.add(row.url)
    return Imported(tuple(rows), tuple(left_out))


def write_opml(rows: Iterable[FeedRow], now: datetime) -> bytes:
    """All rows as OPML 2.0, grouped by kind; keys that OPML does not know stand in attributes of our own."""
    opml = etree.Element("opml", version="2.0")
    head = etree.SubElement(opml, "head")
    etree.SubElement(head, "title").text = "Hotline's feeds"
    etree.SubElement(head, "dateCreated").text = format_datetime(now, usegmt=True)
    body = etree.SubElement(opml, "body")
    groups: dict[str, etree._Element] = {}
    for row in rows:
        if row.kind not in groups:
            groups[row.kind] = etree.SubElement(body, "outline", text=row.kind)
        told = {
            "type": "rss",
            "text": row.outlet,
            "title": row.outlet,
            "xmlUrl": row.url,
            "language": row.language,
            "hotlineId": row.id,
            "hotlineFamily": row.family or "",
            "hotlineCountry": row.country or "",
            "hotlineTimezone": row.timezone,
            "hotlineKind": row.kind,
            "hotlineEnabled": "true" if row.enabled else "false",
        }
        etree.SubElement(groups[row.kind], "outline", {name: value for name, value in told.items() if value})
    return bytes(etree.tostring(opml, xml_declaration=True, encoding="utf-8", pretty_print=True))


def new_id(name: str, url: str, taken: Iterable[str]) -> str:
    """An id for a new row, from its outlet's name or its host, that none has yet."""
    plain = unicodedata.normalize("NFKD", name or (urlsplit(url).hostname or "feed")).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60] or "feed"
    used = set(taken)
    number = 2
    found = slug
    while found in used:
        found = f"{slug}-{number}"
        number += 1
    return found


def _row(outline: etree._Element, url: str, ids: set[str]) -> FeedRow:
    outlet = (_attribute(outline, "title") or _attribute(outline, "text") or urlsplit(url).hostname or "?")[:200]
    given = _attribute(outline, "hotlineId")
    facts = {
        "family": _attribute(outline, "hotlineFamily"),
        "country": _attribute(outline, "hotlineCountry"),
        "language": _attribute(outline, "language").lower().partition("-")[0],
        "timezone": _attribute(outline, "hotlineTimezone"),
        "kind": _attribute(outline, "hotlineKind"),
    }
    return FeedRow.model_validate(
        {
            "id": given if given and given not in ids else new_id(outlet, url, ids),
            "url": url,
            "outlet": outlet,
            "enabled": _attribute(outline, "hotlineEnabled") != "false",
            **{name: value for name, value in facts.items() if value},
        }
    )


def _attribute(outline: etree._Element, name: str) -> str:
    """Readers differ in the case of attributes."""
    for key, value in outline.attrib.items():
        if str(key).lower() == name.lower():
            return " ".join(str(value).split())
    return ""
