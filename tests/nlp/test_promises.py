"""A promise is held when labels prove it, broken when they contradict it, and unmeasured between."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.extraction.calibrate import Calibration, Outcomes, Taught, read_calibration, write_calibration
from nlp.extraction.promises import DOUBT, fewest, interval, is_contradicted, needed, prove, stand, tail

FLOOR = 0.8


@pytest.mark.parametrize(
    ("rows", "promise", "state", "threshold", "more"),
    [
        ([(0.9, 114, 114)], 0.98, "held", 0.9, 0),
        ([(0.9, 113, 113)], 0.98, "unmeasured", 0.85, 1),
        ([(0.9, 194, 193)], 0.98, "held", 0.9, 0),
        ([(0.9, 193, 192)], 0.98, "unmeasured", 0.85, 1),
        ([(0.9, 26, 24)], 0.98, "broken", 1.0, 239),
        ([(0.9, 1, 0)], 0.98, "unmeasured", 0.85, 193),
        ([], 0.98, "unmeasured", 0.85, 114),
        ([(0.82, 100, 50), (0.95, 114, 114)], 0.98, "held", 0.95, 0),
        ([(0.5, 500, 500)], 0.98, "unmeasured", 0.85, 114),
        ([(0.9, 22, 22)], 0.9, "held", 0.9, 0),
    ],
)
def test_a_promise_stands_on_its_labels(
    rows: list[tuple[float, int, int]], promise: float, state: str, threshold: float, more: int
) -> None:
    standing = stand([Outcomes(*row) for row in rows], promise, assumed=0.85, floor=FLOOR)
    assert (standing.state, standing.threshold, standing.needed) == (state, threshold, more)


@given(st.integers(1, 300), st.data(), st.floats(0.5, 0.999))
def test_more_wrong_labels_are_never_better_proof(count: int, data: st.DataObject, promise: float) -> None:
    wrong = data.draw(st.integers(0, count - 1))
    assert tail(wrong, count, 1 - promise) <= tail(wrong + 1, count, 1 - promise) + 1e-12


@given(st.integers(1, 200), st.data())
def test_an_interval_holds_its_share(count: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(0, count))
    low, high = interval(right, count)
    assert 0 <= low <= right / count <= high <= 1


@given(st.integers(0, 60), st.integers(0, 4), st.sampled_from([0.9, 0.95, 0.98]))
def test_what_is_needed_is_just_enough(right: int, wrong: int, promise: float) -> None:
    more = needed([Outcomes(0.9, right + wrong, right)], promise)
    assert tail(wrong, right + wrong + more, 1 - promise) <= DOUBT
    assert more == 0 or tail(wrong, right + wrong + more - 1, 1 - promise) > DOUBT


@pytest.mark.parametrize(("count", "right"), [(0, 0), (1, 0), (30, 28), (200, 196)])
def test_one_wrong_or_what_chance_explains_contradicts_nothing(count: int, right: int) -> None:
    assert not is_contradicted([Outcomes(0.9, count, right)], 0.98)


def test_a_proven_promise_is_kept_in_nine_of_ten_draws() -> None:
    chance = np.random.default_rng(7)
    beliefs = np.round(np.linspace(0.8, 0.999, 40), 3)
    accuracy = 0.95 + 0.05 * (beliefs - 0.8) / 0.199  # crosses 98% of all above it on the way
    missed = 0
    for _ in range(300):
        counts = chance.multinomial(400, np.full(40, 1 / 40))
        rights = chance.binomial(counts, accuracy)
        rows = [Outcomes(*row) for row in zip(beliefs.tolist(), counts.tolist(), rights.tolist(), strict=True)]
        threshold = prove(rows, 0.98)
        missed += threshold is not None and accuracy[beliefs >= threshold].mean() < 0.98
    assert missed / 300 <= DOUBT


def test_no_fewer_labels_prove_a_promise() -> None:
    assert prove([Outcomes(0.99, fewest(0.98) - 1, fewest(0.98) - 1)], 0.98) is None


def test_what_is_held_back_is_filled_in_only_when_it_is_held() -> None:
    prior = Calibration("made up", {"": (Outcomes(0.9, 5000, 4990),)})
    assert prior.threshold("any", 0.98) == 0.9
    assert prior.holding_back(frozenset({"any"})).threshold("any", 0.98) == 1.0
    taught = Calibration("made up", prior.outcomes, {"any": Taught((Outcomes(0.95, 120, 120),))})
    assert taught.holding_back(frozenset({"any"})).threshold("any", 0.98) == 0.95


def test_what_was_taught_is_read_as_it_was_written() -> None:
    calibration = Calibration("made up", {"": (Outcomes(0.9, 50, 49),)}, {"备注": Taught((Outcomes(0.95, 12, 11),))})
    assert read_calibration(write_calibration(calibration)) == calibration
