"""Temperature scaling, and how far off probabilities are (expected calibration error). Needs numpy alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
GRID = np.geomspace(0.25, 6.0, 161)


def binary_temperature(logits: Floats, gold: Floats) -> float:
    """The T for which sigmoid(logits / T) has the least log loss; `gold` is 0 or 1."""
    sign = np.where(gold > 0.5, -1.0, 1.0)
    return float(min(GRID, key=lambda t: np.logaddexp(0.0, sign * logits / t).mean()))


def multiclass_temperature(logits: Floats, gold: NDArray[np.integer]) -> float:
    """The T for which softmax(logits / T) has the least log loss; `gold` holds class numbers."""
    rows = np.arange(len(gold))

    def loss(t: float) -> float:
        z = logits / t
        return float((np.logaddexp.reduce(z, axis=1) - z[rows, gold]).mean())

    return float(min(GRID, key=loss))


def ece(probability: Floats, right: Floats, bins: int = 10) -> float:
    """Expected calibration error: mean distance of confidence and accuracy over equally wide bins, weighted by size.

    `probability` is the confidence in the answer given, `right` 1 where that answer was right.
    """
    index = np.minimum((probability * bins).astype(int), bins - 1)
    total = 0.0
    for k in range(bins):
        here = index == k
        if here.any():
            total += here.mean() * abs(probability[here].mean() - right[here].mean())
    return float(total)
