"""Remaining life in a fleet whose wear is known: heat rises over the last forty hours of a life."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from predictive.prognosis_history import Fates, History, HistoryError, fates_of, history_of
from predictive.remaining_life import LifeModel, life_features
from predictive.remaining_life_fit import LifeOptions, fit_life

HOUR_S = 3600.0
QUICK = LifeOptions(iterations=40, folds=3)


def fleet(seed: int, devices: int = 40) -> tuple[History, Fates]:
    rng = np.random.default_rng(seed)
    names, at_h, heat, ends = [], [], [], {}
    for device in range(devices):
        life = int(rng.integers(80, 140))
        hours = np.arange(life)
        names += [f"d{device:02d}"] * life
        at_h.append(hours)
        heat.append(np.clip(hours - (life - 40), 0, None) + rng.normal(0, 1, life))
        ends[f"d{device:02d}"] = life * HOUR_S
    history = history_of(names, np.concatenate(at_h) * HOUR_S, {"heat": np.concatenate(heat)})
    return history, fates_of(history, ends)


@pytest.fixture(scope="module")
def model() -> LifeModel:
    return fit_life(*fleet(1), most_s=40 * HOUR_S, options=QUICK)


def test_remaining_life_is_near_and_its_interval_holds(model: LifeModel) -> None:
    history, fates = fleet(2)
    found = model.remaining(history)
    left_s = np.minimum(fates.failed_s[history.device] - history.at_s, 40 * HOUR_S)
    assert np.sqrt(np.mean((found.expected_s - left_s) ** 2)) < 5 * HOUR_S
    assert ((found.low_s <= left_s) & (left_s <= found.high_s)).mean() > 0.85


def test_unworn_device_lasts_at_least_the_most(model: LifeModel) -> None:
    history, _ = fleet(3, devices=1)
    found = model.remaining(history)
    assert found.expected_s[10] > 35 * HOUR_S
    assert np.isinf(found.high_s[10])
    assert np.isfinite(found.high_s[-1])


def test_later_readings_change_nothing_earlier() -> None:
    history, _ = fleet(4, devices=3)
    early = history.at_s < 50 * HOUR_S
    np.testing.assert_allclose(
        life_features(history.take(early), 100 * HOUR_S), life_features(history, 100 * HOUR_S)[early], atol=1e-4
    )


def test_model_says_the_same_after_loading(model: LifeModel, tmp_path: Path) -> None:
    history, _ = fleet(2, devices=3)
    model.save(tmp_path)
    np.testing.assert_array_equal(
        LifeModel.load(tmp_path).remaining(history).expected_s, model.remaining(history).expected_s
    )


@pytest.mark.parametrize(("name", "text"), [("life.json", "{}"), ("life.json", "["), ("life.npz", "no archive")])
def test_damaged_model_is_refused(model: LifeModel, tmp_path: Path, name: str, text: str) -> None:
    model.save(tmp_path)
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(HistoryError, match="fit it again"):
        LifeModel.load(tmp_path)


def test_too_few_lives_are_refused() -> None:
    with pytest.raises(HistoryError, match="are needed"):
        fit_life(*fleet(5, devices=5))
