"""A fitted prognosis of failures: trees, what their scores mean, the budget, and what is remembered of each device.

Loads from a folder of plain arrays and a card; runs on numpy alone. Opens no tickets and does not learn.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from predictive.budget import Budget, Realised
from predictive.budget_outcomes import Silence
from predictive.prognosis_features import Features, features_of
from predictive.prognosis_history import History, HistoryError
from predictive.prognosis_memory import Memory, marks_of
from predictive.prognosis_trees import Trees, averaged
from predictive.records import Floats, Ints

VERSION = 2
ARRAYS = "model.npz"
CARD = "model.json"
TREE_ARRAYS = tuple(one.name for one in fields(Trees) if one.name not in ("start", "deepest"))
ROWS_AT_ONCE = 500_000  # of features: some 150 bytes a row and metric
Arrays = dict[str, npt.NDArray[np.generic]]


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Chance of a failure within a horizon by score: a rising line through points."""

    horizon_s: float
    score: Floats  # (c,) rising
    probability: Floats  # (c,) never falling

    def probability_of(self, score: Floats) -> Floats:
        """Return the chance of each score."""
        return np.interp(score, self.score, self.probability)


@dataclass(frozen=True, slots=True, eq=False)
class FailureModel:
    """What `fit_failures` found. An infinite threshold opens no ticket: the budget could not be shown to hold."""

    metrics: tuple[str, ...]
    counters: tuple[str, ...]  # of the metrics: those of which more is never better
    forests: tuple[Trees, ...]  # each grown without the devices of its fold
    trees: Trees  # their mean
    threshold: float  # log-odds, of what comes after the history learnt from
    past_threshold: float  # of other devices in the time of that history
    budget: Budget
    calibrations: tuple[Calibration, ...]  # nearest horizon first
    validated: Realised
    silence: Silence
    memory: Memory
    units: Mapping[str, str] = field(default_factory=dict)  # of metrics, where somebody said

    def score(self, history: History) -> Floats:
        """Return the log-odds of each row, high means failing."""
        parts = [self.trees.score(self.features(history.part(rows)).values) for rows in history.parts(ROWS_AT_ONCE)]
        return np.concatenate(parts)

    def probability(self, history: History, *, horizon_s: float) -> Floats:
        """Return each row's chance of a failure within one of the model's horizons."""
        return self.calibration(horizon_s).probability_of(self.score(history))

    def chances(self, score: Floats) -> Floats:
        """Return (n, c): each score's chance within each of `calibrations`; a longer horizon is never less likely."""
        lines = [line.probability_of(score) for line in self.calibrations]
        return np.maximum.accumulate(np.column_stack(lines), axis=1)

    def calibration(self, horizon_s: float) -> Calibration:
        """Return what scores mean within one of the model's horizons."""
        found = next((line for line in self.calibrations if line.horizon_s == horizon_s), None)
        if found is None:
            known = ", ".join(f"{line.horizon_s / 3600:g} h" for line in self.calibrations)
            raise HistoryError(f"no horizon of {horizon_s / 3600:g} h; the model has {known}")
        return found

    def features(self, history: History) -> Features:
        """Return the features that the trees ask for."""
        return features_of(history.with_metrics(self.metrics), self.counters)

    def save(self, folder: Path) -> None:
        """Write the model's arrays and its card."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays: Arrays = {"silence_gap_s": self.silence.gap_s, "silence_share": self.silence.share}
        for number, trees in enumerate(self.forests):
            arrays |= {f"{name}_{number}": getattr(trees, name) for name in TREE_ARRAYS}
        for number, line in enumerate(self.calibrations):
            arrays |= {f"score_{number}": line.score, f"probability_{number}": line.probability}
        np.savez_compressed(folder / ARRAYS, **(arrays | _memory_arrays(self.memory)))  # type: ignore[arg-type]
        card = {
            "version": VERSION,
            "metrics": self.metrics,
            "counters": self.counters,
            "units": dict(self.units),
            "threshold": self.threshold if np.isfinite(self.threshold) else None,
            "past_threshold": self.past_threshold if np.isfinite(self.past_threshold) else None,
            "starts": [trees.start for trees in self.forests],
            "deepest": [trees.deepest for trees in self.forests],
            "budget": asdict(self.budget),
            "horizons_s": [line.horizon_s for line in self.calibrations],
            "validated": asdict(self.validated),
            "end_s": self.memory.end_s,
            "watched_s": self.silence.longest_s,
        }
        (folder / CARD).write_text(json.dumps(card, indent=1), encoding="utf-8")

    @staticmethod
    def load(folder: Path) -> FailureModel:
        """Read what `save` wrote.

        Raises
        ------
        HistoryError
            There is no model, one of another version, or one that is damaged.
        """
        if not (folder / CARD).is_file() or not (folder / ARRAYS).is_file():
            raise HistoryError(f"{folder} holds no model of failures; write one with `failures fit --out {folder}`")
        try:
            card = json.loads((folder / CARD).read_text(encoding="utf-8"))
            if card.get("version") != VERSION:
                raise HistoryError(f"{folder} is of version {card.get('version')}, not {VERSION}; fit it again")
            with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
                return _model_of(card, arrays)
        except (ValueError, KeyError, OSError, AttributeError) as error:
            raise HistoryError(f"{folder} holds a damaged model ({error}); fit it again") from error


def fold_of(device_ids: Sequence[str], folds: int) -> Ints:
    """Return each device's fold: the same in every process, so that scoring knows which trees had not seen it."""
    return marks_of(device_ids) % folds


def _memory_arrays(memory: Memory) -> Arrays:
    return {
        "memory_names": np.array(memory.history.device_ids, dtype=str),
        "memory_device": memory.history.device,
        "memory_at_s": memory.history.at_s,
        "memory_values": memory.history.values,
        "memory_score": memory.score,
        "memory_failed_s": memory.failed_s,
        "memory_known": memory.known,
    }


def _model_of(card: Mapping[str, object], arrays: Mapping[str, Floats]) -> FailureModel:
    starts, deepest, horizons = (_numbers(card[name]) for name in ("starts", "deepest", "horizons_s"))
    forests = tuple(
        Trees(
            **{name: arrays[f"{name}_{number}"] for name in TREE_ARRAYS},  # type: ignore[arg-type]
            start=starts[number],
            deepest=int(deepest[number]),
        )
        for number in range(len(starts))
    )
    metrics = tuple(str(name) for name in _items(card["metrics"]))
    names = tuple(str(name) for name in arrays["memory_names"].tolist())
    kept = History(
        names,
        np.asarray(arrays["memory_device"], np.int64),
        arrays["memory_at_s"],
        metrics,
        arrays["memory_values"],
    )
    known = np.asarray(arrays["memory_known"], np.int64)
    end_s = _numbers([card["end_s"]])[0]
    threshold, past_threshold = (
        float("inf") if card[name] is None else _numbers([card[name]])[0] for name in ("threshold", "past_threshold")
    )
    return FailureModel(
        metrics,
        tuple(str(name) for name in _items(card["counters"])),
        forests,
        averaged(forests),
        threshold,
        past_threshold,
        Budget(**_fields(card["budget"])),  # type: ignore[arg-type]
        tuple(
            Calibration(horizon_s, arrays[f"score_{number}"], arrays[f"probability_{number}"])
            for number, horizon_s in enumerate(horizons)
        ),
        Realised(**_fields(card["validated"])),  # type: ignore[arg-type]
        Silence(arrays["silence_gap_s"], arrays["silence_share"], _numbers([card["watched_s"]])[0]),
        Memory(kept, arrays["memory_score"], arrays["memory_failed_s"], end_s, known),
        {name: str(unit) for name, unit in _fields(card.get("units", {})).items()},
    )


def _items(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError(f"a list was expected, not {type(value).__name__}")
    return value


def _numbers(value: object) -> list[float]:
    return [float(str(item)) for item in _items(value)]


def _fields(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ValueError(f"names and numbers were expected, not {type(value).__name__}")
    return value
