"""From bytes to text, also where the declaration is wrong or missing. Never fails."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
# The HTML standard looks this far for a declaration.
_PRESCAN = 1024 * 4
_XML = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']\s*([A-Za-z0-9._:-]{1,40})""")
_META = re.compile(rb"""<meta[^>]*?charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)

# The WHATWG encoding standard: labels that mean a superset in practice.
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    # A page that can be read far enough to say so in ASCII is not UTF-16.
    "utf-16": "utf-8",
    "utf-16-le": "utf-8",
    "utf-16-be": "utf-8",
    "utf-7": "cp1252",
}
_WEB_CODECS = re.compile(r"(ascii|utf|iso8859|iso2022_jp|cp|koi8|gb|big5|euc|shift|mac|tis)")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the codec that gave it, and the codec that the sender declared (None: none, or one nobody knows)."""

    text: str
    charset: str
    declared: str | None


def decode(body: bytes, header_charset: str | None = None) -> Decoded:
    """Decodes by, in this order: UTF-16 if the bytes prove it; byte order mark; UTF-8 if the bytes prove it; the
    header; the document; UTF-8; cp1252.

    Non-ASCII bytes that are valid UTF-8 throughout are UTF-8, whatever was declared: by chance that does not happen.
    """
    wide = _wide(body)
    if wide is not None:
        return wide
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return Decoded(body[len(mark) :].decode(codec, "replace"), codec, codec)
    head = body[:_PRESCAN]
    inside = _XML.search(head) or _META.search(head)
    labels = (header_charset, inside[1].decode("ascii") if inside else None)
    declared = next((name for label in labels if (name := _codec(label))), None)
    utf8 = _strict(body, "utf-8")
    if utf8 is not None and (declared is None or not body.isascii()):
        return Decoded(utf8, "utf-8", declared)
    for label in labels:
        known = _codec(label)
        if known is None:
            continue
        wider = _SUPERSETS.get(known, known)
        text = _strict(body, wider)
        if text is not None:
            return Decoded(text, wider, declared)
    if declared in (None, "utf-8") and utf8 is None and _mostly_utf8(body):
        return Decoded(body.decode("utf-8", "replace"), "utf-8", declared)
    return Decoded(body.decode("cp1252", "replace"), "cp1252", declared)


def _wide(body: bytes) -> Decoded | None:
    """UTF-16 by its zero bytes, with no byte order mark, a wrong one, or something before it. None: it is not that."""
    start = 3 if body.startswith(codecs.BOM_UTF8) else 0
    for mark, codec in _BOMS[1:]:
        at = body.find(mark, 0, 16)
        if at >= 0 and _zeros(body[at + 2 :]) == codec:
            return Decoded(body[at + 2 :].decode(codec, "replace"), codec, codec)
    codec_found = _zeros(body[start:])
    return Decoded(body[start:].decode(codec_found, "replace"), codec_found, None) if codec_found else None


def _zeros(body: bytes) -> str | None:
    """The order of UTF-16 in which markup, which is mostly ASCII, has its zeros where they are."""
    head = body[:400]
    pairs = len(head) // 2
    first, second = head[0::2].count(0), head[1::2].count(0)
    if pairs < 16:
        return None
    if second > 0.7 * pairs and first < 0.1 * pairs:
        return "utf-16-le"
    return "utf-16-be" if first > 0.7 * pairs and second < 0.1 * pairs else None


def _codec(label: str | None) -> str | None:
    """Python's name of a codec that web pages are written in; None for all others (`base64`, `unicode_escape`)."""
    if not label:
        return None
    try:
        info = codecs.lookup(label.strip())
    except (LookupError, ValueError):
        return None
    return info.name if _WEB_CODECS.match(info.name) else None


def _strict(body: bytes, codec: str) -> str | None:
    """The text if `body` is valid; a character cut in two at the very end is let go."""
    try:
        text = codecs.getincrementaldecoder(codec)("strict").decode(body, False)
    except (UnicodeError, LookupError, ValueError):
        return None
    # One odd byte at the very end proves no UTF-8: it is a whole letter in cp1252 rather than a part of one.
    return None if codec == "utf-8" and text.isascii() and not body.isascii() else text


def _mostly_utf8(body: bytes) -> bool:
    """Whether the bytes are UTF-8 but for a few slips, rather than some one-byte code."""
    text = body.decode("utf-8", "replace")
    broken = text.count("�")
    multibyte = sum(1 for c in text if ord(c) > 127) - broken
    return multibyte > 4 * broken
