"""Where: the place of talks or the destination of a visit, from the words with a preposition before them.

"in Moscow", "travelled to Kyiv", "visited Berlin", "in the French capital", "at Camp David", "the Geneva summit". Not
"the war in Ukraine", not "the situation in Syria".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.understand.dates import MONTHS, WEEKDAYS
from pipeline.understand.gazetteer import Gazetteer
from pipeline.understand.tokens import Token, fold_word

# Places of summits and leaders' retreats that are no capital, with their country; news gives them without it.
CITIES: dict[str, str] = {
    "Geneva": "CHE", "Davos": "CHE", "Zurich": "CHE", "Lucerne": "CHE", "New York": "USA", "Camp David": "USA",
    "Mar-a-Lago": "USA", "San Francisco": "USA", "Anchorage": "USA", "Palm Beach": "USA", "Los Angeles": "USA",
    "Delaware": "USA", "Alaska": "USA", "Texas": "USA", "Chicago": "USA", "Hawaii": "USA", "Sochi": "RUS",
    "St Petersburg": "RUS", "St. Petersburg": "RUS", "Saint Petersburg": "RUS", "Vladivostok": "RUS", "Kazan": "RUS",
    "Valdai": "RUS", "Istanbul": "TUR", "Antalya": "TUR", "Shanghai": "CHN", "Hangzhou": "CHN", "Xiamen": "CHN",
    "Tianjin": "CHN", "Chengdu": "CHN", "Wuhan": "CHN", "Hong Kong": "CHN", "Sanya": "CHN", "Osaka": "JPN",
    "Hiroshima": "JPN", "Nagasaki": "JPN", "Kyoto": "JPN", "Busan": "KOR", "Gyeongju": "KOR", "Panmunjom": "KOR",
    "Mumbai": "IND", "Ahmedabad": "IND", "Goa": "IND", "Varanasi": "IND", "Hyderabad": "IND", "Bali": "IDN",
    "Bandung": "IDN", "Da Nang": "VNM", "Sydney": "AUS", "Brisbane": "AUS", "Perth": "AUS", "Melbourne": "AUS",
    "Auckland": "NZL", "Sharm el-Sheikh": "EGY", "Sharm El-Sheikh": "EGY", "Jeddah": "SAU", "Neom": "SAU",
    "Dubai": "ARE", "Aqaba": "JOR", "Tel Aviv": "ISR", "Bethlehem": "PSE", "Ramallah": "PSE", "Gaza": "PSE",
    "Marrakesh": "MAR", "Johannesburg": "ZAF", "Cape Town": "ZAF", "Durban": "ZAF", "Lagos": "NGA", "Entebbe": "UGA",
    "Abidjan": "CIV", "Goma": "COD", "Samarkand": "UZB", "Almaty": "KAZ", "Hamburg": "DEU", "Munich": "DEU",
    "Elmau": "DEU", "Schloss Elmau": "DEU", "Meseberg": "DEU", "Bonn": "DEU", "Potsdam": "DEU", "Hanover": "DEU",
    "Biarritz": "FRA", "Versailles": "FRA", "Nice": "FRA", "Marseille": "FRA", "Strasbourg": "FRA", "Normandy": "FRA",
    "Bregancon": "FRA", "Fort de Bregancon": "FRA", "Milan": "ITA", "Venice": "ITA", "Naples": "ITA",
    "Taormina": "ITA", "Bari": "ITA", "Edinburgh": "GBR", "Glasgow": "GBR", "Cornwall": "GBR", "Carbis Bay": "GBR",
    "Belfast": "GBR", "Chequers": "GBR", "Windsor": "GBR", "Salzburg": "AUT", "Granada": "ESP", "Barcelona": "ESP",
    "Porto": "PRT", "Gdansk": "POL", "Rzeszow": "POL", "Krakow": "POL", "Lviv": "UKR", "Odesa": "UKR", "Odessa": "UKR",
    "Kharkiv": "UKR", "Minsk": "BLR", "Thessaloniki": "GRC", "Quebec": "CAN", "Charlevoix": "CAN", "Toronto": "CAN",
    "Montreal": "CAN", "Kananaskis": "CAN", "Vancouver": "CAN", "Rio de Janeiro": "BRA", "Sao Paulo": "BRA",
    "Cartagena": "COL", "Cancun": "MEX", "Tijuana": "MEX", "Punta del Este": "URY", "Karachi": "PAK", "Lahore": "PAK",
}  # fmt: skip

# What a sea of trouble is in: "war in Ukraine" says nothing of where leaders met.
_TROUBLE = re.compile(
    r"\b(?:war|wars|situation|crisis|crises|conflict|conflicts|fighting|invasion|events|peace|tensions?|violence|"
    r"ceasefire|cease-fire|truce|troops|forces|soldiers|operation|developments|settlement|elections?|attack|attacks|"
    r"offensive|bombing|strikes?|unrest|protests?|coup|stability|security|embassy|ambassador|born|citizens|people|"
    r"democracy|influence|role|interests|presence|investments?|living|hostages|earthquake|famine|refugees|power|"
    r"genocide|rebels|factory|plant|markets?|schools?|military|aid|weapons|cases)\s*$",
    re.IGNORECASE,
)
_IN = {"in", "at", "near", "outside", "inside", "from"}
_TO = {"to", "into", "toward", "towards"}
_VISIT = re.compile(r"\b(?:visit|visits|visited|visiting|toured|tours|touring|tour|reached|left|leaves|leaving)$", re.I)
_GOING = re.compile(
    r"\b(?:visits?|trips?|travel\w*|fly|flew|flown|flying|flies|fl(?:ight|ights)|went|gone|go|goes|going|came|come|"
    r"comes|coming|return\w*|journey\w*|head\w*|drove|sailed|invit\w+|tour|mission|moved|rushed|welcom\w+|train)"
    r"\b[^.;!?]{0,60}$",
    re.IGNORECASE,
)
_NOUN_AFTER = re.compile(
    r"^\s+(?:summit|talks|meeting|visit|trip|peace talks|peace summit|sit-down|encounter|stop)\b", re.IGNORECASE
)
# "the Shanghai Cooperation Organization", "the Normandy talks": named after a place, held anywhere.
_NAMED_AFTER = re.compile(
    r"^(?:['’]s)?\s+(?:(?:[A-Z][\w-]+|and|of)\s+){0,3}?(?:Organi[sz]ation|Cooperation|Pact|Protocol|Agreements?|Accords?|Format|"
    r"Process|Convention|Framework|Declaration|Communique|Treaty|Bank|Group|format|process|agreements?|accords?|protocol|"
    r"grain (?:deal|initiative))\b"
)
_FORMATS = re.compile(
    r"^Normandy\s+(?:\w+\s+)?(?:talks|summit|four|group|meeting|contacts|partners|format|process)\b", re.IGNORECASE
)
# "in the French capital", "to Canada's capital"
_CAPITAL = re.compile(
    r"\b(?P<prep>in|to|at|visited|visiting|visit)\s+"
    r"(?:the\s+(?P<adj>[A-Z][\w-]+(?: [A-Z][\w-]+)?)|(?P<land>[A-Z][\w-]+(?: [A-Z][\w-]+)?)['’]s?)\s+capital\b"
)
_PROPER = re.compile(
    r"\b(?P<prep>in|at|near|outside)\s+(?P<name>(?:the\s+)?(?:[A-Z][\w’'-]+|St\.)(?:(?:\s+|-)(?:(?:de|del|da|do|el|al|la|of)\s+)?"
    r"[A-Z][\w’'-]+){0,3})"
)
_NO_PLACE = re.compile(
    r"^(?:the )?(?:English|Russian|French|Arabic|Chinese|Hebrew|German|Spanish|Twitter|Facebook|Telegram|Parliament|"
    r"Congress|Europe|Asia|Africa|NATO|EU|UN|G7|G20|G-20|G-7|COP\d*|I|He|She|They|We|It|This|That|Mr|Mrs|Ms|President|"
    r"Prime|King|Queen|Chancellor|Premier|Russian|Covid\w*|COVID\w*|Christmas|Easter|Ramadan|AP|AFP|Reuters)\b"
)
# "at the OSCE", "in the European Parliament": bodies and papers, where nobody travels to.
_BODY = re.compile(
    r"^(?:the )?[A-Z][A-Z\d-]{2,}$|\b(?:Council|Commission|Union|Organi[sz]ation|Assembly|Committee|Fund|Ministry|Army|"
    r"Treaty|Agreements?|Accords?|Pact|League|Party|Parliament|Senate|Congress|Court|Agency|Group|Forum|Times|Post|"
    r"Initiative|Framework|Format|Process|Alliance|Community|Partnership|Dialogue|Day|Year|Olympics|Games|Cup)$"
)
LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Place:
    """Characters `start`..`end` of the whole text name a place.

    `country` is ISO alpha-3 where known; `kind` is "city", "country" or "spot" (a proper name known from nowhere);
    `destination` tells that somebody goes there.
    """

    start: int
    end: int
    name: str
    country: str | None
    kind: str
    destination: bool


class PlaceFinder:
    """Finds places in sentences; made once per registry."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.g = gazetteer
        self._cities = {
            tuple(fold_word(w) for w in re.findall(r"[^\W_]+", name)): (name, code) for name, code in CITIES.items()
        }
        self._city_starts = {key[0] for key in self._cities}
        self._capital_of = {
            code: info.capitals[0] for code, info in gazetteer.registry.countries.items() if info.capitals
        }

    def find(self, whole: str, tokens: Sequence[Token]) -> list[Place]:
        """The places of one sentence, given its tokens, in its order: each a place where something happens."""
        if not tokens:
            return []
        begin, end = tokens[0].start, min(tokens[-1].end, tokens[0].start + LONGEST)
        found: list[Place] = []
        i = 0
        while i < len(tokens) and tokens[i].end <= end:
            named = self._named(tokens, i)
            if named is None:
                i += 1
                continue
            j, name, country, kind = named
            place = self._placed(whole, begin, tokens, i, j, name, country, kind)
            if place is not None:
                found.append(place)
            i = j
        found += self._capital_phrases(whole, begin, end)
        found += self._spots(whole, begin, end, found)
        return sorted(found, key=lambda p: p.start)

    def _named(self, tokens: Sequence[Token], i: int) -> tuple[int, str, str, str] | None:
        token = tokens[i]
        if not token.capital:
            return None
        if token.folded in self._city_starts:
            for n in (4, 3, 2, 1):
                key = tuple(t.folded for t in tokens[i : i + n])
                if key in self._cities:
                    name, code = self._cities[key]
                    return i + len(key), name, code, "city"
        options = [
            (hit[0], hit[1][0].code, kind)
            for trie, kind in ((self.g.capitals, "city"), (self.g.countries, "country"))
            if (hit := trie.longest(tokens, i))
        ]
        if not options or (token.folded in ("us", "un", "uk") and not token.text.replace(".", "").isupper()):
            return None
        end, code, kind = max(options, key=lambda o: o[0])
        if code in ("EU", "UN", "NATO", "AU", "ASEAN"):
            return None
        name = " ".join(t.text for t in tokens[i:end])
        return end, name, code, kind

    def _placed(
        self, whole: str, begin: int, tokens: Sequence[Token], i: int, j: int, name: str, country: str, kind: str
    ) -> Place | None:
        start, end = tokens[i].start, tokens[j - 1].end
        if kind == "city" and whole[start:end].count("\n") == 0:
            name = whole[start:end]
        before, after = whole[max(begin, start - 90) : start].rstrip(), whole[end : end + 40]
        if re.match(r"['’]s\b|['’](?=\s)", after) and not re.match(r"['’]s? [A-Z]", after):
            return None
        if _NAMED_AFTER.match(after) or _FORMATS.match(whole[start : end + 40]):
            return None
        previous = tokens[i - 1].folded if i else ""
        if previous in ("the", "his", "her", "its", "their") and i > 1:  # "at his Mar-a-Lago club"
            before = before[: -len(previous)].rstrip()
            previous = tokens[i - 2].folded
        if previous == "of" and re.search(r"\b(?:resort|city|town|port|island|capital|village) of$", before, re.I):
            return Place(start, end, name, country, kind, False)  # "in the Black Sea resort of Sochi"
        if previous in _TO:
            going = bool(_GOING.search(before[: -len(previous)].rstrip()))
            return Place(start, end, name, country, kind, True) if going else None
        if previous in _IN:
            if _TROUBLE.search(before[: -len(previous)].rstrip()) or previous == "from":
                return None
            return Place(
                start, end, name, country, kind, bool(re.search(r"\b(?:arriv|land)\w* (?:\w+ ){0,3}in$", before))
            )
        if _VISIT.search(before) or (previous in ("and",) and re.search(r"\bvisit\w*\b[^.;!?]{0,60}$", before)):
            return Place(start, end, name, country, kind, True)
        if kind == "city" and _NOUN_AFTER.match(after):
            return Place(start, end, name, country, kind, "visit" in after or "trip" in after)
        return None

    def _capital_phrases(self, whole: str, begin: int, end: int) -> list[Place]:
        found = []
        for m in _CAPITAL.finditer(whole, begin, end):
            table, part = self.g.registry, "adj" if m["adj"] else "land"
            codes = (table.country_by_adjective if m["adj"] else table.country_by_name).get(m[part])
            if codes and (city := self._capital_of.get(codes[0])):
                found.append(Place(m.start(part), m.end(), city, codes[0], "city", m["prep"] != "in"))
        return found

    def _spots(self, whole: str, begin: int, end: int, known: Sequence[Place]) -> list[Place]:
        """Proper names after "in" or "at" that no list holds: "in Ruritz", "at Castle Hill"."""
        found = []
        for m in _PROPER.finditer(whole, begin, end):
            start, name = m.start("name"), m["name"].rstrip("'’")
            stop = start + len(name)
            words = name.lower().split()
            if (
                words[0] in WEEKDAYS
                or words[0] in MONTHS
                or _NO_PLACE.match(name)
                or _BODY.search(name)
                or words[0].rstrip(".") in _SHORT
            ):
                continue
            if _FORMATS.match(whole[start : stop + 20].removeprefix("the ")):
                continue
            if any(start < p.end and stop > p.start for p in known) or _TROUBLE.search(whole[begin : m.start()]):
                continue
            if re.match(r"['’]s\b", whole[stop:]) or self._is_name(name):
                continue
            found.append(Place(start, stop, name, None, "spot", False))
        return found

    def _is_name(self, name: str) -> bool:
        """Whether a country, nationality or body stands in it: then the rules above have refused it already."""
        table = self.g.registry
        return any(
            word in index
            for word in (name, name.removeprefix("the "), name.split()[0])
            for index in (
                table.country_by_name,
                table.country_by_adjective,
                table.country_by_capital,
                table.surname_index,
            )
        )


_SHORT = {m[:3] for m in MONTHS} | {"sept"} | {d[:3] for d in WEEKDAYS}
