"""A judged table of metrics as a picture: each metric's course, where an alert was open, where it began, and the score.

A table and its detection go in; an SVG text comes out, in Chinese or English, its text as text. Draws the metrics that
move most where there are many, and at most what a screen can show.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from predictive.detector import ANOMALOUS
from predictive.plot import (
    BAND,
    DRAWING,
    DRAWN_FONT,
    LINE,
    MARK,
    MOST_POINTS,
    OFFSETS,
    SHOWN_FONTS,
    TICKS,
    ZERO_TICKS,
    label_of,
)
from predictive.records import Floats, Ints
from predictive.table import Detection, MetricTable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_METRICS = 8
WIDTH_IN, HEIGHT_IN = 8.4, 1.05  # of one metric
SCORE, ONSET, ALERT = "score-name", "onset-name", "alert-name"
_LABELS = {
    "en": {SCORE: "score", ONSET: "onset", ALERT: "alert open"},
    "zh": {SCORE: "得分", ONSET: "起始", ALERT: "告警中"},
}


def plot_detection_svg(table: MetricTable, detection: Detection, *, locale: str = "en") -> str:
    """Draw a table with what was found in it."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    chosen, order, written = _chosen(table), np.argsort(table.at_s, kind="stable"), io.StringIO()
    at = [datetime.fromtimestamp(float(at_s), UTC) for at_s in table.at_s[order]]
    with (
        DRAWING,
        rc_context({"svg.fonttype": "none", "svg.hashsalt": table.name, "font.family": [DRAWN_FONT]}),
    ):
        figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN * (len(chosen) + 1) + 0.5), layout="constrained")
        FigureCanvasSVG(figure)
        panes: list[Axes] = list(np.atleast_1d(figure.subplots(len(chosen) + 1, 1, sharex=True)))
        for number, pane in enumerate(panes[:-1]):
            _draw(pane, at, table.values[order, chosen[number]], colour=LINE)
            pane.set_title(f"metric-{number}-name", fontsize=8, loc="left", pad=3)
        _draw(panes[-1], at, detection.score[order], colour=BAND)
        panes[-1].axhline(ANOMALOUS, color=MARK, linewidth=0.8, linestyle="--")
        panes[-1].set_ylim(0, 1.02)
        panes[-1].set_title(SCORE, fontsize=8, loc="left", pad=3)
        for pane in panes:
            _mark(pane, at, detection.alert[order], detection.onset[order])
        if detection.alert.any():
            panes[0].legend(loc="upper right", bbox_to_anchor=(1.0, 1.4), fontsize=7, frameon=False, ncols=2)
        _dress(panes)
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": "Beforehand"})
    svg = written.getvalue()
    svg = svg[svg.index("<svg") :].replace(f"'{DRAWN_FONT}'", SHOWN_FONTS)
    words = {f"metric-{number}-name": table.metrics[place] for number, place in enumerate(chosen)}
    for word, text in {**_LABELS["zh" if locale.lower().startswith("zh") else "en"], **words}.items():
        svg = svg.replace(f">{word}</text>", f">{label_of(text)}</text>")
    return svg


def _chosen(table: MetricTable) -> list[int]:
    """Return the metrics to draw: those that move most for their size, in the table's order."""
    if len(table.metrics) <= MOST_METRICS:
        return list(range(len(table.metrics)))
    spread = np.nanstd(table.values, axis=0) / (np.nanmean(np.abs(table.values), axis=0) + 1e-9)
    return sorted(np.argsort(-np.nan_to_num(spread))[:MOST_METRICS].tolist())


def _draw(pane: Axes, at: list[datetime], values: Floats, *, colour: str) -> None:
    """Draw a course; of each stretch too narrow to see its lowest and highest reading stay."""
    width = max(1, len(values) // MOST_POINTS)
    kept: list[int] = []
    for start in range(0, len(values), width):
        part = values[start : start + width]
        if np.isfinite(part).any():
            kept += sorted({start + int(np.nanargmin(part)), start + int(np.nanargmax(part))})
    pane.plot([at[index] for index in kept], values[kept], color=colour, linewidth=0.9)  # type: ignore[arg-type]


def _mark(pane: Axes, at: list[datetime], alert: Ints, onset: Ints) -> None:
    starts = np.flatnonzero(np.diff(alert, prepend=0) > 0).tolist()
    ends = np.flatnonzero(np.diff(alert, append=0) < 0).tolist()
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        label = ALERT if number == 0 else None
        pane.axvspan(at[start], at[end], color=MARK, alpha=0.14, linewidth=0, label=label)  # type: ignore[arg-type]
    for number, row in enumerate(np.flatnonzero(onset).tolist()):
        pane.axvline(at[row], color=MARK, linewidth=1.0, label=ONSET if number == 0 else None)  # type: ignore[arg-type]


def _dress(panes: list[Axes]) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator()  # type: ignore[no-untyped-call]
    formatter = ConciseDateFormatter(  # type: ignore[no-untyped-call]
        locator, formats=TICKS, zero_formats=ZERO_TICKS, offset_formats=OFFSETS
    )
    panes[-1].xaxis.set_major_locator(locator)
    panes[-1].xaxis.set_major_formatter(formatter)
    for pane in panes:
        pane.tick_params(labelsize=7)
        pane.spines[["top", "right"]].set_visible(False)
