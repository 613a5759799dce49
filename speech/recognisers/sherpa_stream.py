"""A streaming zipformer on sherpa-onnx: a stretch heard while somebody still speaks, and as a whole, an extra
(`beforehand[sherpa]`).

In: one channel and its stretches, or the samples of one stretch as they come. Out: words with times and confidence; of
a stretch that is still open its words so far. Both ways a stretch goes through a stream of its own, so that the words
of a stretch are the same however it came. Where its card names several languages it writes each in its own signs and
is not told which one is spoken. It takes no hotwords.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from speech.recognisers.decoder_pool import DecoderPool
from speech.recognisers.pieces import HAN, Piece, segment_of, spoken_text, words_of
from speech.recognisers.sherpa_folder import SherpaFolder
from speech.recognisers.transcriber import check_language, whole
from speech.records import SAMPLE_RATE_HZ, Audio, ModelUnavailable, Samples, Segment, Stretch, Transcript, Word

if TYPE_CHECKING:
    from sherpa_onnx import OnlineRecognizer, OnlineStream  # type: ignore[import-untyped]

TAIL = np.zeros(round(0.98 * SAMPLE_RATE_HZ), np.float32)
"""Silence behind a stretch: a chunk is heard only when it is full (.77 s, the longest of the published models), and a
word is written up to .2 s after it was said (sherpa-onnx's examples add .66 s to chunks of .45 s).
"""


class ZipformerTranscriber:
    """One model shared by all threads, a chunk of a third of a second at a time, in the order they asked."""

    def __init__(self, folder: SherpaFolder, recogniser: OnlineRecognizer) -> None:
        self._folder = folder
        self._turns: DecoderPool[OnlineRecognizer] = DecoderPool(lambda: recogniser, most=1)
        self.engine = folder.engine

    def transcribe(
        self, audio: Audio, *, language: str, hotwords: Sequence[str], stretches: Sequence[Stretch] | None = None
    ) -> Transcript:
        if not self._folder.hears(check_language(language)):
            return self._folder.unheard(language, audio.duration_s)
        segments = tuple(self._segments(audio, whole(audio, stretches)))
        spoken = self._written(segments) if language == "auto" else language
        return Transcript(spoken if segments else "und", self.engine, audio.duration_s, segments)

    def open_stretch(self, *, language: str, model: str) -> ZipformerStretch | None:
        """Begin to hear a stretch while it is spoken; None for a language that is not the model's."""
        return ZipformerStretch(self._turns) if self._folder.hears(check_language(language)) else None

    def _segments(self, audio: Audio, stretches: Sequence[Stretch]) -> Iterator[Segment]:
        for stretch in stretches:
            spoken = ZipformerStretch(self._turns)
            spoken.hear(audio.between(stretch.start_s, stretch.end_s))
            if words := spoken.finish(stretch):
                yield segment_of(words)

    def _written(self, segments: Sequence[Segment]) -> str:
        """Return the language that most words are written in: a Chinese character is a word."""
        languages = self._folder.located.card.languages
        if len(languages) == 1:
            return languages[0]
        words = [word for segment in segments for word in segment.words]
        return "zh" if 2 * sum(bool(HAN.match(word.text)) for word in words) > len(words) else "en"


class ZipformerStretch:
    """One stretch; belongs to one thread."""

    def __init__(self, turns: DecoderPool[OnlineRecognizer]) -> None:
        self._turns = turns
        with turns.lent() as recogniser:
            self._stream: OnlineStream = recogniser.create_stream()

    def hear(self, samples: Samples) -> str:
        """Take more of the stretch, (n,) float32 at 16 kHz; return its words so far."""
        self._stream.accept_waveform(SAMPLE_RATE_HZ, samples)
        self._decode()
        return spoken_text(self._words(Stretch(0.0, math.inf)))

    def finish(self, stretch: Stretch) -> tuple[Word, ...]:
        """Hear what is still open and return the words of the whole, on the recording's timeline."""
        self._stream.accept_waveform(SAMPLE_RATE_HZ, TAIL)
        self._stream.input_finished()
        self._decode()
        return self._words(stretch)

    def close(self) -> None:
        """Hold nothing that others wait for: the stream goes when it is forgotten."""

    def _decode(self) -> None:
        is_ready = True
        while is_ready:
            with self._turns.lent() as recogniser:
                is_ready = recogniser.is_ready(self._stream)
                if is_ready:
                    recogniser.decode_stream(self._stream)

    def _words(self, stretch: Stretch) -> tuple[Word, ...]:
        with self._turns.lent() as recogniser:
            result = recogniser.get_result_all(self._stream)
        told = zip(result.tokens, result.timestamps, result.ys_probs, strict=False)
        pieces = [
            Piece(round(stretch.start_s + at_s, 3), str(text), min(1.0, math.exp(log_probability)))
            for text, at_s, log_probability in told
        ]
        return words_of(pieces, stretch)


def load_zipformer(folder: SherpaFolder, *, threads: int) -> ZipformerTranscriber:
    """Load the networks of a folder that was looked at.

    Raises
    ------
    ModelUnavailable
        The library refuses them.
    """
    from sherpa_onnx import OnlineRecognizer

    networks = {part: str(path) for part, path in folder.networks.items()}
    try:
        recogniser = OnlineRecognizer.from_transducer(tokens=str(folder.tokens), **networks, num_threads=threads)
    except (RuntimeError, IndexError, ValueError) as error:
        raise ModelUnavailable(f"{folder.located.path} cannot be loaded by sherpa-onnx: {error}") from error
    return ZipformerTranscriber(folder, recogniser)
