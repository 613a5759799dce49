"""From what each span may be to what the string is: the likeliest ways through a stretch.

In: pieces, spans, and for each span the log probabilities of ten digits and of "something else". Out: the best
readings, likeliest first: their digits, and where they begin and end. A way goes through every loud piece once, as
part of a digit or as something else, which costs more the longer it is; quiet pieces cost nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from speech.records import SAMPLE_RATE_HZ
from speech.spoken_digits.spans import Piece, Span

OTHER = 10
OTHER_COST, OTHER_COST_A_S = 1.0, 3.0
"""What taking a piece for something else costs beside its own log probability. Without a price two digits taken for
one something would always be the shorter way.
"""
WAYS = 8  # kept at each edge
RIVALS = 3  # digits tried for each span

LogProbabilities = npt.NDArray[np.float32]  # (spans, 11)


@dataclass(frozen=True, slots=True)
class Digit:
    """One digit of a reading: which span it was heard in."""

    digit: int
    span: int
    score: float  # log probability


@dataclass(frozen=True, slots=True)
class Reading:
    """One way through. `score`: sum of log probabilities, higher is better; `other_s`: seconds taken for no digit."""

    heard: tuple[Digit, ...]
    score: float
    other_s: float = 0.0

    @property
    def digits(self) -> str:
        return "".join(str(one.digit) for one in self.heard)


def readings(pieces: Sequence[Piece], spans: Sequence[Span], told: LogProbabilities) -> tuple[Reading, ...]:
    """Return the best readings of a stretch, likeliest first, each string once."""
    ways: list[list[Reading]] = [[] for _ in range(len(pieces) + 1)]
    ways[0] = [Reading((), 0.0)]
    from_piece: dict[int, list[int]] = {}
    for number, span in enumerate(spans):
        from_piece.setdefault(span.first, []).append(number)
    for at, piece in enumerate(pieces):
        here = ways[at] = _best(ways[at])
        if not here:
            continue
        ways[at + 1] += [_past(way, piece) for way in here]
        for number in from_piece.get(at, ()):
            span, row = spans[number], told[number]
            for digit in np.argsort(-row[:OTHER])[:RIVALS].tolist():
                heard = Digit(digit, number, float(row[digit]))
                ways[span.last] += [Reading((*way.heard, heard), way.score + heard.score, way.other_s) for way in here]
            length_s = (span.end - span.start) / SAMPLE_RATE_HZ
            cost = float(row[OTHER]) - OTHER_COST - OTHER_COST_A_S * length_s
            ways[span.last] += [Reading(way.heard, way.score + cost, way.other_s + length_s) for way in here]
    return tuple(_best(ways[-1]))


def shares(found: Sequence[Reading]) -> list[float]:
    """Return each reading's share of the likelihood of all: 0..1, not yet calibrated."""
    odds = [math.exp(one.score - found[0].score) for one in found]
    return [one / sum(odds) for one in odds]


def _past(way: Reading, piece: Piece) -> Reading:
    """Go past a piece that is no word: nothing where it is quiet or faint, something where it is loud."""
    if not piece.is_loud or piece.is_faint:
        return way
    length_s = (piece.end - piece.start) / SAMPLE_RATE_HZ
    return Reading(way.heard, way.score - 2 * OTHER_COST - OTHER_COST_A_S * length_s, way.other_s + length_s)


def _best(ways: Sequence[Reading]) -> list[Reading]:
    found: dict[str, Reading] = {}
    for way in sorted(ways, key=lambda one: -one.score):
        found.setdefault(way.digits, way)
        if len(found) == WAYS:
            break
    return list(found.values())
