"""Office phrases: "the French president", "Ukraine's leader", "the presidents of Poland and Latvia", "Kremlin chief".

A phrase is read from the words alone; who it means is the registry's answer for the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.understand.gazetteer import FORMER_WORDS, LEADER_WORDS, MODIFIERS, STATE_FORMS, Country, Gazetteer
from pipeline.understand.tokens import Token

# "Native American", "Latin American": no nationality of a state.
_PART_OF_PEOPLE = frozenset({"native", "latin", "african", "asian", "black", "indigenous", "anti", "arab", "jewish"})


# Neighbours that news names in one word: "the Baltic presidents", "leaders of the Nordic countries".
REGIONS = {
    "baltic": ("EST", "LVA", "LTU"), "nordic": ("DNK", "FIN", "ISL", "NOR", "SWE"),
    "benelux": ("BEL", "NLD", "LUX"), "visegrad": ("CZE", "HUN", "POL", "SVK"),
}  # fmt: skip
_REGION_NOUNS = frozenset({"states", "countries", "nations", "republics", "group", "four"})
_COUNTS = frozenset({"two", "three", "four", "five"})


@dataclass(frozen=True, slots=True)
class OfficePhrase:
    """Words `first`..`last` (exclusive) that name an office.

    `holders` has one list of candidate person ids for each office named (several in a plural); `leader` is False for
    offices that make no leader; `former` tells "former", "ex-" and the like; `bare` has no country ("the president").
    """

    first: int
    last: int
    office: str
    countries: tuple[str, ...] = ()
    holders: tuple[tuple[str, ...], ...] = ()
    leader: bool = True
    former: bool = False
    bare: bool = False
    plural: bool = False
    counterpart: bool = False


class OfficeReader:
    """Reads office phrases at a given word; holds the text only while it is read."""

    def __init__(self, gazetteer: Gazetteer, text: str, tokens: Sequence[Token], on: date | None) -> None:
        self.g, self.text, self.tokens, self.on = gazetteer, text, tokens, on

    def gap(self, i: int, j: int) -> str:
        """The characters between word `i` and word `j`."""
        return self.text[self.tokens[i].end : self.tokens[j].start]

    def adjacent(self, i: int, j: int) -> bool:
        """Whether nothing but a space or a hyphen stands between two words of one sentence."""
        return (
            j < len(self.tokens)
            and self.tokens[i].sentence == self.tokens[j].sentence
            and self.gap(i, j) in (" ", "-", "\u00a0", "  ", " '", " “", "/")
        )

    def read(self, i: int) -> OfficePhrase | None:
        """The office phrase that starts at word `i`, if there is one."""
        return self._nationality_first(i) or self._office_first(i)

    def former(self, i: int) -> bool:
        """Whether the words before `i` say that the office is over: "former", "ex-"."""
        j = i - 1
        while j >= 0 and self.adjacent(j, j + 1) and i - j <= 3:
            if self.tokens[j].folded in FORMER_WORDS:
                return True
            if self.tokens[j].folded not in MODIFIERS:
                return False
            j -= 1
        return False

    def _place(self, i: int) -> tuple[int, list[Country], bool] | None:
        """A nationality, country, body or seat at word `i`: (end, countries, whether it is a seat)."""
        token = self.tokens[i]
        if not token.capital or (
            token.folded in ("us", "un", "uk", "eu", "uae") and not token.text.replace(".", "").isupper()
        ):
            return None
        best: tuple[int, list[Country], bool] | None = None
        for trie, seat in ((self.g.adjectives, False), (self.g.countries, False), (self.g.seats, True)):
            found = trie.longest(self.tokens, i)
            if found and (best is None or found[0] > best[0]):
                best = (found[0], found[1], seat)
        return best

    def _possessive(self, j: int) -> bool:
        """Whether word `j` is the 's of the word before."""
        return j < len(self.tokens) and self.tokens[j].folded == "s" and self.gap(j - 1, j) in ("'", "’", "´", "`")

    def _list_of_places(self, i: int) -> tuple[int, list[list[Country]]] | None:
        """ "France", "France and Russia", "Poland, Latvia, Lithuania and Estonia", "the three Baltic states"."""
        first = self._places(i)
        if first is None:
            return None
        end, places = first
        while end < len(self.tokens) and self.tokens[end].sentence == self.tokens[i].sentence:
            j, gap = end, self.gap(end - 1, end)
            if self._possessive(j):
                j += 1
                if j >= len(self.tokens):
                    break
                gap = self.gap(j - 1, j)
            if self.tokens[j].folded in ("and", "amp") and gap.strip() in ("", ","):
                j += 1
            elif gap.strip() not in (",", "&", "-", "–"):
                break
            while j < len(self.tokens) and self.tokens[j].folded in _COUNTS | {"the"}:
                j += 1
            more = self._places(j) if j < len(self.tokens) else None
            if more is None:
                break
            end = more[0]
            places = [*places, *more[1]]
        return end, places

    def _places(self, i: int) -> tuple[int, list[list[Country]]] | None:
        """The country at word `i`, or those of a region."""
        token = self.tokens[i]
        if token.folded in REGIONS and token.capital:
            noun = self.adjacent(i, i + 1) and self.tokens[i + 1].folded in _REGION_NOUNS
            return i + 1 + noun, [[Country(code)] for code in REGIONS[token.folded]]
        found = self._place(i)
        return (found[0], [found[1]]) if found else None

    def _nationality_first(self, i: int) -> OfficePhrase | None:
        found = self._place(i)
        if self.tokens[i].folded in REGIONS and (listed := self._list_of_places(i)):
            return self._plural_after(i, *listed)
        if found is None or (i > 0 and self.tokens[i - 1].folded in _PART_OF_PEOPLE and self.adjacent(i - 1, i)):
            return None
        end, countries, seat = found
        listed = self._list_of_places(i)
        if listed and len(listed[1]) > 1 and (phrase := self._plural_after(i, *listed)):
            return phrase
        j = end + 1 if self._possessive(end) else end
        # "Russia's president", "French President", "US far-right leader" is not one: unknown words break the phrase
        steps = 0
        while j < len(self.tokens) and self._joined(j, i) and steps < 4:
            plural = self.g.plural_offices.longest(self.tokens, j)
            office = self.g.offices.longest(self.tokens, j)
            other = self.g.other_offices.longest(self.tokens, j)
            if other and (office is None or other[0] > office[0]):
                codes = tuple({c.code for c in countries})
                reigning = self._reigning(codes, other[1][0])
                return OfficePhrase(i, other[0], other[1][0], codes, reigning, leader=bool(reigning))
            if self.tokens[j].folded == "counterpart" and not seat:
                return OfficePhrase(
                    i,
                    j + 1,
                    "counterpart",
                    tuple(c.code for c in countries),
                    self._holders(countries, "leader"),
                    counterpart=True,
                )
            if office and not plural:
                word = office[1][0]
                if seat and word not in LEADER_WORDS:
                    return None
                if self._elect(office[0]):
                    return OfficePhrase(i, office[0], word, leader=False)
                return OfficePhrase(
                    i,
                    office[0],
                    word,
                    tuple(c.code for c in countries),
                    self._holders(countries, word),
                    former=self.former(i) or self._former_between(i, j),
                )
            if self.tokens[j].folded not in MODIFIERS and self.tokens[j].folded not in FORMER_WORDS:
                return None
            j, steps = j + 1, steps + 1
        return None

    def _reigning(self, codes: Sequence[str], word: str) -> tuple[tuple[str, ...], ...]:
        """Who rules a principality, where a prince is more than a king's son."""
        if word not in ("prince", "princess") or self.on is None:
            return ()
        held = [h for code in codes for h in self.g.registry.holders(code, self.on, "monarch")]
        return tuple((p.wikidata_id,) for p, term in held if "prince" in term.office.lower())[:1]

    def _former_between(self, i: int, j: int) -> bool:
        return any(t.folded in FORMER_WORDS for t in self.tokens[i:j])

    def _joined(self, j: int, i: int) -> bool:
        gap = self.gap(j - 1, j)
        return self.tokens[j].sentence == self.tokens[i].sentence and gap.strip(" -\u00a0'’“\"") == ""

    def _elect(self, j: int) -> bool:
        return j < len(self.tokens) and self.tokens[j].folded in ("elect", "designate") and self.gap(j - 1, j) == "-"

    def _plural_after(self, i: int, end: int, places: list[list[Country]]) -> OfficePhrase | None:
        """ "the French and Russian leaders", "Chinese and Indian prime ministers"."""
        j = end
        while j < len(self.tokens) and self._joined(j, i) and self.tokens[j].folded in MODIFIERS:
            j += 1
        if j >= len(self.tokens) or not self._joined(j, i):
            return None
        plural = self.g.plural_offices.longest(self.tokens, j)
        if plural is None:
            return None
        word = plural[1][0]
        holders = tuple(h for c in places for h in self._holders(c, word))
        return OfficePhrase(
            i, plural[0], word, tuple(c[0].code for c in places), holders, plural=True, former=self.former(i)
        )

    def _office_first(self, i: int) -> OfficePhrase | None:
        plural = self.g.plural_offices.longest(self.tokens, i)
        other = self.g.other_offices.longest(self.tokens, i)
        office = self.g.offices.longest(self.tokens, i)
        if plural and (office is None or plural[0] >= office[0]):
            listed = self._office_of(i, plural[0], plural[1][0], plural=True)
            return listed or OfficePhrase(i, plural[0], plural[1][0], bare=True, plural=True)
        if other and (office is None or other[0] > office[0]):
            return OfficePhrase(i, other[0], other[1][0], leader=False)
        if office is None or self._hour(i):
            return None
        word = office[1][0]
        if self._elect(office[0]):
            return OfficePhrase(i, office[0] + 1, word, leader=False)
        phrase = self._office_of(i, office[0], word, plural=False)
        if phrase:
            return phrase
        if word in ("chief", "boss", "ruler", "strongman"):
            return None
        return OfficePhrase(i, office[0], word, bare=True, former=self.former(i))

    def _hour(self, i: int) -> bool:
        """Whether "PM" at word `i` is a time of day: "5 PM", "5.30pm"."""
        token = self.tokens[i]
        return token.folded == "pm" and (token.text != "PM" or (i > 0 and self.tokens[i - 1].text[-1].isdigit()))

    def _office_of(self, i: int, end: int, word: str, *, plural: bool) -> OfficePhrase | None:
        """ "president of the Republic of Belarus", "leaders of France, Germany and Italy"."""
        if end >= len(self.tokens) or self.tokens[end].folded not in ("of", "for") or not self.adjacent(end - 1, end):
            return None
        j = end + 1
        for _ in range(8):
            if j >= len(self.tokens) or self.tokens[j].sentence != self.tokens[i].sentence:
                return None
            listed = self._list_of_places(j)
            if listed:
                stop, places = listed
                # "the French Republic", "the Russian Federation"
                while (
                    stop < len(self.tokens)
                    and self.adjacent(stop - 1, stop)
                    and self.tokens[stop].folded
                    in (
                        "republic",
                        "federation",
                        "kingdom",
                        "confederation",
                    )
                ):
                    stop += 1
                if not plural and (self._adjective_alone(j, stop) or self._owns(stop)):
                    # "the leader of India's opposition", "president of the American Bar Association"
                    return OfficePhrase(i, end, word, leader=False)
                if not plural:
                    places, stop = places[:1], stop if len(places) == 1 else (self._place(j) or (stop,))[0]
                holders = tuple(h for c in places for h in self._holders(c, word))
                return OfficePhrase(
                    i, stop, word, tuple(c[0].code for c in places), holders, plural=plural, former=self.former(i)
                )
            if self.tokens[j].folded not in STATE_FORMS and not (plural and self.tokens[j].folded in _COUNTS):
                return None
            j += 1
        return None

    def _owns(self, stop: int) -> bool:
        """Whether a possessive stands at word `stop`: what follows is led, not the country."""
        return stop < len(self.tokens) and self._possessive(stop)

    def _adjective_alone(self, j: int, stop: int) -> bool:
        """Whether words `j`..`stop` are a nationality and no country: "American", not "French Republic"."""
        country, nation = self.g.countries.longest(self.tokens, j), self.g.adjectives.longest(self.tokens, j)
        return bool(nation and nation[0] == stop and not (country and country[0] == stop))

    def _holders(self, countries: Sequence[Country], word: str) -> tuple[tuple[str, ...], ...]:
        people: list[str] = []
        for country in countries:
            people += [p.wikidata_id for p in self.g.holders(country, word, self.on) if p.wikidata_id not in people]
        return (tuple(people),)
