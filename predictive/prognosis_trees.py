"""Boosted trees as plain arrays: scores and what each feature gave to one, without the library that grew them.

Rows of features go in; log-odds and contributions come out. Knows no names, no devices and no probabilities.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from predictive.records import Floats, Ints, Mask


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """The nodes of all trees in one line; a leaf points to itself. `mean` is what the leaves below give on average."""

    roots: Ints  # (t,)
    feature: Ints  # (k,)
    threshold: Floats  # (k,) a value not above goes left
    is_missing_left: Mask  # (k,)
    left: Ints  # (k,)
    right: Ints  # (k,)
    mean: Floats  # (k,)
    start: float  # log-odds before the first tree
    deepest: int

    def score(self, values: np.ndarray[Any, Any]) -> Floats:
        """Return the log-odds of each row."""
        total = np.full(len(values), self.start)
        rows = np.arange(len(values))
        for root in self.roots.tolist():
            node = np.full(len(values), root)
            for _ in range(self.deepest):
                node = self._next(values, rows, node)
            total += self.mean[node]
        return total

    def contributions(self, values: np.ndarray[Any, Any]) -> Floats:
        """Return (n, f): how far each feature's questions moved the log-odds on the way down (Saabas)."""
        given = np.zeros(values.shape)
        rows = np.arange(len(values))
        for root in self.roots.tolist():
            node = np.full(len(values), root)
            for _ in range(self.deepest):
                below = self._next(values, rows, node)
                np.add.at(given, (rows, self.feature[node]), self.mean[below] - self.mean[node])
                node = below
        return given

    def _next(self, values: np.ndarray[Any, Any], rows: Ints, node: Ints) -> Ints:
        seen = values[rows, self.feature[node]]
        goes_left = np.where(np.isnan(seen), self.is_missing_left[node], seen <= self.threshold[node])
        return np.where(goes_left, self.left[node], self.right[node])


def trees_of(fitted: Any) -> Trees:
    """Take the trees out of a fitted HistGradientBoostingClassifier of two classes and numbers only."""
    parts = [part[0].nodes for part in fitted._predictors]
    offsets = np.cumsum([0, *(len(part) for part in parts)])
    nodes = np.concatenate(parts)
    shift = np.repeat(offsets[:-1], [len(part) for part in parts])
    is_leaf = nodes["is_leaf"].astype(bool)
    own = np.arange(len(nodes))
    left = np.where(is_leaf, own, nodes["left"].astype(np.int64) + shift)
    right = np.where(is_leaf, own, nodes["right"].astype(np.int64) + shift)
    mean, count = nodes["value"].astype(np.float64), nodes["count"].astype(np.float64)
    depth = nodes["depth"].astype(np.int64)
    for level in range(int(depth.max(initial=0)) - 1, -1, -1):
        at = np.flatnonzero((depth == level) & ~is_leaf)
        sums = mean[left[at]] * count[left[at]] + mean[right[at]] * count[right[at]]
        mean[at] = sums / np.maximum(count[left[at]] + count[right[at]], 1.0)
    return Trees(
        offsets[:-1].astype(np.int64),
        np.where(is_leaf, 0, nodes["feature_idx"]).astype(np.int64),
        nodes["num_threshold"].astype(np.float64),
        nodes["missing_go_to_left"].astype(bool),
        left,
        right,
        mean,
        float(np.ravel(fitted._baseline_prediction)[0]),
        int(depth.max(initial=0)),
    )


def averaged(forests: Sequence[Trees]) -> Trees:
    """Return the trees whose score is the mean of the given ones' scores."""
    share = 1.0 / len(forests)
    offsets = np.cumsum([0, *(len(trees.mean) for trees in forests)])[:-1].tolist()
    return Trees(
        np.concatenate([trees.roots + offset for trees, offset in zip(forests, offsets, strict=True)]),
        np.concatenate([trees.feature for trees in forests]),
        np.concatenate([trees.threshold for trees in forests]),
        np.concatenate([trees.is_missing_left for trees in forests]),
        np.concatenate([trees.left + offset for trees, offset in zip(forests, offsets, strict=True)]),
        np.concatenate([trees.right + offset for trees, offset in zip(forests, offsets, strict=True)]),
        np.concatenate([trees.mean * share for trees in forests]),
        float(np.mean([trees.start for trees in forests])),
        max(trees.deepest for trees in forests),
    )
