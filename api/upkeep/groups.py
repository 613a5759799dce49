"""Common cause: many devices of one site or gateway that alarm together become one ticket that lists them.

Tickets of a site go in, the site's ticket comes out. The devices' own tickets are kept and found by device, but lists
and messages tell of the site's alone. A device whose site nobody knows is never grouped.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.schemas.telemetry import DeviceFacts, GroupedDevice, Ticket, TicketReason
from predictive.records import Severity

TOGETHER = 3
"""Devices. Two at once are a coincidence a fleet of a thousand sees monthly; three within the window are not (with ten
alarms a month at a site, 0.002 a month by chance)."""
WINDOW = timedelta(minutes=30)
"""Between the first and the last: detectors need some readings each, and gateways send every few minutes."""
MOST_DEVICES = 500
MOST_REASONS = 16
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "critical")


@dataclass(frozen=True, slots=True)
class Scope:
    """What devices share: a gateway where all have the same one, else their site."""

    site: str
    gateway: str = ""

    @property
    def place(self) -> str:
        return f"site/{self.site}"


def scope_of(facts: DeviceFacts) -> str:
    """Return what a device may be grouped by; "" where nobody knows."""
    return facts.site or facts.gateway


def is_together(opened: Sequence[datetime]) -> bool:
    """Tell whether enough devices alarmed within the window.

    >>> at = datetime(2026, 6, 1)
    >>> is_together([at, at + WINDOW / 2, at + WINDOW]), is_together([at, at, at + 2 * WINDOW])
    (True, False)
    """
    ordered = sorted(opened)
    return any(last - first <= WINDOW for first, last in zip(ordered, ordered[TOGETHER - 1 :], strict=False))


def group_ticket(members: Sequence[Ticket], *, known: Ticket | None, site: str, ticket_id: str, at: datetime) -> Ticket:
    """Return the ticket of a site whose devices alarm together, without its texts; resolved when all of them are."""
    ordered = sorted(members, key=lambda one: (one.opened_at, one.device_id))[:MOST_DEVICES]
    is_open = any(one.state == "open" for one in ordered)
    opened_at = known.opened_at if known is not None else max(ordered[0].opened_at, ordered[-1].opened_at - WINDOW)
    gateways = {one.device.gateway for one in ordered}
    facts = DeviceFacts(site=site, gateway=gateways.pop() if len(gateways) == 1 else "")
    return Ticket(
        id=known.id if known is not None else ticket_id,
        key=known.key if known is not None else group_key(site, opened_at),
        device_id=site,
        state="open" if is_open else "resolved",
        severity=max((one.severity for one in ordered), key=SEVERITIES.index),
        title="",
        opened_at=opened_at,
        updated_at=max([at, *(one.updated_at for one in ordered)]),
        resolved_at=None if is_open else max(one.resolved_at or one.updated_at for one in ordered),
        reasons=_reasons(ordered),
        device=facts,
        devices=[_member(one) for one in ordered],
        suggestions=ordered[0].suggestions,
        procedure=ordered[0].procedure,
    )


def group_key(site: str, opened_at: datetime) -> str:
    """Return the same key for the same site and start."""
    named = "\x1f".join(["site", site, opened_at.isoformat(timespec="seconds")])
    return hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _member(ticket: Ticket) -> GroupedDevice:
    metric = ticket.reasons[0].metric if ticket.reasons else ""
    return GroupedDevice(
        device_id=ticket.device_id,
        ticket_id=ticket.id,
        state=ticket.state,
        severity=ticket.severity,
        metric=metric,
        opened_at=ticket.opened_at,
    )


def _reasons(members: Sequence[Ticket]) -> list[TicketReason]:
    """Return the strongest reason of each metric: what the devices have in common comes first."""
    by_metric: dict[str, list[TicketReason]] = {}
    for one in members:
        for reason in one.reasons:
            by_metric.setdefault(reason.metric, []).append(reason)
    ranked = sorted(by_metric.values(), key=lambda found: (-len(found), -max(one.score for one in found)))
    return [max(found, key=lambda one: one.score) for found in ranked[:MOST_REASONS]]
