"""Silero VAD v6, as it comes inside faster-whisper, on one thread.

In: one channel. Out: stretches no longer than a Whisper window, padded so that first and last sounds are kept. A file
is read as a call that comes faster: block by block through the same stream, so memory does not grow with it and a live
call's stretches are its recording's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from model_cards import locate
from speech.records import SAMPLE_RATE_HZ, Audio, Stretch
from speech.voice_activity.silero_stream import Network, SileroStream, VoiceRules, onnx_network
from speech.voice_activity.stretch_rules import StretchRules

BLOCK_SAMPLES = 30 * SAMPLE_RATE_HZ
"""What the network is given at once: its input and output of two minutes take 90 MB."""
NEAR_S = 5.0
"""A pause in talk; further from any sure voice a weak one is taken for music or noise."""


@dataclass(frozen=True, slots=True)
class SileroOptions:
    """`threshold` is the network's speech probability of a sure voice: of 13 sounds without a voice, in 52 versions of
    20 s, none reaches .3, one .25 (2026-11-23). At a `weak_threshold` of .25 clips lose 0 to .8% of their loud frames,
    at its makers' .5 .2 to 1.9%. A window of Whisper is 30 s; 28 leaves room for the padding.
    """

    threshold: float = 0.4
    weak_threshold: float = 0.25
    min_speech_s: float = 0.1
    min_silence_s: float = 0.5
    padding_s: float = 0.2
    max_stretch_s: float = 28.0


class SileroActivity:
    """One network for all channels: its state is each stream's own."""

    def __init__(self, network: Network, *, options: SileroOptions = SileroOptions()) -> None:
        self._network = network
        self._rules = voice_rules(options)

    def detect(self, audio: Audio) -> tuple[Stretch, ...]:
        return tuple(self._stretches(audio))

    def follow(self) -> SileroStream:
        """Return the same gate for sound that is still coming."""
        return SileroStream(self._network, self._rules)

    def _stretches(self, audio: Audio) -> Iterator[Stretch]:
        stream = self.follow()
        for start in range(0, len(audio), BLOCK_SAMPLES):
            yield from stream.feed(np.asarray(audio.read(start, start + BLOCK_SAMPLES), dtype=np.float32))
        yield from stream.finish()


def voice_rules(options: SileroOptions) -> VoiceRules:
    """Return the options in samples."""
    weak = StretchRules(
        threshold=options.weak_threshold,
        min_speech=options.min_speech_s * SAMPLE_RATE_HZ,
        min_silence=options.min_silence_s * SAMPLE_RATE_HZ,
        padding=options.padding_s * SAMPLE_RATE_HZ,
        longest=options.max_stretch_s * SAMPLE_RATE_HZ,
    )
    sure = replace(weak, threshold=options.threshold, padding=0.0)
    return VoiceRules(sure=sure, weak=weak, near=NEAR_S * SAMPLE_RATE_HZ)


def build(*, options: SileroOptions = SileroOptions(), models_dir: Path | None = None) -> SileroActivity:
    """Load the network from the installed package; `models_dir` is taken so that every backend is built alike.

    Raises
    ------
    ModelMissing
        The installed faster-whisper does not hold the file that the card names.
    """
    locate("silero-vad", models_dir=None)
    from faster_whisper.vad import get_vad_model  # type: ignore[import-untyped]

    return SileroActivity(onnx_network(get_vad_model().session), options=options)
