"""Where the language of status is regular it weighs in on the model's judgement: "called off", "has not spoken".

The words alone are wrong too often to decide; as odds on top of the model's own they mend what it overlooks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from pipeline.domain import Status

_I = re.IGNORECASE
_TALKS = (
    r"(?:(?:phone |telephone |video |virtual )?calls?|conversation|talks|meetings?|summit|visit|trip|travel|tour|lunch|"
    r"dinner|sit-down|session|conference|videoconference|negotiations|bilateral|encounter|gathering|stop|stopover|leg)"
)
_OFF = (
    r"(?:cancel(?:s|led|ed|ling|ing)?|call(?:s|ed)? off|postpone[sd]?|scrap(?:s|ped)?|axe[sd]?|ditch(?:es|ed)?|"
    r"pull(?:s|ed)? out of|shelve[sd]?|abandon(?:s|ed)?|put off|drop(?:s|ped)? out of|withdr(?:aws|ew) from|"
    r"skip(?:s|ped)?|snub(?:s|bed)?)"
)
_WAS_OFF = (
    r"(?:(?:was|were|been|be|is|are) (?:\w+ )?(?:cancel(?:led|ed)|called off|postponed|scrapped|axed|shelved|dropped|"
    r"(?:put|pushed|moved) (?:off|back)|on (?:hold|ice)|off(?! to\b| the\b))|fell through|"
    r"(?:did|does|will|would) not (?:now |in the end |after all )?(?:take place|happen|go ahead|come off|materialise)|"
    r"(?:is|was) not (?:now )?going ahead|never (?:took place|happened|came off|materialised|came about))"
)
# What is called off in a sentence of its own: "It was scrapped hours later", "He called the whole thing off".
_PLAN = rf"(?:{_TALKS}|plans?|event|thing|idea|it|that|this)"
_CALLED_OFF = re.compile(
    rf"\b{_OFF}\b[^.;]{{0,50}}\b{_TALKS}\b|\b{_PLAN}\b[^.;]{{0,120}}\b{_WAS_OFF}\b"
    rf"|\b(?:called|put|calls|puts) (?:the |his |her |their )?(?:\w+ )?{_PLAN} off\b",
    _I,
)
# Who did not appear: "waited in vain", "stayed away", "his plane never left".
_NO_SHOW = re.compile(
    r"\b(?:wait(?:ed|s|ing)? in vain|(?:did not|didn['’]t|never|failed to) (?:turn|show(?:ed)?|turned) up|no-show|"
    r"stay(?:ed|s|ing)? away(?: from)?|(?:never|did not|failed to) (?:arrived?|left|leave|came|come|appear(?:ed)?|"
    r"took? off|set off|boarded|board)|"
    r"(?:will|would|could) not (?:be able to )?(?:attend|travel|come|make it|see|meet)|"
    r"will not be (?:attending|travelling|coming)|stood (?:him|her|them) up)\b",
    _I,
)
_DENIED = re.compile(
    r"\b(?:has|have|had)(?: not|n['’]t) (?:\w+ )?(?:spoken|talked|met|called|contacted)\b"
    r"|\bden(?:y|ies|ied)\b[^.;]{0,80}\b(?:spoke|spoken|call|called|met|meeting|talks|talked|conversation|contact|"
    r"(?:tele)?phoned|rung|visited|received|hosted|written)\b"
    r"|\b(?:dismiss(?:es|ed)?|reject(?:s|ed)?|rubbish(?:es|ed)?|refute[sd]?|quash(?:es|ed)?|"
    r"pour(?:s|ed)? cold water on)\b[^.;]{0,40}\b(?:claims?|reports?|rumou?rs?|suggestions?|stories)\b"
    r"|\btried (?:\w+ ){0,3}to (?:reach|call|(?:tele)?phone|ring|contact)\b"
    r"|\b(?:did not|didn['’]t|would not|refused to|declined to) (?:pick up|answer|come to the phone|"
    r"take (?:the|his|her|a|any) (?:\w+ )?calls?)\b"
    r"|\b(?:did not|didn['’]t) (?:speak|talk|meet)\b|\bnever (?:happened|took place)\b"
    r"|\bno (?:such )?(?:call|conversation|meeting|talks|contact) "
    r"(?:took place|was held|has taken place|had taken place)\b|\bnever (?:spoke|met|talked|called)\b",
    _I,
)
_DONE = re.compile(
    r"(?<!to )(?<!to have )\b(?:met|spoke|talked|discussed|telephoned|phoned|visited|hosted|welcomed|received|"
    r"paid an? (?:\w+[ -]){0,3}visit|"
    r"(?:held|had) (?:an? |their |his |her )?(?:[\w-]+ ){0,4}"
    r"(?:talks|meetings?|calls?|conversations?|summit|negotiations|videoconference|conference))\b",
    _I,
)
# Talks that something came after, or was said or agreed at, have been held.
_AFTER = re.compile(
    rf"\b(?:after|following|during|emerged from|came out of)\b[^.;,]{{0,45}}\b(?:{_TALKS}|meeting|speaking|talking)\b"
    rf"|\b(?:agreed|discussed|told|said|asked|urged|warned|signed)\b[^.;]{{0,90}}\b(?:at|in|on) (?:an?|their|his|her) "
    rf"(?:[\w-]+ ){{0,3}}{_TALKS}\b",
    _I,
)
_M = r"\[unused\d\]"
# Said of journeys and talks under way or over.
_UNDER_WAY = re.compile(
    rf"{_M}(?:,[^,]{{0,60}},)? (?:has |have |had )?(?:arriv(?:es|ed)|land(?:s|ed)|touch(?:es|ed) down|ends?|ended|"
    rf"wraps? up|wrapped up|conclude[sd]|depart(?:s|ed)|"
    r"leaves (?:a |the |his |her |their )?(?:talks|meeting|summit)|left)\b"
    r"|\b(?:made|makes|paid|pays|began|begins|start(?:s|ed)|kick(?:s|ed) off|ended|ends|wrapped up) "
    r"(?:an?|his|her|their) (?:[\w-]+ ){0,3}(?:visit|trip|tour)\b"
    r"|\bis (?:in|on) (?:[A-Z][\w-]+ ){1,3}(?:for|on) (?:an?|the|talks)\b",
)
# "Is in Oslo to see B": the visit is under way, whatever is still to come of it.
_HERE_TO = re.compile(
    rf"{_M}(?:,[^,;]{{0,60}},)? (?:(?:is|are) (?:currently |now |already )?(?:in|visiting|at)|"
    rf"(?:has|have) (?:come|flown|travelled|traveled|arrived|landed)(?: to| in| at)?)\b (?:the )?"
    rf"(?:[A-Z][\w'’-]+,? ){{1,4}}"
    rf"(?:[a-z]+ ){{0,3}}(?:to (?:see|meet|visit|hold|have)|for (?:\w+ ){{0,3}}{_TALKS}(?: with)?)\b[^.;]{{0,40}}{_M}"
)
# The present tense of a day that is not today: "flies to Kyiv on Thursday", "hosts B tomorrow".
_COMES = re.compile(
    r"(?<!who )\b(?:arrives?|lands?|fl(?:y|ies)|travels?|heads?|goes|go|visits?|hosts?|meets?|welcomes?|receives?|"
    r"calls?|phones?|speaks?|talks?|holds?|sits?|sees?|dines?|leaves?|returns?|begins?|starts?|opens?)\b[^.;:|]{0,80}?"
    r"\b(?:(?:on|next|this coming|late on|early on) (?P<day>monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
    r"(?! last)|tomorrow|(?:next|later this|early next) (?:week|month|year)|in the coming (?:days|weeks))\b",
    _I,
)
_PAST = re.compile(r"\b(?:\w{2,}ed|met|spoke|held|had|was|were|told|flew|rang|saw|came|went|sat)\b", _I)
_TO_COME = re.compile(
    r"\b(?:will|would|(?:is|are) (?:to|due|set|expected|scheduled|planning|hoping|preparing)|plans? to|hopes? to)\b", _I
)
PART_ODDS = 8.0
# "After A and B's meeting": talks that something follows have been held, whatever is planned in the same breath.
_FOLLOWED = re.compile(
    rf"\b[Aa]fter (?:the )?(?:{_M}(?:,| and)? )?{_M}['’]s? (?:\w+ ){{0,2}}"
    r"(?:meeting|talks|call|summit|visit|dinner|lunch)\b",
    _I,
)
# Plans told in the pluperfect came to nothing: "had been due to host B".
_HAD_PLANNED = re.compile(
    r"\b(?:had been (?:preparing|due|scheduled|set|planning|expected|slated|hoping|supposed) to "
    r"(?:host|meet|visit|travel|receive|welcome|speak|talk|hold|fly|arrive|call|see)|"
    r"(?:was|were) to have (?:hosted|met|visited|travelled|traveled|received|welcomed|spoken|talked|held|flown|arrived|"
    r"called|seen|joined|sat|dined)|had planned to (?:host|meet|visit|travel|receive|sit|speak|hold|fly|see))\b",
    _I,
)
# What stands, for all the doubts: "is still on", "was moved to Friday".
_STANDS = re.compile(
    r"\b(?:is|are|was|were|remains?) (?:still |now |back |firmly )+(?:on\b(?! (?:the|an?|his|her)\b)|planned|"
    r"pencilled in|scheduled|set|expected|due|going ahead)|\bwill (?:still )?go ahead\b|\bgoing ahead as planned\b|"
    r"\b(?:(?:was|were|been) )(?:moved|brought forward|rescheduled|shifted) (?:to|for)\b",
    _I,
)
# A visit or meeting that goes without something is not off itself: "no press conference has been planned".
_WITHOUT = re.compile(
    r"\b(?:no|without (?:an?|any)) (?:joint |formal |press |news |firm |exact )*"
    r"(?:conference|statement|declaration|communique|date|venue|agenda)\b",
    _I,
)
# Odds by which each kind of words moves its statuses.
_ODDS: tuple[tuple[re.Pattern[str], dict[Status, float]], ...] = (
    (_UNDER_WAY, {Status.OCCURRED: 6.0, Status.ONGOING: 3.0, Status.CANCELLED: 0.3}),
    (_HERE_TO, {Status.ONGOING: 30.0, Status.PLANNED: 0.2}),
    (_FOLLOWED, {Status.OCCURRED: 6.0}),
    (_HAD_PLANNED, {Status.CANCELLED: 24.0, Status.PLANNED: 0.5, Status.OCCURRED: 0.3}),
    (_STANDS, {Status.PLANNED: 12.0, Status.CANCELLED: 0.2, Status.OCCURRED: 0.5}),
    (_WITHOUT, {Status.CANCELLED: 0.2}),
    (_CALLED_OFF, {Status.CANCELLED: 12.0, Status.OCCURRED: 0.5}),
    (_NO_SHOW, {Status.CANCELLED: 8.0, Status.OCCURRED: 0.3}),
    (_DENIED, {Status.DENIED: 12.0, Status.OCCURRED: 0.5}),
    (_DONE, {Status.OCCURRED: 4.0}),
    (_AFTER, {Status.OCCURRED: 3.0}),
)


def weigh(status: Mapping[Status, float], sentence: str, on: date | None = None) -> dict[Status, float]:
    """The status distribution after the words of the sentence are heard; sums to one as before.

    `on` is the day of publication: "lands on Sunday" is a plan unless it is Sunday.
    """
    text = sentence[:4000]
    odds = dict(status)
    if comes(text, on):
        odds[Status.PLANNED] = odds.get(Status.PLANNED, 0.0) * 8.0
        odds[Status.OCCURRED] = odds.get(Status.OCCURRED, 0.0) * 0.2
        return _normalised(odds)
    for pattern, factors in _ODDS:
        if pattern.search(text):
            for s, factor in factors.items():
                odds[s] = odds.get(s, 0.0) * factor
    return _normalised(odds)


def weigh_part(status: Mapping[Status, float], part: str, on: date | None) -> dict[Status, float]:
    """The same for a part of a sentence: the model has judged the whole, and its other parts tell of other contacts."""
    odds = weigh(status, part, on)
    if _TO_COME.search(part):
        return _normalised({**odds, Status.PLANNED: odds.get(Status.PLANNED, 0.0) * PART_ODDS})
    if _DONE.search(part) or _PAST.search(part):
        return _normalised({**odds, Status.OCCURRED: odds.get(Status.OCCURRED, 0.0) * PART_ODDS})
    return odds


def comes(text: str, on: date | None) -> bool:
    """Whether a text tells in the present tense what is to come on another day than publication, and nothing past."""
    found = _COMES.search(text)
    if found is None or _PAST.search(text[: found.end()]) or _CALLED_OFF.search(text):
        return False
    return found["day"] is None or on is None or f"{on:%A}".lower() != found["day"].lower()


def _normalised(odds: Mapping[Status, float]) -> dict[Status, float]:
    total = sum(odds.values()) or 1.0
    return {s: p / total for s, p in odds.items()}
