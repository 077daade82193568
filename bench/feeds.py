"""Broken feeds by the thousand: does reading them crash or hang, and does it find what feedparser finds?

    python bench/feeds.py [--runs 3000] [--seed 1] [--show 5]

Sound feeds of every format are damaged at random, one to four times each, and read by `parse_feed` and, for
comparison, by feedparser alone. Then come documents that mean harm. Prints one JSON object; ends with 1 if anything
crashed, took more than two seconds, or if an undamaged feed was read otherwise than by feedparser.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import random
import signal
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import feedparser

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pipeline.ingest.feedfile import ParsedFeed, parse_feed
from pipeline.ingest.text import plain

LIMIT_SECONDS = 2.0
URL = "https://news.example/feeds/all"
Damage = Callable[[bytes, random.Random], bytes]


def items(count: int, form: Callable[[int], str]) -> str:
    return "".join(form(n) for n in range(count))


def rss(n: int) -> str:
    return (
        f"<item><title>Leaders &amp; ministers talk, day {n}</title><link>https://news.example/{n}</link>"
        f'<guid isPermaLink="false">id-{n}</guid><pubDate>Sat, {1 + n % 28:02} Feb 2022 18:40:00 +0300</pubDate>'
        f"<description>They &lt;b&gt;spoke&lt;/b&gt; for {n} minutes – «à demain».</description>"
        f"<dc:creator>Ann Lee</dc:creator><content:encoded><![CDATA[<p>Body & more {n}</p>]]></content:encoded></item>"
    )


def atom(n: int) -> str:
    return (
        f'<entry><id>tag:news.example,2022:{n}</id><title type="html">Talks &amp;amp; calls {n}</title>'
        f'<link rel="alternate" href="https://news.example/{n}"/><updated>2022-02-{1 + n % 28:02}T08:00:00Z</updated>'
        f"<published>2022-02-{1 + n % 28:02}T07:00:00+02:00</published><author><name>Ann Lee</name></author>"
        f'<summary type="html">&lt;p&gt;Summary {n} – Élysée&lt;/p&gt;</summary></entry>'
    )


def rdf(n: int) -> str:
    return (
        f'<item rdf:about="https://news.example/{n}"><title>Talks {n}</title><link>https://news.example/{n}</link>'
        f"<description>Text {n} – Élysée</description><dc:date>2022-02-{1 + n % 28:02}T18:40:00+02:00</dc:date></item>"
    )


def old(n: int) -> str:
    return f"<item><title>Talks {n}</title><link>http://news.example/{n}</link><description>A {n}</description></item>"


XML = '<?xml version="1.0" encoding="utf-8"?>\n'
EXTRA = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
HEAD = "<title>The Wire</title><link>https://news.example/</link><description>News</description>"
RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/">'
)
SOUND = {
    "rss 2.0": f'{XML}<rss version="2.0" {EXTRA}><channel>{HEAD}{items(12, rss)}</channel></rss>',
    "rss 2.0, one line each": f'{XML}<rss version="2.0" {EXTRA}>\n<channel>\n{HEAD}\n'
    + items(8, rss).replace("><", ">\n<")
    + "</channel>\n</rss>",
    "rss 0.91": f'<?xml version="1.0"?><rss version="0.91"><channel>{HEAD}{items(9, old)}</channel></rss>',
    "rss 0.92": f'<?xml version="1.0"?><rss version="0.92"><channel>{HEAD}{items(3, old)}</channel></rss>',
    "rss 1.0": f'{XML}{RDF}<channel rdf:about="https://news.example/">{HEAD}</channel>{items(10, rdf)}</rdf:RDF>',
    "atom 1.0": f'{XML}<feed xmlns="http://www.w3.org/2005/Atom"><title>W</title><id>x</id>{items(10, atom)}</feed>',
    "rss, no entries": f'{XML}<rss version="2.0"><channel>{HEAD}</channel></rss>',
}


def _somewhere(body: bytes, chance: random.Random) -> int:
    return chance.randrange(len(body) + 1)


def _insert(*what: bytes) -> Damage:
    def damage(body: bytes, chance: random.Random) -> bytes:
        at = _somewhere(body, chance)
        return body[:at] + chance.choice(what) + body[at:]

    return damage


def _swap(old_text: bytes, *new: bytes) -> Damage:
    """One occurrence, at random, replaced."""

    def damage(body: bytes, chance: random.Random) -> bytes:
        count = body.count(old_text)
        if not count:
            return body
        pieces = body.split(old_text)
        at = chance.randrange(count)
        return old_text.join(pieces[: at + 1]) + chance.choice(new) + old_text.join(pieces[at + 1 :])

    return damage


def _cut_out(body: bytes, chance: random.Random) -> bytes:
    at = _somewhere(body, chance)
    return body[:at] + body[at + chance.randrange(1, 40) :]


def _cut_off(body: bytes, chance: random.Random) -> bytes:
    return body[: len(body) // 3 + chance.randrange(2 * len(body) // 3 + 1)]


def _flip(body: bytes, chance: random.Random) -> bytes:
    if not body:
        return body
    at = chance.randrange(len(body))
    return body[:at] + bytes([chance.randrange(256)]) + body[at + 1 :]


def _twice(body: bytes, chance: random.Random) -> bytes:
    at = _somewhere(body, chance)
    return body[:at] + body[max(0, at - chance.randrange(1, 300)) :]


def _recoded(name: str) -> Damage:
    def damage(body: bytes, chance: random.Random) -> bytes:
        return body.decode("utf-8", "replace").encode(name, "replace")

    return damage


def _declared(name: bytes) -> Damage:
    return lambda body, chance: body.replace(b'encoding="utf-8"', b'encoding="' + name + b'"', 1)


def _without(text: bytes) -> Damage:
    return lambda body, chance: body.replace(text, b"")


DAMAGES: dict[str, Damage] = {
    "bare ampersand": _swap(b" ", b" & ", b" R&D ", b" &x", b"?a=1&b=2"),
    "bare angle": _swap(b" ", b" < ", b" <3 ", b" <b ", b" > "),
    "named entity": _swap(b" ", b"&nbsp;", b"&mdash;", b"&eacute;", b"&bogus;", b"&#150;", b"&#xFFFE;", b"&#0;"),
    "control character": _insert(b"\x00", b"\x0b", b"\x1f", b"\x08", b"\xef\xbf\xbf"),
    "bad bytes": _insert(b"\xff", b"\xc3", b"\xe2\x82", b"\x92", b"\xed\xa0\x80"),
    "misspelt end": _swap(b"</title>", b"</titel>", b"</Title>", b"</title", b"<title>", b""),
    "lost end": _swap(b"</item>", b"", b"</itme>", b"<item>"),
    "lost end of entry": _swap(b"</entry>", b"", b"</entry", b"<entry>"),
    "stray tag": _insert(b"</b>", b"<br>", b"<p>", b"</item>", b"<img src=x>", b"<a href='y'>", b"<?php echo 1 ?>"),
    "lost quote": _swap(b'"', b"", b"'", b'""'),
    "lost bracket": _swap(b">", b"", b">>", b" "),
    "undeclared namespace": _without(b'xmlns:dc="http://purl.org/dc/elements/1.1/"'),
    "undeclared content": _without(b'xmlns:content="http://purl.org/rss/1.0/modules/content/"'),
    "open cdata": _swap(b"]]>", b"", b"]]", b"]]>]]>"),
    "cdata": _insert(b"<![CDATA[", b"]]>"),
    "comment": _insert(b"<!--", b"-->", b"<!-- <item> -->"),
    "cut off": _cut_off,
    "cut out": _cut_out,
    "flipped": _flip,
    "twice": _twice,
    "byte order mark": lambda body, chance: b"\xef\xbb\xbf" * chance.randrange(1, 3) + body,
    "space first": lambda body, chance: chance.choice([b"\n\n", b" \t", b"\r\n <!-- x -->\n"]) + body,
    "warning first": lambda body, chance: b"<br />\n<b>Warning</b>: mysql_connect() in /srv/x.php\n" + body,
    "cp1252": _recoded("cp1252"),
    "utf-16": _recoded("utf-16"),
    "declared latin-1": _declared(b"iso-8859-1"),
    "declared nonsense": _declared(b"utf-8-bogus"),
    "date": _swap(b"Feb 2022", b"Febr 2022", b"2022", b"F\xc3\xa9vrier 2022", b"99 9999", b""),
    "gzip": lambda body, chance: gzip.compress(body, mtime=0),
    "doctype": lambda body, chance: body.replace(b"?>", b'?><!DOCTYPE rss [<!ENTITY nbsp "&#160;">]>', 1),
}


def hostile() -> dict[str, Callable[[], bytes]]:
    """Documents that mean harm, made when their turn comes."""
    feed = b'<rss version="2.0"><channel><title>W</title>%s</channel></rss>'
    entity = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
    item = b"<item><title>%s</title><link>https://news.example/1</link></item>"
    return {
        "billion laughs": lambda: b'<!DOCTYPE x [<!ENTITY a0 "ha">' + entity + b"]>" + feed % (item % b"&a11;"),
        "quadratic blowup": lambda: (
            b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 100_000 + b'">]>' + feed % (item % (b"&a;" * 50_000))
        ),
        "100,000 entries": lambda: feed % ((item % b"x") * 100_000),
        "100,000 broken entries": lambda: feed % ((item % b"x & y") * 100_000),
        "50 MB in one entry": lambda: feed % (item % (b"word " * 10_000_000)),
        "50 MB in one broken entry": lambda: feed % (item % (b"wo & " * 10_000_000)),
        "50 MB of escaped markup": lambda: feed % (item % (b"&lt;p&gt;x " * 4_500_000)),
        "5 MB of CDATA markup": lambda: feed % (item % (b"<![CDATA[" + b"<p>x" * 1_200_000 + b"]]>")),
        "nested deep": lambda: feed % (b"<a>" * 1_000_000),
        "nested deep in an entry": lambda: feed % (item % (b"<a>" * 60_000)),
        "nested html": lambda: feed % (item % (b"&lt;div&gt;" * 100_000)),
        "entries in entries": lambda: feed % (b"<item>" * 300_000),
        "open cdata": lambda: feed % (b"<![CDATA[" * 500_000),
        "open cdata, closed last": lambda: feed % (item % (b"<![CDATA[" * 400_000 + b"]]>" + b"<b>")),
        "open comments": lambda: feed % (b"<!--" * 1_000_000),
        "doctypes": lambda: b"<!DOCTYPE " * 500_000,
        "open tags": lambda: feed % (b"<item " * 800_000),
        "brackets": lambda: b"<" * 5_000_000,
        "ampersands": lambda: feed % (item % (b"&" * 4_000_000)),
        "references": lambda: feed % (item % (b"&#38;#38;" * 400_000)),
        "attributes": lambda: feed % (b"<item " + b"".join(b'a%d="x" ' % n for n in range(300_000)) + b"/>"),
        "prefixes": lambda: feed % b"".join(b"<p%d:x/>" % n for n in range(300_000)),
        "namespaces": lambda: feed % b"".join(b'<a xmlns:p%d="u:%d"/>' % (n, n) for n in range(100_000)),
        "gzip bomb": lambda: gzip.compress(b"<rss>" + b"\0" * 200_000_000),
        "json, nested": lambda: b'{"items":' + b"[" * 1_000_000,
        "json, 100,000 items": lambda: (
            b'{"version":"https://jsonfeed.org/version/1.1","items":['
            + b'{"id":"1","url":"/a"},' * 99_999
            + b'{"id":1}]}'
        ),
        "json, a long number": lambda: b'{"items":[' + b"9" * 4_000_000 + b"]}",
        "sitemap of 50,000": lambda: (
            b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
            + b"<url><loc>https://news.example/1</loc></url>" * 50_000
            + b"</urlset>"
        ),
        "html of 5 MB": lambda: b"<html>" + b'<link rel="alternate" type="application/rss+xml" href="/x">' * 80_000,
        "noise": lambda: random.Random(1).randbytes(5_000_000),
        "noise after a root": lambda: b"<rss><channel>" + random.Random(2).randbytes(5_000_000),
    }


class _Hangs(BaseException):
    """Ten seconds of work on one document."""


def _stop(number: int, frame: object) -> None:
    raise _Hangs


def alone(body: bytes) -> dict[str, Any]:
    """feedparser's own reading."""
    headers = {"content-location": URL, "content-type": "application/xml"}
    try:
        return dict(feedparser.parse(io.BytesIO(body), response_headers=headers, sanitize_html=False))
    except Exception as error:  # feedparser itself crashes on some; that is what we compare with
        return {"entries": [], "bozo": True, "crashed": type(error).__name__}


def told(reading: dict[str, Any]) -> list[tuple[str, str]]:
    """Title and link of each entry that says something."""
    found = [(plain(str(dict.get(e, "title") or ""), 500), str(dict.get(e, "link") or "")) for e in reading["entries"]]
    return [entry for entry in found if any(entry)]


def pairs(feed: ParsedFeed) -> list[tuple[str, str]]:
    """The same of our reading."""
    return [(entry.title, entry.link or "") for entry in feed.entries]


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--runs", type=int, default=3000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--show", type=int, default=0, help="print so many of those where feedparser found more")
    options.add_argument("--only", default="", help="of the hostile documents, those with this in their name")
    chosen = options.parse_args()
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGPROF, _stop)
    report: dict[str, Any] = {"runs": 0, "crashes": 0, "slow": 0, "max_seconds": 0.0, "differ_undamaged": 0}
    counts: Counter[str] = Counter()
    shown = 0
    chance = random.Random(chosen.seed)
    for text in SOUND.values():
        body = text.encode()
        report["differ_undamaged"] += pairs(parse_feed(body, URL)) != told(alone(body))
    for _ in range(chosen.runs):
        name = chance.choice(list(SOUND))
        body = SOUND[name].encode()
        done = [chance.choice(list(DAMAGES)) for _ in range(chance.randrange(1, 5))]
        for damage in done:
            body = DAMAGES[damage](body, chance)
        seconds, feed = _timed(body, report)
        report["runs"] += 1
        if feed is None:
            continue
        theirs = alone(body)
        ours, others = len(feed.entries), len(told(theirs))
        counts["ours"] += ours
        counts["feedparser"] += others
        counts["feedparser_crashed"] += "crashed" in theirs
        counts["more" if ours > others else "fewer" if ours < others else "equal"] += 1
        if ours == others and not theirs.get("bozo"):
            same = pairs(feed) == told(theirs)
            counts["sound_and_same" if same else "sound_and_different"] += 1
            if not same and shown < chosen.show:
                shown += 1
                both = zip(pairs(feed), told(theirs), strict=True)
                print("different:", name, done, [(a, b) for a, b in both if a != b][:2], file=sys.stderr)
        if ours < others and shown < chosen.show:
            shown += 1
            print("fewer:", name, done, ours, "<", others, feed.problems, file=sys.stderr)
    report["entries"] = dict(counts)
    report["hostile"] = {}
    for name, make in hostile().items():
        if chosen.only in name:
            seconds, feed = _timed(make(), report)
            said = "crashed" if feed is None else feed.reason or f"{len(feed.entries)} entries"
            report["hostile"][name] = [round(seconds, 2), said]
            print(f"{seconds:6.2f} s  {name}: {said}", file=sys.stderr, flush=True)
    report["max_seconds"] = round(report["max_seconds"], 2)
    print(json.dumps(report, indent=1))
    return 1 if report["crashes"] or report["slow"] or report["differ_undamaged"] else 0


def _timed(body: bytes, report: dict[str, Any]) -> tuple[float, Any]:
    """One reading, in seconds of processor time: other work on the machine is no fault of ours."""
    began = time.process_time()
    # What hangs shall not hang the bench.
    signal.setitimer(signal.ITIMER_PROF, 10)
    try:
        feed = parse_feed(body, URL)
        feed.title.encode()
        for entry in feed.entries:
            repr(entry).encode()
    except (Exception, _Hangs) as error:  # what the bench is there to find
        print("crash:", type(error).__name__, error, body[:200], file=sys.stderr)
        report["crashes"] += 1
        feed = None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    seconds = time.process_time() - began
    report["max_seconds"] = max(report["max_seconds"], seconds)
    report["slow"] += seconds > LIMIT_SECONDS
    return seconds, feed


if __name__ == "__main__":
    sys.exit(main())
