"""The course of an alert's strongest metric as SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.errors import Language
from predictive.records import Alert

if TYPE_CHECKING:
    from predictive import Monitor


def plot_of(alert: Alert, monitor: Monitor, *, locale: str) -> str:
    """Return the plot of an alert's strongest reason as SVG; empty where there are no points."""
    from predictive import plot_alert_svg

    if not alert.reasons:
        return ""
    points = monitor.series_window(alert.device_id, alert.reasons[0].metric)
    return plot_alert_svg(alert, points, locale=locale) if len(points.at_s) else ""


def plot_in(plot: str, language: Language | None) -> str:
    """Return a plot with its words in a language; as it was drawn where none is asked for."""
    from predictive import plot_in_language

    return plot if language is None else plot_in_language(plot, locale=language)
