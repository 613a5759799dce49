"""Past histories and failures in, a FailureModel out: boosted trees, calibrated, with a threshold that keeps a budget.

Every score that calibrates or sets the threshold comes from trees that never saw the device. A row counts as healthy
only where the device was watched through the whole horizon. Needs scikit-learn. Knows no files.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from predictive.budget import Budget, realise, solve_threshold, ticket_rows
from predictive.prognosis_features import Floats32, features_of
from predictive.prognosis_history import DAY_S, Fates, History, HistoryError
from predictive.prognosis_model import Calibration, FailureModel
from predictive.prognosis_trees import Trees, averaged, trees_of
from predictive.records import Floats, Ints, Mask

HORIZONS_S = (DAY_S, 3 * DAY_S, 30 * DAY_S)
FEWEST_FAILURES = 20  # with fewer, a third of them teaches and tests nothing

CLOCK, FALLING = 0.5, 0.1  # shares of devices: power cycles rise in nearly all disks, errors in few


@dataclass(frozen=True, slots=True, kw_only=True)
class PrognosisOptions:
    """How the trees grow. Chosen on half of the Backblaze disks of 2013 to 2016; the other half was not seen."""

    folds: int = 3
    iterations: int = 100
    learning_rate: float = 0.07
    leaves: int = 15
    fewest_in_leaf: int = 40
    regularisation: float = 5.0
    healthy_rows: int = 60_000  # drawn, weighted up: more cost time and gained nothing
    seed: int = 0
    validated_share: float = 0.35  # of the recorded time, its last part: what comes next resembles it most


@dataclass(frozen=True, slots=True)
class _Labels:
    """Which rows teach, which of them fail within the horizon, and how much each counts."""

    known: Mask  # (n,)
    failing: Mask  # (n,)
    weight: Floats  # (n,) a device counts once a horizon, however often it reported in it


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A model, and what it would have said of the rows it learnt from had it not seen their devices."""

    model: FailureModel
    score: Floats  # (n,) log-odds


def fit_failures(history: History, fates: Fates, *, budget: Budget, options: PrognosisOptions | None = None) -> Fit:
    """Learn from past failures.

    Raises
    ------
    HistoryError
        Too few failures to learn from, or no device healthy through the horizon.
    """
    options = options or PrognosisOptions()
    history = history.with_metrics(_worn(history))
    values = features_of(history).values
    labels = _labels(history, fates, budget.horizon_s)
    failed = len(np.unique(history.device[labels.known & labels.failing]))
    if failed < FEWEST_FAILURES:
        raise HistoryError(f"{failed} devices failed with a reading within the horizon; {FEWEST_FAILURES} are needed")
    if not (labels.known & ~labels.failing).any():
        raise HistoryError("no device was watched through a whole horizon without failing; take a shorter horizon")
    fold = np.random.default_rng(options.seed).integers(options.folds, size=len(history.device_ids))[history.device]
    score = np.zeros(len(history))
    forests: list[Trees] = []
    for number in range(options.folds):
        forests.append(_grow(values, labels, fold != number, options))
        score[fold == number] = forests[-1].score(values[fold == number])
    end_s = float(np.nanmax(np.append(fates.until_s, history.at_s))) - budget.horizon_s
    since_s = end_s - options.validated_share * (end_s - float(history.at_s.min()))
    threshold = solve_threshold(
        history, fates, score, budget=budget, among=np.ones(len(score), bool), since_s=since_s, until_s=end_s
    )
    among = np.where((history.at_s >= since_s) & (history.at_s < end_s), score, -np.inf)
    opened = ticket_rows(history, among, threshold, open_s=budget.horizon_s)
    validated = realise(history, fates, opened, budget=budget, since_s=since_s, until_s=end_s)
    horizons = sorted({*HORIZONS_S, budget.horizon_s})
    lines = tuple(_calibrate(history, fates, score, horizon_s) for horizon_s in horizons)
    return Fit(FailureModel(history.metrics, averaged(forests), threshold, budget, lines, validated), score)


def _worn(history: History) -> tuple[str, ...]:
    """Return the metrics that are no clock: one that only rises, and does so in most devices, tells a later period."""
    changes = np.diff(history.values, axis=0)[np.diff(history.device) == 0]
    devices = history.device[1:][np.diff(history.device) == 0]
    found = []
    for position, name in enumerate(history.metrics):
        risen = len(np.unique(devices[changes[:, position] > 0]))
        fallen = len(np.unique(devices[changes[:, position] < 0]))
        if risen < CLOCK * len(np.unique(devices)) or fallen > risen * FALLING:
            found.append(name)
    return tuple(found) or history.metrics


def _labels(history: History, fates: Fates, horizon_s: float) -> _Labels:
    ahead = fates.failed_s[history.device] - history.at_s
    failing = (ahead >= 0) & (ahead <= horizon_s)
    healthy = ~failing & (fates.until_s[history.device] - history.at_s >= horizon_s)
    slot = history.device * 100_000 + (history.at_s // horizon_s).astype(np.int64) % 100_000
    _, place, count = np.unique(slot, return_inverse=True, return_counts=True)
    return _Labels(failing | healthy, failing, 1.0 / count[place])


def _grow(values: Floats32, labels: _Labels, among: Mask, options: PrognosisOptions) -> Trees:
    from sklearn.ensemble import HistGradientBoostingClassifier  # type: ignore[import-untyped]

    failing = np.flatnonzero(among & labels.known & labels.failing)
    healthy = np.flatnonzero(among & labels.known & ~labels.failing)
    drawn = _drawn(healthy, options)
    rows = np.concatenate([failing, drawn])
    weight = labels.weight[rows] * np.where(labels.failing[rows], 1.0, len(healthy) / max(len(drawn), 1))
    fitted = HistGradientBoostingClassifier(
        max_iter=options.iterations,
        learning_rate=options.learning_rate,
        max_leaf_nodes=options.leaves,
        min_samples_leaf=options.fewest_in_leaf,
        l2_regularization=options.regularisation,
        early_stopping=False,
        random_state=options.seed,
    ).fit(values[rows], labels.failing[rows], sample_weight=weight)
    return trees_of(fitted)


def _drawn(healthy: Ints, options: PrognosisOptions) -> Ints:
    if len(healthy) <= options.healthy_rows:
        return healthy
    return np.random.default_rng(options.seed).choice(healthy, options.healthy_rows, replace=False)


def _calibrate(history: History, fates: Fates, score: Floats, horizon_s: float) -> Calibration:
    """Fit a rising line from scores of unseen devices to failures within a horizon."""
    from sklearn.isotonic import IsotonicRegression  # type: ignore[import-untyped]

    labels = _labels(history, fates, horizon_s)
    rows = np.flatnonzero(labels.known)
    fitted = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(
        score[rows], labels.failing[rows].astype(np.float64), sample_weight=labels.weight[rows]
    )
    return Calibration(horizon_s, np.asarray(fitted.X_thresholds_), np.asarray(fitted.y_thresholds_))
