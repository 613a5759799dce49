"""Listen to a stretch as to a string of digits: cut it into pieces, tell every span, keep the likeliest ways.

In: samples of a stretch in which one speaker says digits, and a teller. Out: readings, likeliest first. It does not
know where in a call such a stretch is (see second_pass).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from speech.records import SAMPLE_RATE_HZ, Samples
from speech.spoken_digits.decode import Reading, readings
from speech.spoken_digits.digits import DigitTeller
from speech.spoken_digits.spans import Span, pieces_of, spans_of


@dataclass(frozen=True, slots=True)
class Heard:
    """What a stretch may say, likeliest first, and the spans that the readings' digits point to."""

    readings: tuple[Reading, ...]
    spans: tuple[Span, ...]

    def ends_s(self, reading: Reading) -> tuple[float, float]:
        """Return where a reading begins and ends, in seconds of the stretch."""
        first, last = self.spans[reading.heard[0].span], self.spans[reading.heard[-1].span]
        return first.start / SAMPLE_RATE_HZ, last.end / SAMPLE_RATE_HZ


def _widest(spans: Sequence[Span]) -> list[Span]:
    """Return the spans that lie in no other: each about a word."""
    return [
        span
        for span in spans
        if not any(one.first <= span.first and span.last <= one.last and one is not span for one in spans)
    ]


def listen(samples: Samples, teller: DigitTeller) -> Heard:
    """Return what digits are said in a stretch."""
    pieces = pieces_of(samples)
    spans = spans_of(pieces)
    if not spans:
        return Heard((), ())
    beside = [samples[span.start : span.end] for span in _widest(spans)]
    told = teller.tell([samples[span.start : span.end] for span in spans], beside=beside)
    return Heard(readings(pieces, spans, told), spans)
