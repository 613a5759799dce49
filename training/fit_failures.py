"""Fit the prognosis of failures on real disks and measure its tickets, split by time and by device.

    python -m training.fit_failures --data ../shared/data/predictive [--budgets 1,2,4] [--json]

A folder of evaluation data goes in; one table a split comes out, with the one-line rule `smart_197 > 0` in it. The rule
and the model open tickets under the same terms: one a device in 90 days, useful 72 hours to 90 days ahead, one whose
end nobody saw counts as false. The threshold is solved before the test period, on devices that the trees had not seen.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from predictive.budget import Budget, Realised, realise, ticket_rows
from predictive.prognosis_fit import fit_failures
from predictive.prognosis_history import Fates, History, fates_of, history_of
from predictive.records import Floats

HOUR_S = 3600.0
SPLITS = ("2015-01-01", "2015-07-01")
TEST_SHARE = 0.4  # of the devices, where split by device


@dataclass(frozen=True, slots=True, eq=False)
class Disks:
    """Every change of a SMART value of each disk, and what became of it."""

    history: History
    fates: Fates


def read_disks(folder: Path) -> Disks:
    """Read the disks; the end of a failing disk's last row is its failure."""
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    table = pq.read_table(folder / "backblaze/hds.parquet")

    def column(name: str) -> Floats:
        return np.asarray(table[name].to_numpy(zero_copy_only=False), np.float64)

    serial = table["serial"].to_pylist()
    began_s = table["min_date"].to_numpy(zero_copy_only=False).astype("datetime64[s]").astype(np.float64)
    at_s = began_s + (column("tstart") - column("min_hours")) * HOUR_S
    until_s = began_s + (column("tstop") - column("min_hours")) * HOUR_S
    failed = np.flatnonzero(column("fails") > 0)
    metrics = {name: column(name) for name in table.column_names if name.startswith("smart_")}
    until: dict[str, float] = {}
    for name, end in zip(serial, until_s.tolist(), strict=True):
        until[name] = max(until.get(name, end), end)
    history = history_of(serial, at_s, metrics)
    return Disks(history, fates_of(history, {serial[row]: float(until_s[row]) for row in failed.tolist()}, until=until))


def by_time(disks: Disks, moment_s: float, budget: Budget) -> Realised:
    """Fit on what was known at a moment, then judge the tickets opened later."""
    known = disks.history.at_s < moment_s
    left = np.unique(disks.history.device[known])
    model = fit_failures(disks.history.take(known), disks.fates.cut(moment_s).take(left), budget=budget)
    score = np.where(known, -np.inf, model.score(disks.history))
    return judged(disks, score, model.threshold, budget, since_s=moment_s)


def by_device(disks: Disks, budget: Budget) -> Realised:
    """Fit on some devices, then judge the tickets of the others."""
    is_test = np.random.default_rng(7).random(len(disks.history.device_ids)) < TEST_SHARE
    fitted = disks.history.take(~is_test[disks.history.device])
    model = fit_failures(fitted, disks.fates.take(np.flatnonzero(~is_test)), budget=budget)
    tested = Disks(disks.history.take(is_test[disks.history.device]), disks.fates.take(np.flatnonzero(is_test)))
    return judged(tested, model.score(tested.history), model.threshold, budget)


def judged(disks: Disks, score: Floats, threshold: float, budget: Budget, *, since_s: float = -np.inf) -> Realised:
    """Open tickets and count what became of them."""
    rows = ticket_rows(disks.history, score, threshold, open_s=budget.horizon_s)
    return realise(disks.history, disks.fates, rows, budget=budget, since_s=since_s)


def rule(disks: Disks, *, since_s: float = -np.inf) -> Realised:
    """Judge the line that everybody can write: smart_197 > 0."""
    pending = disks.history.values[:, disks.history.metrics.index("smart_197")]
    score = np.where(disks.history.at_s >= since_s, np.nan_to_num(pending), -np.inf)
    return judged(disks, score, np.nextafter(0.0, 1.0), Budget(), since_s=since_s)


def main() -> None:
    """Print one table; with --json, one line a row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--budgets", default="1,2,4")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    console = Console(stderr=options.json)
    disks = read_disks(options.data)
    table = Table(
        "split", "tickets by", "budget", "recall", "false per 1,000 device-months", "end unseen", "late", "CPU s"
    )
    for split in (*SPLITS, "by device"):
        moment_s = -np.inf if split == "by device" else float(np.datetime64(split, "s").astype(np.int64))
        started = time.process_time()
        rows = [("smart_197 > 0", "-", rule(disks, since_s=moment_s), time.process_time() - started)]
        for number in options.budgets.split(","):
            budget = Budget(false_per_1000_months=float(number))
            started = time.process_time()
            found = by_device(disks, budget) if split == "by device" else by_time(disks, moment_s, budget)
            rows.append(("model", number, found, time.process_time() - started))
        for name, number, found, spent_s in rows:
            rate = f"{found.false_per_1000_months:.2f}"
            seen = [f"{found.recall:.3f}", rate, str(found.unknown), str(found.late), f"{spent_s:.1f}"]
            table.add_row(split, name, number, *seen)
            if options.json:
                line = {"split": split, "tickets_by": name, "budget": number, "recall": round(found.recall, 4)}
                print(json.dumps({**line, "false_per_1000_months": round(found.false_per_1000_months, 3)}))  # noqa: T201
    console.print(table)


if __name__ == "__main__":
    main()
