"""What helps a technician with an alert: what the knowledge base says, and the course of the strongest metric.

Does not keep anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from api.engines import Engines
from api.schemas.knowledge import SuggestionBody, suggestion_body
from predictive.records import Alert

if TYPE_CHECKING:
    from predictive import Monitor

SUGGESTIONS = 3
"""On a ticket; a technician reads three titles on a phone."""


def suggestions_for(metrics: Iterable[str], *, engines: Engines, locale: str) -> list[SuggestionBody]:
    """Return what the knowledge base says about metrics that went wrong; nothing where nothing fits."""
    import nlp

    question = " ".join(dict.fromkeys(metric.replace("_", " ") for metric in metrics))
    if not question:
        return []
    found = nlp.suggest(question, retriever=engines.retriever(), top_k=SUGGESTIONS, locale=locale)
    return [] if found.is_abstained else [suggestion_body(suggestion) for suggestion in found.suggestions]


def plot_of(alert: Alert, monitor: Monitor, *, locale: str) -> str:
    """Return the plot of an alert's strongest reason as SVG; empty where there are no points."""
    from predictive import plot_alert_svg

    if not alert.reasons:
        return ""
    points = monitor.series_window(alert.device_id, alert.reasons[0].metric)
    return plot_alert_svg(alert, points, locale=locale) if len(points.at_s) else ""
