"""Two plots as inline SVG whose colours are the page's: completeness as bars, confidence against what was right.

Figures in, markup out; words and numbers only, nothing of a ticket.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from api.backtest.records import Bin
from api.backtest.tally import Completeness
from api.errors.language import Words
from api.report.share import Share

WIDTH_PX, LABEL_PX, ROW_PX, BAR_PX = 680, 190, 34, 18
VALUE_PX = 96
SIDE_PX, MARGIN_PX = 260, 46


def completeness_plot(completeness: Completeness, words: Words) -> str:
    """Draw how many of the needed fields are filled, before and after, one bar each."""
    rows = [
        ("before", completeness.before),
        ("stated", completeness.stated),
        ("after", completeness.after),
        ("offered", completeness.offered),
        ("closed", completeness.closed),
    ]
    height = ROW_PX * len(rows) + 8
    drawn = "".join(_bar(at, name, share, words) for at, (name, share) in enumerate(rows))
    title = escape(words("plot.completeness"))
    return (
        f'<svg viewBox="0 0 {WIDTH_PX} {height}" role="img" aria-label="{title}" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{title}</title>{drawn}</svg>'
    )


def _bar(at: int, name: str, share: Share, words: Words) -> str:
    room = WIDTH_PX - LABEL_PX - VALUE_PX
    top = at * ROW_PX + (ROW_PX - BAR_PX) / 2
    length = room * (share.value or 0.0)
    middle = top + BAR_PX / 2
    whisker = (
        f'<line class="whisker" x1="{LABEL_PX + room * share.low:.1f}" x2="{LABEL_PX + room * share.high:.1f}" '
        f'y1="{middle:.1f}" y2="{middle:.1f}"/>'
        if share.whole
        else ""
    )
    value = "–" if share.value is None else f"{share.value * 100:.1f}%"
    return (
        f'<text class="label" x="{LABEL_PX - 10}" y="{middle + 5:.1f}" text-anchor="end">'
        f"{escape(words(f'plot.{name}'))}</text>"
        f'<rect class="rail" x="{LABEL_PX}" y="{top:.1f}" width="{room}" height="{BAR_PX}" rx="3"/>'
        f'<rect class="bar {name}" x="{LABEL_PX}" y="{top:.1f}" width="{length:.1f}" height="{BAR_PX}" rx="3"/>'
        f'{whisker}<text class="value" x="{WIDTH_PX}" y="{middle + 5:.1f}" text-anchor="end">{value}</text>'
    )


def reliability_plot(bins: Sequence[Bin], words: Words) -> str:
    """Draw the share that was right against the confidence that was told; on the diagonal both agree."""
    span = SIDE_PX
    size = span + 2 * MARGIN_PX
    axes = "".join(_tick(step / 4, span) for step in range(5))
    points = "".join(_point(one, span) for one in bins)
    title = escape(words("plot.reliability"))
    return (
        f'<svg class="square" viewBox="0 0 {size} {size}" role="img" aria-label="{title}" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{title}</title>'
        f'<rect class="rail" x="{MARGIN_PX}" y="{MARGIN_PX / 2}" width="{span}" height="{span}"/>{axes}'
        f'<line class="ideal" x1="{MARGIN_PX}" y1="{MARGIN_PX / 2 + span}" '
        f'x2="{MARGIN_PX + span}" y2="{MARGIN_PX / 2}"/>'
        f'{points}<text class="axis" x="{MARGIN_PX + span / 2}" y="{size - 6}" text-anchor="middle">'
        f"{escape(words('plot.confidence'))}</text>"
        f'<text class="axis" transform="rotate(-90)" x="{-(MARGIN_PX / 2 + span / 2)}" y="12" text-anchor="middle">'
        f"{escape(words('plot.right'))}</text></svg>"
    )


def _tick(share: float, span: int) -> str:
    across, down = MARGIN_PX + span * share, MARGIN_PX / 2 + span * (1 - share)
    return (
        f'<text class="tick" x="{across:.0f}" y="{MARGIN_PX / 2 + span + 16:.0f}" text-anchor="middle">'
        f"{share:.0%}</text>"
        f'<text class="tick" x="{MARGIN_PX - 6}" y="{down + 4:.0f}" text-anchor="end">{share:.0%}</text>'
    )


def _point(one: Bin, span: int) -> str:
    share = Share(one.right, one.count)
    across = MARGIN_PX + span * one.confidence
    low, high = (MARGIN_PX / 2 + span * (1 - end) for end in (share.low, share.high))
    down = MARGIN_PX / 2 + span * (1 - (share.value or 0.0))
    radius = 3 + min(one.count, 400) ** 0.5 / 4
    return (
        f'<line class="whisker" x1="{across:.1f}" x2="{across:.1f}" y1="{low:.1f}" y2="{high:.1f}"/>'
        f'<circle class="dot" cx="{across:.1f}" cy="{down:.1f}" r="{radius:.1f}">'
        f"<title>{one.right} / {one.count}</title></circle>"
    )
