"""Words that tell how leaders were in contact, and the groups of modes that are one event seen by different words."""

from __future__ import annotations

import re
from enum import StrEnum

from pipeline.domain import Mode, Status
from pipeline.understand.attribution import OUTLET

_I = re.IGNORECASE


class Way(StrEnum):
    """A group of modes that reports of one contact may mix: a `visit` and `in_person` talks are one event."""

    REMOTE = "remote"
    PRESENT = "present"
    WRITTEN = "written"
    OPEN = "open"


class Course(StrEnum):
    """A group of statuses: what happened, what is to come, what will not come or did not."""

    HAPPENED = "happened"
    FUTURE = "future"
    NOT = "not"


WAY = {
    Mode.PHONE: Way.REMOTE,
    Mode.VIDEO: Way.REMOTE,
    Mode.IN_PERSON: Way.PRESENT,
    Mode.VISIT: Way.PRESENT,
    Mode.MULTILATERAL: Way.PRESENT,
    Mode.LETTER: Way.WRITTEN,
    Mode.UNSPECIFIED: Way.OPEN,
}
COURSE = {
    Status.OCCURRED: Course.HAPPENED,
    Status.ONGOING: Course.HAPPENED,
    Status.PLANNED: Course.FUTURE,
    Status.PROPOSED: Course.FUTURE,
    Status.CANCELLED: Course.NOT,
    Status.DENIED: Course.NOT,
}

_MARKER = r"\[unused[12]\]"  # as `candidates` marks the two leaders
PHONE = re.compile(
    r"\b(?:telephon\w*|phon(?:e|ed|es|ing)\b|rang\b|rung\b|ringing\b|dialled\b|hotline\b|"
    r"on the line\b|(?:secure|direct|encrypted) line\b)"
    r"|(?<!video )(?<!zoom )(?<!-)\bcalls?\b"
    r"(?!\s+(?:for|on (?!\w+day)|it|him|her|them|itself|into|off|the|a|an|themselves|to (?!(?-i:[A-Z\[]))))"
    r"|(?<!-)\bcalled\s+(?=(?-i:[A-Z\[]))",
    _I,
)
# One of the marked two rings the other: whatever else the sentence tells ("to call B after a visit"), this is a call.
_SOON = (
    r"(?:(?:to|will|would|has|had|have|and|also|earlier|first|later|then|again|"
    r"(?:is|plans|hopes|wants|is expected) to|separately|just|on \w+day)\s+)*"
)
_RINGS = (
    r"(?:call(?:s|ed|ing)?|(?:tele)?phon(?:es?|ed|ing)|r[aiu]ng|rings|dial(?:s|led|ed)?|"
    r"sp(?:oke|eaks?|eaking) (?:virtually|by (?:tele)?phone|by video) (?:to|with))"
)
_LANDS = r"(?:up )?(?:the )?(?:[A-Z][\w-]+(?:\s[A-Z][\w-]+)?['’]s?\s+)?(?:\[unused\d\]['’]s )?"
BY_CALL = re.compile(
    rf"{_MARKER}(?:,[^,;]{{0,40}},)?\s+{_SOON}{_RINGS}\s+{_LANDS}{_MARKER}(?!['’]s| (?:an?\b|the\b|“|\"|‘))", _I
)
VIDEO = re.compile(
    r"\b(?:video[ -]?(?:call|conference|conferencing|link|talks?|meeting|summit|conversation)\w*|videoconference\w*|"
    r"by video|via video|video|virtual(?:ly)?|online (?:meeting|summit|talks|call)|zoom|webinar|teleconference)\b",
    _I,
)
LETTER = re.compile(
    r"\b(?:letters?|wrote to|writes to|written to|message[sd]?|telegrams?|cables?|missive|note|"
    r"congratulat\w+|greetings|condolences)\b",
    _I,
)
# "Welcomed the truce", "welcomed progress on trade": no guest.
_THINGS = (
    r" (?:(?:the|an?|this|that|his|her|their|its|any|further|new|recent|[\w-]+['’]s) )?(?:[a-z-]+ ){0,2}(?:progress|"
    r"decisions?|moves?|news|agreements?|deal|steps?|statements?|efforts?|truce|ceasefire|plans?|proposals?|release|support|"
    r"launch|initiatives?|ideas?|outcome|results?|growth|commitments?|announcements?|report|offer|opportunity|adoption|"
    r"signing|extension|return of|role|momentum|cooperation|contributions?|resolution|words|ties)\b"
)
# "Saw B" is a meeting, "saw a chance" is none.
_SAW = r"(?:saw|sees|seen|seeing)(?= (?:the |his |her )?(?-i:[A-Z]))"
# In somebody's company, whatever was done there: "took him aside", "had coffee with B", "stood beside B".
_COMPANY = (
    r"(?:(?:alone|privately|coffee|tea|drinks|golf|dined|lunched|breakfasted|supped|ate|walked|strolled|seated|stood|"
    r"posed|rode|toured|closeted|huddled|[A-Za-z]+ (?:minutes|hours|an hour)) with|into the arms|"
    r"(?:stood|standing|stands|sat|sitting|seated|walked|walking) (?:beside|next to|alongside)|side by side|"
    r"(?:took|taken|take|takes|pulled) (?:him|her|them|[A-Z][\w-]+(?: [A-Z][\w-]+)?) aside|supper|"
    r"dined|dining|lunched|lunching)"
)
TRAVEL = re.compile(
    r"\b(?:visit\w*|trips?|travel\w*|fl(?:ew|own|ies|y|ying)|arriv\w+|land(?:ed|s|ing)|tour(?:ed|s|ing)?|host(?:s|ed|ing)?|"
    rf"welcom\w+(?!{_THINGS})|receiv\w+(?! (?:an? )?(?:[\w-]+ )?(?:call|letter|message)\b)|greet\w+|guest|"
    r"in town|turn(?:ed|s) up|touch(?:ed|es|ing) down|stop(?:s|ped|ping)? (?:off|over)|drove to|set foot|stepped off|"
    r"hospitality|head(?:s|ed|ing) (?:to|for)|came to|come to|comes to|went to|go(?:es|ing)? to)\b",
    _I,
)
MEET = re.compile(
    r"\b(?:met|meet|meets|meeting\w*|talks|summits?|bilateral\w*|face-to-face|in person|in-person|sat down|sit down|"
    r"handshake|shook hands|shak\w+ hands|dinner|lunch|breakfast|tete-a-tete|tête-à-tête|one-on-one|reception|audience|"
    r"negotiat\w+|encounter\w*|sidelines|gather\w*|conference|session|embrac\w+|hug\w*|ceremony|conferred|confer|"
    rf"{_COMPANY}|{_SAW})\b",
    _I,
)
# Of these alone a claim takes its way: "negotiations" and "sessions" are talked about in calls too.
MEETING = re.compile(
    r"\b(?:met|meet|meets|meetings?|talks|summits?|a bilateral|bilateral (?:meeting|talks)|face-to-face|in person|"
    r"in-person|sat down|sit down|handshake|shook hands|shak\w+ hands|dinner|lunch|breakfast|tete-a-tete|tête-à-tête|"
    rf"one-on-one|audience|sidelines|embrac\w+|hug(?:s|ged)?|{_COMPANY}|{_SAW})\b",
    _I,
)
FACE_TO_FACE = re.compile(
    r"\b(?:face-to-face|face to face|in person|in-person|sat down|sit down|handshake|shook hands|shak\w+ hands|dinner|"
    rf"lunch|breakfast|tete-a-tete|tête-à-tête|audience|sidelines|embrac\w+|hug(?:s|ged)?|{_COMPANY})\b",
    _I,
)
MEET_ALONE = re.compile(r"\b(?:met|meet|meets|meetings?|summits?)\b", _I)
SPEAK = re.compile(
    r"\b(?:spoke|spoken|speak|speaks|speaking|talk|talked|talking|discuss\w*|conversation\w*|conversed|dialogue|"
    r"exchange\w*|contacts?|consult\w*|told|urged|warned|asked|informed|briefed|thanked)\b",
    _I,
)
SUMMIT = re.compile(
    r"\b(?:summit\w*|G-?7|G-?20|conference|forum|session|trilateral|three-way|four-way|quadrilateral|"
    r"leaders['’] meeting|gathering|ceremony)\b",
    _I,
)
# One speaker had several contacts, one with each: "separate calls", "telephone conversations with A and B".
SEPARATE = re.compile(
    r"\b(?:separate(?:ly)?|in turn|one after (?:the other|another)|individual(?:ly)?|respectively|each of|back-to-back|"
    r"(?:tele)?phone calls (?:with|to)|conversations with|calls (?:with|to)|meetings with|"
    r"bilateral meetings|first with|one by one)\b",
    _I,
)
# "told AFP by phone", "in a telephone interview": the line to a reporter is no line to a leader.
_TO_PRESS = re.compile(
    r"\b(?:told|tells|telling|sa(?:id|ys) to|(?:speaking|spoke|speaks|talking|talked) (?:to|with))\s+"
    r"(?:the |an? |state )?"
    rf"(?:{OUTLET}|reporters|journalists|(?:news )?agency|newspaper|broadcaster|"
    r"(?-i:(?:[A-Z][\w-]+ ){0,2}(?:News|TV|Radio|Times|Post|Television|Today|Gazette|Tribune|Herald)))\s"
    r"(?:news agency |television |from \w+ )?(?:by|over|on|via|in)\s+(?:the |an? )?(?:tele)?(?:phone|video)"
    r"(?:\s(?:call|link|interview))?\b|\b(?:tele)?(?:phone|video)[- ](?:interview|briefing)\b",
    _I,
)
_BY_WAY = {
    Way.REMOTE: ((PHONE, VIDEO), (SPEAK,)),
    Way.PRESENT: ((MEET, TRAVEL),),
    Way.WRITTEN: ((LETTER,),),
    Way.OPEN: ((PHONE, VIDEO, MEET), (SPEAK,)),
}


def cue_places(sentence: str, way: Way) -> list[tuple[int, int]]:
    """Where a sentence has words that tell a contact of this way; weak ones ("asked") only where it has no others."""
    text = without_press_lines(sentence[:4000])
    for patterns in _BY_WAY[way]:
        found = [m.span() for pattern in patterns for m in pattern.finditer(text)]
        if found:
            return found
    return []


def without_press_lines(sentence: str) -> str:
    """The sentence with words like "told AFP by phone" blanked, offsets kept; a leader who is rung stays.

    >>> without_press_lines("He told AFP by phone that he had met her.")
    'He                  that he had met her.'
    """
    return _TO_PRESS.sub(lambda m: " " * len(m.group()), sentence)


def has_cue(sentence: str) -> bool:
    """Whether any word of the sentence can tell a contact at all."""
    return any(p.search(sentence) for p in (PHONE, VIDEO, LETTER, TRAVEL, MEET, SPEAK))
