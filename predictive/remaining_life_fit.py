"""Lives that ended in a failure in, a LifeModel out: boosted trees, with an interval from lives that they had not seen.

Devices that have not failed teach nothing here: how long they would have lasted is not known. Needs scikit-learn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from predictive.prognosis_features import Floats32
from predictive.prognosis_fit import lives_from
from predictive.prognosis_history import Fates, History, HistoryError
from predictive.prognosis_memory import device_of
from predictive.prognosis_model import fold_of
from predictive.prognosis_table import EventTable
from predictive.prognosis_trees import Trees, averaged, trees_of
from predictive.records import Floats, Ints
from predictive.remaining_life import LifeModel, life_features

FEWEST_LIVES = 10
MOST = 0.63
"""Of the usual life: earlier nothing is worn. The literature on C-MAPSS cuts at 125 cycles of a median life of 199."""
BINS = 8  # of estimates, each with an interval of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeOptions:
    """How the trees grow: as is usual for a few thousand rows, not searched."""

    folds: int = 5
    iterations: int = 120
    learning_rate: float = 0.07
    leaves: int = 15
    fewest_in_leaf: int = 40
    regularisation: float = 5.0
    rows: int = 60_000  # drawn where there are more
    outside: float = 0.1
    seed: int = 0


def fit_life(
    history: History, fates: Fates, *, most_s: float | None = None, options: LifeOptions | None = None
) -> LifeModel:
    """Learn from lives that ended.

    Raises
    ------
    HistoryError
        Too few lives ended.
    """
    options = options or LifeOptions()
    ended = np.flatnonzero(~np.isnan(fates.failed_s))
    if len(ended) < FEWEST_LIVES:
        raise HistoryError(f"{len(ended)} devices ran until they failed; {FEWEST_LIVES} are needed for remaining life")
    history, fates = history.take(np.isin(history.device, ended)), fates.take(ended)
    lives_s = fates.failed_s - history.at_s[history.first_rows]
    usual_s = float(np.median(lives_s))
    most_s = most_s or MOST * usual_s
    left_s = np.minimum(fates.failed_s[history.device] - history.at_s, most_s)
    values = life_features(history, usual_s)
    fold = fold_of([device_of(life) or life for life in history.device_ids], options.folds)
    forests, unseen = _forests(values, left_s, fold[history.device], options)
    unseen = np.clip(unseen, 0.0, most_s)
    centres, below, above = _interval(unseen, left_s, options)
    rmse_s = float(np.sqrt(np.mean((unseen - left_s) ** 2)))
    trees = averaged(forests)
    return LifeModel(history.metrics, usual_s, most_s, trees, centres, below, above, options.outside, rmse_s)


def fit_life_table(events: EventTable, failures: EventTable, *, most_s: float | None = None) -> LifeModel:
    """Learn from tables of readings and failures."""
    lives = lives_from(events, failures)
    return fit_life(lives.history, lives.fates, most_s=most_s)


def _forests(values: Floats32, left_s: Floats, fold: Ints, options: LifeOptions) -> tuple[list[Trees], Floats]:
    from sklearn.ensemble import HistGradientBoostingRegressor  # type: ignore[import-untyped]

    rng = np.random.default_rng(options.seed)
    unseen = np.zeros(len(left_s))
    forests = []
    for number in range(options.folds):
        rows = np.flatnonzero(fold != number)
        if not len(rows) or len(rows) == len(fold):
            continue
        rows = rows if len(rows) <= options.rows else rng.choice(rows, options.rows, replace=False)
        fitted = HistGradientBoostingRegressor(
            max_iter=options.iterations,
            learning_rate=options.learning_rate,
            max_leaf_nodes=options.leaves,
            min_samples_leaf=min(options.fewest_in_leaf, max(len(rows) // 20, 1)),
            l2_regularization=options.regularisation,
            early_stopping=False,
            random_state=options.seed,
        ).fit(values[rows], left_s[rows])
        forests.append(trees_of(fitted))
        unseen[fold == number] = forests[-1].score(values[fold == number])
    return forests, unseen


def _interval(unseen: Floats, left_s: Floats, options: LifeOptions) -> tuple[Floats, Floats, Floats]:
    """Return estimates, and the low and high quantile of what was left less the estimate near each."""
    order = np.argsort(unseen)
    parts = np.array_split(order, BINS)
    off = [left_s[part] - unseen[part] for part in parts]
    return (
        np.array([unseen[part].mean() for part in parts]),
        np.array([np.quantile(part, options.outside / 2) for part in off]),
        np.array([np.quantile(part, 1 - options.outside / 2) for part in off]),
    )
