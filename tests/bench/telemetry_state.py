"""What a large fleet costs: memory, one round of readings, a beat of the clock, a snapshot.

Out: a table. Run: python -m tests.bench.telemetry_state [--devices N] [--metrics M] [--rounds R]
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from predictive import Columns, Monitor
from predictive.names import Names

DEVICES_AT_ONCE = 5_000  # of one request: 40,000 readings
STARTED = datetime(2026, 5, 1, tzinfo=UTC)
MIB = 1024 * 1024


def resident_mib() -> float:
    """Return what the process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / MIB


def one_round(devices: int, metrics: int, *, at: datetime, seed: int) -> list[Columns]:
    """Return one reading of every series, some thousand devices a request."""
    chance = np.random.default_rng(seed)
    names = [f"metric_{number}" for number in range(metrics)]
    requests: list[Columns] = []
    for first in range(0, devices, DEVICES_AT_ONCE):
        count = min(DEVICES_AT_ONCE, devices - first)
        ids = [f"device-{number:06}" for number in range(first, first + count)]
        device_codes = np.repeat(np.arange(count), metrics)
        metric_codes = np.tile(np.arange(metrics), count)
        at_s = np.full(count * metrics, at.timestamp())
        values = chance.normal(100, 2, count * metrics)
        requests.append(Columns(Names(device_codes, ids), Names(metric_codes, names), at_s, values))
    return requests


def spent_s(work: Callable[[], object]) -> float:
    """Return the processor time of some work."""
    started_s = time.process_time()
    work()
    return time.process_time() - started_s


def bytes_by_part(monitor: Monitor) -> Mapping[str, int]:
    """Return how many bytes the arrays of each part of a monitor's state take."""
    return {name: sum(array.nbytes for array in state.values()) for name, state in monitor._states()}


def measure_state(*, devices: int = 5_000, metrics: int = 8, rounds: int = 6) -> dict[str, float]:
    """Return how fast a monitor judges and how much it holds, for a fleet that is quickly made."""
    monitor, times_s = Monitor(), []
    for number in range(rounds):
        at = STARTED + timedelta(minutes=number)
        (request,) = one_round(devices, metrics, at=at, seed=number)
        started_s = time.process_time()
        monitor.observe_columns(request, received_at=at)
        times_s.append(time.process_time() - started_s)
    series = devices * metrics
    return {
        "values_per_s": series / min(times_s[1:]),
        "state_bytes": sum(bytes_by_part(monitor).values()) / series,
        "snapshot_bytes": sum(map(len, monitor.snapshot_frames())) / series,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=100_000)
    parser.add_argument("--metrics", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    series = asked.devices * asked.metrics
    before_mib = resident_mib()
    monitor, times_s = Monitor(), []
    for number in range(asked.rounds):
        at = STARTED + timedelta(minutes=number)
        requests = one_round(asked.devices, asked.metrics, at=at, seed=number)
        started_s = time.process_time()
        for one in requests:
            monitor.observe_columns(one, received_at=at)
        times_s.append(time.process_time() - started_s)
        del requests
    held_mib = resident_mib() - before_mib
    table = Table("what", "figure", title=f"{asked.devices:,} devices x {asked.metrics} metrics")
    table.add_row("resident for them", f"{held_mib:,.0f} MiB, {held_mib * MIB / series:,.0f} bytes a series")
    table.add_row("first round", f"{times_s[0]:.2f} s, {series / times_s[0]:,.0f} values/s")
    table.add_row(
        "a later round", f"{min(times_s[1:] or times_s):.2f} s, {series / min(times_s[1:] or times_s):,.0f}/s"
    )
    beat_s = min(spent_s(lambda: monitor.advance(STARTED + timedelta(minutes=asked.rounds))) for _ in range(3))
    table.add_row("a beat with no reading", f"{beat_s * 1e3:.0f} ms")
    few = one_round(10, asked.metrics, at=STARTED + timedelta(minutes=asked.rounds), seed=99)[0]
    few_s = spent_s(lambda: monitor.observe_columns(few, received_at=STARTED + timedelta(minutes=asked.rounds)))
    table.add_row("80 readings beside silent ones", f"{few_s * 1e3:.1f} ms")
    for name, size in sorted(bytes_by_part(monitor).items(), key=lambda entry: -entry[1]):
        table.add_row(f"state of {name}", f"{size / MIB:,.0f} MiB, {size / series:,.0f} bytes a series")
    before_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    started_s = time.process_time()
    frames = monitor.snapshot_frames()
    size_mib = sum(map(len, frames)) / MIB
    table.add_row("snapshot", f"{size_mib:,.0f} MiB in {time.process_time() - started_s:.1f} s")
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    table.add_row("peak before and with the snapshot", f"{before_mib:,.0f}, {peak_mib:,.0f} MiB of the whole process")
    content = b"".join(frames)
    del frames
    restored_s = spent_s(lambda: Monitor.restore(content))
    table.add_row("taken up again", f"in {restored_s:.1f} s")
    Console().print(table)


if __name__ == "__main__":
    main()
