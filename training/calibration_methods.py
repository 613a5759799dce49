"""Ways to make belief true with a few labels, and ways to solve a promise from them, side by side.

In: beliefs and whether each was right. Out: a function from belief to confidence, or the belief from which up values
would be filled in. What the product does stands among them under its own name; the others are what it was chosen over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil, sqrt

import numpy as np
import numpy.typing as npt
from sklearn.isotonic import IsotonicRegression  # type: ignore[import-untyped]

from nlp.extraction.calibrate import WILSON_Z, Outcomes
from nlp.extraction.promises import DOUBT, prove
from nlp.extraction.scaling import fit_scaling

Floats = npt.NDArray[np.float64]
Mapped = Callable[[Floats], Floats]
Method = Callable[[Floats, Floats], Mapped]
Solver = Callable[[Floats, Floats, float], float | None]

EDGE = 0.001
STEPS = 30


def untouched(beliefs: Floats, rights: Floats) -> Mapped:
    """Take belief for confidence."""
    return lambda asked: asked


def linear(*, features: Callable[[Floats], Floats], start: Sequence[float], hold: Sequence[float]) -> Method:
    """Return a logistic method over features, held to `start` by `hold` (the weights of a ridge)."""

    def method(beliefs: Floats, rights: Floats) -> Mapped:
        rows, at, ridge = features(beliefs), np.array(start, dtype=np.float64), np.array(hold, dtype=np.float64)
        value = _value(rows, rights, at, at, ridge)
        for _ in range(STEPS):
            chance = _sigmoid(rows @ at)
            ascent = rows.T @ (rights - chance) - ridge * (at - np.array(start))
            curvature = (rows * (chance * (1 - chance) + 1e-9)[:, None]).T @ rows + np.diag(ridge)
            step = np.linalg.solve(curvature, ascent)
            while _value(rows, rights, at + step, np.array(start), ridge) < value and np.abs(step).max() > 1e-9:
                step = step / 2
            at, before = at + step, value
            value = _value(rows, rights, at, np.array(start), ridge)
            if value - before < 1e-9:
                break
        return lambda asked: _sigmoid(features(asked) @ at)

    return method


def _value(rows: Floats, rights: Floats, at: Floats, start: Floats, ridge: Floats) -> float:
    odds = rows @ at
    return float(rights @ odds - np.logaddexp(0, odds).sum() - (ridge * (at - start) ** 2).sum() / 2)


def _sigmoid(odds: Floats) -> Floats:
    chance: Floats = 1 / (1 + np.exp(-odds))
    return chance


def _log_odds(beliefs: Floats) -> Floats:
    inside = np.clip(beliefs, EDGE, 1 - EDGE)
    odds: Floats = np.log(inside / (1 - inside))
    return odds


def _slope_only(beliefs: Floats) -> Floats:
    return _log_odds(beliefs)[:, None]


def _slope_and_shift(beliefs: Floats) -> Floats:
    return np.stack([_log_odds(beliefs), np.ones(len(beliefs))], axis=1)


def _beta(beliefs: Floats) -> Floats:
    inside = np.clip(beliefs, EDGE, 1 - EDGE)
    return np.stack([np.log(inside), -np.log(1 - inside), np.ones(len(beliefs))], axis=1)


def isotonic(beliefs: Floats, rights: Floats) -> Mapped:
    """Pool adjacent violators."""
    fitted = IsotonicRegression(out_of_bounds="clip").fit(beliefs, rights)
    return lambda asked: np.asarray(fitted.predict(asked), dtype=np.float64)


def histogram(beliefs: Floats, rights: Floats, *, bins: int = 5) -> Mapped:
    """Count in bins of equal mass, smoothed by one right and one wrong."""
    edges = np.quantile(beliefs, np.linspace(0, 1, bins + 1)[1:-1])
    at = np.searchsorted(edges, beliefs, side="right")
    shares = np.array([(rights[at == one].sum() + 1) / ((at == one).sum() + 2) for one in range(bins)])
    return lambda asked: shares[np.searchsorted(edges, asked, side="right")]


def held_platt(beliefs: Floats, rights: Floats) -> Mapped:
    """Do as the product does."""
    scaling = fit_scaling(list(beliefs), [bool(right) for right in rights])
    return lambda asked: np.array([scaling.scale(float(one)) for one in asked])


METHODS: Mapping[str, Method] = {
    "none": untouched,
    "temperature": linear(features=_slope_only, start=(1.0,), hold=(0.1,)),
    "Platt": linear(features=_slope_and_shift, start=(1.0, 0.0), hold=(0.01, 0.01)),
    "Platt, held at 10": linear(features=_slope_and_shift, start=(1.0, 0.0), hold=(10.0, 10.0)),
    "Platt, held by evidence (ours)": held_platt,
    "beta": linear(features=_beta, start=(1.0, 1.0, 0.0), hold=(0.01, 0.01, 0.01)),
    "beta, held at 10": linear(features=_beta, start=(1.0, 1.0, 0.0), hold=(10.0, 10.0, 10.0)),
    "isotonic": isotonic,
    "histogram of 5": histogram,
}


def rows_of(beliefs: Floats, rights: Floats) -> tuple[Outcomes, ...]:
    """Count labels by belief, as learning does."""
    rounded = np.round(beliefs, 3)
    return tuple(
        Outcomes(float(raw), int((rounded == raw).sum()), int(rights[rounded == raw].sum()))
        for raw in np.unique(rounded)
    )


def learn_then_test(beliefs: Floats, rights: Floats, promise: float) -> float | None:
    """Do as the product does: an exact binomial test from the top down."""
    return prove(rows_of(beliefs, rights), promise, doubt=DOUBT)


def point_estimate(beliefs: Floats, rights: Floats, promise: float) -> float | None:
    """Take the lowest belief above which the labels' own share keeps the promise."""
    return _lowest(beliefs, rights, lambda right, count: right / count >= promise)


def wilson(beliefs: Floats, rights: Floats, promise: float) -> float | None:
    """Take the lowest belief whose Wilson bound keeps the promise, as this product did before."""
    return _lowest(beliefs, rights, lambda right, count: _wilson(right, count) >= promise)


def risk_control(beliefs: Floats, rights: Floats, promise: float) -> float | None:
    """Control the expected share of all values that are filled in wrong (conformal risk control, Angelopoulos 2022)."""
    allowed = (1 - promise) * (len(beliefs) + 1) - 1
    lowest: float | None = None
    for row in reversed(rows_of(beliefs, rights)):
        allowed -= row.count - row.right
        if allowed < 0:
            return lowest
        lowest = row.raw
    return lowest


SOLVERS: Mapping[str, Solver] = {
    "Learn-then-Test (ours)": learn_then_test,
    "Wilson, no sequence (before)": wilson,
    "conformal risk control": risk_control,
    "point estimate": point_estimate,
}


def _lowest(beliefs: Floats, rights: Floats, is_kept: Callable[[int, int], bool]) -> float | None:
    count = right = 0
    lowest: float | None = None
    for row in reversed(rows_of(beliefs, rights)):
        count, right = count + row.count, right + row.right
        if is_kept(right, count):
            lowest = row.raw
    return lowest


def _wilson(right: int, count: int) -> float:
    share, z2 = right / count, WILSON_Z**2
    spread = WILSON_Z * sqrt(share * (1 - share) / count + z2 / (4 * count * count))
    return (share + z2 / (2 * count) - spread) / (1 + z2 / count)


def expected_calibration_error(confidences: Floats, rights: Floats, *, bins: int = 15) -> float:
    """Return the mean gap between confidence and share right over bins of equal mass."""
    order = np.argsort(confidences, kind="stable")
    size = ceil(len(order) / bins)
    gaps = (confidences[order[at : at + size]] - rights[order[at : at + size]] for at in range(0, len(order), size))
    return float(sum(abs(gap.sum()) for gap in gaps) / len(order))
