"""The log of readings and its snapshots: in parts, forgotten when covered, and found again by who was left behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from api.engines import Engines
from api.ingest import Readings
from api.maintain import Foresight
from api.settings import Settings
from api.store import Store, open_store_for
from api.store.lease import NoLease, open_lease
from api.store.telemetry import Snapshot, Telemetry
from api.store.upkeep_tables import MonitorSnapshot, MonitorSnapshotPart
from predictive import Columns

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store_for(Settings(data_dir=tmp_path))
    yield store
    store.database.close()


def reading(step: int, *, device_id: str = "空调-1") -> Readings:
    at_s = (NOW - timedelta(days=1)).timestamp() + 600.0 * step
    columns = Columns([device_id], ["压力"], np.array([at_s]), np.array([850.0 + step % 7]))
    return Readings(columns, np.zeros(1, dtype=np.int64), ())


def kept_parts(store: Store) -> list[tuple[int, int]]:
    with store.database.transaction() as session:
        return sorted((part.generation, len(part.content)) for part in session.query(MonitorSnapshotPart))


def test_a_snapshot_larger_than_a_part_comes_back_whole(store: Store) -> None:
    telemetry = Telemetry(store.database, "default", part_bytes=1_000)
    frames = tuple(bytes([number]) * size for number, size in enumerate((10, 2_990, 0, 1, 999)))
    telemetry.keep_snapshot(Snapshot(7, frames), at=NOW)
    found = telemetry.snapshot()
    assert found is not None
    assert (found.batch_id, found.content) == (7, b"".join(frames))
    assert kept_parts(store) == [(1, 1_000)] * 4


def test_a_new_snapshot_takes_the_place_of_the_last_and_an_older_one_does_not(store: Store) -> None:
    telemetry = Telemetry(store.database, "default", part_bytes=4)
    for batch_id, content in ((5, b"fiveorso"), (9, b"nine"), (6, b"sixorso")):
        telemetry.keep_snapshot(Snapshot(batch_id, (content,)), at=NOW)
    found = telemetry.snapshot()
    assert found is not None
    assert (found.batch_id, found.content) == (9, b"nine")
    assert kept_parts(store) == [(2, 4)]


def test_a_snapshot_that_was_broken_off_is_not_read_and_goes(store: Store) -> None:
    telemetry = Telemetry(store.database, "default", part_bytes=4)
    telemetry.keep_snapshot(Snapshot(5, (b"five",)), at=NOW)
    with store.database.transaction() as session:
        session.add(MonitorSnapshotPart(tenant="default", generation=2, number=0, content=b"half"))
    found = telemetry.snapshot()
    assert found is not None
    assert found.content == b"five"
    telemetry.keep_snapshot(Snapshot(6, (b"six",)), at=NOW)
    assert kept_parts(store) == [(2, 3)]


def test_a_snapshot_of_before_parts_is_read(store: Store) -> None:
    with store.database.transaction() as session:
        session.add(MonitorSnapshot(tenant="default", batch_id=3, created_at=NOW, content=b"PK..."))
    assert store.telemetry.snapshot() == Snapshot(3, (b"PK...",))


def test_only_what_a_snapshot_covers_is_forgotten_and_the_oldest_first(store: Store) -> None:
    ids = [store.telemetry.add_batch(b"x", readings=10, received_at=NOW - timedelta(days=9 - n)) for n in range(6)]
    assert store.telemetry.forget_before(NOW - timedelta(days=7), up_to=ids[4]) == 20
    assert store.telemetry.forget_oldest(11, up_to=ids[4]) == 20
    assert store.telemetry.forget_oldest(0, up_to=ids[4]) == 0
    assert [batch.id for batch in store.telemetry.batches_after(0)] == ids[4:]
    assert store.telemetry.forget_oldest(1_000, up_to=ids[4]) == 10
    assert [batch.id for batch in store.telemetry.batches_after(0)] == ids[5:]


@pytest.mark.parametrize(
    ("days", "most", "left"), [(0.0, 10**6, 0), (9.0, 10**6, 12), (9.0, 10, 10)], ids=["none", "all", "some"]
)
def test_readings_that_a_snapshot_covers_are_kept_as_long_and_as_many_as_said(
    tmp_path: Path, store: Store, days: float, most: int, left: int
) -> None:
    settings = Settings(data_dir=tmp_path, telemetry_keep_days=days, telemetry_keep_readings=most)
    foresight = Foresight(engines=Engines(settings), store=store, lease=NoLease())
    foresight.start()
    for step in range(6):
        foresight.take(reading(step), received_at=NOW)
    foresight.snapshot(at=NOW + timedelta(seconds=1))
    for step in range(6, 12):
        foresight.take(reading(step), received_at=NOW)
    foresight.snapshot(at=NOW + timedelta(seconds=2))
    assert store.telemetry.count() == left
    again = Foresight(engines=Engines(settings), store=store, lease=NoLease())
    assert again.start() == 0
    assert [len(points.at_s) for points in again.recent("空调-1")] == [12]


def test_who_was_left_behind_takes_up_the_snapshot(tmp_path: Path, store: Store) -> None:
    settings = Settings(data_dir=tmp_path, telemetry_keep_days=0)
    engines = Engines(settings)
    first, second = (Foresight(engines=engines, store=store, lease=open_lease(store.database)) for _ in range(2))
    first.start()
    second.start()
    first.take(reading(0), received_at=NOW)
    assert second.follow() == 1
    for step in range(1, 6):
        first.take(reading(step), received_at=NOW)
    first.snapshot(at=NOW + timedelta(seconds=1))
    assert store.telemetry.count() == 0
    first.take(reading(6), received_at=NOW)
    second.follow()
    assert not second.is_speaking
    assert [len(points.at_s) for points in second.recent("空调-1")] == [7]
    assert second.take(reading(7), received_at=NOW).accepted == 1
    assert second.follow() == 0


def test_a_snapshot_that_cannot_be_used_is_not_taken_up_again_and_again(tmp_path: Path, store: Store) -> None:
    settings = Settings(data_dir=tmp_path, telemetry_keep_days=0)
    first, second = (
        Foresight(engines=Engines(settings), store=store, lease=open_lease(store.database)) for _ in range(2)
    )
    first.start()
    store.telemetry.keep_snapshot(Snapshot(40, (b"of another program",)), at=NOW)
    second.start()
    assert [second.follow(), second.follow()] == [0, 0]
    assert second.recent("空调-1") == ()
