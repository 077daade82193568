"""Who stands in a sentence of a contact without taking part: owners of things, and speakers of the talks of others.

Read in marked text, as odds on top of the model's judgement.
"""

from __future__ import annotations

import re

from pipeline.understand.clauses import FIRST, OTHER, SECOND
from pipeline.understand.cues import BY_CALL

_I = re.IGNORECASE
OWNER_ODDS = 0.15
RELATED_ODDS = 0.02
BETWEEN_ODDS = 3.0
NAMED_ODDS = 0.1
CALL_ODDS = 4.0

_OWNER = {
    marker: re.compile(
        r"\b(?:advis[eo]r|envoy|aide|ambassador|spokes(?:man|woman|person)|representative|assistant|emissary)s? "
        r"(?:to|of|for) "
        + re.escape(marker)
        + r"|"
        + re.escape(marker)
        + r"['’]s (?!(?:\w+ ){0,2}(?:call|conversation|talks|meeting|visit|trip|summit|arrival|stay|guest|"
        r"invitation|request|initiative|residence|palace|dacha|home|house|office|club|ranch|villa|estate|table|side|letter|"
        r"message|counterpart)s?\b)"
    )
    for marker in (FIRST, SECOND)
}
# "A met B, a close ally of C": C only tells who B is.
_RELATION = (
    r"(?:ally|friend|partner|rival|foe|enemy|critic|opponent|supporter|backer|admirer|confidante?|prot[eé]g[eé]e?|mentor|"
    r"successor|predecessor)s?"
)
_RELATED = {
    marker: re.compile(rf"\b{_RELATION} (?:to|of) {re.escape(marker)}|{re.escape(marker)} {_RELATION}\b", _I)
    for marker in (FIRST, SECOND)
}
_NOUNS = (
    r"(?:(?:phone |telephone |video )?(?:calls?|conversations?|talks|meetings?|summits?|dinner|lunch|breakfast|"
    r"negotiations|videoconference|discussions?|encounter|tete-a-tete|soir[ée]e|session))\b"
)
_CONTACTS = re.compile(rf"\b{_NOUNS}", _I)
_BETWEEN = re.compile(
    rf"\b(?P<what>{_NOUNS})(?: [\w-]+){{0,4}} between "
    rf"(?P<who>(?:[^.;:]{{0,40}}?\[unused\d\](?!['’]s (?!country))){{2,4}})",
    _I,
)
# "Called B the devil", "branded B's plan a trick": words about somebody.
_NAMED = re.compile(
    r"\b(?:call(?:s|ed|ing)|dubb(?:ed|ing)|brand(?:s|ed)|labell?(?:s|ed)|describe[sd])\s+"
    r"(?:the )?\[unused\d\](?:['’]s(?: [\w-]+){1,3})?,? (?:an?\b|the\b|one of|“|\"|‘|as\b)",
    _I,
)
# "In a separate call B urged A": both are named, and nobody else.
_IN_A_CALL = re.compile(
    r"\b(?:in|during|over|on) (?:an?|the|their|his|her) (?:[\w-]+ ){0,3}?"
    r"(?:(?:tele)?phone (?:call|conversation|talk)|(?:separate|later|second|earlier|subsequent) (?:call|conversation)|"
    r"video call)\b",
    _I,
)
# Words of hosts and mediators, and of contacts beside the one between the two.
_APART = re.compile(
    r"\b(?:met|meets?|spoke|speaks|called|phoned|visit\w*|receiv\w*|welcom\w*|host\w*|mediat\w*|broker\w*|chair\w*|"
    r"conven\w*|join\w*|attend\w*|moderat\w*|facilitat\w*|took part|take part|three-way|trilateral|four-way|also)\b",
    _I,
)


def only_named(marked: str) -> bool:
    """Whether a text has words about somebody, and none for a contact."""
    beside, named = _NAMED.subn("", marked)
    return named > 0 and not _CONTACTS.search(beside) and not _APART.search(beside)


def weigh_contact(contact: float, marked: str) -> float:
    """The probability of a contact once the words around the markers are heard.

    "The call between A and B" is theirs, and not that of C who speaks of it. Whoever stands in a passage only as the
    owner of something ("welcomed B's offer", "B's envoy") met nobody there.
    """
    odds = contact / max(1e-6, 1.0 - contact)
    if only_named(marked):
        odds *= NAMED_ODDS
        contact = odds / (1.0 + odds)
    elif BY_CALL.search(marked) or (OTHER not in marked and _IN_A_CALL.search(marked)):
        odds *= CALL_ODDS
        contact = odds / (1.0 + odds)
    between = _BETWEEN.search(marked)
    if between is not None and not _APART.search(marked):
        inside = [m in between["who"] for m in (FIRST, SECOND)]
        if all(inside):
            odds *= BETWEEN_ODDS
        elif OTHER in between["who"] and _CONTACTS.findall(marked) == [between["what"]]:
            odds /= BETWEEN_ODDS**2
        contact = odds / (1.0 + odds)
    for marker in (FIRST, SECOND):
        related, owned = len(_RELATED[marker].findall(marked)), len(_OWNER[marker].findall(marked))
        if related + owned and related + owned == marked.count(marker):
            odds = (RELATED_ODDS if related else OWNER_ODDS) * contact / max(1e-6, 1.0 - contact)
            return odds / (1.0 + odds)
    return contact
