"""A csv in, the same rows with score, alert and onset out."""

from __future__ import annotations

import csv
import gzip
import io

import numpy as np
import pytest

from predictive import PredictiveError, TableError, detect_table, read_table, write_table


def wide_csv(rows: int = 1200, *, fault_from: int = 1000, delimiter: str = ",") -> str:
    noise = np.random.default_rng(2).normal(0, 1, (rows, 2))
    lines = [delimiter.join(["timestamp", "temperature", "流量"])]
    for row in range(rows):
        at = np.datetime64("2026-01-01T00:00:00") + np.timedelta64(300 * row, "s")
        shift = 30.0 if row >= fault_from else 0.0
        lines.append(
            delimiter.join([str(at).replace("T", " "), f"{20 + noise[row, 0] + shift:.3f}", f"{noise[row, 1]:.3f}"])
        )
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_detect_finds_the_fault_in_any_csv(delimiter: str, packed: bool) -> None:
    content = wide_csv(delimiter=delimiter).encode()
    table = read_table(gzip.compress(content) if packed else content, name="pump.csv")
    assert table.metrics == ("temperature", "流量")
    detection = detect_table(table)
    assert np.flatnonzero(detection.onset).tolist() == [row for row in np.flatnonzero(detection.onset) if row >= 1000]
    assert 1000 <= int(np.flatnonzero(detection.onset)[0]) < 1010
    assert detection.alert[:1000].sum() == 0
    assert detection.score.min() >= 0
    assert detection.score.max() <= 1


def test_detect_is_causal() -> None:
    whole = detect_table(read_table(wide_csv().encode(), name="whole"))
    lines = wide_csv().splitlines()
    part = detect_table(read_table("\n".join(lines[:1051]).encode(), name="part"))
    assert np.array_equal(whole.score[:1050], part.score)
    assert np.array_equal(whole.alert[:1050], part.alert)


def test_write_keeps_the_rows_as_they_were() -> None:
    text = wide_csv(rows=200, delimiter=";")
    table = read_table(text.encode(), name="t")
    rows = list(csv.reader(io.StringIO(write_table(table, detect_table(table))), delimiter=";"))
    assert rows[0] == ["timestamp", "temperature", "流量", "score", "alert", "onset"]
    assert [row[:3] for row in rows] == [line.split(";") for line in text.splitlines()]


def test_columns_of_labels_are_not_read_as_metrics() -> None:
    content = b"datetime;p;anomaly;changepoint\n2020-03-09 10:14:33;1.0;0.0;0.0\n"
    assert read_table(content, name="t").metrics == ("p",)


def test_gaps_are_no_numbers() -> None:
    table = read_table(b"timestamp,a,b\n1700000000,1,\n1700000060,NA,2\n", name="t")
    assert np.isnan(table.values).tolist() == [[False, True], [True, False]]
    assert detect_table(table).score.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("stamp", ["1700000000", "1700000000000", "2023-11-14T22:13:20Z", "2023-11-15 06:13:20+08:00"])
def test_times_are_read_in_the_usual_ways(stamp: str) -> None:
    assert read_table(f"timestamp,v\n{stamp},1\n".encode(), name="t").at_s.tolist() == [1_700_000_000.0]


@pytest.mark.parametrize(
    ("content", "message", "zh"),
    [
        (b"", "no rows below its header", "表头下面没有数据行"),
        (b"timestamp,value\n", "no rows below its header", "表头下面没有数据行"),
        (b"value\n1\n", "has 1 columns", "有 1 列"),
        (
            b"timestamp,value\n2026-01-01,1\n2026-01-02,1,2\n",
            "row 3 has 3 columns, the header has 2",
            "第 3 行有 3 列，表头有 2 列",
        ),
        (b"timestamp,value\nsoon,1\n", "row 2: 'soon' is not a time", "第 2 行：'soon' 不是时间"),
        (b"timestamp,value\nnan,1\n", "row 2: 'nan' is not a time", "第 2 行：'nan' 不是时间"),
        (
            b"timestamp,value\n2026-01-01,1\n2026-01-02,warm\n",
            "row 3, column 'value': 'warm' is not a number",
            "第 3 行“value”列：'warm' 不是数字",
        ),
        (
            b"timestamp,anomaly\n2026-01-01,1\n",
            "no column of timestamp, anomaly is a metric",
            "timestamp、anomaly 中没有指标列",
        ),
        (b"timestamp,value\n\xff\xfe,1\n", "byte 16 is not UTF-8", "第 16 字节不是 UTF-8"),
        (gzip.compress(b"timestamp,value\n")[:-9], "its gzip is damaged", "gzip 已损坏"),
    ],
    ids=[
        "empty",
        "header-only",
        "one-column",
        "ragged",
        "no-time",
        "nan-time",
        "word",
        "labels-only",
        "bytes",
        "cut-gzip",
    ],
)
def test_a_bad_csv_is_told_by_row_and_column(content: bytes, message: str, zh: str) -> None:
    with pytest.raises(TableError, match=message) as caught:
        read_table(content, name="bad.csv")
    assert str(caught.value).startswith("bad.csv: ")
    assert caught.value.zh.startswith("bad.csv：")
    assert zh in caught.value.zh
    assert isinstance(caught.value, PredictiveError)


@pytest.mark.parametrize("value", ["inf", "-inf", "1e308", "-1e308", "NaN", ""])
def test_what_nobody_measures_is_missing(value: str) -> None:
    table = read_table(f"timestamp,value\n2026-01-01,1\n2026-01-02,{value}\n".encode(), name="odd.csv")
    assert np.isnan(table.values[:, 0]).tolist() == [False, True]


def single_csv(rows: int = 3000) -> bytes:
    """One metric with two long faults; the second is the stronger."""
    values = 20 + np.random.default_rng(4).normal(0, 1, rows)
    values[1000:1200] += 15.0
    values[2000:2400] += 60.0
    lines = [f"{1_700_000_000 + 300 * row},{value:.3f}" for row, value in enumerate(values)]
    return "\n".join(["timestamp,value", *lines]).encode()


def test_score_crosses_its_limit_at_onsets_only_and_sinks_while_an_episode_lasts() -> None:
    detection = detect_table(read_table(single_csv(), name="two.csv"))
    onsets = np.flatnonzero(detection.onset)
    assert np.array_equal(detection.score >= 0.5, detection.onset > 0)
    assert [1000 <= onset < 1010 or 2000 <= onset < 2010 for onset in onsets] == [True, True]
    episode = detection.score[onsets[0] + 1 : onsets[0] + 150]
    assert detection.alert[onsets[0] : onsets[0] + 150].all()
    assert episode[:10].mean() > 2 * episode[-10:].mean() > 0


def test_a_wide_table_asks_for_more_than_one_odd_reading_of_one_metric() -> None:
    lines = wide_csv(fault_from=10_000).splitlines()
    stamp, _, flow = lines[1001].split(",")
    lines[1001] = f"{stamp},32.0,{flow}"
    table = read_table("\n".join(lines).encode(), name="spike.csv")
    assert detect_table(table).alert.sum() == 0
    narrow = "\n".join(",".join(line.split(",")[:2]) for line in lines)
    assert np.flatnonzero(detect_table(read_table(narrow.encode(), name="spike.csv")).onset).tolist() == [1000]


def test_a_table_tells_nothing_of_its_first_days() -> None:
    """The same step, first when the series is a day and a half old, then when it is a week old."""
    values = 20 + np.random.default_rng(6).normal(0, 1, 2500)
    values[432:450] += 12.0
    values[2016:2034] += 12.0
    lines = [f"{1_700_000_000 + 300 * row},{value:.3f}" for row, value in enumerate(values)]
    detection = detect_table(read_table("\n".join(["timestamp,value", *lines]).encode(), name="young.csv"))
    assert [2016 <= onset < 2034 for onset in np.flatnonzero(detection.onset)] == [True]
