"""Voices told apart block by block become voices of the whole recording.

In: an embedding of each block's voice and how long it spoke. Out: the number of the voice that it is. Voices that
sound alike are one; where more remain than there may be, those that said least go to the one they sound most like,
because a short piece of speech gives an embedding like no other. It knows no sound and no network.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Embeddings = npt.NDArray[np.float32]


def linked(embeddings: Embeddings, spoken_s: Sequence[float], *, most: int, alike: float) -> tuple[int, ...]:
    """Return the number of each row's voice, from 0 on, in the order the rows name them first.

    Parameters
    ----------
    embeddings
        (n, d), a row a voice of a block; of any length but 0.
    most
        How many voices there may be.
    alike
        Cosine similarity above which two voices are one.

    Examples
    --------
    >>> rows = np.array([[1, 0], [0, 1], [0.9, 0.1]], np.float32)
    >>> linked(rows, (5.0, 5.0, 5.0), most=2, alike=0.5)
    (0, 1, 0)
    """
    groups = [[row] for row in range(len(embeddings))]
    while len(groups) > 1:
        similarity = _similarity(groups, embeddings, spoken_s)
        first, second = np.unravel_index(int(similarity.argmax()), similarity.shape)
        if similarity[first, second] <= alike:
            if len(groups) <= most:
                break
            first = np.intp(min(range(len(groups)), key=lambda at: _spoken_s(groups[at], spoken_s)))
            second = similarity[first].argmax()
        low, high = sorted((int(first), int(second)))
        groups[low] += groups.pop(high)
    groups.sort(key=min)
    return tuple(next(number for number, group in enumerate(groups) if row in group) for row in range(len(embeddings)))


def _similarity(
    groups: Sequence[Sequence[int]], embeddings: Embeddings, spoken_s: Sequence[float]
) -> npt.NDArray[np.float64]:
    """Return how alike groups sound, (g, g); nothing is like itself here."""
    weights = np.asarray(spoken_s, np.float64)
    means = np.stack([weights[group] @ embeddings[group] for group in map(list, groups)])  # (g, d)
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    unit = means / np.maximum(lengths, 1e-12)
    similarity = unit @ unit.T
    np.fill_diagonal(similarity, -np.inf)
    return np.asarray(similarity, np.float64)


def _spoken_s(group: Sequence[int], spoken_s: Sequence[float]) -> float:
    return sum(spoken_s[row] for row in group)
