"""What a maintenance ticket says in another system: opened, changed, resolved. A Ticket in, plain text out. Pure."""

from __future__ import annotations

import hashlib

from api.errors import Words
from api.schemas.telemetry import Ticket, TicketReason

REASONS = 5
"""Strongest first; a technician reads a ticket on a phone."""


def signature_of(ticket: Ticket) -> str:
    """Return what a technician must be told of when it changes: how bad it is, and which metrics say so."""
    text = "\0".join((ticket.severity, *sorted({reason.metric for reason in ticket.reasons})))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def opening_of(ticket: Ticket, said: Words) -> str:
    """Return the text of a ticket that is opened."""
    return "\n".join((said("remark.opened", title=ticket.title), *_facts(ticket, said)))


def news_of(ticket: Ticket, said: Words) -> str:
    """Return the comment on a ticket that got worse or better."""
    return "\n".join((said("remark.changed", title=ticket.title), *_facts(ticket, said)))


def closing_of(ticket: Ticket, said: Words) -> str:
    """Return the comment with which a ticket is resolved."""
    return said("remark.resolved", title=ticket.title)


def _facts(ticket: Ticket, said: Words) -> list[str]:
    lines = [
        said("remark.device", device=ticket.device_id),
        said("remark.severity", severity=said.known("severity", ticket.severity)),
        *(_reason(reason, said) for reason in ticket.reasons[:REASONS]),
    ]
    if ticket.probability is not None and ticket.horizon_h is not None:
        percent, hours = round(ticket.probability * 100), round(ticket.horizon_h)
        lines.append(said("remark.probability", percent=percent, hours=hours))
    if ticket.soonest_h is not None and ticket.horizon_h is not None:
        name = "remark.crossing" if ticket.latest_h is not None else "remark.crossing_open"
        when = {"hours": ticket.horizon_h, "soonest": ticket.soonest_h, "latest": ticket.latest_h or 0.0}
        lines.append(said(name, **{key: f"{value:.0f}" for key, value in when.items()}))
    if ticket.suggestions:
        lines.append(said("remark.solutions"))
        lines += [said("remark.solution", title=one.title, article=one.article_id) for one in ticket.suggestions]
    return lines


def _reason(reason: TicketReason, said: Words) -> str:
    return said(
        "remark.reason",
        metric=reason.metric,
        observed=_quantity(reason.observed, reason.unit),
        expected=_quantity(reason.expected, reason.unit),
        since=reason.since.strftime("%Y-%m-%d %H:%M UTC"),
    )


def _quantity(value: float | None, unit: str) -> str:
    return "-" if value is None else f"{value:.4g} {unit}".rstrip()
