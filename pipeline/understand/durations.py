"""How long talks went on: "1 hour and 40 minutes" is 100, "nearly 12 hours" 720, "roughly hour-long" 60.

Only time spent in contact counts: not "in the last 24 hours", not "a ten-hour train journey", not "two hours later".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.understand.numbers import CARDINALS, WHOLE, whole

_I = re.IGNORECASE
_FRACTION = r"(?:a[ -]half|a[ -]quarter|three[ -]quarters)"
_HOUR, _MINUTE = r"(?:hours?|hrs?)", r"(?:minutes?|mins?)"
_DECIMAL = r"\d{1,2}\.\d{1,2}"

# Each pattern names its parts: h whole or decimal hours, f a fraction of an hour, m minutes.
_HOURS_MINUTES = rf"(?P<h>an?|{WHOLE})[ -]{_HOUR}(?:,? and |, | )(?P<m>{WHOLE})[ -]{_MINUTE}\b"
_SHAPES = [
    re.compile(rf"\b{_HOURS_MINUTES}", _I),
    re.compile(r"\b(?P<h>\d{1,2}) ?h(?:rs?)? ?(?P<m>\d{1,2}) ?(?:m(?:ins?)?)?\b", _I),
    re.compile(rf"\b(?P<h>an?|{WHOLE})[ -]{_HOUR}[ -]and[ -](?P<f>{_FRACTION})\b", _I),
    re.compile(rf"\b(?P<h>an?|{WHOLE})[ -]and[ -](?P<f>{_FRACTION})[ -]{_HOUR}\b", _I),
    re.compile(
        r"\b(?P<f>half)(?: an| of an)?[ -]hour\b|\b(?P<f2>three[ -]quarters|a (?:good )?quarter) of an hour\b", _I
    ),
    re.compile(
        rf"\b(?P<h>{_DECIMAL}|\d{{1,2}}½|an?|{WHOLE}|(?:a )?couple of|a dozen)[ -]"
        rf"(?:(?:full|solid|whole|long) )?{_HOUR}\b",
        _I,
    ),
    re.compile(rf"\b(?P<m>(?!an?\b){WHOLE})[ -]{_MINUTE}\b", _I),
    re.compile(r"(?<!half-)(?<!half )(?<!-)\b(?P<one>hour)-long\b", _I),
]
_TALK = (
    r"(?:talks?|talking|calls?|conversations?|meetings?|summits?|discussions?|sessions?|negotiations?|dialogues?|"
    r"exchanges?|encounters?|chats?|phone|telephone|telephonic|video|videoconference|virtual|conference|audience|"
    r"tete-a-tete|tête-à-tête|dinner|lunch|breakfast|luncheon|consultations?|bilateral|face-to-face|one-on-one|"
    r"marathon|sit-down|interaction|deliberations?|visits?|reception|meal|supper|banquet|get-together|tea|walk)"
)
_TALKED = (
    r"(?:spoke|spoken|speak|speaking|talked|talk|chatted|met|meet|meeting|conferred|conversed|discussed|debated|"
    r"negotiated|lasted|lasting|lasts|took|taken|ran|run|went on|gone on|goes on|dragged on|stretched|continued|sat|"
    r"closeted|spent|huddled|held|ended after|over after|on the (?:phone|line|telephone)|received|hosted|together|"
    r"wrapped up|dined|lunched|ate|breakfasted|strolled|walked|consulted|saw)"
)
_LEAD = (
    r"(?:about|around|roughly|nearly|almost|some|over|more than|less than|just under|just over|well over|at least|"
    r"up to|under|a little over|barely|only|approximately|close to|slightly (?:more|less) than|exactly|the|a|an|his|"
    r"her|their|just|little more than|fully|a full|well|a good|the (?:better|best|greater) part of|"
    r"no (?:more|less) than)"
)
# Words right before a span that make it a time limit or an age, not a length.
_LIMIT = re.compile(
    r"(?:\b(?:last|past|next|previous|coming|first|within|every|inside|under way|final|the other)|\bin the|"
    r"\bin as many|\b(?:since|until|by|delay(?:ed)? (?:of|by)|late by)|"
    r"\b(?:planned|scheduled|meant|due|expected|allotted)(?: to last)?(?: for)?|"
    r"\bin(?: just| only| under| less than| about)?)\s*$",
    _I,
)
_TALKS_IN = re.compile(r"\b(?:call|talks|meeting|conversation|phone)\s+in\s*$", _I)
# Words right after a span that make it the length of something else.
_OTHER = re.compile(
    r"^[\s,-]*(?:ago|later|earlier|late\b|away|beforehand|old|notice|deadline|"
    r"ultimatum|truce|ceasefire|cease-fire|pause|curfew|warning|delay|apart|from|behind|per|a day|a week|drive|flight|"
    r"journey|ride|train|bus|"
    r"(?:on|in) (?:the|an?|his|her) (?:train|plane|car|road|bus|air|motorcade)|speech|address|strike|shift|trip by|"
    r"news conference|press conference|interview|"
    r"documentary|standoff|siege|battle|visa|window|of fighting|of shelling|of strikes|of sleep|longer|shorter|"
    r"of (?:delay|silence|questions from)|north|south|east|west|outside|into)",
    _I,
)
# "Two hours after the call" is a distance in time; "for two hours after lunch" is a length.
_DISTANCE = re.compile(r"^\s+(?:before|after (?!which|midnight))", _I)
_FOR_SO_LONG = re.compile(rf"\b(?:for|lasted|lasting|took|ran)(?:\s+{_LEAD})*\s*$", _I)
_LONG = re.compile(
    rf"^-?(?:long|plus)?[\s,-]*(?:(?!(?:for|before|after|to|until|as|and|from)\b)[\w'’-]+\s+){{0,4}}?{_TALK}\b", _I
)
_OF_TALK = re.compile(rf"^\s+(?:of|in|on the|by)\s+(?:[\w'’-]+\s+){{0,3}}?{_TALK}\b|^\s+(?:alone )?with\b", _I)
_FOR = re.compile(
    r"\b(?:for|of|lasted|lasting|lasts|last|took|taken|ran(?: for)?|spent|over|after|in|to|put at)"
    rf"(?:\s+{_LEAD})*\s*$",
    _I,
)
_TALK_BEFORE = re.compile(rf"\b(?:{_TALKED}|{_TALK})\b[^.;!?]{{0,140}}$", _I)
_OPENING = re.compile(
    rf"(?:.*[,;:–—-]\s+(?:and\s+)?|.*\b(?:commenc|start|beginn)ing at [\w:. ]{{1,12}}|\W*)"
    rf"(?:for|after)(?:\s+{_LEAD})*\s*",
    _I | re.DOTALL,
)
_TALKED_AFTER = re.compile(
    rf"^(?:[^.;!?]|\b(?:Mr|Mrs|Ms|Dr|H\.E)\.){{0,240}}\b(?:{_TALKED}|explained|emerged|agreed)\b", _I
)
_LABELLED = re.compile(rf"\b{_TALK}\b[^.;!?(]{{0,60}}\s*[(:,–—-]\s*(?:{_LEAD}\s+)*$", _I)
_LEAD_TAIL = re.compile(rf"(?:\s+{_LEAD})+\s*$", _I)


WINDOW = 260  # characters read on each side
LONGEST = 4000  # characters of a sentence that are read: bounds the work on texts without full stops


@dataclass(frozen=True, slots=True)
class Duration:
    """Characters `start`..`end` of a sentence say that a contact took `minutes`.

    `named` tells that the contact itself stands beside it: "the 45-minute call".
    """

    start: int
    end: int
    minutes: int
    named: bool = False


def find_durations(sentence: str) -> list[Duration]:
    """All lengths of talks that a sentence tells, in its order; lengths of other things are left out."""
    out: list[Duration] = []
    for start, end, minutes in _spans(sentence[:LONGEST]):
        if 3 <= minutes <= 2880 and _of_contact(sentence, start, end):
            out.append(Duration(start, end, minutes, bool(_LONG.match(sentence[end : end + WINDOW]))))
    return out


def _spans(sentence: str) -> list[tuple[int, int, int]]:
    found: list[tuple[int, int, int]] = []
    for shape in _SHAPES:
        for m in shape.finditer(sentence):
            if all(m.end() <= a or m.start() >= b for a, b, _ in found):
                minutes = _minutes(m.groupdict())
                if minutes is not None:
                    found.append((m.start(), m.end(), minutes))
    return sorted(found)


def _minutes(parts: dict[str, str | None]) -> int | None:
    if parts.get("one"):
        return 60
    total = 0.0
    if hours := parts.get("h"):
        value = _value(hours)
        if value is None:
            return None
        total += value * 60
    if fraction := parts.get("f") or parts.get("f2"):
        folded = fraction.lower().replace("-", " ")
        total += 45 if "three" in folded else 15 if "quarter" in folded else 30
    if minutes := parts.get("m"):
        value = _value(minutes)
        if value is None:
            return None
        total += value
    return round(total)


def _value(text: str) -> float | None:
    folded = text.lower().strip()
    if folded.endswith("½"):
        return float(folded[:-1]) + 0.5
    if re.fullmatch(_DECIMAL, folded):
        return float(folded)
    for word in ("couple", "dozen"):
        if word in folded:
            return CARDINALS[word]
    return whole(folded)


def _of_contact(sentence: str, start: int, end: int) -> bool:
    """Whether the length at `start`..`end` is one of talks, by the words on both sides."""
    before, after = sentence[max(0, start - WINDOW) : start], sentence[end : end + WINDOW]
    if _OTHER.match(after) or (_DISTANCE.match(after) and not _FOR_SO_LONG.search(before)):
        return False
    if _LONG.match(after) or _OF_TALK.match(after):
        return not re.search(r"\b(?:last|past|next|within|in the)\s*$", before, _I)
    if _LIMIT.search(_LEAD_TAIL.sub(" ", before)) and not _TALKS_IN.search(before):
        return False
    if not _FOR.search(before):
        return bool(_LABELLED.search(before))  # "a call (90 minutes)", "Talks: two hours"
    if _OPENING.fullmatch(before) and (_TALKED_AFTER.match(after) or not _FOR_SO_LONG.search(before)):
        return bool(_TALKED_AFTER.match(after))
    return bool(_TALK_BEFORE.search(before))
