"""What is special about the drift detector: days, not readings."""

from __future__ import annotations

import numpy as np
import pytest

from predictive import Batch, build_detector
from predictive.detector import ANOMALOUS

DAY_S = 86_400.0
HOUR_S = 3_600.0
START_S = 1_780_272_000.0


def daily_scores(level_by_day: list[float], *, swing: float = 20.0) -> list[float]:
    """Return the highest score of each day of hourly readings with a daily swing."""
    detector = build_detector("drift")
    noise = np.random.default_rng(3)
    worst = []
    for day, level in enumerate(level_by_day):
        scores = []
        for hour in range(24):
            value = level + swing * np.sin(2 * np.pi * hour / 24) + noise.normal(0, 1)
            batch = Batch(np.array([0]), np.array([START_S + day * DAY_S + hour * HOUR_S]), np.array([value]))
            scores.append(float(detector.score(batch).score[0]))
            detector.learn(batch)
        worst.append(max(scores))
    return worst


def test_drift_finds_a_slow_leak_within_days_and_not_before() -> None:
    scores = daily_scores([100.0] * 18 + [100.0 - 1.5 * day for day in range(1, 9)])
    assert max(scores[:19]) < ANOMALOUS
    assert max(scores[19:24]) >= ANOMALOUS


@pytest.mark.parametrize("sign", [1.0, -1.0], ids=["up", "down"])
def test_drift_sees_both_directions(sign: float) -> None:
    scores = daily_scores([100.0] * 14 + [100.0 + sign * 2.0 * day for day in range(1, 9)])
    assert scores[-1] >= ANOMALOUS


def test_drift_says_since_when() -> None:
    detector = build_detector("drift")
    since_s = np.nan
    for hour in range(24 * 22):
        value = 100.0 - max(0.0, (hour - 24 * 15) * 0.2) + np.sin(hour)
        batch = Batch(np.array([0]), np.array([START_S + hour * HOUR_S]), np.array([value]))
        scores = detector.score(batch)
        if scores.score[0] >= ANOMALOUS and scores.since_s is not None:
            since_s = float(scores.since_s[0])
            break
        detector.learn(batch)
    assert abs(since_s - (START_S + 15 * DAY_S)) <= DAY_S


def test_drift_is_quiet_about_one_odd_day() -> None:
    assert max(daily_scores([100.0] * 14 + [140.0] + [100.0] * 6)) < ANOMALOUS


def test_drift_adopts_a_level_that_stays() -> None:
    scores = daily_scores([100.0] * 14 + [130.0] * 30)
    assert max(scores[14:20]) >= ANOMALOUS
    assert scores[-1] == 0.0


def test_drift_ignores_days_with_few_readings() -> None:
    detector = build_detector("drift")
    for day in range(30):
        batch = Batch(np.array([0]), np.array([START_S + day * DAY_S]), np.array([100.0 + 50.0 * (day > 15)]))
        assert detector.score(batch).score.tolist() == [0.0]
        detector.learn(batch)
