"""Text in, facts out: the whole room as one function of (article, registry, models).

No database, no network, no clock: the same article gives the same analysis in a DAG, a notebook or on stdin.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.domain import Analysis, Article, ContactReport, Evidence
from pipeline.understand.assemble import Assembler
from pipeline.understand.contact_model import ContactModel
from pipeline.understand.gazetteer import Gazetteer
from pipeline.understand.reading import read
from pipeline.understand.registry import Registry
from pipeline.understand.topics import TopicModel

if TYPE_CHECKING:
    from pipeline.understand.hubtopics import TopicClassifier

# Raised with every change of the rules that can change a result, so that stored analyses are known to be older.
RULES = "4"
# Of longer texts the beginning is read: news tells its contacts there, and a page that is a book is no article.
MAX_TITLE, MAX_TEXT = 2_000, 60_000
MAX_CANDIDATES = 400  # pairs judged per article, in the order of the text
BATCH = 16  # articles judged together: more is no faster, and results come later
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_TAG = re.compile(r"</?(?P<name>[a-zA-Z][a-zA-Z0-9]*)\b[^<>]{0,2000}>")
_INLINE = frozenset({"a", "b", "i", "em", "strong", "span", "u", "sup", "sub", "small", "abbr", "font", "mark"})


class Analyser:
    """Registry and models, loaded once per process."""

    def __init__(self, gazetteer: Gazetteer, topics: TopicClassifier, contacts: ContactModel) -> None:
        self._gazetteer, self._topics, self._contacts = gazetteer, topics, contacts
        self._assembler = Assembler(gazetteer)

    @classmethod
    def load(
        cls,
        leaders_dir: Path,
        topics_file: Path,
        models_dir: Path,
        threads: int = 2,
        own_topics_dir: Path | None = None,
        topic_model: str | None = None,
        hub_device: str = "auto",
    ) -> Analyser:
        """Load everything; takes a second or two. `own_topics_dir` is where `hotline topics train` left its heads.

        `topic_model` names a Hugging Face model ("hub:owner/model" or a folder) that finds the topics instead of ours.

        Raises:
            RegistryError, ModelError: a file is missing or wrong; the message names it and the mend.
        """
        gazetteer = Gazetteer.of(Registry.load(leaders_dir))
        topics: TopicClassifier
        if topic_model:
            from pipeline.understand.hubtopics import HubTopics

            topics = HubTopics.load(topic_model, topics_file, hub_device, threads)
        else:
            topics = TopicModel.load(models_dir, topics_file, threads, own_topics_dir)
        return cls(gazetteer, topics, ContactModel.load(models_dir, threads))

    @property
    def version(self) -> str:
        """Names the rules and the weights of both models: stored with every analysis."""
        return f"rules-{RULES}+{self._contacts.version}+{self._topics.version}"

    def analyse(self, article: Article) -> Analysis:
        """Topics and contacts of one article."""
        return next(self.analyse_many([article]))

    def analyse_many(self, articles: Iterable[Article]) -> Iterator[Analysis]:
        """The analyses of many articles, one each and in order, judged in small batches."""
        source = iter(articles)
        while batch := list(islice(source, BATCH)):
            yield from self._analyse(batch)

    def _analyse(self, articles: Sequence[Article]) -> Iterator[Analysis]:
        clean = [readable(a) for a in articles]
        topics = self._topics.classify(clean)
        readings = [read(self._gazetteer, a) for a in clean]
        readings = [replace(r, candidates=r.candidates[:MAX_CANDIDATES]) for r in readings]
        judged = iter(self._contacts.judge([c for r in readings for c in r.candidates]))
        for article, reading, found in zip(articles, readings, topics, strict=True):
            judgements = list(islice(judged, len(reading.candidates)))
            contacts = self._assembler.assemble(reading, judgements, found)
            yield Analysis(tuple(found), tuple(_as_printed(article, c) for c in contacts), self.version)


def readable(article: Article) -> Article:
    """The article as it is read: bounded in length, and every offset as in the original.

    Tags, which feeds leave in their summaries, become blanks of the same length (a line end for those of blocks); half
    characters are replaced one for one.
    """
    title, text = article.title, article.text[:MAX_TEXT]
    if len(title) > MAX_TITLE:
        title, text = title[:MAX_TITLE], ""  # offsets into a text behind the cut would be wrong
    if article.language and not article.language.lower().startswith("en"):
        title, text = "", ""  # the models know English alone: no claim is better than a guess
    return replace(article, title=_plain(title), text=_plain(text))


def _plain(text: str) -> str:
    return _TAG.sub(_blank, _SURROGATE.sub("\ufffd", text))


def _blank(tag: re.Match[str]) -> str:
    length = tag.end() - tag.start()
    return " " * length if tag["name"].lower() in _INLINE else "\n" + " " * (length - 1)


def _as_printed(article: Article, contact: ContactReport) -> ContactReport:
    """Evidence in the very characters of the article."""
    whole = article.whole
    return replace(contact, evidence=tuple(Evidence(whole[e.start : e.end], e.start, e.end) for e in contact.evidence))
