"""Which topics an article has: every passage is scored, and the passages that speak loudest decide.

Trained topics are scored by the model's own head. A topic that only the user's file knows is scored by likeness to
its description and examples, against how alike ordinary news is to them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from pipeline.domain import Article, Topic
from pipeline.understand.encoder import Array, Encoder, ModelError, ModelFolder, sigmoid
from pipeline.understand.sentences import split
from pipeline.understand.topicsconfig import TopicDefinition, load_topics

NAME = "topics"
HEAD = "head.npz"
# A passage of about this many words was best on articles and feed items alike: long enough to tell what it is about,
# short enough that one paragraph on sanctions is not drowned by the rest.
PASSAGE_WORDS = 30
MAX_PASSAGES = 40  # 1,800 words; what stands below is background
# Likeness of an own topic, in standard deviations above ordinary news: 0.5 is reached at LIKE_MIDDLE.
LIKE_MIDDLE, LIKE_SLOPE = 3.0, 1.5

_TAG = re.compile(r"<[^>]{1,2000}>")


class TopicModel:
    """The trained model in `models/topics`, and the topics the user wants."""

    def __init__(self, encoder: Encoder, topics: Sequence[TopicDefinition]) -> None:
        self._encoder, self._topics = encoder, tuple(topics)
        file = encoder.folder.path / HEAD
        try:
            with np.load(file, allow_pickle=False) as head:
                self._weight, self._bias = head["weight"], head["bias"]
                background = head["background"].astype(np.float32)
            self._trained = [str(t) for t in encoder.folder.card["labels"]]
            self._loudest = int(encoder.folder.card["loudest"])
        except (OSError, KeyError, ValueError, TypeError) as error:
            raise ModelError(f"{file}: not a head this version reads ({error!r})") from error
        self._own = [_Own(t, encoder, background) for t in topics if t.topic not in self._trained]

    @classmethod
    def load(cls, models_dir: Path, topics_file: Path, threads: int) -> TopicModel:
        """Load `models_dir/topics` for the topics of a file. Raises ModelError or TopicsConfigError."""
        topics = load_topics(topics_file)
        return cls(Encoder(ModelFolder.open(models_dir / NAME, NAME), threads), topics)

    @property
    def version(self) -> str:
        """A short hash of the model, and one of the topics file."""
        wanted = json.dumps([asdict(t) for t in self._topics], sort_keys=True)
        return f"{self._encoder.folder.version}+{hashlib.sha256(wanted.encode()).hexdigest()[:6]}"

    def classify(self, articles: Sequence[Article]) -> list[tuple[Topic, ...]]:
        """The topics of each article that reach their threshold, the surest first."""
        out = []
        for article in articles:
            scores = self.scores(article)
            held = [Topic(t.topic, round(scores[t.topic], 4)) for t in self._topics if scores[t.topic] >= t.threshold]
            out.append(tuple(sorted(held, key=lambda topic: -topic.score)))
        return out

    def scores(self, article: Article) -> dict[str, float]:
        """The score of every topic of the file, 0 to 1; an article without words scores 0 throughout."""
        texts = passages(article)
        if not texts:
            return {t.topic: 0.0 for t in self._topics}
        vectors = self._encoder.run(texts)
        logits = _loudest(vectors @ self._weight.T + self._bias, self._loudest)
        found = dict(zip(self._trained, map(float, sigmoid(logits)), strict=True))
        found |= {own.topic: own.score(vectors) for own in self._own}
        return {t.topic: found[t.topic] for t in self._topics}


class _Own:
    """A topic that the user added: no training, only sentences to be like."""

    def __init__(self, definition: TopicDefinition, encoder: Encoder, background: Array) -> None:
        self.topic = definition.topic
        self._examples = encoder.run([definition.description, *definition.examples])
        usual = (background @ self._examples.T).max(axis=1)
        self._mean, self._spread = float(usual.mean()), float(usual.std()) + 1e-6

    def score(self, vectors: Array) -> float:
        """0 to 1, from the passage most like one of the examples."""
        likeness = (float((vectors @ self._examples.T).max()) - self._mean) / self._spread
        return float(sigmoid(np.array([LIKE_SLOPE * (likeness - LIKE_MIDDLE)], dtype=np.float32))[0])


def _loudest(logits: Array, count: int) -> Array:
    """Per topic the mean of its `count` highest logits over the passages; of fewer passages, of all."""
    return np.asarray(np.sort(logits, axis=0)[::-1][:count].mean(axis=0), dtype=np.float32)


def passages(article: Article) -> list[str]:
    """The article in passages of whole sentences; the title begins the first."""
    title = _TAG.sub(" ", article.title).strip()
    whole = f"{title}\n{_TAG.sub(' ', article.text)}"
    out: list[str] = []
    held: list[str] = []
    count = 0
    for sentence in split(whole, len(title)):
        text = " ".join(sentence.text.split())
        words = text.count(" ") + 1
        if held and count + words > PASSAGE_WORDS:
            out.append(" ".join(held))
            held, count = [], 0
        held.append(text if not sentence.title or text[-1] in ".!?…" else f"{text}.")
        count += words
    if held:
        out.append(" ".join(held))
    return out[:MAX_PASSAGES]
