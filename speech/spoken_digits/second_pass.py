"""A second listening: where a recogniser heard digits one by one, or heard nothing because it knows no Chinese.

In: what a recogniser heard of one channel, the channel, tellers by language. Out: the same, each segment with the
`SpokenNumber`s that were heard in it; what the recogniser wrote is never changed. For Chinese on the floor, which
writes nothing, stretches of speech that hold nothing but digits become segments of their own. It does not know what a
number means.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from speech.records import SAMPLE_RATE_HZ, Audio, Segment, SpokenNumber, Stretch, Transcript
from speech.spoken_digits.decode import shares
from speech.spoken_digits.digits import DigitTeller
from speech.spoken_digits.listening import Heard, listen
from speech.spoken_digits.number_words import FEWEST, Run, runs_of

EDGE_S = 0.15
"""A recogniser's word times are off by a tenth of a second; more would let the next word in."""
LONGEST_S = 20.0  # of a run that is heard again: 20 digits spoken slowly
ALTERNATIVES = 5
STEEPNESS, SHIFT = 2.133, 2.741
"""From the logit of the best reading's share to the logit of its being right: logistic regression on 80 English strings
of four speakers whom the networks never heard (`training.eval_speech --only digits --networks`, 2026-11-23).
"""
MOST_OTHER = 0.1
"""Of a stretch without words: more of it taken for something else than digits, and it is speech, not a number."""
FEWEST_ALONE = 6
SURE_ALONE = -0.6
"""Mean log probability of the digits of a stretch without words, below which it is no number."""
LEAST_ALONE = 0.8
"""Confidence of a number that nothing else was heard of; at .55 the telephone number of examples/call_zh.wav, eleven
digits, came out as fourteen others (2026-11-23)."""


def with_numbers(
    part: Transcript, audio: Audio, *, tellers: Mapping[str, DigitTeller], stretches: Sequence[Stretch]
) -> Transcript:
    """Return what a recogniser heard in these stretches with the numbers that were heard again.

    A Chinese part without a segment is a floor's that knows no Chinese: there, stretches that hold a number and nothing
    else become segments.
    """
    teller = tellers.get(part.language)
    if teller is None:
        return part
    if part.language == "zh" and not part.segments:
        alone = tuple(numbers_alone(audio, stretches, teller))
        return replace(part, segments=alone, engine=teller.engine) if alone else part
    heard = (replace(segment, numbers=tuple(_numbers(segment, audio, teller))) for segment in part.segments)
    return replace(part, segments=tuple(heard))


def numbers_alone(audio: Audio, stretches: Sequence[Stretch], teller: DigitTeller) -> list[Segment]:
    """Return the stretches that hold a number and nothing else, where there is no recogniser for the language."""
    found = []
    for stretch in stretches:
        if stretch.end_s - stretch.start_s >= LONGEST_S:
            continue
        number = _number(audio, stretch.start_s, stretch.end_s, teller, is_alone=True)
        if number is not None and number.confidence >= LEAST_ALONE:
            text, confidence = number.digits, number.confidence
            found.append(Segment(number.start_s, number.end_s, text, confidence, numbers=(number,)))
    return found


def _numbers(segment: Segment, audio: Audio, teller: DigitTeller) -> list[SpokenNumber]:
    found = (_heard_again(segment, run, audio, teller) for run in runs_of(segment.words))
    return [number for number in found if number is not None]


def _heard_again(segment: Segment, run: Run, audio: Audio, teller: DigitTeller) -> SpokenNumber | None:
    words = segment.words
    start_s, end_s = words[run.first].start_s - EDGE_S, words[run.last - 1].end_s + EDGE_S
    if run.first > 0:
        start_s = max(start_s, words[run.first - 1].end_s)
    if run.last < len(words):
        end_s = min(end_s, words[run.last].start_s)
    if end_s - start_s >= LONGEST_S:
        return None
    return _number(audio, max(0.0, start_s), min(audio.duration_s, end_s), teller, is_alone=False)


def _number(audio: Audio, start_s: float, end_s: float, teller: DigitTeller, *, is_alone: bool) -> SpokenNumber | None:
    first, last = round(start_s * SAMPLE_RATE_HZ), round(end_s * SAMPLE_RATE_HZ)
    heard = listen(audio.read(first, last), teller)
    if not heard.readings or len(heard.readings[0].digits) < FEWEST:
        return None
    if is_alone and not _is_number(heard, end_s - start_s):
        return None
    best = heard.readings[0]
    begins_s, ends_s = heard.ends_s(best)
    confidences = _confidences(shares(heard.readings))
    rivals = [(one.digits, share) for one, share in zip(heard.readings, confidences, strict=True) if one.digits]
    return SpokenNumber(
        start_s=start_s + begins_s,
        end_s=start_s + ends_s,
        digits=best.digits,
        confidence=confidences[0],
        alternatives=tuple(rivals[1 : 1 + ALTERNATIVES]),
    )


def _is_number(heard: Heard, length_s: float) -> bool:
    best = heard.readings[0]
    mean = sum(one.score for one in best.heard) / len(best.heard)
    return len(best.heard) >= FEWEST_ALONE and mean >= SURE_ALONE and best.other_s <= MOST_OTHER * length_s


def _confidences(found: Sequence[float]) -> list[float]:
    """Return how likely each reading is, likeliest first; what the best leaves, the others have by their shares."""
    share = min(max(found[0], 1e-6), 1 - 1e-6)
    best = 1 / (1 + math.exp(-(STEEPNESS * math.log(share / (1 - share)) + SHIFT)))
    return [best, *((1 - best) * min(1.0, one / (1 - share)) for one in found[1:])]
