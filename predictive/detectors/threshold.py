"""Limits that a person gave, per metric.

High when a reading lies beyond its metric's limit; 0.5 exactly on it. Without a limit it is silent: limits are not
learned.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from predictive.arrays import Column, SeriesArrays
from predictive.records import Batch, Detector, Ints, Limit, PredictiveError, Scores, State
from predictive.units import conversion


class _Threshold:
    name = "threshold"

    def __init__(self, *, limits: Mapping[str, Limit], lower: float | None, upper: float | None, warm_up: int) -> None:
        self._limits = dict(limits)
        self._warm_up = warm_up
        self._elsewhere = (-np.inf if lower is None else lower, np.inf if upper is None else upper)
        self._cells = SeriesArrays(
            {
                "lower": Column(fill=self._elsewhere[0]),
                "upper": Column(fill=self._elsewhere[1]),
                "count": Column(dtype="f4"),
            }
        )

    def introduce(self, series: int, *, metric: str, unit: str) -> None:
        """Look up what the new row's metric may be."""
        rows = np.array([series])
        self._cells.touch(rows)
        self._cells["lower"][series], self._cells["upper"][series] = self._elsewhere
        limit = self._limits.get(metric)
        if limit is None:
            return
        known = conversion(limit.unit or unit, unit or limit.unit)
        if known is None:
            raise PredictiveError(
                f"the limit of {metric!r} is in {limit.unit!r} but the device sends {unit!r}: it is not applied"
            )
        if limit.lower is not None:
            self._cells["lower"][series] = limit.lower * known.factor + known.offset
        if limit.upper is not None:
            self._cells["upper"][series] = limit.upper * known.factor + known.offset

    def score(self, batch: Batch) -> Scores:
        self._cells.reserve(batch.series)
        rows, cells = batch.series, self._cells
        lower, upper = cells["lower"][rows], cells["upper"][rows]
        beyond = np.maximum(lower - batch.values, batch.values - upper)
        breached = (beyond >= 0) & (cells["count"][rows] >= self._warm_up)
        nearest = np.where(batch.values <= lower, lower, np.where(batch.values >= upper, upper, np.nan))
        span = np.where(np.isfinite(nearest), np.maximum(np.abs(nearest), 1.0), 1.0)
        excess = np.where(breached, beyond, 0.0) / span
        return Scores(np.where(breached, 1.0 - 0.5 / (1.0 + excess), 0.0), np.where(breached, nearest, np.nan))

    def learn(self, batch: Batch) -> None:
        self._cells.touch(batch.series)
        self._cells["count"][batch.series] += 1.0

    def forget(self, series: Ints) -> None:
        """Start counting anew; the limits are a person's and stay."""
        self._cells["count"][series[series < self._cells.used]] = 0.0

    def state(self) -> State:
        return self._cells.state()

    def restore(self, state: State) -> None:
        self._cells.restore(state)


def make_detector(
    *,
    limits: Mapping[str, Limit] | None = None,
    lower: float | None = None,
    upper: float | None = None,
    warm_up: int = 1,
) -> Detector:
    """Build the detector.

    Parameters:
        limits: by metric name; brought to the series' unit when the series appears.
        lower, upper: for every series that `limits` does not name.
        warm_up: readings of a series before it has an opinion: a device's first reading is often its start-up.
    """
    return _Threshold(limits=limits or {}, lower=lower, upper=upper, warm_up=warm_up)
