"""A fitted prognosis of failures: histories in, one ticket a device and episode out, with probability and reasons.

Loads from a folder of plain arrays and a card; runs on numpy alone. Does not learn.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from predictive.budget import Budget, Realised, ticket_rows
from predictive.prognosis_features import Features, carried, features_of
from predictive.prognosis_history import DAY_S, History, HistoryError
from predictive.prognosis_trees import Trees
from predictive.records import Floats, Reason

VERSION = 1
REASONS = 3
LEAST_SHARE = 0.05  # of the strongest: a weaker metric explains nothing
ARRAYS = "model.npz"
CARD = "model.json"
TREE_ARRAYS = tuple(field.name for field in fields(Trees) if field.name not in ("start", "deepest"))


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Chance of a failure within a horizon by score: a rising line through points."""

    horizon_s: float
    score: Floats  # (c,) rising
    probability: Floats  # (c,) never falling

    def probability_of(self, score: Floats) -> Floats:
        """Return the chance of each score."""
        return np.interp(score, self.score, self.probability)


@dataclass(frozen=True, slots=True)
class FailureTicket:
    """A device is expected to fail within the horizon."""

    device_id: str
    at: datetime
    probability: float
    horizon_h: float
    reasons: tuple[Reason, ...]  # strongest first; `score` is the share of the metrics that speak for a failure


@dataclass(frozen=True, slots=True, eq=False)
class FailureModel:
    """What `fit_failures` found. An infinite threshold opens no ticket: the budget could not be shown to hold."""

    metrics: tuple[str, ...]
    trees: Trees
    threshold: float  # log-odds
    budget: Budget
    calibrations: tuple[Calibration, ...]  # nearest horizon first
    validated: Realised

    def score(self, history: History) -> Floats:
        """Return the log-odds of each row, high means failing."""
        return self.trees.score(self._features(history).values)

    def probability(self, history: History, *, horizon_s: float) -> Floats:
        """Return each row's chance of a failure within one of the model's horizons."""
        return self._calibration(horizon_s).probability_of(self.score(history))

    def tickets(self, history: History) -> list[FailureTicket]:
        """Return the tickets in order of time."""
        features = self._features(history)
        score = self.trees.score(features.values)
        rows = ticket_rows(history, score, self.threshold, open_s=self.budget.horizon_s)
        chance = self._calibration(self.budget.horizon_s).probability_of(score[rows])
        given = self.trees.contributions(features.values[rows])
        found = [
            FailureTicket(
                history.device_ids[int(history.device[row])],
                _moment(float(history.at_s[row])),
                round(float(chance[number]), 4),
                self.budget.horizon_s / 3600.0,
                _reasons(history, features, row, given[number]),
            )
            for number, row in enumerate(rows.tolist())
        ]
        return sorted(found, key=lambda ticket: (ticket.at, ticket.device_id))

    def save(self, folder: Path) -> None:
        """Write the model's arrays and its card."""
        folder.mkdir(parents=True, exist_ok=True)
        lines = {
            f"{name}_{number}": getattr(calibration, name)
            for number, calibration in enumerate(self.calibrations)
            for name in ("score", "probability")
        }
        np.savez_compressed(folder / ARRAYS, **{name: getattr(self.trees, name) for name in TREE_ARRAYS}, **lines)
        card = {
            "version": VERSION,
            "metrics": self.metrics,
            "threshold": self.threshold if np.isfinite(self.threshold) else None,
            "start": self.trees.start,
            "deepest": self.trees.deepest,
            "budget": asdict(self.budget),
            "horizons_s": [calibration.horizon_s for calibration in self.calibrations],
            "validated": asdict(self.validated),
        }
        (folder / CARD).write_text(json.dumps(card, indent=1), encoding="utf-8")

    @staticmethod
    def load(folder: Path) -> FailureModel:
        """Read what `save` wrote.

        Raises
        ------
        HistoryError
            There is no model, or one of another version.
        """
        if not (folder / CARD).is_file() or not (folder / ARRAYS).is_file():
            raise HistoryError(f"{folder} holds no model of failures; write one with `failures fit --out {folder}`")
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        if card.get("version") != VERSION:
            raise HistoryError(f"{folder} is of version {card.get('version')}, not {VERSION}; fit it again")
        with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
            trees = Trees(**{name: arrays[name] for name in TREE_ARRAYS}, start=card["start"], deepest=card["deepest"])
            calibrations = tuple(
                Calibration(horizon_s, arrays[f"score_{number}"], arrays[f"probability_{number}"])
                for number, horizon_s in enumerate(card["horizons_s"])
            )
        threshold = float("inf") if card["threshold"] is None else float(card["threshold"])
        budget, validated = Budget(**card["budget"]), Realised(**card["validated"])
        return FailureModel(tuple(card["metrics"]), trees, threshold, budget, calibrations, validated)

    def _calibration(self, horizon_s: float) -> Calibration:
        found = next((line for line in self.calibrations if line.horizon_s == horizon_s), None)
        if found is None:
            known = ", ".join(f"{line.horizon_s / 3600:g} h" for line in self.calibrations)
            raise HistoryError(f"no horizon of {horizon_s / 3600:g} h; the model has {known}")
        return found

    def _features(self, history: History) -> Features:
        return features_of(history.with_metrics(self.metrics))


def _reasons(history: History, features: Features, row: int, given: Floats) -> tuple[Reason, ...]:
    """Return the metrics that moved a row's score most, each with what it was a horizon of changes before."""
    totals: dict[str, float] = {}
    for metric, part in zip(features.metrics, given.tolist(), strict=True):
        if metric and part > 0:
            totals[metric] = totals.get(metric, 0.0) + part
    ranked = sorted(totals.items(), key=lambda item: -item[1])[:REASONS]
    whole = sum(totals.values())
    first = int(history.first_rows[history.device[row]])
    found = []
    for metric, part in ranked:
        if part < LEAST_SHARE * ranked[0][1]:
            continue
        column = carried(history.values[first : row + 1, history.metrics.index(metric)], np.zeros(row + 1 - first, int))
        found.append(_reason(metric, column, history.at_s[first : row + 1], part / whole))
    return tuple(found)


def _reason(metric: str, values: Floats, at_s: Floats, share: float) -> Reason:
    """Say since when a metric has been leaving what it was 90 days before the last row, or since when it stands."""
    start = max(int(np.searchsorted(at_s, at_s[-1] - 90 * DAY_S, side="right")) - 1, 0)
    moved = np.flatnonzero(values[start + 1 :] != values[start]) + start + 1
    changed = np.flatnonzero(values[1:] != values[:-1]) + 1
    since = moved[0] if len(moved) else (changed[-1] if len(changed) else 0)
    return Reason(
        metric,
        _moment(float(at_s[int(since)])),
        float(values[start]),
        float(values[-1]),
        round(share, 3),
        "prognosis",
    )


def _moment(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, tz=UTC)
