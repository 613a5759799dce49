"""Measure `failures fit` and `failures score` on real disks as they are commanded: readings in, tickets out.

    python -m training.eval_failures --data ../shared/data/predictive [--budgets 1,2,4] [--splits 2015-01-01,device]

A folder of evaluation data goes in; one row a split and budget comes out. Fitted on readings and failures before a
moment, scored on the readings after it or on all of them (`/all`, tickets after the moment counted); by device, fitted
on some devices and scored on the others. Nobody tells the scoring what failed. A ticket counts where its device fails
72 hours to 90 days later; one whose end nobody saw counts as false. See `training.fit_failures` for tickets under
outcomes that are told.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from predictive.budget import Budget, Realised, realise
from predictive.prognosis_fit import fit_failures, lives_from, with_budget
from predictive.prognosis_history import Fates, History
from predictive.prognosis_score import FailureTicket, open_tickets
from predictive.prognosis_table import EventTable
from training.fit_failures import Disks, is_tested, part_of, read_disks

SPLITS = ("2015-01-01", "2015-01-01/all", "2015-07-01", "device")


def events_of(history: History) -> EventTable:
    """Return the readings as `failures fit --events` reads them."""
    columns = {name: history.values[:, column] for column, name in enumerate(history.metrics)}
    return EventTable(list(history.device_ids), history.device, history.at_s, columns)


def failures_of(history: History, fates: Fates, before_s: float) -> EventTable:
    """Return the failures as `--failures` reads them."""
    failed = np.flatnonzero(fates.failed_s < before_s)
    return EventTable(
        [history.device_ids[device] for device in failed], np.arange(len(failed)), fates.failed_s[failed], {}
    )


def counted(disks: Disks, tickets: list[FailureTicket], budget: Budget, *, since_s: float) -> Realised:
    """Count what became of the tickets opened since a moment."""
    history = disks.history
    number = {name: device for device, name in enumerate(history.device_ids)}
    span = float(np.ptp(history.at_s)) + 1.0
    line = history.device * span + (history.at_s - history.at_s.min())
    kept = [ticket for ticket in tickets if ticket.at.timestamp() >= since_s]
    places = [number[ticket.device_id] * span + (ticket.at.timestamp() - float(history.at_s.min())) for ticket in kept]
    rows = np.searchsorted(line, np.array(places, np.float64) - 0.5)
    return realise(history, disks.fates, rows, budget=budget, since_s=since_s)


def commanded(disks: Disks, split: str, budgets: Sequence[Budget]) -> Iterator[Realised]:
    """Fit, score and count one split; trees do not depend on the budget and are grown once."""
    date, _, kind = split.partition("/")
    moment_s = -np.inf if date == "device" else float(np.datetime64(date, "s").astype(np.int64))
    if date == "device":
        is_test = is_tested(disks)
        taught, scored = part_of(disks, ~is_test), part_of(disks, is_test).history
        lives = lives_from(events_of(taught.history), failures_of(taught.history, taught.fates, np.inf))
        counted_on = part_of(disks, is_test)
    else:
        before = disks.history.take(disks.history.at_s < moment_s)
        scored = disks.history if kind == "all" else disks.history.take(disks.history.at_s >= moment_s)
        lives = lives_from(events_of(before), failures_of(disks.history, disks.fates, moment_s))
        counted_on = disks
    fit = fit_failures(lives.history, lives.fates, budget=budgets[0])
    for budget in budgets:
        model = with_budget(fit, lives.history, lives.fates, budget=budget)
        yield counted(counted_on, open_tickets(model, scored), budget, since_s=moment_s)


def main() -> None:
    """Print one table; with --json, one line a row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--budgets", default="1,2,4")
    parser.add_argument("--splits", default=",".join(SPLITS), help="dates, dates with /all, or device")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    disks = read_disks(options.data)
    table = Table(
        "split", "budget", "recall", "false per 1,000 device-months", "tickets", "end unseen", "late", "CPU s"
    )
    for split in options.splits.split(","):
        numbers = options.budgets.split(",")
        started = time.process_time()
        budgets = [Budget(false_per_1000_months=float(number)) for number in numbers]
        for number, found in zip(numbers, commanded(disks, split, budgets), strict=True):
            spent_s = time.process_time() - started
            rate = found.false_per_1000_months
            seen = [f"{found.recall:.3f}", f"{rate:.2f}", str(found.tickets), str(found.unknown), str(found.late)]
            table.add_row(split, number, *seen, f"{spent_s:.1f}")
            if options.json:
                line = {"split": split, "budget": float(number), "recall": round(found.recall, 4)}
                print(json.dumps({**line, "false_per_1000_months": round(rate, 3)}), flush=True)  # noqa: T201
    Console(stderr=options.json).print(table)


if __name__ == "__main__":
    main()
