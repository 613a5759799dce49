"""Sound that comes block by block, kept: short recordings in memory, long ones in a file that nobody else can open.

In: blocks of (channels, n) float32 at 16 kHz. Out: one `Audio` a channel. From MEMORY_S on samples lie as 16-bit
numbers in a file without a name (mode 0600, gone with its last reader or the process), and are read stretch by
stretch: memory does not grow with the call. The file lies where TMPDIR says. It decodes nothing.
"""

from __future__ import annotations

import os
import tempfile
import weakref
from pathlib import Path

import numpy as np

from speech.records import SAMPLE_RATE_HZ, Audio, Samples, SpeechError

MEMORY_S = 300.0
"""Five minutes of one channel are 19 MB in memory; most calls are shorter, and need no disk."""
BATCH_SAMPLES = 10 * SAMPLE_RATE_HZ
"""Blocks are kept by tens of seconds: a codec's frames are 20 ms."""
SCALE = 32_767.0


class SpooledSamples:
    """16-bit samples in an unlinked file; any number of threads may read.

    Raises
    ------
    SpeechError
        The temporary folder cannot be written.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        try:
            self._file, path = tempfile.mkstemp(prefix="beforehand-sound-", dir=folder)
        except OSError as error:
            raise _no_room(folder, error) from error
        os.unlink(path)
        weakref.finalize(self, os.close, self._file)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def append(self, samples: Samples) -> None:
        """Write what comes next.

        Raises
        ------
        SpeechError
            The disk is full, or may not be written.
        """
        left = memoryview(np.round(samples * SCALE).astype("<i2").tobytes())
        while left:
            try:
                left = left[os.write(self._file, left) :]
            except OSError as error:
                raise _no_room(self._folder, error) from error
        self._count += len(samples)

    def read(self, start: int, end: int) -> Samples:
        """Return samples [start, end); what lies outside is left out."""
        start = min(max(start, 0), self._count)
        content = os.pread(self._file, 2 * max(0, min(end, self._count) - start), 2 * start)
        return np.frombuffer(content, dtype="<i2").astype(np.float32) / np.float32(SCALE)


def _no_room(folder: Path | None, error: OSError) -> SpeechError:
    where = folder or tempfile.gettempdir()
    return SpeechError(
        f"A long recording cannot be unpacked in {where}: {error.strerror}. Make room there, or name another folder in "
        "TMPDIR."
    )


class Tape:
    """Takes blocks in order; `audios` is what was taken."""

    def __init__(self, *, memory_s: float = MEMORY_S) -> None:
        self._memory_samples = round(memory_s * SAMPLE_RATE_HZ)
        self._waiting: list[Samples] = []  # (channels, n) each
        self._waiting_count = 0
        self._held: list[Samples] = []
        self._spooled: tuple[SpooledSamples, ...] = ()
        self.count = 0
        self.channels = 0
        self._is_finite = True

    @property
    def is_finite(self) -> bool:
        """Say whether all that was taken are numbers."""
        self._settle()
        return self._is_finite

    def add(self, block: Samples) -> None:
        """Keep a block, what is beyond full scale cut off."""
        self.channels = block.shape[0]
        self.count += block.shape[1]
        self._waiting.append(block)
        self._waiting_count += block.shape[1]
        if self._waiting_count >= BATCH_SAMPLES:
            self._settle()

    def audios(self) -> tuple[Audio, ...]:
        """Return what was taken, one a channel."""
        self._settle()
        if self._spooled:
            return tuple(Audio(samples) for samples in self._spooled)
        return tuple(Audio(np.concatenate([batch[side] for batch in self._held])) for side in range(self.channels))

    def _settle(self) -> None:
        if not self._waiting:
            return
        batch = np.concatenate(self._waiting, axis=1)
        self._waiting, self._waiting_count = [], 0
        self._is_finite = self._is_finite and bool(np.isfinite(batch).all())
        np.clip(batch, -1.0, 1.0, out=batch)
        self._held.append(batch)
        if self.count > self._memory_samples and self._is_finite:
            self._spooled = self._spooled or tuple(SpooledSamples() for _ in range(self.channels))
            for held in self._held:
                for samples, side in zip(self._spooled, held, strict=True):
                    samples.append(side)
            self._held = []
