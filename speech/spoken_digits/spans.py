"""Where words may begin and end in a stretch of sound: loud islands, and the dips inside them.

In: samples, 16 kHz. Out: `Piece`s that follow each other without a hole, each loud or quiet, and `Span`s: every run of
pieces that is as long as a digit may be. Which spans are digits, it does not know (see decode).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from speech.records import SAMPLE_RATE_HZ, Samples

HOP_S = 0.01
WINDOW = 320  # 20 ms
BELOW_PEAK_DB = 50.0
"""Sound this far below the loudest is silence: a faint s or th lies 30 to 40 dB below its vowel."""
FAINT_DB = 28.0
LOUDEST_PERCENTILE = 98
DEEPEST_DB = 60.0  # digital silence counts as this far below the loudest
ABOVE_FLOOR = 0.15  # of the way from the noise to the loudest
GAP_S = 0.03  # a quiet piece is at least as long; shorter ones are closures of one word's own
ISLAND_S = 0.04  # a loud piece is at least as long; shorter ones are clicks
DIP_DB = 3.0
SMOOTH_FRAMES = 5
MIN_PIECE_S = 0.06
SHORTEST_S, LONGEST_S = 0.08, 1.0
"""Of FSDD's 2,000 digits the shortest is 0.14 s and all but 22 are under a second (2026-11-23)."""
CLOSURE_S = 0.095
"""Silence inside one digit is the closure of a stop ("six", "eight"), 50 to 100 ms; longer silence parts two digits."""
MAX_PIECES = 7

Decibels = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Piece:
    """[start, end) in samples."""

    start: int
    end: int
    is_loud: bool
    is_faint: bool = False  # loud, but no vowel: an s, a breath, a click


@dataclass(frozen=True, slots=True)
class Span:
    """Pieces [first, last), the first and the last of them loud."""

    first: int
    last: int
    start: int  # samples
    end: int


def pieces_of(samples: Samples) -> tuple[Piece, ...]:
    """Cut a stretch into loud and quiet pieces, loud ones also at their dips."""
    level_db = _level_db(samples)
    if not len(level_db):
        return ()
    loudest_db = float(np.percentile(level_db, LOUDEST_PERCENTILE))
    is_loud = _bridged(_bridged(level_db >= _threshold_db(level_db), False, GAP_S), True, ISLAND_S)
    edges = [0, *(np.flatnonzero(np.diff(is_loud.astype(int))) + 1).tolist(), len(is_loud)]
    pieces: list[Piece] = []
    for first, last in itertools.pairwise(edges):
        loud = bool(is_loud[first])
        cuts = _cuts(level_db[first:last], loudest_db - FAINT_DB) if loud else []
        marks = [first, *(first + cut for cut in cuts), last]
        for a, b in itertools.pairwise(marks):
            is_faint = loud and float(level_db[a:b].max()) < loudest_db - FAINT_DB
            pieces.append(_piece(a, b, len(samples), is_loud=loud, is_faint=is_faint))
    return tuple(pieces)


def spans_of(pieces: Sequence[Piece]) -> tuple[Span, ...]:
    """Return every run of pieces that may be one digit."""
    return tuple(_spans(pieces))


def _spans(pieces: Sequence[Piece]) -> Iterator[Span]:
    for first, opening in enumerate(pieces):
        if not opening.is_loud:
            continue
        for last in range(first + 1, min(first + MAX_PIECES, len(pieces)) + 1):
            closing = pieces[last - 1]
            length_s = (closing.end - opening.start) / SAMPLE_RATE_HZ
            is_gap = not closing.is_loud and (closing.end - closing.start) / SAMPLE_RATE_HZ >= CLOSURE_S
            if length_s >= LONGEST_S or is_gap:
                break
            if closing.is_loud and length_s >= SHORTEST_S:
                yield Span(first, last, opening.start, closing.end)


def _level_db(samples: Samples) -> Decibels:
    hop = round(HOP_S * SAMPLE_RATE_HZ)
    if len(samples) < WINDOW:
        return np.zeros(0)
    frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), WINDOW)[::hop]
    return np.asarray(10 * np.log10(np.var(frames, axis=1) + 1e-12))


def _threshold_db(level_db: Decibels) -> float:
    loudest = float(np.percentile(level_db, LOUDEST_PERCENTILE))
    noise = max(float(np.percentile(level_db, 5)), loudest - DEEPEST_DB)
    return max(loudest - BELOW_PEAK_DB, noise + ABOVE_FLOOR * (loudest - noise))


def _bridged(flags: npt.NDArray[np.bool_], value: bool, shortest_s: float) -> npt.NDArray[np.bool_]:
    """Turn runs of `value` over that are too short."""
    kept = flags.copy()
    edges = [0, *(np.flatnonzero(np.diff(flags.astype(int))) + 1).tolist(), len(flags)]
    for first, last in itertools.pairwise(edges):
        if flags[first] == value and (last - first) * HOP_S < shortest_s and first > 0 and last < len(flags):
            kept[first:last] = not value
    return kept


def _cuts(level_db: Decibels, faint_db: float) -> list[int]:
    """Return the frames where a loud island turns faint or back, and the dips of what is not faint between them."""
    is_vowel = _bridged(_bridged(level_db >= faint_db, True, MIN_PIECE_S), False, MIN_PIECE_S)
    edges = [0, *(np.flatnonzero(np.diff(is_vowel.astype(int))) + 1).tolist(), len(level_db)]
    cuts = edges[1:-1]
    for first, last in itertools.pairwise(edges):
        if is_vowel[first]:
            cuts += [first + dip for dip in _dips(level_db[first:last])]
    return sorted(cuts)


def _dips(level_db: Decibels) -> list[int]:
    """Return the frames of minima that lie DIP_DB below the highest on both sides."""
    smooth = np.convolve(
        np.pad(level_db, SMOOTH_FRAMES // 2, mode="edge"), np.ones(SMOOTH_FRAMES) / SMOOTH_FRAMES, "valid"
    )
    shortest = round(MIN_PIECE_S / HOP_S)
    cuts: list[int] = []
    for at in range(shortest, len(smooth) - shortest):
        is_lowest = smooth[at] <= smooth[max(0, at - 4) : at + 5].min()
        since = cuts[-1] if cuts else 0
        if not is_lowest or at - since < shortest:
            continue
        depth_db = min(smooth[since:at].max(), smooth[at:].max()) - smooth[at]
        if depth_db >= DIP_DB:
            cuts.append(at)
    return cuts


def _piece(first: int, last: int, count: int, *, is_loud: bool, is_faint: bool) -> Piece:
    hop = round(HOP_S * SAMPLE_RATE_HZ)
    return Piece(first * hop, min(last * hop + (WINDOW - hop), count), is_loud, is_faint)
