"""The gate while the sound is still coming: samples in, stretches that nothing to come can change out.

A detector that can follow a call says so by `follow()`; one that only judges whole recordings is asked again and again
about what is not settled yet (`Rejudged`). Both give, in the end, what `detect` gives for the whole: the first always,
the second where the detector judges a stretch by what lies around it and not by the whole recording.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np

from speech.records import SAMPLE_RATE_HZ, Audio, Samples, Stretch
from speech.voice_activity.activity import ActivityDetector

REJUDGED_EVERY_S = 0.1
GUARD_S = 0.6
"""A stretch is settled once so much silence follows it: longer than the pause that any detector here joins over (0.5 s
silero, 0.3 s energy)."""
LEFT_IN_FRONT_S = 1.0
"""Silence kept before what is judged again, so that a detector sees where a stretch begins."""


@runtime_checkable
class ActivityStream(Protocol):
    """Follows one channel of one call; belongs to one thread."""

    def feed(self, samples: Samples) -> tuple[Stretch, ...]:
        """Take more samples; return the stretches that are settled by them, in time order."""
        ...

    def finish(self) -> tuple[Stretch, ...]:
        """Return the rest: nothing more will come."""
        ...

    @property
    def open_at_s(self) -> float | None:
        """Say where the stretch begins in which somebody speaks now; None while nobody does."""
        ...

    @property
    def settled_s(self) -> float:
        """Say up to where the call is settled: no stretch to come begins before."""
        ...

    @property
    def pause_s(self) -> float:
        """Say how long the one who speaks has been silent, within the open stretch."""
        ...


@runtime_checkable
class Following(Protocol):
    """A detector that can follow a call."""

    def follow(self) -> ActivityStream:
        """Return a stream for one channel."""
        ...


def follow(detector: ActivityDetector) -> ActivityStream:
    """Return the detector's own stream, or one that asks it again and again."""
    return detector.follow() if isinstance(detector, Following) else Rejudged(detector)


class Rejudged:
    """Asks a detector of whole recordings about what is not settled; a stretch is, when enough silence follows it."""

    def __init__(self, detector: ActivityDetector) -> None:
        self._detector = detector
        self._samples: Samples = np.zeros(0, dtype=np.float32)
        self._offset = 0  # samples let go in front of those kept
        self._settled = 0  # samples; stretches before were returned
        self._unjudged = 0
        self._open: Stretch | None = None

    def feed(self, samples: Samples) -> tuple[Stretch, ...]:
        self._samples = np.concatenate([self._samples, samples])
        self._unjudged += len(samples)
        if self._unjudged < REJUDGED_EVERY_S * SAMPLE_RATE_HZ:
            return ()
        self._unjudged = 0
        found = self._judged()
        settled = [one for one in found if one.end_s + GUARD_S <= self._now_s]
        self._open = next((one for one in found if one not in settled), None)
        self._let_go(settled)
        return tuple(settled)

    def finish(self) -> tuple[Stretch, ...]:
        rest = self._judged()
        self._open = None
        self._let_go(rest)
        return tuple(rest)

    @property
    def open_at_s(self) -> float | None:
        return self._open.start_s if self._open is not None else None

    @property
    def settled_s(self) -> float:
        quiet_s = self._now_s - LEFT_IN_FRONT_S
        return self._open.start_s if self._open is not None else max(quiet_s, self._settled / SAMPLE_RATE_HZ)

    @property
    def pause_s(self) -> float:
        return self._now_s - self._open.end_s if self._open is not None else 0.0

    @property
    def _now_s(self) -> float:
        return (self._offset + len(self._samples)) / SAMPLE_RATE_HZ

    def _judged(self) -> list[Stretch]:
        """Return the stretches that were not returned before, on the call's own timeline."""
        shift_s = self._offset / SAMPLE_RATE_HZ
        found = (Stretch(one.start_s + shift_s, one.end_s + shift_s) for one in self._detector.detect(self._audio()))
        return [one for one in found if round(one.end_s * SAMPLE_RATE_HZ) > self._settled]

    def _audio(self) -> Audio:
        return Audio(self._samples)

    def _let_go(self, settled: Sequence[Stretch]) -> None:
        """Forget what is behind the last settled stretch, and all silence but a little."""
        if settled:
            self._settled = round(settled[-1].end_s * SAMPLE_RATE_HZ)
        oldest = round((self.settled_s - LEFT_IN_FRONT_S) * SAMPLE_RATE_HZ)
        step = round(0.03 * SAMPLE_RATE_HZ)  # whole frames of 30 ms, so that a detector's frames stay where they were
        count = max(0, (oldest - self._offset) // step * step)
        self._samples, self._offset = self._samples[count:], self._offset + count
