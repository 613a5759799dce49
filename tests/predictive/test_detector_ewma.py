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


def test_rows_that_follow_each_other_are_judged_as_any_others() -> None:
    """A whole fleet in order is taken as a slice; shuffled, or with rows left out, it is gathered."""
    draw, count = np.random.default_rng(8), 40
    in_order, shuffled = build_detector("ewma"), build_detector("ewma")
    for step in range(500):
        at_s, values = np.full(count, 1_780_272_000.0 + 3600.0 * step), draw.normal(np.arange(count), 2.0)
        first, last = (0, count) if step % 3 else (5, 30)
        rows = np.arange(first, last)
        mixed = draw.permutation(rows)
        orderly, other = Batch(rows, at_s[rows], values[rows]), Batch(mixed, at_s[mixed], values[mixed])
        assert np.array_equal(in_order.score(orderly).score[mixed - first], shuffled.score(other).score)
        in_order.learn(orderly)
        shuffled.learn(other)
    assert in_order.score(orderly).score.max() > 0
    assert all(np.array_equal(array, shuffled.state()[name]) for name, array in in_order.state().items())
