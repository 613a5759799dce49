"""Nouns and errors of speech: values only, no ids, no storage.

    SpeechError
    ├── AudioRejected       the file is too big, too long, empty, broken or not audio
    └── ModelUnavailable    a backend was asked for whose weights are not here

Times are seconds on the recording's own timeline; intervals are half-open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

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


class StoredSamples(Protocol):
    """Samples that lie elsewhere than in memory (see `speech.sound.tape`)."""

    def __len__(self) -> int: ...

    def read(self, start: int, end: int) -> Samples:
        """Return samples [start, end), float32 in [-1, 1]; what lies outside is left out."""
        ...


@dataclass(frozen=True, slots=True)
class Audio:
    """One channel at 16 kHz. A long one lies in a file: ask for `between`, and memory stays small."""

    stored: Samples | StoredSamples  # (n,) float32 in [-1, 1]

    def __len__(self) -> int:
        return len(self.stored)

    @property
    def duration_s(self) -> float:
        return len(self.stored) / SAMPLE_RATE_HZ

    @property
    def samples(self) -> Samples:
        """Return all of it: 230 MB an hour."""
        return self.read(0, len(self.stored))

    def read(self, start: int, end: int) -> Samples:
        """Return samples [start, end); what lies outside is left out."""
        if isinstance(self.stored, np.ndarray):
            return self.stored[max(start, 0) : max(end, 0)]
        return self.stored.read(start, end)

    def between(self, start_s: float, end_s: float) -> Samples:
        """Return the samples of [start_s, end_s)."""
        return self.read(round(start_s * SAMPLE_RATE_HZ), round(end_s * SAMPLE_RATE_HZ))


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
class Replacement:
    """A known term written for words that sound like it."""

    heard: str
    written: str
    score: float  # 0..1, how alike they sound; 1 where no sound differs
    start_s: float
    end_s: float


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
    """What one side said in one go. `speaker` is "customer", "agent", "speaker 1", "speaker 2" where one channel holds
    two voices that are not known, or "" where nothing is. `channel` is the number of the voice then.
    """

    start_s: float
    end_s: float
    text: str
    confidence: float
    words: tuple[Word, ...] = ()
    channel: int = 0
    speaker: str = ""
    heard: str = ""  # what the recogniser gave, where `text` is written otherwise: numbers, codes, known terms
    replaced: tuple[Replacement, ...] = ()
    numbers: tuple[SpokenNumber, ...] = ()


@dataclass(frozen=True, slots=True)
class SideAnalytics:
    """How one side of a call spoke. `turns` are its runs of speech, pauses under half a second joined."""

    channel: int
    speaker: str
    turns: tuple[Stretch, ...]
    talk_s: float
    interruptions: int  # turns that began while the other side was speaking, backchannels aside
    words: int  # what is written with spaces, as English
    characters: int  # Chinese ones
    words_per_min: float  # of its own talk time, as the next
    characters_per_min: float
    loudness_dbfs: tuple[float, ...]  # one a step of the call


@dataclass(frozen=True, slots=True)
class CallAnalytics:
    """How a call went, apart from what was said."""

    sides: tuple[SideAnalytics, ...]
    silence_s: float  # nobody speaks
    overlap_s: float  # both speak
    longest_hold: Stretch | None  # the longest time in which nobody speaks; None where it is no second
    loudness_step_s: float


@dataclass(frozen=True, slots=True)
class Transcript:
    """Segments of every channel on one timeline, in the order they start."""

    language: str  # "zh", "en", or "und" where nothing was said
    engine: str  # which recogniser and model spoke, e.g. "whisper:whisper-small" or "sphinx:pocketsphinx-en-us"
    duration_s: float
    segments: tuple[Segment, ...]
    warnings: tuple[str, ...] = ()
    analytics: CallAnalytics | None = None  # where the sound was at hand
    voices_engine: str = ""  # which model told the voices of one channel apart

    @property
    def text(self) -> str:
        return " ".join(segment.text for segment in self.segments)
