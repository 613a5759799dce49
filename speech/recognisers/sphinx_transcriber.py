"""The floor: pocketsphinx with the US English model inside its wheel, and a telephone model shipped beside it. Always
here.

In: one channel and its stretches. Out: English words with times and posteriors, and a warning that says this is the
floor and what mends it. Asked for Chinese it hears nothing and says so. It does not use hotwords: its dictionary is
fixed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import numpy as np

from model_cards import ModelMissing, locate
from speech.recognisers.decoder_pool import DecoderPool
from speech.recognisers.sphinx_process import SphinxProcess
from speech.recognisers.transcriber import check_language, whole
from speech.records import Audio, ModelUnavailable, Samples, Segment, SpeechError, Stretch, Transcript, Word
from speech.sound.bandwidth import is_telephone

MODEL = "pocketsphinx-en-us"
TELEPHONE_MODEL = "pocketsphinx-en-8k"
MEND = "`beforehand models pull whisper-small` brings the real recogniser"
WARNING = f"speech ran on its floor (pocketsphinx, English only, many errors); {MEND}"
WARNING_ZH = (
    "speech ran on its floor (pocketsphinx), which does not hear Chinese: at most numbers read out digit by digit were "
    f"written; {MEND}"
)
WARNING_AUTO = "the floor cannot tell Chinese from English and took the speech for English"
WARNING_UNSURE = f"the floor was sure of too little: this is not English, or too hard for it; nothing was kept; {MEND}"
SURE = 0.35
"""Asked to find the language itself, the floor keeps nothing below this mean posterior of its words. Of 20 real
recordings (2026-11-22) six of eight Chinese ones lie at .24 to .33 (two of under 10 words above), English ones at
.38 to .74, but for one at .29 in which every keyword was missed.
"""
Answer = TypeVar("Answer")
FRAMES_PER_S = 100  # the model's feature rate (-frate)
MAX_STRETCH_S = 15.0
"""A call that is heard while it is spoken stands still while a stretch is heard whole: 4 s for one of this length."""
AT_ONCE = 2
"""Stretches of one recording heard side by side, each by a decoder of its own."""


class SphinxTranscriber:
    """Decoders for wide and for telephone sound, each hearing one stretch at a time, loaded when sound of its kind
    first comes.
    """

    engine = f"sphinx:{MODEL}"

    def __init__(
        self, wide: Callable[[], SphinxProcess], telephone: Callable[[], SphinxProcess], *, at_once: int = AT_ONCE
    ) -> None:
        self._at_once = at_once
        self._pools = {MODEL: DecoderPool(wide), TELEPHONE_MODEL: DecoderPool(telephone)}

    def transcribe(
        self, audio: Audio, *, language: str, hotwords: Sequence[str], stretches: Sequence[Stretch] | None = None
    ) -> Transcript:
        if check_language(language) == "zh":
            return Transcript("zh", self.engine, audio.duration_s, (), (WARNING_ZH,))
        heard = whole(audio, stretches)
        return self.transcribe_with(
            self.judge(audio, heard), audio, language=language, hotwords=hotwords, stretches=heard
        )

    def judge(self, audio: Audio, stretches: Sequence[Stretch]) -> str:
        """Return the model that these stretches would be heard with."""
        return TELEPHONE_MODEL if is_telephone(audio, stretches) else MODEL

    def transcribe_with(
        self, model: str, audio: Audio, *, language: str, hotwords: Sequence[str], stretches: Sequence[Stretch]
    ) -> Transcript:
        """Return what is said within the stretches, as that model hears it."""
        if check_language(language) == "zh":
            return Transcript("zh", self.engine, audio.duration_s, (), (WARNING_ZH,))
        segments = []
        with ThreadPoolExecutor(self._at_once) as listeners:  # each waits for a decoder's process
            heard = listeners.map(partial(self._words, model, audio), _halved(stretches))
        for words in heard:
            if words:
                confidence = sum(word.confidence for word in words) / len(words)
                text = " ".join(word.text for word in words)
                segments.append(Segment(words[0].start_s, words[-1].end_s, text, confidence, words))
        warnings = (WARNING, WARNING_AUTO) if language == "auto" else (WARNING,)
        if language == "auto" and segments and not _is_sure(segments):
            segments, warnings = [], (WARNING, WARNING_UNSURE)
        spoken = "en" if segments else "und"
        return Transcript(spoken, f"sphinx:{model}", audio.duration_s, tuple(segments), warnings)

    def open_stretch(self, *, language: str, model: str) -> SphinxStretch | None:
        """Begin to hear a stretch while it is spoken; None for Chinese, and where all decoders are lent."""
        if check_language(language) == "zh":
            return None
        pool = self._pools[model or MODEL]
        decoder = pool.take()
        return None if decoder is None else SphinxStretch(decoder, pool=pool)

    def _words(self, model: str, audio: Audio, stretch: Stretch) -> tuple[Word, ...]:
        pcm = _pcm(audio.between(stretch.start_s, stretch.end_s))
        if not any(pcm):
            return ()
        with self._pools[model].lent() as decoder:
            return tuple(_heard(decoder.whole(pcm), stretch))


class SphinxStretch:
    """The words of a stretch while it is spoken: the first of the decoder's passes only, so they may change when the
    whole is heard. Belongs to one thread, and has its decoder to itself until it is closed.
    """

    def __init__(self, decoder: SphinxProcess, *, pool: DecoderPool[SphinxProcess]) -> None:
        self._decoder: SphinxProcess | None = decoder
        self._pool = pool
        self._ask(decoder.begin_utterance)

    def hear(self, samples: Samples) -> str:
        """Take more of the stretch; return its words so far."""
        if self._decoder is None or not len(samples):
            return ""
        return self._ask(partial(self._decoder.more, _pcm(samples))) or ""

    def close(self) -> None:
        """Give the decoder back."""
        if self._decoder is not None:
            self._ask(self._decoder.end_utterance)
        decoder, self._decoder = self._decoder, None
        if decoder is not None:
            self._pool.give_back(decoder)

    def _ask(self, question: Callable[[], Answer]) -> Answer | None:
        """Return the decoder's answer; where it failed, this stretch has no words until it is heard whole."""
        try:
            return question()
        except SpeechError:
            self._decoder = None
            self._pool.forget()
            return None


def _pcm(samples: Samples) -> bytes:
    return np.round(np.clip(samples, -1.0, 1.0) * 32767).astype("<i2").tobytes()


def _is_sure(segments: Sequence[Segment]) -> bool:
    confidences = [word.confidence for segment in segments for word in segment.words]
    return sum(confidences) >= SURE * len(confidences)


def _heard(words: Sequence[tuple[str, int, int, float]], stretch: Stretch) -> Iterator[Word]:
    for word, first, last, chance in words:
        text = word.partition("(")[0]
        if text and not text.startswith(("<", "[", "+")):
            start_s = stretch.start_s + first / FRAMES_PER_S
            end_s = min(stretch.end_s, stretch.start_s + (last + 1) / FRAMES_PER_S)
            yield Word(min(start_s, end_s), end_s, text, min(1.0, chance))


def _halved(stretches: Sequence[Stretch]) -> Iterator[Stretch]:
    """Cut stretches that are too long into equal parts."""
    for stretch in stretches:
        count = max(1, int(np.ceil((stretch.end_s - stretch.start_s) / MAX_STRETCH_S)))
        edges = np.linspace(stretch.start_s, stretch.end_s, count + 1).tolist()
        yield from (Stretch(start_s, end_s) for start_s, end_s in pairwise(edges))


def build(*, models_dir: Path | None = None, threads: int = AT_ONCE) -> SphinxTranscriber:
    """Find both models; neither is loaded before it is needed. `threads` stretches are heard at once.

    Raises
    ------
    ModelUnavailable
        A model that a card names is not here, or not whole.
    """
    try:
        wide = locate(MODEL, models_dir=models_dir)
        telephone = locate(TELEPHONE_MODEL, models_dir=models_dir)
    except ModelMissing as error:
        raise ModelUnavailable(str(error)) from error
    words = {"language_model": wide.path / "en-us.lm.bin", "dictionary": wide.path / "cmudict-en-us.dict"}
    return SphinxTranscriber(
        wide=lambda: SphinxProcess(sounds=wide.path / "en-us", **words),
        telephone=lambda: SphinxProcess(sounds=telephone.path, **words),
        at_once=threads,
    )
