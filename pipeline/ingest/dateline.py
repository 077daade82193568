"""Where a text says it was written, and which agency wrote it: "MOSCOW, Feb 12 (Reuters) - ..."."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Names by which agencies sign, and the one name each goes by here.
_AGENCIES = {
    "Reuters": ("reuters", "thomson reuters"),
    "AP": ("ap", "associated press", "the associated press"),
    "AFP": ("afp", "agence france-presse", "agence france presse"),
    "dpa": ("dpa", "deutsche presse-agentur"),
    "Xinhua": ("xinhua", "xinhua news agency"),
    "TASS": ("tass", "itar-tass"),
    "Interfax": ("interfax", "interfax-ukraine"),
    "RIA Novosti": ("ria novosti", "ria", "sputnik"),
    "Ukrinform": ("ukrinform",),
    "Kyodo": ("kyodo", "kyodo news"),
    "Jiji": ("jiji", "jiji press"),
    "Yonhap": ("yonhap", "yonhap news agency"),
    "Anadolu": ("anadolu", "anadolu agency", "aa"),
    "ANSA": ("ansa",),
    "EFE": ("efe", "agencia efe"),
    "PA": ("pa", "pa media", "press association"),
    "PTI": ("pti", "press trust of india"),
    "ANI": ("ani",),
    "IANS": ("ians",),
    "AAP": ("aap", "australian associated press"),
    "UPI": ("upi",),
    "Bloomberg": ("bloomberg", "bloomberg news"),
    "Canadian Press": ("canadian press", "the canadian press", "cp"),
    "APA": ("apa", "austria presse agentur"),
    "BelTA": ("belta",),
    "Petra": ("petra",),
    "WAM": ("wam",),
    "SPA": ("spa", "saudi press agency"),
    "IRNA": ("irna",),
    "KCNA": ("kcna",),
    "Bernama": ("bernama",),
    "Antara": ("antara",),
}
_NAME = {alias: name for name, aliases in _AGENCIES.items() for alias in aliases}
# Two letters are an agency between brackets or behind a dash, but not in a byline ("Pa", initials).
_SHORT = 2
_PLACE = (
    r"(?P<place>[A-Z\u00c0-\u00dd][A-Z\u00c0-\u00dd.'\u2019 -]{1,40}(?:[,/] ?[A-Z][A-Za-z.\u00c0-\u00ff' -]{1,30})?)"
)
_DAY = r"(?:,? (?:[A-Z][a-z]{2,8}\.? \d{1,2}|\d{1,2} [A-Z][a-z]{2,8})(?:,? \d{4})?)?"
_OPENING = re.compile(rf"^{_PLACE}{_DAY},? ?(?:\((?P<agency>[^()]{{2,40}})\))? ?(?:[-\u2013\u2014]{{1,2}}|:) ?(?=\S)")
_SIGNED = re.compile(r"^\W*\((?P<agency>[^()]{2,40})\) ?[-\u2013\u2014]{1,2} ")
_CREDIT = re.compile(
    r"^(?:\(?(?:source|with (?:inputs|reporting|files) from|via)\b:? (?P<agency>[^().]{2,40})\)?\.?"
    r"|\((?P<short>[^()]{2,30})\))$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Dateline:
    """What a text's opening and signature say; `place` as printed, `wire` by its one name."""

    place: str | None = None
    wire: str | None = None


def read_dateline(text: str, byline: str | None = None) -> Dateline:
    """Read the opening of the first two paragraphs, the byline, and a signature in the last paragraph."""
    lines = text.split("\n")
    place = wire = None
    for line in lines[:2]:
        if opening := _OPENING.match(line[:160]):
            # A capital heading before a dash ("BREAKING NEWS - ...") is no place, unless an agency stands with it.
            signed = agency(opening["agency"])
            if signed or "," in line[: opening.end()] or len(opening["place"].split()) <= 2:
                place, wire = opening["place"].strip(" ,"), signed
                break
        elif signed_line := _SIGNED.match(line[:80]):
            wire = agency(signed_line["agency"])
    wire = wire or _by_line(byline)
    if wire is None and (credit := _CREDIT.match(lines[-1])):
        wire = agency(credit["agency"] or credit["short"])
    return Dateline(place, wire)


def agency(name: str | None) -> str | None:
    """The one name of an agency, None for what is none that we know. "Reuters/AFP" is the first of the two."""
    for part in re.split(r"[/,;&+]| and ", name or ""):
        found = _NAME.get(part.strip(" .").casefold())
        if found:
            return found
    return None


def _by_line(byline: str | None) -> str | None:
    parts = re.split(r"[/,;&+|]| and | for | of | in | - ", byline or "")
    return next((_NAME[p.strip().casefold()] for p in parts
                 if len(p.strip()) > _SHORT and p.strip().casefold() in _NAME), None)  # fmt: skip
