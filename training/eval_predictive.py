"""Measure everything that foresees, on public series of real failures: each figure in one place.

    python -m training.eval_predictive --data ../shared/data/predictive [--parts nab,nab_fixed,skab,calm,bearings,...]

A folder of evaluation data goes in; tables and, with --json, one JSON object a part come out. Disks and remaining life
are measured by the modules that fit them, which take the same folder. One configuration for all files, none of it
fitted per file; the defaults were chosen while looking at the public half of these files. What is not there is skipped
and said. Knows nothing of the product's internals beyond its public names.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from predictive import Detection, Measurement, MetricTable, Monitor, detect_table, read_table
from predictive.detector import build_ensemble
from predictive.records import Batch, Floats
from training.eval_anomalies import measure as measure_fixed
from training.eval_bearings import measure_bearings
from training.eval_quiet import measure as measure_defaults
from training.eval_speed import measure_speed
from training.nab_series import NabFile, nab_files, seconds_of
from training.score_anomalies import Costs, Flags, nab_raw, nab_score, probation_rows

Part = Callable[[Path, Console], dict[str, object]]
MACHINE = "realKnownCause/machine_temperature_system_failure.csv"
CALM_SERIES = ("artificialNoAnomaly/art_daily_no_noise.csv", "artificialNoAnomaly/art_flatline.csv")
SKAB_TRAIN_ROWS = 400  # SKAB's own protocol: a run's first 400 rows are for training
SKAB_FALSE_ALARMS = 0.10
STARTED_SOUND = "forecast"  # the detector that takes a run's start for its reference
USEFUL_LEAD_H = 14 * 24.0  # a ticket farther ahead than two weeks is not about that failure


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


def measure_nab_fixed(folder: Path, console: Console) -> dict[str, object]:
    """Score the detector of tables of one metric with its limit fixed on other files than those scored."""
    return measure_fixed(folder, detector_name="likelihood", cool_down_rows=100, console=console)


def measure_quiet(folder: Path, console: Console) -> dict[str, object]:
    """Count the defaults' tickets on simulated months without faults; the seed is not the one that limits were
    chosen on."""
    del folder  # made here
    return measure_defaults([], devices=60, days=44, seed=1, console=console)


def measure_machine(folder: Path, console: Console) -> dict[str, object]:
    """Replay the machine temperature through the Monitor: hours from each ticket to each labelled failure."""
    labelled = json.loads((folder / "nab/labels/combined_labels.json").read_text()).get(MACHINE)
    path = folder / "nab/data" / f"{MACHINE}.gz"
    if labelled is None or not path.is_file():
        return {"skipped": f"{MACHINE} is not in this folder"}
    table = read_table(path.read_bytes(), name=MACHINE)
    windows = json.loads((folder / "nab/labels/combined_windows.json").read_text())[MACHINE]
    opened = sorted(_tickets(table))
    failures = [seconds_of(at) for at in labelled]
    shown = Table("ticket", *[f"h before {at}" for at in labelled], "in a window", title="machine temperature")
    in_window = []
    for at_s in opened:
        in_window.append(any(seconds_of(first) <= at_s <= seconds_of(last) for first, last in windows))
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
    """Run `detect` over the pump runs; rates over all rows after each run's first 400. Beside it the detector of a
    sound start, with its limit swept on these runs, and fixed for each on the others at the same false alarms."""
    flagged, truth, scores = [], [], []
    for table in track(list(skab_runs(folder)), "SKAB", console=console):
        flagged.append(detect_table(table).alert[SKAB_TRAIN_ROWS:] > 0)
        truth.append(anomalous_rows(table)[SKAB_TRAIN_ROWS:])
        scores.append(scores_of_device(table, STARTED_SOUND)[SKAB_TRAIN_ROWS:])
    labels, every = np.concatenate(truth), np.concatenate(scores)
    calm = [score[~labelled] for score, labelled in zip(scores, truth, strict=True)]
    swept = every >= np.quantile(np.concatenate(calm), 1.0 - SKAB_FALSE_ALARMS)
    fixed = [
        score >= np.quantile(np.concatenate(calm[:number] + calm[number + 1 :]), 1.0 - SKAB_FALSE_ALARMS)
        for number, score in enumerate(scores)
    ]
    rates = {
        "detect": rates_of(np.concatenate(flagged), labels),
        f"{STARTED_SOUND}, limit fixed on other runs": rates_of(np.concatenate(fixed), labels),
        f"{STARTED_SOUND}, limit swept": rates_of(swept, labels),
        "all rows anomalous": rates_of(labels | True, labels),
    }
    shown = Table("detector", "false alarms", "missed", "F1", title=f"SKAB, {len(truth)} runs")
    for name, rate in rates.items():
        shown.add_row(name, f"{rate.false_alarm:.3f}", f"{rate.missed_alarm:.3f}", f"{rate.f1:.3f}")
    console.print(shown)
    return {"runs": len(truth), **{name: asdict(rate) for name, rate in rates.items()}}


def skab_runs(folder: Path) -> Iterator[MetricTable]:
    """Yield the pump's runs with faults."""
    for path in sorted((folder / "skab").rglob("*.csv.gz")):
        if "anomaly-free" not in path.parts:
            yield read_table(path.read_bytes(), name=str(path.relative_to(folder)))


def anomalous_rows(table: MetricTable) -> Flags:
    """Return which rows are labelled so."""
    column = table.header.index("anomaly")
    return np.array([float(row[column]) > 0 for row in table.rows])


def scores_of_device(table: MetricTable, name: str) -> Floats:
    """Return the highest score of a detector at each row, of a table that is one device, judged before learned."""
    detector, count = build_ensemble({name: {}}), len(table.metrics)
    for series, metric in enumerate(table.metrics):
        detector.introduce(series, metric=metric, unit="", device=0)
    found = np.zeros(len(table.at_s))
    for row, (at_s, values) in enumerate(zip(table.at_s.tolist(), table.values, strict=True)):
        batch = Batch(np.arange(count), np.full(count, at_s), values)
        found[row] = detector.judge(batch).score.max()
        detector.learn(batch)
    return found


def measure_calm(folder: Path, console: Console) -> dict[str, object]:
    """Count tickets on series without anomalies and on the warm-up of the others; all must be 0."""
    paths = [folder / "nab/data" / f"{name}.gz" for name in CALM_SERIES]
    paths += sorted((folder / "skab/anomaly-free").glob("*.csv.gz"))
    shown = Table("series", "onsets", "tickets", title="without anomalies")
    tickets = 0
    for path in [path for path in paths if path.is_file()]:
        table = read_table(path.read_bytes(), name=path.name)
        onsets, opened = int(detect_table(table).onset.sum()), len(_tickets(table))
        tickets += max(onsets, opened)
        shown.add_row(path.name, str(onsets), str(opened))
    warm = {
        "NAB, the first 15%": sum(
            _onsets_before(file.table, probation_rows(len(file.table.at_s))) for file in nab_files(folder)
        ),
        f"SKAB, the first {SKAB_TRAIN_ROWS} rows": sum(
            _onsets_before(table, min(SKAB_TRAIN_ROWS, _first_anomaly(table))) for table in skab_runs(folder)
        ),
    }
    for name, onsets in warm.items():
        shown.add_row(name, str(onsets), "")
    console.print(shown)
    return {"tickets": tickets, "onsets_in_warm_up": warm}


def _onsets_before(table: MetricTable, count: int) -> int:
    """Return the onsets of a table's first rows; `detect` is causal, so the rest need not be there."""
    start = replace(table, rows=table.rows[:count], at_s=table.at_s[:count], values=table.values[:count])
    return int(detect_table(start).onset.sum())


def _first_anomaly(table: MetricTable) -> int:
    rows = np.flatnonzero(anomalous_rows(table))
    return int(rows[0]) if len(rows) else len(table.rows)


def measure_alone(module: str, *arguments: str) -> Part:
    """Return a part that another module measures by itself, its JSON lines as they are."""

    def measure(folder: Path, console: Console) -> dict[str, object]:
        command = [sys.executable, "-m", module, "--data", str(folder), "--json", *arguments]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        console.print(f"{module} {' '.join(arguments)}")
        return {"rows": lines}

    return measure


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


PARTS: dict[str, Part] = {
    "nab": measure_nab,
    "nab_fixed": measure_nab_fixed,
    "machine": measure_machine,
    "skab": measure_skab,
    "calm": measure_calm,
    "bearings": measure_bearings,
    "disks": measure_alone("training.fit_failures"),
    "life": measure_alone("training.fit_remaining_life", "--cut-only"),
    "quiet": measure_quiet,
    "speed": measure_speed,
}


NEEDS = {
    "nab": "nab",
    "nab_fixed": "nab",
    "machine": "nab",
    "skab": "skab",
    "calm": "nab",
    "bearings": "bearing",
    "disks": "backblaze",
    "life": "cmapss/train_FD001.txt.gz",
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
        if not (chosen.data / NEEDS.get(part, "")).exists():
            console.print(f"{part}: {chosen.data / NEEDS[part]} is not there")
            continue
        result = PARTS[part](chosen.data, console)
        console.print({part: result})
        if chosen.json:
            Console(soft_wrap=True).print_json(json.dumps({part: result}))


if __name__ == "__main__":
    main()
