"""Topics by a model of the user's choice: an encoder with the examples of the topics file, or zero-shot by NLI.

Both read what the shipped model reads, the passages of an article, and both let the loudest passage decide.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

from pipeline.domain import Article, Topic
from pipeline.understand import owntopics
from pipeline.understand.hubfiles import Kind, open_model
from pipeline.understand.hubrun import Entailment, HubEncoder
from pipeline.understand.owntopics import Head, Likeness
from pipeline.understand.topics import passages
from pipeline.understand.topicsconfig import TopicDefinition, load_topics

ORDINARY = Path(__file__).with_name("ordinary_news.txt")
# An NLI model reads title and lead and what follows in larger pieces: every piece costs a run for every topic.
PIECE_WORDS, MOST_PIECES = 120, 6
HYPOTHESIS = "This news is about {}: {}"


class TopicClassifier(Protocol):
    """What the analyser asks of a topic model."""

    @property
    def version(self) -> str: ...

    def classify(self, articles: Sequence[Article]) -> list[tuple[Topic, ...]]: ...


class HubTopics:
    """Topics of a file, scored by a model that is not ours."""

    def __init__(self, scorer: _ByExamples | _ByEntailment, topics: Sequence[TopicDefinition], version: str) -> None:
        self._scorer, self.topics, self._version = scorer, tuple(topics), version

    @classmethod
    def load(cls, name: str, topics_file: Path, device: str = "auto", threads: int = 2) -> HubTopics:
        """Load the model of a setting ("hub:owner/model" or a folder) for the topics of a file.

        Raises:
            ModelError, TopicsConfigError: a model or file is missing or wrong; the message names it and the mend.
        """
        topics = load_topics(topics_file)
        model = open_model(name)
        scorer = (
            _ByEntailment(Entailment(model, device, threads), topics)
            if model.kind is Kind.NLI
            else _ByExamples(HubEncoder(model, device, threads), topics)
        )
        return cls(scorer, topics, model.version)

    @property
    def version(self) -> str:
        """A short hash of the model's files and one of the topics file."""
        wanted = json.dumps([asdict(t) for t in self.topics])
        return f"{self._version}+{hashlib.sha256(wanted.encode()).hexdigest()[:6]}"

    def classify(self, articles: Sequence[Article]) -> list[tuple[Topic, ...]]:
        """The topics of each article that reach their threshold, the surest first."""
        out = []
        for article in articles:
            scores = self.scores(article)
            held = [Topic(t.topic, round(scores[t.topic], 4)) for t in self.topics if scores[t.topic] >= t.threshold]
            out.append(tuple(sorted(held, key=lambda topic: -topic.score)))
        return out

    def scores(self, article: Article) -> dict[str, float]:
        """The score of every topic of the file, 0 to 1; an article without words scores 0 throughout."""
        texts = passages(article)
        return self._scorer.scores(texts) if texts else {t.topic: 0.0 for t in self.topics}


class _ByExamples:
    """Vectors of passages against those of each topic's examples: a head where there are enough, else likeness."""

    def __init__(self, encoder: HubEncoder, topics: Sequence[TopicDefinition]) -> None:
        background = encoder.centre(ORDINARY.read_text(encoding="utf-8").splitlines())
        self._encoder = encoder
        self._scorers: dict[str, Head | Likeness] = {
            t.topic: (
                owntopics.train(t, encoder, background)
                if len(set(t.examples)) >= owntopics.LEAST_EXAMPLES
                else Likeness(t, encoder, background)
            )
            for t in topics
        }

    def scores(self, texts: Sequence[str]) -> dict[str, float]:
        vectors = self._encoder.run(texts)
        return {topic: scorer.score(vectors) for topic, scorer in self._scorers.items()}


class _ByEntailment:
    """Does any piece of the article entail that it is about the topic?"""

    def __init__(self, entailment: Entailment, topics: Sequence[TopicDefinition]) -> None:
        self._entailment = entailment
        self._topics = [t.topic for t in topics]
        self._hypotheses = [HYPOTHESIS.format(t.label.lower(), t.description) for t in topics]

    def scores(self, texts: Sequence[str]) -> dict[str, float]:
        found = self._entailment.run(pieces(texts), self._hypotheses).max(axis=0)
        return dict(zip(self._topics, map(float, found), strict=True))


def pieces(texts: Sequence[str]) -> list[str]:
    """Passages joined to pieces of at most PIECE_WORDS words, unless one alone is longer; the first MOST_PIECES."""
    out: list[str] = []
    count = 0
    for text in texts:
        words = len(text.split())
        if out and count + words <= PIECE_WORDS:
            out[-1], count = f"{out[-1]} {text}", count + words
        else:
            out.append(text)
            count = words
    return out[:MOST_PIECES]
