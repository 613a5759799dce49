"""SenseVoice and Paraformer on sherpa-onnx: quick recognisers for Chinese, an extra (`beforehand[sherpa]`).
`build` opens a streaming zipformer, too (see `sherpa_stream`).

In: one channel and its stretches. Out: words with times, one segment a stretch. SenseVoice hears Chinese, Cantonese and
English and says which; Paraformer hears what its card says. Neither tells how sure it is, so every word has the same
middling confidence; neither takes hotwords.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from speech.recognisers.pieces import Piece, segment_of, words_of
from speech.recognisers.sherpa_folder import SherpaFolder, open_sherpa_folder
from speech.recognisers.sherpa_stream import ZipformerTranscriber, load_zipformer
from speech.recognisers.transcriber import check_language, whole
from speech.records import SAMPLE_RATE_HZ, Audio, ModelUnavailable, Segment, Stretch, Transcript
from speech.sherpa_library import require_sherpa

if TYPE_CHECKING:
    from sherpa_onnx import OfflineRecognizer  # type: ignore[import-untyped]

MODEL = "sherpa-sense-voice"
LEAST_S = 0.1
"""Shorter than the first frame of a SenseVoice, seven times 10 ms and the window around them, nothing is heard."""
DETECT_S = 30.0  # speech that decides on the language: as much as Whisper looks at
CODES = {"zh": "zh", "yue": "zh", "en": "en"}  # Cantonese is written in Chinese
WARNING = "this recogniser does not say how sure it is: every word counts as half sure"


@dataclass(frozen=True, slots=True)
class SherpaOptions:
    """`itn` asks SenseVoice for digits and punctuation of its own; off, numbers are written as they were spoken."""

    threads: int = 2
    itn: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """What one stretch said; `code` is the language the model names, "" where it names none."""

    stretch: Stretch
    pieces: tuple[Piece, ...]
    code: str


class SherpaTranscriber:
    """One model shared by all threads; a lock lets one call in at a time, whose threads are fixed."""

    def __init__(
        self,
        folder: SherpaFolder,
        recognisers: Mapping[str, OfflineRecognizer],
        *,
        options: SherpaOptions = SherpaOptions(),
    ) -> None:
        self._folder = folder
        self._recognisers = dict(recognisers)  # by the language they were told
        self._options = options
        self._lock = Lock()
        self.engine = folder.engine

    def transcribe(
        self, audio: Audio, *, language: str, hotwords: Sequence[str], stretches: Sequence[Stretch] | None = None
    ) -> Transcript:
        if not self._folder.hears(check_language(language)):
            return self._folder.unheard(language, audio.duration_s)
        heard = list(self._heard(audio, whole(audio, stretches), language=language))
        default = self._folder.located.card.languages[0]
        spoken = language if language != "auto" else _most_spoken(heard, default=default)
        segments = tuple(segment for one in heard if _is_ours(one) for segment in _segments(one))
        warnings = (*((WARNING,) if segments else ()), *_others(heard))
        return Transcript(spoken if segments else "und", self.engine, audio.duration_s, segments, warnings)

    def detect_language(self, audio: Audio, stretches: Sequence[Stretch]) -> str:
        """Return "zh" or "en" by the first stretches; "und" where the model cannot tell languages apart."""
        if self._folder.family != "sense_voice":
            return "und"
        return _most_spoken(list(self._heard(audio, _first(stretches), language="auto")), default="und")

    def _heard(self, audio: Audio, stretches: Sequence[Stretch], *, language: str) -> Iterator[Heard]:
        """Hear stretch by stretch: padded side by side, a Paraformer's peaks no longer fit its tokens."""
        for stretch in stretches:
            if stretch.end_s - stretch.start_s < LEAST_S:
                continue
            samples = audio.between(stretch.start_s, stretch.end_s)
            with self._lock:
                recogniser = self._recogniser(language)
                stream = recogniser.create_stream()
                stream.accept_waveform(SAMPLE_RATE_HZ, samples)
                recogniser.decode_stream(stream)
                result = stream.result
            pieces = _pieces(list(result.tokens), list(result.timestamps), stretch)
            yield Heard(stretch, pieces, result.lang.strip("<|>"))

    def _recogniser(self, language: str) -> OfflineRecognizer:
        """Return the recogniser of one language; SenseVoice is told it when it is loaded, so each asked for is kept."""
        key = language if self._folder.family == "sense_voice" else "auto"
        if key not in self._recognisers:
            self._recognisers[key] = _load(self._folder, language=key, options=self._options)
        return self._recognisers[key]


def _pieces(texts: Sequence[str], times_s: Sequence[float], stretch: Stretch) -> tuple[Piece, ...]:
    """Put pieces on the recording's timeline; where their times are not told, they are spread over the stretch."""
    if len(times_s) != len(texts):
        times_s = np.linspace(0.0, stretch.end_s - stretch.start_s, len(texts), endpoint=False).tolist()
    return tuple(Piece(round(stretch.start_s + at_s, 3), text) for text, at_s in zip(texts, times_s, strict=True))


def _first(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Return the first stretches, some DETECT_S of speech, at least one."""
    first: list[Stretch] = []
    for stretch in stretches:
        if sum(one.end_s - one.start_s for one in first) >= DETECT_S:
            break
        first.append(stretch)
    return first


def _is_ours(heard: Heard) -> bool:
    return not heard.code or heard.code in CODES


def _most_spoken(heard: Sequence[Heard], *, default: str) -> str:
    spoken_s: dict[str, float] = {}
    for one in heard:
        if one.code in CODES:
            language, length_s = CODES[one.code], one.stretch.end_s - one.stretch.start_s
            spoken_s[language] = spoken_s.get(language, 0.0) + length_s
    return max(spoken_s, key=lambda language: spoken_s[language], default=default)


def _segments(heard: Heard) -> Iterator[Segment]:
    if words := words_of(heard.pieces, heard.stretch):
        yield segment_of(words)


def _others(heard: Sequence[Heard]) -> tuple[str, ...]:
    """Tell of stretches in a language that is not ours: their text would be guessed."""
    codes = Counter(one.code for one in heard if not _is_ours(one) and one.code != "nospeech")
    return tuple(f"{count} stretches were taken for {code} and left out" for code, count in sorted(codes.items()))


def _load(folder: SherpaFolder, *, language: str, options: SherpaOptions) -> OfflineRecognizer:
    from sherpa_onnx import OfflineRecognizer

    network, tokens = str(folder.networks["model"]), str(folder.tokens)
    try:
        if folder.family == "paraformer":
            return OfflineRecognizer.from_paraformer(paraformer=network, tokens=tokens, num_threads=options.threads)
        return OfflineRecognizer.from_sense_voice(
            model=network, tokens=tokens, num_threads=options.threads, language=language, use_itn=options.itn
        )
    except (RuntimeError, IndexError) as error:
        raise ModelUnavailable(f"{folder.located.path} cannot be loaded by sherpa-onnx: {error}") from error


def build(
    *,
    model: str = MODEL,
    models_dir: Path | None = None,
    folder: Path | None = None,
    options: SherpaOptions = SherpaOptions(),
) -> SherpaTranscriber | ZipformerTranscriber:
    """Load the recogniser in `models_dir/model`, or in a `folder` that brings its own card, by what it holds.

    Raises
    ------
    ModelUnavailable
        The library, the weights or their card are not here, or the folder holds something else.
    """
    require_sherpa()
    opened = open_sherpa_folder(model, models_dir=models_dir, folder=folder)
    if opened.family == "zipformer":
        return load_zipformer(opened, threads=options.threads)
    return SherpaTranscriber(opened, {"auto": _load(opened, language="auto", options=options)}, options=options)
