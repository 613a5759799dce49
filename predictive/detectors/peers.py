"""A device that differs from its peers: the same metric on the other devices of its model, at the same time and load.

Each series keeps its own usual distance from what its peers do together, so a device that was always a little warmer
may be; what all of them do (a heat wave, a holiday) is no anomaly of one. Where a metric of the device says what is
asked of it (its operating point: a load, a speed, the weather outside), peers are compared as if all had the same: what
a metric changes with it is learned from the whole fleet, as a straight line. High when the distance changes by much.
Silent where fewer than FEWEST peers reported in the same tick. Peers are rows of one metric of one model: told by
`introduce`, and by `assign` once a device's model is known (see predictive/peer_groups.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from predictive.arrays import Column, SeriesArrays
from predictive.baseline import TINY, Baseline, learn_baseline, scale_of, squash
from predictive.records import Batch, Detector, Floats, Ints, Mask, Scores, State

ON_REQUEST = True
FEWEST = 5  # a median of fewer moves with one of them
UNKNOWN = -1.0
SUSPECT = 0.2  # half the tolerable distance
ACCUSED_SHARE = 0.02  # what is being accused is learned fifty times more slowly
OPERATING = (  # parts of the names of metrics that say what is asked of a device, the most telling first
    "load",
    "speed",
    "rpm",
    "throughput",
    "setpoint",
    "outdoor",
    "ambient",
    "负载",
    "负荷",
    "转速",
    "流量设定",
    "设定",
    "室外",
    "环境温度",
)


class _Peers:
    name = "peers"

    def __init__(
        self, *, limit: float, half_life: float, warm_up: int, smoothing: float, operating: Sequence[str]
    ) -> None:
        self._limit = limit
        self._rate = 1.0 - 0.5 ** (1.0 / half_life)
        self._share = 1.0 - 0.5 ** (1.0 / smoothing)
        self._warm_up = warm_up
        self._operating = tuple(part.casefold() for part in operating)
        self._device_of: dict[int, int] = {}
        self._rows_of: dict[int, list[int]] = {}
        self._rank_of: dict[int, int] = {}  # device -> how telling its operating point is
        self._cells = SeriesArrays(
            {
                "group": Column(fill=UNKNOWN),
                "leader": Column(fill=UNKNOWN),  # the row of the device's operating point
                "latest": Column(fill=np.nan),
                "course": Column(),  # smoothed distance from the median
                "mean": Column(),
                "deviation": Column(),
                "count": Column(),
                # How the metric goes with the operating point, from the peers' medians and this series' own means.
                "asked_mean": Column(),
                "given_mean": Column(),
                "variance": Column(),
                "covariance": Column(),
            }
        )

    def belong(self, series: int, *, device: int) -> None:
        """Take the row as one of this device's metrics."""
        self._device_of[series] = device
        self._rows_of.setdefault(device, []).append(series)

    def introduce(self, series: int, *, metric: str, unit: str) -> None:
        """Let the row be a peer of all rows of this metric and unit, unless `assign` said of which."""
        self._cells.touch(np.array([series]))
        if self._cells["group"][series] == UNKNOWN:
            self.assign(series, group=f"{metric}\0{unit}")
        device, folded = self._device_of.get(series), metric.casefold()
        if device is None:
            return
        rank = next((rank for rank, part in enumerate(self._operating) if part in folded), len(self._operating))
        if rank < self._rank_of.get(device, len(self._operating)):
            self._rank_of[device] = rank
            self._cells["leader"][self._rows_of[device]] = series
        elif device in self._rank_of:
            known = next(row for row in self._rows_of[device] if row != series)
            self._cells["leader"][series] = self._cells["leader"][known]

    def assign(self, series: int, *, group: str) -> None:
        """Let the row be a peer of this group's, for example of one model's metric. What it usually is off is off from
        its peers: among others it starts anew."""
        rows = np.array([series])
        self._cells.touch(rows)
        named = hashlib.sha256(group.encode("utf-8", "surrogatepass")).digest()
        code = float(int.from_bytes(named[:6], "big"))  # exact as a float
        if self._cells["group"][series] != code:
            self.forget(rows)
            self._cells["group"][series] = code

    def score(self, batch: Batch) -> Scores:
        self._cells.reserve(batch.series)
        seen = self._seen(batch)
        usual = seen.median + seen.effect + self._cells["mean"][batch.series]
        return Scores(self._scores(batch, seen), np.where(seen.compared, usual, np.nan))

    def learn(self, batch: Batch) -> None:
        self._cells.touch(batch.series)
        seen = self._seen(batch)
        accused = self._scores(batch, seen)[seen.compared] >= SUSPECT
        rows, cells = batch.series[seen.compared], self._cells
        baseline, course = self._baseline(rows), self._course(batch, seen)[seen.compared]
        learned = learn_baseline(baseline, course, rate=self._rate, in_warm_up=baseline.count < self._warm_up)
        trust = np.where(accused, ACCUSED_SHARE, 1.0)
        cells["mean"][rows] = baseline.mean + trust * (learned.mean - baseline.mean)
        cells["deviation"][rows] = baseline.deviation + trust * (learned.deviation - baseline.deviation)
        self._learn_effect(rows, seen.asked[seen.compared], seen.given[seen.compared], trust)
        cells["count"][rows] = learned.count
        cells["course"][rows] = course
        cells["latest"][batch.series] = batch.values

    def forget(self, series: Ints) -> None:
        """Start anew with these rows; whose peers they are stays."""
        rows = series[series < self._cells.used]
        kept = {name: self._cells[name][rows].copy() for name in ("group", "leader")}
        self._cells.forget(rows)
        for name, values in kept.items():
            self._cells[name][rows] = values

    def state(self) -> State:
        return self._cells.state()

    def restore(self, state: State) -> None:
        self._cells.restore(state)

    def _baseline(self, rows: Ints) -> Baseline:
        return Baseline(self._cells["mean"][rows], self._cells["deviation"][rows], self._cells["count"][rows])

    def _course(self, batch: Batch, seen: _Seen) -> Floats:
        before = self._cells["course"][batch.series]
        first = self._cells["count"][batch.series] == 0
        distance = batch.values - seen.effect - seen.median
        return np.where(first, distance, before + self._share * (distance - before))

    def _scores(self, batch: Batch, seen: _Seen) -> Floats:
        baseline = self._baseline(batch.series)
        floor = 1e-3 * np.abs(np.nan_to_num(seen.median))  # no sensor in this field is better than 0.1% of its reading
        z = (self._course(batch, seen) - baseline.mean) / np.maximum(scale_of(baseline), floor)
        ready = seen.compared & (baseline.count >= self._warm_up)
        return np.where(ready, squash(np.where(ready, z, 0.0) / self._limit), 0.0)

    def _learn_effect(self, rows: Ints, asked: Floats, given: Floats, trust: Floats) -> None:
        """Learn how a metric goes with what is asked: both from the peers, and from what this device usually is off."""
        cells = self._cells
        share = trust * np.maximum(1.0 / (cells["count"][rows] + 1.0), self._rate)
        led = cells["leader"][rows] != UNKNOWN
        apart, off = asked - cells["asked_mean"][rows], given - cells["given_mean"][rows]
        cells["asked_mean"][rows] += np.where(led, share * apart, 0.0)
        cells["given_mean"][rows] += np.where(led, share * off, 0.0)
        for name, product in (("variance", apart**2), ("covariance", apart * off)):
            cells[name][rows] += np.where(led, share * (product - cells[name][rows]), 0.0)

    def _seen(self, batch: Batch) -> _Seen:
        """Return what the peers in this tick say of each reading."""
        cells, rows = self._cells, batch.series
        peers = _Peerage(cells["group"][rows])
        operating = self._operating_point(batch)
        asked = operating - peers.median(operating)
        slope = peers.total(cells["covariance"][rows]) / np.maximum(peers.total(cells["variance"][rows]), TINY)
        effect = slope * asked
        # Without what each is usually off, or a device that departs would shift the median of the rest by a rank.
        median = peers.median(batch.values - effect - cells["mean"][rows])
        compared = (peers.size >= FEWEST) & (cells["group"][rows] != UNKNOWN)
        return _Seen(median, effect, asked, batch.values - peers.median(batch.values), cast(Mask, compared))

    def _operating_point(self, batch: Batch) -> Floats:
        """Return what is asked of each row's device, now or latest; 0 where nothing says, or for what says it."""
        leader = self._cells["leader"][batch.series].astype(np.int64)
        order = np.argsort(batch.series)
        at = order[np.minimum(np.searchsorted(batch.series[order], leader), len(order) - 1)]
        latest = self._cells["latest"][np.maximum(leader, 0)]
        operating = np.where(batch.series[at] == leader, batch.values[at], latest)
        follows = (leader >= 0) & (leader != batch.series) & np.isfinite(operating)
        return np.where(follows, operating, 0.0)


@dataclass(frozen=True, slots=True)
class _Seen:
    """Aligned with a batch."""

    median: Floats  # of the peers, as if at the operating point of their median
    effect: Floats  # what this device's operating point does
    asked: Floats  # operating point from the peers' median
    given: Floats  # reading from the peers' median
    compared: Mask  # enough peers are there


class _Peerage:
    """Sums and medians over the readings of one tick that are peers."""

    def __init__(self, group: Floats) -> None:
        self._group = group
        _, self._member, sizes = np.unique(group, return_inverse=True, return_counts=True)
        self._sizes = sizes
        self._starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
        self.size = sizes[self._member]

    def median(self, values: Floats) -> Floats:
        ordered = values[np.lexsort((values, self._member))]
        middle = (ordered[self._starts + (self._sizes - 1) // 2] + ordered[self._starts + self._sizes // 2]) / 2.0
        return np.asarray(middle[self._member])

    def total(self, values: Floats) -> Floats:
        return np.asarray(np.bincount(self._member, weights=values)[self._member], dtype=np.float64)


def make_detector(
    *,
    limit: float = 6.0,
    half_life: float = 3000.0,
    warm_up: int = 200,
    smoothing: float = 3.0,
    operating: Sequence[str] = OPERATING,
) -> Detector:
    """Build the detector.

    Parameters:
        limit: usual distances from the peers' median that one may be farther off.
        half_life: readings after which an old reading counts half.
        warm_up: ticks among peers before a series is judged.
        smoothing: readings after which a reading counts half in the course.
        operating: parts of the names of metrics that say what is asked of a device, the most telling first.
    """
    return _Peers(limit=limit, half_life=half_life, warm_up=warm_up, smoothing=smoothing, operating=operating)
