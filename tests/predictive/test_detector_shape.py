"""What is special about comparing courses of half a day."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from predictive import Batch, build_detector
from predictive.detector import ANOMALOUS

HOURS = 24 * 21
FAULT = 24 * 18


def daily() -> np.ndarray:
    hour = np.arange(HOURS) % 24
    hump = np.where((hour >= 8) & (hour < 18), 10.0, 0.0)
    return 50.0 + hump + np.random.default_rng(11).normal(0.0, 0.3, HOURS)


def highest(values: np.ndarray) -> tuple[float, float]:
    detector = build_detector("shape")
    scores = []
    for hour, value in enumerate(values):
        batch = Batch(np.array([0]), np.array([1.78e9 + 3600.0 * hour]), np.array([value]))
        scores.append(float(detector.score(batch).score[0]))
        detector.learn(batch)
    return max(scores[:FAULT]), max(scores[FAULT:])


def with_a_sawtooth(values: np.ndarray) -> np.ndarray:
    values[FAULT : FAULT + 24] = 50.0 + np.arange(24) % 4 * 3.0
    return values


@pytest.mark.parametrize(
    ("change", "is_found"),
    [(with_a_sawtooth, True), (lambda values: values, False)],
    ids=["another course within the usual range", "days as always"],
)
def test_shape_tells_a_course_never_taken(change: Callable[[np.ndarray], np.ndarray], is_found: bool) -> None:
    before, after = highest(change(daily()))
    assert before < ANOMALOUS
    assert (after >= ANOMALOUS) is is_found


def test_shape_takes_a_higher_course_for_the_same() -> None:
    values = daily()
    values += np.arange(HOURS) / 24  # a tenth of the hump a day
    assert highest(values)[1] < ANOMALOUS
