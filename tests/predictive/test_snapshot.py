"""A monitor's state as bytes: in blocks, of two versions, and refused with a reason."""

from __future__ import annotations

import io
import json
import struct
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pytest

from predictive import Columns, Monitor, StateMismatch
from predictive.episode_values import episode_values
from predictive.series import SeriesTable
from predictive.snapshot import BLOCK_BYTES, CODEC, MAGIC, _framed, pack, unpack

START_S = datetime(2026, 6, 1, tzinfo=UTC).timestamp()


def monitor_after(steps: int) -> Monitor:
    monitor = Monitor()
    observe(monitor, 0, steps)
    return monitor


def observe(monitor: Monitor, first: int, last: int) -> list[str]:
    count = last - first
    at_s = np.repeat(START_S + 600.0 * np.arange(first, last), 2)
    noise = np.random.default_rng(5).normal(0, 1, size=(1_000, 2))[first:last].ravel()
    seen = monitor.observe_columns(
        Columns(["冷机-1", "AC-2"] * count, ["压力", "power"] * count, at_s, 100 + noise, ["kPa", ""] * count),
        received_at=datetime.fromtimestamp(at_s[-1], UTC),
    )
    return [alert.key for alert in seen.alerts]


def as_first_version(monitor: Monitor) -> bytes:
    """Return what the version before this one wrote of the same monitor."""
    table = monitor._stream.table
    arrays = {f"{part}/{name}": array for part, state in monitor._states() for name, array in state.items()}
    del arrays["series/codes"]
    slot = arrays.pop("stream/slot")
    arrays["stream/released"] = slot.astype(np.float64) + 64.0 * 1_000
    for name in ("evidence/firing", "detector/ewma/is_beyond", "detector/seasonal/is_beyond"):
        arrays[name] = arrays[name].astype(np.float64)
    arrays["detector/seasonal/count"] = arrays["detector/seasonal/count"].astype(np.float32)
    header = {
        "detectors": list(monitor._ensemble.names),
        "series": {
            "device_ids": list(table.device_ids),
            "metrics": list(table.metrics),
            "units": list(table.units),
        },
        "episodes": episode_values(monitor._book.episodes),
        "silences": episode_values(monitor._book.silences),
        "format_version": 1,
    }
    stored = io.BytesIO()
    np.savez(stored, header=np.frombuffer(json.dumps(header).encode(), dtype=np.uint8), **arrays)  # type: ignore[arg-type]
    return stored.getvalue()


def test_a_snapshot_of_the_first_version_is_taken_up_and_goes_on_alike() -> None:
    monitor = monitor_after(300)
    restored = Monitor.restore(as_first_version(monitor))
    assert observe(restored, 299, 500) == observe(monitor, 299, 500)
    assert restored.snapshot() == monitor.snapshot()


def test_a_count_that_is_too_large_for_its_column_becomes_its_largest() -> None:
    monitor = monitor_after(10)
    states = dict(monitor._states())
    state = dict(states["detector/seasonal"])
    state["count"] = np.full((2, 24), 70_000.0, dtype=np.float32)
    seasonal = next(one for one in monitor._ensemble.detectors if one.name == "seasonal")
    seasonal.restore(state)
    assert int(np.asarray(seasonal.state()["count"]).min()) == 65_535


def test_arrays_larger_than_a_block_come_back() -> None:
    large = np.arange(BLOCK_BYTES // 8 * 2 + 3, dtype=np.float64)
    frames = pack({"who": "机"}, [("a", large), ("b", np.zeros((0, 3), dtype=np.uint8)), ("c", np.array([True]))])
    assert len(frames) == 1 + 3 + 1
    read = unpack(b"".join(frames))
    assert read.header == {"who": "机"}
    assert [array.shape for array in read.arrays.values()] == [(len(large),), (0, 3), (1,)]
    assert (read.arrays["a"] == large).all()
    assert read.arrays["c"].dtype == np.bool_


def cut(content: bytes) -> bytes:
    return content[:-1]


def longer(content: bytes) -> bytes:
    return content + struct.pack("<QQ", 0, 0)


def bent(content: bytes) -> bytes:
    return content[:40] + bytes([content[40] ^ 0xFF]) + content[41:]


def boasting(content: bytes) -> bytes:
    return MAGIC + struct.pack("<QQ", 4, 1 << 62) + b"1234"


def without_last_block(content: bytes) -> bytes:
    return b"".join(monitor_after(5).snapshot_frames()[:-1])


@pytest.mark.parametrize("spoil", [cut, longer, bent, boasting, without_last_block])
def test_what_is_no_whole_snapshot_is_refused(spoil: object) -> None:
    content = spoil(monitor_after(5).snapshot())  # type: ignore[operator]
    with pytest.raises(StateMismatch, match="not a snapshot"):
        Monitor.restore(content)


def test_another_version_is_named() -> None:
    text = json.dumps({"format_version": 3, "arrays": []}).encode()
    newer = MAGIC + _framed(pa.Codec(CODEC), text)
    with pytest.raises(StateMismatch, match="version 3, this program reads 1 and 2"):
        unpack(newer)


def test_objects_are_not_read() -> None:
    text = json.dumps({"format_version": 2, "arrays": [{"name": "a", "dtype": "|O", "shape": [1]}]}).encode()
    with pytest.raises(StateMismatch, match="holds no numbers"):
        unpack(MAGIC + _framed(pa.Codec(CODEC), text))


@pytest.mark.parametrize(
    ("codes", "names", "said"),
    [
        ([[0, 0, 0], [0, 0, 0]], {"devices": ["a"], "metrics": ["m"], "units": [""]}, "twice"),
        ([[0, 1, 0]], {"devices": ["a"], "metrics": ["m"], "units": [""]}, "names that it does not hold"),
        ([[0, 0, 0]] * 3, {"devices": ["a"], "metrics": ["m"], "units": [""]}, "at most 2 are followed"),
        ([[0, 0, 0]], {"devices": ["a", "a"], "metrics": ["m"], "units": [""]}, "twice"),
    ],
    ids=["same pair", "unknown metric", "too many", "same device"],
)
def test_a_table_that_cannot_be_is_refused(codes: list[list[int]], names: dict[str, list[str]], said: str) -> None:
    with pytest.raises(StateMismatch, match=said):
        SeriesTable(limit=2).restore({"codes": np.array(codes, dtype=np.int32)}, names)
