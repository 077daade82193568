"""From a page's bytes to an article: text, title, byline, date, language, canonical address, or the reason why not."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from datetime import datetime

import trafilatura
from lxml import etree

from pipeline.domain import Reason
from pipeline.ingest.asides import without_asides
from pipeline.ingest.blockpage import judge
from pipeline.ingest.charset import decode
from pipeline.ingest.dateline import read_dateline
from pipeline.ingest.dates import Published
from pipeline.ingest.language import clearly_not_english, language_of
from pipeline.ingest.liveblog import LEAST_POSTS, Post, is_live_address, marked_posts, split
from pipeline.ingest.markup import article_tree, harmless, read_visible
from pipeline.ingest.mediatypes import content_type_of
from pipeline.ingest.metadata import Metadata, read_metadata
from pipeline.ingest.published import Known, publication
from pipeline.ingest.text import clean

LEAST_WORDS = 10
MOST_TEXT = 400_000
_FEW_WORDS = 60
# Lines of so few words, beside a live blog's posts, are times and labels; of more lines than this it is no head.
_LABEL, _MOST_HEAD = 7, 10
_ENORMOUS_TAGS = 8_000
_BULLET = re.compile(r"^[-–•*] +(?=\S)")
_PROSE_END = re.compile(r"""[.!?…][\"'”’)]*$""")
_BY_LINE = re.compile(r"^\W*(?:by|published|updated|posted)\b", re.IGNORECASE)

for _name in ("trafilatura", "htmldate"):
    # They log each odd page as an error; here an odd page is an ordinary answer with a reason.
    logging.getLogger(_name).setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Hint:
    """What is known of the page beforehand: its feed entry, the outlet's time zone, and when it was fetched."""

    title: str = ""
    published: datetime | None = None
    timezone: str = "UTC"
    fetched_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Extracted:
    """An article, or with `reason` set what is left of one. `text` has one paragraph a line, in NFC.

    `published` is an aware time, in the outlet's own offset as far as that is known, a day where only that is known,
    or None; `published_source` says where it stood: jsonld, og, meta, time, feed, url, text or htmldate. `updated` is
    the outlet's word for its last change; `dateline` the place that the text opens with, `wire` the agency that it
    names as its origin. A live blog's `text` is its head and all its posts, oldest first, so that what is told reads
    in the order in which it happened; where the time of each is known, `posts` has them one by one, and `head` what
    the page says beside them, or of itself.
    """

    url: str | None
    canonical_url: str | None = None
    title: str = ""
    byline: str | None = None
    published: Published | None = None
    published_source: str | None = None
    language: str | None = None
    text: str = ""
    section: str | None = None
    updated: datetime | None = None
    image: str | None = None
    dateline: str | None = None
    wire: str | None = None
    posts: tuple[Post, ...] = ()
    head: str = ""
    reason: Reason | None = None
    detail: str | None = None


def extract(
    body: bytes, url: str | None = None, content_type: str | None = None, hint: Hint | None = None
) -> Extracted:
    """Reads an article out of any bytes; never raises.

    `content_type` is the Content-Type header, with its charset if any.
    """
    try:
        return _extract(body, url, content_type, hint or Hint())
    except (Exception, RecursionError) as error:  # whatever parsers trip over, one page must not end a run
        return Extracted(url, reason=Reason.UNREADABLE, detail=f"{type(error).__name__}: {error}"[:300])


def _extract(body: bytes, url: str | None, content_type: str | None, hint: Hint) -> Extracted:
    found = Extracted(url, title=clean(hint.title), published=hint.published)
    if not body.strip(b" \t\r\n\0"):
        return replace(found, reason=Reason.NO_TEXT, detail="the page is empty")
    strange = _not_html(body)
    if strange:
        return replace(found, reason=Reason.UNREADABLE, detail=strange)
    markup = harmless(decode(body, content_type_of(content_type)[1]).text)
    page = read_metadata(markup, url, hint.timezone)
    visible = read_visible(markup)
    page = replace(page, byline=page.byline or clean(visible.byline) or None)
    title = clean(page.title).replace("\n", " ") or clean(hint.title).replace("\n", " ")
    posts = _posts(markup, url, page, hint.timezone)
    head = _beside(markup, title, page, posts) if posts else ""
    told = "\n".join([head, *(post.whole for post in posts)])
    text = clean(told[:MOST_TEXT]) if posts else _text(markup, title, page)
    language = language_of(text or visible.text, page.language)
    known = Known(hint.published, hint.timezone, hint.fetched_at)
    published, source = publication(markup, url, page, visible, language, known)
    line = read_dateline(text, page.byline)
    found = Extracted(
        url,
        page.canonical_url,
        title,
        page.byline,
        published,
        source,
        language,
        text,
        section=page.section,
        updated=page.updated,
        image=page.image,
        dateline=line.place,
        wire=line.wire,
        posts=posts if split(posts) else (),
        head=(head or page.description or title) if split(posts) else "",
    )
    verdict = judge(text, page, visible)
    if verdict:
        kept = text if verdict.keep_text else ""
        return replace(found, text=kept, reason=verdict.reason, detail=verdict.detail)
    if not text:
        return replace(found, reason=Reason.NO_TEXT, detail="no article text was found on the page")
    if clearly_not_english(text, language):
        detail = f"the text is not English but {language or 'in another language'}"
        return replace(found, reason=Reason.UNSUPPORTED_LANGUAGE, detail=detail)
    words = _prose(text)
    if words < LEAST_WORDS:
        return replace(found, reason=Reason.TOO_SHORT, detail=f"{words} words of prose; {LEAST_WORDS} make an article")
    return found


def _not_html(body: bytes) -> str | None:
    """What the bytes are, where they are certainly no HTML."""
    head = body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")
    for magic, name in _MAGIC.items():
        if head.startswith(magic):
            return f"not HTML but {name}"
    controls = sum(byte < 9 or 13 < byte < 32 for byte in head)
    utf16 = body[:2] in (b"\xff\xfe", b"\xfe\xff")
    if controls > len(head) // 10 and b"<" not in head and not utf16:
        return "not HTML but binary data"
    return None


_MAGIC = {
    b"%PDF": "a PDF file",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"PK\x03\x04": "a ZIP archive",
    b"\x1f\x8b": "gzip data",
    b"RIFF": "a media file",
    b"OggS": "a media file",
    b"ID3": "a media file",
}


def _posts(markup: str, url: str | None, page: Metadata, zone: str) -> tuple[Post, ...]:
    """A live blog's posts, where they are enough for one."""
    posts = page.posts
    if len(posts) < LEAST_POSTS and (page.is_live or is_live_address(url) or is_live_address(page.canonical_url)):
        posts = marked_posts(markup, page.canonical_url or url, zone)
    return posts if len(posts) >= LEAST_POSTS else ()


def _beside(markup: str, title: str, page: Metadata, posts: tuple[Post, ...]) -> str:
    """A live blog's words beside its posts: an introduction, a summary."""
    told = {" ".join(line.split()).casefold() for post in posts for line in (post.title, *post.text.split("\n"))}
    lines = [line for line in _text(markup, title, page).split("\n") if len(line.split()) > _LABEL]
    beside = [
        line for line in lines if not any(line.casefold() in one or one in line.casefold() for one in told if one)
    ]
    return "\n".join(beside[:_MOST_HEAD])


def _text(markup: str, title: str, page: Metadata) -> str:
    """The body as trafilatura sees it; where it sees little, the articleBody that the page declares."""
    text = _trafilatura(markup, fast=True)
    # Its second opinions (readability, jusText) find no more on ordinary pages, and take minutes on enormous ones.
    if len(text.split()) < _FEW_WORDS and markup.count("<") < _ENORMOUS_TAGS:
        text = max(text, _trafilatura(markup, fast=False), key=len)
    if page.body and len(page.body.split()) >= max(50, 2 * len(text.split())):
        text = page.body if "<" not in page.body else read_visible(page.body).text
    lines = [_BULLET.sub("", line) for line in clean(text[:MOST_TEXT]).split("\n")]
    return "\n".join(without_asides(_without_head([line for line in lines if line], title, page)))


def _trafilatura(markup: str, fast: bool) -> str:
    try:
        document = trafilatura.bare_extraction(
            article_tree(markup),
            fast=fast,
            include_comments=False,
            include_tables=True,
            include_images=False,
            include_links=False,
            with_metadata=False,
        )
    except (etree.LxmlError, ValueError, RecursionError, AttributeError, TypeError, IndexError):
        return ""
    return str(getattr(document, "text", None) or "")


def _without_head(lines: list[str], title: str, page: Metadata) -> list[str]:
    """`lines` from behind the title on, without the lines of section, author and date that stand around it."""
    titles = {title.casefold(), page.heading.casefold()} - {""}
    for number, line in enumerate(lines[:12]):
        if line.casefold() in titles:
            lines = lines[number + 1 :]
            break
    for number, line in enumerate(lines[:4]):
        author = bool(page.byline) and (page.byline or "").casefold() in line.casefold()
        if len(line.split()) > 12 or _PROSE_END.search(line) or not (author or _BY_LINE.search(line)):
            return lines[number:]
    return lines


def _prose(text: str) -> int:
    """Words in lines that read like sentences, not like labels and links."""
    return sum(n for line in text.split("\n") if (n := len(line.split())) >= 12 or _PROSE_END.search(line))
