"""Which addresses we follow at all: absolute http and https URLs without a login in them."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import httpx

from pipeline.domain import Reason
from pipeline.ingest.faults import Fault

MOST_CHARACTERS = 4096


def check_url(url: str) -> httpx.URL:
    """The parsed URL. Raises Fault: bad_url or unsupported_scheme, saying what is wrong with it.

    A host written as a number (`http://2130706433/`, `http://0x7f.1/`) is refused here: every browser and libc reads
    it differently, and no newspaper is found there.
    """
    text = url.strip()
    if len(text) > MOST_CHARACTERS:
        raise Fault(Reason.BAD_URL, f"longer than {MOST_CHARACTERS} characters: {text[:80]}...")
    try:
        scheme = urlsplit(text).scheme.lower()
        if scheme not in ("http", "https"):
            raise Fault(Reason.UNSUPPORTED_SCHEME, f"{text[:200]!r}: only http and https are fetched")
        parsed = httpx.URL(text)
        host = parsed.host
    except (ValueError, httpx.InvalidURL, UnicodeError) as error:
        raise Fault(Reason.BAD_URL, f"{text[:200]!r}: {error}") from error
    if not host:
        raise Fault(Reason.BAD_URL, f"{text[:200]!r}: no host")
    if parsed.userinfo:
        raise Fault(Reason.BAD_URL, f"{parsed.copy_with(userinfo=b'')}: a login in the URL is not followed")
    if _numeric(host):
        raise Fault(Reason.FORBIDDEN_ADDRESS, f"{text[:200]!r}: the host is written as a number")
    if parsed.port is not None and not 0 < parsed.port < 65536:
        raise Fault(Reason.BAD_URL, f"{text[:200]!r}: there is no port {parsed.port}")
    return parsed.copy_with(fragment=None)


def _numeric(host: str) -> bool:
    """Whether the last label makes it an IPv4 address by the URL standard, but not in the plain dotted form."""
    if ":" in host:
        return False
    last = host.rstrip(".").rpartition(".")[2].lower()
    looks = last.isdigit() or (last.startswith("0x") and all(c in "0123456789abcdef" for c in last[2:]))
    if not looks:
        return False
    parts = host.split(".")
    plain = len(parts) == 4 and all(p.isascii() and p.isdigit() and str(int(p)) == p and int(p) < 256 for p in parts)
    return not plain


def join(base: str | None, link: str) -> str | None:
    """`link` made absolute against `base`, without its fragment; None where that gives no http(s) URL."""
    text = "".join(c for c in link.strip() if c not in "\r\n\t")
    if not text or len(text) > MOST_CHARACTERS:
        return None
    try:
        whole = urljoin(base, text) if base else text
        parts = urlsplit(whole)
        if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
            return None
        return whole.replace(" ", "%20").partition("#")[0]
    except ValueError:
        return None
