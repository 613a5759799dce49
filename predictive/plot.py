"""One reason of an alert as a picture: the metric's recent course, what was expected, and since when it changed.

An alert and the points of one of its metrics go in; an SVG text comes out, small, in Chinese or English, with its text
as text. Does not fetch points, and draws at most what a screen can show.
"""

from __future__ import annotations

import io
import threading
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import numpy as np

from predictive.records import Alert, Floats, PredictiveError, Reason, SeriesPoints

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH_IN, HEIGHT_IN = 7.2, 2.6  # at 72 dpi 518 x 187 px; scales
MOST_POINTS = 600
BAND_SIGMAS = 3.0
LABEL_LENGTH = 60
SHORTEST = timedelta(minutes=1)  # a shorter axis has no readable times
LINE, BAND, MARK = "#1f6feb", "#8c959f", "#bc4c00"

# Drawn with the font that matplotlib brings along; the reader's own fonts show the text.
DRAWN_FONT = "DejaVu Sans"
SHOWN_FONTS = "'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans', 'DejaVu Sans', sans-serif"
# Matplotlib lays these words out; afterwards each becomes its text, so that no glyph of a name is looked for.
TITLE, UNIT, ZONE, OBSERVED, EXPECTED, SINCE = "series-title", "unit", "zone", "observed", "expected", "since"
# Of ticks at years, months, days, hours, minutes and seconds: digits, which people read in every language.
TICKS = ["%Y", "%Y-%m", "%d", "%H:%M", "%H:%M", "%S.%f"]
ZERO_TICKS = ["", "%Y", "%Y-%m", "%m-%d", "%H:%M", "%H:%M"]
OFFSETS = ["", "%Y", "%Y-%m", "%Y-%m-%d", "%Y-%m-%d", "%Y-%m-%d %H:%M"]
DRAWING = threading.Lock()  # rc_context is one for the whole program
_LABELS = {
    "en": {OBSERVED: "observed", EXPECTED: "expected", SINCE: "since"},
    "zh": {OBSERVED: "实测", EXPECTED: "预期", SINCE: "起始"},
}


def plot_alert_svg(alert: Alert, points: SeriesPoints, *, locale: str = "en", zone: tzinfo = UTC) -> str:
    """Draw the alert's reason about `points.metric` as SVG, its axis as the clocks of `zone` go.

    Raises:
        PredictiveError: the alert has no reason about this metric, or there are no points.
    """
    reason = next((reason for reason in alert.reasons if reason.metric == points.metric), None)
    if reason is None or len(points.at_s) == 0:
        raise PredictiveError(f"alert {alert.key} has no reason or no points for {points.metric!r}; nothing to draw")
    texts = {
        **_LABELS["zh" if locale.lower().startswith("zh") else "en"],
        TITLE: f"{alert.device_id} · {points.metric}",
        ZONE: f"UTC{datetime.fromtimestamp(float(points.at_s[-1]), zone).isoformat()[-6:]}".removesuffix("+00:00"),
        UNIT: points.unit,
    }
    svg = _draw(alert.key, reason, points, zone).replace(f"'{DRAWN_FONT}'", SHOWN_FONTS)
    for word, text in texts.items():
        svg = svg.replace(f">{word}</text>", f">{label_of(text)}</text>")
    return svg


def plot_in_language(svg: str, *, locale: str) -> str:
    """Return a plot with the words of its legend in the reader's language; what it was drawn in does not matter."""
    wanted = _LABELS["zh" if locale.lower().startswith("zh") else "en"]
    for labels in _LABELS.values():
        for word, text in labels.items():
            svg = svg.replace(f">{text}</text>", f">{wanted[word]}</text>")
    return svg


def _draw(key: str, reason: Reason, points: SeriesPoints, zone: tzinfo) -> str:
    # Imported here: drawing is rare and matplotlib is heavy. Figure, not pyplot: no global state.
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    written = io.StringIO()
    with DRAWING, rc_context({"svg.fonttype": "none", "svg.hashsalt": key, "font.family": [DRAWN_FONT]}):
        figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        _draw_course(axes, reason, _thinned(points))
        _dress(axes, zone)
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": "Beforehand"})
    svg = written.getvalue()
    return svg[svg.index("<svg") :]


def _draw_course(axes: Axes, reason: Reason, points: SeriesPoints) -> None:
    at = [datetime.fromtimestamp(at_s, UTC) for at_s in points.at_s.tolist()]
    axes.plot(at, points.values, color=LINE, linewidth=1.0, label=OBSERVED)  # type: ignore[arg-type]
    before = points.values[points.at_s < reason.since.timestamp()]
    if np.isfinite(reason.expected):
        half = BAND_SIGMAS * _spread(before if len(before) > 8 else points.values)
        axes.axhspan(reason.expected - half, reason.expected + half, color=BAND, alpha=0.16, linewidth=0)
        axes.axhline(reason.expected, color=BAND, linewidth=1.0, linestyle="--", label=EXPECTED)
    axes.set_xlim(at[0], max(at[-1], at[0] + SHORTEST))  # type: ignore[arg-type]
    if at[0] <= reason.since <= at[-1]:
        axes.axvline(reason.since, color=MARK, linewidth=1.2, label=SINCE)  # type: ignore[arg-type]


def _dress(axes: Axes, zone: tzinfo) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(tz=zone)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    formatter = ConciseDateFormatter(  # type: ignore[no-untyped-call]
        locator, tz=zone, formats=TICKS, zero_formats=ZERO_TICKS, offset_formats=OFFSETS
    )
    axes.xaxis.set_major_formatter(formatter)
    axes.xaxis.get_offset_text().set_fontsize(8)
    axes.set_title(TITLE, fontsize=9, loc="left")
    axes.set_ylabel(UNIT, fontsize=8)
    axes.set_xlabel(ZONE, fontsize=7, loc="left", labelpad=0)
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="upper right", bbox_to_anchor=(1.0, 1.16), fontsize=7, frameon=False, ncols=3)


def _thinned(points: SeriesPoints) -> SeriesPoints:
    step = -(-len(points.at_s) // MOST_POINTS)
    return SeriesPoints(points.device_id, points.metric, points.unit, points.at_s[::step], points.values[::step])


def _spread(values: Floats) -> float:
    """Return a robust standard deviation: 1.4826 median absolute deviations of a normal variable."""
    return float(1.4826 * np.median(np.abs(values - np.median(values))))


def label_of(text: str) -> str:
    """Return text that a device sent as a label: printable, short, its markup escaped."""
    printable = "".join(character for character in text if character.isprintable())
    short = printable if len(printable) <= LABEL_LENGTH else printable[: LABEL_LENGTH - 1] + "…"
    return escape(short)
