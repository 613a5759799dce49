"""Turn belief into calibrated confidence, and a promise into a threshold.

In: counted outcomes, raw belief and whether the value was right. Out: confidence that rises with belief, and the belief
from which up a promise ("98% of auto-filled order numbers right") is kept. The shipped table counts made-up
conversations: it orders and scales belief and says what may be assumed, and it promises nothing. A promise is held on
the business's own corrections alone (see promises); until they say something, what is assumed holds, or nothing is
filled in where the administrator wants that.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from math import sqrt

from nlp.extraction.promises import Standing, stand
from nlp.extraction.scaling import AS_IT_IS, Scaling

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
class Taught:
    """What a field's corrections teach: how many were right at each belief, and how confidence is rescaled by them."""

    rows: tuple[Outcomes, ...]  # in order of belief
    scaling: Scaling = AS_IT_IS


@dataclass(frozen=True, slots=True)
class Calibration:
    """Made-up outcomes by field, in order of belief, "" for every field without its own; and beside them what was
    taught. Of fields in `unfilled_until_held` nothing is filled in before their promise is held."""

    derived_from: str
    outcomes: Mapping[str, tuple[Outcomes, ...]]
    taught: Mapping[str, Taught] = field(default_factory=dict)
    unfilled_until_held: frozenset[str] = frozenset()
    _standings: dict[tuple[str, float], Standing] = field(default_factory=dict, compare=False, repr=False)

    def confidence(self, field: str, raw: float) -> float:
        """Return the chance that a value believed this much is right."""
        assumed = _confidence(self.of(field), raw)
        taught = self.taught.get(field)
        return min(TOP_CONFIDENCE, taught.scaling.scale(assumed)) if taught else assumed

    def threshold(self, field: str, promise: float) -> float:
        """Return the lowest belief that is filled in under a promise; 1 where none is."""
        standing = self.standing(field, promise)
        is_open = standing.state == "unmeasured" and field not in self.unfilled_until_held
        return standing.threshold if standing.state == "held" or is_open else 1.0

    def standing(self, field: str, promise: float) -> Standing:
        """Return how a promise stands on the corrections."""
        key = (field, promise)
        if key not in self._standings:
            taught = self.taught.get(field)
            assumed = _lowest_kept(self.of(field), promise)
            self._standings[key] = stand(taught.rows if taught else (), promise, assumed=assumed, floor=MIN_AUTO_BELIEF)
        return self._standings[key]

    def is_worth_offering(self, field: str, raw: float) -> bool:
        """Say whether a value is rather right than wrong."""
        if field not in self.taught:
            return raw >= _lowest_kept(self.of(field), SUGGEST_PROMISE)
        return self.confidence(field, raw) >= SUGGEST_PROMISE

    def of(self, field: str) -> tuple[Outcomes, ...]:
        """Return a field's own made-up outcomes, or those of every field without its own."""
        return self.outcomes.get(field) or self.outcomes.get("", ())

    def holding_back(self, fields: frozenset[str]) -> Calibration:
        """Return this calibration, with fields of which nothing is filled in before their promise is held."""
        return replace(self, unfilled_until_held=fields) if fields != self.unfilled_until_held else self


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
    """Read a belief's confidence off its step. A line drawn from step to step would promise the upper half of each what
    only the next one holds: measured on made-up conversations not fitted on, the error is .018 with steps, .037 with
    lines from edge to edge and .039 from middle to middle (mean of five fields, 2026-11-22)."""
    steps = _isotonic(outcomes)
    if not steps:
        return raw
    at = bisect_right([step[0] for step in steps], raw) - 1
    return steps[at][1] if at >= 0 else steps[0][1] * raw / steps[0][0]


@lru_cache(maxsize=256)
def _lowest_kept(outcomes: tuple[Outcomes, ...], promise: float) -> float:
    """Return the lowest belief that keeps a promise alone and with all above it; 1 where none does."""
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
    """Read {"derived_from": ..., "outcomes": {field: [[raw, count, right], ...]}, "taught": {field: {"rows": [[raw,
    count, right], ...], "slope": ..., "shift": ...}}}; "taught" may be missing."""
    table = json.loads(text)
    outcomes = {name: _rows(rows) for name, rows in table["outcomes"].items()}
    taught = {
        name: Taught(_rows(one["rows"]), Scaling(one["slope"], one["shift"]))
        for name, one in table.get("taught", {}).items()
    }
    return Calibration(table["derived_from"], outcomes, taught)


def write_calibration(calibration: Calibration) -> str:
    """Return the text that read_calibration reads."""
    outcomes = {name: _lists(rows) for name, rows in calibration.outcomes.items()}
    taught = {
        name: {"rows": _lists(one.rows), "slope": one.scaling.slope, "shift": one.scaling.shift}
        for name, one in calibration.taught.items()
    }
    table = {"derived_from": calibration.derived_from, "outcomes": outcomes, "taught": taught}
    return json.dumps(table, ensure_ascii=False, indent=1)


def _rows(rows: list[list[float]]) -> tuple[Outcomes, ...]:
    return tuple(Outcomes(raw, int(count), int(right)) for raw, count, right in rows)


def _lists(rows: tuple[Outcomes, ...]) -> list[list[float]]:
    return [[row.raw, row.count, row.right] for row in rows]


@lru_cache(maxsize=1)
def shipped_calibration() -> Calibration:
    """Return the table shipped with the package."""
    return read_calibration(files("nlp.extraction").joinpath("calibration.json").read_text(encoding="utf-8"))
