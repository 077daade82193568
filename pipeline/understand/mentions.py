"""Who is named where: every span of a text that names a leader, or somebody who is none.

Names are resolved by who held the office on the day: "Johnson" is the prime minister in 2022 and nobody in 2018 unless
the text says his full name. What a pronoun or a plural means is decided in `coreference`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from pipeline.understand.gazetteer import FORMER_WORDS, Gazetteer
from pipeline.understand.offices import OfficePhrase, OfficeReader
from pipeline.understand.registry import Person
from pipeline.understand.sentences import Sentence
from pipeline.understand.tokens import Token, words

# A leader may be written of as such some days before the oath and after the handover.
GRACE = timedelta(days=20)
PRESS_TITLES = {
    "mr",
    "mrs",
    "ms",
    "president",
    "premier",
    "chancellor",
    "king",
    "queen",
    "pope",
    "emir",
    "sultan",
    "pm",
}
_PARTICLES = {
    "al",
    "el",
    "bin",
    "ibn",
    "de",
    "da",
    "van",
    "von",
    "der",
    "den",
    "dos",
    "do",
    "di",
    "la",
    "le",
    "ould",
    "abu",
}


class Kind(StrEnum):
    """How a mention names its person."""

    NAME = "name"
    SURNAME = "surname"
    OFFICE = "office"
    BARE_OFFICE = "bare_office"
    COUNTERPART = "counterpart"
    PRONOUN = "pronoun"
    PLURAL = "plural"


@dataclass(frozen=True, slots=True)
class Mention:
    """Characters `start`..`end` of the whole text, in sentence `sentence`, naming `people` (person ids).

    `leader` is False for somebody who cannot be a participant; `people` may then be empty. A mention whose people are
    still to be found (a bare office, a pronoun) has none.
    """

    start: int
    end: int
    text: str
    sentence: int
    kind: Kind
    people: tuple[str, ...] = ()
    leader: bool = True
    former: bool = False
    office: str = ""
    candidates: tuple[tuple[str, ...], ...] = ()
    countries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stranger:
    """A leader that the registry does not hold: named with an office and a country in the text itself."""

    person_id: str
    name: str
    country: str
    office: str


class MentionFinder:
    """Finds mentions in one text; `on` is the day by which offices are resolved (publication), None if unknown."""

    def __init__(
        self, gazetteer: Gazetteer, text: str, sentences: Sequence[Sentence], tokens: Sequence[Token], on: date | None
    ) -> None:
        self.g, self.text, self.tokens, self.on = gazetteer, text, tokens, on
        self.sentences = sentences
        self.reader = OfficeReader(gazetteer, text, tokens, on)
        self.title_case = [self._is_title_case(k) for k in range(len(sentences))]
        self.strangers: dict[str, Stranger] = {}
        self._anchors: dict[str, list[str]] = defaultdict(list)  # surname -> person ids fully named in this text
        self._others: dict[str, int] = {}  # surname -> first word of a full name that is nobody of the registry

    def find(self) -> list[Mention]:
        """All mentions by name and office, in the order of the text."""
        found: list[Mention] = []
        loose: list[tuple[int, int]] = []
        i = 0
        while i < len(self.tokens):
            taken = self._at(i)
            if taken is not None:
                mention, i = taken
                found.append(mention)
                continue
            surname = self.g.surnames.longest(self.tokens, i)
            if surname and self.tokens[surname[0] - 1].capital:
                loose.append((i, surname[0]))
                i = surname[0]
                continue
            i += 1
        for first, last in loose:
            mention = self._surname(first, last)
            if mention is not None:
                found.append(mention)
        return sorted(found, key=lambda m: m.start)

    # -- what stands at one word -------------------------------------------------------------------------------

    def _at(self, i: int) -> tuple[Mention, int] | None:
        phrase = self.reader.read(i)
        if phrase is not None:
            named = self._name_after(phrase)
            if named is not None:
                return named
            if not phrase.bare or phrase.leader:
                return self._office_mention(phrase), phrase.last
        full = self._full_name(i)
        if full is not None:
            last, people = full
            # "Macron's office", "Xi Jinping Thought": the name ends where the trie says
            person = self._best(people)
            self._anchor(person)
            former = self.reader.former(i)
            return self._mention(i, last, Kind.NAME, (person.wikidata_id,), self._may_lead(person), former), last
        return None

    def _full_name(self, i: int) -> tuple[int, list[Person]] | None:
        if not (self.tokens[i].capital or self.tokens[i].folded in _PARTICLES):
            return None
        found = self.g.names.longest(self.tokens, i)
        if not found or not self.tokens[found[0] - 1].capital:
            return None
        if found[0] - i == 1 and len(words(self.tokens[i].text)) == 1:
            # a one-word "full name" (a mononym such as a monarch's) is treated as a surname
            return None
        if i > 0 and self.tokens[i - 1].capital and self.reader.adjacent(i - 1, i) and self._first_name(i - 1, i):
            return None
        return found

    def _name_after(self, phrase: OfficePhrase) -> tuple[Mention, int] | None:
        """ "French President Emmanuel Macron", "the Russian leader, Vladimir Putin": phrase and name are one mention."""
        j = phrase.last
        if j >= len(self.tokens) or phrase.plural or self.tokens[j].sentence != self.tokens[phrase.first].sentence:
            return None
        gap = self.text[self.tokens[j - 1].end : self.tokens[j].start]
        if gap not in (" ", ", ", "\u00a0", ": ", " – ", " - ") or (gap == ": " and phrase.leader):
            return None
        while j < len(self.tokens) and self.tokens[j].folded in ("mr", "mrs", "ms", "dr", "sir", "general", "gen"):
            j += 1
        full = self._full_name(j) if j < len(self.tokens) else None
        surname = self.g.surnames.longest(self.tokens, j) if j < len(self.tokens) and gap != ", " else None
        if surname and not self.tokens[surname[0] - 1].capital:
            surname = None
        if full:
            person, last = self._best(full[1], phrase), full[0]
            self._anchor(person)
        elif surname and surname[0] - j >= 1 and not self._more_name(surname[0]):
            held = [p for p in surname[1] if any(p.wikidata_id in h for h in phrase.holders)]
            known = [p for p in surname[1] if p.wikidata_id in self._anchors.get(self._key(j, surname[0]), ())]
            sitting = [p for p in surname[1] if self._sitting(p)]
            choice = held or known or (sitting if phrase.leader and (phrase.bare or len(sitting) == 1) else [])
            if not phrase.leader:
                return self._mention(phrase.first, surname[0], Kind.NAME, (), False), surname[0]
            if not choice:
                return self._stranger(phrase, j)
            person, last = choice[0], surname[0]
            self._anchor(person)
        else:
            return self._stranger(phrase, j) if gap != ", " else None
        leads = phrase.leader and self._may_lead(person)
        former = phrase.former
        return self._mention(phrase.first, last, Kind.NAME, (person.wikidata_id,), leads, former, phrase), last

    def _stranger(self, phrase: OfficePhrase, j: int) -> tuple[Mention, int] | None:
        """An office of a country followed by a name that the registry lacks: believed, unless it says "former"."""
        last = j
        while (
            last < len(self.tokens)
            and (self.tokens[last].capital or (last > j and self.tokens[last].folded in _PARTICLES))
            and (last == j or self.reader.adjacent(last - 1, last))
            and last - j < 5
        ):
            last += 1
        while last > j and not self.tokens[last - 1].capital:
            last -= 1
        if last == j or self.title_case[self.tokens[j].sentence]:
            return None
        name = self.text[self.tokens[j].start : self.tokens[last - 1].end]
        if not phrase.leader:
            self._others.setdefault(self.tokens[last - 1].folded, j)
            return self._mention(phrase.first, last, Kind.NAME, (), False), last
        if phrase.bare or phrase.former or phrase.counterpart or len(phrase.countries) != 1 or last - j < 2:
            return None
        person_id = f"local:{phrase.countries[0]}:{'-'.join(words(name))}"
        self.strangers[person_id] = Stranger(person_id, name, phrase.countries[0], phrase.office.title())
        self._anchors[self.tokens[last - 1].folded].append(person_id)
        return self._mention(phrase.first, last, Kind.NAME, (person_id,), True, False, phrase), last

    def _office_mention(self, phrase: OfficePhrase) -> Mention:
        kind = Kind.OFFICE
        if phrase.counterpart and not phrase.plural:
            kind = Kind.COUNTERPART
        elif phrase.plural:
            kind = Kind.PLURAL
        elif phrase.bare:
            kind = Kind.BARE_OFFICE
        people: tuple[str, ...] = ()
        if phrase.leader and not phrase.bare and not phrase.former:
            people = tuple(h[0] for h in phrase.holders if h)
        return self._mention(phrase.first, phrase.last, kind, people, phrase.leader, phrase.former, phrase)

    # -- surnames alone ----------------------------------------------------------------------------------------

    def _surname(self, first: int, last: int) -> Mention | None:
        """A name used alone: somebody fully named in this text, else the one leader of that name in office."""
        if self._more_name(last):
            return None
        key = self._key(first, last)
        before = first - 1
        titled = before >= 0 and self.tokens[before].folded in PRESS_TITLES and self.reader.adjacent(before, first)
        if not titled and before >= 0 and self.reader.adjacent(before, first) and self._first_name(before, first):
            self._others.setdefault(key, first)
            return self._mention(before, last, Kind.NAME, (), False)
        anchored = self._anchors.get(key)
        if anchored:
            person_id = anchored[0]
            stranger = person_id in self.strangers
            leads = stranger or self._may_lead(self.g.registry.people[person_id])
            return self._mention(first, last, Kind.SURNAME, (person_id,), leads)
        if key in self._others:
            return self._mention(first, last, Kind.SURNAME, (), False)
        found = self.g.surnames.longest(self.tokens, first)
        people = found[1] if found else []
        sitting = [p for p in people if self._sitting(p)]
        owned = before > 0 and self.tokens[before].folded == "s" and self.g.countries.longest(self.tokens, before - 1)
        nation = self.g.adjectives.longest(self.tokens, before) if before >= 0 else None
        if any(self._is_common(p, key) for p in sitting) and not (titled or owned or nation):
            return None
        if len(sitting) != 1:
            return None
        return self._mention(first, last, Kind.SURNAME, (sitting[0].wikidata_id,), True, self.reader.former(first))

    def _is_common(self, person: Person, key: str) -> bool:
        return any(n.common for n in person.press_names if " ".join(words(n.text)) == key)

    def _more_name(self, last: int) -> bool:
        """Whether the name goes on after `last` ("Putin Smith", "Xi Jinping" read as "Xi")."""
        if last >= len(self.tokens) or self.title_case[self.tokens[last - 1].sentence]:
            return False
        if not self.reader.adjacent(last - 1, last) or not self.tokens[last].capital:
            return False
        token = self.tokens[last]
        return bool(
            not self.g.countries.longest(self.tokens, last) and not token.text.isupper() and len(token.text) > 2
        )

    def _first_name(self, i: int, j: int) -> bool:
        """Whether word `i`, right before the surname at `j`, reads as a given name of somebody else."""
        token = self.tokens[i]
        if not token.capital or token.folded in PRESS_TITLES or token.folded in FORMER_WORDS:
            return False
        if token.folded in self.g.first_names:
            return True
        if (
            self.title_case[token.sentence]
            or token.start == self.sentences[token.sentence].start
            or token.text.isupper()
        ):
            return False
        if self.g.countries.longest(self.tokens, i) or self.g.adjectives.longest(self.tokens, i):
            return False
        return not (self.g.offices.longest(self.tokens, i) or self.g.other_offices.longest(self.tokens, i))

    # -- helpers -----------------------------------------------------------------------------------------------

    def _is_title_case(self, k: int) -> bool:
        found = [t for t in self.tokens if t.sentence == k and len(t.text) > 3]
        return len(found) >= 3 and sum(t.capital for t in found) / len(found) > 0.75

    def _key(self, first: int, last: int) -> str:
        return " ".join(t.folded for t in self.tokens[first:last])

    def _anchor(self, person: Person) -> None:
        for name in person.press_names:
            key = " ".join(words(name.text))
            if person.wikidata_id not in self._anchors[key]:
                self._anchors[key].append(person.wikidata_id)

    def _sitting(self, person: Person) -> bool:
        registry = self.g.registry
        if self.on is None:
            return registry.is_leader_on(person.wikidata_id, None)
        return any(registry.is_leader_on(person.wikidata_id, self.on + d) for d in (timedelta(0), GRACE, -GRACE))

    def _may_lead(self, person: Person) -> bool:
        """Whether the person leads or led a country: ex-leaders stay candidates for contacts of the past."""
        return any(
            t.role == "leader" and (self.on is None or t.start is None or t.start <= self.on + GRACE)
            for t in person.terms
        )

    def _best(self, people: Sequence[Person], phrase: OfficePhrase | None = None) -> Person:
        held = {h for holders in phrase.holders for h in holders} if phrase else set()
        return max(
            people,
            key=lambda p: (
                p.wikidata_id in held,
                self._sitting(p),
                self._may_lead(p),
                max((t.start or date.min for t in p.terms), default=date.min),
            ),
        )

    def _mention(
        self,
        first: int,
        last: int,
        kind: Kind,
        people: tuple[str, ...],
        leader: bool,
        former: bool = False,
        phrase: OfficePhrase | None = None,
    ) -> Mention:
        start, end = self.tokens[first].start, self.tokens[last - 1].end
        return Mention(
            start,
            end,
            self.text[start:end],
            self.tokens[first].sentence,
            kind,
            people,
            leader,
            former,
            phrase.office if phrase else "",
            phrase.holders if phrase else (),
            phrase.countries if phrase else (),
        )
