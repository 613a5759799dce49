"""What is special about detectors that see several series, or the time between readings."""

from __future__ import annotations

import numpy as np
import pytest

from predictive import Batch, Detector, Ensemble, build_detector
from predictive.detector import ANOMALOUS, DeviceAware, SeriesAware

START_S = 1.78e9
EVERY = np.arange(8)


def judged(detector: Detector, values: np.ndarray, *, at_s: np.ndarray | None = None) -> np.ndarray:
    scores = []
    for step, row in enumerate(values):
        at = START_S + 600.0 * step if at_s is None else at_s[step]
        batch = Batch(np.arange(len(row)), np.full(len(row), at), row)
        scores.append(detector.score(batch).score)
        detector.learn(batch)
    return np.array(scores)


def fleet(steps: int) -> np.ndarray:
    noise = np.random.default_rng(3).normal(0.0, 1.0, (steps, 8))
    weather = 20.0 * np.sin(np.arange(steps) / 50.0)[:, None]
    return 100.0 + weather + 5.0 * EVERY + noise


def peers() -> Detector:
    detector = build_detector("peers")
    assert isinstance(detector, SeriesAware)
    for row in EVERY.tolist():
        detector.introduce(row, metric="pressure", unit="kPa")
    return detector


def test_peers_name_the_one_that_differs() -> None:
    values = fleet(600)
    values[500:, 2] += 12.0
    highest = judged(peers(), values)[500:].max(axis=0)
    assert np.flatnonzero(highest >= ANOMALOUS).tolist() == [2]


def test_peers_let_be_what_all_of_them_do() -> None:
    values = fleet(600)
    values[500:] += 80.0
    assert judged(peers(), values).max() < ANOMALOUS


def test_peers_are_silent_where_they_are_few() -> None:
    values = fleet(600)[:, :4]
    values[500:, 2] += 50.0
    assert judged(peers(), values).max() == 0.0


def loaded_fleet(steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Return loads and currents of eight devices: each has its own load, and draws by it."""
    draw = np.random.default_rng(13)
    load = np.repeat(draw.uniform(20.0, 90.0, (steps // 12 + 1, 8)), 12, axis=0)[:steps]
    return load, 2.0 + 0.15 * load + draw.normal(0.0, 0.15, (steps, 8))


@pytest.mark.parametrize("name", ["load", "负载率"])
def test_peers_compare_at_equal_load(name: str) -> None:
    load, current = loaded_fleet(600)
    current[500:, 2] += 1.5  # an eighth of what load does to the current
    detector = build_detector("peers")
    assert isinstance(detector, SeriesAware)
    assert isinstance(detector, DeviceAware)
    for row in range(16):
        detector.belong(row, device=row % 8)
        detector.introduce(row, metric=name if row < 8 else "current", unit="")
    scores = judged(detector, np.concatenate([load, current], axis=1))[:, 8:]
    assert scores[:500].max() < ANOMALOUS
    assert np.flatnonzero(scores[500:].max(axis=0) >= ANOMALOUS).tolist() == [2]


def test_peers_of_another_model_are_none() -> None:
    values = fleet(600)
    values[500:, :4] += 30.0  # all of one model, none of the other
    detector = peers()
    told = Ensemble((detector, build_detector("robust_z")))
    for row in EVERY.tolist():
        told.assign(row, group="A" if row < 4 else "B")
    assert judged(detector, values).max() == 0.0  # four are too few
    whole = peers()
    assert judged(whole, values).max() >= ANOMALOUS


@pytest.mark.parametrize(("pause_s", "is_found"), [(1200.0, False), (86_400.0, True)], ids=["short", "a day"])
def test_gap_tells_of_readings_that_dropped_out(pause_s: float, is_found: bool) -> None:
    at_s = START_S + 60.0 * np.arange(300)
    at_s[200:] += pause_s
    scores = judged(build_detector("gap"), np.ones((300, 1)), at_s=at_s)
    assert bool(scores[200, 0] >= ANOMALOUS) is is_found
    assert np.delete(scores, 200).max() < ANOMALOUS


def test_multivariate_finds_metrics_that_part_and_names_them() -> None:
    shared = np.random.default_rng(4).normal(0.0, 1.0, 900)[:, None]
    values = 50.0 + 5.0 * shared + np.random.default_rng(5).normal(0.0, 0.3, (900, 4))
    values[800:, 1] = 50.0 - 5.0 * shared[800:, 0]  # each value alone is usual
    detector = build_detector("multivariate")
    assert isinstance(detector, DeviceAware)
    for row in range(4):
        detector.belong(row, device=0)
    scores = judged(detector, values)
    assert scores[:800].max() < ANOMALOUS <= scores[800:].max()
    assert scores[800:].max(axis=0).argmax() == 1


def test_multivariate_goes_on_after_its_state_was_taken_up() -> None:
    values = np.random.default_rng(6).normal(0.0, 1.0, (500, 3))
    detector, restored = build_detector("multivariate"), build_detector("multivariate")
    assert isinstance(detector, DeviceAware)
    assert isinstance(restored, DeviceAware)
    for row in range(3):
        detector.belong(row, device=7)
    judged(detector, values)
    restored.restore(detector.state())
    for row in range(4):  # a metric joins later
        detector.belong(row, device=7)
        restored.belong(row, device=7)
    more = np.random.default_rng(7).normal(0.0, 1.0, (50, 4))
    assert np.array_equal(judged(detector, more), judged(restored, more))


def test_rate_finds_a_step_within_the_usual_range() -> None:
    values = 100.0 + 30.0 * np.sin(np.arange(1500) / 60.0)[:, None]
    values += np.random.default_rng(8).normal(0.0, 0.2, values.shape)
    values[1414] += 25.0
    scores = judged(build_detector("rate"), values)
    assert scores[:1414].max() < ANOMALOUS <= scores[1414, 0]


def test_volatility_finds_a_rattle_of_the_same_mean() -> None:
    values = np.random.default_rng(9).normal(50.0, 1.0, (1600, 1))
    values[1500:] = 50.0 + 6.0 * (values[1500:] - 50.0)
    scores = judged(build_detector("volatility"), values)
    assert scores[:1500].max() < ANOMALOUS <= scores[1500:].max()
