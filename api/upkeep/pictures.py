"""The course of an alert's strongest metric: kept as its points when a ticket changes, drawn when somebody looks.

An alert and a monitor go in, a text to keep beside the ticket comes out; that text goes in, SVG comes out. Drawing
takes about 0.1 s, and whoever judges readings has no such time.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from api.errors import Language
from predictive.records import Alert, Reason, SeriesPoints

if TYPE_CHECKING:
    from predictive import Monitor

DRAWN_AT_ONCE = 64
"""Plots of 30 kB each that are kept because somebody just looked at them."""
MILLISECOND_DIGITS = 3


def sketch_of(alert: Alert, monitor: Monitor) -> str:
    """Return what the plot of an alert's strongest reason is drawn from; empty where there are no points."""
    if not alert.reasons:
        return ""
    reason = alert.reasons[0]
    points = monitor.series_window(alert.device_id, reason.metric)
    if not len(points.at_s):
        return ""
    kept = {
        "key": alert.key,
        "device_id": alert.device_id,
        "metric": points.metric,
        "unit": points.unit,
        "since_s": reason.since.timestamp(),
        "expected": reason.expected if np.isfinite(reason.expected) else None,
        "at_s": np.round(points.at_s, MILLISECOND_DIGITS).tolist(),
        "values": [float(f"{value:.7g}") for value in points.values.tolist()],  # single precision has 7 digits
    }
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def plot_in(kept: str, language: Language | None, *, house: str = "en", zone: tzinfo = UTC) -> str:
    """Return what is kept of a ticket as SVG, in a language or else in the house's, with the times of `zone`."""
    from predictive import plot_in_language

    locale = language or house
    if kept.startswith("<"):  # kept as a drawing, as it was before points were
        return kept if language is None else plot_in_language(kept, locale=locale)
    return _drawn(kept, locale, zone)


@lru_cache(maxsize=DRAWN_AT_ONCE)
def _drawn(sketch: str, locale: str, zone: tzinfo) -> str:
    from predictive import plot_alert_svg

    told: dict[str, Any] = json.loads(sketch)
    since = datetime.fromtimestamp(told["since_s"], UTC)
    expected = np.nan if told["expected"] is None else told["expected"]
    reason = Reason(told["metric"], since, expected, np.nan, 0.0, "", told["unit"])
    alert = Alert(told["key"], told["device_id"], "open", "info", since, since, None, (reason,))
    points = SeriesPoints(
        told["device_id"], told["metric"], told["unit"], np.array(told["at_s"]), np.array(told["values"])
    )
    return plot_alert_svg(alert, points, locale=locale, zone=zone)
