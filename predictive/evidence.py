"""Debounce and hysteresis per series.

What was thought of each tick goes in; whether the series is firing comes out. A few readings beyond their limit fire,
and so do many just below it; one odd reading does not fire, one normal reading does not calm. A series whose normal is
still being learned does not fire, unless a person's own limit says so. Does not know devices.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from predictive.arrays import Column, SeriesArrays
from predictive.baseline import squash
from predictive.control_chart import WarmUp
from predictive.detector import ANOMALOUS, NO_DETECTOR, Verdict
from predictive.records import Batch, Floats, Ints, Mask, State


@dataclass(frozen=True, slots=True)
class EvidenceOptions:
    """Two leaky means: of "this tick was anomalous" over about `window` ticks, of the score over `burden_window`.

    The burden is the mean of scores up to ANOMALOUS: what lies beyond its limit counts by `fire_at` already, and a
    short violent spike is no lasting departure. Its options were chosen on NAB without its machine temperature, on
    SKAB's run without faults and on the simulated months of examples/make_telemetry (seeds 100 to 111): the lowest
    limit that opens no false ticket more than the first mean alone; at 0.35 there is one more on NAB.
    """

    window: float = 8.0
    fire_at: float = 0.5  # 6 anomalous ticks in a row with window 8: 1 - (1 - 1/8)^6 = 0.55
    calm_at: float = 0.15  # 10 normal ticks in a row after firing
    burden_window: float = 48.0  # 8 hours of readings every 10 minutes
    burden_at: float = 0.38  # after 89 ticks at a score of 0.45, nine tenths of the tolerable distance
    burden_calm_at: float = 0.27  # 25 normal ticks in a row after firing


DAY_S = 86_400.0


class Evidence:
    """Leaky evidence a series, with the latest anomalous reading behind it.

    `learning` is what a series must have sent before it may fire (None: at once), `sure` the codes of the detectors
    that need not learn.
    """

    def __init__(self, options: EvidenceOptions, *, learning: WarmUp | None = None, sure: Collection[int] = ()) -> None:
        self.options = options
        self._learning = learning
        self._sure = np.array(sorted(sure), dtype=np.int64)
        self._cells = SeriesArrays(
            {
                "level": Column(dtype="f4"),
                "burden": Column(dtype="f4"),
                "burden_s": Column(fill=np.nan),  # when the burden last rose above half its limit
                "firing": Column(dtype="u1"),
                # When the first anomalous reading of this run came, or the change began.
                "since_s": Column(fill=np.nan),
                "hot_s": Column(fill=-np.inf),  # the latest anomalous reading
                "score": Column(dtype="f4"),  # the highest of this run
                "expected": Column(fill=np.nan),  # of the latest anomalous reading
                "observed": Column(fill=np.nan),
                "detector": Column(fill=NO_DETECTOR, dtype="f4"),  # the one with the highest score of this run
                "count": Column(dtype="f4"),  # ticks learned since the series was new, or since it was forgotten
                "first_s": Column(fill=np.inf),
                "newest_s": Column(fill=-np.inf),
            }
        )

    def __getitem__(self, name: str) -> Floats:
        return self._cells[name]

    def learn(self, batch: Batch, verdict: Verdict) -> Mask:
        """Take in a judged tick; return which readings made their series start to fire."""
        self._cells.touch(batch.series)
        rows, cells, options = batch.series, self._cells, self.options
        cells["count"][rows] += 1.0
        cells["first_s"][rows] = np.minimum(cells["first_s"][rows], batch.at_s)
        cells["newest_s"][rows] = np.maximum(cells["newest_s"][rows], batch.at_s)
        verdict = self._believed(rows, verdict)
        burden = self._bear(batch, verdict)
        hot = verdict.score >= ANOMALOUS
        level = cells["level"][rows]
        quiet = level < 0.5 / options.window  # half of one anomalous tick is left: another run begins
        cells["level"][rows] = level = level + (hot - level) / options.window
        was_firing = cells["firing"][rows] > 0
        starts = (level >= options.fire_at) | (burden >= options.burden_at)
        stays = (level >= options.calm_at) | (burden >= options.burden_calm_at)
        firing = np.where(was_firing, stays, starts)
        cells["firing"][rows] = firing
        lasting = (burden >= options.burden_at) & (verdict.momentary >= options.burden_at)
        self._note(batch, verdict, hot | lasting, quiet & ~was_firing)
        return np.asarray(firing & ~was_firing, dtype=np.bool_)

    def firing(self, batch: Batch) -> Mask:
        """Return which of these series are firing."""
        return self._cells["firing"][batch.series] > 0

    @property
    def used(self) -> int:
        """Return one more than the highest row learned."""
        return self._cells.used

    def learned(self) -> Floats:
        """Return how much of its normal each series has learned, (n,) in [0, 1]; 1 where it may fire."""
        count, first_s = self._cells["count"][: self._cells.used], self._cells["first_s"][: self._cells.used]
        if self._learning is None:
            return np.ones(len(count))
        aged = np.maximum(self._cells["newest_s"][: self._cells.used] - first_s, 0.0) / DAY_S
        aged = np.where(np.isfinite(aged), aged, 0.0)
        by_age = np.minimum(aged / self._learning.days, count / self._learning.fewest)
        return np.minimum(np.maximum(by_age, count / self._learning.most), 1.0)

    def forget(self, rows: Ints) -> None:
        """Start anew with these rows: their device was changed."""
        self._cells.forget(rows)

    def calm(self, rows: list[int]) -> None:
        """Forget the evidence of these rows."""
        self._cells["level"][rows] = 0.0
        self._cells["burden"][rows] = 0.0
        self._cells["firing"][rows] = 0.0

    def state(self) -> State:
        return self._cells.state()

    def restore(self, state: State) -> None:
        self._cells.restore(state)

    def _believed(self, rows: Ints, verdict: Verdict) -> Verdict:
        """Return a verdict that is silent about series which are still learning."""
        if self._learning is None:
            return verdict
        cells = self._cells
        count, aged_s = cells["count"][rows], cells["newest_s"][rows] - cells["first_s"][rows]
        known = (aged_s >= self._learning.days * DAY_S) & (count >= self._learning.fewest)
        heard = known | (count >= self._learning.most) | np.isin(verdict.detector, self._sure)
        if heard.all():
            return verdict
        score, momentary = np.where(heard, verdict.score, 0.0), np.where(heard, verdict.momentary, 0.0)
        return Verdict(score, verdict.expected, verdict.since_s, verdict.detector, momentary)

    def _bear(self, batch: Batch, verdict: Verdict) -> Floats:
        """Move the burden towards the momentary score; return it."""
        rows, cells, options = batch.series, self._cells, self.options
        before = cells["burden"][rows]
        burden = before + (np.minimum(verdict.momentary, ANOMALOUS) - before) / options.burden_window
        cells["burden"][rows] = burden
        rose = (before < options.burden_at / 2) & (burden >= options.burden_at / 2)
        cells["burden_s"][rows[rose]] = batch.at_s[rose]
        return burden

    def _note(self, batch: Batch, verdict: Verdict, telling: Mask, first: Mask) -> None:
        if not telling.any():
            return
        cells = self._cells
        began = telling & first
        rows = batch.series[began]
        lasting_s = np.where(verdict.score[began] >= ANOMALOUS, batch.at_s[began], cells["burden_s"][rows])
        since_s = verdict.since_s[began]
        cells["since_s"][rows] = np.where(np.isnan(since_s), lasting_s, since_s)
        cells["score"][rows] = 0.0
        rows = batch.series[telling]
        # What lasts is as strong as its burden, however little each reading was.
        strength = np.maximum(verdict.score[telling], squash(cells["burden"][rows] / self.options.burden_at))
        higher = strength > cells["score"][rows]
        cells["detector"][rows] = np.where(higher, verdict.detector[telling], cells["detector"][rows])
        cells["score"][rows] = np.maximum(cells["score"][rows], strength)
        cells["expected"][rows] = verdict.expected[telling]
        cells["observed"][rows] = batch.values[telling]
        cells["hot_s"][rows] = batch.at_s[telling]


def firing_series(score: Floats, options: EvidenceOptions) -> Mask:
    """Return whether one new series fires after each of its scores: to the last bit as `Evidence.learn` has it, which
    rounds to single precision. Every score is of a detector that judges one reading alone."""
    start, stay, window = np.array([options.fire_at, options.calm_at, options.window], dtype=np.float32).tolist()
    cell, level, burden, is_firing, firing = array("f", [0.0]), 0.0, 0.0, False, []
    for one, counted in zip(score.tolist(), np.minimum(score, ANOMALOUS).tolist(), strict=True):
        cell[0] = (1.0 if one >= ANOMALOUS else 0.0) - level
        cell[0] /= window
        cell[0] = level + cell[0]
        level = cell[0]
        borne = burden + (counted - burden) / options.burden_window
        cell[0] = borne
        burden = cell[0]
        if is_firing:
            is_firing = level >= stay or borne >= options.burden_calm_at
        else:
            is_firing = level >= start or borne >= options.burden_at
        firing.append(is_firing)
    return np.array(firing, dtype=np.bool_)
