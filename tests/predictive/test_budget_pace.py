"""A budget is held while the fleet's false scores become more frequent, and nothing later decides a ticket."""

from __future__ import annotations

import numpy as np
import pytest

from predictive.budget import MONTH_S, Budget, realise
from predictive.budget_outcomes import Seen, Told, silence_of
from predictive.budget_pace import Pace, paced_rows
from predictive.prognosis_history import DAY_S, Fates, History, history_of

BUDGET = Budget(false_per_1000_months=20.0)


def drifting() -> tuple[History, Fates, np.ndarray]:
    """Healthy devices, read every ten days, whose scores rise by one deviation halfway."""
    rng = np.random.default_rng(1)
    names = [f"d{device:03d}" for device in range(200) for _ in range(100)]
    day = np.tile(np.arange(0.0, 1000.0, 10.0), 200)
    history = history_of(names, day * DAY_S, {"x": day})
    fates = Fates(np.full(200, np.nan), np.full(200, 1200.0) * DAY_S)
    return history, fates, rng.normal(size=len(day)) + (history.at_s > 500 * DAY_S)


def test_budget_is_held_through_drift() -> None:
    history, fates, score = drifting()
    since_s, until_s = 300 * DAY_S, 1000 * DAY_S
    rows = paced_rows(history, Told(history, fates), score, budget=BUDGET, pace=Pace(since_s, until_s))
    found = realise(history, fates, rows, budget=BUDGET, since_s=since_s, until_s=until_s)
    assert 0.8 * 20 < found.false_per_1000_months < 1.2 * 20


def test_later_scores_and_fates_decide_nothing() -> None:
    history, fates, score = drifting()
    pace = Pace(300 * DAY_S, 600 * DAY_S)
    rows = paced_rows(history, Told(history, fates), score, budget=BUDGET, pace=pace)
    later = np.where(history.at_s >= 600 * DAY_S, 99.0, score)
    fail_later = Fates(np.full(200, 700.0 * DAY_S), fates.until_s)
    told_later = Told(history, fail_later)
    assert paced_rows(history, told_later, later, budget=BUDGET, pace=pace).tolist() == rows.tolist()


def test_open_tickets_count_more_the_longer_they_stand() -> None:
    history, fates, _ = drifting()
    outcomes = Told(history, fates)
    early = outcomes.expected_false(np.array([0]), 10 * DAY_S, BUDGET)
    late = outcomes.expected_false(np.array([0]), 80 * DAY_S, BUDGET)
    assert 0.5 < early < late < 1.0
    assert outcomes.expected_false(np.array([0]), 90 * DAY_S, BUDGET) == 1.0


def test_budget_is_held_where_only_readings_are_known() -> None:
    history, fates, score = drifting()
    since_s, until_s = 300 * DAY_S, 1000 * DAY_S
    silence = silence_of(history, fates, np.ones(len(history), bool))
    outcomes = Seen(history, fates.failed_s, since_s, silence)
    rows = paced_rows(history, outcomes, score, budget=BUDGET, pace=Pace(since_s, until_s))
    found = realise(history, fates, rows, budget=BUDGET, since_s=since_s, until_s=until_s)
    assert 0.8 * 20 < found.false_per_1000_months < 1.2 * 20


def test_silent_device_is_believed_to_have_failed() -> None:
    names = ["goes on"] * 100 + ["silent"] * 2
    at_s = np.array([*range(0, 1000, 10), 0, 10]) * DAY_S
    history = history_of(names, at_s, {"x": np.zeros(102)})
    silence = silence_of(history, Fates(np.full(2, np.nan), np.array([1000.0, 12.0]) * DAY_S), np.ones(102, bool))
    outcomes = Seen(history, np.full(2, np.nan), 0.0, silence)
    goes_on, silent = np.array([0]), np.array([100])
    assert outcomes.expected_false(goes_on, 100 * DAY_S, BUDGET) == 1.0
    assert outcomes.expected_false(silent, 15 * DAY_S, BUDGET) > 0.4
    assert outcomes.expected_false(silent, 60 * DAY_S, BUDGET) < 0.01
    assert outcomes.months(0.0, 1e9, at_s=60 * DAY_S) == pytest.approx((60 + 10 + 10) * DAY_S / MONTH_S)
