"""A ticket's plot is kept as points and drawn when somebody looks."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from api.upkeep.pictures import plot_in, sketch_of
from predictive import Alert, Columns, Monitor, Reason

AT = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def monitor() -> Monitor:
    monitor = Monitor()
    at_s = AT.timestamp() + 60.0 * np.arange(40, dtype=np.float64)
    monitor.observe_columns(
        Columns(["机-1"] * 40, ["pressure"] * 40, at_s, 850.0 + np.arange(40, dtype=np.float64) % 3, ["kPa"] * 40),
        received_at=AT + timedelta(hours=1),
    )
    return monitor


def alert_of(metric: str, expected: float = 850.0) -> Alert:
    reason = Reason(metric, AT + timedelta(minutes=20), expected, 852.0, 0.9, "robust_z", "kPa")
    return Alert("k", "机-1", "open", "warning", AT, AT, None, (reason,))


@pytest.mark.parametrize(
    ("language", "said", "unsaid"), [("zh", ">实测<", ">observed<"), ("en", ">observed<", ">实测<")]
)
def test_a_sketch_is_drawn_in_the_language_asked_for(monitor: Monitor, language: str, said: str, unsaid: str) -> None:
    sketch = sketch_of(alert_of("pressure"), monitor)
    drawn = plot_in(sketch, language)  # type: ignore[arg-type]
    assert drawn.startswith("<svg")
    assert said in drawn
    assert unsaid not in drawn
    assert drawn == plot_in(sketch, None, house=language)


def test_a_sketch_holds_the_points_as_they_were(monitor: Monitor) -> None:
    told = json.loads(sketch_of(alert_of("pressure"), monitor))
    assert told["values"][:4] == [850.0, 851.0, 852.0, 850.0]
    assert told["at_s"][1] - told["at_s"][0] == 60.0


def test_nothing_expected_can_be_kept(monitor: Monitor) -> None:
    assert ">预期<" not in plot_in(sketch_of(alert_of("pressure", expected=np.nan), monitor), "zh")


def test_a_metric_without_points_has_no_sketch(monitor: Monitor) -> None:
    assert sketch_of(alert_of("humidity"), monitor) == ""


def test_a_drawing_of_an_earlier_version_is_shown_as_it_is() -> None:
    assert plot_in("<svg>>observed</text></svg>", None) == "<svg>>observed</text></svg>"
    assert plot_in("<svg>>observed</text></svg>", "zh") == "<svg>>实测</text></svg>"
