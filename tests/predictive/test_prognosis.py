"""Trend crossing: a number only where the trend is measured."""

from __future__ import annotations

import numpy as np
import pytest

from predictive import Limit, Prognosis, foresee_crossing

HOUR_S = 3600.0
UNKNOWN = Prognosis(None, None)


def course(days: float, slope_a_day: float, *, noise: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    at_s = np.arange(0.0, days * 24) * HOUR_S
    values = 100.0 + slope_a_day * at_s / 86_400 + np.random.default_rng(1).normal(0, noise, len(at_s))
    return at_s, values


@pytest.mark.parametrize(
    ("slope", "limit", "expected_h"),
    [(-5.0, Limit(lower=50.0), 96.0), (5.0, Limit(upper=150.0), 96.0), (-5.0, Limit(lower=90.0), 0.0)],
    ids=["falling", "rising", "already-there"],
)
def test_crossing_is_foreseen_where_the_trend_is_clear(slope: float, limit: Limit, expected_h: float) -> None:
    at_s, values = course(6, slope)
    found = foresee_crossing(at_s, values, limit=limit, since_s=0.0)
    assert found.horizon_h == pytest.approx(expected_h, abs=6.0)
    assert found.probability is None


@pytest.mark.parametrize(
    ("days", "slope", "limit"),
    [
        (6, 0.0, Limit(lower=50.0)),
        (6, -5.0, Limit(upper=150.0)),
        (6, -5.0, Limit()),
        (2, -5.0, Limit(lower=50.0)),
        (6, -0.5, Limit(lower=-500.0)),
    ],
    ids=["flat", "away-from-limit", "no-limit", "two-days", "too-far"],
)
def test_nothing_is_said_where_nothing_is_measured(days: float, slope: float, limit: Limit) -> None:
    at_s, values = course(days, slope)
    assert foresee_crossing(at_s, values, limit=limit, since_s=0.0) == UNKNOWN


def test_no_points_give_no_prognosis() -> None:
    assert foresee_crossing(np.zeros(0), np.zeros(0), limit=Limit(lower=1.0), since_s=0.0) == UNKNOWN


def test_interval_lies_around_the_crossing_and_widens_with_noise() -> None:
    quiet = foresee_crossing(*course(12, -2.0), limit=Limit(lower=40.0), since_s=0.0)
    noisy = foresee_crossing(*course(12, -2.0, noise=12.0), limit=Limit(lower=40.0), since_s=0.0)
    for found in (quiet, noisy):
        assert found.horizon_h is not None
        assert found.soonest_h is not None
        assert found.latest_h is not None
        assert found.soonest_h < found.horizon_h < found.latest_h
    assert (noisy.latest_h or 0) - (noisy.soonest_h or 0) > 2 * ((quiet.latest_h or 0) - (quiet.soonest_h or 0))
