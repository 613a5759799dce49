"""The series of NAB with their labelled windows.

A folder of evaluation data goes in, one table a file comes out, its windows as rows. Does not score.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from predictive import MetricTable, read_table
from training.score_anomalies import Window


@dataclass(frozen=True, slots=True)
class NabFile:
    """One series with its windows."""

    name: str
    table: MetricTable
    windows: tuple[Window, ...]


def nab_files(folder: Path) -> Iterator[NabFile]:
    """Yield every NAB series that is there, with its labelled windows as row ranges."""
    labelled = json.loads((folder / "nab/labels/combined_windows.json").read_text())
    root = folder / "nab/data"
    for path in sorted([*root.rglob("*.csv.gz"), *root.rglob("*.csv")]):
        name = str(path.relative_to(root)).removesuffix(".gz")
        table = read_table(path.read_bytes(), name=name)
        windows = tuple(_window(table, *bounds) for bounds in labelled[name])
        yield NabFile(name, table, windows)


def seconds_of(text: str) -> float:
    """Return a label's time in seconds since the epoch; NAB's have no zone."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def _window(table: MetricTable, first: str, last: str) -> Window:
    return Window(
        int(np.searchsorted(table.at_s, seconds_of(first))),
        int(np.searchsorted(table.at_s, seconds_of(last), side="right")) - 1,
    )
