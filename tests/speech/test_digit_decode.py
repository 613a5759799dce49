"""The likeliest way goes through every loud piece once; two digits are not one, and a word is not a digit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from speech.records import SAMPLE_RATE_HZ
from speech.spoken_digits.decode import OTHER, readings
from speech.spoken_digits.spans import Piece, spans_of

LOUD, QUIET = round(0.3 * SAMPLE_RATE_HZ), round(0.06 * SAMPLE_RATE_HZ)


def _pieces(count: int) -> list[Piece]:
    """Return loud pieces of 0.3 s with quiet ones of 60 ms between them: numbers 0, 2, 4, ..."""
    pieces, at = [], 0
    for number in range(2 * count - 1):
        length = QUIET if number % 2 else LOUD
        pieces.append(Piece(at, at + length, number % 2 == 0))
        at += length
    return pieces


def _read(count: int, told: Mapping[tuple[int, int], Mapping[int, float]]) -> list[str]:
    """Read pieces whose spans [first, last) are told these classes with these probabilities; others are no digit."""
    pieces = _pieces(count)
    spans = spans_of(pieces)
    rows = np.full((len(spans), 11), 0.001)
    for row, span in zip(rows, spans, strict=True):
        for label, probability in told.get((span.first, span.last), {OTHER: 0.99}).items():
            row[label] = probability
    return [reading.digits for reading in readings(pieces, spans, np.log(rows).astype(np.float32))]


@pytest.mark.parametrize(
    ("told", "best"),
    [
        ({(0, 1): {4: 0.9}, (2, 3): {7: 0.9}}, "47"),
        ({(0, 1): {4: 0.9}, (2, 3): {OTHER: 0.95}}, "4"),
        ({(0, 3): {6: 0.9}, (0, 1): {OTHER: 0.9}, (2, 3): {OTHER: 0.9}}, "6"),
        ({(0, 1): {4: 0.9}, (2, 3): {7: 0.9}, (0, 3): {OTHER: 0.99}}, "47"),
    ],
    ids=["two digits", "a digit and a word", "one digit of two pieces", "two are not one something"],
)
def test_best_reading(told: Mapping[tuple[int, int], Mapping[int, float]], best: str) -> None:
    assert _read(2, told)[0] == best


def test_rivals_come_in_the_order_of_their_likelihood() -> None:
    assert _read(2, {(0, 1): {3: 0.6, 6: 0.3}, (2, 3): {5: 0.7, 9: 0.1}})[:3] == ["35", "65", "39"]


def test_each_string_stands_once() -> None:
    found = _read(3, {(0, 1): {1: 0.5, 2: 0.4}, (2, 3): {1: 0.5, 2: 0.4}, (4, 5): {1: 0.9}})
    assert len(found) == len(set(found))


def test_nothing_loud_reads_as_nothing() -> None:
    assert [one.digits for one in readings([Piece(0, 100, False)], (), np.zeros((0, 11), dtype=np.float32))] == [""]
