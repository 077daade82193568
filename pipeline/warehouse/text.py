"""Text as PostgreSQL can hold it, and hashes of it."""

from __future__ import annotations

import hashlib
import re

# PostgreSQL holds no NUL, and UTF-8 has no lone surrogates. One character for one: evidence offsets stay right.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """`text` with each character that no database text can hold replaced by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def storable_or_none(text: str | None) -> str | None:
    """`storable`, and None as it is."""
    return None if text is None else storable(text)


def digest(*parts: str) -> bytes:
    """SHA-256 over `parts`, which cannot run into one another."""
    return hashlib.sha256("\x00".join(storable(part) for part in parts).encode()).digest()
