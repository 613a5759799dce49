"""Draw what a recording looks like: samples in, the loudest value of each column out, and an SVG path of it.

Columns are shares of the recording's length, so a place in the picture is a place in time. It knows no colours.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from speech.records import Audio

COLUMNS = 480
"""About two pixels a column on the console's widest waveform."""
LANE_HEIGHT = 40.0


def peaks_of(samples: npt.NDArray[np.float32], *, columns: int = COLUMNS) -> tuple[float, ...]:
    """Return the greatest magnitude of each column, 0 to 1.

    >>> peaks_of(np.array([0, 0.5, -1, 0], dtype=np.float32), columns=2)
    (0.5, 1.0)
    """
    if len(samples) == 0:
        return (0.0,) * columns
    padded = np.zeros(-(-len(samples) // columns) * columns, dtype=np.float32)
    padded[: len(samples)] = np.abs(samples)
    loudest = padded.reshape(columns, -1).max(axis=1)
    return tuple(round(float(peak), 3) for peak in np.clip(loudest, 0.0, 1.0))


def peaks_of_audio(audio: Audio, *, columns: int = COLUMNS) -> tuple[float, ...]:
    """Return the same of a channel, read column by column: a long call never lies in memory."""
    size = max(1, -(-len(audio) // columns))
    return tuple(peaks_of(audio.read(at * size, (at + 1) * size), columns=1)[0] for at in range(columns))


def path_of(peaks: Sequence[float], *, height: float = LANE_HEIGHT) -> str:
    """Return an SVG path: one stroke a column, mirrored around the middle of the lane.

    >>> path_of([0.5, 1.0], height=40.0)
    'M0.5 10.0V30.0M1.5 1.0V39.0'
    """
    middle = height / 2
    strokes = []
    for column, peak in enumerate(peaks):
        reach = max(0.5, min(peak * middle, middle - 1))
        strokes.append(f"M{column + 0.5} {middle - reach:.1f}V{middle + reach:.1f}")
    return "".join(strokes)
