"""Lines in an article's body that are not its own: links to other stories, calls to subscribe, credits of the house."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ENDING = re.compile(r"""[.!?…:,][\"'”’)]*$""")
# Behind one of these, at the end of a page, other stories are announced.
_OTHERS = re.compile(
    r"^(?:more (?:from|on|in|stories|news|coverage|headlines)\b.{0,40}"
    r"|(?:related|recommended|popular|latest|top|trending)"
    r" (?:stories|articles|news|content|posts|reading|coverage|topics)"
    r"|most (?:read|popular|viewed)|read (?:next|also|more)"
    r"|you (?:may|might) (?:also )?(?:like|be interested in).{0,20}"
    r"|related|recommended|editor'?s picks?|up next|what to read next|keep reading|further reading|see also"
    r"|around the web|from our partners)\W*$",
    re.IGNORECASE,
)
_CALLS = re.compile(
    r"^(?:click here (?:to|for) .{3,80}"
    r"|(?:article|story) continues (?:below|after.{0,40})|(?:advertisement|advert|sponsored)"
    r"|(?:sign|signing) up (?:for|to) .{3,120}(?:newsletters?|e-?mails?|briefing|inbox).{0,60}|subscribe to .{3,80}"
    r"|download (?:the|our) .{3,60} app\b.{0,40}|follow (?:us|\w+ \w+|@\w+) on .{3,60}|our standards: .{3,80}"
    r"|read more\W*|share this (?:article|story|post).{0,40}|all rights reserved\W*|copyright (?:©|\(c\)) .{0,120}"
    r"|(?:related )?(?:video|watch|listen|live)s?: .{3,120})$",
    re.IGNORECASE,
)
# "MAN HELD AFTER CHASE THROUGH CITY": how some outlets set links to other stories between paragraphs.
_LEAST_SHOUTED = 5
# Of an article's words, at least so much stands before its end: a heading further up is its own.
_BODY = 0.6


def without_asides(lines: Sequence[str]) -> list[str]:
    """`lines` without calls to the reader and shouted links, up to the heading of a list of other stories."""
    kept = [line for line in lines if not _CALLS.match(line) and not _shouted(line)]
    # An article all in capitals is an article all the same.
    kept = kept if len(kept) * 2 > len(lines) else list(lines)
    total, seen = sum(len(line.split()) for line in kept), 0
    for number, line in enumerate(kept):
        if seen >= _BODY * total and _OTHERS.match(line):
            return kept[:number]
        seen += len(line.split())
    return kept


def _shouted(line: str) -> bool:
    return (
        len(line.split()) >= _LEAST_SHOUTED
        and line == line.upper()
        and line != line.lower()
        and not _ENDING.search(line)
    )
