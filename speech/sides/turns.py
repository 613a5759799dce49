"""Who speaks when within one channel: the seam for a diarisation model.

In: one channel. Out: turns, each with the number of a voice. No such model is shipped; where none is given a channel
counts as one speaker, and the transcript says so. `with_turns` hands numbers to segments that were heard, and parts
those in which another voice goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Protocol, runtime_checkable

import numpy as np

from speech.backends import build_backend
from speech.recognisers.pieces import segment_of
from speech.records import Audio, Segment, SpeechError, Word

ONE_SPEAKER = (
    "the recording has one channel and no model tells voices apart: everything counts as one speaker's; record both "
    "sides on channels of their own, or run: beforehand models pull sherpa-speaker-turns"
)


LEAST_S = 0.3
"""A shorter run of words within another voice's is a slip of the turns or of the words, each of which is off by a tenth
of a second; "yes" lasts as long.
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """A stretch in which one voice speaks, [start_s, end_s); voices are numbered from 0."""

    start_s: float
    end_s: float
    voice: int


@dataclass(frozen=True, slots=True)
class _Run:
    """Words one after the other that one voice says."""

    voice: int
    words: list[Word]


@runtime_checkable
class SpeakerTurns(Protocol):
    """Tells voices apart. One is shared by threads; a call keeps nothing."""

    @property
    def engine(self) -> str:
        """Say which model answers, as in "sherpa:sherpa-speaker-turns"."""
        ...

    def turns(self, audio: Audio) -> tuple[Turn, ...]:
        """Return turns in the order they start; they may overlap."""
        ...


def build_turns(name: str = "sherpa", **options: object) -> SpeakerTurns:
    """Build what tells voices apart by its backend's name and load its weights.

    Raises
    ------
    ModelUnavailable
        There is no such backend, or its weights are not here; the message names the command that brings them.
    """
    turns = build_backend("turns", name, **options)
    if not isinstance(turns, SpeakerTurns):
        raise SpeechError(f"The backend {name!r} lacks engine or turns(audio); see speech/sides/turns.py.")
    return turns


def with_turns(segments: Sequence[Segment], turns: Sequence[Turn]) -> tuple[Segment, ...]:
    """Put each segment of one channel onto the voice that speaks in it, in parts where several do; voices stand where
    channels do.

    Examples
    --------
    >>> said = (Segment(0.0, 2.0, "hello", 0.9), Segment(2.5, 4.0, "my washer leaks", 0.9))
    >>> [one.channel for one in with_turns(said, (Turn(0.0, 2.2, 0), Turn(2.2, 4.0, 1)))]
    [0, 1]
    """
    if not turns:
        return tuple(segments)
    told = _Told(turns)
    return tuple(part for segment in segments for part in _parts(segment, told))


class _Told:
    """Turns laid out so that the voice of a span is found at once."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._starts_s = np.array([turn.start_s for turn in turns])
        self._ends_s = np.array([turn.end_s for turn in turns])
        self._voices = np.array([turn.voice for turn in turns])

    def voice(self, start_s: float, end_s: float) -> int:
        """Return the voice that speaks for most of a span; where none does, the one that is nearest in time."""
        shared_s = np.minimum(self._ends_s, end_s) - np.maximum(self._starts_s, start_s)
        if shared_s.max() <= 0:
            return int(self._voices[shared_s.argmax()])
        return int(np.bincount(self._voices, weights=np.maximum(shared_s, 0.0)).argmax())


def _parts(segment: Segment, told: _Told) -> Iterator[Segment]:
    runs = _runs(segment, told)
    if len(runs) < 2:
        voice = runs[0].voice if runs else told.voice(segment.start_s, segment.end_s)
        yield replace(segment, channel=voice)
        return
    ends_s = [*(run.words[0].start_s for run in runs[1:]), inf]
    for run, start_s, end_s in zip(runs, [-inf, *ends_s], ends_s, strict=False):
        numbers = tuple(number for number in segment.numbers if start_s <= number.start_s < end_s)
        yield replace(segment_of(run.words), channel=run.voice, numbers=numbers)


def _runs(segment: Segment, told: _Told) -> list[_Run]:
    """Return the words of a segment, those of one voice together."""
    runs: list[_Run] = []
    for word in segment.words:
        _add(runs, _Run(told.voice(word.start_s, word.end_s), [word]))
    joined: list[_Run] = []
    for number, run in enumerate(runs):
        is_inside = 0 < number < len(runs) - 1 and runs[number - 1].voice == runs[number + 1].voice
        is_short = run.words[-1].end_s - run.words[0].start_s < LEAST_S
        _add(joined, _Run(joined[-1].voice if is_inside and is_short else run.voice, run.words))
    return joined


def _add(runs: list[_Run], run: _Run) -> None:
    if runs and runs[-1].voice == run.voice:
        runs[-1].words.extend(run.words)
    else:
        runs.append(_Run(run.voice, list(run.words)))
