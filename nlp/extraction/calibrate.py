"""Turn belief into calibrated confidence, and a promise into a threshold.

In: counted outcomes, raw belief and whether the value was right. Out: confidence that rises with belief, and the
lowest belief at which a promise ("98% of auto-filled order numbers right") is kept with 95% certainty. The shipped
table says itself where its counts come from; an administrator's own corrections replace it.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from math import sqrt

DEFAULT_PROMISE = 0.98
"""What a value that is filled in unasked must keep: an agent who corrects one in fifty still trusts the rest."""
MIN_AUTO_BELIEF = 0.8
"""However kind the table: less than one clear statement, or two weak ones, is never filled in unasked."""
SUGGEST_PROMISE = 0.5
"""A suggestion that is more often wrong than right costs more glances than it saves."""
TOP_CONFIDENCE = 0.999
"""Nothing read by rules is surer; a belief of 1 would need every source to be infallible."""
WILSON_Z = 1.645  # one-sided 95%


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of values whose belief lay in [raw, next raw)."""

    raw: float
    count: int
    right: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """Outcomes by field, in order of belief; "" is every field without its own."""

    derived_from: str
    outcomes: Mapping[str, tuple[Outcomes, ...]]

    def confidence(self, field: str, raw: float) -> float:
        """Return the chance that a value believed this much is right."""
        return _confidence(self.of(field), raw)

    def threshold(self, field: str, promise: float) -> float:
        """Return the lowest belief that keeps the promise, alone and with all above it; 1 where none does."""
        return _lowest_kept(self.of(field), promise)

    def of(self, field: str) -> tuple[Outcomes, ...]:
        """Return a field's own outcomes, or those of every field without its own."""
        return self.outcomes.get(field) or self.outcomes.get("", ())


def wilson_lower_bound(right: int, count: int) -> float:
    """Return the lower end of Wilson's one-sided 95% interval for a proportion (Wilson 1927).

    >>> round(wilson_lower_bound(98, 100), 3)
    0.941
    """
    share = right / count
    z2 = WILSON_Z**2
    centre = share + z2 / (2 * count)
    spread = WILSON_Z * sqrt(share * (1 - share) / count + z2 / (4 * count * count))
    return (centre - spread) / (1 + z2 / count)


@lru_cache(maxsize=256)
def _isotonic(outcomes: tuple[Outcomes, ...]) -> tuple[tuple[float, float], ...]:
    """Pool adjacent violators over Laplace-smoothed shares: (raw, confidence) that never falls as raw rises."""
    blocks: list[list[float]] = []  # raw, right, count
    for outcome in outcomes:
        if not outcome.count:
            continue
        blocks.append([outcome.raw, outcome.right + 1.0, outcome.count + 2.0])
        while len(blocks) > 1 and blocks[-2][1] / blocks[-2][2] >= blocks[-1][1] / blocks[-1][2]:
            _, right, count = blocks.pop()
            blocks[-1][1] += right
            blocks[-1][2] += count
    return tuple((raw, right / count) for raw, right, count in blocks)


def _confidence(outcomes: tuple[Outcomes, ...], raw: float) -> float:
    """Read a belief's confidence off the steps, and between two of them."""
    steps = _isotonic(outcomes)
    if not steps:
        return raw
    at = bisect_right([step[0] for step in steps], raw) - 1
    if at < 0:
        return steps[0][1] * raw / steps[0][0]
    low, low_confidence = steps[at]
    high, high_confidence = steps[at + 1] if at + 1 < len(steps) else (1.0, max(low_confidence, TOP_CONFIDENCE))
    return low_confidence + (high_confidence - low_confidence) * (raw - low) / max(high - low, 1e-9)


@lru_cache(maxsize=256)
def _lowest_kept(outcomes: tuple[Outcomes, ...], promise: float) -> float:
    """Return the lowest belief that keeps a promise; asked for each field of each ticket, of the same few tables."""
    count = right = 0
    lowest = 1.0
    for outcome in reversed(outcomes):
        count += outcome.count
        right += outcome.right
        is_kept = outcome.count and wilson_lower_bound(right, count) >= promise
        if is_kept and _confidence(outcomes, outcome.raw) >= promise:
            lowest = outcome.raw
    return lowest


def read_calibration(text: str) -> Calibration:
    """Read {"derived_from": ..., "outcomes": {field: [[raw, count, right], ...]}}."""
    table = json.loads(text)
    outcomes = {field: tuple(Outcomes(*row) for row in rows) for field, rows in table["outcomes"].items()}
    return Calibration(table["derived_from"], outcomes)


@lru_cache(maxsize=1)
def shipped_calibration() -> Calibration:
    """Return the table shipped with the package."""
    return read_calibration(files("nlp.extraction").joinpath("calibration.json").read_text(encoding="utf-8"))
