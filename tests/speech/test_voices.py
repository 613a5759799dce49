"""Voices of blocks become a recording's: alike ones are one, and the least heard give way where too many stay."""

from __future__ import annotations

import numpy as np
import pytest

from speech.sides.voices import linked

A, B, C = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
NEAR_A, NEAR_B = (0.9, 0.1, 0.2), (0.2, 0.9, 0.1)


@pytest.mark.parametrize(
    ("rows", "spoken_s", "most", "numbers"),
    [
        pytest.param([A], [1], 2, (0,), id="one voice"),
        pytest.param([A, NEAR_A], [9, 9], 2, (0, 0), id="one person in two blocks"),
        pytest.param([A, B, NEAR_B, NEAR_A], [9, 9, 9, 9], 2, (0, 1, 1, 0), id="two people in two blocks"),
        pytest.param([B, A, NEAR_B], [9, 9, 9], 2, (0, 1, 0), id="numbered as they come"),
        pytest.param([A, B, C], [60, 50, 0.8], 3, (0, 1, 2), id="three may stay three"),
        pytest.param([A, B, (0.4, 0.1, 0.9)], [60, 50, 0.8], 2, (0, 1, 0), id="a scrap goes to whom it sounds like"),
        pytest.param([(0.1, 0.4, 0.9), A, B], [0.8, 60, 50], 2, (0, 1, 0), id="a scrap at first, too"),
        pytest.param([A, B, C], [9, 9, 9], 1, (0, 0, 0), id="all are one"),
        pytest.param([A, (0.0, 0.0, 0.0), B], [9, 0.1, 9], 2, (0, 0, 1), id="one that sounds like nobody"),
    ],
)
def test_voices_are_linked(
    rows: list[tuple[float, ...]], spoken_s: list[float], most: int, numbers: tuple[int, ...]
) -> None:
    assert linked(np.array(rows, np.float32), spoken_s, most=most, alike=0.5) == numbers
