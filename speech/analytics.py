"""How a call went: who spoke how long and how fast, silence, interruptions, the longest hold, loudness over time.

In: a recording, its segments and where each channel's speech was found. Out: `CallAnalytics`. Talk times are those of
sound, not of stretches: the padding that the voice detector adds is cut off again by loudness. It judges nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from speech.records import Audio, CallAnalytics, Recording, Segment, SideAnalytics, Stretch
from speech.sound.loudness import levels_dbfs

PAUSE_S = 0.5
"""A shorter pause does not end a turn: people breathe. It is the voice detector's own silence, too."""
FRAME_S = 0.02
VOICE_RANGE_DB = 35.0
"""Frames so far below the loudest of a stretch are its padding: speech spans about 30 dB (ITU-T P.56's margin is 15.9
below the mean level).
"""
BACKCHANNEL_S = 1.0
"""A shorter turn inside another's ("uh-huh", "嗯") supports it; it is no interruption."""
UNDER_WAY_S = 0.3
"""How long the other side must have been speaking, and must still go on: who starts together interrupts nobody."""
HOLD_S = 1.0
CURVE_POINTS = 1_200
STEP_S = (0.1, 1.0)
"""A loudness curve has at most a point a tenth of a second and at least one a second: 10,800 in three hours."""
HAN = re.compile(r"[\u3400-\u9fff]")
SPACED_WORD = re.compile(r"[^\W\u3400-\u9fff]+(?:['’.-][^\W\u3400-\u9fff]+)*")


def analyse(
    recording: Recording, segments: Sequence[Segment], *, stretches: Sequence[Sequence[Stretch]]
) -> CallAnalytics:
    """Measure a call; `stretches` are those of each channel. A mono recording whose voices were told apart has a side a
    voice, its turns those of its segments.
    """
    turns = _turns(recording, segments, stretches)
    step_s = float(np.clip(recording.duration_s / CURVE_POINTS, *STEP_S))
    sides = tuple(
        _side(channel, own, [turn for number, other in turns.items() if number != channel for turn in other], segments)
        for channel, own in turns.items()
    )
    curves = [tuple(levels_dbfs(audio, frame_s=step_s).round(1).tolist()) for audio in recording.channels]
    spoken = _joined(sorted((turn for own in turns.values() for turn in own), key=_start), pause_s=0.0)
    talk_s = sum(_length(turn) for own in turns.values() for turn in own)
    spoken_s = sum(_length(turn) for turn in spoken)
    return CallAnalytics(
        sides=tuple(_with_curve(side, curves[min(side.channel, len(curves) - 1)]) for side in sides),
        silence_s=round(recording.duration_s - spoken_s, 3),
        overlap_s=round(talk_s - spoken_s, 3),
        longest_hold=_longest_hold(spoken, recording.duration_s),
        loudness_step_s=step_s,
    )


def _turns(
    recording: Recording, segments: Sequence[Segment], stretches: Sequence[Sequence[Stretch]]
) -> dict[int, tuple[Stretch, ...]]:
    voices = sorted({segment.channel for segment in segments})
    if len(recording.channels) == 1 and len(voices) > 1:
        said = {
            voice: [Stretch(one.start_s, one.end_s) for one in segments if one.channel == voice] for voice in voices
        }
        return {voice: _joined(spans, pause_s=PAUSE_S) for voice, spans in said.items()}
    return {
        number: _joined([_trimmed(recording.channels[number], stretch) for stretch in own], pause_s=PAUSE_S)
        for number, own in enumerate(stretches)
    }


def _of_voice(voice: int, segments: Sequence[Segment]) -> list[Stretch]:
    return [Stretch(segment.start_s, segment.end_s) for segment in segments if segment.channel == voice]


def _trimmed(audio: Audio, stretch: Stretch) -> Stretch:
    """Cut the quiet ends off."""
    level_db = levels_dbfs(Audio(audio.between(stretch.start_s, stretch.end_s)), frame_s=FRAME_S)
    loud = np.flatnonzero(level_db > level_db.max(initial=-np.inf) - VOICE_RANGE_DB)
    if len(loud) == 0:
        return stretch
    start_s = stretch.start_s + float(loud[0]) * FRAME_S
    return Stretch(round(start_s, 3), round(stretch.start_s + float(loud[-1] + 1) * FRAME_S, 3))


def _joined(spans: Sequence[Stretch], *, pause_s: float) -> tuple[Stretch, ...]:
    joined: list[Stretch] = []
    for span in spans:
        if joined and span.start_s - joined[-1].end_s <= pause_s:
            last = joined.pop()
            span = Stretch(last.start_s, max(last.end_s, span.end_s))
        joined.append(span)
    return tuple(joined)


def _side(
    channel: int, turns: Sequence[Stretch], others: Sequence[Stretch], segments: Sequence[Segment]
) -> SideAnalytics:
    own = [segment for segment in segments if segment.channel == channel]
    text = " ".join(segment.text for segment in own)
    words, characters = len(SPACED_WORD.findall(text)), len(HAN.findall(text))
    talk_s = sum(_length(turn) for turn in turns)
    minutes = talk_s / 60
    return SideAnalytics(
        channel=channel,
        speaker=own[0].speaker if own else "",
        turns=tuple(turns),
        talk_s=round(talk_s, 3),
        interruptions=sum(_interrupts(turn, others) for turn in turns),
        words=words,
        characters=characters,
        words_per_min=round(words / minutes, 1) if minutes else 0.0,
        characters_per_min=round(characters / minutes, 1) if minutes else 0.0,
        loudness_dbfs=(),
    )


def _with_curve(side: SideAnalytics, curve: tuple[float, ...]) -> SideAnalytics:
    return replace(side, loudness_dbfs=curve)


def _interrupts(turn: Stretch, others: Sequence[Stretch]) -> bool:
    return _length(turn) >= BACKCHANNEL_S and any(
        other.start_s + UNDER_WAY_S <= turn.start_s and turn.start_s + UNDER_WAY_S <= other.end_s for other in others
    )


def _longest_hold(spoken: Sequence[Stretch], duration_s: float) -> Stretch | None:
    ends = [0.0, *(turn.end_s for turn in spoken)]
    starts = [*(turn.start_s for turn in spoken), duration_s]
    holds: Iterator[Stretch] = (Stretch(start_s, end_s) for start_s, end_s in zip(ends, starts, strict=True))
    longest = max(holds, key=_length)
    return longest if _length(longest) >= HOLD_S else None


def _length(span: Stretch) -> float:
    return span.end_s - span.start_s


def _start(span: Stretch) -> float:
    return span.start_s
