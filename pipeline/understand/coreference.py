"""What pronouns, bare offices, counterparts and plurals mean: "he", "the president", "his Russian counterpart", "the two".

A few rules of focus (the subject of the last sentence goes first) in the manner of centering theory (Grosz, Joshi and
Weinstein 1995); where they give no answer a mention stays unresolved, and nothing is claimed of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from pipeline.understand.gazetteer import Gazetteer
from pipeline.understand.mentions import Kind, Mention
from pipeline.understand.tokens import Token

MALE = {"he", "him", "his", "himself"}
FEMALE = {"she", "her", "hers", "herself"}
NUMBERS = {"two": 2, "both": 2, "pair": 2, "duo": 2, "three": 3, "trio": 3, "four": 4, "five": 5, "six": 6}
PERSONS = {"men", "women", "politicians", "statesmen", "counterparts", "presidents", "premiers"}
REACH = 3  # sentences back in which a pronoun's or plural's meaning is looked for


@dataclass(slots=True)
class _Seen:
    mention: Mention
    person: str | None
    gender: str | None


class Resolver:
    """Completes the mentions of one text."""

    def __init__(self, gazetteer: Gazetteer, tokens: Sequence[Token], on: date | None) -> None:
        self.g, self.tokens, self.on = gazetteer, tokens, on

    def resolve(self, mentions: Sequence[Mention]) -> list[Mention]:
        """All mentions with their people, pronouns and plurals added; unresolved ones are left out."""
        items: list[Mention] = [*mentions, *self._pronouns_and_plurals(mentions)]
        items.sort(key=lambda m: (m.start, -m.end))
        out: list[Mention] = []
        history: list[_Seen] = []
        end = -1
        for item in items:
            if item.start < end:
                continue
            found = self._one(item, history, items)
            end = item.end
            if found is None:
                continue
            out.append(found)
            if found.kind is not Kind.PRONOUN:
                for person in found.people or (None,):
                    history.append(_Seen(found, person, self._gender(person)))
        return out

    def _one(self, m: Mention, history: list[_Seen], items: Sequence[Mention]) -> Mention | None:
        if m.kind is Kind.PRONOUN:
            person = self._pronoun(m, history)
            return replace(m, people=(person,)) if person else None
        if m.kind is Kind.PLURAL and not m.countries:
            people = self._plural(m, history, items)
            return replace(m, people=people) if len(people) >= 2 else None
        if m.kind is Kind.COUNTERPART:
            before = self._last(history, m.sentence, reach=1)
            if before is None or before.person is None or not before.mention.leader:
                return replace(m, people=(), leader=False)
            people = tuple(p for p in m.people if p != before.person)
            return replace(m, people=people) if people else replace(m, leader=False)
        if m.kind is Kind.BARE_OFFICE:
            person = self._bare_office(m, history, items)
            return replace(m, people=(person,)) if person else None
        return m

    def _pronouns_and_plurals(self, mentions: Sequence[Mention]) -> list[Mention]:
        covered = [(m.start, m.end) for m in mentions if m.kind is not Kind.PLURAL or m.countries]
        out = []
        for i, t in enumerate(self.tokens):
            if any(a <= t.start < b for a, b in covered):
                continue
            if t.folded in MALE | FEMALE:
                out.append(Mention(t.start, t.end, t.text, t.sentence, Kind.PRONOUN))
            elif (
                t.folded in ("the", "these") and i + 1 < len(self.tokens) and self.tokens[i + 1].folded in NUMBERS
            ) or (t.folded == "both"):
                j = i + 1 if t.folded != "both" else i
                last = self.tokens[j]
                if j + 1 < len(self.tokens) and self.tokens[j + 1].sentence == t.sentence:
                    after = self.tokens[j + 1]
                    plural = self.g.plural_offices.longest(self.tokens, j + 1)
                    if plural:
                        last = self.tokens[plural[0] - 1]
                    elif after.folded in PERSONS:
                        last = after
                    elif last.folded not in ("pair", "duo", "trio", "two") or self._noun_follows(after):
                        continue
                out.append(Mention(t.start, last.end, "", t.sentence, Kind.PLURAL, office=self.tokens[j].folded))
        return out

    @staticmethod
    def _noun_follows(after: Token) -> bool:
        """ "the two countries" is no pair of leaders, "the two agreed" is."""
        verbs = {
            "agreed", "discussed", "spoke", "met", "talked", "had", "have", "also", "will", "are", "were", "held", "last",
            "then", "exchanged", "shared", "would", "did", "last", "first", "in", "on", "at", "to", "who", "said",
        }  # fmt: skip
        return after.folded not in verbs and not after.folded.endswith("ed")

    def _gender(self, person: str | None) -> str | None:
        found = self.g.registry.people.get(person or "")
        return (found.gender or None) if found else None

    def _pronoun(self, m: Mention, history: list[_Seen]) -> str | None:
        gender = "m" if m.text.lower() in MALE else "f"
        for back in range(REACH):
            here = [s for s in history if s.mention.sentence == m.sentence - back and len(s.mention.people) <= 1]
            fits = [s for s in here if s.gender in (None, gender)]
            if fits:
                # the subject: who is named first; somebody unknown in that place leaves the pronoun open
                return fits[0].person if fits[0].mention.leader else None
            if here and back:
                return None
        return None

    def _last(self, history: list[_Seen], sentence: int, reach: int) -> _Seen | None:
        near = [s for s in history if sentence - reach <= s.mention.sentence <= sentence]
        same = [s for s in near if s.mention.sentence == sentence]
        return (same or near or [None])[0] if not same else same[0]

    def _plural(self, m: Mention, history: list[_Seen], items: Sequence[Mention]) -> tuple[str, ...]:
        first = next((t for t in self.tokens if t.start >= m.start), None)
        count = NUMBERS.get(m.office, 0)
        if not count and first is not None:
            i = self.tokens.index(first)
            before = self.tokens[i - 1].folded if i and self.tokens[i - 1].sentence == m.sentence else ""
            if before in NUMBERS:
                count = NUMBERS[before]
            elif before not in ("the", "these", "their"):
                return ()
        near: list[str] = []
        for seen in reversed(history):
            if seen.mention.sentence < m.sentence - REACH:
                break
            if seen.person and seen.mention.leader and seen.person not in near:
                near.append(seen.person)
            if count and len(near) == count:
                break
            if not count and len(near) >= 2 and seen.mention.sentence < m.sentence:
                same = [s for s in history if s.mention.sentence == seen.mention.sentence and s.person in near]
                if same and same[0] is seen:
                    break
        if len(near) < 2 and m.sentence <= 1:  # a headline speaks of "the two leaders" before the text names them
            near += [
                p for i in items if i.start > m.end and i.leader and i.sentence <= 3 for p in i.people if p not in near
            ][: (count or 2) - len(near)]
        return tuple(reversed(near)) if (not count or len(near) == count) else ()

    def _bare_office(self, m: Mention, history: list[_Seen], items: Sequence[Mention]) -> str | None:
        if m.office in ("leader", "chief", "head of state", "head of government") and not self._definite(m):
            return None
        classes = self.g.classes(m.office)
        for seen in reversed(history):
            if seen.person and seen.mention.leader and self._holds(seen.person, classes):
                return seen.person
        if m.sentence <= 1:
            for item in items:
                if (
                    item.start > m.end
                    and item.leader
                    and len(item.people) == 1
                    and self._holds(item.people[0], classes)
                ):
                    return item.people[0]
        return None

    def _definite(self, m: Mention) -> bool:
        before = [t for t in self.tokens if t.end <= m.start and t.sentence == m.sentence]
        return bool(before) and before[-1].folded == "the"

    def _holds(self, person: str, classes: tuple[str, ...] | None) -> bool:
        if person not in self.g.registry.people:
            return True
        terms = self.g.registry.leader_terms_on(person, self.on)
        return bool(terms) if classes is None else any(t.office_class in classes for t in terms)
