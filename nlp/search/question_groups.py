"""Questions in, groups of those that ask for the same out: what people want that no article tells them.

Average-linkage clustering on cosine distance, of TF-IDF over tokens, or of an encoder's rows where they are given. Each
question is in one group; one that is like no other stands alone. It compares words: the same matter in other words is
another group, unless an encoder joins them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from nlp.search.question_words import telling_words
from nlp.search.tokens import tokens

Rows = npt.NDArray[np.float32]  # (n, width), unit rows

MAX_QUESTIONS = 2_000
"""All distances are held: 16 MB; a month of gaps of a busy desk."""
MAX_TEXT = 500
FARTHEST = 0.75
"""Mean cosine distance up to which groups of tokens are joined; python -m training.eval_gaps, 2026-11-23."""
FARTHEST_IN_MEANING = 0.35
"""The same for an encoder's rows, which lie closer together."""


def group_questions(questions: Sequence[str], *, rows: Rows | None = None) -> tuple[tuple[int, ...], ...]:
    """Return the places of questions that belong together, the largest group first, in each the most typical first.

    >>> group_questions(["退货运费谁出", "how do I reset it", "退货的运费谁承担", "运费谁出"])
    ((0, 3, 2), (1,))
    """
    questions = questions[:MAX_QUESTIONS]
    if len(questions) < 2:
        return tuple((at,) for at in range(len(questions)))
    compared = _token_rows(questions) if rows is None else rows[:MAX_QUESTIONS]
    likeness = compared @ compared.T
    labels = _linked(likeness, farthest=FARTHEST if rows is None else FARTHEST_IN_MEANING)
    groups = [np.flatnonzero(labels == label) for label in range(labels.max() + 1)]
    ordered = (tuple(int(at) for at in _typical_first(group, likeness)) for group in groups)
    return tuple(sorted(ordered, key=lambda group: (-len(group), group[0])))


def _linked(likeness: npt.NDArray[np.float32], *, farthest: float) -> npt.NDArray[np.intp]:
    from sklearn.cluster import AgglomerativeClustering  # type: ignore[import-untyped]

    distance = np.clip(1.0 - likeness, 0.0, 2.0)
    np.fill_diagonal(distance, 0.0)
    clustering = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=farthest
    )
    labels: npt.NDArray[np.intp] = clustering.fit_predict(distance)
    return labels


def _typical_first(group: npt.NDArray[np.intp], likeness: npt.NDArray[np.float32]) -> npt.NDArray[np.intp]:
    inside = likeness[np.ix_(group, group)].sum(axis=1)
    order: npt.NDArray[np.intp] = group[np.lexsort((group, -np.round(inside, 4)))]
    return order


def _token_rows(questions: Sequence[str]) -> Rows:
    """Return TF-IDF rows of the words that tell; a question without any is like nothing."""
    counted = [
        Counter(token.text for token in tokens(telling_words(question[:MAX_TEXT])) if token.kind != "char")
        for question in questions
    ]
    found_in = Counter(word for words in counted for word in words)
    places = {word: place for place, word in enumerate(found_in)}
    rows = np.zeros((len(questions), max(len(places), 1)), dtype=np.float32)
    for at, words in enumerate(counted):
        for word in words:
            rows[at, places[word]] = np.log1p(len(questions) / found_in[word])
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Rows = (rows / np.where(lengths > 0, lengths, 1.0)).astype(np.float32)
    return unit
