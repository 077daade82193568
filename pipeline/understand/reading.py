"""Reads one article: its sentences, words, who is named where, and the pairs of leaders that may have been in contact.

A pure function of the article and the registry. The contact model judges `candidates`; dates, places and the rest are
read from `sentences` and `mentions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from pipeline.domain import Article, Participant
from pipeline.understand.candidates import Candidate, candidates
from pipeline.understand.coreference import Resolver
from pipeline.understand.gazetteer import Gazetteer
from pipeline.understand.mention import Mention, Stranger
from pipeline.understand.mentions import MentionFinder
from pipeline.understand.sentences import Sentence, split
from pipeline.understand.tokens import Token, tokenise


@dataclass(frozen=True, slots=True)
class Reading:
    """An article as read. All offsets count in `whole` = title + newline + text, in Unicode code points.

    `on` is the day of publication where the outlet is, None if unknown; offices in `mentions` hold on that day, and
    `people` that a mention names may be ex-leaders: ask `participant` for the day of a contact.
    """

    whole: str
    sentences: list[Sentence]
    tokens: list[Token]
    mentions: list[Mention]
    strangers: Mapping[str, Stranger]
    candidates: list[Candidate]
    on: date | None

    def participant(self, gazetteer: Gazetteer, person_id: str, on: date | None) -> Participant | None:
        """The person as a participant of a contact on that day; None for one who led nothing then.

        A person whom only the text knows as a leader (a stranger) is believed on any day.
        """
        stranger = self.strangers.get(person_id)
        if stranger is not None:
            return Participant(stranger.name, stranger.country, None, stranger.office)
        person = gazetteer.registry.people.get(person_id)
        term = gazetteer.term_on(person_id, on)
        if person is None or term is None:
            return None
        return Participant(person.name, term.country, person_id, term.office)


def read(gazetteer: Gazetteer, article: Article) -> Reading:
    """Read an article; never fails on any text, and an article without leaders has no candidates."""
    whole, on = article.whole, publication_day(article)
    sentences = split(whole, len(article.title))
    tokens = tokenise(whole, [s.start for s in sentences])
    finder = MentionFinder(gazetteer, whole, sentences, tokens, on)
    mentions = Resolver(gazetteer, sentences, tokens, on).resolve(finder.find())

    @cache
    def nations(person_id: str) -> frozenset[str]:
        stranger = finder.strangers.get(person_id)
        return frozenset({stranger.country}) if stranger else gazetteer.nations(person_id, on)

    pairs = candidates(whole, sentences, mentions, nations, gazetteer.places(tokens))
    return Reading(whole, sentences, tokens, mentions, finder.strangers, pairs, on)


def publication_day(article: Article) -> date | None:
    """The day on which the article appeared in its outlet's time zone; an unknown zone counts as UTC."""
    published = article.published
    if not isinstance(published, datetime):
        return published
    if published.tzinfo is None:
        return published.date()
    return published.astimezone(_zone(article.timezone)).date()


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
