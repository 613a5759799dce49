"""A csv of metrics in, the same rows with score, alert and onset out.

`timestamp,value` or wide `timestamp,<metric>...`, separated by comma, semicolon or tab, plain or gzipped. Every number
is computed from the rows up to its own only, with one configuration for all tables of one metric and one for wide ones.
Does not know devices or units, and never reads a column that holds labels.

    onset   1 at an episode's first row, and not where an episode returns within the cool-down
    alert   1 while an episode is open
    score   0.5 or more at onsets only, the stronger the higher. Below 0.5 elsewhere: how strange a row is where nothing
            is open; while an episode is open or cooling down, less of that the longer ago its onset was

So a limit of 0.5 on `score` gives the onsets and a higher one the stronger of them: each episode is told once. To know
which rows are strange, take `alert`.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from predictive.detector import ANOMALOUS, Ensemble, build_ensemble, default_detectors
from predictive.evidence import Evidence, EvidenceOptions, firing_series
from predictive.records import Batch, Floats, Ints, TableError

MOST_BYTES = 512 * 1024 * 1024  # unpacked
MOST_COLUMNS = 1024
GZIP_MAGIC = b"\x1f\x8b"
TIME_NAMES = ("timestamp", "datetime", "time", "at", "date", "时间", "时间戳")
LABEL_NAMES = frozenset({"anomaly", "changepoint", "label", "is_anomaly", "score", "alert", "onset"})
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "-"})
BELOW_ANOMALOUS = ANOMALOUS - 0.01
FARTHEST = 1e100  # nothing that is measured is larger, and a picture of it has no axis
MILLISECONDS_FROM = 1e11  # as seconds this is the year 5138


@dataclass(frozen=True, slots=True)
class MetricTable:
    """A csv as it was, and the numbers in it."""

    name: str
    delimiter: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    metrics: tuple[str, ...]
    at_s: Floats  # (n,)
    values: Floats  # (n, len(metrics)), nan where missing


# A table of one metric is looked at, not acted on: one reading is enough. Nor does it send a technician: a lower limit
# than a monitor's, chosen on the public half of NAB.
SINGLE_EVIDENCE = EvidenceOptions(window=1.0, fire_at=0.5, calm_at=0.5)
SINGLE_DETECTORS: Mapping[str, Mapping[str, object]] = {"likelihood": {"limit": 13.0}}
SINGLE_COOL_DOWN_ROWS = 100


@dataclass(frozen=True, slots=True)
class TableOptions:
    """How a table is judged; the defaults are a monitor's, as a table of many metrics of one device needs."""

    evidence: EvidenceOptions = field(default_factory=EvidenceOptions)
    detectors: Mapping[str, Mapping[str, object]] = field(default_factory=default_detectors)
    cool_down_rows: int = 50  # an episode that returns within them is the same one


def options_for(table: MetricTable) -> TableOptions:
    """Return the configuration of tables of one metric, or that of wide ones: eight metrics err eight times."""
    single = TableOptions(SINGLE_EVIDENCE, SINGLE_DETECTORS, SINGLE_COOL_DOWN_ROWS)
    return single if len(table.metrics) == 1 else TableOptions()


@dataclass(frozen=True, slots=True)
class Detection:
    """What was found, aligned with the table's rows."""

    score: Floats  # (n,) in [0, 1]; from ANOMALOUS on at onsets only
    alert: Ints  # (n,) 1 while an episode is open
    onset: Ints  # (n,) 1 at an episode's first row; not where one returns within the cool-down


def read_table(content: bytes, *, name: str) -> MetricTable:
    """Read a csv of metrics.

    Raises:
        TableError: not a table of numbers over time; says which row and column.
    """
    text = _text(content, name)
    first_line = text[: text.find("\n") if "\n" in text else len(text)]
    delimiter = max(",;\t", key=first_line.count)
    try:
        rows = [tuple(row) for row in csv.reader(io.StringIO(text), delimiter=delimiter) if row]
    except csv.Error as error:
        raise TableError(f"{name}: not a csv: {error}", zh=f"{name}：不是 csv：{error}") from error
    if len(rows) < 2:
        raise TableError(
            f"{name}: has no rows below its header; give timestamp,value lines",
            zh=f"{name}：表头下面没有数据行；请给出 timestamp,value 形式的行",
        )
    header = tuple(title.strip() for title in rows[0])
    if not 2 <= len(header) <= MOST_COLUMNS:
        raise TableError(
            f"{name}: has {len(header)} columns; give a time and 1 to {MOST_COLUMNS - 1} metrics",
            zh=f"{name}：有 {len(header)} 列；请给出时间列和 1 到 {MOST_COLUMNS - 1} 个指标列",
        )
    _check_shape(rows, len(header), name)
    time_column = _time_column(header)
    taken = [index for index, title in enumerate(header) if index != time_column and title.lower() not in LABEL_NAMES]
    if not taken:
        raise TableError(
            f"{name}: no column of {', '.join(header)} is a metric", zh=f"{name}：{'、'.join(header)} 中没有指标列"
        )
    at_s = np.array([_at(row[time_column], number, name) for number, row in enumerate(rows[1:], start=2)])
    columns = [_numbers(rows, index, header[index], name) for index in taken]
    return MetricTable(
        name, delimiter, header, tuple(rows[1:]), tuple(header[index] for index in taken), at_s, np.stack(columns, 1)
    )


def detect_table(table: MetricTable, *, options: TableOptions | None = None) -> Detection:
    """Judge every row before learning it, in order of time.

    >>> lines = ["timestamp,value"] + [f"2026-01-{1 + i // 24:02} {i % 24:02}:00:00,{i % 7}" for i in range(200)]
    >>> detection = detect_table(read_table("\\n".join(lines).encode(), name="calm.csv"))
    >>> int(detection.onset.sum())
    0
    """
    chosen = options_for(table) if options is None else options
    ensemble = build_ensemble(chosen.detectors)
    for column, metric in enumerate(table.metrics):
        ensemble.introduce(column, metric=metric, unit="", device=0)
    order = np.argsort(table.at_s, kind="stable")
    at_s, values = table.at_s[order], table.values[order]
    found = judge_at_once(at_s, values, ensemble, chosen.evidence)
    score, alert = found or judge_by_tick(at_s, values, ensemble, chosen.evidence)
    onset = _onsets(alert, chosen.cool_down_rows)
    in_time = Detection(_shaped(score, alert, onset, chosen.cool_down_rows), alert, onset)
    back = np.argsort(order, kind="stable")
    return Detection(in_time.score[back], in_time.alert[back], in_time.onset[back])


def judge_by_tick(at_s: Floats, values: Floats, ensemble: Ensemble, options: EvidenceOptions) -> tuple[Floats, Ints]:
    """Return each row's highest score, and whether anything is firing after it; rows in order of time."""
    evidence = Evidence(options)
    score, alert = np.zeros(len(at_s)), np.zeros(len(at_s), dtype=np.int64)
    every = np.arange(values.shape[1])
    for row, present_in in enumerate(np.isfinite(values)):
        present = every[present_in]
        if len(present) > 0:
            batch = Batch(present, np.full(len(present), at_s[row]), values[row, present])
            verdict = ensemble.judge(batch)
            ensemble.learn(batch)
            evidence.learn(batch, verdict)
            score[row] = verdict.score.max()
        alert[row] = int((evidence["firing"] > 0).any())
    return score, alert


def judge_at_once(
    at_s: Floats, values: Floats, ensemble: Ensemble, options: EvidenceOptions
) -> tuple[Floats, Ints] | None:
    """Return the same of a table of one metric, a hundred times faster; None where that cannot be."""
    present = np.isfinite(values[:, 0])
    judged = ensemble.judge_series(at_s[present], values[present, 0]) if values.shape[1] == 1 else None
    if judged is None:
        return None
    score, alert = np.zeros(len(at_s)), np.zeros(len(at_s), dtype=np.int64)
    score[present] = judged
    alert[present] = firing_series(judged, options)
    latest = np.maximum.accumulate(np.where(present, np.arange(len(at_s)), -1))  # a gap leaves it as it was
    return score, np.where(latest >= 0, alert[latest], 0)


def _onsets(alert: Ints, cool_down_rows: int) -> Ints:
    """Mark the first row of each run of alert that does not follow another within the cool-down."""
    starts = np.flatnonzero(np.diff(alert, prepend=0) > 0)
    ends = np.flatnonzero(np.diff(alert, append=0) < 0)
    apart = np.diff(starts, prepend=-np.inf) > 0
    apart[1:] = starts[1:] - ends[:-1] > cool_down_rows
    onset = np.zeros(len(alert), dtype=np.int64)
    onset[starts[apart]] = 1
    return onset


def _shaped(score: Floats, alert: Ints, onset: Ints, cool_down_rows: int) -> Floats:
    """Keep the score at onsets, hold it below ANOMALOUS elsewhere, and let it sink from each onset on."""
    rows = np.arange(len(score))
    since_onset = rows - np.maximum.accumulate(np.where(onset > 0, rows, -1))
    latest_alert = np.maximum.accumulate(np.where(alert > 0, rows, -1))
    told = (latest_alert >= 0) & (rows - latest_alert <= cool_down_rows)
    held = np.minimum(score, BELOW_ANOMALOUS) * np.where(told, 0.5 ** (since_onset / cool_down_rows), 1.0)
    return np.where(onset > 0, np.maximum(score, ANOMALOUS), held)


def write_table(table: MetricTable, detection: Detection) -> str:
    """Return the table's own rows with three more columns, in its own delimiter."""
    written = io.StringIO()
    lines = csv.writer(written, delimiter=table.delimiter, lineterminator="\n")
    lines.writerow((*table.header, "score", "alert", "onset"))
    found = zip(table.rows, detection.score, detection.alert, detection.onset, strict=True)
    lines.writerows((*row, f"{score:.6f}", int(alert), int(onset)) for row, score, alert, onset in found)
    return written.getvalue()


def _text(content: bytes, name: str) -> str:
    if content.startswith(GZIP_MAGIC):
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
                content = packed.read(MOST_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise TableError(
                f"{name}: its gzip is damaged ({error}); send it again",
                zh=f"{name}：gzip 已损坏（{error}）；请重新发送",
            ) from error
    if len(content) > MOST_BYTES:
        raise TableError(
            f"{name}: is larger than {MOST_BYTES >> 20} MiB unpacked; split it by time",
            zh=f"{name}：解压后超过 {MOST_BYTES >> 20} MiB；请按时间拆分",
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableError(
            f"{name}: byte {error.start} is not UTF-8; save it as UTF-8 csv",
            zh=f"{name}：第 {error.start} 字节不是 UTF-8；请另存为 UTF-8 编码的 csv",
        ) from error


def _check_shape(rows: list[tuple[str, ...]], width: int, name: str) -> None:
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != width:
            raise TableError(
                f"{name}: row {number} has {len(row)} columns, the header has {width}",
                zh=f"{name}：第 {number} 行有 {len(row)} 列，表头有 {width} 列",
            )


def _time_column(header: tuple[str, ...]) -> int:
    lowered = [title.lower() for title in header]
    return next((lowered.index(title) for title in TIME_NAMES if title in lowered), 0)


def _at(text: str, number: int, name: str) -> float:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return _epoch(text, number, name)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _epoch(text: str, number: int, name: str) -> float:
    try:
        seconds = float(text)
    except ValueError as error:
        raise _not_a_time(text, number, name) from error
    if not np.isfinite(seconds):
        raise _not_a_time(text, number, name)
    return seconds / 1000.0 if abs(seconds) >= MILLISECONDS_FROM else seconds


def _not_a_time(text: str, number: int, name: str) -> TableError:
    quoted = repr(text[:40])
    return TableError(
        f"{name}: row {number}: {quoted} is not a time; give 2026-01-31 13:05:00",
        zh=f"{name}：第 {number} 行：{quoted} 不是时间；请写成 2026-01-31 13:05:00",
    )


def _numbers(rows: Iterable[tuple[str, ...]], column: int, title: str, name: str) -> Floats:
    return np.array(
        [_number(row[column], number, title, name) for number, row in enumerate(rows, start=1) if number > 1],
        dtype=np.float64,
    )


def _number(text: str, number: int, title: str, name: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        if text.strip().lower() in MISSING:
            return float("nan")
        raise TableError(
            f"{name}: row {number}, column {title!r}: {text[:40]!r} is not a number",
            zh=f"{name}：第 {number} 行“{title}”列：{text[:40]!r} 不是数字",
        ) from error
    return value if abs(value) < FARTHEST else float("nan")
