"""A series judged at once gives, to the last bit, what it gives tick by tick."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from predictive import Batch, MetricTable, build_detector, detect_table, detector_names, read_table
from predictive.detector import Retrospective, Verdict, build_ensemble
from predictive.evidence import Evidence, EvidenceOptions, firing_series
from predictive.records import Floats
from predictive.table import judge_at_once, judge_by_tick, options_for

RETROSPECTIVE = [name for name in detector_names() if isinstance(build_detector(name), Retrospective)]
START_S = 1_780_272_000.0


def series(kind: str, count: int) -> tuple[Floats, Floats]:
    """Return times and values of a made series with a fault in it."""
    draw = np.random.default_rng([1, len(kind)])
    interval_s = draw.choice([0.0, 60.0, 600.0, 1800.0, 90_000.0], count, p=[0.02, 0.18, 0.6, 0.19, 0.01])
    at_s = START_S + np.cumsum(np.full(count, 600.0) if kind == "regular" else interval_s)
    noise, daily = draw.normal(0, 1, count), 5.0 * np.sin(2 * np.pi * at_s / 86_400.0)
    values = {
        "regular": 20.0 + daily + noise,
        "irregular": 20.0 + daily + noise,
        "steps": np.round(noise / 2.0),
        "constant": np.full(count, 3.0),
        "walk": np.cumsum(noise) * 1e4,
        "tiny": noise * 1e-12,
        "huge": noise * 1e28,
        "spiky": np.exp(4.0 * draw.standard_t(2, count).clip(-8, 8)),
    }[kind]
    values[count * 3 // 4 : count * 3 // 4 + 40] *= 5.0
    return at_s, values


KINDS = ["regular", "irregular", "steps", "constant", "walk", "tiny", "huge", "spiky"]


def test_the_detector_of_tables_of_one_metric_can_judge_a_series_at_once() -> None:
    assert set(RETROSPECTIVE) >= {"likelihood", "ewma", "robust_z", "rate", "volatility", "seasonal"}


@pytest.mark.parametrize("name", [name for name in RETROSPECTIVE if name != "likelihood"])
def test_scores_are_those_of_tick_by_tick(name: str) -> None:
    count = 900
    made = [series(kind, count) for kind in KINDS]
    detector, by_tick = build_detector(name), np.zeros((len(KINDS), count))
    for row in range(count):
        at_s, values = (np.array([one[part][row] for one in made]) for part in (0, 1))
        batch = Batch(np.arange(len(KINDS)), at_s, values)
        by_tick[:, row] = detector.score(batch).score
        detector.learn(batch)
    for kind, expected, (at_s, values) in zip(KINDS, by_tick, made, strict=True):
        judge = build_detector(name)
        assert isinstance(judge, Retrospective)
        assert np.array_equal(judge.score_series(at_s, values), expected), kind
    assert (by_tick > 0).any(axis=1).sum() >= 6


@pytest.mark.parametrize("kind", ["irregular", "spiky"])
def test_a_table_is_judged_as_tick_by_tick(kind: str) -> None:
    at_s, values = series(kind, 1000)
    values[[0, 7, 8, 800]] = np.nan
    table = table_of(at_s, values)
    options = options_for(table)
    slow = judge_by_tick(at_s, table.values, build_ensemble(options.detectors), options.evidence)
    fast = judge_at_once(at_s, table.values, build_ensemble(options.detectors), options.evidence)
    assert fast is not None
    assert np.array_equal(fast[0], slow[0])
    assert np.array_equal(fast[1], slow[1])
    assert fast[0].max() > 0.3


@pytest.mark.parametrize("options", [EvidenceOptions(), EvidenceOptions(window=1.0, fire_at=0.5, calm_at=0.5)])
def test_evidence_fires_as_tick_by_tick(options: EvidenceOptions) -> None:
    draw = np.random.default_rng(3)
    score = np.clip(draw.normal(np.repeat(draw.choice([0.1, 0.3, 0.45, 0.55], 60), 50), 0.1), 0.0, 1.0)
    evidence, fired = Evidence(options), []
    for row, one in enumerate(score.tolist()):
        batch, here = Batch(np.array([0]), np.array([START_S + 60.0 * row]), np.zeros(1)), np.array([one])
        evidence.learn(batch, Verdict(here, np.array([np.nan]), np.array([np.nan]), np.array([0]), here))
        fired.append(bool(evidence["firing"][0] > 0))
    assert np.array_equal(firing_series(score, options), fired)
    assert 0 < sum(fired) < len(fired)


def test_nothing_and_gaps_only_are_judged() -> None:
    for values in ([], [np.nan, np.nan]):
        found = detect_table(table_of(START_S + np.arange(len(values), dtype=float), np.array(values, dtype=float)))
        assert found.score.tolist() == found.alert.tolist() == [0] * len(values)


def test_what_single_precision_cannot_hold_goes_tick_by_tick() -> None:
    ensemble = build_ensemble({"likelihood": {}})
    assert ensemble.judge_series(START_S + np.arange(3.0), np.array([1.0, 1e31, 1.0])) is None
    assert build_ensemble({"drift": {}}).judge_series(START_S + np.arange(3.0), np.ones(3)) is None


def test_a_real_series_is_judged_as_tick_by_tick(shared_data: Path) -> None:
    path = shared_data / "predictive/nab/data/realKnownCause/machine_temperature_system_failure.csv.gz"
    whole = read_table(path.read_bytes(), name=path.name)
    at_s, values = whole.at_s[:1000], whole.values[:1000]
    options = options_for(whole)
    slow = judge_by_tick(at_s, values, build_ensemble(options.detectors), options.evidence)
    fast = judge_at_once(at_s, values, build_ensemble(options.detectors), options.evidence)
    assert fast is not None
    assert np.array_equal(fast[0], slow[0])
    assert np.array_equal(fast[1], slow[1])


def table_of(at_s: Floats, values: Floats) -> MetricTable:
    return MetricTable("made", ",", ("timestamp", "value"), (), ("value",), at_s, values[:, None])
