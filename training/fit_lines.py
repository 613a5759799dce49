"""Fit how surely a line was read: shares of what was read in, weights of vision.readers.line_confidence out.

    python -m training.fit_lines [--keep FOLDER] [--data ../shared/data/vision]

In: pages rendered here, whose print is known: receipts, nameplates, screenshots, Chinese and English by turns; each
kind weighs the same. Out: the weights of each set of signals, and calibration errors on rendered pages of the test
split. `--data` names receipts with reference text: nothing is fitted on them, they are only measured on.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from math import log
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from training.line_judgements import RENDERERS, Judged, kept, line_reader, reference_lines, rendered_lines
from training.rendered_pages import TEST_SEEDS
from vision.readers.line_confidence import LEAST, MOST, NEAREST, confidence_of

STRENGTH = 10.0
BINS = 10
SURE_SHARE = 0.999
Values = npt.NDArray[np.float64]
SETS = {"mean": 1, "mean, least": 2, "mean, least, length": 3}
"""How many of the signals, in their order."""


def signals_of(judged: Sequence[Judged]) -> Values:
    """Return the signals, a row a line."""
    return np.array(
        [
            (
                log(max(1 - each.spelled.score, NEAREST)),
                log(max(1 - min(each.shares), NEAREST)),
                log(len(each.shares) + 1),
            )
            for each in judged
        ]
    )


def fitted(judged: Sequence[Judged], signals: Values) -> LogisticRegression:
    """Fit on lines, each kind of page weighing the same."""
    counts = Counter(each.kind for each in judged)
    weights = [len(judged) / len(counts) / counts[each.kind] for each in judged]
    return LogisticRegression(C=STRENGTH).fit(signals, right_of(judged), sample_weight=weights)


def right_of(judged: Sequence[Judged]) -> Values:
    return np.array([float(each.is_right) for each in judged])


def calibration_error(confidence: Values, right: Values) -> float:
    """Return the mean gap between confidence and share right over ten bins."""
    return sum(abs(share - stated) * count for stated, share, count in bins_of(confidence, right)) / len(right)


def bins_of(confidence: Values, right: Values) -> list[tuple[float, float, int]]:
    """Return what was stated, the share right and the count of each of ten bins that holds any."""
    places = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return [
        (float(confidence[places == place].mean()), float(right[places == place].mean()), int((places == place).sum()))
        for place in np.unique(places)
    ]


def log_loss(confidence: Values, right: Values) -> float:
    """Return the mean surprise in nats."""
    bounded = np.clip(confidence, 0.01, 0.99)
    return float(-(right * np.log(bounded) + (1 - right) * np.log(1 - bounded)).mean())


def weights_table(judged: Sequence[Judged], *, title: str) -> Table:
    """Fit each set of signals; of lines whose every share is sure, say how many are right."""
    table = Table("signals", "weights, intercept", title=title)
    signals = signals_of(judged)
    for name, count in SETS.items():
        model = fitted(judged, signals[:, :count])
        table.add_row(name, ", ".join(f"{weight:.3f}" for weight in (*model.coef_[0], *model.intercept_)))
    for kind in (*RENDERERS, ""):
        sure = [each.is_right for each in judged if each.kind.startswith(kind) and min(each.shares) > SURE_SHARE]
        table.add_row(f"every share above {SURE_SHARE}, {kind or 'all'}", f"{sum(sure)} of {len(sure)} right")
    return table


def measured(name: str, learnt: Sequence[Judged], judged: Sequence[Judged], table: Table) -> None:
    """Add a row for what ships and for each set of signals."""
    right, signals = right_of(judged), signals_of(judged)
    ways = {"shipped": np.array([confidence_of(each.spelled) for each in judged])}
    for signal_names, count in SETS.items():
        model = fitted(learnt, signals_of(learnt)[:, :count])
        ways[signal_names] = np.clip(model.predict_proba(signals[:, :count])[:, 1], LEAST, MOST)
    raw = np.array([each.spelled.score for each in judged]) >= 0.99
    for way, confidence in ways.items():
        bins = ", ".join(f"{stated:.2f}: {share:.2f} of {count}" for stated, share, count in bins_of(confidence, right))
        high = confidence >= 0.98
        table.add_row(
            name,
            way,
            f"{calibration_error(confidence, right):.4f}",
            f"{log_loss(confidence, right):.4f}",
            f"{right[raw].mean():.3f}, stated {confidence[raw].mean():.3f} of {raw.sum()}",
            f"{right[high].mean() if high.any() else 0:.3f} of {high.sum()}",
            bins,
        )


def main() -> None:
    """Fit, judge and print."""
    parser = argparse.ArgumentParser(prog="python -m training.fit_lines", description=__doc__)
    parser.add_argument("--pages", type=int, default=40, help="of each kind, to fit on")
    parser.add_argument("--check", type=int, default=16, help="of each kind, of the test split, to measure on")
    parser.add_argument("--data", type=Path, help="folder that holds sroie/: receipts to measure on")
    parser.add_argument("--limit", type=int, default=0, help="at most this many of those; 0 is all")
    parser.add_argument("--keep", type=Path, help="folder for what was read, taken again by the next run")
    options = parser.parse_args()
    read, keep = line_reader(), options.keep
    learnt: list[Judged] = []
    checks: dict[str, list[Judged]] = {}
    for kind in RENDERERS:
        for split, start, count in (("train", 0, options.pages), ("test", TEST_SEEDS, options.check)):
            seeds = range(start, start + count)
            path = keep and keep / f"{kind}_{split}_{count}.jsonl"
            judged = kept(path, lambda kind=kind, seeds=seeds: rendered_lines(kind, seeds, read))  # type: ignore[misc]
            checks[f"{kind}s, {split}"] = judged
            learnt += judged if split == "train" else []
    if options.data:
        path = keep and keep / f"reference_{options.limit}.jsonl"
        checks["reference receipts"] = kept(path, lambda: reference_lines(options.data, read, limit=options.limit))
    command = f"{datetime.now(UTC):%Y-%m-%d} {shlex.join(['python', '-m', 'training.fit_lines', *sys.argv[1:]])}"
    console = Console(width=230 if not sys.stdout.isatty() else None)
    console.print(weights_table(learnt, title=f"{command}: {len(learnt)} lines, {right_of(learnt).mean():.4f} right"))
    table = Table("lines of", "signals", "calibration error", "log loss", "raw >= .99", "confidence >= .98", "bins")
    for name, judged in checks.items():
        measured(f"{name}: {len(judged)}, {right_of(judged).mean():.3f} right", learnt, judged, table)
    console.print(table)


if __name__ == "__main__":
    main()
