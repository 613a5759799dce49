"""Debounce and hysteresis per series.

Whether each tick was anomalous goes in; whether the series is firing comes out. One odd reading does not fire, one
normal reading does not calm. Does not know devices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from predictive.arrays import Column, SeriesArrays
from predictive.detector import ANOMALOUS, NO_DETECTOR, Verdict
from predictive.records import Batch, Floats, Mask, State


@dataclass(frozen=True, slots=True)
class EvidenceOptions:
    """A leaky mean of "this tick was anomalous" over about `window` ticks."""

    window: float = 8.0
    fire_at: float = 0.5  # 6 anomalous ticks in a row with window 8: 1 - (1 - 1/8)^6 = 0.55
    calm_at: float = 0.15  # 10 normal ticks in a row after firing


class Evidence:
    """Leaky evidence a series, with the latest anomalous reading behind it."""

    def __init__(self, options: EvidenceOptions) -> None:
        self.options = options
        self._cells = SeriesArrays(
            {
                "level": Column(),
                "firing": Column(),
                "since_s": Column(
                    fill=np.nan
                ),  # when the first anomalous reading of this run came, or the change began
                "hot_s": Column(fill=-np.inf),  # the latest anomalous reading
                "score": Column(),  # the highest of this run
                "expected": Column(fill=np.nan),  # of the latest anomalous reading
                "observed": Column(fill=np.nan),
                "detector": Column(fill=NO_DETECTOR),  # the one with the highest score of this run
            }
        )

    def __getitem__(self, name: str) -> Floats:
        return self._cells[name]

    def learn(self, batch: Batch, verdict: Verdict) -> Mask:
        """Take in a judged tick; return which readings made their series start to fire."""
        self._cells.touch(batch.series)
        rows, cells, options = batch.series, self._cells, self.options
        hot = verdict.score >= ANOMALOUS
        level = cells["level"][rows]
        quiet = level < 0.5 / options.window  # half of one anomalous tick is left: another run begins
        cells["level"][rows] = level = level + (hot - level) / options.window
        was_firing = cells["firing"][rows] > 0
        firing = np.where(was_firing, level >= options.calm_at, level >= options.fire_at)
        cells["firing"][rows] = firing
        self._note(batch, verdict, hot, quiet & ~was_firing)
        return np.asarray(firing & ~was_firing, dtype=np.bool_)

    def firing(self, batch: Batch) -> Mask:
        """Return which of these series are firing."""
        return self._cells["firing"][batch.series] > 0

    def calm(self, rows: list[int]) -> None:
        """Forget the evidence of these rows."""
        self._cells["level"][rows] = 0.0
        self._cells["firing"][rows] = 0.0

    def state(self) -> State:
        return self._cells.state()

    def restore(self, state: State) -> None:
        self._cells.restore(state)

    def _note(self, batch: Batch, verdict: Verdict, hot: Mask, first: Mask) -> None:
        cells = self._cells
        began = hot & first
        rows = batch.series[began]
        since_s = verdict.since_s[began]
        cells["since_s"][rows] = np.where(np.isnan(since_s), batch.at_s[began], since_s)
        cells["score"][rows] = 0.0
        rows = batch.series[hot]
        higher = verdict.score[hot] > cells["score"][rows]
        cells["detector"][rows] = np.where(higher, verdict.detector[hot], cells["detector"][rows])
        cells["score"][rows] = np.maximum(cells["score"][rows], verdict.score[hot])
        cells["expected"][rows] = verdict.expected[hot]
        cells["observed"][rows] = batch.values[hot]
        cells["hot_s"][rows] = batch.at_s[hot]
