"""Numbers in, SVG paths and bars out. It knows no colours and no words: style sheet and template give them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.report.share import Share

MARGIN = 2.0
"""Half of the widest stroke, so that extremes are not cut off."""
ROUND_TICKS = (1, 2, 5)
DOT_PX = 3.0
MOST_SHOWN = 400
"""A dot's area grows with its count up to here; a larger one would hide its neighbour."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One part of a stacked column."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A share with its interval, in a square whose bottom left is (0, side)."""

    x: float
    y: float
    low: float
    high: float
    radius: float


def line_path(xs: Sequence[float], ys: Sequence[float], *, width: float, height: float) -> str:
    """Return a path through points, scaled to fill the frame; a flat line runs through its middle.

    >>> line_path([0, 1, 2], [1.0, 3.0, 2.0], width=104, height=24)
    'M2.0 22.0L52.0 2.0L102.0 12.0'
    """
    if not xs:
        return ""
    low, high, first, last = min(ys), max(ys), xs[0], xs[-1]
    wide, tall = width - 2 * MARGIN, height - 2 * MARGIN
    points = (
        (
            MARGIN + (wide * (x - first) / (last - first) if last > first else wide),
            MARGIN + (tall * (high - y) / (high - low) if high > low else tall / 2),
        )
        for x, y in zip(xs, ys, strict=True)
    )
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def ceiling_of(value: float) -> float:
    """Return the next round number at or above a value: what the top of an axis says.

    >>> ceiling_of(0), ceiling_of(7), ceiling_of(130)
    (1, 10, 200)
    """
    if value <= 1:
        return 1
    size: int = 10 ** (len(str(int(value))) - 1)
    return next((tick * size for tick in ROUND_TICKS if tick * size >= value), 10 * size)


def stacked_bars(
    columns: Sequence[Sequence[float]], *, kinds: Sequence[str], top: float, width: float, height: float
) -> tuple[Bar, ...]:
    """Return the bars of columns, each a stack of `kinds` from the bottom up; `top` is what reaches the frame's top.

    >>> [(bar.x, bar.y, bar.height, bar.kind) for bar in stacked_bars([[1, 1]], kinds="ab", top=2, width=10, height=10)]
    [(1.0, 5.0, 5.0, 'a'), (1.0, 0.0, 5.0, 'b')]
    """
    step = width / max(1, len(columns))
    bars = []
    for number, column in enumerate(columns):
        base = height
        for value, kind in zip(column, kinds, strict=True):
            tall = height * value / top
            base -= tall
            if tall > 0:
                bars.append(
                    Bar(round(step * (number + 0.1), 2), round(base, 2), round(step * 0.8, 2), round(tall, 2), kind)
                )
    return tuple(bars)


def reliability(shares: Sequence[tuple[float, Share]], *, side: float) -> tuple[Dot, ...]:
    """Return the dots of a reliability diagram: what was told across, the share that was right up.

    >>> reliability([(0.9, Share(8, 10))], side=100.0)
    (Dot(x=90.0, y=20.0, low=51.0, high=5.7, radius=3.8),)
    """
    return tuple(
        Dot(
            x=round(side * told, 1),
            y=round(side * (1 - (share.value or 0.0)), 1),
            low=round(side * (1 - share.low), 1),
            high=round(side * (1 - share.high), 1),
            radius=round(DOT_PX + min(share.whole, MOST_SHOWN) ** 0.5 / 4, 1),
        )
        for told, share in shares
        if share.whole
    )
