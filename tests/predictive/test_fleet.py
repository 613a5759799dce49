"""How devices are at one glance, what is usual, and a new start after a repair."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from predictive import STATUSES, Alert, Columns, Limit, Monitor, MonitorOptions
from predictive.control_chart import WarmUp

START = datetime(2026, 6, 1, tzinfo=UTC)
STEP = timedelta(minutes=10)
KNOWN = 400  # readings after which a series may open an alert


def feed(monitor: Monitor, steps: range, *, shift: Mapping[str, float] | None = None, devices: int = 3) -> list[Alert]:
    """Send calm readings of some devices, with a shift for those that are named; return the alerts."""
    alerts: list[Alert] = []
    for step in steps:
        noise = np.random.default_rng([3, step]).normal(0, 1, 2 * devices)
        names = [f"泵-{number}" for number in range(devices) for _ in range(2)]
        extra = np.array([(shift or {}).get(name, 0.0) for name in names])
        at_s = np.full(len(names), (START + step * STEP).timestamp())
        columns = Columns(names, ["power", "flow"] * devices, at_s, 100.0 + noise + extra)
        alerts += monitor.observe_columns(columns, received_at=START + step * STEP).alerts
    return alerts


def statuses(monitor: Monitor, step: int) -> list[str]:
    return [STATUSES[code] for code in monitor.fleet(START + step * STEP).status]


def test_devices_are_learning_then_well_then_in_alarm() -> None:
    monitor = Monitor()
    feed(monitor, range(100))
    assert statuses(monitor, 100) == ["learning"] * 3
    feed(monitor, range(100, KNOWN))
    assert statuses(monitor, KNOWN) == ["ok"] * 3
    feed(monitor, range(KNOWN, KNOWN + 12), shift={"泵-1": 80.0})
    assert statuses(monitor, KNOWN + 12) == ["ok", "alarm", "ok"]


def test_a_device_that_went_silent_is_offline() -> None:
    monitor = Monitor()
    feed(monitor, range(KNOWN))
    feed(monitor, range(KNOWN, KNOWN + 40), devices=2)
    assert statuses(monitor, KNOWN + 40) == ["ok", "ok", "offline"]


def test_learning_opens_nothing_and_limits_still_count() -> None:
    eager: dict[str, dict[str, object]] = {
        "flatline": {"warm_up": 5, "shortest": 2, "surprise": 1.0},
        "robust_z": {"warm_up": WarmUp(5, 0.0, 5)},
    }
    hasty = Monitor(MonitorOptions(detectors=eager))
    assert feed(hasty, range(60)) == []
    assert feed(hasty, range(60, 90), shift={"泵-1": 80.0}) == []
    limits = {"power": Limit(upper=150.0)}
    bounded = Monitor(MonitorOptions(detectors={**eager, "threshold": {}}, limits=limits))
    feed(bounded, range(60))
    assert {alert.device_id for alert in feed(bounded, range(60, 90), shift={"泵-1": 80.0})} == {"泵-1"}


def test_a_repair_closes_the_alert_and_starts_anew() -> None:
    monitor = Monitor()
    feed(monitor, range(KNOWN))
    feed(monitor, range(KNOWN, KNOWN + 12), shift={"泵-1": 80.0})
    at = START + (KNOWN + 12) * STEP
    closed = monitor.start_anew("泵-1", at=at)
    assert [(alert.device_id, alert.state, alert.resolved_at) for alert in closed] == [("泵-1", "resolved", at)]
    assert statuses(monitor, KNOWN + 12) == ["ok", "learning", "ok"]
    heard_s = monitor.fleet(at).newest_s
    assert heard_s.tolist() == [(at - STEP).timestamp()] * 3, "when it was heard is not forgotten"
    assert monitor.start_anew("nobody", at=at) == ()
    # The new level is learned as normal: nothing opens, neither while learning nor after.
    assert feed(monitor, range(KNOWN + 12, 2 * KNOWN + 20), shift={"泵-1": 80.0}) == []
    assert statuses(monitor, 2 * KNOWN + 20) == ["ok"] * 3


def test_a_new_start_survives_a_snapshot() -> None:
    monitor = Monitor()
    feed(monitor, range(KNOWN))
    monitor.start_anew("泵-1", at=START + KNOWN * STEP)
    assert statuses(Monitor.restore(monitor.snapshot()), KNOWN) == ["ok", "learning", "ok"]


def test_what_is_usual_lies_around_the_readings_and_is_unknown_at_first() -> None:
    monitor = Monitor()
    feed(monitor, range(50))
    at_s = np.array([(START + 50 * STEP).timestamp()])
    assert np.isnan(monitor.bands("泵-0", at_s)[0].expected).all()
    feed(monitor, range(50, 900), devices=1)
    band = monitor.bands("泵-0", np.array([(START + 900 * STEP).timestamp()]))[0]
    assert band.expected == pytest.approx([100.0, 100.0], abs=0.5)
    assert ((band.lower > 85) & (band.lower < 98)).all()
    assert ((band.upper > 102) & (band.upper < 115)).all()


def test_asking_what_is_usual_changes_nothing() -> None:
    monitor, untouched = Monitor(), Monitor()
    for one in (monitor, untouched):
        feed(one, range(KNOWN))
    monitor.bands("泵-0", np.array([(START + KNOWN * STEP).timestamp()]))
    assert monitor.snapshot() == untouched.snapshot()


def test_the_band_is_half_as_wide_as_what_is_tolerable() -> None:
    """Found by asking, it is where half the distance to an anomaly is, whatever the detectors are."""
    monitor = Monitor(MonitorOptions(detectors={"robust_z": {}}))
    feed(monitor, range(KNOWN))
    at = START + KNOWN * STEP
    band = monitor.bands("泵-0", np.array([at.timestamp()]))[0]
    edge = band.expected + 2 * (band.upper - band.expected)
    for share, is_strange in ((0.99, False), (1.01, True)):
        fresh = Monitor.restore(monitor.snapshot(), options=monitor.options)
        values = band.expected + share * (edge - band.expected)
        columns = Columns(["泵-0"] * 2, ["power", "flow"], np.full(2, at.timestamp()), values)
        assert bool(fresh.observe_columns(columns, received_at=at).anomalies) is is_strange


def test_the_strongest_metric_is_named_and_each_detectors_opinion_is_shown() -> None:
    monitor = Monitor()
    feed(monitor, range(KNOWN))
    step = KNOWN
    for step in range(KNOWN, KNOWN + 12):
        at_s = np.full(2, (START + step * STEP).timestamp())
        columns = Columns(["泵-1"] * 2, ["power", "flow"], at_s, np.array([100.0, 180.0]))
        monitor.observe_columns(columns, received_at=START + step * STEP)
    fleet = monitor.fleet(START + step * STEP)
    assert fleet.strongest[1] == "flow"
    views = {view.metric: view for view in monitor.views("泵-1")}
    assert views["flow"].is_firing
    assert max(opinion.score for opinion in views["flow"].opinions) >= 0.5
    assert monitor.views("nobody") == ()
