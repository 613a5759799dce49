"""An alert in, the maintenance ticket that a person reads out: title and explanation in both languages, reasons
strongest first.

Knows alerts and words, no table and no engine; what was looked up is given.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo

from api.errors import Language, Words, language_of_locale, words
from api.schemas.knowledge import SuggestionBody
from api.schemas.telemetry import HorizonChance, Ticket, TicketReason, TicketText, TicketTexts
from predictive.alerts import SILENCE
from predictive.records import Alert, Reason

EXPLAINED = 4
"""Metrics in an explanation, the strongest first; the rest stand in the reasons."""
SUREST = 0.9999  # beyond it a score says nothing more
COMMA: Mapping[Language, str] = {"zh": "、", "en": ", "}
JOINED: Mapping[Language, str] = {"zh": "", "en": " "}
MINUTE_S, HOUR_S, DAY_S = 60.0, 3600.0, 86_400.0


def ticket_of(
    alert: Alert, *, ticket_id: str, locale: str, suggestions: Sequence[SuggestionBody] = (), zone: tzinfo = UTC
) -> Ticket:
    """Return the ticket that stands for an alert's episode; its texts say times as in `zone`."""
    whole = sum(_weight(reason) for reason in alert.reasons)
    ticket = Ticket(
        id=ticket_id,
        key=alert.key,
        device_id=alert.device_id,
        state=alert.state,
        severity=alert.severity,
        title="",
        opened_at=alert.opened_at,
        updated_at=alert.updated_at,
        resolved_at=alert.resolved_at,
        reasons=[_reason_body(reason, whole=whole) for reason in alert.reasons],
        probability=alert.prognosis.probability,
        horizon_h=alert.prognosis.horizon_h,
        soonest_h=alert.prognosis.soonest_h,
        latest_h=alert.prognosis.latest_h,
        chances=[
            HorizonChance(horizon_h=one.horizon_h, probability=one.probability) for one in alert.prognosis.chances
        ],
        suggestions=list(suggestions),
        returns=alert.returns,
        is_flapping=alert.is_flapping,
    )
    return with_texts(ticket, locale=locale, zone=zone)


def with_texts(ticket: Ticket, *, locale: str, zone: tzinfo = UTC) -> Ticket:
    """Return a ticket with its texts as its reasons now say; the title is in the house's language."""
    texts = TicketTexts(zh=text_of(ticket, "zh", zone=zone), en=text_of(ticket, "en", zone=zone))
    title = (texts.zh if language_of_locale(locale) == "zh" else texts.en).title
    return ticket.model_copy(update={"title": title, "texts": texts})


def text_of(ticket: Ticket, language: Language, *, zone: tzinfo = UTC) -> TicketText:
    """Return what a ticket says in a language, times as in `zone`."""
    said = words(language)
    return TicketText(title=title_of(ticket, said), explanation=explanation_of(ticket, said, zone=zone))


def title_of(ticket: Ticket, said: Words) -> str:
    """Return one line that says which device, what was read and what was expected."""
    over = said("upkeep.over") if ticket.state == "resolved" else ""
    if ticket.devices:
        count, metric = len(ticket.devices), ticket.devices[0].metric
        return said("upkeep.site", site=ticket.device.site or ticket.device_id, count=count, metric=metric) + over
    if ticket.chances:
        shown = {"percent": round(100 * (ticket.probability or 0.0)), "within": _within(ticket.horizon_h, said)}
        return said("upkeep.foreseen", device=ticket.device_id, **shown) + over
    if not ticket.reasons or ticket.reasons[0].observed is None:
        return ticket.device_id + over
    reason = ticket.reasons[0]
    if reason.detector == SILENCE:
        shown = {"device": ticket.device_id, "metric": reason.metric, "silent": span(reason.observed or 0.0, said)}
        key = "upkeep.silent" if len(ticket.reasons) > 1 else "upkeep.metric_silent"
        return said(key, **shown) + over
    observed = quantity(reason.observed or 0.0, reason.unit)
    shown = {"device": ticket.device_id, "metric": reason.metric, "observed": observed}
    if reason.expected is None:
        return said("upkeep.unusual", **shown) + over
    return said("upkeep.off", **shown, expected=quantity(reason.expected, reason.unit)) + over


def explanation_of(ticket: Ticket, said: Words, *, zone: tzinfo = UTC) -> str:
    """Return some sentences: which metrics, since when, what was expected, whose share; and what ended it."""
    if ticket.devices:
        shown = ticket.devices[:EXPLAINED]
        names = COMMA[said.language].join(one.device_id for one in shown)
        more = said("upkeep.more", count=len(ticket.devices) - len(shown)) if len(ticket.devices) > len(shown) else ""
        return said("upkeep.site_why", names=names + more, since=moment_in(ticket.opened_at, zone))
    sentence = _foreseen_sentence if ticket.chances else _sentence
    lines = [sentence(reason, said, zone) for reason in ticket.reasons[:EXPLAINED]]
    if ticket.chances:
        lines.append(_chances(ticket, said))
    if ticket.is_flapping:
        lines.append(said("upkeep.flaps", count=ticket.returns))
    if ticket.state == "resolved" and ticket.closed_by:
        lines.append(said("upkeep.closed_by", what=said(f"event.{ticket.closed_by}")))
    elif ticket.state == "resolved" and ticket.chances:
        lines.append(said("upkeep.unforeseen"))
    elif ticket.state == "resolved":
        lines += [_recovery(reason, said, zone) for reason in ticket.reasons[:EXPLAINED] if reason.until is not None]
    return JOINED[said.language].join(lines)


def _sentence(reason: TicketReason, said: Words, zone: tzinfo) -> str:
    since = moment_in(reason.since, zone)
    if reason.detector == SILENCE:
        usual = span(reason.expected or 0.0, said)
        return said("upkeep.why_silent", metric=reason.metric, since=since, usual=usual)
    observed = "–" if reason.observed is None else quantity(reason.observed, reason.unit)
    share = round(100 * (reason.contribution or 0.0))
    if reason.expected is None:
        return said("upkeep.why_unusual", metric=reason.metric, since=since, observed=observed, share=share)
    expected = quantity(reason.expected, reason.unit)
    change = "" if reason.observed is None else _change(reason.observed, reason.expected)
    return said(
        "upkeep.why",
        metric=reason.metric,
        since=since,
        observed=observed,
        expected=expected,
        change=change,
        share=share,
    )


def _foreseen_sentence(reason: TicketReason, said: Words, zone: tzinfo) -> str:
    """Return what a model of failures saw in a metric; `expected` is what it was a season before."""
    shown = {"metric": reason.metric, "since": moment_in(reason.since, zone), "share": round(100 * reason.score)}
    shown["observed"] = "–" if reason.observed is None else quantity(reason.observed, reason.unit)
    if reason.expected is None or reason.expected == reason.observed:
        return said("upkeep.why_stands", **shown)
    return said("upkeep.why_moved", **shown, before=quantity(reason.expected, reason.unit))


def _chances(ticket: Ticket, said: Words) -> str:
    told = (
        said("upkeep.chance", within=_within(one.horizon_h, said), percent=f"{100 * one.probability:.2g}")
        for one in ticket.chances
    )
    return said("upkeep.chances", chances=COMMA[said.language].join(told))


def _within(horizon_h: float | None, said: Words) -> str:
    return span((horizon_h or 0.0) * HOUR_S, said)


def _recovery(reason: TicketReason, said: Words, zone: tzinfo) -> str:
    until = moment_in(reason.until or reason.since, zone)
    if reason.detector == SILENCE:
        return said("upkeep.heard", metric=reason.metric, until=until)
    latest = "–" if reason.latest is None else quantity(reason.latest, reason.unit)
    return said("upkeep.normal", metric=reason.metric, latest=latest, until=until)


def _change(observed: float, expected: float) -> str:
    """Return how far a reading is off, in per cent.

    >>> _change(848.0, 1000.0), _change(3.0, 0.0)
    (' (-15%)', '')
    """
    return "" if expected == 0 else f" ({100 * (observed - expected) / abs(expected):+.0f}%)"


def moment_in(at: datetime, zone: tzinfo) -> str:
    """Write a time as a zone's clocks show it, with how far that is from UTC.

    >>> from zoneinfo import ZoneInfo
    >>> at = datetime(2026, 6, 19, 16, 20, tzinfo=UTC)
    >>> moment_in(at, ZoneInfo("Asia/Shanghai")), moment_in(at, UTC)
    ('2026-06-20 00:20 UTC+08:00', '2026-06-19 16:20 UTC')
    """
    local = at.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M} UTC{local.isoformat()[-6:]}".removesuffix("+00:00")


def span(seconds: float, said: Words) -> str:
    """Return a length of time as people say it.

    >>> span(3900.0, words("en")), span(200_000.0, words("zh"))
    ('1 h 5 min', '2 天 7 小时')
    """
    days, hours, minutes = int(seconds // DAY_S), int(seconds % DAY_S // HOUR_S), int(seconds % HOUR_S // MINUTE_S)
    if days:
        parts = [("days", days), ("hours", hours)]
    elif hours:
        parts = [("hours", hours), ("minutes", minutes)]
    else:
        parts = [("minutes", minutes)] if seconds >= MINUTE_S else [("seconds", int(seconds))]
    shown = [said(f"upkeep.{name}", count=count) for name, count in parts if count]
    return " ".join(shown) or said("upkeep.seconds", count=0)


def quantity(value: float, unit: str) -> str:
    """Write a reading with its unit.

    >>> quantity(848.1105, "kPa")
    '848.1 kPa'
    """
    return f"{value:.4g} {unit}".rstrip()


def _reason_body(reason: Reason, *, whole: float) -> TicketReason:
    return TicketReason(
        metric=reason.metric,
        since=reason.since,
        expected=_finite(reason.expected),
        observed=_finite(reason.observed),
        score=round(min(max(reason.score, 0.0), 1.0), 4),
        detector=reason.detector,
        unit=reason.unit,
        contribution=round(_weight(reason) / whole, 4) if whole > 0 else None,
        until=reason.until,
    )


def _weight(reason: Reason) -> float:
    """Return how much a reason says: a score of 0.99 is not a little more than 0.9, it is twice as far out."""
    return -math.log(1.0 - min(max(reason.score, 0.0), SUREST))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
