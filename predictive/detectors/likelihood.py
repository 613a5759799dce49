"""Several views of a series together: how unlikely is all of this, by the series' own past.

Control charts of five smoothings, the step, the volatility and the hour of the day each give a distance; each distance
becomes -log10 of its chance in this series' own tail (predictive.tail_likelihood), and the chances are summed: several
views that are each a little odd are odd together. One setting fits a tame series and a wild one, as both are measured
by their own past. Its state is ten times a control chart's: made for tables, on request elsewhere. The views are not
independent, so the sum ranks and is no probability.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from predictive.arrays import Column, SeriesArrays
from predictive.baseline import squash
from predictive.control_chart import ChartOptions, ControlChart, WarmUp
from predictive.detector import Retrospective
from predictive.detectors.rate import make_detector as make_rate
from predictive.detectors.seasonal import make_detector as make_seasonal
from predictive.detectors.volatility import make_detector as make_volatility
from predictive.records import Batch, Detector, Floats, Ints, Scores, State
from predictive.tail_likelihood import Excess, learn_excess, surprise
from predictive.whole_series import ages_of, counts_of, excesses

ON_REQUEST = True
SMOOTHINGS = (0.0, 3.0, 12.0, 48.0, 144.0)  # readings: one, a quarter of an hour to twelve hours of five minutes each
KNOWN_TAIL = 100.0  # distances behind a view's tail before it counts: ten of them lie beyond its quantile
# A series watched for so long, or so often, must be twice as far out: its tails are short. With half of either, 65
# times; with twice, 1.02. Chosen on the public half of NAB, whose score stays from 2.6 to 2.9 days and from 175 to 200
# readings.
YOUNG_S = 2.75 * 86_400.0
YOUNG_READINGS = 200.0
LARGEST = 1.0 - 1e-12  # a score of 1 stands for a million tolerable distances


class _Likelihood:
    name = "likelihood"

    def __init__(self, *, limit: float, half_life: float) -> None:
        self._limit = limit
        charts: dict[str, Retrospective] = {
            f"chart{smoothing:g}": ControlChart(
                "ewma", ChartOptions(limit=6.0, half_life=half_life, smoothing=smoothing, warm_up=WarmUp())
            )
            for smoothing in SMOOTHINGS
        }
        self._views: Mapping[str, Retrospective] = {
            **charts,
            "rate": make_rate(half_life=half_life),
            "volatility": make_volatility(half_life=half_life),
            "seasonal": make_seasonal(),
        }
        columns: dict[str, Column] = {}
        for view in self._views:
            columns |= {f"quantile/{view}": Column(fill=1.0), f"excess/{view}": Column(fill=1.0)}
            columns |= {f"count/{view}": Column()}
        columns |= {"readings": Column(), "first_s": Column(fill=np.inf)}
        self._cells = SeriesArrays(columns)

    def score(self, batch: Batch) -> Scores:
        self._cells.reserve(batch.series)
        total, expected = np.zeros(len(batch.series)), np.full(len(batch.series), np.nan)
        for view, detector in self._views.items():
            scores = detector.score(batch)
            excess = self._excess(view, batch.series)
            unlikely = surprise(excess, _distance(scores.score))
            total += np.where(excess.count >= KNOWN_TAIL, unlikely, 0.0)
            expected = np.where(np.isnan(expected), scores.expected, expected)
        age_s = batch.at_s - self._cells["first_s"][batch.series]
        return Scores(squash(total / (self._limit * _youth(self._cells["readings"][batch.series], age_s))), expected)

    def score_series(self, at_s: Floats, values: Floats) -> Floats:
        total = np.zeros(len(values))
        for detector in self._views.values():
            distance = _distance(detector.score_series(at_s, values))
            excess = excesses(distance)
            total += np.where(excess.count >= KNOWN_TAIL, surprise(excess, distance), 0.0)
        return squash(total / (self._limit * _youth(counts_of(len(values)), ages_of(at_s))))

    def learn(self, batch: Batch) -> None:
        self._cells.touch(batch.series)
        self._cells["readings"][batch.series] += 1.0
        first_s = self._cells["first_s"][batch.series]
        self._cells["first_s"][batch.series] = np.minimum(first_s, batch.at_s)
        for view, detector in self._views.items():
            distance = _distance(detector.score(batch).score)
            heard = distance > 0  # a view in its warm-up says nothing, and nothing is learned of it
            rows = batch.series[heard]
            learned = learn_excess(self._excess(view, rows), distance[heard])
            self._cells[f"quantile/{view}"][rows] = learned.quantile
            self._cells[f"excess/{view}"][rows] = learned.mean
            self._cells[f"count/{view}"][rows] = learned.count
            detector.learn(batch)

    def forget(self, series: Ints) -> None:
        self._cells.forget(series)
        for detector in self._views.values():
            detector.forget(series)  # type: ignore[attr-defined]

    def state(self) -> State:
        views = {
            f"{view}/{name}": array
            for view, detector in self._views.items()
            for name, array in detector.state().items()
        }
        return {**self._cells.state(), **views}

    def restore(self, state: State) -> None:
        own = set(self._cells.state())
        self._cells.restore({name: array for name, array in state.items() if name in own})
        for view, detector in self._views.items():
            prefix = f"{view}/"
            detector.restore(
                {name.removeprefix(prefix): array for name, array in state.items() if name.startswith(prefix)}
            )

    def _excess(self, view: str, rows: Ints) -> Excess:
        cells = self._cells
        return Excess(cells[f"quantile/{view}"][rows], cells[f"excess/{view}"][rows], cells[f"count/{view}"][rows])


def _distance(score: Floats) -> Floats:
    """Undo `squash`: the distance in tolerable ones, six of them, so that the tail starts near one."""
    bounded = np.minimum(score, LARGEST)
    return np.asarray(6.0 * np.sqrt(bounded / (1.0 - bounded)))


def _youth(readings: Floats, age_s: Floats) -> Floats:
    """Return how many times farther out a series must be that was watched so often and so long."""
    by_age = (YOUNG_S / np.maximum(age_s, 1.0)) ** 2
    by_count = (YOUNG_READINGS / np.maximum(readings, 1.0)) ** 2
    return 1.0 + by_age * by_age * by_age + by_count * by_count * by_count


def make_detector(*, limit: float = 13.0, half_life: float = 2000.0) -> Detector:
    """Build the detector.

    Parameters:
        limit: sum of the views' -log10 chances that is still tolerable.
        half_life: readings after which an old reading counts half in the views' baselines.
    """
    return _Likelihood(limit=limit, half_life=half_life)
