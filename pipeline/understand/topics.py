"""Which topics an article has: every passage is scored, and the passages that speak loudest decide.

Shipped topics are scored by the model's own head. A topic that only the user's file knows is scored by a head trained
from its examples (`hotline topics train`), or, before that, by likeness to its description and examples.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from pipeline.domain import Article, Topic
from pipeline.understand import owntopics
from pipeline.understand.encoder import Array, Encoder, ModelError, ModelFolder, sigmoid
from pipeline.understand.owntopics import Head, Likeness
from pipeline.understand.sentences import split
from pipeline.understand.topicsconfig import TopicDefinition, load_topics

NAME = "topics"
HEAD = "head.npz"
# A passage of about this many words was best on articles and feed items alike: long enough to tell what it is about,
# short enough that one paragraph on sanctions is not drowned by the rest.
PASSAGE_WORDS = 30
MAX_PASSAGES = 40  # 1,800 words; what stands below is background

_TAG = re.compile(r"<[^>]{1,2000}>")


class TopicModel:
    """The trained model in `models/topics`, and the topics the user wants."""

    def __init__(self, encoder: Encoder, topics: Sequence[TopicDefinition], heads: Mapping[str, Head]) -> None:
        self.encoder, self.topics = encoder, tuple(topics)
        file = encoder.folder.path / HEAD
        try:
            with np.load(file, allow_pickle=False) as head:
                self._weight, self._bias = head["weight"], head["bias"]
                self.background = head["background"].astype(np.float32)
            self.shipped = tuple(str(t) for t in encoder.folder.card["labels"])
            self._loudest = int(encoder.folder.card["loudest"])
        except (OSError, KeyError, ValueError, TypeError) as error:
            raise ModelError(f"{file}: not a head this version reads ({error!r})") from error
        self.own = tuple(t for t in self.topics if t.topic not in self.shipped)
        made = {t.topic: owntopics.made_of(t, encoder.folder.version) for t in self.own}
        self.outdated = tuple(t for t, made_of in made.items() if t in heads and heads[t].made_of != made_of)
        self.heads = {t: heads[t] for t, made_of in made.items() if t in heads and heads[t].made_of == made_of}
        self._scorers = {t.topic: self.heads.get(t.topic) or Likeness(t, encoder, self.background) for t in self.own}

    @classmethod
    def load(cls, models_dir: Path, topics_file: Path, threads: int, own_dir: Path | None = None) -> TopicModel:
        """Load `models_dir/topics` for the topics of a file, and the heads that were trained into `own_dir`.

        Raises:
            ModelError, TopicsConfigError: a file is missing or wrong; the message names it and the mend.
        """
        topics = load_topics(topics_file)
        heads = owntopics.load(own_dir)
        return cls(Encoder(ModelFolder.open(models_dir / NAME, NAME), threads), topics, heads)

    @property
    def version(self) -> str:
        """A short hash of the model, and one of the topics file and of the heads trained from it."""
        wanted = json.dumps([[asdict(t) for t in self.topics], sorted(h.made_of for h in self.heads.values())])
        return f"{self.encoder.folder.version}+{hashlib.sha256(wanted.encode()).hexdigest()[:6]}"

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
        if not texts:
            return {t.topic: 0.0 for t in self.topics}
        return self._score(self.encoder.run(texts))

    def by_sentence(self, article: Article) -> list[tuple[str, dict[str, float]]]:
        """Each sentence that is read, and what every topic would score on it alone."""
        return [
            (sentence, self._score(self.encoder.run([sentence]))) for passage in _cut(article) for sentence in passage
        ]

    def _score(self, vectors: Array) -> dict[str, float]:
        logits = _loudest(vectors @ self._weight.T + self._bias, self._loudest)
        found = dict(zip(self.shipped, map(float, sigmoid(logits)), strict=True))
        found |= {topic: scorer.score(vectors) for topic, scorer in self._scorers.items()}
        return {t.topic: found[t.topic] for t in self.topics}


def _loudest(logits: Array, count: int) -> Array:
    """Per topic the mean of its `count` highest logits over the passages; of fewer passages, of all."""
    return np.asarray(np.sort(logits, axis=0)[::-1][:count].mean(axis=0), dtype=np.float32)


def passages(article: Article) -> list[str]:
    """The article in passages of whole sentences; the title begins the first."""
    return [" ".join(sentences) for sentences in _cut(article)]


def _cut(article: Article) -> list[list[str]]:
    """The sentences of each passage."""
    title = _TAG.sub(" ", article.title).strip()
    whole = f"{title}\n{_TAG.sub(' ', article.text)}"
    out: list[list[str]] = []
    held: list[str] = []
    count = 0
    for sentence in split(whole, len(title)):
        text = " ".join(sentence.text.split())
        words = text.count(" ") + 1
        if held and count + words > PASSAGE_WORDS:
            out.append(held)
            held, count = [], 0
        held.append(text if not sentence.title or text[-1] in ".!?…" else f"{text}.")
        count += words
    if held:
        out.append(held)
    return out[:MAX_PASSAGES]
