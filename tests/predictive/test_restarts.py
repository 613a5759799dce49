"""A machine that stood still and comes back at another level."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from predictive import Columns, Monitor

START_S = 1_780_272_000.0
STEP_S = 600.0


def tickets(*, watched: int, paused: int, after: int = 60) -> int:
    """Return how many alerts a level that moved over a pause opens; times in readings."""
    noise = np.random.default_rng(12).normal(0.0, 1.0, watched + after)
    values = 100.0 + noise + np.where(np.arange(watched + after) >= watched, 30.0, 0.0)
    at_s = START_S + STEP_S * (np.arange(watched + after) + np.where(np.arange(watched + after) >= watched, paused, 0))
    monitor = Monitor()
    opened: set[str] = set()
    for at, value in zip(at_s.tolist(), values.tolist(), strict=True):
        one = Columns(["pump"], ["vibration"], np.array([at]), np.array([value]))
        opened |= {
            alert.key for alert in monitor.observe_columns(one, received_at=datetime.fromtimestamp(at, UTC)).alerts
        }
    return len(opened)


@pytest.mark.parametrize(
    ("watched", "paused", "expected"),
    [(420, 500, 0), (420, 144, 1), (420, 10, 1)],
    ids=["longer than it was watched: learned anew", "a day: still known", "an hour or two"],
)
def test_a_level_that_moved_over_a_pause(watched: int, paused: int, expected: int) -> None:
    assert tickets(watched=watched, paused=paused) == expected
