"""Where somebody speaks: the gate before every recogniser.

In: one channel. Out: stretches of speech in time order, without overlap, within the audio. It does not know who
speaks or what is said.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from speech.backends import backend_names, build_backend
from speech.records import Audio, SpeechError, Stretch


@runtime_checkable
class ActivityDetector(Protocol):
    """Finds speech. One detector is shared by threads; a call keeps nothing."""

    def detect(self, audio: Audio) -> tuple[Stretch, ...]:
        """Return the stretches in which somebody speaks."""
        ...


def activity_names() -> tuple[str, ...]:
    """Return the detectors that can be built."""
    return backend_names("activity")


def build_activity(name: str = "silero", **options: object) -> ActivityDetector:
    """Build a voice detector by name.

    Examples
    --------
    >>> import numpy as np
    >>> build_activity("energy").detect(Audio(np.zeros(16_000, dtype=np.float32)))
    ()
    """
    detector = build_backend("activity", name, **options)
    if not isinstance(detector, ActivityDetector):
        raise SpeechError(f"The voice detector {name!r} has no detect(audio); see speech/voice_activity/activity.py.")
    return detector
