"""The registry's words as tries: names, countries, nationalities, seats and office words, ready to match in a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from pipeline.understand.registry import Person, Registry, Term
from pipeline.understand.tokens import Token, Trie, words

# Who speaks for these bodies; the classes are those of the registry's terms.
BODIES = {
    "European Commission": ("EU", "commission_president"),
    "EU Commission": ("EU", "commission_president"),
    "European Council": ("EU", "council_president"),
    "EU Council": ("EU", "council_president"),
    "United Nations": ("UN", "secretary_general"),
    "UN": ("UN", "secretary_general"),
    "NATO": ("NATO", "secretary_general"),
    "African Union Commission": ("AU", None),
    "African Union": ("AU", None),
    "ASEAN": ("ASEAN", "secretary_general"),
}

# Office words that name the executive leader whatever the office is called.
LEADER_WORDS = {"leader", "chief", "boss", "strongman", "head of state", "head of government", "ruler"}
PLURAL_OFFICES = {
    "leaders": "leader",
    "presidents": "president",
    "prime ministers": "prime minister",
    "premiers": "premier",
    "chancellors": "chancellor",
    "heads of state": "leader",
    "heads of government": "leader",
    "heads of state and government": "leader",
    "kings": "king",
    "counterparts": "counterpart",
}
# Offices that never make a leader; they mark the name that follows as somebody else's.
OTHER_OFFICES = (
    "foreign minister", "defence minister", "defense minister", "finance minister", "interior minister",
    "energy minister", "trade minister", "economy minister", "justice minister", "health minister", "culture minister",
    "foreign secretary", "defence secretary", "defense secretary", "treasury secretary", "secretary of state",
    "home secretary", "minister", "minister of foreign affairs", "envoy", "special envoy", "ambassador", "spokesman",
    "spokeswoman", "spokesperson", "press secretary", "vice president", "vice premier", "deputy prime minister",
    "deputy president", "deputy chairman", "deputy", "first lady", "adviser", "advisor", "aide", "governor", "senator",
    "congressman", "congresswoman", "representative", "mayor", "general", "gen", "admiral", "colonel", "speaker",
    "opposition leader", "candidate", "lawmaker", "mp", "judge", "professor", "dr", "coach", "captain", "striker",
    "midfielder", "goalkeeper", "defender", "actor", "singer", "crown prince", "prince", "princess", "archbishop",
    "cardinal", "commissioner", "ceo", "chief executive", "chief of staff", "editor", "analyst", "sir", "lord", "sen",
    "rep", "gov", "first minister", "queen consort", "king consort", "dowager queen", "chief minister",
    "party leader", "faction leader",
    "minority leader", "majority leader", "house leader", "rebel leader", "union leader", "gang leader",
)  # fmt: skip
FORMER_WORDS = {"former", "ex", "late", "outgoing", "onetime", "previous", "disgraced", "ousted", "deposed"}
# Words that may stand between a nationality and its office.
MODIFIERS = {
    "then", "acting", "interim", "new", "newly", "current", "federal", "caretaker", "own", "incoming", "veteran",
    "longtime", "authoritarian", "populist", "liberal", "conservative", "socialist", "outgoing", "state", "elected",
    "re", "transitional", "embattled", "top", "supreme", "de", "facto", "far", "right", "wing", "left", "centre",
    "hardline", "nationalist", "islamist", "pro", "western", "young", "first", "female",
}  # fmt: skip
STATE_FORMS = {
    "the", "republic", "state", "kingdom", "grand", "duchy", "federal", "federation", "of", "people", "s", "peoples",
    "islamic", "democratic", "socialist", "hashemite", "arab", "bolivarian", "plurinational", "union", "sultanate",
    "emirate", "principality", "federative", "independent", "commonwealth", "and", "united", "hellenic", "swiss",
}  # fmt: skip
# Countries whose leaders the world's news calls by surname alone, without a word of the country.
WIDELY_KNOWN = frozenset(
    {
        "USA", "RUS", "CHN", "FRA", "DEU", "GBR", "UKR", "TUR", "IND", "JPN", "ISR", "IRN", "SAU", "EGY", "BRA", "CAN",
        "ITA", "POL", "KOR", "PRK", "BLR", "HUN", "SRB", "ZAF", "MEX", "AUS", "PAK", "SYR", "VEN", "ESP", "GRC", "ARG",
        "COL", "CUB", "NLD", "PSE", "IRQ", "LBY", "AFG", "VAT", "EU", "UN", "NATO",
    }
)  # fmt: skip
_EXTRA_FIRST_NAMES = words(
    "adam alan albert alex alice alison amy andrea andrew angela ann anna anne anthony arthur ashley barbara ben beth "
    "bill bob brad brian bruce carl carol caroline catherine charlie chris christine claire colin craig cynthia dan "
    "daniel dave david dawn deborah dennis diana diane dick don donna doug duncan ed eddie edward elena eliot "
    "elizabeth ellen emily emma eric erin ethan eva evan fiona frank fred gary george gerald gina glenn gordon grace "
    "graham greg hannah harry heather heidi helen henry holly howard hugh hunter ian irene isaac ivan jack jackie "
    "jake james jamie jan jane janet jason jean jeff jennifer jenny jeremy jerry jess jessica jill jim jimmy joan jo "
    "john johnny jon jonathan joseph josh juan judith judy julia julie justin karen kate katherine kathy katie keith "
    "kelly ken kerry kevin kim kyle larry laura lauren lee leo leon leonard lewis lily linda lisa liz lloyd louis "
    "louise lucy luke lynn magic maggie marc margaret maria marie mark martha martin mary matt matthew maurice max "
    "megan melissa michael michelle mike molly nancy natalie neil nicholas nick nigel nina noah oliver oscar pamela "
    "pat patricia patrick paul paula peter phil philip rachel ralph ray rebecca richard rick rob robert robin roger "
    "ron rosie ross roy russell ruth ryan sally sam samantha sandra sara sarah scott sean sharon sheila simon sophie "
    "stella stephen steve steven stuart sue susan ted teresa terry thomas tim tina toby todd tom tony tracy valerie "
    "vanessa vera vicky victor victoria vincent walter wayne wendy william zoe carrie brigitte olena melania "
    "ivanka brittney aleksei alexei sergei dmitri dmitry "
)


@dataclass(frozen=True, slots=True)
class Country:
    """A country or body that an office may belong to; `office_class` is set where the body implies it."""

    code: str
    office_class: str | None = None


@dataclass(slots=True)
class Gazetteer:
    """The tries of one registry, and who held what on a date."""

    registry: Registry
    names: Trie[Person] = field(default_factory=Trie)
    surnames: Trie[Person] = field(default_factory=Trie)
    countries: Trie[Country] = field(default_factory=Trie)
    adjectives: Trie[Country] = field(default_factory=Trie)
    capitals: Trie[Country] = field(default_factory=Trie)
    seats: Trie[Country] = field(default_factory=Trie)
    offices: Trie[str] = field(default_factory=Trie)
    plural_offices: Trie[str] = field(default_factory=Trie)
    other_offices: Trie[str] = field(default_factory=Trie)
    first_names: frozenset[str] = frozenset()
    common: frozenset[str] = frozenset()
    starts: frozenset[str] = frozenset()
    place_starts: frozenset[str] = frozenset()
    _holders: dict[tuple[str, str | None, date | None], list[Person]] = field(default_factory=dict)
    _near: dict[tuple[str, date | None], bool] = field(default_factory=dict)

    @classmethod
    def of(cls, registry: Registry) -> Gazetteer:
        """Build all tries; takes a fraction of a second and is done once per process."""
        g = cls(registry)
        for people_trie, index in ((g.names, registry.name_index), (g.surnames, registry.surname_index)):
            seen: set[tuple[tuple[str, ...], str]] = set()  # "Thaçi" and "Thaci" are one key once folded
            for key, people in index.items():
                for person in people:
                    if (words(key), person.wikidata_id) not in seen:
                        seen.add((words(key), person.wikidata_id))
                        people_trie.add(key, person)
        for trie, table in (
            (g.countries, registry.country_by_name),
            (g.adjectives, registry.country_by_adjective),
            (g.capitals, registry.country_by_capital),
            (g.seats, registry.country_by_seat),
        ):
            for key, codes in table.items():
                for code in [codes] if isinstance(codes, str) else codes:
                    trie.add(key, Country(code))
        for body, (code, office) in BODIES.items():
            g.countries.add(body, Country(code, office))
        for word in (*registry.office_words, *LEADER_WORDS):
            g.offices.add(word, word)
        for plural, word in PLURAL_OFFICES.items():
            g.plural_offices.add(plural, word)
        for word in OTHER_OFFICES:
            g.other_offices.add(word, word)
        g.first_names = frozenset(
            [w[0] for p in registry.people.values() if len(w := words(p.name)) > 1 and len(w[0]) > 2]
            + list(_EXTRA_FIRST_NAMES)
        )
        tries = (g.names, g.surnames, g.countries, g.adjectives, g.seats, g.offices, g.plural_offices, g.other_offices)
        g.starts = frozenset(w for trie in tries for w in trie.first_words()) | g.first_names
        g.place_starts = frozenset(w for t in (g.countries, g.adjectives, g.capitals) for w in t.first_words())
        return g

    def term_on(self, person_id: str, on: date | None) -> Term | None:
        """The office by which the person leads on that day, the most senior first; None: out of office.

        Registry days may be off by one or two, so the days around count too. Without a day the latest office counts.
        """
        if on is None:
            terms = self.registry.leader_terms_on(person_id, None)
            return max(terms, key=lambda t: (t.end or date.max, -t.rank), default=None)
        for days in (0, -2, 2):
            terms = self.registry.leader_terms_on(person_id, _shifted(on, timedelta(days=days)))
            if terms:
                return terms[0]
        return None

    def near_office(self, person_id: str, on: date | None, grace: timedelta) -> bool:
        """Whether the person leads on that day or within `grace` of it; without a day, whether ever."""
        key = (person_id, on)
        if key not in self._near:
            days = [on] if on is None else [on, _shifted(on, grace), _shifted(on, -grace)]
            self._near[key] = any(self.registry.is_leader_on(person_id, day) for day in days)
        return self._near[key]

    def places(self, tokens: Sequence[Token]) -> dict[int, set[str]]:
        """The countries that each sentence names by name, nationality or capital."""
        found: dict[int, set[str]] = {}
        for i, token in enumerate(tokens):
            if token.capital and token.folded in self.place_starts:
                for trie in (self.countries, self.adjectives, self.capitals):
                    if place := trie.longest(tokens, i):
                        found.setdefault(token.sentence, set()).update(c.code for c in place[1])
        return found

    def nations(self, person_id: str, on: date | None) -> frozenset[str]:
        """The countries and bodies that the person leads on that day, else all that the person ever led."""
        terms = self.registry.leader_terms_on(person_id, on) or self.registry.leader_terms_on(person_id, None)
        return frozenset(t.country for t in terms)

    def classes(self, office_word: str) -> tuple[str, ...] | None:
        """The office classes a word can stand for; None: the leader, whatever the office is called."""
        if office_word in LEADER_WORDS:
            return None
        found = self.registry.office_words.get(office_word)
        if found is None:
            return None
        return (found,) if isinstance(found, str) else tuple(found)

    def holders(self, country: Country, office_word: str, on: date | None) -> list[Person]:
        """Who held the office that "`country` `office_word`" names on that day; most senior first, maybe nobody."""
        classes = (country.office_class,) if country.office_class else self.classes(office_word)
        if on is None:
            return []
        out: list[Person] = []
        for office_class in classes or (None,):
            key = (country.code, office_class, on)
            if key not in self._holders:
                self._holders[key] = [p for p, _ in self.registry.holders(country.code, on, office_class)]
            out += [p for p in self._holders[key] if p not in out]
        return out


def _shifted(on: date, by: timedelta) -> date:
    try:
        return on + by
    except OverflowError:
        return on
