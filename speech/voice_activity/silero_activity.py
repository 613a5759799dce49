"""Silero VAD v6, as it comes inside faster-whisper, on one thread.

In: one channel. Out: stretches no longer than a Whisper window, padded so that first and last sounds are kept. Long
audio is taken block by block, so memory does not grow with the call; a stretch that a block's end would cut is begun
again in the next block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model_cards import locate
from speech.records import SAMPLE_RATE_HZ, Audio, Samples, Stretch
from speech.voice_activity.silero_stream import Network, SileroStream, StreamRules, no_network, onnx_network

BLOCK_S = 120.0
"""Memory peaks at 185 MB with two minutes, at 429 MB with ten (`training.eval_sound memory`, 2026-11-23)."""
NEAR_S = 5.0
"""A pause in talk; further from any sure voice a weak one is taken for music or noise."""
CUT_S = 1.0
"""A stretch that ends nearer than this to a block's end may have been cut by it."""


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
    block_s: float = BLOCK_S


Span = dict[str, int]  # {"start": sample, "end": sample}
FindSpans = Callable[[Samples], list[Span]]


class SileroActivity:
    """`spans` finds sure voices, `weak_spans` these and weak ones; without it only the sure ones count. `network` is
    what both ask, for calls that are followed while they are spoken.
    """

    def __init__(
        self,
        spans: FindSpans,
        weak_spans: FindSpans | None = None,
        *,
        network: Network = no_network,
        options: SileroOptions = SileroOptions(),
    ) -> None:
        self._sure_spans = spans
        self._weak_spans = weak_spans
        self._network = network
        self._options = options

    def detect(self, audio: Audio) -> tuple[Stretch, ...]:
        return tuple(self._stretches(audio))

    def follow(self) -> SileroStream:
        """Return the same gate for sound that is still coming."""
        return SileroStream(self._network, stream_rules(self._options))

    def _stretches(self, audio: Audio) -> Iterator[Stretch]:
        start = 0
        while start < len(audio):
            end = min(len(audio), start + round(self._options.block_s * SAMPLE_RATE_HZ))
            spans = self._spans(np.ascontiguousarray(audio.read(start, end), dtype=np.float32))
            following = end
            if (
                end < len(audio)
                and spans
                and spans[-1]["start"] > 0
                and start + spans[-1]["end"] > end - CUT_S * SAMPLE_RATE_HZ
            ):
                following = start + spans.pop()["start"]
            for span in spans:
                yield Stretch((start + span["start"]) / SAMPLE_RATE_HZ, (start + span["end"]) / SAMPLE_RATE_HZ)
            start = following

    def _spans(self, samples: Samples) -> list[Span]:
        sure = self._sure_spans(samples)
        if not sure or self._weak_spans is None:
            return sure
        near = round(NEAR_S * SAMPLE_RATE_HZ)
        return [
            weak
            for weak in self._weak_spans(samples)
            if any(one["start"] - near < weak["end"] and weak["start"] < one["end"] + near for one in sure)
        ]


def stream_rules(options: SileroOptions) -> StreamRules:
    """Return the options in samples."""
    return StreamRules(
        threshold=options.threshold,
        weak_threshold=options.weak_threshold,
        min_speech=options.min_speech_s * SAMPLE_RATE_HZ,
        min_silence=options.min_silence_s * SAMPLE_RATE_HZ,
        padding=options.padding_s * SAMPLE_RATE_HZ,
        longest=options.max_stretch_s * SAMPLE_RATE_HZ,
        near=round(NEAR_S * SAMPLE_RATE_HZ),
        block=round(options.block_s * SAMPLE_RATE_HZ),
        cut=CUT_S * SAMPLE_RATE_HZ,
    )


def build(*, options: SileroOptions = SileroOptions(), models_dir: Path | None = None) -> SileroActivity:
    """Load the network from the installed package; `models_dir` is taken so that every backend is built alike.

    Raises
    ------
    ModelMissing
        The installed faster-whisper does not hold the file that the card names.
    """
    locate("silero-vad", models_dir=None)
    from faster_whisper.vad import VadOptions, get_speech_timestamps, get_vad_model  # type: ignore[import-untyped]

    def finder(threshold: float) -> FindSpans:
        settings = VadOptions(
            threshold=threshold,
            min_speech_duration_ms=round(options.min_speech_s * 1000),
            min_silence_duration_ms=round(options.min_silence_s * 1000),
            speech_pad_ms=round(options.padding_s * 1000),
            max_speech_duration_s=options.max_stretch_s,
        )

        def spans(samples: Samples) -> list[Span]:
            found: list[Span] = get_speech_timestamps(samples, settings)
            return found

        return spans

    return SileroActivity(
        finder(options.threshold),
        finder(options.weak_threshold),
        network=onnx_network(get_vad_model().session),
        options=options,
    )
