"""How severe a ticket is: what such alerts came to in this house, and how soon.

Past verdicts go in, a severity with its reasons comes out. Such alerts are those of the same model and metric; where
too few were judged, those of the metric, then of the detector, then all. Before anybody judged, the alert's own
severity stands, and the ticket says that it is a default. A person's own limit that was crossed is never made light of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from api.schemas.telemetry import SeverityBasis
from api.store.devices import Verdict
from predictive.alerts import SURE_DETECTORS
from predictive.records import Alert, Severity

ENOUGH = 5
"""Verdicts. With five the chance that all lie above the median is 3%; with fewer a quartile is a guess."""
SOON_H = 24.0  # a technician has to be sent today
USEFUL_H = 14 * 24.0  # further ahead it can wait for the next visit
MOSTLY_FALSE = 0.8
QUARTILES = (25, 50, 75)


@dataclass(frozen=True, slots=True)
class Judged:
    severity: Severity
    basis: SeverityBasis


def severity_of(alert: Alert, past: Sequence[Verdict], *, model: str, now: datetime) -> Judged:
    """Return how severe an alert is, now."""
    alike, chosen = _alike(alert, past, model)
    if not chosen:
        return Judged(alert.severity, SeverityBasis())
    leads = [verdict.lead_h for verdict in chosen if verdict.lead_h is not None and verdict.lead_h >= 0]
    right = sum(verdict.verdict != "false_alarm" for verdict in chosen)
    quartiles = [round(float(hours), 1) for hours in np.percentile(leads, QUARTILES)] if len(leads) >= ENOUGH else []
    basis = SeverityBasis(basis="history", alike=alike, count=len(chosen), right=right, lead_h=quartiles)
    severity = _by_history(alert, basis, age_h=(now - alert.opened_at).total_seconds() / 3600)
    is_sure = any(reason.detector in SURE_DETECTORS for reason in alert.reasons)
    return Judged(alert.severity if is_sure and severity != "critical" else severity, basis)


def _by_history(alert: Alert, basis: SeverityBasis, *, age_h: float) -> Severity:
    if 1 - basis.right / basis.count >= MOSTLY_FALSE:
        return "info"
    if not basis.lead_h:
        return alert.severity
    left_h = basis.lead_h[0] - age_h  # a quarter of such devices had failed by then
    if left_h <= SOON_H:
        return "critical"
    return "warning" if left_h <= USEFUL_H else "info"


def _alike(alert: Alert, past: Sequence[Verdict], model: str) -> tuple[str, list[Verdict]]:
    """Return the narrowest group of past alerts with enough verdicts, and its name."""
    if not alert.reasons:
        return "", []
    metric, detector = alert.reasons[0].metric, alert.reasons[0].detector
    if alert.prognosis.chances:  # how soon, a model of failures says better than what other detectors came to
        past = [one for one in past if one.detector == detector]
    groups = {
        "model": [one for one in past if model and one.model == model and one.metric == metric],
        "metric": [one for one in past if one.metric == metric],
        "detector": [one for one in past if one.detector == detector],
        "all": list(past),
    }
    return next(((name, group) for name, group in groups.items() if len(group) >= ENOUGH), ("", []))
