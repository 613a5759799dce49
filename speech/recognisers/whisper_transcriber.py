"""Whisper on faster-whisper (CTranslate2, int8), batched over the stretches that a voice detector found.

In: one channel, its stretches, hotwords. Out: words on the channel's own timeline, one segment a stretch. It loads
from a local folder only and never asks a hub. It is given nothing but speech, keeps no memory of the text before
(condition_on_previous_text is off), hears again what loops or what it was unsure of, drops what still loops or what the
model itself takes for silence, and drops words that lie outside every stretch: silence cannot become words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from threading import Semaphore
from typing import TYPE_CHECKING

import numpy as np

from model_cards import Located, ModelCardError, locate, locate_folder
from speech.recognisers.loops import without_loops
from speech.recognisers.transcriber import check_language, whole
from speech.records import SAMPLE_RATE_HZ, Audio, ModelUnavailable, Segment, Stretch, Transcript, Word

if TYPE_CHECKING:
    from faster_whisper import WhisperModel  # type: ignore[import-untyped]
    from faster_whisper.transcribe import Segment as Heard  # type: ignore[import-untyped]
    from faster_whisper.transcribe import Word as HeardWord

WINDOW_S = 28.0
"""Whisper hears windows of 30 s; two seconds are left for the rounding of stretches."""
JOIN_S = 1.0
"""Stretches nearer than this share a window: a window costs the same full or empty, and a breath of silence does no
harm.
"""
MAX_HOTWORDS = 200
"""Half of Whisper's 448-token context may be prompt; faster-whisper cuts there, this bounds what is tokenised at
all.
"""
MAX_HOTWORD_CHARACTERS = 64
LOOP_WORDS = 3
"""A window whose text loops is heard once more, and no three tokens in a row may come twice."""
DETECT_S = 30.0  # Whisper tells languages by one window of this length
SEED = 0  # of the words drawn at a temperature
CLOCK_S = 0.001  # faster-whisper rounds the start of a window to milliseconds
ZH_TOKENS = ("zh", "yue")


@dataclass(frozen=True, slots=True)
class WhisperOptions:
    """How to load and how to judge. The three limits and the temperatures are those of openai/whisper's transcribe();
    `temperatures` are tried in turn, from the beam's 0 on, on windows that failed; none: such a window is heard once.
    Windows side by side cost memory: the shape of tiny took 292, 384 and 547 MiB and 3.71, 3.27 and 2.94 s of CPU with
    one, two and four (`python -m training.eval_whisper`, 2026-11-23); two is the default.
    """

    threads: int = 2
    compute_type: str = "int8"
    batch_size: int = 2
    beam_size: int = 5
    best_of: int = 5
    temperatures: tuple[float, ...] = (0.2, 0.4, 0.6, 0.8, 1.0)
    compression_ratio_limit: float = 2.4
    no_speech_limit: float = 0.6
    log_probability_floor: float = -1.0


class WhisperTranscriber:
    """One model shared by all threads; a semaphore lets one call in at a time, whose threads are fixed."""

    join_s = JOIN_S
    window_s = WINDOW_S

    def __init__(self, model: WhisperModel, *, name: str, options: WhisperOptions = WhisperOptions()) -> None:
        self._model = model
        self._options = options
        self._semaphore = Semaphore(1)
        self.engine = f"whisper:{name}"

    def transcribe(
        self, audio: Audio, *, language: str, hotwords: Sequence[str], stretches: Sequence[Stretch] | None = None
    ) -> Transcript:
        check_language(language)
        heard = [stretch for stretch in whole(audio, stretches) if stretch.end_s > stretch.start_s]
        if not heard:
            return Transcript("und", self.engine, audio.duration_s, ())
        windows = _windows(heard)
        prompt = _prompt(hotwords)
        with self._semaphore:
            spoken = self._detected(audio, heard) if language == "auto" else language
            found = self._heard(audio, windows, language=spoken, hotwords=prompt)
            found = self._mended(audio, windows, found, language=spoken, hotwords=prompt)
        kept = [one for one in found if not self._is_loop(one) and not self._is_silence(one)]
        segments = tuple(_segments(kept, heard))
        return Transcript(spoken if segments else "und", self.engine, audio.duration_s, segments, _dropped(found, kept))

    def detect_language(self, audio: Audio, stretches: Sequence[Stretch]) -> str:
        """Return "zh" or "en" by the first stretches; "und" where there are none."""
        if not stretches:
            return "und"
        with self._semaphore:
            return self._detected(audio, stretches)

    def _detected(self, audio: Audio, stretches: Sequence[Stretch]) -> str:
        """Choose between Chinese and English by one window of the first speech, the silence between left out."""
        speech = np.concatenate([_cut(audio, stretch) for stretch in _first(stretches)])
        _, _, probabilities = self._model.detect_language(speech[: round(DETECT_S * SAMPLE_RATE_HZ)])
        by_code: dict[str, float] = dict(probabilities)
        return "zh" if sum(by_code.get(code, 0.0) for code in ZH_TOKENS) > by_code.get("en", 0.0) else "en"

    def _mended(
        self, audio: Audio, windows: Sequence[Stretch], found: list[Heard], *, language: str, hotwords: str | None
    ) -> list[Heard]:
        """Hear looping windows again without repetition, then those that still fail at rising temperatures."""
        looped = [window for window in windows if any(self._is_loop(one) for one in found if _within(one, window))]
        if looped:
            found = [one for one in found if not any(_within(one, window) for window in looped)]
            found += self._heard(audio, looped, language=language, hotwords=hotwords, unrepeated=LOOP_WORDS)
        failed = [window for window in windows if any(self._has_failed(one) for one in found if _within(one, window))]
        if failed and self._options.temperatures:
            found = [one for one in found if not any(_within(one, window) for window in failed)]
            for window in failed:
                found += self._heard_warmer(audio, window, language=language, hotwords=hotwords)
        return found

    def _heard_warmer(self, audio: Audio, window: Stretch, *, language: str, hotwords: str | None) -> list[Heard]:
        """Hear one window by drawing words, warmer each time, until its text passes the limits: the batched decoder
        does not draw. Drawn with one seed, so that a recording is heard the same twice.
        """
        from ctranslate2 import set_random_seed  # type: ignore[import-untyped]

        options = self._options
        set_random_seed(SEED)
        segments, _ = self._model.transcribe(
            _cut(audio, window),
            language=language,
            temperature=options.temperatures,
            best_of=options.best_of,
            beam_size=options.beam_size,
            compression_ratio_threshold=options.compression_ratio_limit,
            log_prob_threshold=options.log_probability_floor,
            no_speech_threshold=options.no_speech_limit,
            condition_on_previous_text=False,
            without_timestamps=True,
            word_timestamps=True,
            hotwords=hotwords,
        )
        return [_moved(one, window.start_s) for one in segments]

    def _heard(
        self, audio: Audio, windows: Sequence[Stretch], *, language: str, hotwords: str | None, unrepeated: int = 0
    ) -> list[Heard]:
        """Hear all windows, batch by batch; `unrepeated` tokens in a row may not come twice (0: they may)."""
        from faster_whisper import BatchedInferencePipeline

        first_s = windows[0].start_s
        segments, _ = BatchedInferencePipeline(self._model).transcribe(
            audio.between(first_s, windows[-1].end_s),
            language=language,
            clip_timestamps=[{"start": window.start_s - first_s, "end": window.end_s - first_s} for window in windows],
            batch_size=self._options.batch_size,
            beam_size=self._options.beam_size,
            temperature=0.0,
            condition_on_previous_text=False,
            word_timestamps=True,
            hotwords=hotwords,
            no_repeat_ngram_size=unrepeated,
        )
        return [_moved(heard, first_s) for heard in segments]

    def _is_loop(self, heard: Heard) -> bool:
        return bool(heard.compression_ratio > self._options.compression_ratio_limit)

    def _has_failed(self, heard: Heard) -> bool:
        is_doubtful = heard.avg_logprob < self._options.log_probability_floor
        return self._is_loop(heard) or (is_doubtful and not self._is_silence(heard))

    def _is_silence(self, heard: Heard) -> bool:
        options = self._options
        return bool(
            heard.no_speech_prob > options.no_speech_limit and heard.avg_logprob < options.log_probability_floor
        )


def _windows(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Join near stretches into windows that Whisper hears at once; cut what is longer than one."""
    windows: list[Stretch] = []
    for stretch in stretches:
        last = windows[-1] if windows else None
        if last is not None and stretch.start_s - last.end_s < JOIN_S and stretch.end_s - last.start_s <= WINDOW_S:
            windows[-1] = Stretch(last.start_s, stretch.end_s)
            continue
        count = max(1, int(np.ceil((stretch.end_s - stretch.start_s) / WINDOW_S)))
        edges = np.linspace(stretch.start_s, stretch.end_s, count + 1).tolist()
        windows.extend(Stretch(start_s, end_s) for start_s, end_s in pairwise(edges))
    return windows


def _first(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Return the first stretches, DETECT_S of speech or a little more, at least one."""
    first: list[Stretch] = []
    speech_s = 0.0
    for stretch in stretches:
        if speech_s >= DETECT_S:
            break
        first.append(stretch)
        speech_s += stretch.end_s - stretch.start_s
    return first


def _moved(heard: Heard, by_s: float) -> Heard:
    """Put what was heard in a cut onto the recording's timeline."""
    words = [replace(word, start=word.start + by_s, end=word.end + by_s) for word in heard.words or ()]
    return replace(heard, start=heard.start + by_s, end=heard.end + by_s, words=words)


def _within(heard: Heard, window: Stretch) -> bool:
    return bool(window.start_s - CLOCK_S <= heard.start < window.end_s - CLOCK_S)


def _cut(audio: Audio, stretch: Stretch) -> np.ndarray:
    return audio.between(stretch.start_s, stretch.end_s)


def _prompt(hotwords: Sequence[str]) -> str | None:
    words = [word.strip()[:MAX_HOTWORD_CHARACTERS] for word in hotwords[:MAX_HOTWORDS]]
    return " ".join(word for word in words if word) or None


def _segments(found: Sequence[Heard], stretches: Sequence[Stretch]) -> Iterator[Segment]:
    """Give every word to the stretch nearest to its middle; one segment a stretch, words kept within it."""
    spoken = sorted((word for heard in found for word in heard.words or ()), key=lambda word: float(word.start))
    places = [_nearest(stretches, (word.start + word.end) / 2) for word in spoken]
    for number, stretch in enumerate(stretches):
        inside = [word for word, place in zip(spoken, places, strict=True) if place == number]
        # until loops are out words keep the spaces before them: Whisper's own, which a joined text needs
        spaced = without_loops([_word(word, stretch) for word in inside if word.word.strip()])
        words = tuple(replace(word, text=word.text.strip()) for word in spaced)
        if words:
            text = "".join(word.text for word in spaced).strip()
            confidence = sum(word.confidence for word in words) / len(words)
            yield Segment(words[0].start_s, words[-1].end_s, text, confidence, words)


def _word(word: HeardWord, stretch: Stretch) -> Word:
    start_s, end_s = _within_stretch(word.start, stretch), _within_stretch(word.end, stretch)
    return Word(start_s=start_s, end_s=end_s, text=word.word, confidence=float(word.probability))


def _nearest(stretches: Sequence[Stretch], at_s: float) -> int:
    """Return the number of the nearest stretch: Whisper's word times are some tenths of a second off."""
    distances = [max(stretch.start_s - at_s, at_s - stretch.end_s, 0.0) for stretch in stretches]
    return distances.index(min(distances))


def _within_stretch(at_s: float, stretch: Stretch) -> float:
    return float(min(max(at_s, stretch.start_s), stretch.end_s))


def _dropped(found: Sequence[Heard], kept: Sequence[Heard]) -> tuple[str, ...]:
    count = len(found) - len(kept)
    if not count:
        return ()
    times = ", ".join(f"{segment.start:.1f}-{segment.end:.1f} s" for segment in found if segment not in kept)
    return (f"{count} windows were left out because the text looped or the model heard no speech: {times}",)


def build(
    *,
    model: str = "whisper-small",
    models_dir: Path | None = None,
    folder: Path | None = None,
    options: WhisperOptions = WhisperOptions(),
) -> WhisperTranscriber:
    """Load Whisper from `models_dir/model`, or from a `folder` that brings its own card.

    Raises
    ------
    ModelUnavailable
        The weights or their card are not here, or the folder does not hold a CTranslate2 Whisper.
    """
    try:
        located = locate_folder(folder) if folder is not None else locate(model, models_dir=models_dir)
    except ModelCardError as error:
        raise ModelUnavailable(str(error)) from error
    return WhisperTranscriber(load_whisper(located, options), name=located.card.name, options=options)


def load_whisper(located: Located, options: WhisperOptions) -> WhisperModel:
    """Load the weights of a folder; nothing is asked of a hub.

    Raises
    ------
    ModelUnavailable
        The folder does not hold a CTranslate2 Whisper with its tokenizer.
    """
    from faster_whisper import WhisperModel

    if not (located.path / "tokenizer.json").is_file():  # without it faster-whisper would ask a hub
        raise ModelUnavailable(f"{located.path} has no tokenizer.json. Run: beforehand models pull {located.card.name}")
    try:
        return WhisperModel(
            str(located.path),
            device="cpu",
            compute_type=options.compute_type,
            cpu_threads=options.threads,
            num_workers=1,
            local_files_only=True,
        )
    except (RuntimeError, ValueError) as error:
        raise ModelUnavailable(f"{located.path} cannot be loaded as a CTranslate2 Whisper: {error}") from error
