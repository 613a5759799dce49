"""What a detector is, where detectors are found, and how several of them judge one tick.

The folder `predictive/detectors/` is the registry: each file exports `make_detector(**options)`; packages elsewhere
join through the entry-point group `beforehand.detectors`. A Batch goes in, the strongest opinion per reading comes out.
Does not know devices or alerts.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Protocol, cast, runtime_checkable

import numpy as np

import predictive.detectors as folder
from predictive.records import Batch, Detector, DetectorMissing, Floats, Ints
from predictive.whole_series import LARGEST_VALUE

ENTRY_POINTS = "beforehand.detectors"
ANOMALOUS = 0.5  # every detector puts its own limit here; see baseline.squash
NO_DETECTOR = -1


@runtime_checkable
class SeriesAware(Protocol):
    """A detector that wants to know what a row is when it first appears."""

    def introduce(self, series: int, *, metric: str, unit: str) -> None: ...


@runtime_checkable
class DeviceAware(Protocol):
    """A detector that wants to know which rows are of one device."""

    def belong(self, series: int, *, device: int) -> None: ...


@runtime_checkable
class PeerAware(Protocol):
    """A detector that wants to know which rows are to be compared: one metric of one model of device."""

    def assign(self, series: int, *, group: str) -> None: ...


@runtime_checkable
class Forgetful(Protocol):
    """A detector that can start anew with some rows: the device was repaired, or its firmware is another."""

    def forget(self, series: Ints) -> None: ...


@runtime_checkable
class Retrospective(Detector, Protocol):
    """A detector that can judge one whole series at once, beginning with nothing learned: to the last bit the scores of
    score and learn at one reading after the other, and it never says since when."""

    def score_series(self, at_s: Floats, values: Floats) -> Floats: ...


def detector_names() -> tuple[str, ...]:
    """Return the names of all detectors, in order.

    >>> "robust_z" in detector_names()
    True
    """
    here = {module.name for module in pkgutil.iter_modules(folder.__path__)}
    return tuple(sorted(here | {point.name for point in entry_points(group=ENTRY_POINTS)}))


def build_detector(name: str, **options: object) -> Detector:
    """Build the detector `name`.

    Raises:
        DetectorMissing: there is none of this name, or it does not take these options.
    """
    if name not in detector_names():
        raise DetectorMissing(f"no detector is named {name!r}; there are {', '.join(detector_names())}")
    make = _factory(name)
    try:
        return make(**options)
    except TypeError as error:
        raise DetectorMissing(f"detector {name!r} refuses its options {sorted(options)}: {error}") from error


def _factory(name: str) -> Callable[..., Detector]:
    if name in {module.name for module in pkgutil.iter_modules(folder.__path__)}:
        module = importlib.import_module(f"{folder.__name__}.{name}")
        return cast(Callable[..., Detector], module.make_detector)
    return cast(Callable[..., Detector], entry_points(group=ENTRY_POINTS)[name].load())


@dataclass(frozen=True, slots=True)
class Verdict:
    """The strongest detector's opinion on each reading of a batch."""

    score: Floats  # (n,)
    expected: Floats  # (n,)
    since_s: Floats  # (n,) when the change began; nan where unknown
    detector: Ints  # (n,) index into the ensemble's names; NO_DETECTOR where all are silent
    momentary: Floats  # (n,) the highest score of those that judge this reading alone, not a sum that led to it


class Ensemble:
    """Several detectors on the same batches. `judge` before `learn`."""

    def __init__(self, detectors: Sequence[Detector]) -> None:
        self.detectors = tuple(detectors)
        self.names = tuple(detector.name for detector in self.detectors)
        self._aware = tuple(detector for detector in self.detectors if isinstance(detector, SeriesAware))
        self._device_aware = tuple(detector for detector in self.detectors if isinstance(detector, DeviceAware))

    def introduce(self, series: int, *, metric: str, unit: str, device: int) -> None:
        """Tell the detectors that care what this new row is."""
        for keeper in self._device_aware:
            keeper.belong(series, device=device)
        for detector in self._aware:
            detector.introduce(series, metric=metric, unit=unit)

    @property
    def compares(self) -> bool:
        """Return whether a detector compares rows."""
        return any(isinstance(detector, PeerAware) for detector in self.detectors)

    def assign(self, series: int, *, group: str) -> None:
        """Tell the detectors that compare rows whose peer this row is."""
        for detector in self.detectors:
            if isinstance(detector, PeerAware):
                detector.assign(series, group=group)

    def forget(self, series: Ints) -> None:
        """Let the detectors start anew with these rows."""
        for detector in self.detectors:
            if isinstance(detector, Forgetful):
                detector.forget(series)

    def judge(self, batch: Batch) -> Verdict:
        """Return the highest score of any detector, with that detector's expectation."""
        count = len(batch.series)
        best, momentary = np.zeros(count), np.zeros(count)
        expected, since_s = np.full(count, np.nan), np.full(count, np.nan)
        winner = np.full(count, NO_DETECTOR, dtype=np.int64)
        for index, detector in enumerate(self.detectors):
            scores = detector.score(batch)
            higher = scores.score > best
            best = np.where(higher, scores.score, best)
            winner = np.where(higher, index, winner)
            # A quiet reading still has an expectation: the first detector with an opinion gives it.
            opinion = higher | (np.isnan(expected) & ~np.isnan(scores.expected))
            expected = np.where(opinion, scores.expected, expected)
            began = np.nan if scores.since_s is None else scores.since_s
            since_s = np.where(higher, began, since_s)
            if scores.since_s is None:  # who knows when a change began has summed over it already
                momentary = np.maximum(momentary, scores.score)
        return Verdict(best, expected, since_s, winner, momentary)

    def judge_series(self, at_s: Floats, values: Floats) -> Floats | None:
        """Return the highest scores of one new series, in order of time, as `judge` before `learn` gives them; None
        where a detector or the values need it tick by tick."""
        judges = [detector for detector in self.detectors if isinstance(detector, Retrospective)]
        if len(judges) < len(self.detectors) or np.abs(values).max(initial=0.0) > LARGEST_VALUE:
            return None
        best = np.zeros(len(values))
        for judge in judges if len(values) else ():
            best = np.fmax(best, judge.score_series(at_s, values))
        return best

    def learn(self, batch: Batch) -> None:
        """Let every detector learn the batch."""
        for detector in self.detectors:
            detector.learn(batch)


def build_ensemble(options: Mapping[str, Mapping[str, object]]) -> Ensemble:
    """Build the named detectors, each with its options, in name order."""
    return Ensemble([build_detector(name, **options[name]) for name in sorted(options)])


def default_detectors(names: Iterable[str] | None = None) -> dict[str, dict[str, object]]:
    """Return every detector (or those named) with no options, without those that are for a named purpose only."""
    return {name: {} for name in (filter(_is_default, detector_names()) if names is None else names)}


def _is_default(name: str) -> bool:
    """Tell whether a detector joins unasked: its module may say ON_REQUEST = True."""
    if name not in {module.name for module in pkgutil.iter_modules(folder.__path__)}:
        return True
    return not getattr(importlib.import_module(f"{folder.__name__}.{name}"), "ON_REQUEST", False)
