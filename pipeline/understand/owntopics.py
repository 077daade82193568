"""Topics that the user added: found by likeness to their examples at once, by a head of their own after training.

The encoder stays as it is shipped; a head is one logistic regression on its vectors, so training takes seconds, needs
no torch and leaves `models/` untouched. Ordinary news passages, which come with the model, stand against the examples.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.understand.encoder import Array, Encoder, ModelError, sigmoid
from pipeline.understand.topicsconfig import TopicDefinition

HEADS = "heads.json"
# Likeness of an untrained topic, in standard deviations above ordinary news: 0.5 is reached at LIKE_MIDDLE.
# A trained head is scaled by the same slope over the same spread, so that the scores of both read alike.
LIKE_MIDDLE, LIKE_SLOPE = 3.0, 1.5
# With fewer there is nothing to calibrate by: each fold of the cross-validation needs an example it has not seen.
LEAST_EXAMPLES = 5
FOLDS = 5
# A counterexample was chosen because it is near, so it tells more than a passage of ordinary news does.
COUNTER_WEIGHT = 3.0
STRENGTH = 20.0  # inverse of the ridge, as C of scikit-learn
# A background passage as like to an example as this may well be about the topic itself and is left out.
TOO_ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class Head:
    """A trained topic: `weight` (width,) and `bias` of a logit; 0 is the cut that cross-validation chose."""

    topic: str
    weight: tuple[float, ...]
    bias: float
    made_of: str
    examples: int
    not_examples: int
    precision: float
    recall: float

    def score(self, vectors: Array) -> float:
        """0 to 1, from the loudest passage."""
        return float(sigmoid((vectors @ np.array(self.weight, dtype=np.float32)).max(keepdims=True) + self.bias)[0])


class Likeness:
    """An untrained topic: a passage counts by the example it is most like, unless a counterexample is more so."""

    def __init__(self, definition: TopicDefinition, encoder: Encoder, background: Array) -> None:
        self._examples = encoder.run([definition.description, *definition.examples])
        self._counter = encoder.run(list(definition.not_examples)) if definition.not_examples else None
        usual = (background @ self._examples.T).max(axis=1)
        self._mean, self._spread = float(usual.mean()), float(usual.std()) + 1e-6

    def score(self, vectors: Array) -> float:
        """0 to 1, from the passage most like one of the examples."""
        alike = (vectors @ self._examples.T).max(axis=1)
        if self._counter is not None:
            alike = alike - np.maximum(0, (vectors @ self._counter.T).max(axis=1) - alike)
        steps = (float(alike.max()) - self._mean) / self._spread
        return float(sigmoid(np.array([LIKE_SLOPE * (steps - LIKE_MIDDLE)], dtype=np.float32))[0])


def made_of(definition: TopicDefinition, encoder_version: str) -> str:
    """A short hash of all that a head is trained on; a head of another make is out of date."""
    parts = [definition.description, definition.examples, definition.not_examples, encoder_version]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]


def train(definition: TopicDefinition, encoder: Encoder, background: Array) -> Head:
    """Fit and calibrate the head of one topic.

    Raises:
        ValueError: there are fewer than LEAST_EXAMPLES examples.
    """
    if len(set(definition.examples)) < LEAST_EXAMPLES:
        raise ValueError(
            f"topic {definition.topic!r} has {len(set(definition.examples))} different examples, and training takes "
            f"{LEAST_EXAMPLES}; until then it goes by likeness to those"
        )
    positive = encoder.run([definition.description, *sorted(set(definition.examples))])
    counter = encoder.run(sorted(set(definition.not_examples))) if definition.not_examples else positive[:0]
    ordinary = background[(background @ positive.T).max(axis=1) < TOO_ALIKE]
    vectors = np.concatenate([positive, counter, ordinary])
    held = np.arange(len(vectors)) < len(positive)
    weights = np.concatenate([np.ones(len(positive)), np.full(len(counter), COUNTER_WEIGHT), np.ones(len(ordinary))])
    # The description leads the examples in every fold: it is no news text, and is not measured.
    folds = np.concatenate([[-1], np.arange(len(positive) - 1), np.arange(len(counter)), np.arange(len(ordinary))])
    logits = np.full(len(vectors), np.nan)
    for fold in range(FOLDS):
        out = (folds >= 0) & (folds % FOLDS == fold)
        weight, bias = fit(vectors[~out], held[~out], weights[~out])
        logits[out] = vectors[out] @ weight + bias
    measured = folds >= 0
    cut, precision, recall = best_cut(logits[measured], held[measured])
    weight, bias = fit(vectors, held, weights)
    scale = LIKE_SLOPE / (float((ordinary @ weight).std()) + 1e-6)
    return Head(
        definition.topic,
        tuple(round(float(w), 5) for w in weight * scale),
        round((bias - cut) * scale, 5),
        made_of(definition, encoder.folder.version),
        len(positive) - 1,
        len(counter),
        round(precision, 3),
        round(recall, 3),
    )


def fit(
    vectors: Array, held: np.ndarray[Any, Any], weights: np.ndarray[Any, Any]
) -> tuple[np.ndarray[Any, Any], float]:
    """Ridge logistic regression by Newton's method: weight (width,) and bias; both classes weigh the same in all."""
    x = np.concatenate([vectors, np.ones((len(vectors), 1))], axis=1).astype(np.float64)
    y = held.astype(np.float64)
    share = weights.astype(np.float64).copy()
    for side in (held, ~held):
        share[side] *= len(share) / (2 * share[side].sum())
    ridge = np.full(x.shape[1], 1 / STRENGTH)
    ridge[-1] = 1e-6  # the bias is free
    theta = np.zeros(x.shape[1])
    for _ in range(50):
        p = 0.5 * (1 + np.tanh(0.5 * (x @ theta)))
        gradient = x.T @ (share * (p - y)) + ridge * theta
        curvature = (x * (share * p * (1 - p))[:, None]).T @ x + np.diag(ridge)
        step = np.linalg.solve(curvature, gradient)
        theta -= step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < 1e-6:
            break
    return theta[:-1], float(theta[-1])


def best_cut(logits: np.ndarray[Any, Any], held: np.ndarray[Any, Any]) -> tuple[float, float, float]:
    """The cut of the best F1 in the middle of its gap, and precision and recall there.

    Of cuts that are equally good the middle of the widest gap is taken: what lies between is not known.
    """
    order = np.sort(logits)
    gaps = [(order[0] - 1, order[0]), *pairwise(order)]
    found: list[tuple[float, float, float, float, float]] = []
    for low, high in gaps:
        cut = (low + high) / 2
        said = logits > cut
        hits = float((said & held).sum())
        precision, recall = hits / max(1.0, float(said.sum())), hits / max(1.0, float(held.sum()))
        score = 2 * precision * recall / (precision + recall) if hits else 0.0
        found.append((round(score, 9), high - low, float(cut), precision, recall))
    _, _, cut, precision, recall = max(found)
    return cut, precision, recall


def save(folder: Path, heads: Mapping[str, Head]) -> Path:
    """Write all heads to `folder`; a reader sees the old file or the new one. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=".heads.", suffix=".new")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"heads": [asdict(head) for head in heads.values()]}, file)
        Path(name).replace(folder / HEADS)
    finally:
        Path(name).unlink(missing_ok=True)
    return folder / HEADS


def load(folder: Path | None) -> dict[str, Head]:
    """The heads by topic; none where nothing was trained. Raises ModelError."""
    if folder is None:
        return {}
    file = folder / HEADS
    try:
        heads = [Head(**{**row, "weight": tuple(map(float, row["weight"]))}) for row in _rows(file)]
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{file}: not a file this version reads ({error!r}); delete it and run `hotline topics train`"
        ) from error
    return {head.topic: head for head in heads}


def _rows(file: Path) -> Sequence[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["heads"]
    return rows
