"""Which media types are read as a page, and which as a feed."""

from __future__ import annotations

from email.message import Message
from typing import Literal

ACCEPT = {
    "page": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1",
    "feed": "application/atom+xml,application/rss+xml,application/feed+json,application/xml;q=0.9,*/*;q=0.5",
    "robots": "text/plain,*/*;q=0.5",
}

_PAGE = frozenset({"text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml"})
# Said by servers that do not know; the bytes decide then.
_VAGUE = frozenset({"text/plain", "application/octet-stream", "binary/octet-stream", "unknown/unknown"})
_FEED = frozenset(
    {"application/json", "application/feed+json", "text/html", "text/xml", "application/xml", "text/rss", "text/rdf"}
    # A sitemap is often a file that somebody compressed.
    | {"application/gzip", "application/x-gzip"}
)


def acceptable(kind: Literal["page", "feed", "robots"], content_type: str | None) -> bool:
    """Whether a body of this type is worth downloading. A feed served as HTML is, since many are."""
    if content_type is None or "/" not in content_type or content_type in _VAGUE:
        return True
    if kind == "page":
        return content_type in _PAGE
    return content_type in _FEED or content_type.endswith("+xml") or content_type in ("application/rss", "text/atom")


def content_type_of(header: str | None) -> tuple[str | None, str | None]:
    """Media type and charset of a Content-Type header, both lower case; None for what it does not say."""
    if not header:
        return None, None
    message = Message()
    message["Content-Type"] = header.replace("\r", " ").replace("\n", " ")[:4096]
    try:
        charset = message.get_content_charset()
    except (LookupError, ValueError):  # RFC 2231 forms with a nonsense codec
        charset = None
    return header.partition(";")[0].strip().lower()[:200] or None, charset or None
