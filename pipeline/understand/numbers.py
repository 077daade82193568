"""Numbers as news writes them: "90", "1.5", "two and a half", "twenty-five", "fourth", "2nd"."""

from __future__ import annotations

import re

_UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = (
    "zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth",
)  # fmt: skip
CARDINALS: dict[str, int] = {word: n for n, word in enumerate(_UNITS)}
CARDINALS.update({word: 20 + 10 * n for n, word in enumerate(_TENS)})
CARDINALS.update({"a": 1, "an": 1, "couple": 2, "dozen": 12})

_UNIT = "|".join(sorted(_UNITS, key=len, reverse=True))
_TEN = "|".join(_TENS)
# A whole number in digits or words, for use inside other patterns (case-insensitive).
WHOLE = rf"(?:\d{{1,4}}|(?:{_TEN})[- ](?:{_UNIT})|{_TEN}|{_UNIT})"
ORDINAL = (
    rf"(?:\d{{1,3}}(?:st|nd|rd|th)|(?:{_TEN})-(?:{'|'.join(_ORDINALS[1:10])})|"
    + "|".join(sorted(_ORDINALS[1:], key=len, reverse=True))
    + r")"
)


def whole(word: str) -> int | None:
    """The value of a whole number in digits or English words below one hundred, None for anything else."""
    text = word.strip().lower()
    if text.isascii() and text.isdigit():
        return int(text)
    if text in CARDINALS:
        return CARDINALS[text]
    parts = re.split(r"[- ]", text)
    if len(parts) == 2 and parts[0] in _TENS and parts[1] in _UNITS[1:10]:
        return CARDINALS[parts[0]] + CARDINALS[parts[1]]
    return None


def ordinal(word: str) -> int | None:
    """The value of an ordinal number ("fourth", "4th", "twenty-first"), None for anything else."""
    text = word.strip().lower()
    if found := re.fullmatch(r"(\d{1,3})(?:st|nd|rd|th)", text):
        return int(found.group(1))
    if text in _ORDINALS:
        return _ORDINALS.index(text)
    tens, _, unit = text.partition("-")
    if tens in _TENS and unit in _ORDINALS[1:10]:
        return CARDINALS[tens] + _ORDINALS.index(unit)
    return None
