"""Temperatures and calibration errors on numbers whose answer is known."""

import numpy as np
import pytest

from training.calibrate import binary_temperature, ece, multiclass_temperature

RNG = np.random.default_rng(3)


def test_a_sharp_binary_head_is_cooled_by_its_true_factor() -> None:
    true = RNG.normal(0, 2, 20_000)
    gold = (RNG.random(20_000) < 1 / (1 + np.exp(-true))).astype(float)
    assert binary_temperature(true * 3, gold) == pytest.approx(3, rel=0.08)


def test_a_timid_head_of_many_classes_is_warmed() -> None:
    true = RNG.normal(0, 2, (20_000, 4))
    share = np.exp(true) / np.exp(true).sum(1, keepdims=True)
    gold = (share.cumsum(1) > RNG.random((20_000, 1))).argmax(1)
    assert multiclass_temperature(true / 2, gold) == pytest.approx(0.5, rel=0.08)


def test_the_error_is_the_distance_of_confidence_and_accuracy() -> None:
    assert ece(np.full(100, 0.9), np.array([1.0] * 90 + [0.0] * 10)) == pytest.approx(0)
    assert ece(np.full(100, 0.9), np.array([1.0] * 60 + [0.0] * 40)) == pytest.approx(0.3)
