"""What gateways say of connections: never judged as a measurement, and a reason to miss a device soon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from predictive import Measurement, Monitor
from predictive.records import ONLINE

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def told(monitor: Monitor, metric: str, value: float, *, minutes: int) -> None:
    at = NOON + timedelta(minutes=minutes)
    monitor.observe([Measurement("空调-1", metric, at, value)], received_at=at)


@pytest.mark.parametrize(
    ("said", "minutes", "count"),
    [([], 45, 0), ([(5, 0.0)], 34, 0), ([(5, 0.0)], 35, 1), ([(5, 0.0), (6, 1.0)], 45, 0)],
    ids=["nothing said", "gone for 29 minutes", "gone for 30", "gone and back"],
)
def test_a_device_that_is_said_to_be_gone_is_missed_after_half_an_hour(
    said: list[tuple[int, float]], minutes: int, count: int
) -> None:
    monitor = Monitor()
    for minute in range(3):
        told(monitor, "power", 900.0, minutes=minute)
    for minute, value in said:
        told(monitor, ONLINE, value, minutes=minute)
    restored = Monitor.restore(monitor.snapshot())
    assert len(restored.advance(NOON + timedelta(minutes=minutes))) == count
