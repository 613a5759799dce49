"""How long a device will last, learnt from devices that ran until they failed: hours left, with an interval.

A fitted model and a History go in; a Remaining for each row comes out. A device in its early life shows no wear, so
more than `most_s` is not told apart: there the answer is "at least". The interval is what unseen lives gave at the same
estimate; it does not know devices unlike those. Runs on numpy alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from predictive.prognosis_features import Floats32, carried
from predictive.prognosis_history import History, HistoryError
from predictive.prognosis_model import ROWS_AT_ONCE
from predictive.prognosis_trees import Trees
from predictive.records import Floats

VERSION = 1
ARRAYS = "life.npz"
CARD = "life.json"
TREE_ARRAYS = tuple(field.name for field in fields(Trees) if field.name not in ("start", "deepest"))
WINDOWS = (0.025, 0.1, 0.25)  # of a usual life: noise averages out in the shortest, wear shows between them
RUN_IN = 0.1  # of a usual life: what the device was when new
NEARLY = 0.95  # of the most that is told apart: such an estimate is as good as the most


@dataclass(frozen=True, slots=True, eq=False)
class Remaining:
    """Seconds left, aligned with the rows of a History."""

    expected_s: Floats  # (n,)
    low_s: Floats  # (n,) so many lives in a hundred end earlier as the model's `outside` says, half of them
    high_s: Floats  # (n,) infinite where the answer is "at least"


@dataclass(frozen=True, slots=True, eq=False)
class LifeModel:
    """What `fit_life` found."""

    metrics: tuple[str, ...]
    usual_s: float  # the median life
    most_s: float
    trees: Trees
    expected_s: Floats  # (b,) rising: estimates at which the interval was measured
    below_s: Floats  # (b,) what was left less the estimate: its low and high quantile
    above_s: Floats  # (b,)
    outside: float  # share of unseen lives' rows outside the interval
    rmse_s: float  # of unseen lives' rows, against lives cut at most_s

    def remaining(self, history: History) -> Remaining:
        """Return how long each row's device will last."""
        known = history.with_metrics(self.metrics)
        parts = [self.trees.score(life_features(known.part(rows), self.usual_s)) for rows in known.parts(ROWS_AT_ONCE)]
        expected = np.clip(np.concatenate(parts), 0.0, self.most_s)
        low = np.clip(expected + np.interp(expected, self.expected_s, self.below_s), 0.0, None)
        high = np.clip(expected + np.interp(expected, self.expected_s, self.above_s), 0.0, None)
        return Remaining(expected, low, np.where(high >= NEARLY * self.most_s, np.inf, high))

    def save(self, folder: Path) -> None:
        """Write the model's arrays and its card."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays = {name: getattr(self.trees, name) for name in TREE_ARRAYS}
        lines = {name: getattr(self, name) for name in ("expected_s", "below_s", "above_s")}
        np.savez_compressed(folder / ARRAYS, **arrays, **lines)
        numbers = {name: getattr(self, name) for name in ("usual_s", "most_s", "outside", "rmse_s")}
        card = {"version": VERSION, "metrics": self.metrics, **numbers}
        card |= {"start": self.trees.start, "deepest": self.trees.deepest}
        (folder / CARD).write_text(json.dumps(card, indent=1), encoding="utf-8")

    @staticmethod
    def load(folder: Path) -> LifeModel:
        """Read what `save` wrote.

        Raises
        ------
        HistoryError
            There is no model, one of another version, or one that is damaged.
        """
        if not (folder / CARD).is_file() or not (folder / ARRAYS).is_file():
            raise HistoryError(f"{folder} holds no model of lives; `failures fit --remaining-life --out {folder}`")
        try:
            card = json.loads((folder / CARD).read_text(encoding="utf-8"))
            if card["version"] != VERSION:
                raise HistoryError(f"{folder} is of version {card['version']}, not {VERSION}; fit it again")
            with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
                trees = Trees(
                    **{name: arrays[name] for name in TREE_ARRAYS}, start=card["start"], deepest=card["deepest"]
                )
                return LifeModel(
                    tuple(card["metrics"]),
                    card["usual_s"],
                    card["most_s"],
                    trees,
                    arrays["expected_s"],
                    arrays["below_s"],
                    arrays["above_s"],
                    card["outside"],
                    card["rmse_s"],
                )
        except (ValueError, KeyError, OSError, TypeError) as error:
            raise HistoryError(f"{folder} holds a damaged model ({error}); fit it again") from error


def life_features(history: History, usual_s: float) -> Floats32:
    """Return (n, f): means over windows, how far they left the run-in, how far they move, and the age."""
    first = history.first_rows[history.device]
    age_s = history.at_s - history.at_s[first]
    span = float(np.ptp(history.at_s)) + 2.0 * usual_s + 1.0 if len(history) else 1.0
    line = history.device * span + (history.at_s - history.at_s.min())
    starts = [np.maximum(np.searchsorted(line, line - window * usual_s, side="right"), first) for window in WINDOWS]
    run_in = np.minimum(np.searchsorted(line, line - age_s + RUN_IN * usual_s, side="right"), np.arange(len(line)) + 1)
    columns = [age_s]
    for position in range(len(history.metrics)):
        values = carried(history.values[:, position], first)
        sums = np.append(0.0, np.cumsum(np.nan_to_num(values)))
        counts = np.append(0, np.cumsum(~np.isnan(values)))
        after = np.arange(1, len(values) + 1)
        means = [_mean(sums, counts, start, after) for start in starts]
        columns += [*means, means[1] - _mean(sums, counts, first, run_in), means[0] - means[-1]]
    return np.column_stack(columns).astype(np.float32)


def _mean(sums: Floats, counts: np.ndarray, start: np.ndarray, end: np.ndarray) -> Floats:
    number = counts[end] - counts[start]
    return np.where(number > 0, (sums[end] - sums[start]) / np.maximum(number, 1), np.nan)
