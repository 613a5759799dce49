"""A fleet watched day by day: what is foreseen once, carried over, judged, and begun anew after a repair."""

from __future__ import annotations

import numpy as np
import pytest

from predictive.budget import Budget
from predictive.prognosis_fit import PrognosisOptions, fit_failures
from predictive.prognosis_history import DAY_S, fates_of, history_of
from predictive.prognosis_model import FailureModel
from predictive.prognosis_watch import Days, Foreseen, Known, Outlook, look_ahead

BUDGET = Budget(false_per_1000_months=40.0, lead_s=DAY_S, horizon_s=30 * DAY_S)
BEGIN_D = 130


@pytest.fixture(scope="module")
def model() -> FailureModel:
    """Heat rises for 20 days before every failure."""
    rng = np.random.default_rng(1)
    names, at_d, heat, failed = [], [], [], {}
    for device in range(90):
        end = int(rng.integers(40, 120)) if device % 3 == 0 else BEGIN_D
        day = np.arange(0.0, end)
        names += [f"d{device}#0"] * end
        at_d.append(day)
        heat.append(np.clip(day - (end - 20), 0, None) * (end < BEGIN_D) + rng.normal(0, 0.3, end))
        if end < BEGIN_D:
            failed[f"d{device}#0"] = end * DAY_S
    history = history_of(names, np.concatenate(at_d) * DAY_S, {"heat": np.concatenate(heat)})
    options = PrognosisOptions(iterations=10, folds=2, fewest_in_leaf=10)
    return fit_failures(history, fates_of(history, failed), budget=BUDGET, options=options).model


def days_of(rises: dict[str, float], until: int, *, metric: str = "heat") -> Days:
    """Each device reports daily; its heat rises from a day on."""
    names = list(rises)
    day = np.tile(np.arange(BEGIN_D + 1.0, until + 1), len(names))
    device = np.repeat(np.arange(len(names)), until - BEGIN_D)
    heat = np.clip(day - np.array(list(rises.values()))[device], 0, None)
    return Days(names, device, day * DAY_S, {metric: heat}, np.full(len(day), np.nan))


def outlook(model: FailureModel, days: Days, until: int, **known: object) -> Outlook:
    moment = {"at_s": (until + 0.5) * DAY_S, "since_s": (until - 1) * DAY_S, "begun_s": BEGIN_D * DAY_S}
    return look_ahead(model, days, Known(**(moment | known)), budget=BUDGET, asked=["d1"])  # type: ignore[arg-type]


RISES = {"d1": 135.0, "d2": 900.0, "没见过": 135.0}


def test_what_rises_is_foreseen_and_a_device_never_seen_too(model: FailureModel) -> None:
    found = outlook(model, days_of(RISES, 155), 155)
    assert found.opens == {"d1", "没见过"}
    ticket = found.now["d1"]
    assert ticket.reasons[0].metric == "heat"
    assert [chance.horizon_h for chance in ticket.chances] == [24.0, 72.0, 720.0]
    assert outlook(model, days_of(RISES, 132), 132).opens == frozenset()


def test_a_ticket_of_the_horizon_keeps_the_next_from_opening(model: FailureModel) -> None:
    foreseen = [Foreseen("d1", 150 * DAY_S)]
    found = outlook(model, days_of(RISES, 155), 155, foreseen=foreseen)
    assert found.opens == {"没见过"}
    assert "d1" in found.is_above


def test_kept_scores_and_threshold_give_the_same_answer(model: FailureModel) -> None:
    days = days_of(RISES, 155)
    first = outlook(model, days, 155)
    again = Days(days.names, days.device, days.at_s, days.metrics, first.score)
    second = outlook(model, again, 155, threshold=first.threshold)
    assert second.opens == first.opens
    assert second.score.tolist() == pytest.approx(first.score.tolist())


def test_after_a_repair_a_device_begins_anew(model: FailureModel) -> None:
    days = days_of({"d1": 135.0}, 155)
    days.metrics["heat"][days.at_s > 152 * DAY_S] = 0.0
    ended = {"d1": [152.5 * DAY_S]}
    found = outlook(model, days, 155, ended_s=ended, foreseen=[Foreseen("d1", 150 * DAY_S)])
    assert found.opens == frozenset()
    assert "d1" not in found.is_above
    rising = days_of({"d1": 135.0}, 175)
    assert outlook(model, rising, 175, ended_s=ended, foreseen=[Foreseen("d1", 150 * DAY_S)]).opens == {"d1"}


def test_tickets_judged_false_raise_the_threshold(model: FailureModel) -> None:
    days = days_of({f"n{number}": 135.0 for number in range(5)}, 155)
    right, false = (
        outlook(model, days, 155, foreseen=[Foreseen(name, 150 * DAY_S, is_false) for name in days.names])
        for is_false in (False, True)
    )
    assert false.threshold.score > right.threshold.score
    assert right.threshold.judged == false.threshold.judged == 5


def test_a_metric_that_is_missing_foresees_nothing(model: FailureModel) -> None:
    found = outlook(model, days_of(RISES, 155, metric="unrelated"), 155)
    assert found.opens == frozenset()


def test_calm_is_a_week_well_below(model: FailureModel) -> None:
    days = days_of({"d1": 135.0}, 170)
    days.metrics["heat"][days.at_s > 160 * DAY_S] = 0.0
    short, long = (outlook(model, days_of({"d1": 135.0}, 158), 158), outlook(model, days, 170))
    assert "d1" not in short.is_calm
    assert "d1" in long.is_calm
