"""Readings in, ordered ticks out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from predictive import Columns, PredictiveError
from predictive.stream import Stream, StreamOptions

NOON_S = 1_780_315_200.0  # 2026-06-01T12:00:00Z


def columns(*readings: tuple[str, str, float, float], units: list[str] | None = None) -> Columns:
    """Build columns of (device, metric, seconds after noon, value)."""
    devices, metrics, at_s, values = zip(*readings, strict=True)
    return Columns(list(devices), list(metrics), NOON_S + np.array(at_s, float), np.array(values, float), units or [])


def released(stream: Stream, *requests: Columns) -> list[tuple[str, float, float]]:
    """Return (metric, seconds after noon, value) in the order of the ticks."""
    found = []
    for request in requests:
        for batch in stream.admit(request, received_at_s=NOON_S + 1e5).batches:
            assert len(set(batch.series.tolist())) == len(batch.series)
            for row, at_s, value in zip(batch.series, batch.at_s, batch.values, strict=True):
                found.append((stream.table.metrics[row], float(at_s - NOON_S), float(value)))
    return found


def test_stream_orders_each_series_by_time() -> None:
    request = columns(("a", "p", 120, 2), ("a", "p", 60, 1), ("a", "q", 60, 9), ("a", "p", 180, 3))
    found = released(Stream(StreamOptions()), request)
    assert [entry for entry in found if entry[0] == "p"] == [("p", 60, 1), ("p", 120, 2), ("p", 180, 3)]
    assert ("q", 60, 9) in found


def test_stream_puts_many_devices_into_one_tick() -> None:
    request = columns(*[(f"d{number}", "p", number / 100, 1.0) for number in range(500)])
    assert len(Stream(StreamOptions()).admit(request, received_at_s=NOON_S).batches) == 1


@pytest.mark.parametrize(
    ("at_s", "value", "reason"),
    [
        (0.0, float("nan"), "value is not a finite number"),
        (0.0, float("inf"), "value is not a finite number"),
        (float("nan"), 1.0, "at is not a time"),
        (-NOON_S, 1.0, "the gateway's clock is not set"),
        (365 * 86_400.0, 1.0, "later than 2026-06-01T12:15:00Z"),
    ],
    ids=["nan", "inf", "no-time", "1970", "next-year"],
)
def test_stream_refuses_with_index_and_reason(at_s: float, value: float, reason: str) -> None:
    request = columns(("a", "p", 0, 1), ("a", "p", at_s, value), ("a", "q", 0, 1))
    admission = Stream(StreamOptions()).admit(request, received_at_s=NOON_S)
    assert [refused.index for refused in admission.rejected] == [1]
    assert reason in admission.rejected[0].reason
    assert admission.accepted == 2


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\x00b", "a\nb"], ids=["empty", "blank", "long", "nul", "line"])
def test_stream_refuses_names_that_name_nothing(name: str) -> None:
    admission = Stream(StreamOptions()).admit(columns((name, "p", 0, 1)), received_at_s=NOON_S)
    assert admission.accepted == 0
    assert "device_id" in admission.rejected[0].reason


def test_stream_takes_chinese_names() -> None:
    assert Stream(StreamOptions()).admit(columns(("空调一号", "吸气压力", 0, 1)), received_at_s=NOON_S).accepted == 1


def test_stream_bounds_the_number_of_series_and_keeps_the_others() -> None:
    stream = Stream(StreamOptions(max_series=2))
    admission = stream.admit(columns(("a", "p", 0, 1), ("a", "q", 0, 1), ("a", "r", 0, 1)), received_at_s=NOON_S)
    assert admission.accepted == 2
    assert admission.rejected[0].index == 2
    assert "2 series are followed already" in admission.rejected[0].reason


def test_stream_drops_duplicates_within_and_across_requests() -> None:
    stream = Stream(StreamOptions())
    first = stream.admit(columns(("a", "p", 0, 1), ("a", "p", 0, 1), ("a", "p", 60, 2)), received_at_s=NOON_S)
    again = stream.admit(columns(("a", "p", 0, 1), ("a", "p", 60, 2), ("a", "p", 120, 3)), received_at_s=NOON_S)
    assert (first.accepted, first.duplicates) == (2, 1)
    assert (again.accepted, again.duplicates, again.late) == (1, 2, ())


def test_stream_gives_late_readings_back() -> None:
    stream = Stream(StreamOptions())
    stream.admit(columns(("a", "p", 0, 1), ("a", "p", 600, 2)), received_at_s=NOON_S)
    admission = stream.admit(columns(("a", "p", 700, 3), ("a", "p", 300, 9)), received_at_s=NOON_S)
    assert admission.accepted == 1
    assert admission.late == (1,)


def test_stream_waits_for_late_readings_where_asked() -> None:
    stream = Stream(StreamOptions(allowed_lateness_s=300))
    found = released(stream, columns(("a", "p", 0, 1), ("a", "p", 400, 3)), columns(("a", "p", 200, 2)))
    assert found == [("p", 0, 1)]
    assert stream.flush(now_s=NOON_S + 1e5 + 299) == ()
    rest = stream.flush(now_s=NOON_S + 1e5 + 300)
    assert [batch.values.tolist() for batch in rest] == [[2.0], [3.0]]


@pytest.mark.parametrize(
    ("first", "second", "value"),
    [("°C", "°F", 100.0), ("℃", "degC", 212.0), ("kPa", "bar", 21200.0), ("", "°C", 212.0), ("°C", "", 212.0)],
)
def test_stream_keeps_a_series_in_its_first_unit(first: str, second: str, value: float) -> None:
    stream = Stream(StreamOptions())
    found = released(stream, columns(("a", "t", 0, 1), ("a", "t", 60, 212), units=[first, second]))
    assert found[1][2] == pytest.approx(value)


def test_stream_converts_each_reading_of_a_mixed_request() -> None:
    sent = ["", "°C", "°F", "kPa", "℃", "°F", "", "bar"]
    readings = [
        ("a", "pt"[step in (1, 2, 4, 5, 6)], 60.0 * step, 212.0 if step in (2, 5) else 100.0) for step in range(8)
    ]
    stream = Stream(StreamOptions())
    admission = stream.admit(columns(*readings, units=sent), received_at_s=NOON_S)
    found = [(stream.table.metrics[batch.series[0]], float(batch.values[0])) for batch in admission.batches]
    assert [value for metric, value in found if metric == "t"] == pytest.approx([100.0] * 5)
    assert [value for metric, value in found if metric == "p"] == pytest.approx([100.0, 100.0, 10_000.0])
    assert admission.rejected == ()
    assert sorted(stream.table.units) == sorted(["kPa", "°C"])


def test_stream_knows_its_units_again_after_a_restore() -> None:
    stream, restored = Stream(StreamOptions()), Stream(StreamOptions())
    released(stream, columns(("a", "t", 0, 20), units=["°C"]))
    restored.table.restore(stream.table.state(), stream.table.names())
    restored.restore(stream.state())
    assert released(restored, columns(("a", "t", 60, 212), units=["°F"])) == [("t", 60, pytest.approx(100.0))]


def test_stream_refuses_a_unit_of_another_kind() -> None:
    request = columns(("a", "t", 0, 20), ("a", "t", 60, 300), units=["°C", "kPa"])
    admission = Stream(StreamOptions()).admit(request, received_at_s=NOON_S)
    assert admission.accepted == 1
    assert admission.rejected[0].reason == "unit 'kPa' cannot be brought to this series' unit '°C'"


def test_stream_learns_the_cadence_and_forgives_one_gap() -> None:
    stream = Stream(StreamOptions())
    times = [60.0 * step for step in range(30)] + [1800.0 + 7200.0]
    stream.admit(columns(*[("a", "p", at_s, 1.0) for at_s in times]), received_at_s=NOON_S + 1e5)
    assert stream.cadence_s()[0] == pytest.approx(60.0, rel=0.1)


def test_columns_must_be_aligned() -> None:
    with pytest.raises(PredictiveError, match="columns differ in length"):
        Columns(["a"], ["p"], np.zeros(2), np.zeros(2))


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(24)), st.integers(min_value=1, max_value=23), st.lists(st.integers(0, 23), max_size=8))
def test_stream_undoes_shuffling_and_repetition_within_its_lateness(
    order: list[int], cut: int, repeats: list[int]
) -> None:
    readings = [("a", "pq"[step % 2], 60.0 * step, float(step)) for step in range(24)]
    clean = Stream(StreamOptions(allowed_lateness_s=3600))
    released(clean, columns(*readings))
    expected = [batch.values.tolist() for batch in clean.flush(now_s=NOON_S + 1e6)]
    shuffled = Stream(StreamOptions(allowed_lateness_s=3600))
    sent = [readings[step] for step in [*order, *repeats]]
    released(shuffled, columns(*sent[:cut]), columns(*sent[cut:]))
    assert [batch.values.tolist() for batch in shuffled.flush(now_s=NOON_S + 1e6)] == expected
