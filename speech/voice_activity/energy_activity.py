"""A voice detector of loudness alone: real, small and exact to predict; it needs no model.

In: one channel. Out: the stretches that are louder than the recording's own quiet. It takes any loud sound for
speech: music, tones and slamming doors too, so it serves tests and clean synthetic signals, not calls.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from speech.records import Audio, Stretch
from speech.sound.loudness import levels_dbfs

FRAME_S = 0.03  # the usual speech frame: a few pitch periods of any voice
QUIET_DBFS = -50.0
"""Below this nothing is speech: quantisation noise of 8-bit telephony lies near -50 dBFS."""


@dataclass(frozen=True, slots=True)
class EnergyActivity:
    """Marks frames within `range_db` of the loudest one; joins what is closer than `min_silence_s`."""

    range_db: float = 30.0
    min_silence_s: float = 0.3
    min_speech_s: float = 0.06

    def detect(self, audio: Audio) -> tuple[Stretch, ...]:
        level_db = levels_dbfs(audio, frame_s=FRAME_S)  # (count,)
        if len(level_db) == 0:
            return ()
        is_loud = level_db > max(QUIET_DBFS, float(level_db.max()) - self.range_db)
        edges = np.flatnonzero(np.diff(is_loud.astype(np.int8), prepend=0, append=0))
        stretches: list[Stretch] = []
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            stretch = Stretch(float(start) * FRAME_S, float(end) * FRAME_S)
            if stretches and stretch.start_s - stretches[-1].end_s < self.min_silence_s:
                stretch = Stretch(stretches.pop().start_s, stretch.end_s)
            stretches.append(stretch)
        return tuple(stretch for stretch in stretches if stretch.end_s - stretch.start_s >= self.min_speech_s)


def build(*, range_db: float = 30.0, min_silence_s: float = 0.3, min_speech_s: float = 0.06) -> EnergyActivity:
    """Build the detector."""
    return EnergyActivity(range_db=range_db, min_silence_s=min_silence_s, min_speech_s=min_speech_s)
