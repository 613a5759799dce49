"""Scores of anomaly detection as the public benchmarks define them.

Onsets or flags per row and labelled windows go in; the NAB score, false and missed alarm rates come out. NAB: Lavin and
Ahmad 2015, section 3 and the scorer of numenta/NAB 1.1 (`sweeper.py`); written anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

PROBATION = 0.15  # of a file, of at most 5,000 rows: not scored
PROBATION_ROWS = 5000
FAR_AWAY = 3.0  # window widths beyond which a false alarm costs in full


@dataclass(frozen=True, slots=True)
class Costs:
    """A NAB profile."""

    false_positive: float = 0.11
    false_negative: float = 1.0


@dataclass(frozen=True, slots=True)
class Window:
    """Rows first..last, both inside, as NAB counts them."""

    first: int
    last: int


def scaled_sigmoid(position: float) -> float:
    """Return what a detection is worth at `position` window widths from the window's end.

    >>> scaled_sigmoid(0.0), scaled_sigmoid(4.0)
    (0.0, -1.0)
    """
    return -1.0 if position > FAR_AWAY else 2.0 / (1.0 + float(np.exp(5.0 * position))) - 1.0


def probation_rows(rows: int) -> int:
    """Return how many rows at the start of a file are not scored."""
    return int(PROBATION * min(rows, PROBATION_ROWS))


def nab_raw(flags: Flags, windows: Sequence[Window], *, costs: Costs) -> float:
    """Return the raw score of one file: at best the number of windows, -false_negative each when nothing is flagged."""
    start = probation_rows(len(flags))
    total = 0.0
    found: set[int] = set()
    for row in np.flatnonzero(flags).tolist():
        if row < start:
            continue
        inside = next((number for number, window in enumerate(windows) if window.first <= row <= window.last), None)
        if inside is None:
            total += costs.false_positive * _false_alarm(row, windows)
        elif inside not in found:
            found.add(inside)
            width = windows[inside].last - windows[inside].first + 1
            position = -(windows[inside].last - row + 1) / width
            total += scaled_sigmoid(position) / scaled_sigmoid(-1.0)
    return total - costs.false_negative * (len(windows) - len(found))


def nab_score(raw: float, windows: int, *, costs: Costs) -> float:
    """Return the score on NAB's scale: 0 for a detector that says nothing, 100 for a perfect one."""
    worst = -costs.false_negative * windows
    return 100.0 * (raw - worst) / (windows - worst)


def _false_alarm(row: int, windows: Sequence[Window]) -> float:
    before = [window for window in windows if window.last < row]
    if not before:
        return -1.0
    latest = before[-1]
    return scaled_sigmoid((row - latest.last) / max(1, latest.last - latest.first))
