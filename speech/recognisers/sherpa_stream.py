"""A streaming zipformer on sherpa-onnx: words while somebody still speaks, an extra (`beforehand[sherpa]`).

In: blocks of samples as they come. Out: after each block what is written so far since the last pause; once a pause ends
it, it is final and the next begins. One model serves many calls; each call has a stream of its own. It does not know
which language is spoken, nor who speaks, and keeps no sound.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from math import inf
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from speech.recognisers.pieces import Piece, spoken_text, words_of
from speech.recognisers.sherpa_folder import SherpaFolder, open_sherpa_folder
from speech.recognisers.sherpa_transcriber import EXTRA, is_installed
from speech.records import SAMPLE_RATE_HZ, ModelUnavailable, Samples, Stretch, Word

if TYPE_CHECKING:
    from sherpa_onnx import OnlineRecognizer, OnlineStream  # type: ignore[import-untyped]

MODEL = "sherpa-zipformer-zh-en"


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """A pause of `pause_s` ends what was said; one of `silence_s` where nothing was said yet; `longest_s` of speech
    ends it without any. They are sherpa-onnx's own rules 2, 1 and 3.
    """

    threads: int = 1
    pause_s: float = 1.2
    silence_s: float = 2.4
    longest_s: float = 20.0


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was said since the last pause; times are of the whole stream."""

    text: str
    words: tuple[Word, ...]
    is_final: bool


class SherpaStream:
    """One call. Blocks of one call come one after the other; the model's lock lets many calls share it."""

    def __init__(self, recogniser: OnlineRecognizer, lock: Lock) -> None:
        self._recogniser = recogniser
        self._lock = lock
        self._stream: OnlineStream = recogniser.create_stream()

    def accept(self, samples: Samples) -> Spoken:
        """Hear one block, (n,) float32 at 16 kHz, of any length."""
        with self._lock:
            self._stream.accept_waveform(SAMPLE_RATE_HZ, samples)
            return self._decoded(is_over=False)

    def finish(self) -> Spoken:
        """Return what is still open; the stream is over."""
        with self._lock:
            self._stream.input_finished()
            return self._decoded(is_over=True)

    def _decoded(self, *, is_over: bool) -> Spoken:
        while self._recogniser.is_ready(self._stream):
            self._recogniser.decode_stream(self._stream)
        is_final = is_over or bool(self._recogniser.is_endpoint(self._stream))
        words = self._words()
        if is_final and not is_over:
            self._recogniser.reset(self._stream)
        return Spoken(spoken_text(words), words, is_final)

    def _words(self) -> tuple[Word, ...]:
        result = self._recogniser.get_result_all(self._stream)
        told = zip(result.tokens, result.timestamps, result.ys_probs, strict=False)
        pieces = [
            Piece(round(result.start_time + at_s, 3), str(text), min(1.0, math.exp(log_probability)))
            for text, at_s, log_probability in told
        ]
        return words_of(pieces, Stretch(0.0, inf))


class SherpaStreams:
    """A loaded streaming model that opens streams."""

    def __init__(self, recogniser: OnlineRecognizer, *, name: str) -> None:
        self._recogniser = recogniser
        self._lock = Lock()
        self.engine = f"sherpa:{name}"

    def open(self) -> SherpaStream:
        """Begin to hear one call."""
        with self._lock:
            return SherpaStream(self._recogniser, self._lock)


def build_streams(
    *,
    model: str = MODEL,
    models_dir: Path | None = None,
    folder: Path | None = None,
    options: StreamOptions = StreamOptions(),
) -> SherpaStreams:
    """Load a streaming zipformer from `models_dir/model`, or from a `folder` that brings its own card.

    Raises
    ------
    ModelUnavailable
        The library, the weights or their card are not here, or the folder holds something else.
    """
    if not is_installed():
        raise ModelUnavailable(f"sherpa-onnx is not installed. Run: {EXTRA}")
    opened = open_sherpa_folder(model, models_dir=models_dir, folder=folder)
    if opened.family != "zipformer":
        raise ModelUnavailable(f"{opened.located.path} hears recordings, not live calls: it is no streaming model.")
    return SherpaStreams(_load(opened, options), name=opened.name)


def _load(folder: SherpaFolder, options: StreamOptions) -> OnlineRecognizer:
    from sherpa_onnx import OnlineRecognizer

    networks = {part: str(path) for part, path in folder.networks.items()}
    try:
        return OnlineRecognizer.from_transducer(
            tokens=str(folder.tokens),
            **networks,
            num_threads=options.threads,
            enable_endpoint_detection=True,
            rule1_min_trailing_silence=options.silence_s,
            rule2_min_trailing_silence=options.pause_s,
            rule3_min_utterance_length=options.longest_s,
        )
    except (RuntimeError, IndexError, ValueError) as error:
        raise ModelUnavailable(f"{folder.located.path} cannot be loaded by sherpa-onnx: {error}") from error
