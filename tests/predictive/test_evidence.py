"""When a series fires: a few readings beyond their limit, or many just below it."""

from __future__ import annotations

import numpy as np
import pytest

from predictive.detector import NO_DETECTOR, Verdict
from predictive.evidence import Evidence, EvidenceOptions
from predictive.records import Batch

STEP_S = 600.0


def feed(evidence: Evidence, scores: list[float], *, momentary: bool = True) -> list[int]:
    """Judge one series with these scores and return the steps at which it starts to fire."""
    started = []
    for step, score in enumerate(scores):
        batch = Batch(np.array([0]), np.array([step * STEP_S]), np.array([100.0 + score]))
        winner = np.array([NO_DETECTOR if score == 0 else 0])
        verdict = Verdict(
            np.array([score]),
            np.array([100.0]),
            np.array([np.nan]),
            winner,
            momentary=np.array([score if momentary else 0.0]),
        )
        if evidence.learn(batch, verdict)[0]:
            started.append(step)
    return started


@pytest.mark.parametrize(
    ("scores", "fires"),
    [
        pytest.param([0.0] * 50 + [0.9] * 8, [55], id="six-beyond-the-limit"),
        pytest.param([0.0] * 50 + [0.9] * 5 + [0.0] * 50, [], id="five-are-too-few"),
        pytest.param([0.45] * 200, [88], id="most-of-a-day-just-below-it"),
        pytest.param([0.45] * 60 + [0.0] * 200, [], id="sixty-readings-just-below-it"),
        pytest.param([0.0] * 50 + [1.0] * 5 + [0.0] * 100, [], id="a-violent-spike-is-not-lasting"),
        pytest.param([0.3] * 2000, [], id="any-time-well-below-it"),
    ],
)
def test_severity_and_duration_make_up_for_each_other(scores: list[float], fires: list[int]) -> None:
    assert feed(Evidence(EvidenceOptions()), scores) == fires


def test_a_detector_that_sums_over_days_itself_is_not_summed_again() -> None:
    assert feed(Evidence(EvidenceOptions()), [0.45] * 400, momentary=False) == []


def test_a_lasting_departure_says_since_when_and_how_far() -> None:
    evidence = Evidence(EvidenceOptions())
    feed(evidence, [0.0] * 100 + [0.45] * 140)
    began = (evidence["since_s"][0] - 100 * STEP_S) / STEP_S
    assert 0 <= began < 48
    assert evidence["detector"][0] == 0
    assert evidence["observed"][0] == pytest.approx(100.45)
    assert 0.5 <= evidence["score"][0] <= 1.0


def test_firing_ends_soon_after_a_lasting_departure_ends() -> None:
    evidence = Evidence(EvidenceOptions())
    feed(evidence, [0.45] * 200)
    assert evidence["firing"][0] == 1
    feed(evidence, [0.0] * 40)
    assert evidence["firing"][0] == 0
