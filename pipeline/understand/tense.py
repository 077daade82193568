"""Where the language of status is regular it weighs in on the model's judgement: "called off", "has not spoken".

The words alone are wrong too often to decide; as odds on top of the model's own they mend what it overlooks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipeline.domain import Status

_I = re.IGNORECASE
_TALKS = (
    r"(?:(?:phone |telephone |video |virtual )?calls?|conversation|talks|meetings?|summit|visit|trip|travel|tour|lunch|"
    r"dinner|sit-down|session|conference|videoconference|negotiations|bilateral)"
)
_OFF = (
    r"(?:cancel(?:s|led|ed|ling|ing)?|call(?:s|ed)? off|postpone[sd]?|scrap(?:s|ped)?|axe[sd]?|ditch(?:es|ed)?|"
    r"pull(?:s|ed)? out of|shelve[sd]?|abandon(?:s|ed)?|put off|drop(?:s|ped)? out of|withdr(?:aws|ew) from|"
    r"skip(?:s|ped)?|snub(?:s|bed)?)"
)
_WAS_OFF = (
    r"(?:(?:was|were|been|is|are) (?:\w+ )?(?:cancel(?:led|ed)|called off|postponed|scrapped|axed|shelved|put off)|"
    r"fell through|did not take place|will not take place)"
)
_CALLED_OFF = re.compile(rf"\b{_OFF}\b[^.;]{{0,50}}\b{_TALKS}\b|\b{_TALKS}\b[^.;]{{0,60}}\b{_WAS_OFF}\b", _I)
_DENIED = re.compile(
    r"\b(?:has|have|had)(?: not|n['’]t) (?:\w+ )?(?:spoken|talked|met|called|contacted)\b"
    r"|\bden(?:y|ies|ied)\b[^.;]{0,60}\b(?:spoke|spoken|call|met|meeting|talks|conversation|contact)\b"
    r"|\b(?:dismiss(?:es|ed)?|reject(?:s|ed)?|rubbish(?:es|ed)?|refute[sd]?|quash(?:es|ed)?|"
    r"pour(?:s|ed)? cold water on)\b[^.;]{0,40}\b(?:claims?|reports?|rumou?rs?|suggestions?|stories)\b"
    r"|\b(?:did not|didn['’]t) (?:speak|talk|meet)\b|\bnever (?:happened|took place)\b"
    r"|\bno (?:such )?(?:call|conversation|meeting|talks|contact) "
    r"(?:took place|was held|has taken place|had taken place)\b|\bnever (?:spoke|met|talked|called)\b",
    _I,
)
_DONE = re.compile(
    r"(?<!to )\b(?:met|spoke|talked|discussed|telephoned|phoned|visited|hosted|welcomed|received|"
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
# "After A and B's meeting": talks that something follows have been held, whatever is planned in the same breath.
_FOLLOWED = re.compile(
    rf"\b[Aa]fter (?:the )?(?:{_M}(?:,| and)? )?{_M}['’]s? (?:\w+ ){{0,2}}"
    r"(?:meeting|talks|call|summit|visit|dinner|lunch)\b",
    _I,
)
# Plans told in the pluperfect came to nothing: "had been due to host B".
_HAD_PLANNED = re.compile(
    r"\bhad been (?:preparing|due|scheduled|set|planning|expected|slated|hoping|supposed) to "
    r"(?:host|meet|visit|travel|receive|welcome|speak|talk|hold|fly|arrive|call|see)\b",
    _I,
)
# A visit or meeting that goes without something is not off itself: "no press conference has been planned".
_WITHOUT = re.compile(
    r"\b(?:no|without (?:an?|any)) (?:joint |formal |press |news )*(?:conference|statement|declaration|communique)\b",
    _I,
)
# Odds by which each kind of words moves its statuses.
_ODDS: tuple[tuple[re.Pattern[str], dict[Status, float]], ...] = (
    (_UNDER_WAY, {Status.OCCURRED: 6.0, Status.ONGOING: 3.0, Status.CANCELLED: 0.3}),
    (_FOLLOWED, {Status.OCCURRED: 6.0}),
    (_HAD_PLANNED, {Status.CANCELLED: 12.0, Status.PLANNED: 0.5}),
    (_WITHOUT, {Status.CANCELLED: 0.2}),
    (_CALLED_OFF, {Status.CANCELLED: 12.0, Status.OCCURRED: 0.5}),
    (_DENIED, {Status.DENIED: 12.0, Status.OCCURRED: 0.5}),
    (_DONE, {Status.OCCURRED: 4.0}),
    (_AFTER, {Status.OCCURRED: 3.0}),
)


def weigh(status: Mapping[Status, float], sentence: str) -> dict[Status, float]:
    """The status distribution after the words of the sentence are heard; sums to one as before."""
    text = sentence[:4000]
    odds = dict(status)
    for pattern, factors in _ODDS:
        if pattern.search(text):
            for s, factor in factors.items():
                odds[s] = odds.get(s, 0.0) * factor
    total = sum(odds.values()) or 1.0
    return {s: p / total for s, p in odds.items()}
