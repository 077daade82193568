"""Which person of the registry a name means: who is in office that day, whose country the text names, who came last."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from pipeline.understand.gazetteer import WIDELY_KNOWN, Gazetteer
from pipeline.understand.registry import Person
from pipeline.understand.tokens import Token, words

# A leader may be written of as such some days before the oath and after the handover.
GRACE = timedelta(days=20)
# Surnames that read as a month or a verb too often to be believed for the country alone.
_NEVER_ALONE = frozenset({"may", "ban", "key", "no", "will", "li", "ma", "an"})
# An ex-leader called by a surname alone is looked for so far back.
RECENT = timedelta(days=3650)


class People:
    """Chooses among people of one name, for one text and day (`on`; None: unknown)."""

    def __init__(self, gazetteer: Gazetteer, tokens: Sequence[Token], on: date | None) -> None:
        self.g, self.tokens, self.on = gazetteer, tokens, on
        self._named_countries: set[str] | None = None

    def sitting(self, person: Person) -> bool:
        """Whether the person leads on the day, or shortly before or after."""
        return self.g.near_office(person.wikidata_id, self.on, GRACE)

    def may_lead(self, person: Person) -> bool:
        """Whether the person leads or led: ex-leaders stay candidates for contacts of the past."""
        return any(
            t.role == "leader" and (self.on is None or t.start is None or t.start <= self.on + GRACE)
            for t in person.terms
        )

    def best(self, people: Sequence[Person], held: Collection[str] = ()) -> Person:
        """The likeliest of people of one full name; `held` are the holders of an office named with it."""
        return max(
            people, key=lambda p: (p.wikidata_id in held, self.sitting(p), self.may_lead(p), last_day_in_office(p))
        )

    def prefer_placed(self, people: list[Person]) -> list[Person]:
        """Of several people those whose country the text names, if there are any."""
        if len(people) < 2:
            return people
        return [p for p in people if self._placed(p)] or people

    def alone(self, people: Sequence[Person], key: str, *, supported: bool) -> Person | None:
        """The one leader whom the surname `key` means by itself: in office, or else the last of that name out of it.

        `supported` tells that a title or a nationality stands before it. Without that an everyday word, and the leader
        of a country that is seldom in the news, needs the country elsewhere in the text.
        """
        sitting = self.prefer_placed([p for p in people if self.sitting(p)])
        if len(sitting) > 1 and len(first := [p for p in sitting if _rank(p) == 0]) == 1:
            sitting = first
        if len(sitting) == 1:
            person = sitting[0]
            if supported or (self._placed(person) and key not in _NEVER_ALONE):
                return person
            return person if not is_common(person, key) and self._widely_known(person) else None
        if sitting or self.on is None:
            return None
        since = self.on - RECENT
        recent = [
            p
            for p in people
            if self.may_lead(p)
            and _rank(p) == 0
            and last_day_in_office(p) > since
            and not is_common(p, key)
            and (self._placed(p) or self._widely_known(p))
        ]
        return max(recent, key=last_day_in_office) if recent else None

    def spelt_otherwise(self, holders: Sequence[Sequence[str]], name: Sequence[str]) -> Person | None:
        """The holder of an office whose name this is in another spelling: most of a long word agrees."""
        for person_id in (p for some in holders for p in some):
            person = self.g.registry.people[person_id]
            own = [w for w in words(person.name) if len(w) > 3]
            if any(len(w) > 3 and (w in own or any(w[:4] == o[:4] and w[-1] == o[-1] for o in own)) for w in name):
                return person
        return None

    @staticmethod
    def _widely_known(person: Person) -> bool:
        return any(t.country in WIDELY_KNOWN and t.rank <= 2 for t in person.terms if t.role == "leader")

    def _placed(self, person: Person) -> bool:
        if self._named_countries is None:
            self._named_countries = set().union(*self.g.places(self.tokens).values())
        return any(t.country in self._named_countries for t in person.terms if t.role == "leader")


def is_common(person: Person, key: str) -> bool:
    """Whether the surname `key` is an everyday word or name as well."""
    return any(n.common for n in person.press_names if " ".join(words(n.text)) == key)


def last_day_in_office(person: Person) -> date:
    """The last day in an office of leadership; the end of time while in office."""
    return max((t.end or date.max for t in person.terms if t.role == "leader"), default=date.min)


def _rank(person: Person) -> int:
    return min((t.rank for t in person.terms if t.role == "leader"), default=99)
