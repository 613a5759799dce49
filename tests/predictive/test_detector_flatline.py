"""What is special about the flatline detector: nature's constants are no faults."""

from __future__ import annotations

import numpy as np
import pytest

from predictive import Batch, build_detector
from predictive.detector import ANOMALOUS

NOISE = np.random.default_rng(5)
CASES = {
    "stuck_after_noise": (np.r_[NOISE.normal(50, 2, 400), np.full(60, 50.0)], True),
    "constant_by_nature": (np.full(500, 21.0), False),
    "coarse_sensor": (np.round(NOISE.normal(21, 0.4, 500)), False),
    "nearly_always_zero": (np.where(NOISE.random(500) < 0.02, 5.0, 0.0), False),
    "short_repeat": (np.r_[NOISE.normal(50, 2, 400), np.full(8, 50.0)], False),
}


@pytest.mark.parametrize("case", CASES)
def test_flatline_tells_stuck_from_constant(case: str) -> None:
    values, is_stuck = CASES[case]
    detector = build_detector("flatline")
    worst = 0.0
    for step, value in enumerate(values.tolist()):
        batch = Batch(np.array([0]), np.array([1e9 + 60.0 * step]), np.array([value]))
        worst = max(worst, float(detector.score(batch).score[0]))
        detector.learn(batch)
    assert (worst >= ANOMALOUS) is is_stuck
