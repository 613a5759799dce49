"""One channel of a call while it grows: the first minutes in memory, a longer call in a file without a name.

In: samples as they come. Out: an `Audio` that may be read while it grows. From `MEMORY_S` on the samples lie on disk as
those of a long recording do (`speech.sound.tape`), so memory does not grow with the call.
"""

from __future__ import annotations

import numpy as np

from speech.records import SAMPLE_RATE_HZ, Audio, Samples
from speech.sound.tape import MEMORY_S, SpooledSamples

FIRST_SAMPLES = 10 * SAMPLE_RATE_HZ


class GrowingSamples:
    """Written by one thread."""

    def __init__(self, *, memory_s: float = MEMORY_S) -> None:
        self._most = round(memory_s * SAMPLE_RATE_HZ)
        self._room: Samples = np.empty(FIRST_SAMPLES, dtype=np.float32)
        self._count = 0
        self._spooled: SpooledSamples | None = None

    def __len__(self) -> int:
        return self._count

    def append(self, samples: Samples) -> None:
        """Take what comes next.

        Raises
        ------
        SpeechError
            The disk is full, or may not be written.
        """
        if self._spooled is None and self._count + len(samples) > self._most:
            self._spooled = SpooledSamples()
            self._spooled.append(self._room[: self._count])
            self._room = self._room[:0].copy()
        if self._spooled is not None:
            self._spooled.append(samples)
        else:
            self._make_room(self._count + len(samples))
            self._room[self._count : self._count + len(samples)] = samples
        self._count += len(samples)

    def read(self, start: int, end: int) -> Samples:
        """Return samples [start, end); what lies outside is left out."""
        if self._spooled is not None:
            return self._spooled.read(start, end)
        return self._room[max(start, 0) : max(0, min(end, self._count))].copy()

    def audio(self) -> Audio:
        """Return the channel as it stands, and as it grows."""
        return Audio(self)

    def _make_room(self, count: int) -> None:
        if count > len(self._room):
            grown = np.empty(max(count, 2 * len(self._room)), dtype=np.float32)
            grown[: self._count] = self._room[: self._count]
            self._room = grown
