"""Who is named where: every span of a text that names a leader, or somebody who is none.

Names are resolved by who held the office on the day: "Johnson" is the prime minister in 2022 and nobody in 2018 unless
the text says his full name. What a pronoun or a plural means is decided in `coreference`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from pipeline.understand.gazetteer import STATE_FORMS, Gazetteer
from pipeline.understand.mention import Kind, Mention, Stranger
from pipeline.understand.namesigns import PRESS_TITLES, NameSigns
from pipeline.understand.offices import REGIONS, OfficePhrase, OfficeReader
from pipeline.understand.people import People, last_day_in_office
from pipeline.understand.registry import Person
from pipeline.understand.sentences import Sentence
from pipeline.understand.tokens import Token, words

# Titles that a leader in office may bear as well: "Crown Prince", "General", "Colonel".
_LEADERS_TITLES = frozenset(words("general gen colonel col marshal prince sheikh sheik sayyid ayatollah imam"))
_PARTICLES = frozenset(words("al el bin ibn de da van von der den dos do di la le ould abu"))
_TITLE_WORDS = frozenset(words("mr mrs ms dr sir general gen sheikh sheik shaikh sayyid comrade hajji"))


class MentionFinder:
    """Finds mentions in one text; `on` is the day by which offices are resolved (publication), None if unknown."""

    def __init__(
        self, gazetteer: Gazetteer, text: str, sentences: Sequence[Sentence], tokens: Sequence[Token], on: date | None
    ) -> None:
        self.g, self.text, self.tokens, self.on = gazetteer, text, tokens, on
        self.reader = OfficeReader(gazetteer, text, tokens, on)
        self.signs = NameSigns(gazetteer, self.reader, sentences)
        self.people = People(gazetteer, tokens, on)
        self.strangers: dict[str, Stranger] = {}
        self._anchors: dict[str, list[str]] = defaultdict(list)  # surname -> person ids fully named in this text
        self._others: dict[str, int] = {}  # surname -> first word of somebody else of that name

    def find(self) -> list[Mention]:
        """All mentions by name and office, in the order of the text."""
        found: list[Mention] = []
        loose: list[tuple[int, int]] = []
        i = 0
        while i < len(self.tokens):
            if self.tokens[i].folded not in self.g.starts and self.tokens[i].folded not in REGIONS:
                i += 1
                continue
            taken = self._at(i)
            if taken is not None:
                mention, i = taken
                found.append(mention)
                continue
            surname = self.g.surnames.longest(self.tokens, i)
            if surname and self._capital(i, surname[0]):
                loose.append((i, surname[0]))
                i = surname[0]
                continue
            i += 1
        # surnames last: who is fully named later in the text decides too
        found += [m for first, last in loose if (m := self._surname(first, last)) is not None]
        found += self._known_from_text(found)
        return sorted(found, key=lambda m: m.start)

    def _known_from_text(self, found: Sequence[Mention]) -> list[Mention]:
        """Surnames that only this text gives to somebody: of strangers, and in a spelling the registry lacks."""
        keys = {k for k in self._anchors if " " not in k and k not in self.g.starts}
        if not keys:
            return []
        covered = {t for m in found for t in range(m.start, m.end)}
        return [
            self._mention(i, i + 1, Kind.SURNAME, (self._anchors[t.folded][0],), True)
            for i, t in enumerate(self.tokens)
            if t.folded in keys and t.capital and t.start not in covered
        ]

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
            # "Macron's office", "Xi Jinping Thought": the name ends where the trie says
            last, people = full
            person = self.people.best(people)
            self._anchor(person)
            former = self.reader.former(i)
            return self._mention(i, last, Kind.NAME, (person.wikidata_id,), self.people.may_lead(person), former), last
        return self._seat(i) or self._somebody(i)

    def _full_name(self, i: int) -> tuple[int, list[Person]] | None:
        if not (self.tokens[i].capital or self.tokens[i].folded in _PARTICLES):
            return None
        found = self.g.names.longest(self.tokens, i)
        if not found or not self._capital(i, found[0]):
            return None
        if found[0] - i == 1:
            return None  # a name of one word (a monarch's, say) is treated as a surname
        joined = i > 0 and self.reader.adjacent(i - 1, i)
        if joined and self.tokens[i - 1].folded in ("bin", "ibn", "bint"):
            return None  # "Jassim bin Hamad Al Thani" is not Hamad
        if joined and self.signs.given_name(i - 1, known_only=True):
            return None
        if self.signs.names_a_thing(found[0]):
            return None
        return found

    def _seat(self, i: int) -> tuple[Mention, int] | None:
        """ "the Kremlin", "Downing Street": whoever sits there speaks, but is not said to take part."""
        if not self.tokens[i].capital and self.tokens[i].folded != "the":
            return None
        found = self.g.seats.longest(self.tokens, i)
        if not found or not self.tokens[found[0] - 1].capital:
            return None
        holders = self.g.holders(found[1][0], "leader", self.on)
        people = (holders[0].wikidata_id,) if holders else ()
        return self._mention(i, found[0], Kind.SEAT, people, False), found[0]

    def _somebody(self, i: int) -> tuple[Mention, int] | None:
        """A given name and a name of no leader: kept, so that "he" and the surname are not taken for a leader."""
        first = self.tokens[i]
        if first.folded not in self.g.first_names or not first.capital or self.signs.title_case[first.sentence]:
            return None
        if i + 1 >= len(self.tokens) or not self.signs.given_name(i, known_only=True):
            return None
        surname = self.g.surnames.longest(self.tokens, i + 1)
        if surname and any(words(p.name)[0] == first.folded for p in surname[1]):
            return None
        last = i + 1
        while last < min(i + 4, len(self.tokens)) and self.signs.goes_on(last):
            last += 1
        if last == i + 1 and not (surname and self.reader.adjacent(i, i + 1) and self.tokens[i + 1].capital):
            return None
        last = max(last, surname[0] if surname else last)
        self._others.setdefault(self.tokens[last - 1].folded, i)
        return self._mention(i, last, Kind.NAME, (), False), last

    def _name_after(self, phrase: OfficePhrase) -> tuple[Mention, int] | None:
        """ "French President Emmanuel Macron", "the Russian leader, Vladimir Putin": phrase and name are one."""
        j = phrase.last
        if j >= len(self.tokens) or phrase.plural or self.tokens[j].sentence != self.tokens[phrase.first].sentence:
            return None
        gap = self.text[self.tokens[j - 1].end : self.tokens[j].start]
        if gap not in (" ", ", ", "\u00a0") or self._role(phrase):
            return None
        while j < len(self.tokens) - 1 and self.tokens[j].folded in _TITLE_WORDS:
            j += 1
        full = self._full_name(j)
        surname = self.g.surnames.longest(self.tokens, j) if gap != ", " else None
        if surname and not self._capital(j, surname[0]):
            surname = None
        if full:
            person, last = self.people.best(full[1], [p for h in phrase.holders for p in h]), full[0]
            if gap == ", " and not self._serves(person, phrase):
                return None
        elif surname and not self.signs.goes_on(surname[0]) and not self._another_given_name(j, surname):
            chosen = self._titled(phrase, j, surname[0], surname[1])
            if chosen is None:
                return self._unknown(phrase, j)
            person, last = chosen, surname[0]
        else:
            return self._unknown(phrase, j) if gap != ", " else None
        leads = self.people.may_lead(person)
        if not phrase.leader:
            # "Crown Prince Mohammed bin Salman", "General Sisi" lead in spite of their titles; a namesake does not
            leads = leads and self.people.sitting(person) and (bool(full) or phrase.office in _LEADERS_TITLES)
            if not leads and not full:
                self._others.setdefault(self._key(j, last), j)
                return self._mention(phrase.first, last, Kind.NAME, (), False), last
        self._anchor(person)
        last = self._with_country(last, person)
        return self._mention(phrase.first, last, Kind.NAME, (person.wikidata_id,), leads, phrase.former, phrase), last

    def _role(self, phrase: OfficePhrase) -> bool:
        """ "On his first trip as president Biden met ...": an office after "as" is no title of the name behind it."""
        i = phrase.first
        return phrase.bare and i > 0 and self.tokens[i - 1].folded == "as" and not self.tokens[i].capital

    def _with_country(self, last: int, person: Person) -> int:
        """Where "President Alexander Lukashenko of Belarus" ends, given where the name does."""
        j = last
        if j + 1 >= len(self.tokens) or self.tokens[j].folded != "of" or not self.reader.adjacent(j - 1, j):
            return last
        j += 1
        while j < len(self.tokens) - 1 and self.tokens[j].folded in STATE_FORMS and self.tokens[j].folded != "united":
            j += 1
        found = self.g.countries.longest(self.tokens, j)
        if found and self.tokens[j].capital and {c.code for c in found[1]} & {t.country for t in person.terms}:
            return found[0]
        return last

    def _another_given_name(self, j: int, surname: tuple[int, list[Person]]) -> bool:
        """Whether what reads as a surname at word `j` is the given name of a longer one ("Paul Kagame", "Kim Lee")."""
        following = surname[0]
        if following >= len(self.tokens) or not self.reader.adjacent(following - 1, following):
            return False
        return (
            self.tokens[following].capital
            and bool(self.g.surnames.longest(self.tokens, following))
            and (self.tokens[j].folded in self.g.first_names and not self.signs.title_case[self.tokens[j].sentence])
        )

    def _titled(self, phrase: OfficePhrase, j: int, last: int, people: list[Person]) -> Person | None:
        """Who "President Kim" is: the holder of that office, somebody named before, or whoever of that name leads."""
        held = [p for p in people if any(p.wikidata_id in h for h in phrase.holders)]
        known = [p for p in people if p.wikidata_id in self._anchors.get(self._key(j, last), ())]
        if held or known:
            return (held or known)[0]
        classes = self.g.classes(phrase.office)
        sitting = [
            p
            for p in people
            if self.people.sitting(p)
            and (classes is None or any(t.office_class in classes for t in p.terms if t.role == "leader"))
            and (not phrase.countries or self._serves(p, phrase))
        ]
        sitting = self.people.prefer_placed(sitting)
        if sitting and (phrase.leader or phrase.office in _LEADERS_TITLES):
            return sitting[0]
        over = [p for p in people if self.people.may_lead(p) and (not phrase.countries or self._serves(p, phrase))]
        if phrase.leader and over:
            return max(over, key=last_day_in_office)
        return people[0] if not phrase.leader else None

    def _serves(self, person: Person, phrase: OfficePhrase) -> bool:
        """Whether the person ever led a country of the phrase; a phrase without one asks for somebody in office."""
        if not phrase.countries:
            return self.people.sitting(person) or phrase.former
        return any(t.country in phrase.countries for t in person.terms)

    def _unknown(self, phrase: OfficePhrase, j: int) -> tuple[Mention, int] | None:
        """An office of a country followed by a name that the registry lacks: believed, unless it says "former"."""
        last = j
        while last < len(self.tokens) and last - j < 6:
            token, hyphen = self.tokens[last], last > j and self.reader.gap(last - 1, last) == "-"
            if not (token.capital or hyphen or (last > j and token.folded in _PARTICLES)):
                break
            if last > j and not self.reader.adjacent(last - 1, last):
                break
            last += 1
        while last > j and not self.tokens[last - 1].capital and self.reader.gap(last - 2, last - 1) != "-":
            last -= 1
        if last == j or self.signs.title_case[self.tokens[j].sentence]:
            return None
        name = self.text[self.tokens[j].start : self.tokens[last - 1].end]
        spelt = self.people.spelt_otherwise(phrase.holders, words(name))
        if spelt is not None:
            self._anchor(spelt)
            self._anchors[self.tokens[last - 1].folded].append(spelt.wikidata_id)
            leads = phrase.leader and self.people.may_lead(spelt)
            return self._mention(
                phrase.first, last, Kind.NAME, (spelt.wikidata_id,), leads, phrase.former, phrase
            ), last
        if not phrase.leader or (phrase.counterpart and last - j >= 2):
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
        if self.signs.goes_on(last) or self.signs.in_firm(first, last) or self.signs.names_a_thing(last):
            return None
        key = self._key(first, last)
        people = found[1] if (found := self.g.surnames.longest(self.tokens, first)) else []
        before = first - 1
        if before > 0 and len(self.tokens[before].text) == 1 and self.reader.gap(before, first) in (". ", " "):
            before -= 1  # "Vladimir V. Putin"
            joined = self.reader.adjacent(before, before + 1)
        else:
            joined = before >= 0 and self.reader.adjacent(before, first)
        titled = joined and self.tokens[before].folded in PRESS_TITLES
        if joined and not titled and self.signs.given_name(before):
            own = [p for p in people if words(p.name)[0] == self.tokens[before].folded]
            if own:
                person = self.people.best(own)
                self._anchor(person)
                return self._mention(before, last, Kind.NAME, (person.wikidata_id,), self.people.may_lead(person))
            self._others.setdefault(key, first)
            return self._mention(before, last, Kind.NAME, (), False)
        former = self.reader.former(first)
        anchored = self._anchors.get(key)
        if anchored:
            person_id = anchored[0]
            leads = person_id in self.strangers or self.people.may_lead(self.g.registry.people[person_id])
            return self._mention(first, last, Kind.SURNAME, (person_id,), leads, former)
        if self._others.get(key, first) < first:
            return self._mention(first, last, Kind.SURNAME, (), False)
        owned = before > 0 and self.tokens[before].folded == "s" and self.g.countries.longest(self.tokens, before - 1)
        nation = self.g.adjectives.longest(self.tokens, before) if joined else None
        alone = self.people.alone(people, key, supported=bool(titled or owned or nation))
        if alone is None or (joined and self.signs.wrong_sex(before, alone.gender)):
            return None
        self._anchor(alone)
        return self._mention(first, last, Kind.SURNAME, (alone.wikidata_id,), True, former)

    # -- helpers -----------------------------------------------------------------------------------------------

    def _key(self, first: int, last: int) -> str:
        return " ".join(t.folded for t in self.tokens[first:last])

    def _capital(self, first: int, last: int) -> bool:
        """Whether the words are written as a name: "Chan-o-cha" and "al-Assad" are, "may" is not."""
        return any(t.capital for t in self.tokens[first:last])

    def _anchor(self, person: Person) -> None:
        for name in person.press_names:
            key = " ".join(words(name.text))
            if person.wikidata_id not in self._anchors[key]:
                self._anchors[key].append(person.wikidata_id)

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
