"""Devices are compared with those of their model: once it is known, after a restart, and when it is another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np
import pytest

from predictive import Alert, Columns, Monitor, MonitorOptions, StateMismatch
from predictive.control_chart import WarmUp
from predictive.peer_groups import MODELS
from predictive.snapshot import pack, unpack

START_S = datetime(2026, 6, 1, tzinfo=UTC).timestamp()
OLD = tuple(f"空调-{number}" for number in range(7))
NEW = tuple(f"AC-{number}" for number in range(5))
DEVICES = (*OLD, *NEW)
MODEL_OF = dict.fromkeys(OLD, "KFR-35GW") | dict.fromkeys(NEW, "Chiller 9")
OPTIONS = MonitorOptions(detectors={"peers": {"warm_up": 100}}, learning=WarmUp(days=0.0, fewest=1, most=1))
CALM, END = 200, 260


def readings(first: int, last: int, *, metric: str = "压力", off: Mapping[str, float] | None = None) -> Columns:
    """Return all devices' readings in steps first..last-1; each model has its own course. `off` shifts devices."""
    step = np.arange(first, last)
    course = np.where(np.arange(12) < 7, 100.0, 300.0) + np.outer(
        np.sin(step / 9.0), np.where(np.arange(12) < 7, 5, -9)
    )
    noise = np.array([np.random.default_rng([7, int(number)]).normal(0, 0.5, 12) for number in step])
    shift = np.array([(off or {}).get(device_id, 0.0) for device_id in DEVICES])
    values = (course + 0.3 * np.arange(12) + noise + shift).ravel()
    count = len(values)
    return Columns(list(DEVICES) * len(step), [metric] * count, np.repeat(START_S + 600.0 * step, 12), values)


def observe(monitor: Monitor, columns: Columns) -> tuple[Alert, ...]:
    return monitor.observe_columns(columns, received_at=datetime.fromtimestamp(float(columns.at_s.max()), UTC)).alerts


def told(alerts: tuple[Alert, ...]) -> set[str]:
    assert {reason.detector for alert in alerts for reason in alert.reasons} <= {"peers"}
    return {alert.device_id for alert in alerts}


def restarted(monitor: Monitor) -> Monitor:
    return Monitor.restore(monitor.snapshot(), options=OPTIONS)


def same(monitor: Monitor) -> Monitor:
    return monitor


@pytest.mark.parametrize("went_on", [same, restarted])
@pytest.mark.parametrize("odd", ["空调-2", "AC-3"])
def test_a_device_that_departs_from_its_model_is_told_and_no_other(odd: str, went_on: object) -> None:
    monitor = Monitor(OPTIONS)
    monitor.tell_models(MODEL_OF)
    assert observe(monitor, readings(0, CALM)) == ()
    monitor = went_on(monitor)  # type: ignore[operator]
    assert told(observe(monitor, readings(CALM, END, off={odd: 12.0}))) == {odd}


@pytest.mark.parametrize(("models", "expected"), [({}, set(NEW)), (MODEL_OF, set())], ids=["unknown", "known"])
def test_what_a_whole_model_does_is_no_departure_once_the_model_is_known(
    models: Mapping[str, str], expected: set[str]
) -> None:
    monitor = Monitor(OPTIONS)
    monitor.tell_models(models)
    everyone = [readings(0, CALM), readings(CALM, END, off=dict.fromkeys(NEW, 60.0))]
    assert [told(observe(monitor, one)) for one in everyone] == [set(), expected]


@pytest.mark.parametrize("went_on", [same, restarted])
def test_a_model_that_becomes_known_regroups_and_what_was_learned_among_others_is_forgotten(went_on: object) -> None:
    monitor = Monitor(OPTIONS)
    observe(monitor, readings(0, CALM))
    monitor.tell_models(MODEL_OF)
    monitor = went_on(monitor)  # type: ignore[operator]
    assert observe(monitor, readings(CALM, CALM + 90, off={"AC-3": 12.0})) == ()  # warm-up among its own
    assert observe(monitor, readings(CALM + 90, 2 * CALM, off={"AC-3": 12.0})) == ()  # so it always was among them
    assert told(observe(monitor, readings(2 * CALM, 2 * CALM + 60, off={"AC-3": 24.0}))) == {"AC-3"}


@pytest.mark.parametrize("went_on", [same, restarted])
def test_a_metric_that_a_known_device_sends_later_is_compared_within_its_model(went_on: object) -> None:
    monitor = Monitor(OPTIONS)
    monitor.tell_models(MODEL_OF)
    observe(monitor, readings(0, 3))
    monitor = went_on(monitor)  # type: ignore[operator]
    observe(monitor, readings(3, CALM, metric="current"))
    shifted = readings(CALM, END, metric="current", off=dict.fromkeys(NEW, 60.0) | {"空调-1": 12.0})
    assert told(observe(monitor, shifted)) == {"空调-1"}


def test_the_same_model_told_again_or_spelt_otherwise_changes_nothing() -> None:
    monitor = Monitor(OPTIONS)
    monitor.tell_models(MODEL_OF)
    observe(monitor, readings(0, 20))
    before = monitor.snapshot()
    monitor.tell_models(MODEL_OF | dict.fromkeys(OLD, " ＫＦＲ－35gw") | {"never seen": "", "seen later": " "})
    assert monitor.snapshot() == before
    monitor.tell_models(dict.fromkeys(OLD, "KFR-35GW"))
    assert monitor.snapshot() != before


def test_a_model_that_is_withdrawn_makes_its_devices_peers_of_all_again() -> None:
    monitor, never = Monitor(OPTIONS), Monitor(OPTIONS)
    monitor.tell_models(MODEL_OF)
    observe(monitor, readings(0, 2))
    observe(never, readings(0, 2))
    monitor.tell_models({})
    groups = [dict(one._states())["detector/peers"]["group"].tolist() for one in (monitor, never)]
    assert groups[0] == groups[1] == groups[0][:1] * 12


def test_a_monitor_that_compares_nobody_keeps_no_models() -> None:
    monitor = Monitor()
    assert not monitor.compares_models
    monitor.tell_models(MODEL_OF)
    assert MODELS not in unpack(monitor.snapshot()).header
    assert Monitor(OPTIONS).compares_models


def test_a_snapshot_whose_models_are_no_table_is_refused() -> None:
    snapshot = unpack(Monitor(OPTIONS).snapshot())
    content = b"".join(pack({**snapshot.header, MODELS: ["KFR"]}, snapshot.arrays.items()))
    with pytest.raises(StateMismatch, match="models are not a table"):
        Monitor.restore(content, options=OPTIONS)
