"""Play the IMS bearings' runs to failure through a monitor: which tickets, how long before the end, naming what.

    python -m training.eval_bearings --data ../shared/data/predictive

A folder of evaluation data goes in; a table comes out, for a rig that is one device with a metric a channel (how we
advise to send it) and for a rig whose channels are devices of their own. What failed is as the rig's readme says: test
1 bearings 3 and 4, test 2 bearing 1, test 3 bearing 3. Nothing is fitted or set for these files.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from predictive import Alert, Columns, Monitor
from predictive.records import Floats

FAILED = {"1": ("Bearing 3", "Bearing 4"), "2": ("Bearing 1",), "3": ("Bearing 3",)}  # by the file's first letter


@dataclass(frozen=True, slots=True)
class BearingRun:
    """One run to failure: readings of each channel every ten minutes."""

    name: str
    channels: tuple[str, ...]
    at_s: Floats  # (n,)
    values: Floats  # (n, len(channels))


@dataclass(frozen=True, slots=True)
class BearingTicket:
    """A ticket's device, the metric or bearing it names first and at last, and hours before the run's end."""

    names: str
    names_last: str
    lead_h: float


def read_run(path: Path) -> BearingRun:
    """Read one csv: number, time, channels."""
    rows = list(csv.reader(io.StringIO(gzip.decompress(path.read_bytes()).decode())))
    at_s = [datetime.strptime(row[1], "%Y.%m.%d.%H.%M.%S").replace(tzinfo=UTC).timestamp() for row in rows[1:]]
    values = np.array([[float(cell) for cell in row[2:]] for row in rows[1:]])
    return BearingRun(path.name, tuple(rows[0][2:]), np.array(at_s), values)


def tickets_of(run: BearingRun, *, is_one_device: bool) -> list[BearingTicket]:
    """Play a run, row by row."""
    monitor, count = Monitor(), len(run.channels)
    devices = ["rig"] * count if is_one_device else list(run.channels)
    metrics = list(run.channels) if is_one_device else ["vibration"] * count
    first: dict[str, Alert] = {}
    last: dict[str, Alert] = {}
    for at_s, values in zip(run.at_s.tolist(), run.values, strict=True):
        columns = Columns(devices, metrics, np.full(count, at_s), values)
        for alert in monitor.observe_columns(columns, received_at=datetime.fromtimestamp(at_s, UTC)).alerts:
            first.setdefault(alert.key, alert)
            last[alert.key] = alert
    return [
        BearingTicket(
            alert.reasons[0].metric if is_one_device else alert.device_id,
            last[key].reasons[0].metric if is_one_device else alert.device_id,
            (float(run.at_s[-1]) - alert.opened_at.timestamp()) / 3600.0,
        )
        for key, alert in first.items()
    ]


def measure_bearings(folder: Path, console: Console) -> dict[str, object]:
    """Print and return each run's tickets."""
    shown = Table("run", "rig is", "names first", "at last", "h before the end", "failed", title="IMS bearings")
    found: dict[str, object] = {}
    for path in sorted((folder / "bearing").glob("*.csv.gz")):
        run, failed = read_run(path), FAILED.get(path.name[:1], ())
        for is_one_device in (True, False):
            tickets, mode = tickets_of(run, is_one_device=is_one_device), "one device" if is_one_device else "many"
            right = [ticket for ticket in tickets if ticket.names.startswith(failed)]
            for ticket in tickets:
                named = "yes" if ticket in right else "no"
                shown.add_row(run.name[:8], mode, ticket.names, ticket.names_last, f"{ticket.lead_h:.0f}", named)
            found[f"{run.name[:8]} {mode}"] = {
                "tickets": len(tickets),
                "right": len(right),
                "others": len({ticket.names[:9] for ticket in tickets if ticket not in right}),
                "lead_h_of_right": [round(ticket.lead_h) for ticket in right],
            }
    console.print(shown)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description="Tickets on runs to failure of bearings.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data/predictive"))
    chosen = parser.parse_args(arguments)
    console = Console()
    console.print_json(json.dumps(measure_bearings(chosen.data, console)))


if __name__ == "__main__":
    main()
