"""How near examples are to one another and to a text: by hand, sparse and dense."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from nlp import nearest
from nlp.nearest import nearest_other, postings_of

ROWS = np.array([[1, 0, 0], [0.6, 0.8, 0], [0, 0.6, 0.8], [0, 0, 1]], dtype=np.float32)


@pytest.mark.parametrize("form", [np.asarray, csr_matrix], ids=["dense", "sparse"])
def test_the_nearest_other_is_not_the_example_itself(form: Callable[..., Any]) -> None:
    assert nearest_other(form(ROWS)) == pytest.approx([0.6, 0.6, 0.8, 0.8])


def test_an_example_and_its_copy_are_as_near_as_can_be() -> None:
    assert nearest_other(np.concatenate([ROWS, ROWS])) == pytest.approx([1.0] * 8)


def test_examples_in_more_than_one_batch_find_one_another() -> None:
    rows = np.eye(2 * nearest.BATCH, dtype=np.float32)
    rows[-1] = rows[0]
    assert nearest_other(rows).nonzero()[0].tolist() == [0, 2 * nearest.BATCH - 1]


@pytest.mark.parametrize(("grams", "weights", "cosine"), [([0], [1.0], 1.0), ([1, 2], [0.8, 0.6], 0.96), ([], [], 0.0)])
def test_postings_say_how_near_the_nearest_example_is(grams: list[int], weights: list[float], cosine: float) -> None:
    found = postings_of(csr_matrix(ROWS)).nearest(np.array(grams, dtype=np.intp), np.array(weights, dtype=np.float32))
    assert found == pytest.approx(cosine)
