"""Measure the predictive package on public series of real failures.

    python -m training.eval_predictive --data ../shared/data/predictive [--parts nab,machine,skab,calm,speed]

A folder of evaluation data goes in; tables and, with --json, one JSON object a part come out. One configuration for all
files, none of it fitted per file; the defaults were chosen while looking at these very files. Knows nothing of the
product's internals beyond its public names.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from predictive import (
    Columns,
    Detection,
    Measurement,
    MetricTable,
    Monitor,
    build_detector,
    detect_table,
    read_table,
)
from predictive.records import Batch, Floats
from training.score_anomalies import Costs, Flags, Window, nab_raw, nab_score, probation_rows

MACHINE = "realKnownCause/machine_temperature_system_failure.csv"
CALM_SERIES = ("artificialNoAnomaly/art_daily_no_noise.csv", "artificialNoAnomaly/art_flatline.csv")
SKAB_TRAIN_ROWS = 400  # SKAB's own protocol: a run's first 400 rows are for training
USEFUL_LEAD_H = 14 * 24.0  # a ticket farther ahead than two weeks is not about that failure


@dataclass(frozen=True, slots=True)
class NabFile:
    """One series with its windows."""

    name: str
    table: MetricTable
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class NabResult:
    """One series: windows with an onset, onsets outside any window after the probation, raw score."""

    name: str
    windows: int
    hit: int
    false_onsets: int
    raw: float


@dataclass(frozen=True, slots=True)
class Rates:
    """Share of normal rows flagged, share of anomalous rows not flagged, F1 of the anomalous rows."""

    false_alarm: float
    missed_alarm: float
    f1: float


def nab_files(folder: Path) -> Iterator[NabFile]:
    """Yield every NAB series that is there, with its labelled windows as row ranges."""
    labelled = json.loads((folder / "nab/labels/combined_windows.json").read_text())
    root = folder / "nab/data"
    for path in sorted([*root.rglob("*.csv.gz"), *root.rglob("*.csv")]):
        name = str(path.relative_to(root)).removesuffix(".gz")
        table = read_table(path.read_bytes(), name=name)
        windows = tuple(_window(table, *bounds) for bounds in labelled[name])
        yield NabFile(name, table, windows)


def score_nab(found: Mapping[str, tuple[NabFile, Detection]]) -> list[NabResult]:
    """Score each file by its onsets."""
    results = []
    for name, (file, detection) in found.items():
        flags = detection.onset > 0
        start = probation_rows(len(flags))
        rows = [row for row in np.flatnonzero(flags).tolist() if row >= start]
        inside = [any(window.first <= row <= window.last for row in rows) for window in file.windows]
        outside = sum(not any(window.first <= row <= window.last for window in file.windows) for row in rows)
        raw = nab_raw(flags, file.windows, costs=Costs())
        results.append(NabResult(name, len(file.windows), sum(inside), outside, raw))
    return results


def sweep_nab(found: Mapping[str, tuple[NabFile, Detection]]) -> tuple[float, float]:
    """Return the best score over one threshold on `score` for all files (optimised on the same data), and it."""
    windows = sum(len(file.windows) for file, _ in found.values())
    best = (-np.inf, 0.0)
    for threshold in (0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995):
        raw = sum(
            nab_raw(detection.score >= threshold, file.windows, costs=Costs()) for file, detection in found.values()
        )
        best = max(best, (nab_score(raw, windows, costs=Costs()), threshold))
    return best


def measure_nab(folder: Path, console: Console) -> dict[str, object]:
    """Run `detect` over every NAB file."""
    files = list(nab_files(folder))
    found = {file.name: (file, detect_table(file.table)) for file in track(files, "NAB", console=console)}
    results = score_nab(found)
    total = sum(result.windows for result in results)
    standard = nab_score(sum(result.raw for result in results), total, costs=Costs())
    best, threshold = sweep_nab(found)
    table = Table("file", "windows", "hit", "false onsets", "raw", title="NAB, one configuration for all files")
    for result in results:
        table.add_row(result.name, str(result.windows), str(result.hit), str(result.false_onsets), f"{result.raw:.2f}")
    console.print(table)
    summary: dict[str, object] = {
        "files": len(results),
        "windows": total,
        "windows_hit": sum(result.hit for result in results),
        "false_onsets": sum(result.false_onsets for result in results),
        "nab_standard_by_onset": round(standard, 1),
        "nab_standard_by_score_at_its_best_threshold": round(best, 1),
        "optimised_threshold": threshold,
    }
    return summary


def measure_machine(folder: Path, console: Console) -> dict[str, object]:
    """Replay the machine temperature through the Monitor: hours from each ticket to each labelled failure."""
    labelled = json.loads((folder / "nab/labels/combined_labels.json").read_text()).get(MACHINE)
    path = folder / "nab/data" / f"{MACHINE}.gz"
    if labelled is None or not path.is_file():
        return {"skipped": f"{MACHINE} is not in this folder"}
    table = read_table(path.read_bytes(), name=MACHINE)
    windows = json.loads((folder / "nab/labels/combined_windows.json").read_text())[MACHINE]
    opened = sorted(_tickets(table))
    failures = [_seconds(at) for at in labelled]
    shown = Table("ticket", *[f"h before {at}" for at in labelled], "in a window", title="machine temperature")
    in_window = []
    for at_s in opened:
        in_window.append(any(_seconds(first) <= at_s <= _seconds(last) for first, last in windows))
        hours = [f"{(failure - at_s) / 3600.0:+.1f}" for failure in failures]
        shown.add_row(datetime.fromtimestamp(at_s, UTC).isoformat(), *hours, "yes" if in_window[-1] else "no")
    console.print(shown)
    leads = [_lead_h(failure, opened) for failure in failures]
    return {
        "tickets": len(opened),
        "outside_windows": in_window.count(False),
        "failures": labelled,
        "lead_h_of_nearest_ticket_before": leads,
    }


def measure_skab(folder: Path, console: Console) -> dict[str, object]:
    """Run `detect` over the pump runs; rates over all rows after each run's first 400."""
    flagged, truth = [], []
    paths = [path for path in sorted((folder / "skab").rglob("*.csv.gz")) if "anomaly-free" not in path.parts]
    for path in track(paths, "SKAB", console=console):
        table = read_table(path.read_bytes(), name=path.name)
        flagged.append(detect_table(table).alert[SKAB_TRAIN_ROWS:] > 0)
        column = table.header.index("anomaly")
        truth.append(np.array([float(row[column]) > 0 for row in table.rows])[SKAB_TRAIN_ROWS:])
    labels = np.concatenate(truth)
    rates = {"ours": rates_of(np.concatenate(flagged), labels), "all rows anomalous": rates_of(labels | True, labels)}
    shown = Table("detector", "false alarms", "missed", "F1", title=f"SKAB, {len(paths)} runs")
    for name, rate in rates.items():
        shown.add_row(name, f"{rate.false_alarm:.3f}", f"{rate.missed_alarm:.3f}", f"{rate.f1:.3f}")
    console.print(shown)
    return {"runs": len(paths), **{name: asdict(rate) for name, rate in rates.items()}}


def measure_calm(folder: Path, console: Console) -> dict[str, object]:
    """Count tickets on series without anomalies, by `detect` and by the Monitor: both must be 0."""
    paths = [folder / "nab/data" / f"{name}.gz" for name in CALM_SERIES]
    paths += sorted((folder / "skab/anomaly-free").glob("*.csv.gz"))
    shown = Table("series", "onsets", "tickets", title="without anomalies")
    tickets = 0
    for path in [path for path in paths if path.is_file()]:
        table = read_table(path.read_bytes(), name=path.name)
        onsets, opened = int(detect_table(table).onset.sum()), len(_tickets(table))
        tickets += max(onsets, opened)
        shown.add_row(path.name, str(onsets), str(opened))
    console.print(shown)
    return {"tickets": tickets}


def measure_speed(folder: Path, console: Console) -> dict[str, object]:
    """Compare robust z over 10,000 devices x 8 metrics with the same arithmetic in a Python loop, in one run."""
    del folder  # made here
    series, rounds = 80_000, 10
    values = np.random.default_rng(0).normal(100.0, 5.0, (rounds, series))
    rows = np.arange(series)
    detector = build_detector("robust_z")
    vector_s = _timed(lambda: _feed(detector.score, detector.learn, rows, values))
    loop_s = _timed(lambda: _loop(values[:, : series // 20])) * 20
    monitor = Monitor()
    devices = [f"d{row // 8}" for row in range(series)]
    metrics = [f"m{row % 8}" for row in range(series)]
    monitor_s = _timed(lambda: _observe(monitor, devices, metrics, values))
    with_units_s = _timed(lambda: _observe(Monitor(), devices, metrics, values, units=["°C"] * series))
    total = series * rounds
    shown = Table("path", "values per second", title="10,000 devices x 8 metrics, one process")
    shown.add_row("robust_z, vectorised", f"{total / vector_s:,.0f}")
    shown.add_row("robust_z, Python loop (1/20 of the series, scaled)", f"{total / loop_s:,.0f}")
    shown.add_row("Monitor, all detectors, columns in to alerts out", f"{total / monitor_s:,.0f}")
    shown.add_row("the same, each reading with its unit", f"{total / with_units_s:,.0f}")
    console.print(shown)
    return {
        "vectorised_to_loop_ratio": round(loop_s / vector_s, 1),
        "detector_values_per_s": round(total / vector_s),
        "monitor_values_per_s": round(total / monitor_s),
        "monitor_with_units_values_per_s": round(total / with_units_s),
    }


def rates_of(flagged: Flags, truth: Flags) -> Rates:
    """Return the rates of flags against truth."""
    hit, false = int((flagged & truth).sum()), int((flagged & ~truth).sum())
    missed = int((~flagged & truth).sum())
    return Rates(
        false / max(1, int((~truth).sum())),
        missed / max(1, int(truth.sum())),
        2 * hit / max(1, 2 * hit + false + missed),
    )


def _tickets(table: MetricTable) -> set[float]:
    """Return when alerts opened as the table's rows went through the Monitor, day by day."""
    monitor = Monitor()
    opened: dict[str, float] = {}
    day = np.floor(table.at_s / 86_400.0)
    for number in np.unique(day):
        rows = np.flatnonzero(day == number)
        readings = [
            Measurement(
                "machine", metric, datetime.fromtimestamp(table.at_s[row], UTC), float(table.values[row, column])
            )
            for row in rows.tolist()
            for column, metric in enumerate(table.metrics)
            if np.isfinite(table.values[row, column])
        ]
        received_at = datetime.fromtimestamp(table.at_s[rows].max(), UTC)
        for alert in monitor.observe(readings, received_at=received_at).alerts:
            opened.setdefault(alert.key, alert.opened_at.timestamp())
    return set(opened.values())


def _lead_h(failure_s: float, opened: Sequence[float]) -> float | None:
    before = [(failure_s - at_s) / 3600.0 for at_s in opened if 0 <= failure_s - at_s <= USEFUL_LEAD_H * 3600.0]
    return round(min(before), 1) if before else None


def _window(table: MetricTable, first: str, last: str) -> Window:
    return Window(
        int(np.searchsorted(table.at_s, _seconds(first))),
        int(np.searchsorted(table.at_s, _seconds(last), side="right")) - 1,
    )


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def _timed(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _feed(
    score: Callable[[Batch], object], learn: Callable[[Batch], None], rows: np.typing.NDArray[np.int64], values: Floats
) -> None:
    for number, row in enumerate(values):
        batch = Batch(rows, np.full(len(rows), 1.8e9 + 60.0 * number), row)
        score(batch)
        learn(batch)


def _observe(
    monitor: Monitor, devices: Sequence[str], metrics: Sequence[str], values: Floats, *, units: Sequence[str] = ()
) -> None:
    for number, row in enumerate(values):
        at_s = np.full(len(row), 1.8e9 + 60.0 * number)
        received_at = datetime.fromtimestamp(float(at_s[0]), UTC)
        monitor.observe_columns(Columns(devices, metrics, at_s, row, units), received_at=received_at)


def _loop(values: Floats) -> None:
    """Do robust z's arithmetic one reading at a time, as everybody would write it first."""
    state = [[0.0, 0.0, 0.0, 2.5] for _ in range(values.shape[1])]
    for row in values.tolist():
        for cell, value in zip(state, row, strict=True):
            mean, deviation, count, tail = cell
            scale = max(1.2533 * deviation, 1e-3 * abs(mean) + 1e-9)
            z = (value - mean) / scale
            ratio = min(abs(z) / max(6.0, 1.5 * tail), 1e6)
            _ = ratio * ratio / (1.0 + ratio * ratio) if count >= 96 else 0.0
            share = max(1.0 / (count + 1.0), 0.0023)
            bound = 3.0 * scale if count >= 8 else float("inf")
            residual = 0.0 if count == 0 else max(-bound, min(bound, value - mean))
            cell[0] = value if count == 0 else mean + share * residual
            cell[1] = deviation + share * (abs(residual) - deviation)
            cell[2] = count + 1.0
            cell[3] = max(1.0, tail * (1.05 if abs(z) > tail else 0.9995))


PARTS: dict[str, Callable[[Path, Console], dict[str, object]]] = {
    "nab": measure_nab,
    "machine": measure_machine,
    "skab": measure_skab,
    "calm": measure_calm,
    "speed": measure_speed,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the named parts."""
    parser = argparse.ArgumentParser(description="Measure the predictive package.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data/predictive"))
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--json", action="store_true", help="print one JSON object a part on stdout, tables on stderr")
    chosen = parser.parse_args(arguments)
    console = Console(stderr=chosen.json)
    for part in chosen.parts.split(","):
        result = PARTS[part](chosen.data, console)
        console.print({part: result})
        if chosen.json:
            Console(soft_wrap=True).print_json(json.dumps({part: result}))


if __name__ == "__main__":
    main()
