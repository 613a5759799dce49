"""Histories of many devices as columns, in the order of device and time, and until when each was watched.

Rows of a table go in; a History comes out, sorted, with failures beside it. A device that was watched until a moment
and did not fail is censored there: what came later is not known, and is no evidence of health. Knows no features.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from predictive.records import Floats, Ints, Mask, PredictiveError

DAY_S = 86_400.0
SILENCE = 0.99
"""A device of a sparse history is silent between changes: the quantile of gaps that is still no sign of leaving."""


class HistoryError(PredictiveError):
    """The columns are no history; the message says what is wrong."""


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Rows sorted by device and time. `device` numbers `device_ids`;"""

    device_ids: tuple[str, ...]
    device: Ints  # (n,)
    at_s: Floats  # (n,)
    metrics: tuple[str, ...]
    values: Floats  # (n, m) nan where not measured

    @property
    def first_rows(self) -> Ints:
        """Return the first row of each device."""
        return np.searchsorted(self.device, np.arange(len(self.device_ids)))

    @property
    def last_rows(self) -> Ints:
        """Return the last row of each device."""
        return np.searchsorted(self.device, np.arange(len(self.device_ids)), side="right") - 1

    def __len__(self) -> int:
        return len(self.device)

    def with_metrics(self, names: tuple[str, ...]) -> History:
        """Return the same rows with these metrics in this order; one that is absent was never measured."""
        columns = [
            self.values[:, self.metrics.index(name)] if name in self.metrics else np.full(len(self), np.nan)
            for name in names
        ]
        return History(self.device_ids, self.device, self.at_s, names, np.column_stack(columns))

    def take(self, keep: Mask) -> History:
        """Return the rows that are kept; devices without rows are forgotten."""
        left, device = np.unique(self.device[keep], return_inverse=True)
        return History(
            tuple(self.device_ids[number] for number in left.tolist()),
            device.astype(np.int64),
            self.at_s[keep],
            self.metrics,
            self.values[keep],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Fates:
    """Of each device of a History: when it failed, else nan, and until when it was watched."""

    failed_s: Floats  # (d,) nan: not seen to fail
    until_s: Floats  # (d,) the failure, where there is one

    def cut(self, at_s: float) -> Fates:
        """Return what was known at a moment: a later failure was not."""
        known = self.failed_s <= at_s
        return Fates(np.where(known, self.failed_s, np.nan), np.minimum(self.until_s, at_s))

    def take(self, devices: Ints) -> Fates:
        """Return the fates of these devices, in this order."""
        return Fates(self.failed_s[devices], self.until_s[devices])


def history_of(
    device_ids: Sequence[str],
    at_s: Floats,
    metrics: Mapping[str, Floats],
) -> History:
    """Sort columns into a History. Rows of one device at one time stay, in the order they came.

    Raises
    ------
    HistoryError
        No rows, no metrics, columns of unequal length, or a time that is none.
    """
    lengths = {len(device_ids), len(at_s), *(len(column) for column in metrics.values())}
    if not metrics or lengths == {0} or len(lengths) > 1:
        raise HistoryError(f"a history needs rows and metrics of equal length, got {sorted(lengths)}, {len(metrics)}")
    if not np.isfinite(at_s).all():
        raise HistoryError(f"row {int(np.flatnonzero(~np.isfinite(at_s))[0]) + 1} has no time; give each row one")
    names, device = np.unique(np.asarray(device_ids, dtype=str), return_inverse=True)
    order = np.lexsort((at_s, device))
    values = np.column_stack([np.asarray(column, np.float64) for column in metrics.values()])
    return History(
        tuple(names.tolist()),
        device[order].astype(np.int64),
        np.asarray(at_s, np.float64)[order],
        tuple(metrics),
        np.where(np.isfinite(values), values, np.nan)[order],
    )


def lives_of(device_ids: Sequence[str], at_s: Floats, failures: Mapping[str, Sequence[float]]) -> list[str]:
    """Return of each row its device's life: a device that goes on after a failure begins anew, its past forgotten.

    >>> lives_of(["a", "a", "a"], np.array([1.0, 2.0, 3.0]), {"a": [2.0]})
    ['a#0', 'a#0', 'a#1']
    """
    ended = {name: np.sort(np.asarray(times, np.float64)) for name, times in failures.items()}
    none = np.zeros(0)
    return [
        f"{name}#{int(np.searchsorted(ended.get(name, none), at))}"
        for name, at in zip(device_ids, at_s.tolist(), strict=True)
    ]


def fates_of(history: History, failures: Mapping[str, float], *, until: Mapping[str, float] | None = None) -> Fates:
    """Return each device's fate; where nobody says until when it was watched, by how long the fleet is silent."""
    failed = np.array([failures.get(name, np.nan) for name in history.device_ids])
    last = history.at_s[history.last_rows]
    gaps = np.diff(history.at_s)[np.diff(history.device) == 0]
    silence = float(np.quantile(gaps, SILENCE)) if len(gaps) else 0.0
    watched = np.minimum(last + silence, max(float(last.max()), np.nanmax(failed, initial=-np.inf)))
    if until is not None:
        watched = np.array([until.get(name, end) for name, end in zip(history.device_ids, watched, strict=True)])
    return Fates(failed, np.where(np.isnan(failed), np.maximum(watched, last), failed))
