"""What a CTC recogniser said of a strip, spelled out: posteriors in, text, its shares and the doubtful characters out.

The best path is taken: of each step the likeliest class, runs joined, blanks left out. Where another character had a
share worth naming, or one just missed being written, a Doubt says so. What this does not know: pixels, and how often a
share is right.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vision.records import Doubt, Rival

Posteriors = npt.NDArray[np.float32]

BLANK = 0
MIN_RIVAL_SHARE = 0.02
"""Of a character read wrong, the right one has this much in two of three cases, and noise has not."""
MAX_RIVALS = 4
MAX_DOUBTS = 32
"""On a line; one that has more is noise, and no spelling of it is worth looking up."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """A strip's text. `shares` has one for each character, the recogniser's own, 0..1."""

    text: str
    shares: tuple[float, ...]
    doubts: tuple[Doubt, ...]

    @property
    def score(self) -> float:
        """The mean share, as PP-OCR gives it."""
        return float(np.mean(self.shares)) if self.shares else 0.0


def spell(posteriors: Posteriors, characters: Sequence[str]) -> Spelled:
    """Read the best path of one strip's posteriors, (steps, classes), each row a distribution."""
    best = posteriors.argmax(axis=1)
    shares = posteriors[np.arange(len(best)), best]
    starts = np.flatnonzero(np.diff(best, prepend=-1))
    text = ""
    kept: list[float] = []
    doubts: list[Doubt] = []
    for start, end in zip(starts, [*starts[1:], len(best)], strict=True):
        written = int(best[start])
        letter = "" if written == BLANK else characters[written]
        step = start + int(shares[start:end].argmin() if written == BLANK else shares[start:end].argmax())
        if shares[step] < 1 - MIN_RIVAL_SHARE and len(doubts) < MAX_DOUBTS and not letter.isspace():
            # Where nothing was written, what stands on either side may only reach over.
            read = {written} if letter else {int(best[at]) for at in (start - 1, start, end) if 0 <= at < len(best)}
            rivals = _rivals(posteriors[step], read, characters)
            if rivals:
                doubts.append(Doubt(len(text), len(text) + len(letter), round(float(shares[step]), 4), rivals))
        if letter:
            text += letter
            kept.append(float(shares[start]))
    return Spelled(text, tuple(kept), tuple(doubts))


def _rivals(row: Posteriors, read: Collection[int], characters: Sequence[str]) -> tuple[Rival, ...]:
    """Name the classes of a step that were not read but have a share worth naming, likeliest first.

    A space, or the same sign in another width, is no other reading.
    """
    same = {_folded(characters[each]) for each in read if each != BLANK} | {" "}
    shares = {
        "" if each == BLANK else characters[each]: float(row[each])
        for each in map(int, np.flatnonzero(row >= MIN_RIVAL_SHARE))
        if each not in read and (each == BLANK or _folded(characters[each]) not in same)
    }
    ranked = sorted(shares.items(), key=lambda pair: -pair[1])[:MAX_RIVALS]
    return tuple(Rival(text, round(share, 4)) for text, share in ranked)


def _folded(character: str) -> str:
    return unicodedata.normalize("NFKC", character)
