"""Failures foreseen in a fleet whose hazard is known: wear shows 20 days before half of the failures, the rest hide."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from predictive.budget import Budget, most_false, realise, solve_threshold, ticket_rows
from predictive.prognosis_features import features_of
from predictive.prognosis_fit import PrognosisOptions, fit_failures
from predictive.prognosis_history import DAY_S, Fates, History, HistoryError, fates_of, history_of
from predictive.prognosis_model import FailureModel
from predictive.prognosis_score import open_tickets

BUDGET = Budget(false_per_1000_months=15.0, lead_s=DAY_S, horizon_s=30 * DAY_S)
QUICK = PrognosisOptions(iterations=15, folds=2, fewest_in_leaf=10)


def fleet(seed: int, devices: int = 300, days: int = 200) -> tuple[History, Fates]:
    """Each day a reading; a third fail on a known day, and the pressure of half of those rises 20 days before."""
    rng = np.random.default_rng(seed)
    fails_on = np.where(rng.random(devices) < 1 / 3, rng.integers(60, days, devices), days + 1)
    shows = rng.random(devices) < 0.5
    names, at_d, wear = [], [], []
    for device in range(devices):
        day = np.arange(0.0, min(days, int(fails_on[device])), 2.0)
        rise = np.clip(day - (fails_on[device] - 20.0), 0, None) * bool(shows[device])
        names += [f"d{device:03d}"] * len(day)
        at_d.append(day)
        wear.append(rise + rng.normal(0, 0.3, len(day)))
    at_s = np.concatenate(at_d) * DAY_S
    noise = rng.normal(0, 1, len(at_s))
    history = history_of(names, at_s, {"pressure": np.concatenate(wear), "noise": noise})
    failures = {f"d{device:03d}": float(day) * DAY_S for device, day in enumerate(fails_on) if day <= days}
    return history, fates_of(history, failures)


@pytest.fixture(scope="module")
def model() -> FailureModel:
    return fit_failures(*fleet(1), budget=BUDGET, options=QUICK).model


def test_tickets_foresee_what_shows_within_the_budget(model: FailureModel) -> None:
    history, fates = fleet(2)
    rows = ticket_rows(history, model.score(history), model.threshold, open_s=BUDGET.horizon_s)
    found = realise(history, fates, rows, budget=BUDGET)
    assert found.recall > 0.4  # half of the failures show
    seen = found.false - found.unknown  # of a recording that ends, nobody sees what became of the last tickets
    assert 1000 * seen / found.device_months < 1.2 * BUDGET.false_per_1000_months


def test_reasons_name_the_metric_and_since_when(model: FailureModel) -> None:
    history, _ = fleet(2)
    failing = [ticket for ticket in open_tickets(model, history) if ticket.probability > 0.5]
    assert failing
    assert {ticket.reasons[0].metric for ticket in failing} == {"pressure"}
    assert all(ticket.reasons[0].since <= ticket.at for ticket in failing)


@pytest.mark.parametrize("days", [1, 3, 30])
def test_chance_is_calibrated_on_other_devices_at_each_horizon(model: FailureModel, days: int) -> None:
    history, fates = fleet(3)
    horizon_s = days * DAY_S
    chance = model.chances(model.score(history))[:, [line.horizon_s for line in model.calibrations].index(horizon_s)]
    ahead = fates.failed_s[history.device] - history.at_s
    known = (ahead <= horizon_s) | (fates.until_s[history.device] - history.at_s >= horizon_s)
    failing = ahead[known] <= horizon_s
    assert chance[known].mean() == pytest.approx(failing.mean(), rel=0.6)  # of devices, not of rows: see _labels
    likely = chance[known] >= np.quantile(chance[known], 0.98)
    assert failing[likely].mean() > 3 * failing.mean()


def test_model_says_the_same_after_loading(model: FailureModel, tmp_path: Path) -> None:
    history, _ = fleet(2, devices=20)
    model.save(tmp_path)
    assert open_tickets(FailureModel.load(tmp_path), history) == open_tickets(model, history)


def test_past_says_the_same_whatever_comes_later() -> None:
    history, _ = fleet(4, devices=10)
    early = history.at_s < 100 * DAY_S
    np.testing.assert_array_equal(features_of(history.take(early)).values, features_of(history).values[early])


def test_trees_score_as_the_library_does() -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier

    from predictive.prognosis_trees import averaged, trees_of

    rng = np.random.default_rng(0)
    values = rng.normal(size=(500, 4))
    values[rng.random((500, 4)) < 0.1] = np.nan
    fitted = HistGradientBoostingClassifier(max_iter=9).fit(values, np.nan_to_num(values[:, 0]) > 0.2)
    trees = averaged([trees_of(fitted), trees_of(fitted)])
    np.testing.assert_allclose(trees.score(values), fitted.decision_function(values))
    above = trees.mean[trees.roots].sum() + trees.start
    np.testing.assert_allclose(trees.contributions(values).sum(axis=1) + above, trees.score(values))


def test_one_ticket_while_open_and_another_after() -> None:
    history = history_of(["a"] * 5, np.array([0.0, 1, 50, 91, 92]) * DAY_S, {"x": np.zeros(5)})
    assert ticket_rows(history, np.ones(5), 0.5, open_s=90 * DAY_S).tolist() == [0, 3]


def test_outcomes_are_told_apart() -> None:
    names = ["early", "hit", "late", "left", "well"]
    history = history_of(names, np.zeros(5), {"x": np.zeros(5)})
    nan = np.nan
    fates = Fates(np.array([100.0, 50, 1, nan, nan]) * DAY_S, np.array([100.0, 50, 1, 10, 200]) * DAY_S)
    found = realise(history, fates, np.arange(5), budget=Budget())
    assert (found.hits, found.late, found.false, found.unknown, found.failures) == (1, 1, 3, 1, 3)


def test_no_threshold_where_nothing_can_be_shown() -> None:
    history, fates = fleet(5, devices=5)
    everything = np.ones(len(history), bool)
    found = solve_threshold(
        history, fates, np.zeros(len(history)), budget=Budget(), among=everything, since_s=0.0, until_s=1e9
    )
    assert found == float("inf")
    assert most_false(0.0, Budget()) == -1


def test_left_device_is_censored() -> None:
    history = history_of(["a", "a", "b", "b"], np.array([0.0, 1, 0, 100]) * DAY_S, {"x": np.zeros(4)})
    fates = fates_of(history, {}, until={"a": 2 * DAY_S})
    assert fates.until_s[0] == 2 * DAY_S
    assert np.isnan(fates.cut(DAY_S).failed_s).all()


def test_too_few_failures_are_refused() -> None:
    history, fates = fleet(6, devices=20)
    with pytest.raises(HistoryError, match="are needed"):
        fit_failures(history, fates, budget=BUDGET, options=QUICK)
