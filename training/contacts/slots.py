"""Puts random people, days and places into a slot passage (the forms are listed in README.md beside this file)."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from pipeline.understand.gazetteer import WIDELY_KNOWN, Gazetteer
from pipeline.understand.registry import Person, Registry, Term
from training.contacts.passages import SLOT, WEEKDAYS, whole

FIRST_DAY, LAST_DAY = date(2001, 1, 1), date(2024, 12, 31)
BODY_TITLES = {
    "UN": ("UN Secretary-General", "the UN secretary-general", "secretary-general", "the UN chief",
           "the United Nations"),
    "NATO": ("NATO Secretary-General", "the NATO secretary-general", "secretary-general", "the NATO chief", "NATO"),
}  # fmt: skip
AGENCIES = ("AFP", "Reuters", "AP", "Interfax", "TASS", "Xinhua", "dpa", "Anadolu", "Kyodo", "Yonhap", "ANSA", "EFE")
PAPERS = (
    "Le Monde",
    "the Guardian",
    "Der Spiegel",
    "the Financial Times",
    "El Pais",
    "Kommersant",
    "the Hindu",
    "Haaretz",
)
CHANNELS = ("CNN", "BBC", "Al Jazeera", "France 24", "NTV", "Sky News", "NHK", "Rossiya 1", "RTL", "CBC")
SUMMITS = (
    "G20",
    "G7",
    "BRICS",
    "ASEAN",
    "European Political Community",
    "Bucharest Nine",
    "APEC",
    "Caspian",
    "Nordic-Baltic",
)
CITIES = (
    "Geneva", "Sochi", "Davos", "Istanbul", "Antalya", "Dubai", "Bali", "Samarkand", "Jeddah", "Granada", "Salzburg",
    "Marrakesh", "Chiang Mai", "Cartagena", "Zurich", "Aswan", "Bergen", "Split", "Lugano", "Osaka",
)  # fmt: skip
GIVEN = {
    "m": (
        "Marc",
        "Oleg",
        "Daniel",
        "Rashid",
        "Tomas",
        "Hiroshi",
        "Peter",
        "Emeka",
        "Luis",
        "Andrew",
        "Stefan",
        "Karim",
    ),
    "f": ("Anna", "Lucia", "Nadia", "Yuki", "Maria", "Claire", "Amina", "Sarah", "Helga", "Irina", "Grace", "Rosa"),
}
FAMILY = (
    "Delcroix", "Hartwell", "Orlovsky", "Brandvold", "Okonjo", "Lindqvist", "Farouki", "Castellan", "Marchetti",
    "Tanigawa", "Whitcombe", "Petrides", "Novotny", "Abernathy", "Sandoval", "Rautio", "Keller", "Dragomir",
    "Haddad", "Montague",
)  # fmt: skip
_NO_NUMERAL = re.compile(r" [IVX]+$")


@dataclass(slots=True)
class Cast:
    """Which person each letter stands for; P and other made-up people have no id."""

    people: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Filled:
    """A passage with its slots filled; `evidence` stands in the order of the passage's contacts."""

    title: str
    text: str
    on: date
    cast: Cast
    evidence: list[str]


class Filler:
    """Fills one passage; all choices come from `rng`, so that a seed gives the same text again."""

    def __init__(self, registry: Registry, gazetteer: Gazetteer, rng: random.Random) -> None:
        self.registry, self.g, self.rng = registry, gazetteer, rng

    def fill(self, passage: dict[str, Any]) -> Filled:
        """The passage as an article of a random day that falls on its weekday."""
        on = self._day(passage["weekday"])
        used = SLOT.findall(whole(passage))
        forms = self._forms(used, on)
        curly = self.rng.random() < 0.4

        def put(text: str) -> str:
            filled = SLOT.sub(lambda m: forms.values[m.group(1)], text)
            return _curl(filled) if curly else filled

        return Filled(
            put(passage["title"] or ""), put(passage["text"]), on, forms.cast,
            [put(c["evidence"]) for c in passage["contacts"]],
        )  # fmt: skip

    def _day(self, weekday: str) -> date:
        # newer days are likelier: the square root of a uniform number leans to 1
        span = (LAST_DAY - FIRST_DAY).days
        day = FIRST_DAY + timedelta(days=int(span * self.rng.random() ** 0.5))
        return day + timedelta(days=(WEEKDAYS.index(weekday) - day.weekday()) % 7)

    def _forms(self, used: Sequence[str], on: date) -> _Forms:
        out = _Forms()
        for name, choice in (
            ("AGENCY", AGENCIES), ("PAPER", PAPERS), ("TV", CHANNELS), ("SUMMIT", SUMMITS), ("CITY", CITIES),
        ):  # fmt: skip
            out.values[name] = self.rng.choice(choice)
        asked: dict[str, set[str]] = {}
        for slot in used:
            letter, _, form = slot.partition(":")
            if len(letter) == 1:
                asked.setdefault(letter, set()).add(form.lower())
        countries: set[str] = set()
        surnames: set[str] = set()
        for letter in sorted(asked):
            forms = self._cast(out, letter, asked[letter], on, countries, surnames)
            for slot in used:
                if slot.partition(":")[0] == letter:
                    form = slot.partition(":")[2]
                    value = forms[form.lower()]
                    out.values[slot] = value[:1].upper() + value[1:] if form[:1].isupper() else value
        return out

    def _cast(
        self, out: _Forms, letter: str, asked: set[str], on: date, countries: set[str], surnames: set[str]
    ) -> dict[str, str]:
        if letter == "P":
            return self._nobody()
        for _ in range(400):
            person, term = self._somebody(letter, on)
            names = [n.text for n in person.press_names if not n.common] if letter in "ABCDEFO" else []
            last = self.rng.choice(names) if names else _NO_NUMERAL.sub("", person.name).split()[-1]
            if not names and letter in "ABCDEFO" and "last" in asked | ({"last"} if "short" in asked else set()):
                continue
            if term.country in countries or last in surnames or not self._means(person, term, last, asked, on, letter):
                continue
            countries.add(term.country)
            surnames.add(last)
            out.cast.people[letter] = person.wikidata_id
            return self._say(person, term, last, letter)
        raise LookupError(f"nobody fits slot {letter} with forms {sorted(asked)} on {on}")

    def _somebody(self, letter: str, on: date) -> tuple[Person, Term]:
        """A random person for the letter: in office (A-F), of a body (O), a minister (M, N), out of office (X)."""
        if letter == "O":
            code = self.rng.choice(("UN", "UN", "NATO"))
            return (self.registry.holders(code, on, None) or self.registry.holders("UN", date(2022, 1, 1), None))[0]
        if letter in "ABCDEF":
            often = self.rng.random() < 0.5  # half of the leaders come from countries that are in the news every week
            code = self.rng.choice(self._known()) if often else self.rng.choice(self._states())
            held = self.registry.holders(code, on, None)
            if not held:
                return self._somebody(letter, on)
            return held[0] if self.rng.random() < 0.85 else self.rng.choice(held)
        while True:
            person = self.rng.choice(self._everybody())
            led = [t for t in person.terms if t.role == "leader"]
            if letter == "X":
                over = [t for t in led if t.end and t.end < on - timedelta(days=400)]
                if over and len(over) == len(led):
                    return person, over[-1]
            else:
                posts = [t for t in person.terms if t.role != "leader" and t.covers(on)]
                if posts and not led:
                    return person, posts[0]

    def _known(self) -> list[str]:
        return sorted(c for c in WIDELY_KNOWN if len(c) == 3)

    def _states(self) -> list[str]:
        return [c for c in self.registry.countries if len(c) == 3]

    def _everybody(self) -> list[Person]:
        return list(self.registry.people.values())

    def _means(self, person: Person, term: Term, last: str, asked: set[str], on: date, letter: str) -> bool:
        """Whether the forms asked for would mean this person to a reader of that day."""
        if letter not in "ABCDEF":
            return True
        first = self.registry.holders(term.country, on, None)[0][0]
        if asked & {"leader", "seat"} and first.wikidata_id != person.wikidata_id:
            return False
        if not asked - {"last", "short", "he", "him", "his", "office"} and term.country not in WIDELY_KNOWN:
            return False
        same = [p for p in self.registry.surname_index.get(last, ()) if self.registry.is_leader_on(p.wikidata_id, on)]
        return len(same) <= 1

    def _say(self, person: Person, term: Term, last: str, letter: str) -> dict[str, str]:
        info = self.registry.countries[term.country]
        adjective = info.adjectives[0] if info.adjectives else info.name
        office = _office(term)
        lower = office if office.isupper() else office.lower()
        seat = (
            f"the {self.rng.choice(info.seats).removeprefix('the ')}" if info.seats else f"the {adjective} government"
        )
        the, leader, title = (
            f"the {adjective} {lower}",
            f"the {adjective} leader",
            f"{adjective} {office} {person.name}",
        )
        country, short = info.name, f"{office} {last}"
        if person.name.startswith(office):
            title = f"{adjective} {person.name}"
        if term.country in BODY_TITLES:
            printed, the, lower, leader, country = BODY_TITLES[term.country]
            title, short, adjective = f"{printed} {person.name}", last, printed.split()[0]
        elif letter == "X":
            title = f"former {adjective} {lower} {person.name}"
        elif letter in "ABCDEF":
            title = self.rng.choice(
                [title] * 5
                + [f"{adjective} {lower} {person.name}", f"{office} {person.name} of {info.name}",
                   f"{info.name}'s {office} {person.name}", f"{adjective} leader {person.name}"]
            )  # fmt: skip
        if info.name.startswith(("United", "Netherlands", "Philippines", "Democratic", "Central African", "Czech R")):
            country = "the " + info.name
        return {
            "": person.name, "last": last, "title": title, "short": short, "office": lower, "the": the,
            "leader": leader,             "dem": adjective, "country": country, "seat": seat,
            "capital": info.capitals[0] if info.capitals else "Brussels",
            **_pronouns(person.gender),
        }  # fmt: skip

    def _nobody(self) -> dict[str, str]:
        gender = self.rng.choice("mf")
        last = self.rng.choice(FAMILY)
        name = f"{self.rng.choice(GIVEN[gender])} {last}"
        title = f"opposition leader {name}"
        return {"": name, "last": last, "title": title, "short": last, **_pronouns(gender)}


@dataclass(slots=True)
class _Forms:
    values: dict[str, str] = field(default_factory=dict)
    cast: Cast = field(default_factory=Cast)


def _pronouns(gender: str) -> dict[str, str]:
    woman = gender == "f"
    return {"he": "she" if woman else "he", "him": "her" if woman else "him", "his": "her" if woman else "his"}


def _office(term: Term) -> str:
    """The office as a title before a name; "President of the Council of Ministers" is Prime Minister to news."""
    if term.office_class == "prime_minister":
        return "Prime Minister"
    if term.role != "leader":
        return "Foreign Minister"
    return re.split(r" of | \(|,", term.office)[0]


def _curl(text: str) -> str:
    """The text with curly quotes, of the same length."""
    text = re.sub(r'(^|[\s(\[—-])"', r"\1“", text).replace('"', "”")
    return re.sub(r"(^|[\s(\[“])'", r"\1‘", text).replace("'", "’")
