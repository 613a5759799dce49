"""What each metric should be, by the last readings of all metrics of its device, as they were related at the start.

A device's first readings are its reference: a ridge-regularised vector autoregression is fitted on them (Luetkepohl
2005, 3.2), the readings after those say how far its smoothed errors reach by themselves, and from then on a metric is
judged by that. Errors are calibrated on other readings than those the model was fitted on, so a metric that wanders is
given room. The reference stays until `forget`: this suits a machine whose start was sound, as a run on a rig. Looks at
a device's first WIDTH metrics; one metric alone is predicted from itself.
"""

from __future__ import annotations

import numpy as np

from predictive.arrays import Column
from predictive.baseline import RELATIVE_FLOOR, TINY, squash
from predictive.device_arrays import DeviceArrays
from predictive.records import Batch, Detector, Floats, Ints, Scores, State

ON_REQUEST = True
WIDTH = 8
LAGS = 3
TERMS = WIDTH * LAGS + 1  # and a constant
RIDGE = 1.0  # readings' worth, on standardised metrics
CLIP = 10.0  # standard deviations that one error counts in its course


class _Forecast:
    name = "forecast"

    def __init__(self, *, limit: float, smoothing: float, reference: int, calibration: int) -> None:
        self._limit = limit
        self._share = 1.0 - 0.5 ** (1.0 / smoothing)
        self._reference = reference
        self._ready = reference + calibration
        self._devices = DeviceArrays(
            {
                "origin": Column(width=WIDTH, fill=np.nan),  # first readings: what is summed stays small
                "recent": Column(width=WIDTH * LAGS),  # newest first, from the origin
                "gram": Column(width=TERMS * TERMS),
                "cross": Column(width=TERMS * WIDTH),
                "form": Column(width=TERMS * WIDTH),  # the coefficients
                "spread": Column(width=WIDTH),  # standard deviation in the reference
                "course": Column(width=WIDTH),  # smoothed error, in spreads
                "farthest": Column(width=WIDTH),  # course while calibrating
                "count": Column(),
            },
            width=WIDTH,
        )
        self._cells = self._devices.cells

    def belong(self, series: int, *, device: int) -> None:
        """Take the row as one of this device's metrics."""
        self._devices.belong(series, device=device)

    def score(self, batch: Batch) -> Scores:
        score, expected = np.zeros(len(batch.series)), np.full(len(batch.series), np.nan)
        known, slots, devices, places = self._devices.members(batch.series)
        ready = self._cells["count"][slots] >= self._ready
        if not ready.any():
            return Scores(score, expected)
        predicted = self._predicted(slots)
        course = self._course(slots, devices, places, batch.values[known], predicted)
        far = np.abs(course) / np.maximum(self._cells["farthest"][slots], TINY)
        there = ready[devices]
        score[known] = np.where(there, squash(far[devices, places] / self._limit), 0.0)
        usual = predicted[devices, places] + self._cells["origin"][slots][devices, places]
        expected[known] = np.where(there, usual, np.nan)
        return Scores(score, expected)

    def learn(self, batch: Batch) -> None:
        self._devices.adopt(batch.series)
        known, slots, devices, places = self._devices.members(batch.series)
        if len(known) == 0:
            return
        values, cells = batch.values[known], self._cells
        fitted = cells["count"][slots] >= self._reference
        if fitted.any():
            course = self._course(slots, devices, places, values, self._predicted(slots))
            cells["course"][slots] = np.where(fitted[:, None], course, 0.0)
            self._calibrate(slots[fitted & (cells["count"][slots] < self._ready)])
        at = slots[devices]
        cells["origin"][at, places] = np.where(
            np.isnan(cells["origin"][at, places]), values, cells["origin"][at, places]
        )
        latest = cells["recent"][slots].reshape(-1, LAGS, WIDTH)[:, 0].copy()  # what is missing holds its last
        latest[devices, places] = values - cells["origin"][at, places]
        fitting = ~fitted & (cells["count"][slots] >= LAGS)
        self._sum_up(slots[fitting], latest[fitting])
        cells["recent"][slots] = np.concatenate([latest, cells["recent"][slots][:, : WIDTH * (LAGS - 1)]], axis=1)
        cells["count"][slots] += 1.0
        self._fit(slots[cells["count"][slots] == self._reference])

    def forget(self, series: Ints) -> None:
        self._devices.forget(series)

    def state(self) -> State:
        return self._devices.state()

    def restore(self, state: State) -> None:
        self._devices.restore(state)

    def _predicted(self, slots: Ints) -> Floats:
        """Return what each metric should read, from its origin; (n, WIDTH)."""
        terms = np.concatenate([self._cells["recent"][slots], np.ones((len(slots), 1))], axis=1)
        form = self._cells["form"][slots].reshape(-1, TERMS, WIDTH)
        return np.asarray((terms[:, None, :] @ form)[:, 0])

    def _course(self, slots: Ints, devices: Ints, places: Ints, values: Floats, predicted: Floats) -> Floats:
        """Return the smoothed errors with these readings; (n, WIDTH)."""
        cells = self._cells
        course = cells["course"][slots].copy()
        error = values - cells["origin"][slots][devices, places] - predicted[devices, places]
        spread = np.maximum(cells["spread"][slots][devices, places], TINY)
        bounded = np.clip(np.nan_to_num(error / spread), -CLIP, CLIP)
        course[devices, places] += self._share * (bounded - course[devices, places])
        return course

    def _calibrate(self, slots: Ints) -> None:
        """Let the course reach as far as it does now."""
        cells = self._cells
        cells["farthest"][slots] = np.maximum(cells["farthest"][slots], np.abs(cells["course"][slots]))

    def _sum_up(self, slots: Ints, latest: Floats) -> None:
        """Add one tick to the normal equations."""
        terms = np.concatenate([self._cells["recent"][slots], np.ones((len(slots), 1))], axis=1)
        self._cells["gram"][slots] += (terms[:, :, None] * terms[:, None, :]).reshape(-1, TERMS * TERMS)
        self._cells["cross"][slots] += (terms[:, :, None] * latest[:, None, :]).reshape(-1, TERMS * WIDTH)

    def _fit(self, slots: Ints) -> None:
        """Solve the normal equations, each metric measured in its own spread."""
        if len(slots) == 0:
            return
        cells = self._cells
        gram = cells["gram"][slots].reshape(-1, TERMS, TERMS)
        cross = cells["cross"][slots].reshape(-1, TERMS, WIDTH)
        ticks = np.maximum(gram[:, -1, -1], 1.0)[:, None]
        mean = gram[:, -1, :-1] / ticks
        variance = np.diagonal(gram, axis1=1, axis2=2)[:, :-1] / ticks - mean**2
        level = np.tile(np.abs(np.nan_to_num(cells["origin"][slots]) + mean[:, :WIDTH]), LAGS)
        scale = np.maximum(np.sqrt(np.maximum(variance, 0.0)), RELATIVE_FLOOR * level + TINY)
        cells["spread"][slots] = scale[:, :WIDTH]
        # Terms from their means and in their spreads: a linear change of the sums, made once.
        change = np.zeros_like(gram)
        places = np.arange(TERMS - 1)
        change[:, places, places], change[:, places, -1], change[:, -1, -1] = 1.0 / scale, -mean / scale, 1.0
        ridge = RIDGE * np.diag(np.arange(TERMS) < TERMS - 1)  # none on the constant
        standing = change @ gram @ change.transpose(0, 2, 1) + ridge
        solved = np.linalg.solve(standing, change @ cross)
        cells["form"][slots] = (change.transpose(0, 2, 1) @ solved).reshape(len(slots), -1)


def make_detector(
    *, limit: float = 3.8, smoothing: float = 5.0, reference: int = 320, calibration: int = 80
) -> Detector:
    """Build the detector.

    Parameters:
        limit: times the farthest error of the calibration that is still tolerable.
        smoothing: readings after which an error counts half in its course.
        reference: first ticks of a device, on which the relations are fitted.
        calibration: ticks after those, which say how far errors reach.
    """
    return _Forecast(limit=limit, smoothing=smoothing, reference=reference, calibration=calibration)
