"""Two processes on one database: one speaks, both know everything, and the other takes over where it stopped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from api.engines import Engines
from api.ingest import Readings
from api.maintain import Foresight
from api.settings import Settings
from api.store import open_store_for
from api.store.lease import FileLease, open_lease
from predictive import Columns

NOW = datetime.now(UTC).replace(microsecond=0)


def failing(device_id: str) -> Readings:
    """Return two weeks of hourly pressure that falls away in the last two days."""
    hours = np.arange(24 * 14)
    values = np.where(hours < 24 * 12, 850.0 + hours % 5, 850.0 - 8.0 * (hours - 24 * 12))
    at_s = (NOW - timedelta(days=14)).timestamp() + 3600.0 * hours
    return Readings(Columns([device_id] * len(hours), ["压力"] * len(hours), at_s, values), hours.astype(np.int64), ())


def test_a_file_lease_is_held_once_and_can_be_handed_over(tmp_path: Path) -> None:
    first, second = FileLease(tmp_path / "lock"), FileLease(tmp_path / "lock")
    assert [first.acquire(), first.acquire(), second.acquire()] == [True, True, False]
    first.release()
    assert [second.acquire(), first.acquire()] == [True, False]
    second.release()


def test_the_one_that_does_not_speak_follows_and_takes_over(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    store = open_store_for(settings)
    leases = [open_lease(store.database), open_lease(store.database)]
    engines = Engines(settings)
    first, second = (Foresight(engines=engines, store=store, lease=lease) for lease in leases)
    first.start()
    second.start()
    assert (first.is_speaking, second.is_speaking) == (True, False)

    second.take(failing("空调-1"), received_at=NOW)
    assert store.tickets.list(kind="maintenance", limit=9) == ()
    assert first.follow() == 1
    (ticket,) = store.tickets.list(kind="maintenance", limit=9)
    assert first.take(failing("空调-1"), received_at=NOW).accepted == 0

    second.take(failing("空调-2"), received_at=NOW)  # the first dies before it sees them
    leases[0].release()
    second.follow()
    assert second.is_speaking
    tickets = store.tickets.list(kind="maintenance", limit=9)
    assert {one.device_id for one in tickets} == {"空调-1", "空调-2"}
    assert ticket.key in {one.key for one in tickets}
    leases[1].release()
    store.database.close()
