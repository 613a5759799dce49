"""What is special about the EWMA detector: many readings a little off, none of them odd."""

from __future__ import annotations

import numpy as np
import pytest

from predictive import Batch, build_detector
from predictive.detector import ANOMALOUS


def highest_score(name: str, values: np.ndarray) -> float:
    detector = build_detector(name)
    worst = 0.0
    for step, value in enumerate(values.tolist()):
        batch = Batch(np.array([0]), np.array([1.8e9 + 60.0 * step]), np.array([value]))
        worst = max(worst, float(detector.score(batch).score[0]))
        detector.learn(batch)
    return worst


@pytest.mark.parametrize(("shift", "is_found"), [(0.0, False), (3.5, True), (-3.5, True)], ids=["none", "up", "down"])
def test_ewma_finds_a_shift_that_no_single_reading_shows(shift: float, is_found: bool) -> None:
    noise = np.random.default_rng(8).normal(50.0, 1.0, 700)
    noise[600:] += shift
    assert highest_score("robust_z", noise) < ANOMALOUS
    assert (highest_score("ewma", noise) >= ANOMALOUS) is is_found


def test_ewma_is_calm_about_one_spike() -> None:
    noise = np.random.default_rng(8).normal(50.0, 1.0, 700)
    noise[600] += 13.0
    assert highest_score("ewma", noise) < ANOMALOUS <= highest_score("robust_z", noise)


def test_a_series_that_starts_flat_is_not_anomalous_for_moving() -> None:
    day = np.r_[np.full(144, 20.0), np.full(144, 80.0)]
    values = np.tile(day, 6)
    for name in ("ewma", "robust_z", "seasonal"):
        assert highest_score(name, values) < ANOMALOUS
