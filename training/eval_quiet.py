"""Count tickets on simulated months in which nothing is wrong, for each detector by itself and for the defaults.

    python -m training.eval_quiet [--devices 60] [--days 44] [--detectors robust_z,shape,...] [--seed 0]

Nothing goes in; a table of false tickets per 1,000 device-months by kind of device comes out, counted after the first
two weeks, with the bound that 0 or a few tickets of so many device-months allow (Poisson, 95%, one-sided). What is
measured are the simulated months of training.quiet_fleets, no field data: a detector that is loud here is loud; one
that is silent here may still be loud elsewhere.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.stats import chi2  # type: ignore[import-untyped]

from predictive import AlertOptions, Batch, Ensemble, EvidenceOptions, build_detector, default_detectors, detector_names
from predictive.control_chart import WarmUp
from predictive.detector import NO_DETECTOR, Verdict
from predictive.evidence import Evidence
from predictive.records import Floats, Ints
from training.quiet_fleets import DAY, KINDS, METRICS, START_S, TICK_S, quiet_fleet

LEARNING_DAYS = 14
MONTH_DAYS = 30.0
DEFAULTS = "the defaults together"


class Opened:
    """Counts a choice of detectors' tickets by device: fires farther apart than an episode and its cool-down."""

    def __init__(self, devices: int) -> None:
        self._evidence = Evidence(EvidenceOptions(), learning=WarmUp())
        self._hot_s = np.full(devices, -np.inf)
        self.tickets = np.zeros(devices, dtype=np.int64)

    def take(self, batch: Batch, verdict: Verdict, *, is_counted: bool) -> None:
        options = AlertOptions()
        started = self._evidence.learn(batch, verdict)
        device = batch.series // METRICS
        fresh = np.zeros(len(self._hot_s), dtype=np.bool_)
        fresh[device[started]] = True
        fresh &= batch.at_s[0] - self._hot_s >= options.resolve_after_s + options.cool_down_s
        self.tickets += fresh & is_counted
        firing = self._evidence["firing"][batch.series] > 0
        self._hot_s[device[firing | started]] = batch.at_s[0]


def tickets_of(values: Floats, kinds: Sequence[str], names: Sequence[str]) -> dict[str, Ints]:
    """Return for each detector alone, and for the defaults, the tickets of each device after the learning days.

    `kinds` names the kind of each device. All see the same readings in one pass; what a monitor does with a fire is
    told by `Opened`.
    """
    ticks, devices, metrics = values.shape
    defaults = tuple(default_detectors())
    detectors = {name: build_detector(name) for name in dict.fromkeys((*defaults, *names))}
    told = Ensemble(tuple(detectors.values()))
    for series in range(devices * metrics):
        device, metric = divmod(series, metrics)
        told.introduce(series, metric=f"{kinds[device]} {metric}", unit="", device=device)
    opened = {name: Opened(devices) for name in (*names, DEFAULTS)}
    rows = np.arange(devices * metrics)
    for tick in range(ticks):
        batch = Batch(rows, np.full(len(rows), START_S + tick * TICK_S), values[tick].ravel())
        verdicts = {name: Ensemble((detector,)).judge(batch) for name, detector in detectors.items()}
        verdicts[DEFAULTS] = together([verdicts[name] for name in defaults])
        for name, count in opened.items():
            count.take(batch, verdicts[name], is_counted=tick >= LEARNING_DAYS * DAY)
        for detector in detectors.values():
            detector.learn(batch)
    return {name: count.tickets for name, count in opened.items()}


def together(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the strongest opinions, as an ensemble would give them."""
    scores = np.stack([verdict.score for verdict in verdicts])
    best = scores.argmax(0)
    every = np.arange(scores.shape[1])
    return Verdict(
        scores[best, every],
        np.stack([verdict.expected for verdict in verdicts])[best, every],
        np.stack([verdict.since_s for verdict in verdicts])[best, every],
        np.where(scores.max(0) > 0, best, NO_DETECTOR),
        np.stack([verdict.momentary for verdict in verdicts]).max(0),
    )


def bound(tickets: int, device_months: float) -> float:
    """Return the rate per 1,000 device-months that so few tickets leave possible.

    >>> round(bound(0, 1500.0), 1)
    2.0
    """
    return float(chi2.ppf(0.95, 2 * tickets + 2)) / 2.0 / device_months * 1000.0


def measure(names: Sequence[str], *, devices: int, days: int, seed: int, console: Console) -> dict[str, object]:
    """Print and return the rates."""
    months = devices * (days - LEARNING_DAYS) / MONTH_DAYS
    fleets = [quiet_fleet(kind, devices=devices, days=days, seed=seed) for kind in KINDS]
    kinds = [kind for kind in KINDS for _ in range(devices)]
    title = f"false tickets per 1,000 device-months, {months * len(KINDS):.0f} simulated ones of {len(KINDS)} kinds"
    shown = Table("detector", *KINDS, "all", "at most", title=title)
    found: dict[str, object] = {"device_months": round(months * len(KINDS)), "metrics": METRICS}
    for name, tickets in tickets_of(np.concatenate(fleets, axis=1), kinds, names).items():
        rates = tickets.reshape(len(KINDS), devices).sum(1) * 1000.0 / months
        count, total = int(tickets.sum()), float(np.mean(rates))
        ceiling = bound(count, months * len(KINDS))
        shown.add_row(name, *[f"{rate:.0f}" for rate in rates], f"{total:.1f}", f"{ceiling:.1f}")
        found[name] = {"tickets": count, "per_1000": round(total, 1), "at_most": round(ceiling, 1)}
    console.print(shown)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the named detectors."""
    parser = argparse.ArgumentParser(description="Count false tickets on simulated quiet months.")
    parser.add_argument("--detectors", default=",".join(name for name in detector_names() if name != "threshold"))
    parser.add_argument("--devices", type=int, default=60, help="of each kind")
    parser.add_argument("--days", type=int, default=44, help="the first 14 are for learning and not counted")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(arguments)
    names = chosen.detectors.split(",")
    console = Console(stderr=chosen.json)
    found = measure(names, devices=chosen.devices, days=chosen.days, seed=chosen.seed, console=console)
    if chosen.json:
        Console(soft_wrap=True).print_json(json.dumps(found))


if __name__ == "__main__":
    main()
