"""What comes and goes is one alert that says so: hysteresis, shortest duration, the first moment kept, flapping."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from predictive import STATUSES, Alert, Columns, Monitor

START = datetime(2026, 6, 1, tzinfo=UTC)
CADENCE = timedelta(minutes=10)
CALM_STEPS = 400
A_DAY = 144


def observe(monitor: Monitor, first: int, last: int, *, offset: float = 0.0) -> list[Alert]:
    """Send a device's readings number first..last-1, one a request; return every alert that changed."""
    changed: list[Alert] = []
    for step in range(first, last):
        at = START + step * CADENCE
        value = 100.0 + offset + float(np.random.default_rng([11, step]).normal(0, 1.0))
        columns = Columns(["AC-1"], ["power"], np.array([at.timestamp()]), np.array([value]), ["W"])
        changed += monitor.observe_columns(columns, received_at=at).alerts
    return changed


def learned() -> Monitor:
    monitor = Monitor()
    observe(monitor, 0, CALM_STEPS)
    return monitor


def come_and_go(monitor: Monitor, times: int, *, first: int = CALM_STEPS, apart: int = A_DAY) -> list[Alert]:
    """Let the device be wrong for two hours, so many times."""
    changed = []
    for number in range(times):
        at = first + number * apart
        changed += observe(monitor, at, at + 12, offset=60.0 + 20 * number)
        changed += observe(monitor, at + 12, at + apart)
    return changed


def test_two_strange_readings_do_not_fire_and_one_normal_one_does_not_calm() -> None:
    monitor = learned()
    assert observe(monitor, CALM_STEPS, CALM_STEPS + 2, offset=12.0) == []
    assert observe(monitor, CALM_STEPS + 2, CALM_STEPS + 60) == []
    opened = observe(monitor, CALM_STEPS + 60, CALM_STEPS + 75, offset=60.0)
    assert {alert.state for alert in opened} == {"open"}
    assert observe(monitor, CALM_STEPS + 75, CALM_STEPS + 76) == []
    assert monitor.views("AC-1")[0].is_firing


def test_what_comes_and_goes_is_one_alert_that_says_it_flaps() -> None:
    monitor = learned()
    told = come_and_go(monitor, 5)
    assert len({alert.key for alert in told}) == 1
    assert {alert.opened_at for alert in told} == {told[0].opened_at}
    (alert,) = monitor.alerts()
    assert (alert.returns, alert.is_flapping, alert.state) == (4, True, "open")
    # It resolves until it is known to flap, and not any more from then on.
    flapping = next(number for number, alert in enumerate(told) if alert.is_flapping)
    assert {alert.state for alert in told[flapping:]} == {"open"}
    assert "resolved" in {alert.state for alert in told[:flapping]}


def test_twice_is_no_flapping() -> None:
    monitor = learned()
    told = come_and_go(monitor, 3)
    assert not any(alert.is_flapping for alert in told)
    assert told[-1].state == "resolved"


def test_what_flapped_is_over_once_it_was_calm_for_three_days() -> None:
    monitor = learned()
    come_and_go(monitor, 4)
    end = CALM_STEPS + 4 * A_DAY
    (resolved,) = observe(monitor, end, end + 3 * A_DAY)
    assert (resolved.state, resolved.is_flapping) == ("resolved", True)
    until = resolved.reasons[0].until
    assert until is not None
    assert resolved.resolved_at is not None
    assert resolved.resolved_at - until >= timedelta(days=3)


def test_returns_of_more_than_a_week_ago_do_not_count() -> None:
    told = come_and_go(learned(), 5, apart=3 * A_DAY)
    assert len({alert.key for alert in told}) == 1
    assert max(alert.returns for alert in told) == 3


def test_flapping_survives_a_snapshot() -> None:
    monitor = learned()
    come_and_go(monitor, 4)
    again = Monitor.restore(monitor.snapshot())
    assert again.alerts() == monitor.alerts()
    end = CALM_STEPS + 4 * A_DAY
    assert [observe(one, end, end + 12, offset=160.0)[-1].returns for one in (monitor, again)] == [4, 4]


def disconnect(monitor: Monitor, first: int) -> list[Alert]:
    """Let a gateway say that the device left, and an hour and a half later that it came back."""
    told: list[Alert] = []
    for step, value in ((first, 0.0), (first + 9, 1.0)):
        at = START + step * CADENCE
        columns = Columns(["AC-1"], ["$online"], np.array([at.timestamp()]), np.array([value]))
        told += monitor.observe_columns(columns, received_at=at).alerts
        told += monitor.advance(at + 6 * CADENCE) if value == 0.0 else ()
    return told + observe(monitor, first + 9, first + 40)


@pytest.mark.parametrize(("times", "is_flapping"), [(3, False), (5, True)])
def test_a_device_that_comes_and_goes_is_one_silence(times: int, is_flapping: bool) -> None:
    monitor = learned()
    told = [alert for number in range(times) for alert in disconnect(monitor, CALM_STEPS + number * 40)]
    assert len({alert.key for alert in told}) == 1
    assert {alert.severity for alert in told} == {"warning"}
    assert (told[-1].is_flapping, told[-1].state) == (is_flapping, "open" if is_flapping else "resolved")
    reporting = STATUSES[monitor.fleet(START + (CALM_STEPS + times * 40) * CADENCE).status[0]]
    assert reporting == ("watch" if is_flapping else "ok")
