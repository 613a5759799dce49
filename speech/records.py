"""Nouns and errors of speech: values only, no ids, no storage.

    SpeechError
    ├── AudioRejected       the file is too big, too long, empty, broken or not audio
    └── ModelUnavailable    a backend was asked for whose weights are not here

Times are seconds on the recording's own timeline; intervals are half-open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

SAMPLE_RATE_HZ = 16_000
"""What every recogniser here was trained on: Whisper, silero VAD and the pocketsphinx en-us model all take 16 kHz
mono.
"""

Samples = npt.NDArray[np.float32]
ChannelLayout = Literal["mono", "stereo", "dual_mono"]


class SpeechError(Exception):
    """Something about speech went wrong; the message says what, where, and what to do."""


class AudioRejected(SpeechError):
    """The recording cannot be used. `reason` is a stable word for machines: empty, too_large, too_long, broken,
    not_audio.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class ModelUnavailable(SpeechError):
    """A recogniser's weights are not on this machine; the message names the command that brings them."""


@dataclass(frozen=True, slots=True)
class Audio:
    """One channel at 16 kHz."""

    samples: Samples  # (n,) float32 in [-1, 1]

    @property
    def duration_s(self) -> float:
        return len(self.samples) / SAMPLE_RATE_HZ


@dataclass(frozen=True, slots=True)
class Recording:
    """A decoded file: one Audio a channel. A dual-mono file (both channels the same signal) keeps one."""

    name: str
    channels: tuple[Audio, ...]
    layout: ChannelLayout
    codec: str
    source_rate_hz: int
    warnings: tuple[str, ...] = ()  # what was missing or damaged but did not stop the decoding

    @property
    def duration_s(self) -> float:
        return max((channel.duration_s for channel in self.channels), default=0.0)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of speech, [start_s, end_s)."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Word:
    start_s: float
    end_s: float
    text: str
    confidence: float  # 0..1, the recogniser's own probability


@dataclass(frozen=True, slots=True)
class SpokenNumber:
    """Digits spoken one by one, heard a second time by a network that knows nothing else (see spoken_digits)."""

    start_s: float
    end_s: float
    digits: str
    confidence: float  # 0..1, calibrated on speakers it never heard
    alternatives: tuple[tuple[str, float], ...] = ()  # other digits it may be, likeliest first, with their confidence


@dataclass(frozen=True, slots=True)
class Segment:
    """What one side said in one go. `speaker` is "customer", "agent" or "" where it is not known."""

    start_s: float
    end_s: float
    text: str
    confidence: float
    words: tuple[Word, ...] = ()
    channel: int = 0
    speaker: str = ""
    numbers: tuple[SpokenNumber, ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """Segments of every channel on one timeline, in the order they start."""

    language: str  # "zh", "en", or "und" where nothing was said
    engine: str  # which recogniser and model spoke, e.g. "whisper:whisper-small" or "sphinx:pocketsphinx-en-us"
    duration_s: float
    segments: tuple[Segment, ...]
    warnings: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return " ".join(segment.text for segment in self.segments)
