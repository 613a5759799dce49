"""Score a detector on NAB with a limit that was chosen on other files than those it is scored on.

    python -m training.eval_anomalies --data ../shared/data/predictive [--detector likelihood] [--cool-down 100]

A folder of evaluation data goes in; a table comes out: the standard-profile score with the limit fixed by folds of
files (the mean and deviation over repeated drawings of the folds, and leave-one-out), and the score optimised on the
same files beside it. The files run side by side, one series each: a detector keeps series apart. What it does not know:
the detector's other options, and the cool-down, were chosen while looking at the public half.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from predictive import build_detector
from predictive.detector import Retrospective
from predictive.records import Batch, Floats
from training.nab_series import NabFile, nab_files
from training.score_anomalies import Costs, Flags, nab_raw, nab_score

LIMITS = np.geomspace(0.3, 3.0, 47)  # of the detector's own limit, whose score is a half
DRAWINGS = 40
FOLDS = 5


def scores_of(detector_name: str, files: Sequence[NabFile]) -> list[Floats]:
    """Return each file's scores, judged before learned."""
    detector = build_detector(detector_name)
    scores = [np.zeros(len(file.table.at_s)) for file in files]
    if isinstance(detector, Retrospective):  # the same numbers, at once
        for score, table in zip(scores, [file.table for file in files], strict=True):
            there_at = np.isfinite(table.values[:, 0])
            score[there_at] = detector.score_series(table.at_s[there_at], table.values[there_at, 0])
        return scores
    for row in range(max(len(score) for score in scores)):
        there = [n for n, file in enumerate(files) if row < len(scores[n]) and np.isfinite(file.table.values[row, 0])]
        at_s = np.array([files[n].table.at_s[row] for n in there])
        batch = Batch(np.array(there, dtype=np.int64), at_s, np.array([files[n].table.values[row, 0] for n in there]))
        for n, score in zip(there, detector.score(batch).score.tolist(), strict=True):
            scores[n][row] = score
        detector.learn(batch)
    return scores


def onsets_of(score: Floats, limit: float, *, cool_down_rows: int) -> Flags:
    """Flag rows at the limit or above, and none within the cool-down after another flag.

    >>> onsets_of(np.array([0.9, 0.9, 0.1, 0.9]), 0.5, cool_down_rows=2).tolist()
    [True, False, False, True]
    """
    flags = np.zeros(len(score), dtype=np.bool_)
    told = -cool_down_rows - 1
    for row in np.flatnonzero(score >= limit).tolist():
        if row - told > cool_down_rows:
            flags[row], told = True, row
    return flags


def fixed_score(raw: Floats, windows: int, folds: np.typing.NDArray[np.int64]) -> float:
    """Score every fold with the limit that is best on the others; `raw` is (limits, files)."""
    total = 0.0
    for fold in np.unique(folds).tolist():
        scored = folds == fold
        total += float(raw[int(np.argmax(raw[:, ~scored].sum(1)))][scored].sum())
    return nab_score(total, windows, costs=Costs())


def measure(folder: Path, *, detector_name: str, cool_down_rows: int, console: Console) -> dict[str, object]:
    """Print and return the scores."""
    files = list(nab_files(folder))
    windows = sum(len(file.windows) for file in files)
    scores = scores_of(detector_name, files)
    limits = LIMITS**2 / (1.0 + LIMITS**2)
    raw = np.array(
        [
            [
                nab_raw(onsets_of(score, float(limit), cool_down_rows=cool_down_rows), file.windows, costs=Costs())
                for file, score in zip(files, scores, strict=True)
            ]
            for limit in limits
        ]
    )
    draw = np.random.default_rng(0)
    drawn = [fixed_score(raw, windows, draw.permutation(len(files)) % FOLDS) for _ in range(DRAWINGS)]
    totals = raw.sum(1)
    shown = Table("limit fixed on", "score", title=f"NAB standard, {detector_name}, {len(files)} files")
    shown.add_row(f"{FOLDS} folds of other files, {DRAWINGS} drawings", f"{np.mean(drawn):.1f} ± {np.std(drawn):.1f}")
    shown.add_row("all other files", f"{fixed_score(raw, windows, np.arange(len(files))):.1f}")
    own = int(np.argmin(np.abs(limits - 0.5)))
    shown.add_row("its own limit", f"{nab_score(float(totals[own]), windows, costs=Costs()):.1f}")
    shown.add_row("the same files (optimised)", f"{nab_score(float(totals.max()), windows, costs=Costs()):.1f}")
    console.print(shown)
    return {
        "detector": detector_name,
        "files": len(files),
        "fixed_by_folds": round(float(np.mean(drawn)), 1),
        "deviation_over_drawings": round(float(np.std(drawn)), 1),
        "fixed_on_all_others": round(fixed_score(raw, windows, np.arange(len(files))), 1),
        "optimised": round(nab_score(float(totals.max()), windows, costs=Costs()), 1),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure one detector."""
    parser = argparse.ArgumentParser(description="Score a detector on NAB with limits fixed on other files.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data/predictive"))
    parser.add_argument("--detector", default="likelihood")
    parser.add_argument("--cool-down", type=int, default=100, help="rows")
    chosen = parser.parse_args(arguments)
    measure(chosen.data, detector_name=chosen.detector, cool_down_rows=chosen.cool_down, console=Console())


if __name__ == "__main__":
    main()
