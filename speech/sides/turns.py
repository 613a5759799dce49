"""Who speaks when within one channel: the seam for a diarisation model.

In: one channel. Out: turns, each with the number of a voice. No such model is shipped; where none is given a channel
counts as one speaker, and the transcript says so. `with_turns` only hands numbers to segments that were heard.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from speech.records import Audio, Segment

ONE_SPEAKER = (
    "the recording has one channel and no model tells voices apart: everything counts as one speaker's; record both "
    "sides on channels of their own"
)


@dataclass(frozen=True, slots=True)
class Turn:
    """A stretch in which one voice speaks, [start_s, end_s); voices are numbered from 0."""

    start_s: float
    end_s: float
    voice: int


@runtime_checkable
class SpeakerTurns(Protocol):
    """Tells voices apart. One is shared by threads; a call keeps nothing."""

    def turns(self, audio: Audio) -> tuple[Turn, ...]:
        """Return turns in the order they start; they may overlap."""
        ...


def with_turns(segments: Sequence[Segment], turns: Sequence[Turn]) -> tuple[Segment, ...]:
    """Put each segment of one channel onto the voice that speaks for most of it; voices stand where channels do.

    Examples
    --------
    >>> said = (Segment(0.0, 2.0, "hello", 0.9), Segment(2.5, 4.0, "my washer leaks", 0.9))
    >>> [one.channel for one in with_turns(said, (Turn(0.0, 2.2, 0), Turn(2.2, 4.0, 1)))]
    [0, 1]
    """
    return tuple(replace(segment, channel=_voice(segment, turns)) for segment in segments)


def _voice(segment: Segment, turns: Sequence[Turn]) -> int:
    shares: dict[int, float] = {}
    for turn in turns:
        shared_s = min(segment.end_s, turn.end_s) - max(segment.start_s, turn.start_s)
        if shared_s > 0:
            shares[turn.voice] = shares.get(turn.voice, 0.0) + shared_s
    return max(shares, key=lambda voice: shares[voice], default=segment.channel)
