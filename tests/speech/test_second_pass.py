"""Numbers that a recogniser heard digit by digit are heard again; nothing is heard where nobody said a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from speech import Audio, Segment, Transcript, Word, build_activity
from speech.records import Samples, SpokenNumber
from speech.spoken_digits.decode import OTHER, LogProbabilities
from speech.spoken_digits.digits import DigitTeller
from speech.spoken_digits.number_words import runs_of
from speech.spoken_digits.second_pass import with_numbers
from tests.speech.signals import silence, tone

DIGIT_S, GAP_S = 0.3, 0.12
HZ = 200.0


class ByPitch:
    """Tells digits that are tones: 200 Hz is 0, 400 Hz is 1, and so on; whoever hears none says so."""

    engine = "digits:by-pitch"

    def __init__(self, doubt: float = 0.0) -> None:
        self._doubt = doubt

    def tell(self, words: Sequence[Samples], *, beside: Sequence[Samples] = ()) -> LogProbabilities:
        rows = np.full((len(words), 11), 1e-4, dtype=np.float32)
        for row, word in zip(rows, words, strict=True):
            pitch = np.abs(np.fft.rfft(word)).argmax() * 16_000 / len(word) / HZ - 1
            is_digit = len(word) < 0.45 * 16_000 and abs(pitch - round(pitch)) < 0.1 and 0 <= round(pitch) <= 9
            row[round(pitch) if is_digit else OTHER] = 1 - self._doubt
            if is_digit:
                row[(round(pitch) + 1) % 10] = max(self._doubt, 1e-4)
        return np.asarray(np.log(rows), dtype=np.float32)


def _said(digits: str) -> Samples:
    tones = [np.concatenate([tone(DIGIT_S, hz=HZ * (int(digit) + 1)), silence(GAP_S)]) for digit in digits]
    return np.concatenate([silence(0.5), *tones, silence(0.5)])


def _heard(text: str, *, language: str = "en", first_s: float = 0.5) -> Transcript:
    step_s = DIGIT_S + GAP_S
    words = tuple(
        Word(first_s + at * step_s, first_s + at * step_s + DIGIT_S, word, 0.5) for at, word in enumerate(text.split())
    )
    segments = (Segment(words[0].start_s, words[-1].end_s, text, 0.5, words),) if words else ()
    return Transcript(language, "scripted", 10.0, segments)


def _heard_twice(transcript: Transcript, samples: Samples, tellers: Mapping[str, DigitTeller]) -> Transcript:
    audio = Audio(samples)
    return with_numbers(transcript, audio, tellers=tellers, stretches=build_activity("energy").detect(audio))


def _numbers(transcript: Transcript, samples: Samples, *, doubt: float = 0.0) -> tuple[SpokenNumber, ...]:
    tellers = {"en": ByPitch(doubt), "zh": ByPitch(doubt)}
    said = _heard_twice(transcript, samples, tellers)
    return tuple(number for segment in said.segments for number in segment.numbers)


@pytest.mark.parametrize(
    ("heard", "language", "digits"),
    [
        ("two oh two five", "en", "2025"),
        ("two oh to nine", "en", "2025"),
        ("二 零 二 九", "zh", "2025"),
        ("one two three", "en", ""),
        ("I have two washing machines", "en", ""),
        ("我 要 二 台", "zh", ""),
    ],
)
def test_runs_of_digits_are_heard_again(heard: str, language: str, digits: str) -> None:
    found = _numbers(_heard(heard, language=language), _said("2025"))
    assert "".join(number.digits for number in found) == digits


def test_number_lies_where_it_was_said() -> None:
    (number,) = _numbers(_heard("two oh two five"), _said("2025"))
    assert number.start_s == pytest.approx(0.5, abs=0.05)
    assert number.end_s == pytest.approx(0.5 + 4 * DIGIT_S + 3 * GAP_S, abs=0.05)


def test_doubt_names_what_else_it_may_be() -> None:
    (number,) = _numbers(_heard("two oh two five"), _said("2025"), doubt=0.3)
    assert number.digits == "2025"
    assert {digits for digits, _ in number.alternatives} >= {"3025", "2125", "2035", "2026"}
    (sure,) = _numbers(_heard("two oh two five"), _said("2025"))
    assert 0 < number.confidence < sure.confidence
    confidences = [confidence for _, confidence in number.alternatives]
    assert confidences == sorted(confidences, reverse=True)


def test_words_are_never_changed() -> None:
    transcript = _heard("two oh two nine")
    said = _heard_twice(transcript, _said("2025"), {"en": ByPitch()})
    assert tuple(replace(segment, numbers=()) for segment in said.segments) == transcript.segments


def test_language_without_a_network_is_left_as_it_is() -> None:
    transcript = _heard("two oh two five")
    assert _heard_twice(transcript, _said("2025"), {}) == transcript


def test_floor_that_knows_no_chinese_still_hears_a_number() -> None:
    (number,) = _numbers(_heard("", language="zh"), _said("20250318"))
    assert number.digits == "20250318"


@pytest.mark.parametrize("hz", [250.0, 3_333.0])
def test_floor_hears_no_number_in_other_sounds(hz: float) -> None:
    words = [np.concatenate([tone(0.4, hz=hz), silence(0.1)]) for _ in range(8)]
    assert _numbers(_heard("", language="zh"), np.concatenate([silence(0.5), *words, silence(0.5)])) == ()


def test_words_that_only_sound_alike_make_no_run() -> None:
    words = [Word(at, at + 0.5, text, 1.0) for at, text in enumerate(["for", "to", "for", "to", "for"])]
    assert runs_of(words) == ()


def test_floor_writes_no_doubtful_chinese_number() -> None:
    assert _numbers(_heard("", language="zh"), _said("20250318"), doubt=0.3) == ()
