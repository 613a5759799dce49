"""The course of one metric as the parts of an SVG: line, expected band, marks. Numbers in, paths out.

It knows no colours and no words: style sheet and template give them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from predictive.band import Band
from predictive.records import Floats, SeriesPoints

WIDTH, HEIGHT = 720.0, 150.0
ROOM = 0.08
"""Of the height, above and below what is drawn."""
BAND_AT_MOST = 3.0
"""A band that is so many times as tall as the readings' own range is cut there."""
MOST_DOTS = 200


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened, at a place across."""

    x: float
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A metric's picture."""

    line: str
    band: str  # "" where nothing is expected yet
    expected: str
    dots: tuple[Dot, ...]  # readings outside the band
    low: float
    high: float
    since: datetime
    until: datetime
    width: float = WIDTH
    height: float = HEIGHT


def chart_of(points: SeriesPoints, band_at_s: Floats, bands: Band) -> Chart:
    """Lay a metric's readings out over its band; the band's arrays are aligned with its times."""
    known = np.isfinite(bands.expected) & np.isfinite(bands.lower) & np.isfinite(bands.upper)
    times, upper = band_at_s[known], bands.upper[known]
    lower = not_below_zero(bands.lower[known], points.values)
    low, high = _range(points.values, lower, upper)
    first, last = float(points.at_s[0]), float(points.at_s[-1])

    def across(at_s: Floats) -> Floats:
        return WIDTH * (at_s - first) / (last - first if last > first else 1.0)

    def up(values: Floats) -> Floats:
        return HEIGHT * (1 - np.clip((values - low) / (high - low), 0.0, 1.0))

    outside = np.zeros(len(points.at_s), dtype=np.bool_)
    if len(times):
        inside_low, inside_high = np.interp(points.at_s, times, lower), np.interp(points.at_s, times, upper)
        outside = (points.at_s >= times[0]) & ((points.values < inside_low) | (points.values > inside_high))
    spots = np.flatnonzero(outside)[-MOST_DOTS:]
    x, y = across(points.at_s), up(points.values)
    edge_x = across(times)
    return Chart(
        line=_path(x, y),
        band=f"{_path(np.r_[edge_x, edge_x[::-1]], np.r_[up(upper), up(lower)[::-1]])}Z" if len(times) > 1 else "",
        expected=_path(edge_x, up(bands.expected[known])) if len(times) > 1 else "",
        dots=tuple(Dot(round(float(x[spot]), 1), round(float(y[spot]), 1)) for spot in spots),
        low=low,
        high=high,
        since=datetime.fromtimestamp(first, UTC),
        until=datetime.fromtimestamp(last, UTC),
    )


def not_below_zero(lower: Floats, values: Floats) -> Floats:
    """Return a band's lower edge, at zero where it is below and no reading ever was: most quantities have an end."""
    return np.maximum(lower, 0.0) if len(values) and values.min() >= 0 else lower


def marks_of(happened: Sequence[tuple[datetime, str, str]], chart: Chart) -> tuple[Mark, ...]:
    """Return the marks of what happened within a chart, each (when, label, kind)."""
    whole_s = (chart.until - chart.since).total_seconds() or 1.0
    return tuple(
        Mark(round(WIDTH * (at - chart.since).total_seconds() / whole_s, 1), label, kind)
        for at, label, kind in happened
        if chart.since <= at <= chart.until
    )


def _range(values: Floats, lower: Floats, upper: Floats) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    spread = max(high - low, 1e-9, abs(high) * 1e-3)
    if len(lower):
        low = min(low, max(float(lower.min()), low - BAND_AT_MOST * spread))
        high = max(high, min(float(upper.max()), high + BAND_AT_MOST * spread))
    room = ROOM * max(high - low, 1e-9, abs(high) * 1e-3)
    return low - room, high + room


def _path(xs: Floats, ys: Floats) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in zip(xs.tolist(), ys.tolist(), strict=True)) if len(xs) else ""
