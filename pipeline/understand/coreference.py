"""What pronouns, bare offices, counterparts and plurals mean: "he", "the president", "his Russian counterpart", "both".

A few rules of focus (the subject of the last sentence goes first) in the manner of centering theory (Grosz, Joshi and
Weinstein 1995); where they give no answer a mention stays unresolved, and nothing is claimed of it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from pipeline.understand.gazetteer import FORMER_WORDS, Gazetteer
from pipeline.understand.mention import Kind, Mention
from pipeline.understand.sentences import Sentence
from pipeline.understand.tokens import Token, words

MALE = {"he", "him", "his", "himself"}
FEMALE = {"she", "her", "hers", "herself"}
THEY = {"they", "them", "their", "themselves"}
NUMBERS = {"two": 2, "both": 2, "pair": 2, "duo": 2, "three": 3, "trio": 3, "four": 4, "five": 5, "six": 6}
PERSONS = frozenset(words("men women politicians statesmen counterparts presidents premiers leaders"))
# What may follow "the two" or "both" that speak of people: "the two agreed", not "the two countries".
_VERBS = frozenset(
    words(
        "agreed discussed spoke met talked had have also will are were held exchanged shared would did who said "
        "shook sat stood should could may might must plan hope went came withdrew began broke rang drove flew "
        "dined left made took saw do want know knew got "
    )
)
_AFTER_TWO = frozenset(words("in on at to last then first together alone"))
_NO_NOUNS = frozenset(words("has is was does discuss"))
_PREPOSITIONS = frozenset(
    words("with about to like unlike from of by against for after before between alongside towards")
)
_QUOTE = re.compile('["“”]')
REACH = 3  # sentences back in which a pronoun's or plural's meaning is looked for


@dataclass(slots=True)
class _Seen:
    mention: Mention
    person: str | None
    gender: str | None


class Resolver:
    """Completes the mentions of one text; holds its state only while it is read."""

    def __init__(
        self, gazetteer: Gazetteer, sentences: Sequence[Sentence], tokens: Sequence[Token], on: date | None
    ) -> None:
        self.g, self.tokens, self.on = gazetteer, tokens, on
        self._quotes = _quote_bounds(sentences)
        self._starts = [t.start for t in tokens]
        self._history: list[_Seen] = []  # named people so far, leaders or not
        self._seats: list[Mention] = []
        self._leaders: dict[int, list[str]] = defaultdict(list)  # sentence -> leaders in it so far

    def resolve(self, mentions: Sequence[Mention]) -> list[Mention]:
        """All mentions with their people, pronouns and plurals added; unresolved ones are left out."""
        items: list[Mention] = [*mentions, *self._pronouns_and_plurals(mentions)]
        items.sort(key=lambda m: (m.start, -m.end))
        out: list[Mention] = []
        end = -1
        for item in items:
            if item.start < end:
                continue
            found = self._one(item, items)
            end = item.end
            if found is not None:
                out.append(found)
                self._note(found)
        return out

    def _note(self, m: Mention) -> None:
        if m.kind is Kind.SEAT:
            self._seats.append(m)
            return
        if m.leader:
            self._leaders[m.sentence] += [p for p in m.people if p not in self._leaders[m.sentence]]
        if not m.people and m.kind is Kind.OFFICE and self._aside(m):
            return
        for person in m.people or (None,):
            self._history.append(_Seen(m, person, self._gender(person)))

    def _aside(self, m: Mention) -> bool:
        """ "an aide said": a source named in passing is nobody whom the next "he" means."""
        i, j = self._token_at(m.start) - 1, self._token_at(m.end - 1) + 1
        return (
            i >= 0
            and j < len(self.tokens)
            and self.tokens[i].folded in ("a", "an", "one")
            and self.tokens[j].folded in ("said", "says", "told", "added", "confirmed")
        )

    def _one(self, m: Mention, items: Sequence[Mention]) -> Mention | None:
        if m.kind is Kind.PRONOUN:
            person = self._pronoun(m)
            return replace(m, people=(person,)) if person else None
        if m.kind is Kind.PLURAL and not m.countries:
            people = self._they(m) if m.office in THEY else self._plural(m, items)
            return replace(m, people=people) if len(people) >= 2 else None
        if m.kind is Kind.COUNTERPART or (m.office == "counterpart" and m.leader):
            return self._counterpart(m, items)
        if m.kind is Kind.BARE_OFFICE:
            person = self._bare_office(m, items)
            return replace(m, people=(person,)) if person else None
        return m

    def _pronouns_and_plurals(self, mentions: Sequence[Mention]) -> list[Mention]:
        covered: set[int] = set()
        for m in mentions:
            if m.kind is not Kind.PLURAL or m.countries:
                covered.update(range(self._token_at(m.start), self._token_at(m.end - 1) + 1))
        out = []
        for i, t in enumerate(self.tokens):
            if i in covered:
                continue
            if t.folded in MALE or t.folded in FEMALE:
                out.append(Mention(t.start, t.end, t.text, t.sentence, Kind.PRONOUN))
            elif t.folded == "counterpart" and i and self.tokens[i - 1].folded in ("his", "her"):
                if not any(0 <= m.start - t.end <= 3 for m in mentions):  # "his counterpart, Xi Jinping," is named
                    out.append(Mention(t.start, t.end, t.text, t.sentence, Kind.COUNTERPART, office=t.folded))
            elif t.folded in THEY:
                out.append(Mention(t.start, t.end, t.text, t.sentence, Kind.PLURAL, office=t.folded))
            elif t.folded == "both" or (
                t.folded in ("the", "these") and i + 1 < len(self.tokens) and self.tokens[i + 1].folded in NUMBERS
            ):
                last = self._plural_end(i)
                if last is not None:
                    word = self.tokens[i if t.folded == "both" else i + 1].folded
                    out.append(Mention(t.start, last.end, t.text, t.sentence, Kind.PLURAL, office=word))
        return out

    def _plural_end(self, i: int) -> Token | None:
        """The last word of "the two", "both leaders", "the three presidents" at word `i`; None: it counts no people."""
        j = i if self.tokens[i].folded == "both" else i + 1
        last = self.tokens[j]
        if j + 1 >= len(self.tokens) or self.tokens[j + 1].sentence != last.sentence:
            return last if last.folded != "both" else None
        after = self.tokens[j + 1]
        plural = self.g.plural_offices.longest(self.tokens, j + 1)
        if plural:
            return self.tokens[plural[0] - 1]
        if after.folded in PERSONS:
            return after
        if after.folded in ("of", "the", "his", "her", "their"):
            return None
        if after.folded in _VERBS or after.folded.endswith("ed"):
            return last
        if last.folded == "both":
            return None
        if last.folded in ("pair", "duo", "trio") or after.folded in _AFTER_TWO:
            return last
        following = self.tokens[j + 2].folded if j + 2 < len(self.tokens) else ""
        noun = any(w.endswith("s") and w not in _NO_NOUNS for w in (after.folded, following))
        return None if noun or after.capital else last

    def _token_at(self, offset: int) -> int:
        return bisect_right(self._starts, offset) - 1

    def _gender(self, person: str | None) -> str | None:
        found = self.g.registry.people.get(person or "")
        return (found.gender or None) if found else None

    def _pronoun(self, m: Mention) -> str | None:
        gender = "m" if m.text.lower() in MALE else "f"
        for back in range(REACH):
            here = [s for s in self._in_sentence(m.sentence - back) if len(s.mention.people) <= 1]
            if not back:
                here = self._not_its_subject(m, [s for s in here if self._quoted(s.mention) == self._quoted(m)])
            fits = [s for s in here if s.gender in (None, gender)]
            if m.text.lower() in ("he", "she", "his", "her"):
                # "With Putin, he discussed ...": whom a preposition governs is hardly the subject that follows
                free = [s for s in fits if not self._governed(s.mention)]
                fits = free or (fits if back or m.text.lower() in ("his", "her") else [])
            if fits:
                # the subject: who is named first; somebody unknown in that place leaves the pronoun open
                return fits[0].person if fits[0].mention.leader else None
            if here and back:
                return None
        return None

    def _governed(self, m: Mention) -> bool:
        """Whether a preposition stands before the mention."""
        i = self._token_at(m.start)
        while i and self.tokens[i - 1].folded in ("the", "mr", "mrs", "ms"):
            i -= 1
        return i > 0 and self.tokens[i - 1].sentence == m.sentence and self.tokens[i - 1].folded in _PREPOSITIONS

    def _quoted(self, m: Mention) -> bool:
        """Whether the mention stands in quotes: what is said in them is no antecedent of a "he" outside."""
        k = bisect_right(self._quotes, m.start) - 1
        return k >= 0 and k % 2 == 0

    def _not_its_subject(self, m: Mention, here: list[_Seen]) -> list[_Seen]:
        """ "Putin gave him dinner": an object is not the one named right before its verb."""
        if m.text.lower() != "him" or not here:
            return here
        i, j = self._token_at(here[-1].mention.end - 1), self._token_at(m.start)
        close = 1 <= j - i - 1 <= 2 and not any(
            t.folded in ("and", "to", "with", "that") for t in self.tokens[i + 1 : j]
        )
        return here[:-1] if close else here

    def _in_sentence(self, k: int) -> list[_Seen]:
        out: list[_Seen] = []
        for seen in reversed(self._history):
            if seen.mention.sentence < k:
                break
            if seen.mention.sentence == k:
                out.append(seen)
        return out[::-1]

    def _counterpart(self, m: Mention, items: Sequence[Mention]) -> Mention:
        """ "his Russian counterpart" leads if the one before it does; a minister's counterpart is a minister."""
        near = [s for s in self._in_sentence(m.sentence) if len(s.mention.people) <= 1][-1:]
        near = near or [s for s in self._in_sentence(m.sentence - 1) if len(s.mention.people) <= 1][:1]
        before = near[0] if near else None
        if m.kind is not Kind.COUNTERPART:  # the counterpart is named, and so known to lead or not
            return m
        if before is None or before.person is None or not before.mention.leader:
            return replace(m, people=(), leader=False)
        if not m.countries:
            other = self._only_other(m, before.person, items)
            return replace(m, people=(other,)) if other else replace(m, leader=False)
        people = [p for p in m.people if p != before.person]
        equals = [p for office in m.candidates for p in office if p != before.person and self._peers(p, before.person)]
        chosen = (equals or people)[:1]
        return replace(m, people=tuple(chosen)) if chosen else replace(m, leader=False)

    def _only_other(self, m: Mention, person: str, items: Sequence[Mention]) -> str | None:
        """Whom "his counterpart" means without a nationality: the one leader of another country around, if only one."""
        around = [s.person for s in self._history if s.mention.leader and s.mention.sentence >= m.sentence - REACH]
        around += [
            i.people[0]
            for i in items
            if i.leader and len(i.people) == 1 and m.end < i.start and i.sentence <= m.sentence + 1
        ]
        home = self.g.nations(person, self.on)
        others = {p for p in around if p and p != person and not home & self.g.nations(p, self.on)}
        return others.pop() if len(others) == 1 else None

    def _peers(self, one: str, other: str) -> bool:
        """Whether two people lead by offices of one class: a prime minister's counterpart is a prime minister."""
        terms = self.g.registry.leader_terms_on
        return bool({t.office_class for t in terms(one, self.on)} & {t.office_class for t in terms(other, self.on)})

    def _they(self, m: Mention) -> tuple[str, ...]:
        """The two leaders of the sentence before; within a sentence that names both, "they" tells nothing new.

        "Their" in mid-sentence mostly belongs to others: "the farmers and their water".
        """
        if len(self._leaders[m.sentence]) >= 2:
            return ()
        if m.office == "their" and self.tokens[self._token_at(m.start) - 1].sentence == m.sentence:
            return ()
        before = self._leaders[m.sentence - 1]
        if len(before) == 2 and all(p in before for p in self._leaders[m.sentence]):
            return tuple(before)
        return ()

    def _plural(self, m: Mention, items: Sequence[Mention]) -> tuple[str, ...]:
        count = NUMBERS.get(m.office, 0)
        after = self._token_at(m.end - 1) + 1
        if after < len(self.tokens) and self.tokens[after].folded == "of" and self.tokens[after].sentence == m.sentence:
            return ()  # "the leaders of the breakaway regions" are none of those named
        if not count:
            i = self._token_at(m.start)
            before = self.tokens[i - 1].folded if i and self.tokens[i - 1].sentence == m.sentence else ""
            if before in NUMBERS:
                count = NUMBERS[before]
            elif before not in ("the", "these", "their"):
                return ()
        here = self._leaders[m.sentence]
        if count and len(here) == count:
            return tuple(here)
        groups = [
            group
            for k in range(m.sentence - 1, m.sentence - 1 - REACH, -1)
            if len(group := [p for p in self._leaders[k] if not count or p not in here]) >= 2
        ]
        if count:
            exact = [group for group in groups if len(group) == count]
            if exact:
                return tuple(exact[0])
        elif groups or len(here) >= 2:
            return tuple(sorted([here, *groups], key=len)[-1])
        near = self._latest(m.sentence, count, set(here) if count else set())
        if len(near) < count:
            near = self._latest(m.sentence, count, set())
        if len(near) < 2 and m.sentence <= 1:  # a headline speaks of "the two leaders" before the text names them
            later = [p for i in items if i.start > m.end and i.leader and i.sentence <= 3 for p in i.people]
            near += list(dict.fromkeys(p for p in later if p not in near))[: (count or 2) - len(near)]
        return tuple(reversed(near)) if len(near) >= 2 and (not count or len(near) == count) else ()

    def _latest(self, sentence: int, count: int, without: set[str]) -> list[str]:
        """The `count` (or two) leaders mentioned last within reach."""
        near: list[str] = []
        for seen in reversed(self._history):
            if seen.mention.sentence < sentence - REACH or len(near) == (count or 2):
                break
            if seen.person and seen.mention.leader and seen.person not in near and seen.person not in without:
                near.append(seen.person)
        return near

    def _bare_office(self, m: Mention, items: Sequence[Mention]) -> str | None:
        if not self._definite(m):
            return None
        classes = self.g.classes(m.office)
        for seen in reversed(self._history):
            if seen.person and seen.mention.leader and self._holds(seen.person, classes):
                return seen.person
        for seat in reversed(self._seats):  # "The Elysee said the president would call"
            if seat.people and self._holds(seat.people[0], classes):
                return seat.people[0]
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
        """Whether the office is somebody's: "the president", or a headline's first word; not "as president"."""
        i = self._token_at(m.start)
        if i == 0 or self.tokens[i - 1].sentence != m.sentence:
            return m.office not in ("leader", "chief")
        return self.tokens[i - 1].folded == "the" or self.tokens[i - 1].folded in FORMER_WORDS | {"then"}

    def _holds(self, person: str, classes: tuple[str, ...] | None) -> bool:
        if person not in self.g.registry.people:
            return True
        terms = self.g.registry.leader_terms_on(person, self.on)
        return bool(terms) if classes is None else any(t.office_class in classes for t in terms)


def _quote_bounds(sentences: Sequence[Sentence]) -> list[int]:
    """Where double quotes open (even places) and close (odd places); one left open ends with its sentence."""
    bounds: list[int] = []
    for s in sentences:
        for m in _QUOTE.finditer(s.text):
            inside = len(bounds) % 2 == 1
            if m.group() == '"' or (m.group() == "”") is inside:
                bounds.append(s.start + m.start())
        if len(bounds) % 2:
            bounds.append(s.end)
    return bounds
