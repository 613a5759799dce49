"""What was not taken of each device, and why, through a restart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from predictive import Columns, Monitor
from predictive.records import Dropped

START = datetime(2026, 6, 1, tzinfo=UTC)


def send(monitor: Monitor, minutes: list[float], *, device_id: str = "泵", value: float = 1.0, unit: str = "") -> None:
    at_s = START.timestamp() + 60.0 * np.array(minutes)
    count = len(minutes)
    columns = Columns([device_id] * count, ["p"] * count, at_s, np.full(count, value), [unit] * count)
    monitor.observe_columns(columns, received_at=START + timedelta(hours=2))


def test_what_is_dropped_is_counted_by_device_and_reason_and_survives_a_restart() -> None:
    monitor = Monitor()
    send(monitor, [0.0], device_id="AC-1")
    send(monitor, [0.0, 10.0, 20.0, 20.0], unit="kPa")
    send(monitor, [5.0, 20.0, 20.0, 1_000.0])
    send(monitor, [30.0], value=np.nan)
    send(monitor, [30.0, 31.0], unit="°C")
    send(monitor, [9_000.0], device_id="nobody")
    assert monitor.dropped("泵") == Dropped(duplicates=3, late=1, future=1, refused=3)
    restored = Monitor.restore(monitor.snapshot())
    assert restored.dropped("泵") == monitor.dropped("泵")
    assert (restored.dropped("AC-1"), restored.dropped("nobody")) == (Dropped(), Dropped())
    fleet = restored.fleet(START + timedelta(hours=2))
    assert dict(zip(fleet.device_ids, fleet.dropped.tolist(), strict=True)) == {"AC-1": 0, "泵": 8}
