"""Detectors asked for by name, and the models of devices on their way to the one that compares them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from api.cli.desk import open_engines
from api.devices import tell_device
from api.engines import Engines
from api.ingest import Readings
from api.maintain import Foresight
from api.schemas.telemetry import DeviceTold
from api.settings import Settings
from api.store import Store, open_store_for
from api.store.devices import Device
from api.store.lease import NoLease
from api.upkeep.rehearsal import Rehearsal
from api.upkeep.watching import live_options, replay_monitor, replay_options
from predictive import Columns, default_detectors
from predictive.snapshot import unpack

NOW = datetime.now(UTC).replace(microsecond=0)
OLD = tuple(f"空调-{number}" for number in range(6))
NEW = tuple(f"AC-{number}" for number in range(6))
DEVICES = (*OLD, *NEW)
CALM, END = 14 * 24, 15 * 24


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, encoder_model="", monitor_detectors=("peers",))


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    store = open_store_for(settings)
    yield store
    store.database.close()


def readings(first: int, last: int, *, odd: str = "") -> Readings:
    """Return hourly readings; what a model's devices do together hides what one of them does from all but its peers."""
    hours = np.arange(first, last)
    shared = np.random.default_rng(3).normal(0.0, 20.0, (END, 2))[hours][:, np.repeat([0, 1], 6)]
    own = np.random.default_rng(4).normal(0.0, 0.5, (END, 12))[hours]
    off = np.array([8.0 if device_id == odd else 0.0 for device_id in DEVICES])
    values = (np.repeat([100.0, 400.0], 6) + shared + own + off).ravel()
    at_s = np.repeat((NOW - timedelta(days=15)).timestamp() + 3600.0 * hours, 12)
    columns = Columns(list(DEVICES) * len(hours), ["压力"] * len(values), at_s, values)
    return Readings(columns, np.arange(len(values)), ())


def started(settings: Settings, store: Store) -> Foresight:
    foresight = Foresight(engines=Engines(settings), store=store, lease=NoLease())
    foresight.start()
    return foresight


def groups(store: Store, foresight: Foresight, *, at: datetime) -> list[set[str]]:
    """Return which devices are compared, as the monitor's snapshot says."""
    foresight.take(readings(0, 1), received_at=at)
    foresight.snapshot(at=at)
    found = store.telemetry.snapshot()
    assert found is not None
    of_row = unpack(found.content).arrays["detector/peers/group"].tolist()
    by_group: dict[float, set[str]] = {}
    for device_id, group in zip(DEVICES, of_row, strict=True):
        by_group.setdefault(group, set()).add(device_id)
    return list(by_group.values())


@pytest.mark.parametrize("asked", [(), ("peers",), ("shape", "gap", "ewma")])
def test_detectors_that_are_asked_for_judge_beside_the_others(asked: tuple[str, ...]) -> None:
    settings = Settings(monitor_detectors=asked, telemetry_lateness_s=90.0)
    for options in (live_options(settings), replay_options(settings)):
        assert set(options.detectors) == set(default_detectors()) | set(asked)
    lateness = [one.stream.allowed_lateness_s for one in (live_options(settings), replay_options(settings))]
    assert lateness == [90.0, 0.0]


@pytest.mark.parametrize(
    ("given", "expected"),
    [("peers", ("peers",)), (" peers, shape,", ("peers", "shape")), ('["gap"]', ("gap",)), ("", ()), ("[]", ())],
)
def test_detectors_are_named_with_commas_or_as_json(given: str, expected: tuple[str, ...]) -> None:
    assert Settings.model_validate({"monitor_detectors": given}).monitor_detectors == expected


@pytest.mark.parametrize("given", ['["peers"', "[1]", '{"peers": 1}'])
def test_a_list_that_cannot_be_read_is_refused(given: str) -> None:
    with pytest.raises(ValidationError, match="monitor_detectors"):
        Settings.model_validate({"monitor_detectors": given})


@pytest.mark.parametrize("names", [("peer",), ("peers", "../x"), ("同型",), ("",)])
def test_an_unknown_detector_is_refused_at_the_start_with_those_there_are(names: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError, match=r"no detector is called '.*'; there are .*peers.*volatility"):
        Settings(monitor_detectors=names)


def test_a_device_that_departs_from_its_model_gets_a_ticket_also_after_a_restart(
    settings: Settings, store: Store
) -> None:
    store.devices.put_all([Device(one, model="KFR-35", told_by="telemetry") for one in OLD], at=NOW)
    store.devices.put_all([Device(one, model="冷机9", told_by="records") for one in NEW], at=NOW)
    foresight = started(settings, store)
    foresight.take(readings(0, CALM), received_at=NOW - timedelta(days=1))
    foresight.snapshot(at=NOW)
    again = started(settings, store)
    again.take(readings(CALM, END, odd="AC-3"), received_at=NOW)
    tickets = store.tickets.list(kind="maintenance", limit=9)
    assert [(one.device_id, one.reasons[0].detector) for one in tickets] == [("AC-3", "peers")]


def test_a_model_told_while_the_service_runs_counts_with_the_next_beat(settings: Settings, store: Store) -> None:
    foresight = started(settings, store)
    assert groups(store, foresight, at=NOW) == [set(DEVICES)]
    for device_id in OLD:
        tell_device(device_id, DeviceTold(model="KFR-35"), store=store, at=NOW)
    foresight.advance(NOW)
    foresight.take(readings(1, 2), received_at=NOW)
    assert groups(store, foresight, at=NOW) == [set(OLD), set(NEW)]
    tell_device(OLD[0], DeviceTold(model=""), store=store, at=NOW)
    again = started(settings, store)  # what was told while it was down
    again.take(readings(2, 3), received_at=NOW)
    assert groups(store, again, at=NOW) == [{OLD[0], *NEW}, set(OLD[1:])]


def test_a_replay_knows_the_models_that_were_told(settings: Settings, store: Store) -> None:
    tell_device("AC-1", DeviceTold(model="KFR-35"), store=store, at=NOW)
    tell_device("AC-2", DeviceTold(site="一厂"), store=store, at=NOW)
    header = unpack(replay_monitor(settings, store=store).snapshot()).header
    assert header["models"] == {"AC-1": "kfr-35"}
    assert "models" not in unpack(replay_monitor(Settings(), store=store).snapshot()).header


@pytest.mark.parametrize(("has_records", "expected"), [(True, ["AC-3"]), (False, [])])
def test_a_replayed_file_is_compared_within_the_models_that_the_records_know(
    tmp_path: Path, has_records: bool, expected: list[str]
) -> None:
    if has_records:
        (tmp_path / "records").mkdir()
        rows = [f"{device_id},{'KFR-35' if device_id in OLD else '冷机9'}" for device_id in DEVICES]
        lines = "\n".join(["device_id,device_model", *rows])
        (tmp_path / "records" / "devices.csv").write_text(lines + "\n", encoding="utf-8")
    engines = open_engines(Settings(data_dir=tmp_path, encoder_model="", monitor_detectors=("peers",)))
    rehearsal = Rehearsal(engines=engines)
    for part in (readings(0, CALM), readings(CALM, END, odd="AC-3")):
        rehearsal.take(part)
    engines.close()
    assert [ticket.device_id for ticket in rehearsal.tickets()] == expected
