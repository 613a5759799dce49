"""Confidence rises with belief; a threshold keeps its promise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.extraction.calibrate import Calibration, Outcomes, shipped_calibration

STEEP = Calibration("test", {"": (Outcomes(0.2, 1000, 200), Outcomes(0.5, 1000, 800), Outcomes(0.9, 5000, 4990))})
FIELDS = ("order_number", "device_model", "serial_number", "phone_number", "error_code", "email", "")


@given(st.sampled_from(FIELDS), st.floats(0, 1), st.floats(0, 1))
def test_confidence_never_falls_as_belief_rises(field: str, one: float, other: float) -> None:
    low, high = sorted((one, other))
    calibration = shipped_calibration()
    assert 0 <= calibration.confidence(field, low) <= calibration.confidence(field, high) <= 1


@pytest.mark.parametrize(("promise", "threshold"), [(0.98, 0.9), (0.75, 0.5), (0.1, 0.2), (0.9999, 1.0)])
def test_threshold_is_solved_from_the_promise(promise: float, threshold: float) -> None:
    assert STEEP.threshold("any", promise) == threshold


def test_too_few_outcomes_promise_nothing() -> None:
    assert Calibration("test", {"": (Outcomes(0.5, 20, 20),)}).threshold("", 0.98) == 1.0


def test_shipped_table_says_where_it_comes_from() -> None:
    assert "fit_calibration" in shipped_calibration().derived_from
