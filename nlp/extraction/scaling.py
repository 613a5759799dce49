"""Rescale confidence by a few labels: Platt's two numbers (1999), held to what was assumed until labels pull them away.

In: the confidence that was assumed of each value, and whether the value was right. Out: a slope and a shift of its
log-odds. How hard they are held is itself read off the labels: each strength counts as much as it makes them likely
(the Laplace approximation of the evidence, MacKay 1992). With a hundred labels a free fit is mostly noise, and a firmly
held one cannot leave an assumption that is plainly wrong; measured by training/eval_calibration.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

EDGE = 0.001
"""Of confidence: log-odds beyond it are a model's pride, not knowledge."""
STRENGTHS = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
"""Of the hold, in labels of middling certainty; finer steps change the error by less than .001."""
STEPS = 30
HALVINGS = 20
ENOUGH = 1e-9


@dataclass(frozen=True, slots=True)
class Scaling:
    """Log-odds times `slope`, plus `shift`. The slope is never negative: what was believed more stays so."""

    slope: float
    shift: float

    def scale(self, confidence: float) -> float:
        """Return the rescaled confidence.

        >>> round(Scaling(1.0, -1.0).scale(0.9), 3)
        0.768
        """
        inside = min(max(confidence, EDGE), 1 - EDGE)
        return 1 / (1 + exp(-(self.slope * log(inside / (1 - inside)) + self.shift)))


AS_IT_IS = Scaling(1.0, 0.0)


def fit_scaling(confidences: Sequence[float], is_right: Sequence[bool]) -> Scaling:
    """Return the mean of what labels and assumption make likeliest at each strength, weighted by its evidence."""
    if not confidences:
        return AS_IT_IS
    inside = np.clip(np.asarray(confidences, dtype=np.float64), EDGE, 1 - EDGE)
    rows = np.stack([np.log(inside / (1 - inside)), np.ones(len(inside))], axis=1)  # (n, 2)
    wanted = np.asarray(is_right, dtype=np.float64)
    fits = [_fit(rows, wanted, strength) for strength in STRENGTHS]
    weights = np.exp(np.array([fit.evidence for fit in fits]) - max(fit.evidence for fit in fits))
    slope, shift = (weights / weights.sum()) @ np.array([[fit.slope, fit.shift] for fit in fits])
    return Scaling(max(0.0, round(float(slope), 6)), round(float(shift), 6))


@dataclass(frozen=True, slots=True)
class _Fit:
    slope: float
    shift: float
    evidence: float  # log, up to a constant


def _fit(rows: Floats, wanted: Floats, strength: float) -> _Fit:
    """Climb by Newton's steps, halved until they climb."""
    start = np.array([AS_IT_IS.slope, AS_IT_IS.shift])
    at, value = start, _value(rows, wanted, start, strength)
    for _ in range(STEPS):
        step = np.linalg.solve(_curvature(rows, at, strength), _ascent(rows, wanted, at, strength))
        for _ in range(HALVINGS):
            reached = _value(rows, wanted, at + step, strength)
            if reached >= value:
                break
            step = step / 2
        gained = reached - value
        if gained < ENOUGH:
            break
        at, value = at + step, reached
    evidence = value + log(strength) - 0.5 * float(np.linalg.slogdet(_curvature(rows, at, strength))[1])
    return _Fit(float(at[0]), float(at[1]), evidence)


def _value(rows: Floats, wanted: Floats, at: Floats, strength: float) -> float:
    odds = rows @ at
    held = at - np.array([AS_IT_IS.slope, AS_IT_IS.shift])
    return float(wanted @ odds - np.logaddexp(0, odds).sum() - strength / 2 * held @ held)


def _ascent(rows: Floats, wanted: Floats, at: Floats, strength: float) -> Floats:
    held = at - np.array([AS_IT_IS.slope, AS_IT_IS.shift])
    ascent: Floats = rows.T @ (wanted - _chance(rows, at)) - strength * held
    return ascent


def _curvature(rows: Floats, at: Floats, strength: float) -> Floats:
    chance = _chance(rows, at)
    curvature: Floats = (rows * (chance * (1 - chance))[:, None]).T @ rows + strength * np.eye(2)
    return curvature


def _chance(rows: Floats, at: Floats) -> Floats:
    chance: Floats = 1 / (1 + np.exp(-(rows @ at)))
    return chance
