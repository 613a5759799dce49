"""What is remembered of devices goes before new readings, and stays apart where a life has ended."""

from __future__ import annotations

import numpy as np
import pytest

from predictive.prognosis_history import DAY_S, Fates, history_of
from predictive.prognosis_memory import Memory, is_known, join, remember

END_S = 300 * DAY_S


@pytest.fixture
def memory() -> Memory:
    names = ["goes on#0"] * 4 + ["failed#0"] * 2 + ["gone#0"] + ["failed early#0"]
    at_d = np.array([100.0, 150, 250.2, 250.7, 290, 295, 10, 50])
    history = history_of(names, at_d * DAY_S, {"x": np.arange(8.0)})
    failed = {"failed#0": 298.0, "failed early#0": 60.0}
    ends = np.array([failed.get(name, np.nan) for name in history.device_ids]) * DAY_S
    fates = Fates(ends, np.where(np.isnan(ends), END_S, ends))
    score = np.array([0.0, 1, 5, 3, 2, 2, 0, 0])[np.lexsort((at_d, np.array(names)))]
    return remember(history, fates, score, end_s=END_S, silent_s=200 * DAY_S)


def test_a_day_is_its_last_row_and_highest_score(memory: Memory) -> None:
    own = memory.history.device == memory.history.device_ids.index("goes on")
    assert (memory.history.at_s[own] / DAY_S).tolist() == pytest.approx([150, 250.7])
    assert memory.score[own].tolist() == [1, 5]


def test_long_silent_and_long_failed_are_forgotten(memory: Memory) -> None:
    assert set(memory.history.device_ids) == {"goes on", "failed#0"}
    assert is_known(memory, ["gone", "never seen"]).tolist() == [True, False]


def test_readings_follow_their_past(memory: Memory) -> None:
    later = history_of(["goes on", "failed", "new"], np.full(3, 301.0) * DAY_S, {"x": np.full(3, 9.0)})
    joined = join(memory, later)
    rows = {name: joined.history.device == n for n, name in enumerate(joined.history.device_ids)}
    assert {name: int(own.sum()) for name, own in rows.items()} == {"goes on": 3, "failed": 1, "failed#0": 2, "new": 1}
    assert np.isnan(joined.score).sum() == 3
    assert np.isfinite(joined.failed_s).tolist() == [name == "failed#0" for name in joined.history.device_ids]


def test_readings_that_bring_their_own_past_get_none(memory: Memory) -> None:
    whole = history_of(["goes on"] * 2, np.array([100.0, 301]) * DAY_S, {"x": np.zeros(2)})
    assert join(memory, whole).history.device_ids == ("goes on",)
