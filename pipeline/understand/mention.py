"""What a mention is: the words of a text that name a leader, or somebody who is none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a mention names its person."""

    NAME = "name"
    SURNAME = "surname"
    OFFICE = "office"
    BARE_OFFICE = "bare_office"
    COUNTERPART = "counterpart"
    PRONOUN = "pronoun"
    PLURAL = "plural"
    SEAT = "seat"


@dataclass(frozen=True, slots=True)
class Mention:
    """Characters `start`..`end` of the whole text, in sentence `sentence`, naming `people` (person ids).

    `leader` is False for somebody who cannot be a participant; `people` may then be empty. A seat of office ("the
    Kremlin") speaks for its holder and is no leader either. A mention whose people are still to be found
    (a bare office, a pronoun) has none. `candidates` are the holders of each office named,
    `countries` the countries of the office.
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
