"""Nouns, protocols and errors of predictive: values only, no ids, no storage.

    PredictiveError
    ├── StateMismatch       a snapshot was made by another version or other options
    └── SeriesFull          more series than the configured limit

`at` is seconds since 1970-01-01 UTC in arrays and an aware datetime in records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
State = Mapping[str, npt.NDArray[np.generic]]
Severity = Literal["info", "warning", "critical"]
AlertState = Literal["open", "resolved"]


class PredictiveError(Exception):
    """Something about telemetry went wrong; the message says what, where, and what to do."""


class StateMismatch(PredictiveError): ...


class SeriesFull(PredictiveError): ...


@dataclass(frozen=True, slots=True)
class Measurement:
    """One reading as a gateway sends it."""

    device_id: str
    metric: str
    at: datetime  # aware
    value: float
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Reading number `index` of a request was not taken, and why."""

    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class Batch:
    """At most one reading per series, columns aligned: a detector sees one tick of many series at once."""

    series: Ints  # (n,) int64, row in the state arrays, no repeats
    at_s: Floats  # (n,) float64 seconds since the epoch
    values: Floats  # (n,) float64


@dataclass(frozen=True, slots=True)
class Scores:
    """What a detector thinks of a Batch, aligned with it."""

    score: Floats  # (n,) float64 in [0, 1], high is anomalous; 0 in warm-up
    expected: Floats  # (n,) float64, what the detector expected; nan where it has no opinion


class Detector(Protocol):
    """Vectorised over series. Call score before learn; neither looks ahead. State arrays grow with the highest series seen."""

    @property
    def name(self) -> str: ...

    def score(self, batch: Batch) -> Scores: ...

    def learn(self, batch: Batch) -> None: ...

    def state(self) -> State: ...

    def restore(self, state: State) -> None: ...


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One reading that a detector found strange."""

    device_id: str
    metric: str
    at: datetime
    detector: str
    observed: float
    expected: float  # nan where the detector has no opinion
    score: float  # 0..1


@dataclass(frozen=True, slots=True)
class Reason:
    """One metric's part in an alert."""

    metric: str
    since: datetime
    expected: float
    observed: float
    score: float
    detector: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Prognosis:
    """Chance of failure within the horizon; None where nothing measured backs a number."""

    probability: float | None
    horizon_h: float | None


@dataclass(frozen=True, slots=True)
class Alert:
    """One episode of one device. `key` is the same for the same device and episode, whatever is repeated or replayed."""

    key: str
    device_id: str
    state: AlertState
    severity: Severity
    opened_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    reasons: tuple[Reason, ...]  # strongest first
    prognosis: Prognosis = Prognosis(None, None)
