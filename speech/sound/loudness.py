"""How loud a channel is over time.

In: one channel. Out: its level in dBFS, one number a frame; a full-scale sine is -3 dBFS. Long audio is read block by
block. It does not know who speaks.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from speech.records import SAMPLE_RATE_HZ, Audio

FLOOR_DBFS = -120.0
"""Digital silence; the quietest bit of 16 is -90 dBFS."""
BLOCK_S = 60.0


def levels_dbfs(audio: Audio, *, frame_s: float) -> npt.NDArray[np.float64]:
    """Return the level of each whole frame.

    Examples
    --------
    >>> levels_dbfs(Audio(np.full(1_600, 0.1, dtype=np.float32)), frame_s=0.05).round(1).tolist()
    [-20.0, -20.0]
    """
    size = round(frame_s * SAMPLE_RATE_HZ)
    block = max(1, round(BLOCK_S * SAMPLE_RATE_HZ) // size) * size
    whole = len(audio) // size * size
    levels = [_of_frames(audio.read(start, min(start + block, whole)), size) for start in range(0, whole, block)]
    return np.concatenate(levels) if levels else np.zeros(0)


def _of_frames(samples: npt.NDArray[np.float32], size: int) -> npt.NDArray[np.float64]:
    power = np.square(samples.reshape(-1, size), dtype=np.float64).mean(axis=1)  # (frames,)
    return np.asarray(np.maximum(10 * np.log10(power + 1e-12), FLOOR_DBFS), dtype=np.float64)
