"""Corrections rescale confidence where that is truer on the newest of them, and never where it is not."""

from __future__ import annotations

import random

import pytest

from nlp.extraction.calibrate import Calibration, Outcomes
from nlp.extraction.corrections import Judged, learn_calibration
from nlp.extraction.scaling import AS_IT_IS, fit_scaling

PRIOR = Calibration("made up", {"": tuple(Outcomes(tenth / 10, 1000, 100 * tenth) for tenth in range(10))})


def judged(
    share: float, count: int, *, belief: float = 0.9, seed: int = 1, field: str = "order_number"
) -> list[Judged]:
    chance = random.Random(seed)
    return [Judged(field, belief, chance.random() < share) for _ in range(count)]


def test_confidence_follows_what_was_right() -> None:
    learned = learn_calibration(judged(0.6, 200), in_force=PRIOR, prior=PRIOR)
    assert learned.lessons[0].outcome == "taken"
    assert learned.calibration.confidence("order_number", 0.9) == pytest.approx(0.6, abs=0.06)
    assert learned.calibration.confidence("error_code", 0.9) == PRIOR.confidence("error_code", 0.9)


def test_a_confidence_that_would_be_less_true_on_the_newest_is_refused() -> None:
    drifting = [*judged(0.2, 60), *judged(0.9, 30, seed=2)]
    learned = learn_calibration(drifting, in_force=PRIOR, prior=PRIOR)
    lesson = learned.lessons[0]
    assert lesson.outcome == "counted"
    assert lesson.before is not None
    assert lesson.after is not None
    assert lesson.after.log_loss > lesson.before.log_loss
    assert learned.calibration.confidence("order_number", 0.9) == PRIOR.confidence("order_number", 0.9)
    assert sum(row.count for row in learned.calibration.taught["order_number"].rows) == 90


def test_a_threshold_that_would_fill_in_less_right_is_refused() -> None:
    """Sure values were right before and are not now; what is in force fills nothing in, and goes on so."""
    careful = Calibration("made up", {"": (Outcomes(0.9, 100, 60),)})
    sour = [*judged(1.0, 200, belief=0.95), *(Judged("order_number", 0.95, number % 20 != 0) for number in range(100))]
    learned = learn_calibration(sour, in_force=careful, prior=careful, promises={"order_number": 0.97})
    assert learned.lessons[0].outcome == "refused"
    assert "order_number" not in learned.calibration.taught


@pytest.mark.parametrize("count", [1, 4])
def test_too_few_are_counted_and_rescale_nothing(count: int) -> None:
    learned = learn_calibration(judged(1.0, count), in_force=PRIOR, prior=PRIOR)
    assert learned.lessons[0].outcome == "too_few"
    assert learned.calibration.taught["order_number"].scaling == AS_IT_IS
    assert learned.calibration.standing("order_number", 0.98).labels == count


def test_nothing_judged_changes_nothing() -> None:
    assert learn_calibration([], in_force=PRIOR, prior=PRIOR).calibration == PRIOR


def test_a_scaling_keeps_the_order_of_beliefs() -> None:
    upside_down = fit_scaling([0.2] * 50 + [0.9] * 50, [True] * 50 + [False] * 50)
    assert upside_down.slope == 0
    assert fit_scaling([], []) == AS_IT_IS


def test_a_few_labels_move_confidence_less_than_many() -> None:
    few, many = (fit_scaling([0.9] * count, [False] * count).scale(0.9) for count in (2, 200))
    assert many < few < 0.9
