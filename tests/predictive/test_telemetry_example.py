"""The simulated month: one leak, one ticket, days ahead."""

from __future__ import annotations

import csv
import gzip
import json
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from examples import make_telemetry as simulation
from predictive import Alert, Columns, Monitor

LEAK = simulation.CONDITIONERS[2]


def committed(examples: Path) -> Columns:
    with gzip.open(examples / "telemetry.ndjson.gz", "rt", encoding="utf-8") as lines:
        readings = [json.loads(line) for line in lines]
    return Columns(
        [reading["device_id"] for reading in readings],
        [reading["metric"] for reading in readings],
        np.array([datetime.fromisoformat(reading["at"]).timestamp() for reading in readings]),
        np.array([reading["value"] for reading in readings]),
        [reading["unit"] for reading in readings],
    )


def month_of(seed: int) -> Columns:
    parts = [(unit, *simulation.simulate(unit, seed=seed)) for unit in simulation.CONDITIONERS]
    devices = [unit.device_id for unit, at_s, metrics in parts for _ in metrics for _ in at_s]
    names = [name for _, at_s, metrics in parts for name in metrics for _ in at_s]
    times = np.concatenate([at_s for _, at_s, metrics in parts for _ in metrics]) + simulation.START.timestamp()
    return Columns(devices, names, times, np.concatenate([v for _, _, metrics in parts for v in metrics.values()]))


def alerts_of(columns: Columns) -> tuple[Alert, ...]:
    monitor = Monitor()
    monitor.observe_columns(columns, received_at=simulation.START + timedelta(days=simulation.DAYS))
    return monitor.alerts()


def test_the_leak_gets_one_ticket_72_hours_ahead_and_the_others_none(examples: Path) -> None:
    alerts = alerts_of(committed(examples))
    assert [alert.device_id for alert in alerts] == ["AC-003"]
    alert = alerts[0]
    trip_at = simulation.trip_at(LEAK)
    assert trip_at is not None
    assert trip_at - alert.opened_at >= timedelta(hours=72)
    assert "suction_pressure" in {reason.metric for reason in alert.reasons}
    assert {"discharge_temperature", "supply_air_temperature"} & {reason.metric for reason in alert.reasons}
    began = simulation.START + timedelta(days=simulation.LEAK_FROM_DAY)
    assert abs(alert.reasons[0].since - began) <= timedelta(days=2)


def test_another_month_of_the_same_devices_fares_the_same() -> None:
    # Seed 100 is outside the 24 on which the drift detector's options were chosen.
    alerts = alerts_of(month_of(100))
    assert [alert.device_id for alert in alerts] == ["AC-003"]


def test_only_the_leaking_unit_trips() -> None:
    trips = {unit.device_id: simulation.trip_at(unit) for unit in simulation.CONDITIONERS}
    assert [device_id for device_id, at in trips.items() if at is not None] == ["AC-003"]
    assert trips["AC-003"] is not None
    assert (trips["AC-003"] - simulation.START).days == 27


def test_the_committed_file_is_what_the_script_makes(examples: Path, tmp_path: Path) -> None:
    made = tmp_path / "telemetry.ndjson.gz"
    assert simulation.write(made) == 5 * 6 * 144 * 30
    assert gzip.decompress(made.read_bytes()) == gzip.decompress((examples / "telemetry.ndjson.gz").read_bytes())


def test_the_units_are_those_of_the_device_table(examples: Path) -> None:
    with (examples / "devices.csv").open(encoding="utf-8", newline="") as table:
        known = {row["device_id"]: row["device_model"] for row in csv.DictReader(table)}
    assert {unit.device_id: unit.model for unit in simulation.CONDITIONERS} == known
