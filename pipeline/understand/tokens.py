"""Words of a text with their places, in the one folded form that every look-up in this room uses."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

# "U.S." and "D.R.C." are one word; hyphens and apostrophes part words, so that "Jong-un" and "Jong Un" read alike.
_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+")

V = TypeVar("V")


class Token(NamedTuple):
    """One word: `text[start:end]` of the text it was read from, its folded form, and its sentence's number."""

    start: int
    end: int
    text: str
    folded: str
    sentence: int

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()


@lru_cache(maxsize=65_536)
def fold_word(word: str) -> str:
    """Lower case without accents and dots: "Élysée" -> "elysee", "U.S." -> "us"."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    for letter, latin in (("ø", "o"), ("ł", "l"), ("đ", "d"), ("ı", "i"), ("ß", "ss"), ("æ", "ae"), ("ə", "a")):
        plain = plain.replace(letter, latin).replace(letter.upper(), latin)
    return plain.casefold().replace(".", "")


def words(text: str) -> tuple[str, ...]:
    """The folded words of `text`, as look-up keys."""
    return tuple(fold_word(m.group()) for m in _WORD.finditer(text))


def tokenise(text: str, sentence_starts: Sequence[int]) -> list[Token]:
    """All words of `text`; `sentence_starts` are the offsets at which its sentences begin, ascending."""
    return [
        Token(m.start(), m.end(), m.group(), fold_word(m.group()), bisect_right(sentence_starts, m.start()) - 1)
        for m in _WORD.finditer(text)
    ]


class _Node(Generic[V]):
    """One word of a key: what may follow, and the values of keys that end here."""

    __slots__ = ("next", "values")

    def __init__(self) -> None:
        self.next: dict[str, _Node[V]] = {}
        self.values: list[V] = []


class Trie(Generic[V]):
    """Longest match of word sequences. Values of equal keys are gathered in a list."""

    def __init__(self, entries: Iterable[tuple[str, V]] = ()) -> None:
        self._root: _Node[V] = _Node()
        for key, value in entries:
            self.add(key, value)

    def add(self, key: str, value: V) -> None:
        """Add a key of one or more words; a key without any word is left out."""
        path = words(key)
        if not path:
            return
        node = self._root
        for word in path:
            found = node.next.get(word)
            if found is None:
                found = node.next[word] = _Node()
            node = found
        node.values.append(value)

    def first_words(self) -> set[str]:
        """The folded first words of all keys."""
        return set(self._root.next)

    def longest(self, tokens: Sequence[Token], i: int) -> tuple[int, list[V]] | None:
        """The longest key that starts at token `i`: (index after its last token, its values)."""
        node, best, j = self._root, None, i
        while j < len(tokens) and tokens[j].sentence == tokens[i].sentence:
            found = node.next.get(tokens[j].folded)
            if found is None:
                break
            node, j = found, j + 1
            if node.values:
                best = (j, node.values)
        return best
