"""Signs around a surname that it is somebody else's: a given name before it ("Hunter Biden"), more of a name behind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pipeline.understand.gazetteer import FORMER_WORDS, Gazetteer
from pipeline.understand.offices import OfficeReader
from pipeline.understand.sentences import Sentence
from pipeline.understand.tokens import Token, words

PRESS_TITLES = frozenset(
    words("mr mrs ms dr president premier chancellor king queen pope emir sultan pm comrade chairman marshal general")
)
_THINGS = frozenset(
    words(
        "international airport stadium street avenue boulevard foundation library center centre institute tower school"
    )
)
# Capitalised in mid-sentence, and nobody's given name.
_NO_NAMES = frozenset(
    words(
        "monday tuesday wednesday thursday friday saturday sunday january february march april may june july "
        "august september october november december i the a an and but for in on at to of as if when after while "
        "with than from by republican democrat democratic tory conservative labour liberal socialist communist "
        "nato eu un us uk g7 g20 watch live video analysis opinion breaking update exclusive explained leader "
        "leaders both mr mrs ms "
    )
)


class NameSigns:
    """Reads the words around a surname; holds the text only while it is read."""

    def __init__(self, gazetteer: Gazetteer, reader: OfficeReader, sentences: Sequence[Sentence]) -> None:
        self.g, self.reader, self.tokens = gazetteer, reader, reader.tokens
        self.sentences = sentences
        self.title_case = self._title_case(self.tokens, sentences)

    @staticmethod
    def _title_case(tokens: Sequence[Token], sentences: Sequence[Sentence]) -> list[bool]:
        """For each sentence whether it is written as headlines are, with a capital on nearly every word."""
        long: dict[int, list[bool]] = defaultdict(list)
        for t in tokens:
            if len(t.text) > 3:
                long[t.sentence].append(t.capital)
        return [
            len(long[k]) >= 3 and sum(long[k]) / len(long[k]) > 0.75 and (s.title or not s.text.endswith("."))
            for k, s in enumerate(sentences)
        ]

    def names_a_thing(self, last: int) -> bool:
        """Whether a name that ends before word `last` is that of a place or house: "Karzai International Airport"."""
        if last >= len(self.tokens) or not self.reader.adjacent(last - 1, last) or not self.tokens[last].capital:
            return False
        return self.tokens[last].folded in _THINGS and not self.title_case[self.tokens[last].sentence]

    def wrong_sex(self, i: int, gender: str) -> bool:
        """Whether word `i` is an honorific that cannot be the person's: "Ms Higgins" is not the president."""
        return (self.tokens[i].folded in ("ms", "mrs", "miss") and gender == "m") or (
            self.tokens[i].folded == "mr" and gender == "f"
        )

    def in_firm(self, first: int, last: int) -> bool:
        """Whether the name belongs to a firm: "Johnson & Johnson"."""
        return (last < len(self.tokens) and "&" in self.reader.gap(last - 1, last)) or (
            first > 0 and "&" in self.reader.gap(first - 1, first)
        )

    def given_name(self, i: int, *, known_only: bool = False) -> bool:
        """Whether word `i`, right before a surname, reads as the given name of somebody else.

        `known_only` asks for a listed given name; else any unexplained capitalised word in mid-sentence counts.
        """
        token = self.tokens[i]
        if not token.capital or token.folded in PRESS_TITLES or token.folded in FORMER_WORDS:
            return False
        if token.folded in _NO_NAMES or self._place_or_office(i) or self.reader.gap(i, i + 1) == "-":
            return False
        if token.folded in self.g.first_names:
            return True
        if (
            known_only
            or self.title_case[token.sentence]
            or token.text.isupper()
            or self.g.surnames.longest(self.tokens, i)
        ):
            return False
        return token.start != self.sentences[token.sentence].start and not self._after_mark(i)

    def goes_on(self, last: int) -> bool:
        """Whether a name goes on with word `last` ("Putin Smith")."""
        if last >= len(self.tokens) or self.title_case[self.tokens[last - 1].sentence]:
            return False
        token = self.tokens[last]
        if (
            not self.reader.adjacent(last - 1, last)
            or not token.capital
            or not token.text.isalpha()
            or token.text.isupper()
            or len(token.text) < 2
        ):
            return False
        if self.reader.gap(last - 1, last) not in (" ", "\u00a0"):
            return False
        known = self._place_or_office(last) or self.g.surnames.longest(self.tokens, last)
        return token.folded not in _NO_NAMES and not known

    def _place_or_office(self, i: int) -> bool:
        """Whether word `i` is part of a place, a nationality or an office."""
        g = self.g
        for trie in (g.countries, g.adjectives, g.capitals, g.seats):
            # "in Abu Dhabi Putin said": the word may be the last of a place of two words
            if trie.longest(self.tokens, i) or (i and (found := trie.longest(self.tokens, i - 1)) and found[0] > i):
                return True
        return bool(g.offices.longest(self.tokens, i) or g.other_offices.longest(self.tokens, i))

    def _after_mark(self, i: int) -> bool:
        """Whether a clause or a quote begins with word `i`, which explains its capital."""
        return i > 0 and any(c in ":;|-–—\"“‘'(•" for c in self.reader.gap(i - 1, i))
