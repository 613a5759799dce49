"""A budget is held while the fleet's false scores become more frequent, and nothing later decides a ticket."""

from __future__ import annotations

import numpy as np

from predictive.budget import Budget, realise
from predictive.budget_pace import expected_false, paced_rows
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
    rows = paced_rows(history, fates, score, budget=BUDGET, since_s=since_s, until_s=until_s)
    found = realise(history, fates, rows, budget=BUDGET, since_s=since_s, until_s=until_s)
    assert 0.8 * 20 < found.false_per_1000_months < 1.2 * 20


def test_later_scores_and_fates_decide_nothing() -> None:
    history, fates, score = drifting()
    span = {"since_s": 300 * DAY_S, "until_s": 600 * DAY_S}
    rows = paced_rows(history, fates, score, budget=BUDGET, **span)
    later = np.where(history.at_s >= 600 * DAY_S, 99.0, score)
    fail_later = Fates(np.full(200, 700.0 * DAY_S), fates.until_s)
    assert paced_rows(history, fail_later, later, budget=BUDGET, **span).tolist() == rows.tolist()


def test_open_tickets_count_more_the_longer_they_stand() -> None:
    history, fates, _ = drifting()
    early = expected_false(history, fates, np.array([0]), 10 * DAY_S, BUDGET)
    late = expected_false(history, fates, np.array([0]), 80 * DAY_S, BUDGET)
    assert 0.5 < early < late < 1.0
    assert expected_false(history, fates, np.array([0]), 90 * DAY_S, BUDGET) == 1.0
