"""Vectors by number in memory, the nearest ones out: FAISS, and nowhere else.

Three layouts: `flat` keeps four bytes a number, `sq8` one, `ivf` one and looks only into some of its lists. In all of
them a removed vector is gone, not marked. What is hidden is left out while searching, never afterwards. Cosines are
those of the layout; who needs exact ones computes them from the stored rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import faiss
import numpy as np
import numpy.typing as npt

# Its stubs know no keyword of the search parameters.
_untyped: Any = faiss

Layout = Literal["flat", "sq8", "ivf"]
Numbers = npt.NDArray[np.int64]
Rows = npt.NDArray[np.float32]

FLAT_BELOW = 10_000
"""Up to here the exact index takes 15 MB of 384 numbers each, and a search of it a millisecond."""
IVF_ABOVE = 200_000
"""From here a full scan takes longer than the 20 ms that a search may take on one core."""
TRAINED_ON = 64
"""Vectors for each list's centre; FAISS asks for 39 at least."""
RECALL = 0.98
"""Share of the ten nearest that the looked-into lists must hold; as many lists are looked into as that takes."""
_PROBES = (4, 8, 16, 32, 64, 128, 256)
_JUDGED_BY = 100
_JUDGED_NEAREST = 10
_QUESTION_OFF = 0.6
"""Leaves a cosine of .86; questions of the measured sets stand between .6 and .9 from the passages they find first."""


@dataclass(frozen=True, slots=True)
class Near:
    number: int
    cosine: float


def layout_for(count: int) -> Layout:
    """Return the layout for so many vectors.

    >>> layout_for(500), layout_for(50_000), layout_for(1_000_000)
    ('flat', 'sq8', 'ivf')
    """
    if count < FLAT_BELOW:
        return "flat"
    return "sq8" if count < IVF_ABOVE else "ivf"


def lists_for(count: int) -> int:
    """Return how many lists so many vectors are cut into: twice the root, a power of two."""
    return int(2 ** round(np.log2(2 * np.sqrt(max(count, 4)))))


class FaissVectorIndex:
    """One index; not for two threads at once."""

    def __init__(self, index: Any, layout: Layout) -> None:
        self._index = index
        self.layout: Layout = layout

    @property
    def count(self) -> int:
        return int(self._index.ntotal)

    @property
    def probes(self) -> int:
        """Return how many lists a search looks into; 1 where there are none."""
        return int(self._index.nprobe) if self.layout == "ivf" else 1

    def add(self, numbers: Numbers, rows: Rows) -> None:
        """Add vectors; a number that is there must be removed first."""
        if len(numbers):
            self._index.add_with_ids(np.ascontiguousarray(rows), numbers)

    def remove(self, numbers: Numbers) -> None:
        """Remove what is there of these."""
        if len(numbers) and self.count:
            self._index.remove_ids(faiss.IDSelectorBatch(numbers))

    def search(self, row: Rows, *, top_k: int, hidden: Numbers) -> tuple[Near, ...]:
        """Return the nearest, best first, none of them hidden."""
        top_k = min(top_k, self.count)
        if top_k < 1:
            return ()
        parameters = self._parameters(hidden)
        cosines, numbers = self._index.search(row.reshape(1, -1), top_k, params=parameters)
        return tuple(
            Near(int(number), float(cosine))
            for number, cosine in zip(numbers[0], cosines[0], strict=True)
            if number >= 0
        )

    def settle_probes(self, questions: Rows, truth: Sequence[frozenset[int]]) -> float:
        """Look into as few lists as find RECALL of the truth; return what they find."""
        found = 0.0
        for probes in _PROBES:
            self._index.nprobe = min(probes, self._index.nlist)
            _, numbers = self._index.search(questions, _JUDGED_NEAREST)
            shares = [len(set(row.tolist()) & right) / len(right) for row, right in zip(numbers, truth, strict=True)]
            found = float(np.mean(shares))
            if found >= RECALL or probes >= self._index.nlist:
                break
        return found

    def save(self, path: Path) -> None:
        """Write the index beside the file whose vectors it holds."""
        faiss.write_index(self._index, str(path))

    def _parameters(self, hidden: Numbers) -> Any:
        if self.layout != "ivf":
            return _untyped.SearchParameters(sel=_all_but(hidden)) if len(hidden) else None
        # Lists whose vectors are hidden for the most part hold fewer answers: look into more of them.
        visible = max(1.0 - len(hidden) / self.count, 1.0 / self._index.nlist)
        probes = min(int(np.ceil(self._index.nprobe / visible)), self._index.nlist)
        if not len(hidden):
            return _untyped.SearchParametersIVF(nprobe=probes)
        return _untyped.SearchParametersIVF(nprobe=probes, sel=_all_but(hidden))


def _all_but(hidden: Numbers) -> Any:
    return faiss.IDSelectorNot(faiss.IDSelectorBatch(hidden))


Chunks = Callable[[], Iterable[tuple[Numbers, Rows]]]


def build_index(width: int, count: int, chunks: Chunks, *, layout: Layout | None = None) -> FaissVectorIndex:
    """Build an index of vectors that `chunks()` yields anew each time it is called; `count` is about how many."""
    layout = layout or layout_for(count)
    if layout == "ivf":
        return _build_ivf(width, count, chunks)
    quantised = faiss.IndexScalarQuantizer(width, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
    inner = faiss.IndexFlatIP(width) if layout == "flat" else quantised
    if layout == "sq8":
        inner.train(_sample(chunks, count, IVF_ABOVE // 4))
    index = FaissVectorIndex(faiss.IndexIDMap2(inner), layout)
    for numbers, rows in chunks():
        index.add(numbers, rows)
    return index


def load_index(path: Path) -> FaissVectorIndex:
    """Open what save() of an `ivf` index wrote."""
    return FaissVectorIndex(faiss.read_index(str(path)), "ivf")


def _build_ivf(width: int, count: int, chunks: Chunks) -> FaissVectorIndex:
    lists = lists_for(count)
    centres = faiss.IndexFlatIP(width)
    inner = faiss.IndexIVFScalarQuantizer(
        centres, width, lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT, False
    )
    inner.cp.min_points_per_centroid = 1
    inner.train(_sample(chunks, count, lists * TRAINED_ON))
    index = FaissVectorIndex(inner, "ivf")
    for numbers, rows in chunks():
        index.add(numbers, rows)
    questions = _asked_like(_sample(chunks, count, _JUDGED_BY)[:_JUDGED_BY])
    index.settle_probes(questions, exact_nearest(questions, chunks))
    return index


def _sample(chunks: Chunks, count: int, wanted: int) -> Rows:
    """Take about `wanted` rows, evenly."""
    step = max(1, count // wanted)
    taken, at = [], 0
    for _, rows in chunks():
        taken.append(rows[(-at) % step :: step])
        at += len(rows)
    return np.ascontiguousarray(np.concatenate(taken))


def _asked_like(rows: Rows) -> Rows:
    """Move passages as far off as a question stands from its answer: it falls into other lists than they do."""
    noise = np.random.default_rng(0).standard_normal(rows.shape, np.float32) / np.sqrt(rows.shape[1])
    moved = rows + _QUESTION_OFF * noise
    asked: Rows = (moved / np.linalg.norm(moved, axis=1, keepdims=True)).astype(np.float32)
    return asked


def exact_nearest(questions: Rows, chunks: Chunks) -> list[frozenset[int]]:
    """Return the numbers nearest to each question, by looking at every row."""
    best_cosines = np.zeros((len(questions), 0), np.float32)
    best_numbers = np.zeros((len(questions), 0), np.int64)
    for numbers, rows in chunks():
        cosines = np.concatenate([best_cosines, questions @ rows.T], axis=1)
        joined = np.concatenate([best_numbers, np.broadcast_to(numbers, (len(questions), len(numbers)))], axis=1)
        kept = np.argsort(-cosines, axis=1)[:, :_JUDGED_NEAREST]
        best_cosines = np.take_along_axis(cosines, kept, axis=1)
        best_numbers = np.take_along_axis(joined, kept, axis=1)
    return [frozenset(row.tolist()) for row in best_numbers]
