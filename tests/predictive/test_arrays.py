"""Columns of dense state show what was filled, never what the memory held before."""

from __future__ import annotations

import numpy as np

from predictive.arrays import Column, SeriesArrays


def test_a_column_ends_with_the_rows_that_were_reserved() -> None:
    cells = SeriesArrays({"firing": Column(), "hour": Column(width=3)})
    cells.touch(np.array([4]))
    assert cells["firing"].tolist() == [0.0] * 5
    assert cells["hour"].shape == (5, 3)
