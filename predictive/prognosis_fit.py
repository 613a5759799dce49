"""Past histories and failures in, a FailureModel out: boosted trees, calibrated, with a threshold that keeps a budget.

Every score that calibrates or sets the threshold comes from trees that never saw the device. A row counts as healthy
only where the device was watched through the whole horizon. Needs scikit-learn. Knows no files.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from predictive.budget import Budget, realise, solve_threshold, ticket_rows
from predictive.budget_outcomes import silence_of
from predictive.prognosis_features import TOGETHER, Floats32, counters_of, features_of
from predictive.prognosis_history import (
    DAY_S,
    Fates,
    History,
    HistoryError,
    fates_of,
    history_from,
    lives_of,
)
from predictive.prognosis_memory import device_of, remember
from predictive.prognosis_model import ROWS_AT_ONCE, Calibration, FailureModel, fold_of
from predictive.prognosis_table import EventTable
from predictive.prognosis_trees import Trees, averaged, trees_of
from predictive.records import Floats, Ints, Mask

HORIZONS_S = (DAY_S, 3 * DAY_S, 30 * DAY_S)
FEWEST_FAILURES = 20  # with fewer, a third of them teaches and tests nothing

RECENT_S = 365 * DAY_S  # how often devices report changes over the years
WORST = 0.98  # of all scores: how long devices are silent is asked of those that tickets are about
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
    rows_a_side: int = 90_000  # of failing and of healthy ones, drawn and weighted up: more gained nothing
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
    """Learn from past failures; a device of the history is a life (`lives_of`), or has one.

    Raises
    ------
    HistoryError
        Too few failures to learn from, or no device healthy through the horizon.
    """
    options = options or PrognosisOptions()
    history = history.with_metrics(_worn(history))
    labels = _labels(history, fates, budget.horizon_s)
    _refuse_too_few(history, labels)
    fold = fold_of([device_of(life) or life for life in history.device_ids], options.folds)[history.device]
    counters = counters_of(history)
    forests = _forests(history, labels, fold, counters, options)
    score = np.empty(len(history))
    for part in history.parts(ROWS_AT_ONCE):
        values = features_of(history.part(part), counters).values
        for number, trees in enumerate(forests):
            own = fold[part] == number
            score[part][own] = trees.score(values[own])
    return Fit(_solved(history, fates, score, forests, counters, budget, options), score)


def _solved(
    history: History,
    fates: Fates,
    score: Floats,
    forests: list[Trees],
    counters: tuple[str, ...],
    budget: Budget,
    options: PrognosisOptions,
) -> FailureModel:
    """Solve thresholds, chances and silences from scores of trees that had not seen the device."""
    end_s = float(np.nanmax(np.append(fates.until_s, history.at_s))) - budget.horizon_s
    begin_s = float(history.at_s.min())
    since_s = end_s - options.validated_share * (end_s - begin_s)
    everything = np.ones(len(score), bool)
    threshold, past_threshold = (
        solve_threshold(history, fates, score, budget=budget, among=everything, since_s=moment_s, until_s=end_s)
        for moment_s in (since_s, begin_s)
    )
    among = np.where((history.at_s >= since_s) & (history.at_s < end_s), score, -np.inf)
    opened = ticket_rows(history, among, threshold, open_s=budget.horizon_s)
    validated = realise(history, fates, opened, budget=budget, since_s=since_s, until_s=end_s)
    lines = tuple(_calibrate(history, fates, score, horizon_s) for horizon_s in sorted({*HORIZONS_S, budget.horizon_s}))
    ticketed = _since(history, score >= min(threshold, float(np.quantile(score, WORST))))
    silence = silence_of(history, fates, ticketed & (history.at_s >= end_s + budget.horizon_s - RECENT_S))
    known_s = max(float(history.at_s.max()), float(np.nanmax(fates.failed_s)))
    return FailureModel(
        history.metrics,
        counters,
        tuple(forests),
        averaged(forests),
        threshold,
        past_threshold,
        budget,
        lines,
        validated,
        silence,
        remember(history, fates, score, end_s=known_s, silent_s=silence.longest_s),
    )


def with_budget(fit: Fit, history: History, fates: Fates, *, budget: Budget) -> FailureModel:
    """Solve the thresholds of another budget for the same trees, over the histories that they were grown on."""
    model = fit.model
    known = history.with_metrics(model.metrics)
    return _solved(known, fates, fit.score, list(model.forests), model.counters, budget, PrognosisOptions())


@dataclass(frozen=True, slots=True, eq=False)
class Lives:
    """Histories from one failure to the next, and how they ended."""

    history: History
    fates: Fates


def lives_from(events: EventTable, failures: EventTable) -> Lives:
    """Split tables into lives; a failure of a device without readings teaches nothing."""
    ended: dict[str, list[float]] = {}
    for device, at_s in zip(failures.device.tolist(), failures.at_s.tolist(), strict=True):
        ended.setdefault(failures.names[device], []).append(at_s)
    lives = lives_of(events.names, events.device, events.at_s, ended)
    history = history_from(lives.names, lives.life, events.at_s, events.metrics)
    return Lives(history, fates_of(history, lives.ended))


def fit_table(events: EventTable, failures: EventTable, *, budget: Budget) -> FailureModel:
    """Learn from tables of readings and failures."""
    lives = lives_from(events, failures)
    return fit_failures(lives.history, lives.fates, budget=budget).model


def _since(history: History, marked: Mask) -> Mask:
    """Return each device's rows since its first marked one: a device that calmed down is part of what tickets face."""
    begun = np.cumsum(marked)
    first = history.first_rows[history.device]
    return begun - begun[first] + marked[first] > 0


def _refuse_too_few(history: History, labels: _Labels) -> None:
    failed = len(np.unique(history.device[labels.known & labels.failing]))
    if failed < FEWEST_FAILURES:
        raise HistoryError(f"{failed} devices failed with a reading within the horizon; {FEWEST_FAILURES} are needed")
    if not (labels.known & ~labels.failing).any():
        raise HistoryError("no device was watched through a whole horizon without failing; take a shorter horizon")


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


def _forests(
    history: History, labels: _Labels, fold: Ints, counters: tuple[str, ...], options: PrognosisOptions
) -> list[Trees]:
    """Grow each fold's trees on rows of the other folds; only rows that are drawn have their features kept."""
    rng = np.random.default_rng(options.seed)
    failing = _drawn(labels.known & labels.failing, options, rng)
    healthy = _drawn(labels.known & ~labels.failing, options, rng)
    rows = np.sort(np.concatenate([failing.rows, healthy.rows]))
    parts = []
    for part in history.parts(ROWS_AT_ONCE):
        inside = rows[(rows >= part.start) & (rows < part.stop)] - part.start
        if len(inside):
            features = features_of(history.part(part), counters)
            parts.append(features.values[inside])
    values = np.concatenate(parts)
    is_rising = [
        metric in counters or name.startswith(TOGETHER)
        for name, metric in zip(features.names, features.metrics, strict=True)
    ]
    is_failing = labels.failing[rows]
    weight = labels.weight[rows] * np.where(is_failing, failing.share, healthy.share)
    found = []
    for number in range(options.folds):
        kept = fold[rows] != number
        found.append(_grow(values[kept], is_failing[kept], weight[kept], np.array(is_rising), options))
    return found


def _grow(values: Floats32, is_failing: Mask, weight: Floats, rising: Mask, options: PrognosisOptions) -> Trees:
    from sklearn.ensemble import HistGradientBoostingClassifier  # type: ignore[import-untyped]

    fitted = HistGradientBoostingClassifier(
        max_iter=options.iterations,
        learning_rate=options.learning_rate,
        max_leaf_nodes=options.leaves,
        min_samples_leaf=options.fewest_in_leaf,
        l2_regularization=options.regularisation,
        early_stopping=False,
        monotonic_cst=rising.astype(np.int64),
        random_state=options.seed,
    ).fit(values, is_failing, sample_weight=weight)
    return trees_of(fitted)


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    rows: Ints
    share: float  # how many rows each stands for


def _drawn(among: Mask, options: PrognosisOptions, rng: np.random.Generator) -> _Drawn:
    rows = np.flatnonzero(among)
    if len(rows) <= options.rows_a_side:
        return _Drawn(rows, 1.0)
    return _Drawn(rng.choice(rows, options.rows_a_side, replace=False), len(rows) / options.rows_a_side)


def _calibrate(history: History, fates: Fates, score: Floats, horizon_s: float) -> Calibration:
    """Fit a rising line from scores of unseen devices to failures within a horizon."""
    from sklearn.isotonic import IsotonicRegression  # type: ignore[import-untyped]

    labels = _labels(history, fates, horizon_s)
    rows = np.flatnonzero(labels.known)
    fitted = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(
        score[rows], labels.failing[rows].astype(np.float64), sample_weight=labels.weight[rows]
    )
    return Calibration(horizon_s, np.asarray(fitted.X_thresholds_), np.asarray(fitted.y_thresholds_))
