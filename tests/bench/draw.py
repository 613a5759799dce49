"""Rates in, a table on the terminal and a plot beside it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.encoder import Rate


def print_rates(rates: Sequence[Rate], ratios: Mapping[str, float], *, title: str) -> None:
    """Print a table of rates and one line a ratio."""
    table = Table("way", "clients", "requests/s", "p50 ms", "p99 ms", title=title)
    for rate in rates:
        table.add_row(rate.way, str(rate.clients), f"{rate.per_s:,.0f}", f"{rate.p50_ms:.1f}", f"{rate.p99_ms:.1f}")
    console = Console()
    console.print(table)
    for name, ratio in ratios.items():
        console.print(f"{name}: {ratio:.2f}x")


def plot_rates(rates: Sequence[Rate], path: Path, *, title: str) -> None:
    """Draw requests a second and p99 over the number of clients."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for way in dict.fromkeys(rate.way for rate in rates):
        own = [rate for rate in rates if rate.way == way]
        clients = [rate.clients for rate in own]
        left.plot(clients, [rate.per_s for rate in own], marker="o", label=way)
        right.plot(clients, [rate.p99_ms for rate in own], marker="o", label=way)
    for axes, label in ((left, "requests/s"), (right, "p99, ms")):
        axes.set_xlabel("clients")
        axes.set_ylabel(label)
        axes.set_xscale("log", base=2)
        axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
    left.legend()
    figure.suptitle(title)
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
