"""Text from strangers made safe to print: in a header, in plain text, in a link."""

from __future__ import annotations

import unicodedata
from urllib.parse import urlsplit

_SPACES = frozenset("\t\n\r\v\f\u0085\u2028\u2029")
LONGEST_LINK = 2000


def plain(text: str, limit: int | None = None) -> str:
    """One line of visible characters, at most `limit` long.

    Line ends become spaces, so that no title can add a header or a line of its own. Control, zero-width and
    direction-changing characters, private-use and unassigned ones go: they can make a mail show other than it says.
    """
    kept = []
    for char in text:
        if char in _SPACES:
            kept.append(" ")
        elif unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn"):
            kept.append(char)
    line = " ".join(unicodedata.normalize("NFC", "".join(kept)).split())
    if limit is not None and len(line) > limit:
        return line[: limit - 1].rstrip() + "…"
    return line


def safe_link(url: str | None) -> str | None:
    """The URL if it is http(s) with a host and free of anything odd; None otherwise."""
    if not url or len(url) > LONGEST_LINK or plain(url) != url or any(c in url for c in " \"'<>\\`{}"):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return None
    return url
