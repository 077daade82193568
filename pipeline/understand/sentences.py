"""Where sentences begin and end in news: rules that know "U.S.", "Gen.", "Feb. 12", quotes, bullets and datelines.

A sentence never crosses the title, a bullet or a blank line. A single newline ends one too, unless the text is
hard-wrapped or the next line goes on in lower case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from pipeline.understand.tokens import words

# Never the end of a sentence: a name follows.
_TITLES = frozenset(
    words(
        "mr mrs ms dr prof gen lt col maj capt cmdr adm sgt cpl brig sen rep gov pres sec amb rev hon fr st sr msgr "
        "supt insp det pvt vs v cf eg ie approx ca al ft mt"
    )
)
_NUMBERED = frozenset(words("no nos art fig p pp vol ch"))  # no end where a number follows
# The end of a sentence only where the next word is one that begins sentences and no name.
_SHORTENED = frozenset(words("jr inc co corp ltd bros etc am pm est dept govt univ assn"))
_MONTHS = frozenset(words("jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thurs fri sat sun"))
_STARTERS = frozenset(
    words(
        "the he she it they we i you his her its their our this that these those there here in on at by for from with "
        "after before during since until as when while where if but and or so yet however meanwhile both neither "
        "another also according all any some many most no not what who why how asked last earlier later then "
        "under over about among despite although though because a an"
    )
)

_BULLET = re.compile(r"(?:^|(?<=\s))[•●▪■◦‣·*](?=\s)")
_LIST_NUMBER = re.compile(r"^\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})$")
# A terminal, its closing quotes and brackets, and what stands between it and the next sentence.
_END = re.compile(r"(?P<dots>[.!?…]+)(?P<close>[\"'”’»)\]]*)(?P<gap>\s+|(?=[A-Z“][\w’'])|(?=[\"“][A-Z]))")
_OPENING = "\"'“‘«([—–-"
_WORD_BEFORE = re.compile(r"[\w.’'-]+$")
_WORD_AFTER = re.compile(r"[^\W_]+")
# '"Will they meet?" Putin asked' goes on after its quote.
_SAID = re.compile(
    r"(?:[\w’'-]+ ){1,4}(?:said|says|asked|asks|told|added|wondered|wrote|replied|tweeted|joked|quipped)\b"
)
_WRAP_WIDTH = 100  # no line of a hard-wrapped text is longer


@dataclass(frozen=True, slots=True)
class Sentence:
    """Characters `start`..`end` of the whole text, without white space around them; `title` marks the headline."""

    start: int
    end: int
    text: str
    title: bool = False


def split(whole: str, title_length: int) -> list[Sentence]:
    """The sentences of `whole` = title + newline + text, in order; an empty title gives no sentence."""
    out: list[Sentence] = []
    _add(out, whole, 0, title_length, title=True)
    for start, end in _blocks(whole, min(title_length, len(whole))):
        _split_block(out, whole, start, end)
    return out


def _add(out: list[Sentence], whole: str, start: int, end: int, *, title: bool = False) -> None:
    text = whole[start:end]
    start += len(text) - len(text.lstrip())
    text = text.strip()
    if text:
        out.append(Sentence(start, start + len(text), text, title))


def _blocks(whole: str, at: int) -> list[tuple[int, int]]:
    """Stretches of text that no sentence leaves: paragraphs, lines, bullets."""
    lines = []
    for m in re.finditer(r"[^\n\r\u2028\u2029]+", whole[at:]):
        if m.group().strip():
            lines.append((at + m.start(), at + m.end()))
    wrapped = _is_wrapped([whole[a:b] for a, b in lines])
    blocks: list[tuple[int, int]] = []
    for start, end in lines:
        if blocks and _goes_on(whole, blocks[-1], start, wrapped):
            blocks[-1] = (blocks[-1][0], end)
        else:
            blocks.append((start, end))
    out = []
    for start, end in blocks:
        cuts = [start, *(start + m.start() for m in _BULLET.finditer(whole[start:end])), end]
        out += [(a, b) for a, b in pairwise(cuts) if a < b]
    return out


def _is_wrapped(lines: list[str]) -> bool:
    if len(lines) < 4 or max(map(len, lines)) > _WRAP_WIDTH:
        return False
    full = [line for line in lines if len(line) >= 45]
    open_ended = [line for line in full if line.rstrip()[-1] not in '.!?:"”']
    return len(full) >= 3 and len(open_ended) >= 0.6 * len(full)


def _goes_on(whole: str, before: tuple[int, int], start: int, wrapped: bool) -> bool:
    """Whether the line at `start` continues the block before it."""
    between = whole[before[1] : start]
    if between.count("\n") != 1 or whole[before[0] : before[1]].rstrip()[-1:] in ".!?:…":
        return False
    first = whole[start:].lstrip(" \t")[:1]
    if first.islower():
        return True
    return wrapped and not _BULLET.match(whole[start : start + 2]) and before[1] - before[0] >= 45


def _split_block(out: list[Sentence], whole: str, start: int, end: int) -> None:
    begin = start
    for m in _END.finditer(whole, start, end):
        if m.end() < end and _ends_here(whole, begin, m, end):
            _add(out, whole, begin, m.end())
            begin = m.end()
    _add(out, whole, begin, end)


def _ends_here(whole: str, begin: int, m: re.Match[str], end: int) -> bool:
    dots, close, gap = m["dots"], m["close"], m["gap"]
    ahead = whole[m.end() : min(end, m.end() + 80)]
    bare = ahead.lstrip(_OPENING + " ")
    first = bare[:1]
    if not first or first.islower():
        return False
    if close and dots[-1] in "?!" and _SAID.match(ahead):
        return False
    if dots != ".":
        return bool(gap) or first.isupper()
    found = _WORD_BEFORE.search(whole, max(begin, m.start() - 24), m.start())
    word = found.group() if found else ""
    if not gap:  # "talks.The Kremlin", not "U.S.President" nor "Reuters.com"
        return len(word) > 2 and word[-1].islower() and "." not in word and bare[1:2].islower()
    if close:
        return True
    plain = word.lower().strip("’'-")
    after = _WORD_AFTER.match(bare)
    follower = after.group().lower() if after else ""
    if _LIST_NUMBER.match(word) and whole[begin : m.start()].strip() == word:
        return False
    if plain in _TITLES:
        return False
    if plain in _MONTHS or plain in _NUMBERED:
        return not first.isdigit()
    if plain in _SHORTENED or (len(word) > 1 and re.fullmatch(r"(?:[^\W\d_]\.)+[^\W\d_]", word)):
        return follower in _STARTERS and after is not None and after.group()[0].isupper()
    if len(word) == 1 and word.isupper():  # an initial: "Joseph R. Biden"
        return follower in _STARTERS and follower not in ("a", "an", "i")
    return True
