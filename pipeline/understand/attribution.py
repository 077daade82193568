"""Who says so: "the Elysee Palace said", "according to state media", "told AFP", "a readout by the White House"."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.understand.tokens import words

LONGEST = 4000  # characters of a sentence that are read
# News agencies and outlets by the name that is kept; the long name stands for the short one.
OUTLETS: dict[str, tuple[str, ...]] = {
    "AFP": ("Agence France-Presse", "Agence France Presse", "AFP"),
    "AP": ("The Associated Press", "Associated Press", "AP"),
    "Reuters": ("Reuters",), "Bloomberg": ("Bloomberg News", "Bloomberg"), "dpa": ("dpa", "DPA"), "UPI": ("UPI",),
    "TASS": ("TASS", "Tass", "ITAR-TASS"), "RIA Novosti": ("RIA Novosti", "RIA"), "Interfax": ("Interfax",),
    "Xinhua": ("Xinhua",), "KCNA": ("KCNA", "Korean Central News Agency"), "Yonhap": ("Yonhap",),
    "Kyodo": ("Kyodo News", "Kyodo"), "Anadolu": ("Anadolu Agency", "Anadolu"), "ANSA": ("ANSA",), "IRNA": ("IRNA",),
    "SANA": ("SANA",), "PTI": ("PTI", "Press Trust of India"), "BelTA": ("BelTA", "Belta"), "BBC": ("BBC",),
    "CNN": ("CNN",), "CNBC": ("CNBC",), "NBC": ("NBC News", "NBC"), "CBS": ("CBS News", "CBS"), "ABC": ("ABC News",),
    "Fox News": ("Fox News",), "NPR": ("NPR",), "Axios": ("Axios",), "Politico": ("Politico", "POLITICO"),
    "Financial Times": ("Financial Times",), "The New York Times": ("New York Times",),
    "The Washington Post": ("Washington Post",), "The Wall Street Journal": ("Wall Street Journal",),
    "The Guardian": ("The Guardian",), "Le Monde": ("Le Monde",), "Le Figaro": ("Le Figaro",),
    "Der Spiegel": ("Der Spiegel", "Spiegel"), "Bild": ("Bild",), "Al Jazeera": ("Al Jazeera",),
    "Al Arabiya": ("Al Arabiya",), "CCTV": ("CCTV",), "NHK": ("NHK",), "Haaretz": ("Haaretz",),
    "The Times of Israel": ("Times of Israel",), "Ukrinform": ("Ukrinform",), "Global Times": ("Global Times",),
}  # fmt: skip
_OUTLET_OF = {long: short for short, names in OUTLETS.items() for long in names}
OUTLET = "(?:" + "|".join(re.escape(n) for n in sorted(_OUTLET_OF, key=len, reverse=True)) + r")\b"

_SAY = (
    r"(?:said|says|say|reported|reports|announced|announces|confirmed|confirms|stated|added|told|tweeted|wrote|noted|"
    r"quoted|disclosed|put out|claimed|declared)"
)
_CAP = r"[A-Z][\w’'.-]*"
_INSTITUTION = (
    r"(?:Palace|Office|Ministry|House|Government|Administration|Chancellery|Presidency|Cabinet|Department|Service|"
    r"Agency|Council|Commission|Secretariat|Bureau|Embassy|Kremlin|Pentagon|Vatican|Hall)"
)
_BODY = rf"(?:{_CAP}(?: (?:of|for|and|the)(?= [A-Z]))? ?)*?{_INSTITUTION}\b"
_VOICE = (
    r"(?:(?:an?|the|two|three|several|some|senior|other|both|one|another) )?(?:(?:[A-Z][\w-]+|senior|government|"
    r"official|presidential|diplomatic|state|foreign|ministry|western|Western|administration|local|prime|ministerial|"
    r"unnamed|chief|media)[ -])*"
    r"(?:spokes(?:man|woman|person|people)|officials?|diplomats?|aides?|sources?|state media|news agency|"
    r"media reports|local media|ministry|presidency|press service|press office|government)"
    rf"(?: (?:at|in|from|for|of|with) (?:the )?(?:{_CAP} ?){{1,3}})?"
)
_HIS_OFFICE = (
    r"(?:(?:his|her|their) (?:office|spokes(?:man|woman|person)|press service|administration|aides?)|"
    rf"{_CAP}(?:'s|’s) (?:office|spokes(?:man|woman|person)|aides?|press service|administration))"
)

# Words by which one house is named in several ways: "Elysee", "Elysee Palace", "Kremlin press service".
_OF_THE_HOUSE = frozenset(words("palace press service office statement readout pool the"))


def fold_sources(names: Iterable[str]) -> tuple[str, ...]:
    """The names without those that name a source again: "Élysée" after "Elysee Palace" is left out.

    >>> fold_sources(["Elysee Palace", "AFP", "Élysée", "Kremlin press service"])
    ('Elysee Palace', 'AFP', 'Kremlin press service')
    """
    out: dict[tuple[str, ...], str] = {}
    for name in names:
        folded = words(name)
        out.setdefault(tuple(w for w in folded if w not in _OF_THE_HOUSE) or folded, name)
    return tuple(out.values())


class AttributionFinder:
    """Finds sources in sentences; `seats` are the names of seats of office ("Kremlin", "White House")."""

    def __init__(self, seats: Iterable[str]) -> None:
        names = {s.removeprefix("the ").removeprefix("The ") for s in seats}
        seat = "(?:" + "|".join(re.escape(s) for s in sorted(names, key=len, reverse=True)) + r")\b"
        source = rf"(?P<x>{OUTLET}|{seat}|{_BODY}|{_HIS_OFFICE}|{_VOICE})"
        said_in = r"(?:(?: (?:on|late|early|earlier|later|in|also|has|had|have|later)\b[^,.;:]{0,30})?)"
        the, named = r"(?:an? |the |a report (?:by|from|in) |a statement (?:by|from|of) )*", rf"(?:{_CAP} ?){{0,3}}"
        spoken = rf"(?P<x>{OUTLET}|{seat}|{_BODY})"
        patterns = (
            rf"\b[Aa]ccording to {the}{source}",
            rf"(?<![\w’'-]){source}(?: {named})?,?{said_in} {_SAY}\b(?! (?:by|that it would (?:not )?attend))",
            rf"\b{_SAY} (?:by|in|at|from) {the}{source}",
            rf"\b(?:told|tells|telling) (?P<x>{OUTLET})",
            r"\b(?:readout|read-out|statement|communique|report|press release)s? (?:\w+ )?(?:by|from|of) "
            + the
            + source,
            rf"\b(?:citing|quoting|with reference to|quoted by|cited by|reference to) {the}{source}",
            rf"(?<![\w’'-]){spoken} (?:statement|readout|read-out|report|source|sources|press release)\b",
            rf"\((?P<x>{OUTLET})\) (?:source|sources|reported|said)\b",
        )
        self._patterns = [re.compile(p) for p in patterns]

    def find(self, sentence: str) -> list[str]:
        """The sources that a sentence names, in its order, without articles; outlets by their short name."""
        sentence = sentence[:LONGEST]
        found: list[tuple[int, str]] = []
        for pattern in self._patterns:
            for m in pattern.finditer(sentence):
                name = _name(m["x"])
                if name:
                    found.append((m.start("x"), name))
        out: list[str] = []
        for _, name in sorted(found):
            if not any(name.lower() in kept.lower() or kept.lower() in name.lower() for kept in out):
                out.append(name)
        return out


def _name(text: str) -> str | None:
    name = " ".join(text.split()).strip(" ,.'’")
    name = re.sub(r"^(?:[Tt]he|[Aa]n?|[Oo]ne|[Ss]ome|[Aa]nother)\s+", "", name)
    name = _OUTLET_OF.get(name, name)
    if not name or name.lower() in ("government", "presidency", "ministry", "house", "office", "council", "service"):
        return None
    return name
