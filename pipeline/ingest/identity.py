"""When are two addresses the same article? `url_key` maps every spelling of an article's URL to one key."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

# Parameters that say where a reader came from, never what is read.
_TRACKERS = re.compile(
    r"""^(utm_.*|at_.*|ns_.*|mc_[ce]id|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|twclid|igshid|igsh|mkt_tok|_ga|_gl
    |__twitter_impression|_hs(enc|mi)|vero_id|wt\.?\w*|xtor|cmpid|cmp|icid|ito|ocid|s_cid|cid|ncid|ref|ref_src|referrer
    |source|src|smid|smtyp|partner|campaign_id|sr_share|share|soc_.*|traffic_source|feedtype|feedname|rss|from|maca
    |utmsource|gad_.*|gclsrc|li_fat_id|ttclid|epik|hss_channel|_branch_match_id|trk|oly_\w+|vero_\w+|(pk|mtm|piwik|stm)_.*
    |itid|wpisrc|wpmm|srnd|sref|fsrc|ftcamp|ftag|mbid|taid|emc|dicbo|sara_ecid|wtrid|wt_z?mc|tblci|seg(ment)?id
    |sharetype|accesstoken|cvid|mkcid|mkevt|nl_?id|newsletter_?id|ss_source|ss_campaign_\w+|rtd|lmd_\w+|google_editors_\w+
    |amp_\w+|usqp|aoh|amp|outputtype|guccounter|guce_\w+|traffic|via|spm|sh|session_?id|phpsessid|jsessionid)$""",
    re.IGNORECASE | re.VERBOSE,
)
# Some of the words above choose the article at a few sites when the value is a number; then they stay.
_AMBIGUOUS = frozenset({"cid", "source", "src", "from", "share", "sh", "rss", "cmp", "via", "traffic", "partner"})
_HOST_PREFIX = re.compile(r"^(?:www\d?|m|mobile|amp|touch)\.(?=[^.]+\.[^.])")
_AMP_PATH = re.compile(r"(?:/amp|\.amp|/amp\.html|\.amp\.html)$", re.IGNORECASE)
_AMP_CACHE = re.compile(r"^(?:https?://)?[^/]*\.cdn\.ampproject\.org/(?:[acvi])/(s/)?(.+)$", re.IGNORECASE)
_AMP_VIEWER = re.compile(r"^(?:https?://)?(?:www\.)?google\.[a-z.]{2,6}/amp/(s/)?(.+)$", re.IGNORECASE)
_AMP_VALUES = frozenset({"amp", "amphtml", "amp-html"})
_PRINTED = frozenset({"", "1", "true", "yes"})
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)
_SECOND_LEVELS = frozenset({"co", "com", "org", "net", "gov", "gob", "gouv", "govt", "edu", "ac", "or", "ne", "go"})
_PART_OF_PAGE = re.compile(r"\d{1,3}|all|print|page/\d{1,3}", re.IGNORECASE)
_SESSION = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
# Rounds until a key is its own; two are common, so many are not.
_MOST_ROUNDS = 8


def url_key(url: str) -> str:
    """The identity of `url`: without scheme, `www` or mobile host, default port, trackers, AMP marks, fragment.

    The same key means the same article; the key is no URL to fetch. Any string gives a key, and a key's key is itself.
    """
    key = _key(url)
    # What was hidden behind a tracker, such as a space before "?", is cut in its turn; a round or two do.
    for _ in range(_MOST_ROUNDS):
        if (again := _key(key)) == key:
            break
        key = again
    return key


def _key(url: str) -> str:
    text = url.strip()
    cached = _AMP_CACHE.match(text) or _AMP_VIEWER.match(text)
    if cached:
        text = f"{'https' if cached[1] else 'http'}://{cached[2]}"
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return text
    if not host:
        return text
    host = _ascii(host)
    while (shorter := _HOST_PREFIX.sub("", host)) != host:
        host = shorter
    if port and port not in (80, 443):
        host = f"{host}:{port}"
    path = _path(parts.path)
    query = _query(parts.query)
    return f"{host}{path}?{query}" if query else f"{host}{path}"


def article_url(url: str, canonical: str | None) -> str:
    """The address an article goes by: the canonical one that its page names, where that can be believed.

    Not believed: another site's (anyone could claim a rival's article to be a copy), and a section or front page that a
    careless template gives to all its articles.
    """
    if not canonical or site_of(url) != site_of(canonical):
        return url
    here, there = url_key(url), url_key(canonical)
    if here.startswith(f"{there}/") and not _PART_OF_PAGE.fullmatch(here[len(there) + 1 :]):
        return url
    return canonical


def site_of(url: str) -> str:
    """The registrable domain of `url`, by a rule of thumb for second levels such as co.uk; an IP address with port."""
    host = url_key(url).partition("/")[0].partition("?")[0]
    name = host.partition(":")[0]
    labels = name.split(".")
    if host.startswith("[") or labels[-1].isdigit() or len(labels) < 3:
        return host
    second_level = len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVELS
    return ".".join(labels[-3 if second_level else -2 :])


def _ascii(host: str) -> str:
    if ":" in host:
        return f"[{host}]"
    try:
        return host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError:
        return host


def _path(path: str) -> str:
    path = re.sub(r"/{2,}", "/", _SESSION.sub("", path))
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del kept[-1:]
        elif part not in ("", "."):
            kept.append(quote(unquote(part, errors="replace"), safe="!$&'()*+,;=:@~"))
    path = "/" + "/".join(kept) if kept else ""
    before = None
    while before != path:
        before = path
        path = _INDEX.sub("", path)
        path = re.sub(r"\.amp\.html$", ".html", path, flags=re.IGNORECASE) if path.endswith(".html") else path
        path = _AMP_PATH.sub("", path)
    return path


def _query(query: str) -> str:
    kept = []
    for name, value in parse_qsl(query, keep_blank_values=True, max_num_fields=None):
        if _TRACKERS.match(name) and not (name.lower() in _AMBIGUOUS and any(c.isdigit() for c in value)):
            continue
        if value.lower() in _AMP_VALUES or (name.lower() == "print" and value.lower() in _PRINTED):
            continue
        kept.append((name, value))
    return urlencode(sorted(kept))
