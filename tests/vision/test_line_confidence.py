"""A line's confidence rises with what the recogniser says of its characters and falls with its length."""

from __future__ import annotations

import pytest

from vision.readers.ctc import Spelled
from vision.readers.line_confidence import LEAST, MOST, confidence_of


def spelled(*shares: float) -> Spelled:
    return Spelled("x" * len(shares), shares, ())


def test_confidence_rises_with_the_shares() -> None:
    confidences = [confidence_of(spelled(*[share / 100] * 8)) for share in range(101)]
    assert confidences == sorted(confidences)
    assert LEAST <= confidences[0] < 0.05
    assert confidences[-1] == MOST


@pytest.mark.parametrize("share", [0.97, 0.99, 0.995])
def test_longer_line_is_less_sure(share: float) -> None:
    confidences = [confidence_of(spelled(*[share] * length)) for length in (2, 8, 32)]
    assert confidences == sorted(confidences, reverse=True)
    assert confidences[0] > confidences[-1]


def test_nothing_read_is_nothing_sure() -> None:
    assert confidence_of(spelled()) == LEAST
