"""How near a text is to the nearest example: the largest cosine between its TF-IDF row and theirs.

In: the examples' rows by gram (postings), and a text's grams with weights. Out: 0 (nothing shared) to 1 (the same).
It tells strangers where a linear model is sure of itself by one word. Numpy only; it knows no labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.int32]

BATCH = 64
MOST_EXAMPLES = 20_000
"""Kept to compare with, evenly taken; at ten a class that is 2,000 classes."""


@dataclass(frozen=True, slots=True)
class Postings:
    """Gram g stands in the examples `examples[starts[g]:starts[g + 1]]` with the weights of the same places."""

    starts: Places  # (v + 1,)
    examples: Places
    weights: Floats

    def nearest(self, grams: npt.NDArray[np.intp], row: Floats) -> float:
        """Return the largest cosine of a row of length 1 with an example's."""
        if not len(grams):
            return 0.0
        slices = [slice(self.starts[gram], self.starts[gram + 1]) for gram in grams]
        lengths = np.array([piece.stop - piece.start for piece in slices])
        found = np.concatenate([self.examples[piece] for piece in slices])
        shares = np.concatenate([self.weights[piece] for piece in slices]) * np.repeat(row, lengths)
        return float(np.bincount(found, weights=shares, minlength=1).max(initial=0.0))


def postings_of(rows: Any) -> Postings:
    """Turn examples' rows, a scipy matrix (n, v), into postings; of very many examples some are taken."""
    step = -(-rows.shape[0] // MOST_EXAMPLES)
    by_gram = rows[::step].tocsc()
    starts, examples = by_gram.indptr.astype(np.int32), by_gram.indices.astype(np.int32)
    return Postings(starts, examples, by_gram.data.astype(np.float32))


def nearest_other(rows: Any) -> Floats:
    """Return each example's largest cosine with another of them: rows (n, d), dense or sparse -> (n,).

    With all others and not with those of other folds: a new text will be compared with all, and the nearest of fewer
    is farther. A batch at a time: (n, m) may not fit.
    """
    count = rows.shape[0]
    step = -(-count // MOST_EXAMPLES)
    known = rows[::step].T
    near = np.zeros(count, dtype=np.float32)
    for at in range(0, count, BATCH):
        cosines = rows[at : at + BATCH] @ known
        cosines = np.asarray(cosines.todense() if hasattr(cosines, "todense") else cosines)
        own = np.arange(at, at + len(cosines))
        kept = own % step == 0
        cosines[(own - at)[kept], own[kept] // step] = -1.0
        near[at : at + BATCH] = cosines.max(axis=1)
    return near
