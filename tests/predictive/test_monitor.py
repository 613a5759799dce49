"""The whole path from readings to alerts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest

from predictive import (
    Alert,
    AlertOptions,
    Columns,
    Limit,
    Measurement,
    Monitor,
    MonitorOptions,
    PredictiveError,
    StateMismatch,
    default_detectors,
)

START = datetime(2026, 6, 1, tzinfo=UTC)
CADENCE = timedelta(minutes=10)
CALM_STEPS = 400


def steps(first: int, last: int, *, device_id: str = "AC-1", offset: float = 0.0, metric: str = "power") -> Columns:
    """Return one device's readings number first..last-1: noise around 100, shifted by `offset`."""
    count = last - first
    noise = np.array([np.random.default_rng([11, number]).normal(0, 1.0) for number in range(first, last)])
    at_s = START.timestamp() + np.arange(first, last) * CADENCE.total_seconds()
    return Columns([device_id] * count, [metric] * count, at_s, 100.0 + offset + noise, ["W"] * count)


def at_step(step: int) -> datetime:
    return START + step * CADENCE


def observe(monitor: Monitor, *requests: Columns) -> list[Alert]:
    changed: list[Alert] = []
    for request in requests:
        received_at = datetime.fromtimestamp(float(request.at_s.max()), UTC)
        changed += monitor.observe_columns(request, received_at=received_at).alerts
    return changed


def test_observe_takes_records_and_columns_alike() -> None:
    request = steps(0, 50)
    records = [
        Measurement("AC-1", "power", datetime.fromtimestamp(at_s, UTC), value, "W")
        for at_s, value in zip(request.at_s.tolist(), request.values.tolist(), strict=True)
    ]
    by_record, by_column = Monitor(), Monitor()
    by_record.observe(records, received_at=at_step(50))
    by_column.observe_columns(request, received_at=at_step(50))
    assert by_record.snapshot() == by_column.snapshot()


def test_observe_wants_aware_times() -> None:
    with pytest.raises(PredictiveError, match="has no zone"):
        Monitor().observe([Measurement("AC-1", "power", datetime(2026, 6, 1), 1.0)], received_at=START)


def test_calm_readings_open_nothing() -> None:
    monitor = Monitor()
    assert observe(monitor, steps(0, 4320)) == []
    assert monitor.alerts() == ()


def test_warm_up_opens_nothing_whatever_comes() -> None:
    assert observe(Monitor(), steps(0, 40), steps(40, 80, offset=500.0)) == []


def test_one_odd_reading_opens_nothing_but_is_an_anomaly() -> None:
    monitor = Monitor()
    observe(monitor, steps(0, CALM_STEPS))
    observation = monitor.observe_columns(
        steps(CALM_STEPS, CALM_STEPS + 1, offset=60.0), received_at=at_step(CALM_STEPS)
    )
    assert observation.alerts == ()
    assert [(found.device_id, found.metric) for found in observation.anomalies] == [("AC-1", "power")]
    assert observation.anomalies[0].expected == pytest.approx(100.0, abs=1.0)


def test_a_lasting_shift_opens_one_alert_that_says_what_and_since_when() -> None:
    monitor = Monitor()
    observe(monitor, steps(0, CALM_STEPS))
    changed = observe(monitor, *[steps(step, step + 1, offset=40.0) for step in range(CALM_STEPS, CALM_STEPS + 30)])
    assert len({alert.key for alert in changed}) == 1
    alert = monitor.alerts()[0]
    assert (alert.device_id, alert.state, alert.severity) == ("AC-1", "open", "warning")
    reason = alert.reasons[0]
    assert (reason.metric, reason.unit, reason.since) == ("power", "W", at_step(CALM_STEPS))
    assert reason.expected == pytest.approx(100.0, abs=2.0)
    assert reason.observed == pytest.approx(140.0, abs=5.0)
    assert 0.5 <= reason.score <= 1.0
    assert alert.prognosis.probability is None


def test_an_open_alert_follows_its_readings_at_most_hourly() -> None:
    monitor = Monitor()
    observe(monitor, steps(0, CALM_STEPS))
    requests = [steps(step, step + 1, offset=25.0 + step - CALM_STEPS) for step in range(CALM_STEPS, CALM_STEPS + 30)]
    told = [alert for request in requests for alert in observe(monitor, request)]
    assert len({alert.key for alert in told}) == 1
    gaps = {later.updated_at - earlier.updated_at for earlier, later in pairwise(told)}
    assert min(gaps) >= timedelta(hours=1)
    assert len(told) == 5  # opened, then four times in the four hours that follow
    observed = [alert.reasons[0].observed for alert in told]
    assert observed == sorted(observed)
    assert observed[-1] > 145.0
    assert {alert.opened_at for alert in told} == {told[0].opened_at}


def test_an_open_alert_that_lessens_is_left_alone_until_it_resolves() -> None:
    monitor = Monitor()
    observe(monitor, steps(0, CALM_STEPS))
    fault_end = CALM_STEPS + 12
    observe(monitor, *[steps(step, step + 1, offset=40.0) for step in range(CALM_STEPS, fault_end)])
    lessening = observe(monitor, *[steps(step, step + 1) for step in range(fault_end, fault_end + 60)])
    assert lessening == []
    assert [(alert.state, alert.reasons[0].observed > 135.0) for alert in monitor.alerts()] == [("open", True)]


def test_metrics_of_one_device_share_an_alert_and_devices_do_not() -> None:
    monitor = Monitor()
    series = [("AC-1", "power"), ("AC-1", "current"), ("AC-2", "power"), ("AC-3", "power")]
    for device_id, metric in series:
        observe(monitor, steps(0, CALM_STEPS, device_id=device_id, metric=metric))
    for device_id, metric in series[:3]:
        observe(monitor, steps(CALM_STEPS, CALM_STEPS + 30, device_id=device_id, metric=metric, offset=40.0))
    alerts = {alert.device_id: alert for alert in monitor.alerts()}
    assert sorted(alerts) == ["AC-1", "AC-2"]
    assert {reason.metric for reason in alerts["AC-1"].reasons} == {"power", "current"}


def test_an_alert_resolves_after_a_calm_time_and_comes_back_under_its_key() -> None:
    follow = AlertOptions(resolve_after_s=6 * 3600.0, cool_down_s=48 * 3600.0, refresh_s=48 * 3600.0)
    options = MonitorOptions(alerts=follow)
    monitor = Monitor(options)
    observe(monitor, steps(0, CALM_STEPS))
    fault_end = CALM_STEPS + 20
    opened = observe(monitor, steps(CALM_STEPS, fault_end, offset=40.0))
    resolved = observe(monitor, *[steps(step, step + 1) for step in range(fault_end, fault_end + 120)])
    assert [alert.state for alert in resolved] == ["resolved"]
    assert resolved[0].resolved_at is not None
    # The short mean needs some hours to come back from 40 scales; then six calm ones follow.
    assert timedelta(hours=6) <= resolved[0].resolved_at - at_step(fault_end - 1) < timedelta(hours=16)
    again = observe(monitor, steps(fault_end + 120, fault_end + 140, offset=60.0))
    assert [(alert.state, alert.key, alert.opened_at) for alert in again] == [
        ("open", opened[0].key, opened[0].opened_at)
    ]


def test_an_alert_after_the_cool_down_is_a_new_one() -> None:
    options = MonitorOptions(alerts=AlertOptions(resolve_after_s=3600.0, cool_down_s=3600.0))
    monitor = Monitor(options)
    observe(monitor, steps(0, CALM_STEPS))
    first = observe(monitor, steps(CALM_STEPS, CALM_STEPS + 12, offset=40.0))
    observe(monitor, steps(CALM_STEPS + 12, CALM_STEPS + 200))
    second = observe(monitor, steps(CALM_STEPS + 200, CALM_STEPS + 215, offset=80.0))
    assert {alert.state for alert in second} == {"open"}
    assert {alert.key for alert in first}.isdisjoint(alert.key for alert in second)


def test_keys_are_the_same_whatever_is_repeated_or_cut_otherwise() -> None:
    whole, pieces = Monitor(), Monitor()
    fault = (steps(0, CALM_STEPS), steps(CALM_STEPS, CALM_STEPS + 30, offset=40.0))
    observe(whole, *fault)
    for step in range(CALM_STEPS):
        observe(pieces, steps(step, step + 1), steps(step, step + 1))
    for step in range(CALM_STEPS, CALM_STEPS + 30):
        observe(pieces, steps(step, step + 1, offset=40.0))
    assert [alert.key for alert in whole.alerts()] == [alert.key for alert in pieces.alerts()]


def test_replay_after_restore_gives_the_same_state_and_alerts() -> None:
    requests = [steps(0, CALM_STEPS), steps(CALM_STEPS, CALM_STEPS + 30, offset=40.0), steps(CALM_STEPS + 30, 600)]
    monitor = Monitor()
    observe(monitor, requests[0])
    restored = Monitor.restore(monitor.snapshot())
    assert restored.snapshot() == monitor.snapshot()
    assert observe(restored, *requests[1:]) == observe(monitor, *requests[1:])
    assert restored.snapshot() == monitor.snapshot()
    assert Monitor.restore(monitor.snapshot()).alerts() == monitor.alerts()


def test_reading_the_same_requests_again_learns_nothing() -> None:
    monitor = Monitor()
    observe(monitor, steps(0, 60))
    before = monitor.snapshot()
    observation = monitor.observe_columns(steps(0, 60), received_at=at_step(60))
    assert (observation.accepted, observation.duplicates) == (0, 60)
    assert Monitor.restore(before).alerts() == monitor.alerts()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a snapshot at all"], ids=["empty", "cut", "text"])
def test_restore_refuses_what_is_no_snapshot(content: bytes) -> None:
    with pytest.raises(StateMismatch, match="not a snapshot"):
        Monitor.restore(content)


def test_restore_refuses_a_snapshot_of_other_detectors() -> None:
    content = Monitor(MonitorOptions(detectors=default_detectors(["robust_z"]))).snapshot()
    with pytest.raises(StateMismatch, match=r"snapshot is of detectors \['robust_z'\]"):
        Monitor.restore(content)


def test_restore_takes_new_limits() -> None:
    content_of = Monitor(MonitorOptions(limits={"power": Limit(upper=500.0)}))
    observe(content_of, steps(0, 20))
    restored = Monitor.restore(content_of.snapshot(), options=MonitorOptions(limits={"power": Limit(upper=90.0)}))
    alerts = observe(restored, steps(20, 40))
    assert [(alert.severity, alert.reasons[0].detector, alert.reasons[0].expected) for alert in alerts] == [
        ("critical", "threshold", 90.0)
    ]


def test_a_limit_in_a_unit_that_does_not_fit_is_told() -> None:
    monitor = Monitor(MonitorOptions(limits={"power": Limit(upper=5.0, unit="bar")}))
    observation = monitor.observe_columns(steps(0, 1), received_at=START)
    assert observation.accepted == 1
    assert observation.warnings == (
        "AC-1: the limit of 'power' is in 'bar' but the device sends 'W': it is not applied",
    )


def test_a_silent_device_is_noticed_once_and_resolved_when_heard() -> None:
    monitor = Monitor()
    observe(monitor, steps(0, 50), steps(0, 50, device_id="AC-2"))
    assert monitor.advance(at_step(55)) == ()
    observe(monitor, steps(50, 70, device_id="AC-2"))
    opened = monitor.advance(at_step(69))
    assert [(alert.device_id, alert.state, alert.reasons[0].detector) for alert in opened] == [("AC-1", "open", "gap")]
    assert opened[0].reasons[0].since == at_step(49)
    assert opened[0].reasons[0].expected == pytest.approx(600.0)
    assert monitor.advance(at_step(70)) == ()
    heard = observe(monitor, steps(70, 71))
    assert [(alert.key, alert.state) for alert in heard] == [(opened[0].key, "resolved")]


def test_a_loaded_history_is_not_a_silent_device() -> None:
    monitor = Monitor()
    monitor.observe_columns(steps(0, 50), received_at=START + timedelta(days=90))
    assert monitor.advance(START + timedelta(days=91)) == ()


def test_series_window_is_bounded_and_recent() -> None:
    monitor = Monitor()
    observe(monitor, *[steps(first, first + 500) for first in range(0, 4000, 500)])
    points = monitor.series_window("AC-1", "power")
    assert 128 <= len(points.at_s) <= 256
    assert points.unit == "W"
    assert (np.diff(points.at_s) > 0).all()
    assert points.at_s[-1] >= at_step(3990).timestamp()
    day = monitor.series_window("AC-1", "power", hours=24)
    assert float(np.ptp(day.at_s)) <= 86_400.0
    assert len(monitor.series_window("AC-9", "power").at_s) == 0


def test_a_trend_towards_a_limit_gets_a_horizon() -> None:
    monitor = Monitor(MonitorOptions(limits={"power": Limit(lower=40.0, unit="W")}))
    calm, falling = steps(0, 144 * 14), steps(144 * 14, 144 * 22)
    sinking = replace(falling, values=falling.values - 2.0 * np.arange(len(falling.values)) / 144)
    alerts = observe(monitor, calm, *_daily(sinking))
    horizons = [alert.prognosis.horizon_h for alert in alerts if alert.prognosis.horizon_h is not None]
    assert all(alert.prognosis.probability is None for alert in alerts)
    assert not horizons or min(horizons) > 24 * 15


def _daily(columns: Columns) -> Sequence[Columns]:
    cuts = range(0, len(columns.metrics), 144)
    return [
        Columns(
            columns.device_ids[cut : cut + 144],
            columns.metrics[cut : cut + 144],
            columns.at_s[cut : cut + 144],
            columns.values[cut : cut + 144],
            columns.units[cut : cut + 144],
        )
        for cut in cuts
    ]
