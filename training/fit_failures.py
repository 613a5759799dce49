"""Fit the prognosis of failures on real disks and measure its tickets, split by time and by device.

    python -m training.fit_failures --data ../shared/data/predictive [--budgets 1,2,4] [--json]

A folder of evaluation data goes in; one table a split comes out, with the one-line rule `smart_197 > 0` in it. The rule
and the model open tickets under the same terms: one a device in 90 days, useful 72 hours to 90 days ahead, one whose
end nobody saw counts as false. By time the threshold is first solved before the test period, on devices that the trees
had not seen, then anew each month from the outcomes known by then; by device it is solved once.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from predictive.budget import Budget, Realised, realise, solve_threshold, ticket_rows
from predictive.budget_outcomes import Told
from predictive.budget_pace import Pace, paced_rows
from predictive.prognosis_fit import PrognosisOptions, fit_failures
from predictive.prognosis_history import Fates, History, fates_of, history_of
from predictive.records import Floats, Mask

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


def by_time(disks: Disks, moment_s: float, budgets: Sequence[Budget]) -> list[Realised]:
    """Fit on what was known at a moment, then judge the tickets opened later."""
    known = disks.history.at_s < moment_s
    left = np.unique(disks.history.device[known])
    fit = fit_failures(disks.history.take(known), disks.fates.cut(moment_s).take(left), budget=budgets[0])
    score = fit.model.score(disks.history)
    score[known] = fit.score
    end_s = float(disks.history.at_s.max()) + 1.0
    found = []
    for budget in budgets:
        outcomes = Told(disks.history, disks.fates)
        rows = paced_rows(disks.history, outcomes, score, budget=budget, pace=Pace(moment_s, end_s))
        found.append(realise(disks.history, disks.fates, rows, budget=budget, since_s=moment_s))
    return found


def is_tested(disks: Disks) -> Mask:
    """Return of each device whether it is kept from the fit, where split by device."""
    return np.random.default_rng(7).random(len(disks.history.device_ids)) < TEST_SHARE


def part_of(disks: Disks, devices: Mask) -> Disks:
    """Return these devices only."""
    return Disks(disks.history.take(devices[disks.history.device]), disks.fates.take(np.flatnonzero(devices)))


def by_device(disks: Disks, budgets: Sequence[Budget]) -> list[Realised]:
    """Fit on some devices, then judge the tickets of the others over the same years."""
    is_test = is_tested(disks)
    taught, tested = part_of(disks, ~is_test), part_of(disks, is_test)
    history, fates = taught.history, taught.fates
    fit = fit_failures(history, fates, budget=budgets[0], options=PrognosisOptions(validated_share=1.0))
    score, end_s = fit.model.score(tested.history), float(np.nanmax(fates.until_s)) + 1.0
    since_s, everything = float(history.at_s.min()), np.ones(len(history), bool)
    found = []
    for budget in budgets:
        threshold = solve_threshold(
            history, fates, fit.score, budget=budget, among=everything, since_s=since_s, until_s=end_s
        )
        found.append(judged(tested, score, threshold, budget))
    return found


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
    parser.add_argument("--splits", default=",".join((*SPLITS, "device")), help="dates, or device")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    console = Console(stderr=options.json)
    disks = read_disks(options.data)
    table = Table(
        "split", "tickets by", "budget", "recall", "false per 1,000 device-months", "end unseen", "late", "CPU s"
    )
    for split in options.splits.split(","):
        moment_s = -np.inf if split == "device" else float(np.datetime64(split, "s").astype(np.int64))
        started = time.process_time()
        budgets = [Budget(false_per_1000_months=float(number)) for number in options.budgets.split(",")]
        found_all = by_device(disks, budgets) if split == "device" else by_time(disks, moment_s, budgets)
        spent_s = time.process_time() - started
        judged_on = part_of(disks, is_tested(disks)) if split == "device" else disks
        rows = [("smart_197 > 0", "-", rule(judged_on, since_s=moment_s))]
        rows += [
            ("model", f"{budget.false_per_1000_months:g}", found)
            for budget, found in zip(budgets, found_all, strict=True)
        ]
        for name, number, found in rows:
            rate = f"{found.false_per_1000_months:.2f}"
            seen = [f"{found.recall:.3f}", rate, str(found.unknown), str(found.late), f"{spent_s:.1f}"]
            table.add_row(split, name, number, *seen)
            if options.json:
                line = {"split": split, "tickets_by": name, "budget": number, "recall": round(found.recall, 4)}
                print(json.dumps({**line, "false_per_1000_months": round(found.false_per_1000_months, 3)}))  # noqa: T201
    console.print(table)


if __name__ == "__main__":
    main()
