"""Parts of a sentence that tell of different contacts, and the leaders that it names in one breath.

"A, who had met B on Monday, called C", "after lunch with A, B rang C", "A met B and flies on to see C": whoever stands
only in different parts was in no contact there, and days, lengths and ways belong to their own part. "B, C and D" of
one list share what is told of them.

Works on a shadow of the sentence, of the same length, in which every leader is a run of one sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.understand.clauses import TOGETHER
from pipeline.understand.mention import Mention

SIGN = "§"
LONGEST = 1500  # characters of a sentence that is taken apart: longer ones are tables and lists
_OWN = frozenset({"his", "hers", "her", "their"})
_TALKED = (
    r"(?:me(?:t|ets?)|spoke|speaks?|call(?:s|ed)|(?:tele)?phon(?:es|ed)|rang|rings|fl(?:ew|ies)|travel(?:s|led|ed)|went|"
    r"goes|head(?:s|ed)|receiv(?:es|ed)|host(?:s|ed)|welcom(?:es|ed)|greet(?:s|ed)|visit(?:s|ed)|h[eo]lds?|sat|dined|"
    r"lunched|drank|ate|wrote|sent|left|arriv(?:es|ed)|land(?:s|ed)|saw|sees|talk(?:s|ed)|consult(?:s|ed)|conferred|"
    r"returned|shook|embraced|hugged|took|paid|spent|stopped|used)"
)
_FINITE = (
    rf"(?:will|would|is|was|are|were|has|had|have|also|then|later|plans|hopes|said|says|told|urged|asked|{_TALKED}|"
    r"[a-z]{2,}ed)"
)
_TALKING = (
    r"(?:meeting|talking|speaking|visiting|hosting|receiving|calling|phoning|telephoning|ringing|holding|dining|"
    r"lunching|seeing|welcoming|breakfasting|having|conferring|sitting|consulting|flying|travelling|traveling|arriving)"
)
_TALKS = (
    r"(?:talks|meetings?|calls?|conversations?|summit|dinner|lunch|breakfast|visits?|trip|audience|session|stop|"
    r"negotiations|discussions|handshake|encounter)"
)
_AFTER = r"(?:after|before|following|ahead of|fresh from|on the heels of)"
_INHERITS = rf"(?:{_TALKING}\b|(?!{SIGN})[^{SIGN},;]{{0,40}}?\b{_TALKS} (?:with|to|from|by|in|at|on)\b)"
# "After talks between B and C", "a dinner at which B hosted C": theirs alone.
_THEIRS = rf"(?!{SIGN})[^{SIGN},;]{{0,40}}?\b{_TALKS} (?:between|(?:at|in|during) which)\b"
# "A, who had received B in Rome, ..." and "A, after talks with B, ...": a part within commas.
_INSIDE = re.compile(
    rf"(?P<who>{SIGN}+)(?P<body>, (?:who(?:se)?\b|{_AFTER} {_INHERITS})[^;]*?)(?:(?=, {_FINITE}\b)|(?=[.!?”\"]*$|;))"
)
# "After meeting B, A called C."
_HEAD = re.compile(
    rf"^(?P<head>\W*(?:[\w,. ]{{1,40}} [-–—]+ )?(?:[\w-]+ (?:hours?|days?|weeks?|minutes) )?"
    rf"(?:{_AFTER} |(?=(?:as|while|when|on the day(?: that)?) {SIGN})(?:as|while|when|on the day(?: that)?) )"
    rf"(?P<own>{SIGN}|{_THEIRS})?[^;]*?),(?= (?:[\w-]+['’]s? )?{SIGN}+"
    rf"(?:,[^,;]{{1,60}},)? (?:{_FINITE}|[a-z]{{3,}}s)\b)",
    re.IGNORECASE,
)
# "As B and C arrived, A hugged them": one event after all.
_THEM = re.compile(r"\b(?:them|trio|pair|visitors|guests|(?:the|all) (?:two|three|four|five))\b")
# "... hours after talks with C", "... before C received D".
_TAIL = re.compile(
    rf"(?P<tail>,?(?: (?:just |only )?[\w-]+ (?:hours?|days?|weeks?|minutes|months?))? {_AFTER} "
    rf"(?:(?P<own>{SIGN}+ (?:had |has )?{_TALKED}\b|{_THEIRS})|(?:his |her |their |a |an )?{_INHERITS})"
    rf"[^;]*{SIGN}[^;]*)$"
)
# "... and will fly on to see C": another verb of the same subject.
_VERB_TOO = re.compile(
    rf"(?:,? and|,? but|, then|, before)(?: then| later| afterwards| also| separately| on \w+day|,)* "
    rf"(?=(?:will|would|is|was|has|had|plans|hopes|{_TALKED})\b)"
)
# "..., while C drank coffee with D", ", and C called D": a subject of its own.
_CLAUSE_TOO = re.compile(
    rf"(?:,? (?:while|whereas|as|but)|[,;] and|;) (?={SIGN}+ (?:had |has |will |also )*{_TALKED}\b)"
)
_VERB = re.compile(rf"\b(?:{_FINITE})\b")
# Words that may stand between the names of one list.
_LIST_WORDS = (
    r"(?:and|the|of|its|his|her|their|president|presidents|prime|minister|ministers|"
    r"premier|chancellor|leader|leaders|king|host|hosts|chief|secretary-general|counterpart|acting|interim|new|both|"
    r"newly|elected)"
)
_IN_LIST = re.compile(
    rf"(?:,? of (?:the )?(?:[A-Z][\w’'-]+ ?){{1,4}})?(?:(?P<and>,? (?:and|&|as well as|(?:along|together) with)\b)|,)"
    rf"(?: (?:{_LIST_WORDS}|[A-Z][\w.’'-]*,?)(?=[ ,]|$)){{0,8}},? ?"
)
# "B in Rome and C in Oslo", "with B and, later, with C": one after the other.
_IN_TURN = re.compile(
    rf"{SIGN} (?:in|at|on) [^{SIGN};]{{2,60}},? and (?:then |later )?(?:with |to )?(?:[A-Z][\w-]+['’]s? )?{SIGN}+ "
    rf"(?:in|at|on) "
    rf"|{SIGN},?(?: [^{SIGN};]{{2,50}})? and,? (?:then|later|earlier|afterwards|separately|in the evening|on \w+day|"
    rf"(?:minutes|(?:an|one|two|three|some) hours?|(?:a|one|two) days?) (?:later|earlier|after that))\b"
    rf",? "
    rf"(?:(?:with|to|by) )?[^{SIGN};.]{{0,40}}{SIGN}"
)
# "Joined by C, they signed"; "C joined them"; "C, who brought them together".
_JOINED_BY = re.compile(rf"^\W*(?:Later |There )?[Jj]oined (?:\w+ )?by (?:[\w-]+['’]s? )?{SIGN}")
_JOINS = re.compile(
    rf"^[^{SIGN}]{{0,60}}{SIGN}.*?\b(?:"
    r"join(?:ed|s) (?:them|the (?:two|pair|others|talks|call|meeting|conversation|session|leaders)|both|in\b(?! \d)|"
    r"by (?:video|phone))|(?:dialled|dialed|tuned) in|was (?:also )?(?:on the line|at the table|in the room)|"
    r"took part(?: too| as well| in the (?:talks|call|meeting|session))|"
    r"brought (?:them|the two|both|the pair) together|"
    r"(?:opened|chaired|moderated|hosted|mediated|brokered) (?:the|their) "
    r"(?:talks|meeting|summit|session|encounter|call))\b"
)
# "They were A, B and C": who took part in what the sentence before tells.
_WERE = re.compile(
    rf"^\W*(?:They|These|"
    rf"The (?:[a-z]+ ){{0,2}}(?:participants|guests|leaders|presidents|two|three|four|five|six|seven|eight)|"
    rf"Those (?:present|attending|taking part|there|at the table|on the line)|Present|Attending|Taking part|"
    rf"Among (?:them|those [\w ]{{2,30}}|the guests)|On the (?:line|call)|Around the table) "
    rf"(?:were|are|was|included?) "
    rf"(?:(?:also|the|then|as follows|presidents?|prime|ministers?|chancellor|king|[A-Z][\w’'-]*),?:? ){{0,5}}{SIGN}"
)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a sentence: its `text`, blanked elsewhere so that offsets stay, and the `people` it tells of."""

    text: str
    people: frozenset[str]


def shadow(text: str, start: int, mentions: Iterable[Mention]) -> str:
    """The sentence with a run of SIGN for every leader; "his" stays as it is."""
    out = list(text.replace(SIGN, " "))
    for m in mentions:
        if m.leader and m.people and m.text.lower() not in _OWN:
            a, b = m.start - start, min(len(out), m.end - start)
            if not text[a:b].isspace():  # of a part, what is blanked stays so
                out[a:b] = SIGN * (b - a)
    return "".join(out)


def parts(text: str, start: int, mentions: Sequence[Mention]) -> list[Part]:
    """The parts of a sentence that names three leaders or more; none where it tells of one thing."""
    named = [m for m in mentions if m.leader and m.people and m.text.lower() not in _OWN]
    if len(text) > LONGEST or len({p for m in named for p in m.people}) < 3 or TOGETHER.search(text):
        return []
    dim = shadow(text, start, mentions)
    spans: list[tuple[int, int, frozenset[str]]] = []  # other parts, and whom they inherit as subject

    def within(a: int, b: int) -> frozenset[str]:
        return frozenset(p for m in named if a <= m.start - start < b for p in m.people)

    def take(a: int, b: int, subject: frozenset[str]) -> None:
        nonlocal dim
        spans.append((a, b, subject))
        dim = dim[:a] + " " * (b - a) + dim[b:]

    together = lists(text, start, mentions, title=False)

    def subject_at(where: int) -> frozenset[str]:
        first = dim.find(SIGN, where)
        found = within(first, first + 1) if first >= 0 else frozenset()
        return found.union(*(names for names in together if found & set(names)))

    for found in list(_INSIDE.finditer(dim)):
        a, b = found.span("body")
        if SIGN in found["body"] and SIGN in dim[:a] + dim[b:].replace(found["who"], "", 1):
            take(a, b, within(*found.span("who")))
    if (head := _HEAD.search(dim)) and SIGN in head["head"] and not (head["own"] and _THEM.search(dim, head.end())):
        take(*head.span("head"), frozenset() if head["own"] else subject_at(head.end()))
    if (tail := _TAIL.search(dim)) and SIGN in dim[: tail.start()]:
        take(*tail.span("tail"), frozenset() if tail["own"] else subject_at(0))
    for border, own in ((_CLAUSE_TOO, True), (_VERB_TOO, False)):
        for found in reversed(list(border.finditer(dim))):
            a, b = found.end(), len(dim.rstrip())
            if SIGN in dim[a:b] and dim[:a].count(SIGN) and _VERB.search(dim[:a]):
                if not own and len(within(0, a) - within(a, b)) < 2:
                    continue  # one leader does both: "A flew in and met B and C"
                take(a, b, frozenset() if own else subject_at(0))
    if not spans:
        return []
    aside = ("him", "them") if any(subject for *_, subject in spans) else ()  # "after B left, A rang C to tell him"
    main = frozenset(p for m in named if dim[m.start - start] == SIGN and m.text.lower() not in aside for p in m.people)
    out = [Part("".join(c if d != " " else " " for c, d in zip(text, dim, strict=True)), main)]
    for a, b, subject in spans:
        out.append(Part(" " * a + text[a:b] + " " * (len(text) - b), within(a, b) | subject))
    return [p for p in out if p.people]


def lists(text: str, start: int, mentions: Sequence[Mention], *, title: bool) -> list[tuple[str, ...]]:
    """The leaders named in one breath, "B, C and D"; commas alone join them in headlines only."""
    named = [m for m in mentions if m.leader and m.people and m.text.lower() not in _OWN]
    out: list[tuple[str, ...]] = []
    run: list[str] = []
    joined, last = False, 0
    for m in named:
        link = _IN_LIST.fullmatch(text[last : m.start - start]) if run else None
        if link is None:
            if joined or title or len(run) == 1:
                out.append(tuple(run))
            run, joined = [], len(m.people) > 1
        elif link["and"]:
            joined = True
        run += [p for p in m.people if p not in run]
        last = m.end - start
    if run and (joined or title or len(run) == 1):
        out.append(tuple(run))
    return [names for names in out if len(names) > 1]


def in_turn(text: str, start: int, mentions: Sequence[Mention]) -> bool:
    """Whether one leader is said to have seen others one after the other: "B in Rome and C in Oslo"."""
    return bool(_IN_TURN.search(shadow(text, start, mentions)))


def joins(text: str, start: int, mentions: Sequence[Mention]) -> tuple[str, ...]:
    """Who is said to have joined the contact that the sentence before tells."""
    dim = shadow(text, start, mentions)
    if not (_JOINED_BY.search(dim) or _JOINS.search(dim)):
        return ()
    first = next((m for m in mentions if m.leader and m.people and m.text.lower() not in _OWN), None)
    if first is None:
        return ()
    run = next((names for names in lists(text, start, mentions, title=False) if first.people[0] in names), ())
    return run or first.people


def lists_who(text: str, start: int, mentions: Sequence[Mention]) -> bool:
    """Whether the sentence says who took part in what the one before tells: "They were A, B and C"."""
    return bool(_WERE.search(shadow(text, start, mentions)))
