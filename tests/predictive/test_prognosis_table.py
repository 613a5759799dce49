"""Tables of readings as people write them, and what is told of those that cannot be read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from predictive.prognosis_history import HistoryError
from predictive.prognosis_table import read_events

JANUARY_S = 1_767_225_600.0  # 2026-01-01T00:00:00Z


def test_identifier_keeps_its_zeros_and_columns_without_numbers_are_no_metrics(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("device_id,at,heat,site,empty\n007,2026-01-01,1,北京,\n7,2026-01-02,,north,\n", encoding="utf-8")
    found = read_events(path)
    assert [found.names[device] for device in found.device] == ["007", "7"]
    assert set(found.metrics) == {"heat", "empty"}
    np.testing.assert_array_equal(found.metrics["heat"], [1.0, np.nan])


@pytest.mark.parametrize(
    "at",
    ["2026-01-01", "2026-01-01 00:00:00", "2026-01-01T00:00:00Z", "2026-01-01T08:00:00+08:00", "1767225600"],
    ids=["day", "no zone is UTC", "UTC", "Beijing", "seconds"],
)
def test_times_are_read(tmp_path: Path, at: str) -> None:
    path = tmp_path / "events.csv"
    path.write_text(f"device_id,at,heat\na,{at},1\n", encoding="utf-8")
    assert read_events(path).at_s.tolist() == [JANUARY_S]


def test_whole_numbers_may_go_on_as_others_far_down(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    rows = "".join(f"device-of-a-long-name-{row},2026-01-01T00:00:00Z,1,\n" for row in range(40_000))
    path.write_text(f"device_id,at,heat,late\n{rows}last,2026-01-01T00:00:00Z,1.5,2\n", encoding="utf-8")
    found = read_events(path)
    assert (found.metrics["heat"][-1], found.metrics["late"][-1]) == (1.5, 2.0)


def test_parquet_reads_as_csv_does(tmp_path: Path) -> None:
    at = pa.array([1_767_225_600_000], pa.timestamp("ms"))
    names = pa.array(["a"]).dictionary_encode()
    pq.write_table(pa.table({"device_id": names, "at": at, "heat": [np.nan]}), tmp_path / "events.parquet")
    found = read_events(tmp_path / "events.parquet")
    assert (found.names, found.at_s.tolist()) == (["a"], [JANUARY_S])
    assert np.isnan(found.metrics["heat"]).all()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("device_id,heat\na,1\n", "no column at"),
        ("device_id,at\na,2026-01-01\n", "no column of numbers"),
        ("device_id,at,heat\n,2026-01-01,1\n", "empty device_id"),
        ("device_id,at,heat\na,,1\n", "have no at"),
        ("device_id,at,heat\na,1767225600000,1\n", "seconds since 1970"),
        ("device_id,at,heat\na,soon,1\n", "ISO 8601"),
        ("device_id,at,heat\na,2026-01-01,1\nb\n", "cannot be read"),
    ],
)
def test_bad_table_is_told(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "events.csv").write_text(text, encoding="utf-8")
    with pytest.raises(HistoryError, match=told):
        read_events(tmp_path / "events.csv")
