"""Nouns, protocols and errors of predictive: values only, no ids, no storage.

    PredictiveError
    ├── StateMismatch       a snapshot was made by another version or other options
    ├── SeriesFull          more series than the configured limit
    ├── DetectorMissing     no detector has this name, or it refuses these options
    └── TableError          a csv cannot be read as a table of metrics; says which row and column

`at` is seconds since 1970-01-01 UTC in arrays and an aware datetime in records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
State = Mapping[str, npt.NDArray[np.generic]]
Values = tuple[tuple[str, object], ...]  # names and what they stand for
Severity = Literal["info", "warning", "critical"]
AlertState = Literal["open", "resolved"]


ONLINE = "$online"
"""The metric that says whether a device is connected: 1 or 0, from a gateway's word, not measured. Never judged."""


class PredictiveError(Exception):
    """Something about telemetry went wrong; the message says what, where, and what to do."""


class StateMismatch(PredictiveError): ...


class SeriesFull(PredictiveError):
    """No series beyond the limit is followed."""

    kind = "series_full"

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} series are followed already; raise max_series to follow more")
        self.values: Values = (("limit", limit),)


class DetectorMissing(PredictiveError): ...


class TableError(PredictiveError):
    """`zh` says the same in Chinese."""

    def __init__(self, message: str, *, zh: str = "") -> None:
        super().__init__(message)
        self.zh = zh


@dataclass(frozen=True, slots=True)
class Measurement:
    """One reading as a gateway sends it."""

    device_id: str
    metric: str
    at: datetime  # aware
    value: float
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """The same readings as aligned columns, so that parsing stays columnar. Empty `units`: none was given."""

    device_ids: Sequence[str]
    metrics: Sequence[str]
    at_s: Floats  # (n,) float64 seconds since the epoch
    values: Floats  # (n,) float64
    units: Sequence[str] = ()

    def __post_init__(self) -> None:
        lengths = {len(self.device_ids), len(self.metrics), len(self.at_s), len(self.values)}
        if len(lengths) > 1 or (self.units and len(self.units) not in lengths):
            raise PredictiveError(f"columns differ in length: {sorted(lengths)}, units {len(self.units)}; align them")


@dataclass(frozen=True, slots=True)
class Limit:
    """What a metric must not fall below or rise above, in `unit` (empty: the series' own)."""

    lower: float | None = None
    upper: float | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Reading number `index` of a request was not taken, and why; the kind and what fills its words, for those who say
    it in another language."""

    index: int
    reason: str
    kind: str = ""
    values: Values = ()


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
    since_s: Floats | None = None  # (n,) float64, when the change began; nan or None where the detector cannot tell


class Detector(Protocol):
    """Vectorised over series. Call score before learn; neither looks ahead. State grows with the highest series."""

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
    until: datetime | None = None  # of a resolved alert: the latest reading that was strange, or that was missed


@dataclass(frozen=True, slots=True)
class Chance:
    """How likely a failure is within a horizon."""

    horizon_h: float
    probability: float


@dataclass(frozen=True, slots=True)
class Prognosis:
    """Chance of failure within the horizon; None where nothing measured backs a number."""

    probability: float | None
    horizon_h: float | None
    soonest_h: float | None = None  # where the horizon is a crossing: nine in ten lie between
    latest_h: float | None = None  # None beside a soonest: no end can be told
    chances: tuple[Chance, ...] = ()  # nearest horizon first


@dataclass(frozen=True, slots=True)
class Alert:
    """One episode of one device. `key` is the same for the same device and episode, whatever is repeated or replayed.

    Within the cool-down a resolved alert opens again under its old key: one episode, one ticket.
    """

    key: str
    device_id: str
    state: AlertState
    severity: Severity
    opened_at: datetime
    updated_at: datetime
    resolved_at: datetime | None
    reasons: tuple[Reason, ...]  # strongest first
    prognosis: Prognosis = Prognosis(None, None)
    returns: int = 0  # how often it came back of late
    is_flapping: bool = False  # it comes and goes so often that each time says nothing new


@dataclass(frozen=True, slots=True)
class Observation:
    """What became of one request's readings."""

    accepted: int
    duplicates: int
    late: int
    rejected: tuple[Rejection, ...]
    anomalies: tuple[Anomaly, ...]
    alerts: tuple[Alert, ...]  # opened, changed or resolved by these readings, latest form of each
    future: int = 0  # of the rejected, those from a clock that goes ahead
    warnings: tuple[str, ...] = ()  # a limit that cannot be applied, and why


DroppedAs = Literal["duplicates", "late", "future", "refused"]


@dataclass(frozen=True, slots=True)
class Dropped:
    """How many readings of a device were not taken, since it was first seen."""

    duplicates: int = 0
    late: int = 0  # they came after their series had moved on
    future: int = 0  # from a clock that goes ahead
    refused: int = 0  # another unit, no number, a clock that is not set


@dataclass(frozen=True, slots=True)
class SeriesPoints:
    """Recent readings of one series, oldest first, thinned to a bounded number."""

    device_id: str
    metric: str
    unit: str
    at_s: Floats  # (n,) float64
    values: Floats  # (n,) float64
