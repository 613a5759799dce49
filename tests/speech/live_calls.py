"""Calls of two sides made in memory, heard while they are spoken and as recordings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle

import numpy as np

from speech import Recording, Transcript, read_audio
from speech.live.call import LiveCall, Partial, Settled
from speech.live.sound_feed import LiveFormat
from speech.recognisers.transcriber import Transcriber
from speech.records import SAMPLE_RATE_HZ, Samples
from speech.voice_activity.activity import ActivityDetector
from tests.speech.signals import noise, silence, wav_head

SIDE = np.concatenate([silence(0.5), noise(1.0), silence(0.5), noise(1.2, seed=1), silence(1.8), noise(1.0, seed=2)])
OTHER = np.concatenate([silence(3.3), noise(1.4, seed=3), silence(1.3)])
STEREO = np.stack([SIDE, OTHER])


def pcm_of(sides: Samples) -> bytes:
    return np.round(sides.T * 32767).astype("<i2").tobytes()


def frames_of(content: bytes, sizes: tuple[int, ...]) -> Iterator[bytes]:
    start = 0
    for size in cycle(sizes):
        if start >= len(content):
            return
        yield content[start : start + size]
        start += size


def recording_of(sides: Samples) -> Recording:
    """Return what the gate of files makes of the same samples."""
    return read_audio(stereo_wav(sides), name="call.wav")


def stereo_wav(sides: Samples) -> bytes:
    content = pcm_of(sides)
    return wav_head(len(content), channels=len(sides)) + content


def live(
    sides: Samples,
    *,
    transcriber: Transcriber,
    activity: ActivityDetector,
    language: str = "en",
    sizes: tuple[int, ...] = (3_200,),
) -> tuple[Transcript, list[Partial | Settled]]:
    call = LiveCall(
        LiveFormat("pcm16", SAMPLE_RATE_HZ, 1 if len(sides) == 1 else 2),
        name="call.wav",
        transcriber=transcriber,
        activity=activity,
        language=language,
    )
    events = [event for frame in frames_of(pcm_of(sides), sizes) for event in call.feed(frame)]
    return call.finish(), events


def rounded(transcript: Transcript) -> Transcript:
    """Round times to microseconds: they are sums in another order."""
    segments = (
        replace(
            one,
            start_s=round(one.start_s, 6),
            end_s=round(one.end_s, 6),
            words=tuple(
                replace(word, start_s=round(word.start_s, 6), end_s=round(word.end_s, 6)) for word in one.words
            ),
        )
        for one in transcript.segments
    )
    return replace(transcript, segments=tuple(segments))
