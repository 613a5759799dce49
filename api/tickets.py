"""An alert in, the maintenance ticket that a person reads out: title in the house's language, reasons strongest first.

Knows alerts and words, no table and no engine; suggestions and the plot are given.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from api.schemas.knowledge import SuggestionBody
from api.schemas.telemetry import Ticket, TicketReason
from predictive.records import Alert, Reason

_TITLES: Mapping[str, str] = {
    "zh": "设备 {device}：{metric} 实测 {observed}，预期 {expected}",
    "en": "Device {device}: {metric} reads {observed}, expected {expected}",
}
_TITLES_WITHOUT_EXPECTED: Mapping[str, str] = {
    "zh": "设备 {device}：{metric} 异常，实测 {observed}",
    "en": "Device {device}: {metric} is unusual at {observed}",
}
_RESOLVED: Mapping[str, str] = {"zh": "（已恢复）", "en": " (resolved)"}


def ticket_of(alert: Alert, *, ticket_id: str, locale: str, suggestions: Sequence[SuggestionBody]) -> Ticket:
    """Return the ticket that stands for an alert's episode."""
    return Ticket(
        id=ticket_id,
        key=alert.key,
        device_id=alert.device_id,
        state=alert.state,
        severity=alert.severity,
        title=title_of(alert, locale=locale),
        opened_at=alert.opened_at,
        updated_at=alert.updated_at,
        resolved_at=alert.resolved_at,
        reasons=[_reason_body(reason) for reason in alert.reasons],
        probability=alert.prognosis.probability,
        horizon_h=alert.prognosis.horizon_h,
        suggestions=list(suggestions),
    )


def title_of(alert: Alert, *, locale: str) -> str:
    """Return one line that says which device, what was read and what was expected."""
    language = "zh" if locale.startswith("zh") else "en"
    if not alert.reasons:
        return f"{alert.device_id}{_RESOLVED[language] if alert.state == 'resolved' else ''}"
    reason = alert.reasons[0]
    titles = _TITLES if math.isfinite(reason.expected) else _TITLES_WITHOUT_EXPECTED
    title = titles[language].format(
        device=alert.device_id,
        metric=reason.metric,
        observed=_quantity(reason.observed, reason.unit),
        expected=_quantity(reason.expected, reason.unit),
    )
    return title + (_RESOLVED[language] if alert.state == "resolved" else "")


def metrics_of(alert: Alert) -> tuple[str, ...]:
    """Return what an alert is about, the strongest reason's metric first."""
    return tuple(dict.fromkeys(reason.metric for reason in alert.reasons))


def _reason_body(reason: Reason) -> TicketReason:
    return TicketReason(
        metric=reason.metric,
        since=reason.since,
        expected=_finite(reason.expected),
        observed=_finite(reason.observed),
        score=round(min(max(reason.score, 0.0), 1.0), 4),
        detector=reason.detector,
        unit=reason.unit,
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _quantity(value: float, unit: str) -> str:
    return f"{value:.4g} {unit}".rstrip()
