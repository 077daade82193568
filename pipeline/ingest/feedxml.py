"""From text that should be XML to XML that is: damage is mended entry by entry, so that none can spoil the others."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from lxml import etree

from pipeline.ingest.charset import Decoded
from pipeline.ingest.parsedfeed import MOST_ENTRIES
from pipeline.ingest.text import xml_safe

PROLOG = re.compile(r"^\s*<\?xml[^>]*\?>")
# More of one entry says nothing that is kept, and takes time.
ENTRY_LENGTH = 200_000
HEAD_LENGTH = 50_000
JUNK_LENGTH = 4_000
TEXT_LENGTH = 100_000
MOST_PREFIXES = 100
# Of a broken feed this much is read: mending takes longer than reading.
MENDED_LENGTH = 2_000_000
DEEPEST = 50
# feedparser takes about 10 microseconds for an element.
MOST_ELEMENTS = 60_000

_DTD = re.compile(r"<!(?=(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)\b)", re.IGNORECASE)
_SUBSET_ENDS = re.compile(r"\]\s*>")
# libxml2 compares the attributes of a tag with each other.
_LONG_TAG = re.compile(r"<[A-Za-z_/][^<>]{20000}[^<>]*>?")
_ENTRY = re.compile(r"<((?:[A-Za-z][\w.-]{0,30}:)?(?:item|entry))(?=[\s></])", re.IGNORECASE)
_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_CHANNEL = re.compile(r"</?channel(?:\s[^<>]{0,2000})?>")
_TAIL = re.compile(r"</(?:channel|rss|feed|rdf:RDF)\s*>|<[^<>]*$", re.IGNORECASE)
_TAG = re.compile(
    r"<!\[CDATA\[.*?\]\]>|<!--.*?-->|<\?[^<>]{0,1000}\?>|<(/?)([A-Za-z_][\w:.-]{0,60})(?:\s[^<>]{0,5000})?/?>",
    re.DOTALL,
)
# CDATA is left as it is: what looks like markup in it is none.
_LOOSE = re.compile(r"<!\[CDATA\[.*?\]\]>|&(?:([A-Za-z]\w{1,30});|(?!#\d{1,7};|#x[\da-fA-F]{1,6};))", re.DOTALL)
_KNOWN = frozenset({"amp", "lt", "gt", "quot", "apos"})
_BEGINS = re.compile(r"<(?:rss|feed|rdf:RDF|RDF|urlset|sitemapindex)[\s>]")
_HARMLESS = re.compile(r"(?:\s|<!--(?:(?!-->).)*-->|<\?[^<>]*\?>)*", re.DOTALL)
_PREFIX = re.compile(r"[<\s/]([A-Za-z_][\w.-]{0,30}):[A-Za-z_]")
_ATTRIBUTE = re.compile(r"""(?<![\w:.-])([A-Za-z_][\w:.-]*)\s*=\s*("[^"<]*"|'[^'<]*')""")
_XMLNS = re.compile(r"""\sxmlns(?::([A-Za-z_][\w.-]*))?\s*=\s*(?:"([^"<>]{1,300})"|'([^'<>]{1,300})')""")
_BAD_REFERENCE = re.compile(r"&#(?:(\d{1,7})|x([\da-fA-F]{1,6}));")

# What feeds mean by a prefix that they forgot to declare.
USUAL = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "atom": "http://www.w3.org/2005/Atom",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "georss": "http://www.georss.org/georss",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
}


@dataclass(slots=True)
class FeedText:
    """A feed's XML without prolog and DTD. `sound`: it is well-formed, and holds no more than MOST_ENTRIES entries.

    `entries` is how many entries it seems to have, `root` the name of its first element.
    """

    text: str
    sound: bool
    entries: int
    root: str
    problems: list[str] = field(default_factory=list)


def tidy(decoded: Decoded) -> FeedText:
    """The text without what XML forbids and without a DTD (entity bombs), and whether it is well-formed then."""
    problems: list[str] = []
    if decoded.declared and not _compatible(decoded):
        problems.append(f"declared as {decoded.declared}, read as {decoded.charset}")
    replaced = decoded.text.count("\ufffd")
    if replaced:
        problems.append(f"{replaced} characters could not be decoded")
    text, dropped = xml_safe(decoded.text)
    text = _BAD_REFERENCE.sub(_reference, text) if "&#" in text else text
    if dropped:
        problems.append(f"{dropped} control characters dropped, which XML forbids")
    text = PROLOG.sub("", text.lstrip("\ufeff \t\r\n"), count=1).lstrip()
    if _DTD.search(text):
        if "<!ENTITY" in text:
            problems.append("entity declarations dropped")
        text = _DTD.sub("", _without_doctype(text))
    text, long = _LONG_TAG.subn("", text.lstrip())
    if long:
        problems.append(f"{long} tags of absurd length dropped")
    if len(spaces := list(dict.fromkeys(first or second for _, first, second in _XMLNS.findall(text)))) > MOST_PREFIXES:
        problems.append(f"{len(spaces)} namespaces, of which {MOST_PREFIXES} are kept")
        kept = frozenset(spaces[:MOST_PREFIXES])
        text = _XMLNS.sub(lambda one: one[0] if (one[2] or one[3]) in kept else "", text)
    begins = _BEGINS.search(text, 0, JUNK_LENGTH)
    if begins and begins.start() and not _HARMLESS.fullmatch(text, 0, begins.start()):
        problems.append(f"{begins.start()} characters before the feed dropped: {text[: min(60, begins.start())]!r}")
        text = text[begins.start() :]
    root = _ROOT.search(text[:65536])
    count = sum(1 for _ in _ENTRY.finditer(text))
    text, fault, elements = _checked(text)
    if fault:
        problems.append(f"broken XML: {fault}")
    if elements > MOST_ELEMENTS:
        problems.append(f"{elements} elements, of which {MOST_ELEMENTS} at most are read")
    if count > MOST_ENTRIES:
        problems.append(f"more than {MOST_ENTRIES} entries, of which the first {MOST_ENTRIES} are read")
    return FeedText(
        text,
        not fault and count <= MOST_ENTRIES and elements <= MOST_ELEMENTS,
        count,
        root[1] if root else "?",
        problems,
    )


def begins(start: str) -> bool:
    """Whether a feed begins somewhere in the first part of a document."""
    return _BEGINS.search(start, 0, JUNK_LENGTH) is not None


def mended(feed: FeedText) -> str:
    """Well-formed XML with the head and the entries of a broken or overlong feed, each mended by itself."""
    text = _closed_cdata(feed.text[:MENDED_LENGTH])
    places = _places(text)
    if not places:
        return _document(feed.root, text[:HEAD_LENGTH], [], text[:HEAD_LENGTH])
    entries: list[str] = []
    for (start, name), (end, _) in zip(places, [*places[1:], (len(text), "")], strict=True):
        share = MOST_ELEMENTS // min(len(places), MOST_ENTRIES)
        entries.append(_segment(text[start : min(end, start + ENTRY_LENGTH)], name, share))
        if len(entries) == MOST_ENTRIES:
            break
    return _document(feed.root, text[: min(places[0][0], HEAD_LENGTH)], entries, text)


def _document(root: str, head: str, entries: list[str], text: str) -> str:
    """Root, head and entries in one document; whatever cannot be mended is left out."""
    opening = re.search(rf"<{re.escape(root)}(?=[\s>/])[^<>]{{0,2000}}>", head)
    declared = {name: first or second for name, first, second in _XMLNS.findall(opening[0] if opening else "")}
    prefixes = {name for name in _PREFIX.findall(text) if name not in ("xml", "xmlns")}
    for prefix in sorted(prefixes - set(declared))[:MOST_PREFIXES]:
        declared[prefix] = USUAL.get(prefix, f"urn:undeclared:{prefix}")
    attributes = " ".join(
        f'{f"xmlns:{name}" if name else "xmlns"}="{html.escape(html.unescape(uri))}"' for name, uri in declared.items()
    )
    version = re.search(r"""\sversion\s*=\s*["']([\w.]{1,10})["']""", opening[0] if opening else "")
    start = f"<{root} {attributes}" + (f' version="{version[1]}"' if version else "") + ">"
    channel = re.search(r"<channel[\s>]", head) is not None
    front = _fragment(start, _balanced(loosened(_CHANNEL.sub("", head[opening.end() :] if opening else "")), 500))
    body = "".join(_fragment(start, entry) for entry in entries)
    if not channel:
        return f"{start}{front}{body}</{root}>"
    # RSS 1.0 has its items beside the channel, all others have them in it.
    beside = root.lower().endswith("rdf")
    return f"{start}<channel>{front}{'</channel>' + body if beside else body + '</channel>'}</{root}>"


def _fragment(start: str, markup: str) -> str:
    """`markup` made well-formed inside an element that declares what `start` does; "" where nothing is left of it."""
    root = start[1:].partition(" ")[0]
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, strip_cdata=True)
    try:
        tree = etree.fromstring(f"{start}{markup}</{root}>".encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        return ""
    if tree is None:
        return ""
    # Serialised one by one, each would declare all namespaces again; the root around them does.
    text = etree.tostring(tree, encoding="unicode")
    opened = text.find(">")
    return "" if text.endswith("/>") and opened == len(text) - 1 else text[opened + 1 : text.rfind("<")]


def _segment(text: str, name: str, most: int) -> str:
    """One entry's markup: up to its end tag if it has one, closed if not."""
    end = re.search(rf"</{re.escape(name)}\s*>", text, re.IGNORECASE)
    inside = text[: end.start()] if end else _TAIL.sub("", text)
    opening = re.match(rf"<{re.escape(name)}((?:\s[^<>]{{0,2000}})?)(>?)", inside)
    if opening is None or opening[1].endswith("/"):
        return ""
    # Of a tag that nothing ends the attributes are no matter: they may be the text that follows.
    attributes = _attributes(opening[1]) if opening[2] else ""
    rest = inside[opening.end() if opening[2] else len(name) + 1 :]
    return f"<{name}{attributes}>{_balanced(loosened(_closed_cdata(rest)), most)}</{name}>"


def _balanced(markup: str, most: int) -> str:
    """With an end for each start tag, and none without: one that is misspelt ends what it means, others are dropped.
    At most so many tags are kept.

    libxml2 would take any end tag for the end of the innermost element, and so lose what comes after.
    """
    pieces: list[str] = []
    stack: list[str] = []
    at = 0
    for found in _TAG.finditer(markup):
        pieces.append(markup[at : found.start()].replace("<", "&lt;"))
        at = found.end()
        ends, name, whole = found[1], found[2], found[0]
        if name is None or whole.endswith("/>"):
            most -= 1
            pieces.append(whole if most >= 0 else "")
        elif not ends:
            most -= 1
            if most >= 0 and len(stack) < DEEPEST:
                stack.append(name)
                pieces.append(f"<{name}{_attributes(whole[1 + len(name) : -1])}>")
        elif name in stack:
            while (last := stack.pop()) != name:
                pieces.append(f"</{last}>")
            pieces.append(f"</{name}>")
        elif stack and _alike(stack[-1], name):
            pieces.append(f"</{stack.pop()}>")
    rest = markup[at:]
    # A tag that was cut off at the end of the document is no text.
    pieces.append((rest[: rest.rfind("<")] if re.search(r"<[/A-Za-z!][^>]*$", rest) else rest).replace("<", "&lt;"))
    pieces += [f"</{name}>" for name in reversed(stack)]
    return "".join(pieces)


def _attributes(text: str) -> str:
    """Those attributes of a tag that are whole, each once."""
    found = dict(_ATTRIBUTE.findall(loosened(text)))
    return "".join(f" {name}={value}" for name, value in found.items())


def _alike(opened: str, ended: str) -> bool:
    """Whether an end tag is a slip of the pen: "titel" for "title", "pubdate" for "pubDate"."""
    first, second = opened.lower(), ended.lower()
    return sorted(first) == sorted(second) or (first[:3] == second[:3] and abs(len(first) - len(second)) <= 2)


def _without_doctype(text: str) -> str:
    start = text.lower().find("<!doctype", 0, JUNK_LENGTH)
    if start < 0:
        return text
    end = text.find(">", start) + 1
    if 0 <= text.find("[", start) < end and (closed := _SUBSET_ENDS.search(text, start)):
        end = closed.end()
    return text[:start] + text[end:] if end else text


def _places(text: str) -> list[tuple[int, str]]:
    """Where entries begin, with their tag's name; those within CDATA or comments are text."""
    hidden = [(m.start(), m.end()) for m in re.finditer(r"<!\[CDATA\[.*?\]\]>|<!--.*?-->", text, re.DOTALL)]
    places = []
    at = 0
    for found in _ENTRY.finditer(text):
        while at < len(hidden) and hidden[at][1] <= found.start():
            at += 1
        if at < len(hidden) and hidden[at][0] < found.start():
            continue
        places.append((found.start(), found[1]))
        if len(places) > MOST_ENTRIES:
            break
    return places


def _closed_cdata(text: str) -> str:
    """Without openings of CDATA and comments that nothing closes: each search for their end would read all the rest."""
    for opening, closing in (("<![CDATA[", "]]>"), ("<!--", "-->")):
        last = text.rfind(closing)
        if text.find(opening, last + 1) >= 0:
            text = text[: last + 1] + text[last + 1 :].replace(opening, "")
    return text


def loosened(text: str) -> str:
    """Bare ampersands and entities that only HTML knows, made what they mean."""
    return _LOOSE.sub(_ampersand, text) if "&" in text else text


def _ampersand(found: re.Match[str]) -> str:
    if found[0].startswith("<") or found[1] in _KNOWN:
        return found[0]
    if found[1] is None:
        return "&amp;"
    meant = html.unescape(found[0])
    return html.escape(meant, quote=False)


def _reference(found: re.Match[str]) -> str:
    """A reference to a character that XML forbids is what browsers read there: often a quotation mark of cp1252."""
    code = int(found[1]) if found[1] else int(found[2], 16)
    if code in (9, 10, 13) or 32 <= code < 127 or 160 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or code >= 0x10000:
        return found[0] if code <= 0x10FFFF else ""
    meant, _ = xml_safe(html.unescape(found[0]))
    return meant


def _checked(text: str) -> tuple[str, str | None, int]:
    """The text, texts of absurd length cut; why it is not well-formed, with the place, None if it is; its elements."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        tree = etree.fromstring(text.encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        line, _ = error.position
        said = str(error.msg or error).partition(", line ")[0].partition("\n")[0]
        return text, f"line {line}: {said}"[:200], 0
    except ValueError as error:
        return text, str(error)[:200], 0
    elements = 0
    long = []
    for element in tree.iter():
        elements += 1
        if len(element.text or "") > TEXT_LENGTH:
            long.append(element)
    for element in long:
        element.text = (element.text or "")[:TEXT_LENGTH]
    return etree.tostring(tree, encoding="unicode") if long else text, None, elements


def _compatible(decoded: Decoded) -> bool:
    if decoded.declared == decoded.charset or decoded.text.isascii():
        return True
    return decoded.charset == "cp1252" and decoded.declared == "iso8859-1"
