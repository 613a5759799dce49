"""From one channel to words: the seam behind which every recogniser stands.

In: one channel, its language, words to listen for, and the stretches in which somebody speaks. Out: a `Transcript` of
that channel on the audio's own timeline. It does not know the other channels (see `transcribe`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from speech.backends import backend_names, build_backend
from speech.records import Audio, Samples, SpeechError, Stretch, Transcript

LANGUAGES = ("zh", "en", "auto")


@runtime_checkable
class Transcriber(Protocol):
    """Recognises speech. One transcriber is shared by threads; options of a call are arguments, never kept."""

    @property
    def engine(self) -> str:
        """Say which recogniser and model answers, as in "whisper:whisper-small"."""
        ...

    def transcribe(
        self, audio: Audio, *, language: str, hotwords: Sequence[str], stretches: Sequence[Stretch] | None = None
    ) -> Transcript:
        """Return what is said within the stretches; None: the audio is one stretch, already cut to speech by the
        caller.
        """
        ...


@runtime_checkable
class LanguageDetector(Protocol):
    """A recogniser that can tell Chinese from English before it writes anything down."""

    def detect_language(self, audio: Audio, stretches: Sequence[Stretch]) -> str:
        """Return "zh", "en", or "und" where it cannot tell."""
        ...


@runtime_checkable
class Choosing(Protocol):
    """A recogniser that stands for one in each language."""

    def of(self, language: str) -> Transcriber:
        """Return the one that hears "zh" or "en"."""
        ...

    def told(self, audio: Audio, stretches: Sequence[Stretch]) -> str:
        """Return "zh" or "en" where one of them can tell; else "auto"."""
        ...


class PartialWords(Protocol):
    """What is understood of a stretch while it is spoken; belongs to one thread."""

    def hear(self, samples: Samples) -> str:
        """Take more of the stretch; return its words so far, which may change with the next."""
        ...

    def close(self) -> None:
        """Let go of what was held for it."""
        ...


@runtime_checkable
class Streaming(Protocol):
    """A recogniser that can hear a stretch while it is spoken, for words that are shown until the stretch is whole."""

    def open_stretch(self, *, language: str, model: str) -> PartialWords | None:
        """Begin a stretch; None where no more can be heard at once, or the language is not heard at all."""
        ...


@runtime_checkable
class Judging(Protocol):
    """A recogniser that chooses among models of its own by all the speech it is given: one that hears a call stretch by
    stretch tells it what to choose by.
    """

    def judge(self, audio: Audio, stretches: Sequence[Stretch]) -> str:
        """Return the model that these stretches would be heard with."""
        ...

    def transcribe_with(
        self, model: str, audio: Audio, *, language: str, hotwords: Sequence[str], stretches: Sequence[Stretch]
    ) -> Transcript:
        """Return what is said within the stretches, as that model hears it."""
        ...


@runtime_checkable
class Joining(Protocol):
    """A recogniser that hears near stretches together; one that hears a call stretch by stretch waits for those."""

    @property
    def join_s(self) -> float:
        """Stretches nearer than this are heard together,"""
        ...

    @property
    def window_s(self) -> float:
        """as long as they fit into this."""
        ...


def transcriber_names() -> tuple[str, ...]:
    """Return the recognisers that can be built.

    Examples
    --------
    >>> transcriber_names()
    ('scripted', 'sherpa', 'sphinx', 'whisper')
    """
    return backend_names("transcriber")


def build_transcriber(name: str, **options: object) -> Transcriber:
    """Build a recogniser by name and load its weights.

    Raises
    ------
    ModelUnavailable
        There is no such recogniser, or its weights are not here; the message names the command that brings them.
    """
    transcriber = build_backend("transcriber", name, **options)
    if not isinstance(transcriber, Transcriber):
        raise SpeechError(
            f"The recogniser {name!r} lacks engine or transcribe(...); see speech/recognisers/transcriber.py."
        )
    return transcriber


def check_language(language: str) -> str:
    """Return the language, or say which ones there are.

    Raises
    ------
    SpeechError
        The language is none of zh, en, auto.
    """
    if language not in LANGUAGES:
        raise SpeechError(f"The language {language[:40]!r} is not one of {', '.join(LANGUAGES)}.")
    return language


def whole(audio: Audio, stretches: Sequence[Stretch] | None) -> tuple[Stretch, ...]:
    """Return the stretches to hear: those given, or the whole audio as one."""
    if stretches is not None:
        return tuple(stretches)
    return (Stretch(0.0, audio.duration_s),) if audio.duration_s > 0 else ()
