"""Metrics of one device that no longer move together: T2 and Q of an incremental principal component analysis.

Each metric is smoothed and standardised by its own slow baseline; their covariance forgets slowly. T2 (Hotelling 1947)
is how far the device lies along the components that hold most of the variance, Q (Jackson and Mudholkar 1979) how far
off them; both in units of their own expectation and added (Yue and Qin 2001). High when the sum lies beyond this
device's own tail. A metric's score is the device's, by its contribution: the one that stands out most has it whole.
Looks at a device's first WIDTH metrics. Does not know the time of day.
"""

from __future__ import annotations

import numpy as np

from predictive.arrays import Column
from predictive.baseline import Baseline, learn_baseline, scale_of, squash
from predictive.device_arrays import DeviceArrays
from predictive.records import Batch, Detector, Floats, Ints, Scores, State
from predictive.tail_likelihood import Excess, learn_excess, surprise

ON_REQUEST = True
WIDTH = 8
HELD = 0.9  # share of the variance in the leading components
RIDGE = 0.05  # of the mean variance: metrics that never moved apart in warm-up may, a little
CLIP = 6.0  # scales that one reading counts when the covariance learns it
REFRESH = 64  # readings after which the components are computed anew
SUSPECT = 0.2  # half the tolerable distance
ACCUSED_SHARE = 0.02  # a change that stays becomes normal, fifty times more slowly


class _Multivariate:
    name = "multivariate"

    def __init__(self, *, limit: float, smoothing: float, half_life: float, warm_up: int) -> None:
        self._limit = limit
        self._share = 1.0 - 0.5 ** (1.0 / smoothing)
        self._rate = 1.0 - 0.5 ** (1.0 / half_life)
        self._warm_up = warm_up
        self._devices = DeviceArrays(
            {
                "mean": Column(width=WIDTH),
                "deviation": Column(width=WIDTH),
                "course": Column(width=WIDTH),  # standardised
                "seen": Column(width=WIDTH),  # readings by metric
                "covariance": Column(width=WIDTH * WIDTH, dtype="f4"),
                "index": Column(width=WIDTH * WIDTH, dtype="f4"),  # the quadratic form of T2 and Q
                "count": Column(),
                "quantile": Column(fill=1.0),
                "excess": Column(fill=1.0),
                "judged": Column(),
            },
            width=WIDTH,
        )
        self._cells = self._devices.cells

    def belong(self, series: int, *, device: int) -> None:
        """Take the row as one of this device's metrics."""
        self._devices.belong(series, device=device)

    def score(self, batch: Batch) -> Scores:
        expected = np.full(len(batch.series), np.nan)
        score = np.zeros(len(batch.series))
        known, slots, devices, places = self._devices.members(batch.series)
        if len(known) == 0:
            return Scores(score, expected)
        standing = self._standing(slots, devices, places, batch.values[known])
        pull = standing * self._pulled(slots, standing)  # (devices, WIDTH) contributions
        ready = self._cells["count"][slots] >= self._warm_up
        whole = self._whole(slots, pull.sum(1))
        share = np.clip(pull / np.maximum(pull.max(1, keepdims=True), 1e-12), 0.0, 1.0)
        score[known] = whole[devices] * share[devices, places]
        expected[known] = np.where(ready[devices], self._cells["mean"][slots[devices], places], np.nan)
        return Scores(score, expected)

    def learn(self, batch: Batch) -> None:
        self._devices.adopt(batch.series)
        known, slots, devices, places = self._devices.members(batch.series)
        if len(known) == 0:
            return
        values, cells = batch.values[known], self._cells
        standing = self._standing(slots, devices, places, values)
        trust = self._trust(slots, standing)
        self._learn_tail(slots[trust == 1.0], standing[trust == 1.0])
        self._learn_covariance(slots, standing, trust)
        at, trusted = slots[devices], trust[devices]
        baseline = Baseline(cells["mean"][at, places], cells["deviation"][at, places], cells["seen"][at, places])
        learned = learn_baseline(baseline, values, rate=self._rate, in_warm_up=baseline.count < self._warm_up)
        cells["mean"][at, places] += trusted * (learned.mean - baseline.mean)
        cells["deviation"][at, places] += trusted * (learned.deviation - baseline.deviation)
        cells["seen"][at, places] = learned.count
        cells["course"][slots] = standing
        cells["count"][slots] += 1.0
        count = cells["count"][slots]
        self._refresh(slots[(count >= self._warm_up / 2) & (count % REFRESH == 0)])

    def forget(self, series: Ints) -> None:
        self._devices.forget(series)

    def state(self) -> State:
        return self._devices.state()

    def restore(self, state: State) -> None:
        self._devices.restore(state)

    def _standing(self, slots: Ints, devices: Ints, places: Ints, values: Floats) -> Floats:
        """Return each device's smoothed standardised metrics with these readings; (devices, WIDTH)."""
        cells, at = self._cells, slots[devices]
        baseline = Baseline(cells["mean"][at, places], cells["deviation"][at, places], cells["seen"][at, places])
        z = np.where(baseline.count < 2, 0.0, np.clip((values - baseline.mean) / scale_of(baseline), -1e4, 1e4))
        standing = cells["course"][slots].copy()
        standing[devices, places] += self._share * (z - standing[devices, places])
        return standing

    def _pulled(self, slots: Ints, standing: Floats) -> Floats:
        form = self._cells["index"][slots].reshape(-1, WIDTH, WIDTH).astype(np.float64)
        return np.asarray((form * standing[:, None, :]).sum(2))

    def _whole(self, slots: Ints, far: Floats) -> Floats:
        """Return the devices' scores, from T2 and Q together."""
        unlikely = surprise(self._excess(slots), np.sqrt(np.maximum(far, 0.0))) / self._limit
        return np.where(self._cells["count"][slots] >= self._warm_up, squash(unlikely), 0.0)

    def _trust(self, slots: Ints, standing: Floats) -> Floats:
        """Return how much of these ticks is learned: little of what is being accused."""
        whole = self._whole(slots, (standing * self._pulled(slots, standing)).sum(1))
        return np.where(whole >= SUSPECT, ACCUSED_SHARE, 1.0)

    def _excess(self, slots: Ints) -> Excess:
        return Excess(self._cells["quantile"][slots], self._cells["excess"][slots], self._cells["judged"][slots])

    def _learn_tail(self, slots: Ints, standing: Floats) -> None:
        far = np.sqrt(np.maximum((standing * self._pulled(slots, standing)).sum(1), 0.0))
        told = far > 0
        learned = learn_excess(self._excess(slots[told]), far[told])
        self._cells["quantile"][slots[told]] = learned.quantile
        self._cells["excess"][slots[told]] = learned.mean
        self._cells["judged"][slots[told]] = learned.count

    def _learn_covariance(self, slots: Ints, standing: Floats, trust: Floats) -> None:
        cells = self._cells
        bounded = np.clip(standing, -CLIP, CLIP)
        share = (trust * np.maximum(1.0 / (cells["count"][slots] + 1.0), self._rate))[:, None]
        product = (bounded[:, :, None] * bounded[:, None, :]).reshape(len(slots), -1)
        held = cells["covariance"][slots]
        cells["covariance"][slots] = held + share * (product - held)

    def _refresh(self, slots: Ints) -> None:
        """Compute the components anew and with them the form whose value is T2 and Q, each over its expectation."""
        if len(slots) == 0:
            return
        covariance = self._cells["covariance"][slots].reshape(-1, WIDTH, WIDTH).astype(np.float64)
        present = self._cells["seen"][slots] > 0
        width = np.maximum(present.sum(1), 1)
        ridge = RIDGE * np.trace(covariance, axis1=1, axis2=2) / width + 1e-9
        variance, axes = np.linalg.eigh(covariance + ridge[:, None, None] * np.eye(WIDTH))
        variance, axes = variance[:, ::-1], axes[:, :, ::-1]
        # Metrics that are not there have the ridge for variance and no part in any reading.
        part = np.cumsum(variance, 1) / variance.sum(1, keepdims=True)
        leading = np.concatenate([np.ones((len(slots), 1), dtype=np.bool_), part[:, :-1] < HELD], axis=1)
        leads = leading.sum(1, keepdims=True)
        rest = np.where(leading, 0.0, variance).sum(1, keepdims=True)
        weight = np.where(leading, 1.0 / (variance * leads), 1.0 / np.maximum(rest, 1e-9))
        form = (axes * weight[:, None, :]) @ axes.transpose(0, 2, 1)
        self._cells["index"][slots] = form.reshape(len(slots), -1)


def make_detector(
    *, limit: float = 4.0, smoothing: float = 3.0, half_life: float = 3000.0, warm_up: int = 300
) -> Detector:
    """Build the detector.

    Parameters:
        limit: -log10 of the chance, by the device's own tail, that is still tolerable.
        smoothing: readings after which a reading counts half in a metric's course.
        half_life: readings after which an old reading counts half in baselines and covariance.
        warm_up: ticks of a device before it has an opinion.
    """
    return _Multivariate(limit=limit, smoothing=smoothing, half_life=half_life, warm_up=warm_up)
