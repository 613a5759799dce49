"""Every file of predictive/detectors keeps the detectors' promises."""

from __future__ import annotations

import numpy as np
import pytest

from predictive import Batch, Detector, DetectorMissing, Limit, Scores, build_detector, detector_names
from predictive.detector import ANOMALOUS, Forgetful, SeriesAware

SERIES = 6
STEP_S = 3600.0
START_S = 1_780_272_000.0  # 2026-06-01T00:00:00Z
CALM_STEPS = 24 * 20  # beyond every detector's warm-up
FAULT_STEPS = 24 * 6
OPTIONS: dict[str, dict[str, object]] = {"threshold": {"upper": 130.0, "lower": 70.0}}
# What each fault does to a calm series from its start on; at least one of them is what a detector is for.
FAULTS = {
    "spike": lambda calm, step: calm + 60.0,
    "ramp": lambda calm, step: calm + 0.4 * step,
    "stuck": lambda calm, step: np.full_like(calm, 101.25),
}
# What the faults above cannot show; each has its own test file.
UNSHOWN = {
    "gap": "judges when readings come, and here they come on time",
    "peers": "compares series with each other: alone it is silent, and a fault of all of them is nobody's",
}


def calm_values(step: int) -> np.ndarray:
    noise = np.random.default_rng([7, step]).normal(0, 1.5, SERIES)
    return 100.0 + 5.0 * np.sin(2 * np.pi * step / 24) + noise


def batch_at(step: int, values: np.ndarray, series: np.ndarray | None = None) -> Batch:
    rows = np.arange(SERIES) if series is None else series
    return Batch(rows, np.full(len(rows), START_S + step * STEP_S), values[rows])


def built(name: str) -> Detector:
    detector = build_detector(name, **OPTIONS.get(name, {}))
    if isinstance(detector, SeriesAware):
        for row in range(SERIES):
            detector.introduce(row, metric="pressure", unit="kPa")
    return detector


def feed(detector: Detector, steps: range, *, fault: str | None = None, series: np.ndarray | None = None) -> np.ndarray:
    scores = []
    for step in steps:
        calm = calm_values(step)
        batch = batch_at(step, calm if fault is None else FAULTS[fault](calm, step - CALM_STEPS), series)
        scores.append(detector.score(batch).score)
        detector.learn(batch)
    return np.array(scores)


def same_state(left: Detector, right: Detector) -> bool:
    mine, other = left.state(), right.state()
    return set(mine) == set(other) and all(np.array_equal(mine[key], other[key], equal_nan=True) for key in mine)


@pytest.fixture(params=detector_names())
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_detector_is_named_like_its_file(name: str) -> None:
    assert built(name).name == name


def test_detector_is_silent_in_warm_up(name: str) -> None:
    detector = build_detector(name)  # without limits that a person set
    assert feed(detector, range(24)).max() == 0.0


def test_detector_scores_lie_between_0_and_1_and_calm_is_calm(name: str) -> None:
    scores = feed(built(name), range(CALM_STEPS))
    assert scores.min() >= 0.0
    assert scores.max() < ANOMALOUS


def test_detector_ranks_a_fault_above_calm_before_learning_it(name: str) -> None:
    if name in UNSHOWN:
        pytest.skip(UNSHOWN[name])
    best = 0.0
    for fault in FAULTS:
        detector = built(name)
        calm = feed(detector, range(CALM_STEPS)).max()
        faulty = feed(detector, range(CALM_STEPS, CALM_STEPS + FAULT_STEPS), fault=fault)
        best = max(best, float(faulty.max(axis=0).min()) - float(calm))
        assert faulty.max() <= 1.0
    assert best > ANOMALOUS / 2


def test_detector_score_changes_nothing(name: str) -> None:
    detector, untouched = built(name), built(name)
    feed(detector, range(50))
    feed(untouched, range(50))
    batch = batch_at(50, FAULTS["spike"](calm_values(50), 0))
    first, second = detector.score(batch), detector.score(batch)
    assert same_state(detector, untouched)
    assert np.array_equal(first.score, second.score)
    assert np.array_equal(first.expected, second.expected, equal_nan=True)


def test_detector_state_round_trips_exactly(name: str) -> None:
    detector, restored = built(name), built(name)
    feed(detector, range(300))
    restored.restore(detector.state())
    assert same_state(detector, restored)
    rest = range(300, 300 + FAULT_STEPS)
    assert np.array_equal(feed(detector, rest, fault="spike"), feed(restored, rest, fault="spike"))
    assert same_state(detector, restored)


def test_detector_state_is_a_copy(name: str) -> None:
    detector, undisturbed = built(name), built(name)
    feed(detector, range(50))
    feed(undisturbed, range(50))
    for array in detector.state().values():
        np.asarray(array)[...] = 0
    assert same_state(detector, undisturbed)


def test_detector_memory_is_flat(name: str) -> None:
    detector = built(name)
    feed(detector, range(48))
    before = sum(np.asarray(array).nbytes for array in detector.state().values())
    feed(detector, range(48, 480))
    assert sum(np.asarray(array).nbytes for array in detector.state().values()) == before


def test_detector_judges_many_series_as_it_judges_one(name: str) -> None:
    if name == "peers":
        pytest.skip(UNSHOWN[name])
    steps = range(CALM_STEPS, CALM_STEPS + 48)
    together = built(name)
    feed(together, range(CALM_STEPS))
    expected = feed(together, steps, fault="ramp")
    for row in (0, SERIES - 1):
        alone = built(name)
        feed(alone, range(CALM_STEPS), series=np.array([row]))
        assert np.array_equal(feed(alone, steps, fault="ramp", series=np.array([row]))[:, 0], expected[:, row])


def test_detector_has_no_opinion_on_a_series_it_never_saw(name: str) -> None:
    detector = built(name)
    feed(detector, range(CALM_STEPS))
    scores: Scores = detector.score(Batch(np.array([99]), np.array([START_S]), np.array([1e9])))
    assert scores.score.tolist() == [0.0]


def test_build_detector_names_the_choices() -> None:
    with pytest.raises(DetectorMissing, match=r"'crystal_ball'; there are drift, ewma, flatline"):
        build_detector("crystal_ball")


def test_build_detector_refuses_unknown_options() -> None:
    with pytest.raises(DetectorMissing, match="'robust_z' refuses its options"):
        build_detector("robust_z", sigma=3)


def test_threshold_takes_limits_per_metric() -> None:
    detector = build_detector("threshold", limits={"pressure": Limit(lower=4.0, unit="bar")})
    assert isinstance(detector, SeriesAware)
    detector.introduce(0, metric="pressure", unit="kPa")
    detector.learn(Batch(np.array([0]), np.array([START_S]), np.array([800.0])))
    scores = detector.score(Batch(np.array([0]), np.array([START_S]), np.array([399.0])))
    assert scores.score[0] > ANOMALOUS
    assert scores.expected.tolist() == [400.0]


def test_detector_that_forgets_a_row_is_silent_about_it_and_keeps_the_others(name: str) -> None:
    detector, whole = built(name), built(name)
    feed(detector, range(CALM_STEPS))
    feed(whole, range(CALM_STEPS))
    assert isinstance(detector, Forgetful)
    detector.forget(np.array([2]))
    other = np.array([0, 1, 3, 4, 5])
    assert all(
        np.array_equal(detector.state()[key][other], whole.state()[key][other], equal_nan=True)
        for key in whole.state()
        if len(whole.state()[key]) == SERIES
    )
    if name != "threshold":  # a person's limit holds for the mended device too
        assert feed(detector, range(CALM_STEPS, CALM_STEPS + 24), fault="spike", series=np.array([2])).max() == 0.0
